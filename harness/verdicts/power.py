"""How likely a claim that is true is to be supported at a look: what a verdict of inconclusive is worth.

The truth is taken in the middle of the band; of a band that is open to one side, as far from its end as that is from
zero, since the end is the smallest effect of interest, or the largest that is none. Not the observed effect: power at
that only restates the p-value (Hoenig and Heisey 2001, The American Statistician 55, 19-24). A mean's power is that of
Student's t: where a sample is skewed, its interval is wider (`harness.statistics.estimators`) and the power lower on
that side.
"""

import math
from bisect import bisect_left, bisect_right

import numpy as np
import scipy

from harness.statistics.estimate import Estimate
from harness.verdicts.band import Band


def power(estimate: Estimate, band: Band, seeds: int, confidence: float, truth: float | None = None) -> float:
    """Return the probability that so many seeds support a finding; NaN where no formula is known.

    Parameters
    ----------
    estimate
        Gives the kind of check, and the spread that was seen.
    seeds, confidence
        Of the look in question.
    truth
        The value of the estimand; if not given, the finding is true, as `true_value` says.
    """
    truth = true_value(band) if truth is None else truth
    if estimate.kind == "proportion":
        return _of_proportion(truth, band, seeds, confidence)
    if math.isnan(estimate.value):
        return math.nan
    if estimate.kind == "mean":
        return _of_mean(truth - band.low, band.high - truth, _deviation(estimate), seeds, confidence)
    if estimate.kind == "ratio" and truth > 0:
        below = math.log(truth / band.low) if band.low > 0 else math.inf
        above = math.log(band.high / truth)
        return _of_mean(below, above, _deviation(estimate), seeds, confidence)
    return math.nan


def power_to_refute(estimate: Estimate, band: Band, seeds: int, confidence: float, truth: float) -> float:
    """Return the probability that so many seeds refute a finding; NaN where no formula is known.

    The interval has to lie inside what the band leaves out: below it, or above.

    Parameters
    ----------
    estimate, seeds, confidence
        As for `power`.
    truth
        The value of the estimand.
    """
    if math.isinf(band.low) and math.isinf(band.high):
        return 0.0
    most = 1.0 if estimate.kind == "proportion" else math.inf
    least = -math.inf if estimate.kind == "mean" else 0.0
    outside = (Band(least, band.low, ""), Band(band.high, most, ""))
    parts = [power(estimate, one, seeds, confidence, truth) for one in outside if one.low < one.high]
    return min(1.0, sum(parts))


def true_value(band: Band) -> float:
    """Return the value of the estimand at which the power is computed."""
    if math.isinf(band.high):
        return band.low + abs(band.low)
    if math.isinf(band.low):
        return band.high - abs(band.high)
    return (band.low + band.high) / 2


def _of_mean(below: float, above: float, deviation: float, seeds: int, confidence: float) -> float:
    """Return the power of two one-sided t tests, the spread taken as known (Julious 2004, Stat. Med. 23, 1921-1986)."""
    error = deviation / math.sqrt(seeds)
    critical = float(scipy.special.stdtrit(seeds - 1, (1 + confidence) / 2))
    reached_above, reached_below = (
        float(scipy.special.ndtr(distance / error - critical)) for distance in (above, below)
    )
    return max(0.0, reached_above + reached_below - 1)


def _of_proportion(truth: float, band: Band, seeds: int, confidence: float) -> float:
    """Return the probability of all counts of seeds whose exact interval lies inside the band."""
    tail, counts = (1 - confidence) / 2, range(seeds + 1)

    def low(count: int) -> float:
        return float(scipy.special.betaincinv(count, seeds - count + 1, tail)) if count > 0 else 0.0

    def high(count: int) -> float:
        return float(scipy.special.betaincinv(count + 1, seeds - count, 1 - tail)) if count < seeds else 1.0

    # Both ends grow with the count, so that the counts inside are those between two.
    fewest, most = bisect_left(counts, band.low, key=low), bisect_right(counts, band.high, key=high) - 1
    if fewest > most:
        return 0.0
    below = float(scipy.special.bdtr(fewest - 1, seeds, truth)) if fewest > 0 else 0.0
    return max(0.0, float(scipy.special.bdtr(most, seeds, truth)) - below)


def _deviation(estimate: Estimate) -> float:
    """Return the standard deviation of one seed, of a ratio that of its logarithm."""
    if estimate.deviation is not None:
        return estimate.deviation
    return float((np.log(estimate.sample) if estimate.kind == "ratio" else estimate.sample).std(ddof=1))
