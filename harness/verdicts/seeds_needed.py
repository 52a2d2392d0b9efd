"""How many seeds a claim needs, from what a few have shown of the spread."""

import math
from collections.abc import Callable
from dataclasses import replace

from harness.statistics.estimate import Estimate
from harness.verdicts.band import Band
from harness.verdicts.power import power, power_to_refute, true_value

WANTED = 0.8  # of the power: four of five such studies come to a verdict
MOST = 1_000_000
ONE_DEVIATION = 0.6827  # confidence of the normal interval that reaches one standard error to either side


def seeds_to_support(estimate: Estimate, band: Band, confidence: float) -> float:
    """Return how many seeds support a finding that is true, with a probability of `WANTED`.

    Parameters
    ----------
    estimate
        Over a few seeds: it gives the kind of check, and the spread.
    confidence
        Two-sided, of the look at all of them.

    Returns
    -------
    float
        A whole number; infinite if no number does, NaN where no formula is known.
    """
    alike, ends = _with_formula(estimate), _reachable(band, estimate)
    return _fewest(lambda seeds: power(alike, ends, seeds, confidence, true_value(band)))


def seeds_to_decide(estimate: Estimate, band: Band, confidence: float) -> float:
    """Return how many seeds come to a verdict, with a probability of `WANTED`, if the truth is what was estimated.

    Parameters and result are as of `seeds_to_support`. The nearer the estimate lies to an end of the band, the more.
    """
    alike, ends = _with_formula(estimate), _reachable(band, estimate)

    def decided(seeds: int) -> float:
        supported = power(alike, ends, seeds, confidence, estimate.value)
        return max(supported, power_to_refute(alike, ends, seeds, confidence, estimate.value))

    return _fewest(decided)


def _with_formula(estimate: Estimate) -> Estimate:
    """Return an estimate whose power is known: of other kinds a mean that has an interval as wide at as many seeds.

    That is rough, but the width of all intervals here falls about as the root of the number of seeds.
    """
    if estimate.kind in ("mean", "ratio", "proportion") or math.isnan(estimate.value):
        return estimate
    low, high = estimate.interval(ONE_DEVIATION)
    width = (high - low) / 2
    if not (math.isfinite(width) and width > 0):
        return replace(estimate, kind="exact")  # whose power nobody knows
    return replace(estimate, kind="mean", deviation=width * math.sqrt(estimate.seeds))


def _reachable(band: Band, estimate: Estimate) -> Band:
    """Return the band without ends beyond which no estimate of the kind can lie."""
    if estimate.kind not in ("probability", "cells"):
        return band
    return replace(band, low=-math.inf if band.low <= 0 else band.low, high=math.inf if band.high >= 1 else band.high)


def _fewest(chance: Callable[[int], float]) -> float:
    """Return the fewest seeds with at least the chance that is wanted, found by halving."""
    if math.isnan(chance(2)):
        return math.nan
    if chance(MOST) < WANTED:
        return math.inf
    few, many = 1, 2
    while chance(many) < WANTED:
        few, many = many, 2 * many
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if chance(middle) >= WANTED else (middle, many)
    return float(many)
