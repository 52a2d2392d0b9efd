"""What a sample over seeds says of one quantity, as data; `harness.statistics.estimators` makes it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from harness.base.arrays import Floats

Interval = tuple[float, float]
OF_ONE_DRAW = "distance of the reported value"
"""How the method of an estimate begins that asks whether a printed number can be one draw."""
EXACT = "exact: nothing is sampled"
"""The method of a number that rests on no sample, and so has no error."""
Kind = Literal["mean", "ratio", "proportion", "median", "cells", "draw", "exact", "probability"]


@dataclass(frozen=True)
class Reported:
    """A number as the report prints it.

    Attributes
    ----------
    value
        The number.
    half_unit
        Half a unit of its last decimal: what rounding may have hidden.
    """

    value: float
    half_unit: float


@dataclass(frozen=True, eq=False)
class Printing:
    """A reported number, and which draws are printed so.

    Attributes
    ----------
    reported
        The number.
    scores
        From a number and how many further runs it is the average of to the normal scores between which that average is
        printed so, as of `harness.statistics.printing`.
    """

    reported: Reported
    scores: Callable[[Reported, int], Interval]

    def between(self, runs: int) -> Interval:
        """Return the normal scores between which the average of so many further runs is printed as reported."""
        return self.scores(self.reported, runs)


@dataclass(frozen=True, eq=False)
class Estimate:
    """What a sample says of one quantity.

    Attributes
    ----------
    value
        Point estimate.
    interval
        From a confidence between 0 and 1 to the two-sided interval with it; of two, that with the larger confidence
        holds the other. From -inf to inf says that the sample carries none.
    method
        What was estimated and how the interval was made, in one phrase.
    sample : (seeds,)
        The numbers it rests on, one a seed, in the unit that `sample_label` names.
    sample_label
        What one number of the sample is.
    kind
        Of check: ``mean``, ``ratio``, ``proportion``, ``median``, ``cells``, ``draw``, ``exact`` or ``probability``.
    region
        The range of a single seed's number in which that seed agrees with the finding (for a reported value: the
        prediction interval); None where only the mean counts.
    reported
        The number of the report, in the unit of the sample, if the estimate is about one.
    note
        What a reader should know besides, in one sentence; may be empty.
    printing
        Of a reported number, which draws are printed so; None otherwise.
    deviation
        Of a mean or a ratio, the standard error times the root of the number of seeds, where that is not the standard
        deviation of the sample; None where it is.
    grows
        Whether more seeds would say more; not so where the sample is of something else, such as tasks.
    """

    value: float
    interval: Callable[[float], Interval]
    method: str
    sample: Floats
    sample_label: str
    kind: Kind
    region: tuple[float, float] | None = None
    reported: float | None = None
    note: str = ""
    printing: Printing | None = None
    deviation: float | None = None
    grows: bool = True

    @property
    def seeds(self) -> int:
        """How many seeds it rests on."""
        return len(self.sample)


def undecided(estimate: Estimate, why: str) -> Estimate:
    """Return an estimate of the same value that neither supports nor refutes anything, and why.

    Parameters
    ----------
    why
        In one sentence.
    """

    def everywhere(confidence: float) -> Interval:
        return -math.inf, math.inf

    note = "; ".join(text for text in (why, estimate.note) if text)
    return replace(estimate, interval=everywhere, note=note)
