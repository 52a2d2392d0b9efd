"""Runs that are the beginnings of longer ones: whoever trained 150 epochs has trained 50 as well."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.base.arrays import Array
from harness.execution.engine import Wanted
from harness.judging.evidence import RunSource
from harness.report.choices import Choice
from harness.report.configs import fields_of
from harness.report.grid import Grid
from harness.training.config import TrainingConfig
from harness.training.runs import Runs


@dataclass(frozen=True)
class Longest:
    """How long each training has to be, so that all shorter ones are its beginnings.

    Attributes
    ----------
    field
        That prolongs a training; empty if there is none.
    most
        The largest of its values that are open.
    """

    field: str = ""
    most: int = 0

    def of(self, config: TrainingConfig) -> TrainingConfig:
        """Return the config that is trained in place of this one."""
        if not self.field or config[self.field] >= self.most:
            return config
        return config.changed(**{self.field: self.most})

    def wanted(self, wanted: Wanted) -> Wanted:
        """Return what is trained in place of what is wanted."""
        config, splits = wanted
        return self.of(config), splits


def longest_of(grid: Grid, choices: Mapping[str, Choice]) -> Longest:
    """Return how long trainings have to be for all answers to an open choice that prolongs them."""
    for name, field in fields_of(grid.axes, grid.trainer).items():
        if field.prolongs and name in choices and all(isinstance(one, int) for one in choices[name].answers):
            return Longest(name, max(choices[name].answers))
    return Longest()


class Beginnings:
    """A run source that cuts runs from longer ones.

    Of a shorter training only the curves are known. Its scalars are left out, and numbers with a fraction among its
    outputs, such as predictions, are NaN: they were made at the end of the longer one.
    """

    grows = True
    planned_seeds = None

    def __init__(self, source: RunSource, longest: Longest) -> None:
        self._source = source
        self._longest = longest

    def runs(self, wanted: Wanted, count: int) -> Runs:
        """Return the runs of the first `count` seeds of a config."""
        config, _ = wanted
        instead = self._longest.wanted(wanted)
        found = self._source.runs(instead, count)
        if instead[0] == config:
            return found
        surplus = instead[0][self._longest.field] - config[self._longest.field]
        curves = {name: curve[:, : curve.shape[1] - surplus] for name, curve in found.curves.items()}
        return Runs(config, found.seeds, curves, {}, {name: _unknown(one) for name, one in found.outputs.items()})


def _unknown(output: Array) -> Any:
    if not np.issubdtype(output.dtype, np.floating):
        return output
    return np.broadcast_to(np.array(np.nan, dtype=output.dtype), output.shape)
