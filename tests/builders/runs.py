"""Runs that nobody trained."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.base.arrays import Array
from harness.training.config import TrainingConfig
from harness.training.dense.fields import task_of
from harness.training.runs import SECONDS, Runs
from harness.training.seeds import Seed
from tests.builders.configs import small_config

EPOCHS, ROWS, OUTPUTS = 4, 5, 3
PROTOCOL = small_config(epochs=EPOCHS)
SEEDS = (Seed(0, 0), Seed(1, 1))


def runs_for(config: TrainingConfig, seeds: Sequence[Seed], value: float = 0.5, *, rows: int = 3, **given: Any) -> Runs:
    """Build runs of the right shapes with the given arrays; every other number is the value.

    Parameters
    ----------
    rows
        Number of test rows.
    """
    count = len(seeds)
    arrays = {name: np.full((count, *shape), value) for name, shape in array_shapes(config, rows).items()}
    plain = {
        **arrays,
        "test_targets": np.zeros((count, rows)),
        "test_rows": np.tile(np.arange(rows), (count, 1)),
        SECONDS: np.ones(count),
    }
    return runs_of_arrays(config, seeds, {**plain, **given})


def runs_of_arrays(config: TrainingConfig, seeds: Sequence[Seed], arrays: dict[str, Any]) -> Runs:
    """Build runs of a dense network from its arrays, all in one."""
    outputs = {name: array for name, array in arrays.items() if name.startswith("test_") and name[5:] in OUTPUT_NAMES}
    curves = {name: array for name, array in arrays.items() if name not in outputs and name != SECONDS}
    return Runs(config, tuple(seeds), curves=curves, scalars={SECONDS: arrays[SECONDS]}, outputs=outputs)


OUTPUT_NAMES = ("predictions", "targets", "rows")


def array_shapes(config: TrainingConfig, rows: int = ROWS, outputs: int = OUTPUTS) -> dict[str, tuple[int, ...]]:
    """Return the shape that each array of a dense network has for one seed."""
    epochs, classifies = config.epochs, task_of(config) == "classification"
    accuracies: dict[str, tuple[int, ...]] = {"train_accuracy": (epochs,), "test_accuracy": (epochs,)}
    return {
        "train_loss": (epochs,),
        "test_loss": (epochs,),
        **(accuracies if classifies else {}),
        "weight_norm": (epochs + 1,),
        "test_predictions": (rows, outputs if classifies else 1),
        "test_targets": (rows,),
        "test_rows": (rows,),
        SECONDS: (),
    }


def random_runs(
    seeds: Sequence[Seed] = SEEDS, config: TrainingConfig = PROTOCOL, *, rows: int = ROWS, **given: Any
) -> Runs:
    """Build runs of random numbers, the same each time, with some arrays given."""
    random = np.random.default_rng(1).random
    shapes = array_shapes(config, rows)
    numbers = {name: random((len(seeds), *shape)) for name, shape in shapes.items() if name != "test_rows"}
    return runs_for(config, seeds, rows=rows, **{**numbers, **given})


def arrays_of(runs: Runs) -> dict[str, Array]:
    """Return all arrays by name."""
    return {name: array for _, name, array in runs.arrays()}


def with_arrays(runs: Runs, **changed: Any) -> Runs:
    """Return the runs with some arrays changed."""
    return runs_of_arrays(runs.config, runs.seeds, {**arrays_of(runs), **changed})


def runs_with_one_value(name: str, place: tuple[int, int], value: float) -> Runs:
    """Build runs of random numbers with one value put into one array."""
    array = arrays_of(random_runs())[name].copy()
    array[place] = value
    return random_runs(**{name: array})


def same_bits(one: Runs, other: Runs) -> bool:
    """Tell whether two runs agree in every bit."""
    first, second = (
        [(kind, name, array.dtype, array.shape, array.tobytes()) for kind, name, array in runs.arrays()]
        for runs in (one, other)
    )
    return first == second and one.seeds == other.seeds and one.config == other.config
