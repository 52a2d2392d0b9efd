"""Which trainings the selected claims need, learnt by calling each claim once with blank evidence.

Knowing this beforehand lets the workers share all trainings before the first claim is judged, and lets the progress
line say how many there are.
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from harness.data import registry
from harness.execution.engine import Wanted
from harness.execution.timing import Timing
from harness.judging.claim import Claim
from harness.report.grid import Grid
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed

Cell = dict[str, Any]
BLANK_SEEDS = tuple(Seed(number, number) for number in range(4))


class BlankEvidence:
    """Stands in for `harness.judging.evidence.Evidence`: notes what is asked for, and trains nothing."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self.asked: list[Cell] = []

    def __call__(self, **chosen: Any) -> Runs:
        """Return runs of the right shapes in which nothing was learnt."""
        _, config = self._grid.variant(chosen)
        self.asked.append(chosen)
        return blank_runs(config)

    def race(self, cells: Sequence[Mapping[str, str]]) -> list[Timing]:
        """Return made-up timings; time is measured when the claim's turn comes."""
        return [Timing(np.ones((2, 2))) for _ in cells]


def cells_asked(claim: Claim, grid: Grid) -> list[Cell]:
    """Return what a claim asks its evidence for, in order: the axes and fields that it chooses.

    A claim that does not rest on runs alone is not called: its trainings are made when its turn comes.
    """
    if not claim.rests_on_runs:
        return []
    evidence = BlankEvidence(grid)
    # What a claim makes of blank runs does not matter, only what it asked for.
    with warnings.catch_warnings(), suppress(Exception, pytest.fail.Exception, pytest.skip.Exception):
        warnings.simplefilter("ignore")
        claim.call(evidence, lambda estimate, note="": None)
    return evidence.asked


def wanted_of(cells: Iterable[Cell], grid: Grid) -> set[Wanted]:
    """Return what has to be trained for these cells, each config with the splits of its task."""
    configs = {grid.variant(cell)[1] for cell in cells}
    return {(config, grid.splits(config.task)) for config in configs}


def blank_runs(config: TrainingConfig) -> Runs:
    """Return runs of a few seeds with the shapes of real ones: losses of 1, accuracies of a half, no divergence."""
    dataset = registry.load(config.dataset)
    seeds, epochs = len(BLANK_SEEDS), config.epochs
    rows = max(1, int(config.test_size * len(dataset.target)))
    outputs = len(dataset.class_names) or 1
    return Runs(
        config=config,
        seeds=BLANK_SEEDS,
        train_loss=np.ones((seeds, epochs)),
        test_loss=np.ones((seeds, epochs)),
        train_accuracy=np.full((seeds, epochs), 0.5),
        test_accuracy=np.full((seeds, epochs), 0.5),
        weight_norm=np.ones((seeds, epochs + 1)),
        test_predictions=np.full((seeds, rows, outputs), 1 / outputs),
        test_targets=np.zeros((seeds, rows)),
        test_rows=np.tile(np.arange(rows), (seeds, 1)),
        seconds=np.ones(seeds),
    )
