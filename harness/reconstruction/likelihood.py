"""How likely a reconstruction makes what a report says: the probability that one repetition shows the same.

A report's number is one draw, and its "after 30 epochs" was read off one curve. So the likelihood of a fact is the
likelihood that a single training prints that number, or shows that behaviour. Probabilities are at most 1, which lets a
search drop a candidate as soon as those of some facts have put it out of reach.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from harness.report.reading import Reading
from harness.statistics.estimate import Estimate
from harness.verdicts.combination import needed
from harness.verdicts.verdict import Band

Judged = tuple[Reading, Sequence[Estimate]]


def log_likelihood_of_fact(readings: Sequence[Judged]) -> float:
    """Return the logarithm of the likelihood that one repetition shows a fact, in whichever way it is read.

    The mean over readings: which of them the authors had in mind is not known, and they count alike.

    Parameters
    ----------
    readings
        Each reading with the estimates of all its claims.
    """
    by_reading = [log_likelihood_of_reading(reading, estimates) for reading, estimates in readings]
    return float(np.logaddexp.reduce(by_reading)) - math.log(len(by_reading))


def log_likelihood_of_reading(reading: Reading, estimates: Sequence[Estimate]) -> float:
    """Return the logarithm of the likelihood that one repetition shows a reading.

    Of behaviours, the proportion of seeds in which as many claims hold as the reading needs, all in the same seed, with
    half a success and half a failure added (Jeffreys's prior; Gelman et al. 2013, Bayesian Data Analysis, section 2.8).
    Of reported numbers, the product of `Estimate.log_likelihood`.
    """
    drawn = sorted(float(estimate.log_likelihood) for estimate in estimates if estimate.log_likelihood is not None)
    behaviours = [shown(estimate, reading.band) for estimate in estimates if estimate.log_likelihood is None]
    total = sum(drawn[len(drawn) - needed(reading.needs, len(drawn)) :]) if drawn else 0.0
    if behaviours:
        held = np.stack(behaviours).sum(axis=0) >= needed(reading.needs, len(behaviours))
        total += math.log((int(held.sum()) + 0.5) / (len(held) + 1))
    return total


def shown(estimate: Estimate, band: Band) -> NDArray[np.bool_]:
    """Return for each seed whether its own number agrees with the finding, shape (seeds,); NaN does not."""
    low, high = estimate.region if estimate.region is not None else (band.low, band.high)
    tolerance = 1e-9  # as of `harness.statistics.estimators.proportion_of_seeds`
    inside = (estimate.sample >= low - tolerance) & (estimate.sample <= high + tolerance)
    return np.asarray(inside & ~np.isnan(estimate.sample))


def weights_of(log_likelihoods: Mapping[str, float]) -> dict[str, float]:
    """Return the proportion of each candidate in the likelihood of all, by name; they add up to 1.

    As posterior probabilities are, where all candidates are equally likely beforehand.
    """
    most = max(log_likelihoods.values())
    if most == -math.inf:
        return dict.fromkeys(log_likelihoods, math.nan)
    raw = {name: math.exp(value - most) for name, value in log_likelihoods.items()}
    return {name: value / sum(raw.values()) for name, value in raw.items()}
