"""Comparisons of runs that are not paired: of two sets of logs, or with a mean that a report prints.

Pairs cancel what two runs of one seed have in common. Where nothing says which runs belong together, none may be made
up: these estimates take two independent samples, of whatever sizes.
"""

import math
from collections.abc import Callable

import numpy as np
import scipy
from numpy.typing import ArrayLike

from harness.base.arrays import Floats
from harness.statistics.estimate import Estimate, Interval, Reported
from harness.statistics.reported_runs import FORMS, ReportedRuns
from harness.statistics.sample import SKEWED, at_least_two, no_interval, refuse_unless_positive, skewness_of


def difference_of_means(first: ArrayLike, second: ArrayLike, label: str) -> Estimate:
    """Estimate the mean of one sample minus that of another, with Welch's t interval.

    The two may have other spreads and sizes (Welch 1947, Biometrika 34, 28-35).

    Parameters
    ----------
    first, second : (runs,)
        Numbers of runs that are not paired.
    label
        What the difference is.
    """
    one, other = at_least_two(first), at_least_two(second)
    shifted = one - other.mean() if np.isfinite(other).all() else one
    method = "difference of the means of two samples, Welch's t interval"
    problem = _why_none(one, other)
    if problem:
        return no_interval(shifted, method, label, "mean", problem)
    errors = np.array([one.var(ddof=1) / len(one), other.var(ddof=1) / len(other)])
    freedom = degrees_of_freedom(errors, (len(one) - 1, len(other) - 1))
    difference, error = float(one.mean() - other.mean()), math.sqrt(errors.sum())
    return Estimate(
        difference,
        student_interval(difference, error, freedom),
        method,
        shifted,
        label,
        "mean",
        note="; ".join(note for note in (f"{len(one)} and {len(other)} runs", _skewed(one, other)) if note),
        deviation=error * math.sqrt(len(one)),
    )


def ratio_of_means(first: ArrayLike, second: ArrayLike, label: str) -> Estimate:
    """Estimate the geometric mean of one sample over that of another: `difference_of_means` of the logarithms.

    Parameters
    ----------
    first, second : (runs,)
        Positive numbers of runs that are not paired.
    label
        What the ratio is.
    """
    one, other = at_least_two(first), at_least_two(second)
    refuse_unless_positive((one[np.isfinite(one)] > 0).all() and (other[np.isfinite(other)] > 0).all())
    method = "ratio of the geometric means of two samples, Welch's t interval on logarithms"
    logarithms = difference_of_means(np.log(one), np.log(other), label)
    sample = np.exp(logarithms.sample)
    if math.isnan(logarithms.value):
        return no_interval(sample, method, label, "ratio", logarithms.note)

    def interval(confidence: float) -> Interval:
        with np.errstate(over="ignore"):  # an end beyond all numbers is infinite
            low, high = np.exp(logarithms.interval(confidence))
        return float(low), float(high)

    return Estimate(
        math.exp(logarithms.value),
        interval,
        method,
        sample,
        label,
        "ratio",
        note=logarithms.note,
        deviation=logarithms.deviation,
    )


def ratio_of_spreads(first: ArrayLike, second: ArrayLike, label: str) -> Estimate:
    """Estimate the mean distance from the median in one sample over that in another, with an interval on logarithms.

    The distances are those of Brown and Forsythe (1974, J. Am. Stat. Assoc. 69, 364-367), which hold for skewed samples
    too; the variance of the logarithm of their mean is its squared coefficient of variation (delta method).

    Parameters
    ----------
    first, second : (runs,)
        Numbers of runs that are not paired.
    label
        What the ratio is.
    """
    samples = [at_least_two(first), at_least_two(second)]
    method = "ratio of the mean distances from the median of two samples, t interval on logarithms"
    distances = [np.abs(sample - np.median(sample)) * len(sample) / (len(sample) - 1) for sample in samples]
    without = [place for place, one in enumerate(distances) if not one.any()]
    problem = _why_none(*samples) or ("one of the two has no spread at all" if without else "")
    if problem:
        return no_interval(distances[0], method, label, "ratio", problem)
    one, other = distances
    errors = np.array([(each.std(ddof=1) / each.mean()) ** 2 / len(each) for each in distances])
    freedom = degrees_of_freedom(errors, (len(one) - 1, len(other) - 1))
    ratio = float(one.mean() / other.mean())
    on_logarithms = student_interval(math.log(ratio), math.sqrt(errors.sum()), freedom)

    def interval(confidence: float) -> Interval:
        low, high = np.exp(on_logarithms(confidence))
        return float(low), float(high)

    note, deviation = f"{len(one)} and {len(other)} runs", math.sqrt(errors.sum() * len(one))
    return Estimate(ratio, interval, method, one / other.mean(), label, "ratio", note=note, deviation=deviation)


def difference_from_reported(sample: ArrayLike, reported: Reported, label: str) -> Estimate:
    """Estimate the mean of one's own runs minus that of runs of which a report prints a summary.

    Welch's t interval from summary statistics; what rounding may have hidden of the printed mean widens it.

    Parameters
    ----------
    sample : (runs,)
        One's own.
    reported
        As the register has it, such as "72.9 +- 0.4 sd (n = 5)".
    label
        What the difference is.

    Raises
    ------
    ValueError
        If it is a number alone.
    """
    if not isinstance(reported, ReportedRuns):
        raise ValueError(f"{reported.value} says nothing of its runs; have the register give it as {FORMS}")
    values = at_least_two(sample)
    method = "difference from a reported mean, Welch's t interval from summary statistics"
    shifted = values - reported.value
    if not np.isfinite(values).all():
        return no_interval(shifted, method, label, "mean", f"{int((~np.isfinite(values)).sum())} runs diverged")
    errors = np.array([values.var(ddof=1) / len(values), reported.error**2])
    if errors.sum() == 0:
        return no_interval(shifted, method, label, "mean", "neither one's own runs nor the report's have any spread")
    freedom = degrees_of_freedom(errors, (len(values) - 1, reported.freedom))
    error = math.sqrt(errors.sum())
    student = student_interval(float(shifted.mean()), error, freedom)

    def interval(confidence: float) -> Interval:
        low, high = student(confidence)
        return low - reported.half_unit, high + reported.half_unit

    counts = f"{len(values)} runs against {reported.runs} reported ones"
    note = "; ".join(text for text in (counts, reported.note) if text)
    deviation = error * math.sqrt(len(values))
    return Estimate(float(shifted.mean()), interval, method, shifted, label, "mean", note=note, deviation=deviation)


def degrees_of_freedom(errors: Floats, freedoms: tuple[float, float]) -> float:
    """Return Welch's degrees of freedom of a difference, from the squared standard errors of two samples: (2,)."""
    return float(errors.sum() ** 2 / (errors**2 / freedoms).sum())


def student_interval(value: float, error: float, freedom: float) -> Callable[[float], Interval]:
    """Return Student's interval about a value, from its standard error and degrees of freedom."""

    def interval(confidence: float) -> Interval:
        reach = float(scipy.special.stdtrit(freedom, (1 + confidence) / 2)) * error
        return value - reach, value + reach

    return interval


def _why_none(one: Floats, other: Floats) -> str:
    diverged = int((~np.isfinite(one)).sum() + (~np.isfinite(other)).sum())
    if diverged:
        return f"{diverged} of {len(one) + len(other)} runs diverged: there is no mean to speak of"
    if np.ptp(one) == 0 and np.ptp(other) == 0:
        return f"no spread to judge by: all runs of one gave {one[0]:g}, all of the other {other[0]:g}"
    return ""


def _skewed(*samples: Floats) -> str:
    worst = max((abs(skewness_of(sample)) for sample in samples if np.ptp(sample) > 0), default=0.0)
    return f"means of skewed samples (skewness {worst:.1f}), wrong more often" if worst > SKEWED else ""
