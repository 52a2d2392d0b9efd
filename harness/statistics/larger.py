"""How probable it is that a run of one sample has a larger number than a run of another, not paired with it."""

import math
from collections.abc import Callable

import numpy as np
import scipy
from numpy.typing import ArrayLike

from harness.base.arrays import Floats
from harness.statistics.estimate import Estimate, Interval
from harness.statistics.sample import at_least_two, no_interval
from harness.statistics.two_samples import degrees_of_freedom, student_interval


def probability_of_larger(first: ArrayLike, second: ArrayLike, label: str) -> Estimate:
    """Estimate the probability that a run of one sample has a larger number than one of another; a tie counts half.

    Needs no assumption on the two distributions, which for epochs or accuracies on few rows are tied and skewed. Each
    end is the farther one of two intervals: Student's on logits with the variance of Brunner and Munzel (2000, Biom. J.
    42, 17-25), which allows for other spreads, and Newcombe's fifth (2006, Stat. Med. 25, 559-573), which holds where
    the two samples hardly overlap, or not at all.

    Parameters
    ----------
    first, second : (runs,)
        Numbers of runs that are not paired. Infinity is a number here, such as the epochs of a run that never got
        there; of runs that diverged, NaN, there is no estimate.
    label
        What is compared.
    """
    one, other = at_least_two(first), at_least_two(second)
    method = "probability that a run of the first sample is larger, Brunner-Munzel and Newcombe intervals"
    both = np.concatenate([one, other])
    if np.isnan(both).any():
        problem = f"{int(np.isnan(both).sum())} of {len(both)} runs diverged"
        return no_interval(one, method, label, "probability", problem)
    above, below = placements(one, other), placements(other, one)
    value = float(above.mean())
    newcombe = _newcombe(value, len(one), len(other))
    on_logits: Callable[[float], Interval] | None = None
    errors = np.array([above.var(ddof=1) / len(one), below.var(ddof=1) / len(other)])
    if errors.sum() > 0:
        freedom = degrees_of_freedom(errors, (len(one) - 1, len(other) - 1))
        on_logits = student_interval(
            float(scipy.special.logit(value)), math.sqrt(errors.sum()) / (value * (1 - value)), freedom
        )

    def interval(confidence: float) -> Interval:
        low, high = newcombe(confidence)
        if on_logits is None:
            return low, high
        low_logit, high_logit = scipy.special.expit(on_logits(confidence))
        return min(low, float(low_logit)), max(high, float(high_logit))

    return Estimate(value, interval, method, above, label, "probability", note=f"{len(one)} and {len(other)} runs")


def placements(one: Floats, other: Floats) -> Floats:
    """Return for each run of one sample the proportion of the other that it beats, a tie counting half.

    NaN for all where some run diverged; shape (runs of one,).
    """
    if np.isnan(one).any() or np.isnan(other).any():
        return np.full(len(one), np.nan)
    ordered = np.sort(other)
    beaten = np.searchsorted(ordered, one, side="left") + np.searchsorted(ordered, one, side="right")
    return np.asarray(beaten / 2 / len(other))


def _newcombe(value: float, one: int, other: int) -> Callable[[float], Interval]:
    """Return Newcombe's interval of a probability of larger, from the sizes of the two samples.

    Its ends are the probabilities p whose distance from the value is as many standard errors as Student's or the normal
    quantile says, with the variance that two exponential distributions have (Hanley and McNeil 1982, Radiology 143):
    p (1 - p) (1 + (n - 1) ((1 - p) / (2 - p) + p / (1 + p))) / (one other), n = (one + other) / 2.
    """
    size = (one + other) / 2 - 1

    def error(p: float) -> float:
        return math.sqrt(p * (1 - p) * (1 + size * ((1 - p) / (2 - p) + p / (1 + p))) / (one * other))

    def interval(confidence: float) -> Interval:
        quantile = float(scipy.special.ndtri((1 + confidence) / 2))

        def end(limit: float) -> float:
            if value == limit:
                return limit
            sign = math.copysign(1.0, limit - value)
            start = value + sign * 1e-12  # where the value is 0 or 1, it has no error itself

            def beyond(p: float) -> float:
                return sign * (p - value) - quantile * error(p)

            return value if beyond(start) >= 0 else float(scipy.optimize.brentq(beyond, start, limit))

        return end(0.0), end(1.0)

    return interval
