"""Which trainings the selected claims need, learnt by calling each claim once with blank evidence.

Knowing this beforehand lets the workers share all trainings before the first claim is judged, and lets the progress
line say how many there are.
"""

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from harness import datasets
from harness.findings import Finding, Reading
from harness.grid import Grid
from harness.protocol import Protocol, Seed
from harness.runs import Runs
from harness.timing import Timing

BLANK_SEEDS = tuple(Seed(number, number) for number in range(4))


class BlankEvidence:
    """Stands in for `harness.evidence.Evidence`: notes what is asked for, and hands out runs without a training."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self.asked: list[Protocol] = []

    def __call__(self, **chosen: Any) -> Runs:
        """Return runs of the right shapes in which nothing was learnt."""
        _, protocol = self._grid.variant(chosen)
        self.asked.append(protocol)
        return blank_runs(protocol)

    def race(self, cells: Sequence[Mapping[str, str]]) -> list[Timing]:
        """Return made-up timings; time is measured when the claim's turn comes."""
        return [Timing(np.ones((2, 2))) for _ in cells]


def protocols_needed(
    claim: Callable[..., None], parameters: Mapping[str, Any], finding: Finding, reading: Reading, grid: Grid
) -> list[Protocol]:
    """Return the protocols that a claim asks for.

    A claim that asks for no evidence is not called, nor one with an argument that is neither a parameter of its own
    nor a fixture of the harness: its trainings are made when its turn comes.

    Parameters
    ----------
    claim
        The test function.
    parameters
        The values of its parametrization.
    finding, reading, grid
        What its fixtures would hand to it.
    """
    evidence = BlankEvidence(grid)
    stand_ins = {
        **parameters,
        "evidence": evidence,
        "reading": reading,
        "reported": finding.reported,
        "judge": lambda estimate, note="": None,
    }
    names = inspect.signature(claim).parameters
    if "evidence" not in names or not set(names) <= set(stand_ins):
        return []
    # What a claim makes of blank runs does not matter, only what it asked for.
    with warnings.catch_warnings(), suppress(Exception, pytest.fail.Exception, pytest.skip.Exception):
        warnings.simplefilter("ignore")
        claim(**{name: stand_ins[name] for name in names})
    return evidence.asked


def blank_runs(protocol: Protocol) -> Runs:
    """Return runs of a few seeds with the shapes of real ones: losses of 1, accuracies of a half, no divergence."""
    dataset = datasets.load(protocol.dataset)
    seeds, epochs = len(BLANK_SEEDS), protocol.epochs
    rows = max(1, int(protocol.test_share * len(dataset.target)))
    outputs = len(dataset.class_names) or 1
    return Runs(
        protocol=protocol,
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
