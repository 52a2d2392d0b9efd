"""How far a number that a report prints lies from those of the seeds: each is one draw of their distribution."""

import math
from dataclasses import replace

import numpy as np
import scipy
from numpy.typing import ArrayLike

from harness.base.arrays import Floats
from harness.statistics.estimate import OF_ONE_DRAW, Estimate, Interval, Printing, Reported
from harness.statistics.position import Drawn, Scale, drawn_among, ratio_of
from harness.statistics.printing import NEVER, scores_of_average, scores_of_number, scores_of_proportion
from harness.statistics.sample import all_equal, at_least_two, no_interval, refuse_unless_positive, why_no_interval

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

    scale = Scale(forward, back=np.exp)

    def scores(told: Reported, runs: int) -> Interval:
        if runs == 1:
            return scores_of_number(told, drawn_among(told, values, scale), scale)
        return scores_of_average(told, values, runs)

    return _estimate(reported, values, label, scale, Printing(reported, scores))


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
        return np.clip((scipy.special.expit(np.asarray(log_odds, dtype=np.float64)) * (rows + 1) - 0.5) / rows, 0, 1)

    hits = values * rows
    binomial_error = float(np.sqrt(np.mean(1 / (hits + 0.5) + 1 / (rows - hits + 0.5))))
    scale = Scale(forward, back, largest=1.0, least_deviation=binomial_error)

    def scores(told: Reported, runs: int) -> Interval:
        if runs == 1:
            return scores_of_proportion(told, values, rows, drawn_among(told, values, scale), scale)
        return scores_of_average(told, values, runs, scale.largest, rows)

    return _estimate(reported, values, label, scale, Printing(reported, scores))


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
    reach = float(scipy.special.stdtrit(count - 1, (1 + PREDICTION) / 2)) * deviation * math.sqrt(1 + 1 / count)
    return mean - reach, mean + reach


def _estimate(reported: Reported, values: Floats, label: str, scale: Scale, printing: Printing) -> Estimate:
    """Return how far a reported number lies from the distribution over seeds, on a scale."""
    method = f"{OF_ONE_DRAW} from the mean over seeds, noncentral t interval"
    if not np.isfinite(values).all() or (all_equal(values) and scale.least_deviation == 0):
        nothing = no_interval(values, method, label, "draw", why_no_interval(values), reported.value)
        return replace(nothing, printing=Printing(reported, lambda told, runs: NEVER))
    drawn = drawn_among(reported, values, scale)
    center, (low, high) = _back(drawn, scale)
    return Estimate(
        ratio_of(drawn.distance, drawn.floored),
        drawn.interval,
        method,
        values,
        label,
        "draw",
        region=(low, high),
        reported=reported.value,
        note=f"reported {reported.value:g}; centre over seeds {center:.4g}; "
        f"{PREDICTION:.0%} prediction interval for one training {low:.4g} to {high:.4g}",
        printing=printing,
    )


def _back(drawn: Drawn, scale: Scale) -> tuple[float, tuple[float, float]]:
    """Return the mean, and the prediction interval of one draw, as the quantity itself."""
    low, high = (float(scale.back(np.asarray(end))) for end in _next_draw(drawn.mean, drawn.floored, len(drawn.scaled)))
    return float(scale.back(np.asarray(drawn.mean))), (low, high)
