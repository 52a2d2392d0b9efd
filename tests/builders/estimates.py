"""Samples, and what intervals of simulated estimates are held to."""

import math

import numpy as np

from harness.statistics.estimate import Estimate
from harness.verdicts.band import Band, Outcome, decide

# Extra hours of sleep with the second drug minus with the first, ten patients (Student 1908, Biometrika 6, 1-25; the
# data set `sleep` of R).
SLEEP = (1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4)

ONE_DRAW = Band(-1.96, 1.96, "the central 95 % of a normal distribution")


def within_error(proportion: float, nominal: float, repetitions: int) -> bool:
    """Tell whether a simulated proportion equals the nominal one within four standard errors of the simulation."""
    return abs(proportion - nominal) < 4 * math.sqrt(nominal * (1 - nominal) / repetitions)


def proportion_that_holds(truth: float, estimates: list[Estimate]) -> float:
    """Return the proportion of 90 % intervals that hold the truth."""
    ends = [estimate.interval(0.9) for estimate in estimates]
    return float(np.mean([low <= truth <= high for low, high in ends]))


def judged(estimate: Estimate, band: Band) -> Outcome:
    """Decide on the 90 % interval: each end of it is a one-sided test at 5 %."""
    return decide(estimate.interval(0.9), band)
