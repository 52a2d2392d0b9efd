"""Simulated evidence: runs and timings of a known world, in place of trained networks.

Spread over seeds is made of normal scores in an order of chance, whose mean is exactly 0 and whose standard deviation
is exactly 1, so that an effect of a world is met by every sample and no test hangs on luck. All probability comes from
hashes of names: the same world gives the same numbers in every process, and worlds differ in nothing but their effects.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from harness.base.arrays import Floats
from harness.data import registry
from harness.execution.benchmark import BenchmarkEntry, Timing
from harness.execution.timing import REPEATS
from harness.report.grid import Grid
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import TRAININGS_PER_SPLIT, Seed
from tests.builders.runs import runs_for
from tests.claims.worlds import Cell, Spread, Training, World

SEEDS = 80
DIVERGES_AT = 3
MADE = 0.95  # of the drop in loss, by the epoch `Training.epochs_to_loss`


class SimulatedEvidence:
    """Stands in for `harness.judging.evidence.Evidence`: hands out runs and timings of a world.

    Parameters
    ----------
    grid
        The cells of the report; it gives every training its real shapes, and refuses what it does not know.
    world
        What is true.
    seeds
        How many runs there are of each cell.
    """

    def __init__(self, grid: Grid, world: World, seeds: int = SEEDS) -> None:
        self._grid = grid
        self._world = world
        self._seeds = seeds
        self.used: dict[str, Runs] = {}

    def __call__(self, **chosen: Any) -> Runs:
        """Return the runs of one cell."""
        asked = self._grid.cell(chosen)
        if asked.name not in self.used:
            cell = self._cell(chosen, asked.config)
            trainings = TRAININGS_PER_SPLIT if asked.splits == "crossed" else 1
            self.used[asked.name] = _runs(
                asked.name, cell, asked.config, self._world.training(cell), self._seeds, trainings
            )
        return self.used[asked.name]

    def race(self, cells: Sequence[Mapping[str, str]]) -> list[Timing]:
        """Return made-up wall times of each cell; the number of repeats is that of real ones."""
        timings = []
        for cell in cells:
            mode = cell.get("mode", "default")
            asked = self._grid.cell({axis: value for axis, value in cell.items() if axis != "mode"})
            name, config = asked.name, asked.config
            BenchmarkEntry(config, mode)  # refuses an unknown mode
            training = self._world.training({**self._cell(cell, config), "mode": mode})
            turns, epochs = (_scores(count, "seconds", name, mode) for count in (REPEATS, config.epochs))
            seconds = training.epoch_seconds * np.exp(0.03 * turns[:, None] + 0.01 * epochs)
            seconds[:, 0] += training.startup_seconds
            timings.append(Timing(seconds))
        return timings

    def _cell(self, chosen: Cell, config: TrainingConfig) -> dict[str, Any]:
        return {**config, "framework": config.trainer, **self._grid.default, **chosen}


def _runs(name: str, cell: Cell, config: TrainingConfig, training: Training, seeds: int, trainings: int) -> Runs:
    dataset = registry.load(config.dataset)
    epochs, rows = config.epochs, int(np.ceil(config.test_size * len(dataset.target)))
    recipe = "-".join(str(cell[axis]) for axis in ("framework", "task", "activation", "optimizer"))

    def noise(quantity: str, spread: Spread) -> Floats:
        return (
            spread.split * _scores(seeds, quantity, config.dataset)
            + spread.recipe * _scores(seeds, quantity, recipe)
            + spread.own * _scores(seeds, quantity, name)
        )

    def own(quantity: str, spread: float) -> Floats:
        return np.exp(spread * _scores(seeds, quantity, name))

    splits = -(-seeds // trainings)
    test_rows = _orders("rows", config.dataset, seeds=splits, rows=len(dataset.target))[:, :rows]
    test_rows = np.repeat(test_rows, trainings, axis=0)[:seeds]
    targets = dataset.target[test_rows].astype(np.float64)
    level = np.exp(noise("loss", training.loss_spread))
    soonest = own("epochs to loss", training.epochs_spread)
    test_loss = level[:, None] * _losses(training, training.epochs_to_loss * soonest, epochs)
    # Not of the same pace, lest a claim on the one loss takes the other for it.
    train_loss = level[:, None] * _losses(replace(training, rise=0.0), training.epochs_to_loss / 2 * soonest, epochs)
    gaps = (training.gap * own("gap", 0.1))[:, None] * np.linspace(0, 1, epochs)
    growth = training.growth * own("growth", training.growth_spread)
    if dataset.class_names:
        ends = np.clip(training.end_accuracy + noise("accuracy", training.accuracy_spread), 0, 1)
        needed = np.clip(training.epochs_to_accuracy * own("epochs to accuracy", training.epochs_spread), 2, epochs)
        accuracy = _accuracies(training.start_accuracy, ends, needed, epochs, rows)
        predictions = _probabilities(targets, accuracy[:, -1], training, name, len(dataset.class_names))
    else:
        accuracy = None
        predictions = targets[:, :, None] + _errors(cell, name, training, test_loss[:, -1], rows, trainings)[:, :, None]
    runs = {
        "train_loss": train_loss - gaps,
        "test_loss": test_loss,
        **({} if accuracy is None else {"train_accuracy": accuracy.copy(), "test_accuracy": accuracy}),
        "weight_norm": 5 * growth[:, None] ** np.linspace(0, 1, epochs + 1),
        "test_predictions": predictions,
    }
    for quantity, values in runs.items():
        begin = {"weight_norm": DIVERGES_AT + 1, "test_predictions": 0}.get(quantity, DIVERGES_AT)
        values[: round(training.diverged * seeds), begin:] = np.nan
    return runs_for(
        config,
        [Seed(number // trainings, number) for number in range(seeds)],
        rows=rows,
        **runs,
        test_targets=targets,
        test_rows=test_rows,
        seconds=np.full(seeds, training.epoch_seconds * epochs),
    )


def _losses(training: Training, needed: Floats, epochs: int) -> Floats:
    """Return losses of shape (seeds, epochs) that fall in two straight pieces and may rise again."""
    lowest = training.end_loss / (1 + training.rise)
    nearly = training.start_loss - MADE * (training.start_loss - lowest)
    values = [training.start_loss, nearly, lowest, training.end_loss]
    time = np.arange(1, epochs + 1)
    soonest = np.clip(needed, 2, epochs - 1)
    return np.stack([np.interp(time, [1, soon, (soon + epochs) / 2, epochs], values) for soon in soonest])


def _accuracies(start: float, ends: Floats, needed: Floats, epochs: int, rows: int) -> Floats:
    """Return proportions of whole rows, of shape (seeds, epochs), that rise in a straight line and stay."""
    time = np.arange(1, epochs + 1)
    proportions = np.stack([np.interp(time, [1, soon], [start, end]) for soon, end in zip(needed, ends, strict=True)])
    return np.round(proportions * rows) / rows


def _probabilities(targets: Floats, accuracy: Floats, training: Training, name: str, classes: int) -> Floats:
    """Return outputs of shape (seeds, rows, classes) of which as many are right as the accuracy says."""
    seeds, rows = targets.shape
    who = name if training.other_rows else "all"
    hardness = _orders("hardness", who, seeds=seeds, rows=rows)
    right = hardness < np.round(accuracy * rows)[:, None]
    predicted = np.where(right, targets, (targets + training.wrong_class) % classes).astype(int)
    return np.where(np.arange(classes) == predicted[:, :, None], 0.9, 0.1 / (classes - 1))


def _errors(cell: Cell, name: str, training: Training, loss: Floats, rows: int, trainings: int) -> Floats:
    """Return errors of shape (seeds, rows) whose mean square is the loss.

    What goes with the activation, and what goes with the rows, is the same in all trainings on a split.
    """
    proportions = {cell["activation"]: training.activation_error, name: training.own_error}
    proportions["all"] = np.sqrt(1 - sum(proportion**2 for proportion in proportions.values()))
    errors = np.zeros((len(loss), rows))
    for who, proportion in proportions.items():
        times = 1 if who == name else trainings
        drawn = _generator("errors", who).normal(size=(-(-len(loss) // times), rows))
        errors += proportion * np.repeat(drawn, times, axis=0)[: len(loss)]
    scaled: Floats = errors * np.sqrt(loss / (errors**2).mean(axis=1))[:, None]
    return scaled


def _orders(*names: object, seeds: int, rows: int) -> NDArray[np.int64]:
    """Return for each seed the rows in an order of chance, shape (seeds, rows)."""
    return _generator(*names).permuted(np.tile(np.arange(rows), (seeds, 1)), axis=1)


def _scores(count: int, *names: object) -> Floats:
    """Return normal scores in an order of chance, shape (count,): mean 0, standard deviation 1."""
    quantiles = special.ndtri((np.arange(count) + 0.5) / count)
    scores: Floats = _generator(*names).permutation(quantiles / quantiles.std(ddof=1))
    return scores


def _generator(*names: object) -> np.random.Generator:
    digest = hashlib.sha256("|".join(map(str, names)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))
