"""Estimates over seeds, each with its intervals, its method and the sample it rests on.

Seeds are the unit of replication: every function takes one number a seed. All intervals are two-sided, so that each
end of one with confidence 1 - 2a is a one-sided test at a: an interval inside a band is the two one-sided tests of
equivalence (Schuirmann 1987, J. Pharmacokinet. Biopharm. 15, 657-680), an interval outside refutes.
"""

import functools
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from harness.estimate import Estimate, Interval, Kind, Reported
from harness.runs import Floats

PREDICTION = 0.95


def mean_over_seeds(sample: ArrayLike, label: str) -> Estimate:
    """Estimate the mean over seeds, with Student's t interval.

    Parameters
    ----------
    sample : (seeds,)
        For a comparison: differences paired by seed.
    label
        What one number of the sample is.
    """
    values = _at_least_two(sample)
    method = "mean over seeds, t interval"
    problem = _no_interval_from(values)
    if problem:
        return _no_interval(values, method, label, "mean", problem)
    mean, error = float(values.mean()), float(stats.sem(values))

    def interval(confidence: float) -> Interval:
        reach = error * float(special.stdtrit(len(values) - 1, (1 + confidence) / 2))
        return mean - reach, mean + reach

    return Estimate(mean, interval, method, values, label, "mean")


def ratio_over_seeds(first: ArrayLike, second: ArrayLike, label: str) -> Estimate:
    """Estimate the geometric mean of the ratio first / second, paired by seed (t interval on the logarithms).

    Parameters
    ----------
    first, second : (seeds,)
        Positive numbers of the same seeds.
    label
        What one ratio is.
    """
    numerators, denominators = _at_least_two(first), _at_least_two(second)
    # A number over infinity would pass for zero, though that seed diverged.
    finite = np.isfinite(numerators) & np.isfinite(denominators)
    _refuse_unless((numerators[finite] > 0).all() and (denominators[finite] > 0).all())
    ratios = np.where(finite, numerators, np.nan) / np.where(finite, denominators, np.nan)
    method = "geometric mean of paired ratios, t interval on logarithms"
    problem = _no_interval_from(ratios) or _no_interval_from(np.log(ratios))
    if problem:
        return _no_interval(ratios, method, label, "ratio", problem)
    logarithms = mean_over_seeds(np.log(ratios), label)

    def interval(confidence: float) -> Interval:
        with np.errstate(over="ignore"):  # an end beyond all numbers is infinite
            low, high = np.exp(logarithms.interval(confidence))
        return float(low), float(high)

    return Estimate(math.exp(logarithms.value), interval, method, ratios, label, "ratio")


def share_of_seeds(sample: ArrayLike, region: tuple[float, float], label: str) -> Estimate:
    """Estimate in which share of seeds a number falls into a region, with the exact binomial interval.

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
    values = _at_least_two(sample)
    low, high = region
    # Differences of shares such as 0.95 - 0.90 miss the margin they equal by an error of rounding.
    tolerance = 1e-9
    inside = int((np.isfinite(values) & (values >= low - tolerance) & (values <= high + tolerance)).sum())
    outside = len(values) - inside

    def interval(confidence: float) -> Interval:
        tail = (1 - confidence) / 2
        lowest = float(special.betaincinv(inside, outside + 1, tail)) if inside else 0.0
        highest = float(special.betaincinv(inside + 1, outside, 1 - tail)) if outside else 1.0
        return lowest, highest

    return Estimate(
        inside / len(values),
        interval,
        "share of seeds, exact binomial interval",
        values,
        label,
        "share",
        region=region,
        note=f"{inside} of {len(values)} seeds",
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
    values = _at_least_two(sample)
    method = "median over seeds, interval between order statistics"
    if np.isnan(values).any():
        return _no_interval(
            values, method, label, "median", f"{int(np.isnan(values).sum())} of {len(values)} seeds diverged"
        )
    ordered, count = np.sort(values), len(values)

    def interval(confidence: float) -> Interval:
        # The rank-th smallest and largest leave out the median with probability 2 P(Binomial(count, 1/2) < rank).
        rank = int(stats.binom.ppf((1 - confidence) / 2, count, 0.5))
        if rank == 0 or stats.binom.cdf(rank - 1, count, 0.5) > (1 - confidence) / 2:
            return -math.inf, math.inf
        return float(ordered[rank - 1]), float(ordered[count - rank])

    never = int(np.isinf(values).sum())
    note = f"{never} of {count} seeds never got there (censored at the end of training)" if never else ""
    middle = ordered[[(count - 1) // 2, count // 2]]
    return Estimate(float(middle.mean()), interval, method, values, label, "median", note=note)


def exactly(value: float, label: str) -> Estimate:
    """Return a number that rests on no sample, such as a count or an arithmetical bound."""
    return Estimate(value, lambda _: (value, value), "exact: nothing is sampled", np.array([value]), label, "exact")


def plausible_draw(reported: Reported, sample: ArrayLike, label: str) -> Estimate:
    """Estimate how far a reported positive number lies from the distribution over seeds, in standard deviations.

    A number of a report is one draw of that distribution, not its mean. On a logarithmic scale, taken as normal;
    the interval is exact for normal data (noncentral t; Hedges and Olkin 1985, Statistical Methods for
    Meta-Analysis, ch. 5). Within the rounding of the reported number, the value nearest to the mean is taken.

    Parameters
    ----------
    reported
        The number as printed, not negative.
    sample : (seeds,)
        The same quantity for each seed, positive.
    label
        What one number of the sample is.
    """
    values = _at_least_two(sample)
    _refuse_unless(reported.value >= 0 and (values[np.isfinite(values)] > 0).all())

    def forward(number: ArrayLike) -> Floats:
        with np.errstate(divide="ignore"):  # "0.00" stands for everything from zero, at -inf, to 0.005
            return np.log(np.maximum(number, 0.0))

    return _position(reported, values, label, forward=forward, back=np.exp)


def plausible_share_draw(reported: Reported, sample: ArrayLike, rows: int, label: str) -> Estimate:
    """Estimate how far a reported share of rows lies from the distribution over seeds, in standard deviations.

    As `plausible_draw`, on the scale of smoothed log odds, log((k + 1/2) / (rows - k + 1/2)) (Haldane 1956; its
    variance by Gart and Zweifel 1967, Biometrika 54, 181-187). Each share is itself a sample of `rows` rows, so
    refuting needs a distance in units of no less than that binomial error: twenty seeds with the same accuracy do
    not make every other accuracy impossible.

    Parameters
    ----------
    reported
        The share as printed.
    sample : (seeds,)
        The same share for each seed.
    rows
        Of how many rows each is a share.
    label
        What one number of the sample is.
    """
    values = _at_least_two(sample)

    def forward(share: ArrayLike) -> Floats:
        hits = np.clip(np.asarray(share, dtype=np.float64), 0, 1) * rows
        return np.log((hits + 0.5) / (rows - hits + 0.5))

    def back(log_odds: ArrayLike) -> Floats:
        return np.clip((special.expit(np.asarray(log_odds, dtype=np.float64)) * (rows + 1) - 0.5) / rows, 0, 1)

    hits = values * rows
    binomial_error = float(np.sqrt(np.mean(1 / (hits + 0.5) + 1 / (rows - hits + 0.5))))
    return _position(
        reported,
        values,
        label,
        forward=forward,
        back=back,
        least_deviation=binomial_error,
    )


def prediction_interval(sample: ArrayLike) -> tuple[float, float]:
    """Return the interval that holds one further draw of a normal distribution with probability `PREDICTION`.

    Hahn and Meeker 1991, Statistical Intervals, section 4.7.

    Parameters
    ----------
    sample : (seeds,)
        Finite numbers.
    """
    values = _at_least_two(sample)
    return _next_draw(float(values.mean()), float(values.std(ddof=1)), len(values))


def _next_draw(mean: float, deviation: float, count: int) -> tuple[float, float]:
    reach = float(stats.t.ppf((1 + PREDICTION) / 2, count - 1)) * deviation * math.sqrt(1 + 1 / count)
    return mean - reach, mean + reach


def _position(
    reported: Reported,
    values: Floats,
    label: str,
    *,
    forward: Callable[[ArrayLike], Floats],
    back: Callable[[ArrayLike], Floats],
    least_deviation: float = 0.0,
) -> Estimate:
    method = "distance of the reported value from the mean over seeds, noncentral t interval"
    constant = _all_equal(values)
    if not np.isfinite(values).all() or (constant and least_deviation == 0):
        return _no_interval(values, method, label, "draw", _no_interval_from(values), reported.value)
    scaled = forward(values)
    # The standard deviation of equal numbers is not always zero, but of the order of rounding.
    mean, deviation = float(scaled.mean()), 0.0 if constant else float(scaled.std(ddof=1))
    floored = max(deviation, least_deviation)
    rounding = (reported.value - reported.half_unit, reported.value + reported.half_unit)
    lowest, highest = (float(forward(end)) for end in rounding)
    distance = max(lowest - mean, 0.0) + min(highest - mean, 0.0)
    # Where seeds themselves got as far out, as in a distribution with two humps, it is no farther than they show.
    as_far = scaled >= lowest - 1e-9 if distance > 0 else scaled <= highest + 1e-9
    shown = max(0.0, -float(special.ndtri(as_far.mean())))

    def interval(confidence: float) -> Interval:
        # The spread that was seen limits what is supported, the spread that must be there what is refuted.
        ends = [
            _position_interval(_ratio(distance, spread), len(values), confidence) for spread in {deviation, floored}
        ]
        lower, upper = min(low for low, _ in ends), max(high for _, high in ends)
        return min(lower, shown) if distance > 0 else lower, max(upper, -shown) if distance < 0 else upper

    center = back(np.asarray(mean))
    low, high = (float(back(np.asarray(end))) for end in _next_draw(mean, floored, len(values)))
    return Estimate(
        _ratio(distance, floored),
        interval,
        method,
        values,
        label,
        "draw",
        region=(low, high),
        reported=reported.value,
        note=f"reported {reported.value:g}; centre over seeds {float(center):.4g}; "
        f"{PREDICTION:.0%} prediction interval for one training {low:.4g} to {high:.4g}",
    )


def _ratio(distance: float, deviation: float) -> float:
    return distance / deviation if deviation > 0 else math.copysign(math.inf, distance) if distance else 0.0


def _position_interval(position: float, count: int, confidence: float) -> Interval:
    """Return the interval for a standardized distance that was estimated from `count` normal draws."""
    if math.isinf(position):
        return (position, position)
    statistic = position * math.sqrt(count)
    tail = (1 - confidence) / 2
    # The noncentral t distribution as a mixture of normals over the spread that might have been seen;
    # scipy.stats.nct.cdf gives NaN far from its centre, which is where a refuted value lies.
    shifted = statistic * _relative_spreads(count)

    def noncentrality(probability: float) -> float:
        return float(
            optimize.brentq(
                lambda center: special.ndtr(shifted - center).mean() - probability,
                shifted.min() - 10,
                shifted.max() + 10,
            )
        )

    return noncentrality(1 - tail) / math.sqrt(count), noncentrality(tail) / math.sqrt(count)


@functools.cache
def _relative_spreads(count: int) -> Floats:
    """Return evenly probable standard deviations of `count` standard normal draws, shape (4000,)."""
    probabilities = (np.arange(4000) + 0.5) / 4000
    spreads: Floats = np.sqrt(stats.chi2.ppf(probabilities, count - 1) / (count - 1))
    return spreads


def _at_least_two(sample: ArrayLike) -> Floats:
    values = np.asarray(sample, dtype=np.float64)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(f"a sample has shape (seeds,) with at least 2 seeds, not {values.shape}")
    return values


def _refuse_unless(positive: bool | np.bool_) -> None:
    if not positive:
        raise ValueError("a ratio or a logarithm needs positive numbers, but the sample or the reported one is not")


def _all_equal(values: Floats) -> bool:
    """Whether all are the same number, but for the rounding of a difference or a ratio."""
    return bool(np.ptp(values) <= 1e-9 * np.abs(values).max()) if np.isfinite(values).all() else False


def _no_interval_from(values: Floats) -> str:
    diverged = int((~np.isfinite(values)).sum())
    if diverged:
        return f"{diverged} of {len(values)} seeds diverged: there is no mean to speak of"
    if _all_equal(values):
        return "all seeds gave the same number: there is no spread to judge by"
    return ""


def _no_interval(
    values: Floats, method: str, label: str, kind: Kind, note: str, reported: float | None = None
) -> Estimate:
    def everywhere(confidence: float) -> Interval:
        return -math.inf, math.inf

    return Estimate(math.nan, everywhere, method, values, label, kind, reported=reported, note=note)
