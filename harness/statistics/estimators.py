"""Estimates over seeds, each with its intervals, its method and the sample it rests on.

Seeds are the unit of replication: every function takes one number a seed. All intervals are two-sided, so that each
end of one with confidence 1 - 2a is a one-sided test at a: an interval inside a band is the two one-sided tests of
equivalence (Schuirmann 1987, J. Pharmacokinet. Biopharm. 15, 657-680), an interval outside refutes. Those of a number
that a report prints are in `harness.statistics.draws`.
"""

import math
from dataclasses import replace

import numpy as np
import scipy
from numpy.typing import ArrayLike

from harness.statistics.estimate import EXACT, Estimate, Interval
from harness.statistics.sample import (
    SKEWED,
    at_least_two,
    inside,
    no_interval,
    refuse_unless_positive,
    skewness_of,
    why_no_interval,
)


def mean_over_seeds(sample: ArrayLike, label: str) -> Estimate:
    """Estimate the mean over seeds, with Student's t interval, widened where the sample is skewed.

    Where few of the draws come from a long tail, mean and spread are both too small, so that Student's t ends too often
    too near on the side of the tail. Each end is the farther one of Student's t and of Hall's t, whose cubic
    transformation takes the skewness away (`_unskewed`). Hall's nearer end, on the side of the shorter tail, is not
    taken: the interval is never narrower than Student's, and holds for normal samples as that does.

    Parameters
    ----------
    sample : (seeds,)
        For a comparison: differences paired by seed.
    label
        What one number of the sample is.
    """
    values = at_least_two(sample)
    method = "mean over seeds, t interval widened for skewness"
    problem = why_no_interval(values)
    if problem:
        return no_interval(values, method, label, "mean", problem)
    mean, deviation, count = float(values.mean()), float(values.std(ddof=1)), len(values)
    skewness = skewness_of(values)
    note = f"a mean of a skewed sample (skewness {skewness:.1f}), wrong more often" if abs(skewness) > SKEWED else ""

    def interval(confidence: float) -> Interval:
        student = float(scipy.special.stdtrit(count - 1, (1 + confidence) / 2)) / math.sqrt(count)
        below = max(student, _unskewed(student, skewness, count))
        above = max(student, -_unskewed(-student, skewness, count))
        return mean - deviation * below, mean + deviation * above

    return Estimate(mean, interval, method, values, label, "mean", note=note)


def ratio_over_seeds(first: ArrayLike, second: ArrayLike, label: str) -> Estimate:
    """Estimate the geometric mean of the ratio first / second, paired by seed: that of `mean_over_seeds` on logarithms.

    Parameters
    ----------
    first, second : (seeds,)
        Positive numbers of the same seeds; where one of `first` is zero, there is no interval.
    label
        What one ratio is.
    """
    numerators, denominators = at_least_two(first), at_least_two(second)
    # A number over infinity would pass for zero, though that seed diverged.
    finite = np.isfinite(numerators) & np.isfinite(denominators)
    refuse_unless_positive((numerators[finite] >= 0).all() and (denominators[finite] > 0).all())
    ratios = np.where(finite, numerators, np.nan) / np.where(finite, denominators, np.nan)
    method = "geometric mean of paired ratios, t interval on logarithms widened for skewness"
    zeros = int((ratios == 0).sum())
    none = f"{zeros} of {len(ratios)} ratios are zero, which has no logarithm" if zeros else ""
    problem = why_no_interval(ratios) or none or why_no_interval(np.log(ratios))
    if problem:
        return no_interval(ratios, method, label, "ratio", problem)
    logarithms = mean_over_seeds(np.log(ratios), label)

    def interval(confidence: float) -> Interval:
        with np.errstate(over="ignore"):  # an end beyond all numbers is infinite
            low, high = np.exp(logarithms.interval(confidence))
        return float(low), float(high)

    return Estimate(math.exp(logarithms.value), interval, method, ratios, label, "ratio", note=logarithms.note)


def proportion_of_seeds(sample: ArrayLike, region: tuple[float, float], label: str) -> Estimate:
    """Estimate in which proportion of seeds a number falls into a region, with the exact binomial interval.

    Needs no assumption on the distribution of the sample, which for accuracies on few rows is tied and skewed
    (Clopper and Pearson 1934, Biometrika 26, 404-413). A number that is not finite, from a run that diverged, is
    outside every region.

    Parameters
    ----------
    sample : (seeds,)
        One number a seed.
    region
        Lowest and highest number that counts, both included.
    label
        What one number of the sample is.
    """
    values = at_least_two(sample)
    within = int(inside(values, region).sum())
    outside = len(values) - within

    def interval(confidence: float) -> Interval:
        tail = (1 - confidence) / 2
        lowest = float(scipy.special.betaincinv(within, outside + 1, tail)) if within else 0.0
        highest = float(scipy.special.betaincinv(within + 1, outside, 1 - tail)) if outside else 1.0
        return lowest, highest

    return Estimate(
        within / len(values),
        interval,
        "proportion of seeds, exact binomial interval",
        values,
        label,
        "proportion",
        region=region,
        note=f"{within} of {len(values)} seeds",
    )


def median_over_seeds(sample: ArrayLike, label: str) -> Estimate:
    """Estimate the median over seeds, with the interval between two order statistics.

    Holds for every distribution, ties included (Conover 1999, Practical Nonparametric Statistics, section 3.2). An
    infinite number is a time that was not reached before the training ended: since all seeds are watched equally
    long, the sample median and these limits are those of Kaplan and Meier (1958, J. Am. Stat. Assoc. 53, 457-481).

    Parameters
    ----------
    sample : (seeds,)
        One number a seed, infinite where it was not reached.
    label
        What one number of the sample is.
    """
    values = at_least_two(sample)
    method = "median over seeds, interval between order statistics"
    if np.isnan(values).any():
        return no_interval(
            values, method, label, "median", f"{int(np.isnan(values).sum())} of {len(values)} seeds diverged"
        )
    ordered, count = np.sort(values), len(values)
    fewer = scipy.special.bdtr(np.arange(count), count, 0.5)

    def interval(confidence: float) -> Interval:
        # The rank-th smallest and largest leave out the median with probability 2 P(Binomial(count, 1/2) < rank).
        rank = int(np.searchsorted(fewer, (1 - confidence) / 2, side="right"))
        if rank == 0:
            return -math.inf, math.inf
        return float(ordered[rank - 1]), float(ordered[count - rank])

    never = int(np.isinf(values).sum())
    note = f"{never} of {count} seeds never got there (censored at the end of training)" if never else ""
    middle = ordered[[(count - 1) // 2, count // 2]]
    return Estimate(float(middle.mean()), interval, method, values, label, "median", note=note)


def median_ratio_over_seeds(first: ArrayLike, second: ArrayLike, label: str) -> Estimate:
    """Estimate the median of the ratio first / second, paired by seed: that of `median_over_seeds`.

    Holds for every distribution, however skewed. A run that diverged counts as worst: the ratio is infinite where
    `first` is not finite, and 0 where only `second` is not.

    Parameters
    ----------
    first, second : (seeds,)
        Numbers of the same seeds of at least 0, such as losses; the second ones positive.
    label
        What one ratio is.
    """
    numerators, denominators = at_least_two(first), at_least_two(second)
    one, other = np.isfinite(numerators), np.isfinite(denominators)
    refuse_unless_positive((numerators[one] >= 0).all() and (denominators[other] > 0).all())
    ratios = np.where(one, 0.0, np.inf)
    ratios[one & other] = numerators[one & other] / denominators[one & other]
    return replace(
        median_over_seeds(ratios, label), method="median of paired ratios, interval between order statistics"
    )


def exactly(value: float, label: str) -> Estimate:
    """Return a number that rests on no sample, such as a count or an arithmetical bound."""
    return Estimate(value, lambda _: (value, value), EXACT, np.array([value]), label, "exact")


def _unskewed(quantile: float, skewness: float, count: int) -> float:
    """Return where Hall's transformed statistic takes the value `quantile`, in standard deviations from the mean.

    Hall 1992, J. R. Stat. Soc. B 54, 221-228: with T the distance of the sample mean from the true one in standard
    deviations, and g the skewness, T + g T^2 / 3 + g^2 T^3 / 27 + g / (6 n) is nearly symmetric, and rises with T. Its
    inverse is 3 ((1 + g y)^(1/3) - 1) / g with y = quantile - g / (6 n), here without a division by g, which may be 0.
    It is never more than 4 |y|, so that few seeds, which say little of their skewness, widen an interval only so far.

    Parameters
    ----------
    quantile
        Student's, over the root of the number of seeds.
    count
        Of seeds.
    """
    shifted = quantile - skewness / (6 * count)
    root = math.cbrt(1 + skewness * shifted)
    return 3 * shifted / (1 + root + root**2)
