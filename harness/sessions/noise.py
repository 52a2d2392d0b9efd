"""Whether two estimates of one quantity, each with its interval, differ by more than their noise."""

import math

import scipy

from harness.verdicts.verdict import Verdict

# What a method says of itself whose interval was made on logarithms (`harness.statistics.estimators.ratio_over_seeds`).
ON_LOGARITHMS = "on logarithms"


def p_same(before: Verdict, after: Verdict) -> float:
    """Return the two-sided p-value for two estimates being of the same quantity.

    The two samples are treated as independent. Mostly they are not: the same seeds on the same code give the very
    same estimate, and the same seeds on other code nearly that. Then the difference has less noise than is allowed
    for here, so the test errs less often, and sees less.

    The noise of a difference of independent estimates comes from their intervals: on each side, the root of the sum
    of the squared distances from either estimate to the end of its interval that faces the other one (Newcombe 1998,
    Stat. Med. 17, 873-890, method 10; for estimates of any kind Zou and Donner 2008, Stat. Med. 27, 1693-1702). It
    needs no symmetry, and a proportion of 20 of 20 seeds has noise below itself. To go from the confidence of the
    intervals to any other, distances are taken to grow as the quantiles of Student's t, with the degrees of freedom of
    the smaller sample, which is no less than Welch's approximation asks for (Welch 1938, Biometrika 29, 350-362). How
    often this errs is simulated in ``tests/sessions/test_noise.py``.

    An interval of no width is no measure of noise, where a sample is tied. Then only the confidences speak: that two
    intervals lie apart has a probability of no more than both of missing (Bonferroni). What is not sampled has no
    noise.

    Parameters
    ----------
    before, after
        Verdicts on the same claim. 1 is returned where either estimate carries no interval, 0 where neither is sampled
        and they differ.
    """
    if before.value == after.value:
        return 1.0
    if before.seeds == after.seeds == 1:
        return 0.0
    logarithms = is_on_logarithms(before) and is_on_logarithms(after)
    low, value, high = on_its_scale(before, logarithms=logarithms)
    new_low, new_value, new_high = on_its_scale(after, logarithms=logarithms)
    upwards = new_value > value
    distances = (
        (_unit(before, high - value), _unit(after, new_value - new_low))
        if upwards
        else (_unit(before, value - low), _unit(after, new_high - new_value))
    )
    noise = math.hypot(*distances)
    if not math.isfinite(noise):
        return 1.0
    if noise == 0:
        return min(1.0, 2 - before.confidence - after.confidence)
    freedom = min(verdict.seeds for verdict in (before, after) if verdict.seeds > 1) - 1
    return float(2 * scipy.special.stdtr(freedom, -abs(new_value - value) / noise))


def _unit(verdict: Verdict, distance: float) -> float:
    """Return the distance from an estimate to an end of its interval, in units of a standard error."""
    if verdict.seeds == 1:
        return 0.0
    return distance / float(scipy.special.stdtrit(verdict.seeds - 1, (1 + verdict.confidence) / 2))


def is_on_logarithms(verdict: Verdict) -> bool:
    """Whether the interval was made on logarithms."""
    return ON_LOGARITHMS in verdict.method


def on_its_scale(verdict: Verdict, *, logarithms: bool | None = None) -> tuple[float, float, float]:
    """Return end, estimate and end of an interval, on the scale on which it was made or on that which is named."""
    low, value, high = verdict.low, verdict.value, verdict.high
    if not (is_on_logarithms(verdict) if logarithms is None else logarithms):
        return low, value, high
    return _logarithm(low), _logarithm(value), _logarithm(high)


def _logarithm(number: float) -> float:
    return math.log(number) if number > 0 else -math.inf
