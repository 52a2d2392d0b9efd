"""How far a number that a report prints lies from those of the seeds: each is one draw of their distribution."""

import functools
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from harness.base.arrays import Floats
from harness.statistics.estimate import Estimate, Interval, Reported
from harness.statistics.estimators import all_equal, at_least_two, no_interval, refuse_unless_positive, why_no_interval

PREDICTION = 0.95


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
    values = at_least_two(sample)
    refuse_unless_positive(reported.value >= 0 and (values[np.isfinite(values)] > 0).all())

    def forward(number: ArrayLike) -> Floats:
        with np.errstate(divide="ignore"):  # "0.00" stands for everything from zero, at -inf, to 0.005
            return np.log(np.maximum(number, 0.0))

    return _position(reported, values, label, forward=forward, back=np.exp)


def plausible_proportion_draw(reported: Reported, sample: ArrayLike, rows: int, label: str) -> Estimate:
    """Estimate how far a reported proportion of rows lies from the distribution over seeds, in standard deviations.

    As `plausible_draw`, on the scale of smoothed log odds, log((k + 1/2) / (rows - k + 1/2)) (Haldane 1956; its
    variance by Gart and Zweifel 1967, Biometrika 54, 181-187). Each proportion is itself a sample of `rows` rows, so
    refuting needs a distance in units of no less than that binomial error: twenty seeds with the same accuracy do
    not make every other accuracy impossible.

    Parameters
    ----------
    reported
        The proportion as printed.
    sample : (seeds,)
        The same proportion for each seed.
    rows
        Of how many rows each is a proportion.
    label
        What one number of the sample is.
    """
    values = at_least_two(sample)

    def forward(proportion: ArrayLike) -> Floats:
        hits = np.clip(np.asarray(proportion, dtype=np.float64), 0, 1) * rows
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
        largest=1.0,
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
    values = at_least_two(sample)
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
    largest: float = math.inf,
    least_deviation: float = 0.0,
) -> Estimate:
    method = "distance of the reported value from the mean over seeds, noncentral t interval"
    constant = all_equal(values)
    if not np.isfinite(values).all() or (constant and least_deviation == 0):
        nothing = no_interval(values, method, label, "draw", why_no_interval(values), reported.value)
        return replace(nothing, log_likelihood=-math.inf)
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

    # All that lies beyond what the number can be is printed as the end of its range.
    below = lowest - mean if rounding[0] > 0 else -math.inf
    above = highest - mean if rounding[1] < largest else math.inf
    log_likelihood = _log_likelihood_between(below, above, floored, len(values))
    if (
        least_deviation
    ):  # proportions are tied: half of it by what seeds themselves printed, which no smooth curve can tell
        printing = float(((scaled >= lowest - 1e-9) & (scaled <= highest + 1e-9)).mean())
        log_printing = math.log(printing) if printing else -math.inf
        log_likelihood = float(np.logaddexp(log_likelihood, log_printing)) - math.log(2)
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
        log_likelihood=log_likelihood,
    )


def _log_likelihood_between(low: float, high: float, deviation: float, count: int) -> float:
    """Return the logarithm of the likelihood that the next draw lies so far from the mean of `count` normal draws.

    Student's t, as in `_next_draw`, which is its interval.
    """
    scale = deviation * math.sqrt(1 + 1 / count)
    if low > 0:  # the tail of small probabilities is the exact one
        low, high = -high, -low
    likelihood = float(special.stdtr(count - 1, high / scale) - special.stdtr(count - 1, low / scale))
    return math.log(likelihood) if likelihood > 0 else -math.inf


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
