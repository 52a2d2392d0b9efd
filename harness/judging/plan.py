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

from harness.execution.benchmark import Timing
from harness.execution.engine import Wanted
from harness.judging.claim import Claim
from harness.report.grid import Grid
from harness.training.runs import Runs
from harness.training.seeds import Seed
from harness.training.trainers import trainer_named

ChosenCell = dict[str, Any]
"""The axes and fields that a claim chooses, as it asks its evidence."""
BLANK_SEEDS = tuple(Seed(number, number) for number in range(4))


class BlankEvidence:
    """Stands in for `harness.judging.evidence.Evidence`: notes what is asked for, and trains nothing."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self.asked: list[ChosenCell] = []

    def __call__(self, **chosen: Any) -> Runs:
        """Return runs of the right shapes in which nothing was learnt."""
        config = self._grid.cell(chosen).config
        self.asked.append(chosen)
        return trainer_named(config.trainer).blank(config, BLANK_SEEDS)

    def race(self, cells: Sequence[Mapping[str, str]]) -> list[Timing]:
        """Return made-up timings; time is measured when the claim's turn comes."""
        return [Timing(np.ones((2, 2))) for _ in cells]


def cells_asked(claim: Claim, grid: Grid) -> list[ChosenCell]:
    """Return what a claim asks its evidence for, in order: the axes and fields that it chooses.

    A claim that does not rest on runs alone is not called: its trainings are made when its turn comes.
    """
    return _asked(claim, grid)[0]


def all_cells_asked(claim: Claim, grid: Grid) -> list[ChosenCell] | None:
    """Return what a claim asks its evidence for, in order; None if blank runs do not show all of it.

    So it is with a claim that does not rest on runs alone, or that fails on blank runs: it might ask for more.
    """
    asked, ended = _asked(claim, grid)
    return asked if ended else None


def _asked(claim: Claim, grid: Grid) -> tuple[list[ChosenCell], bool]:
    """Return what a claim asks for, and whether it came to its end."""
    if not claim.rests_on_runs:
        return [], False
    evidence, ended = BlankEvidence(grid), False
    # What a claim makes of blank runs does not matter, only what it asked for.
    with warnings.catch_warnings(), suppress(Exception, pytest.fail.Exception, pytest.skip.Exception):
        warnings.simplefilter("ignore")
        claim.call(evidence, lambda estimate, note="": None)
        ended = True
    return evidence.asked, ended


def wanted_of(cells: Iterable[ChosenCell], grid: Grid) -> set[Wanted]:
    """Return what has to be trained for these cells, each config with the splits of its task."""
    return {(cell.config, cell.splits) for cell in map(grid.cell, cells)}


def tasks_of(cells: Iterable[ChosenCell], grid: Grid) -> set[str]:
    """Return the parts of the grid that these cells belong to."""
    return {cell.task for cell in map(grid.cell, cells)}
