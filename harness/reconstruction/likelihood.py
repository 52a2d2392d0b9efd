"""How likely a reconstruction makes what a report says: the probability that one repetition shows the same.

A report's number is one draw, or the average of some, and its "after 30 epochs" was read off one curve. So what is
asked of one repetition is that each quantity lies in an interval, on the scale of its normal scores. Probabilities are
at most 1, and a further fact lowers that of all (but for correlations, which are estimated anew with each), so that a
search can drop a candidate as soon as those of some facts have put it out of reach.
"""

import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from harness.base.arrays import Floats
from harness.reconstruction.joint import log_probability_of_box, normal_scores, proper, shrunken_correlations
from harness.report.reading import Reading
from harness.statistics.estimate import Estimate
from harness.statistics.printing import log_likelihood_between
from harness.verdicts.band import Band
from harness.verdicts.combination import needed

MOST_WAYS = 16  # of reading all facts at once


@dataclass(frozen=True)
class Reporting:
    """How a report may have made its numbers, which needs no other trainings.

    Attributes
    ----------
    splits
        ``one`` if all its networks shared a split of the data, ``many`` if each had its own.
    runs_averaged
        Of how many runs each printed number is the average.
    """

    splits: str
    runs_averaged: int


@dataclass(frozen=True, eq=False)
class Asked:
    """What one repetition has to show: a quantity in an interval, on the scale of its normal scores.

    Attributes
    ----------
    scores : (seeds,)
        Of the seeds.
    low, high
        The ends of the interval.
    configs
        Digests of what it was measured on.
    """

    scores: Floats
    low: float
    high: float
    configs: frozenset[str]

    @functools.cached_property
    def log_likelihood(self) -> float:
        """The logarithm of the probability of showing it, whatever else is shown."""
        return log_likelihood_between((self.low, self.high))


Read = tuple[Asked, ...]
"""What a fact asks of one repetition, in one of the ways to read it."""
Judged = tuple[Estimate, frozenset[str]]
"""The estimate of a claim, and digests of the configs that it rests on."""


def asked_by(reading: Reading, judged: Sequence[Judged], runs_averaged: int = 1) -> Read:
    """Return what a reading asks of one repetition.

    Of reported numbers, each by itself. Of behaviours, that as many claims hold as the reading needs, all in the same
    seed: one quantity, how far the last of these is inside its region. It is taken to hold in the proportion of seeds
    with half a success and half a failure added (Jeffreys's prior; Gelman et al. 2013, Bayesian Data Analysis, section
    2.8).
    """
    numbers = [
        Asked(normal_scores(estimate.sample), *estimate.printing.between(runs_averaged), configs)
        for estimate, configs in judged
        if estimate.printing is not None
    ]
    numbers.sort(key=lambda one: one.log_likelihood)
    found = numbers[len(numbers) - needed(reading.needs, len(numbers)) :] if numbers else []
    margin = margin_of(reading, judged)
    if margin is not None:
        proportion = (int((margin >= 0).sum()) + 0.5) / (len(margin) + 1)
        configs = frozenset().union(*(one for estimate, one in judged if estimate.printing is None))
        found.append(Asked(normal_scores(margin), -float(scipy.special.ndtri(proportion)), math.inf, configs))
    return tuple(found)


def margin_of(reading: Reading, judged: Sequence[Judged]) -> Floats | None:
    """Return for each seed how far it is from not showing the behaviours that a reading needs; None without any."""
    inside = [margins(estimate, reading.band) for estimate, _ in judged if estimate.printing is None]
    if not inside:
        return None
    margin: Floats = np.sort(np.stack(inside), axis=0)[len(inside) - needed(reading.needs, len(inside))]
    return margin


def margins(estimate: Estimate, band: Band) -> NDArray[np.float64]:
    """Return for each seed how far inside its region its own number is: below zero outside, -inf for NaN."""
    low, high = estimate.region if estimate.region is not None else (band.low, band.high)
    tolerance = 1e-9  # as of `harness.statistics.estimators.proportion_of_seeds`
    with np.errstate(invalid="ignore"):  # an infinite number is as far inside as can be of an end that is infinite
        ends = [np.where(estimate.sample == low, 0.0, estimate.sample - low)]
        ends.append(np.where(estimate.sample == high, 0.0, high - estimate.sample))
    margin = np.minimum(*ends) + tolerance
    return np.where(np.isnan(margin), -np.inf, margin)


def log_likelihood_of_facts(facts: Sequence[Sequence[Read]], splits: str) -> float:
    """Return the logarithm of the likelihood that one repetition shows all facts.

    Each fact may be read in several ways, of which one was meant and all count alike: the mean over all ways to read
    all facts, of which those that hardly count are left out.

    Parameters
    ----------
    facts
        Each in all its readings.
    splits
        As of `Reporting`: if ``many``, only what was measured on one config goes together.
    """
    by_reading = [[sum(one.log_likelihood for one in read) for read in readings] for readings in facts]
    # What all would be if they were independent: the mean over readings, times over facts.
    independent = sum(float(np.logaddexp.reduce(one)) - math.log(len(one)) for one in by_reading)
    if not math.isfinite(independent):
        return -math.inf
    ways = _likeliest_ways(by_reading)
    read = [_asked(facts, way) for way, _ in ways]
    # Boxes of as many quantities are computed at once.
    together = np.empty(len(ways))
    for count in {len(asked) for asked in read}:
        places = [place for place, asked in enumerate(read) if len(asked) == count]
        together[places] = _log_ratios([read[place] for place in places], splits)
    return independent + float(np.logaddexp.reduce(together + [weight for _, weight in ways]))


def _asked(facts: Sequence[Sequence[Read]], way: Sequence[int]) -> list[Asked]:
    return list(itertools.chain(*(readings[place] for readings, place in zip(facts, way, strict=True))))


def _log_ratios(read: Sequence[Sequence[Asked]], splits: str) -> Floats:
    """Return by how much all that is asked is likelier at once than if it were independent, for each list."""
    low, high = (np.array([[getattr(one, end) for one in asked] for asked in read]) for end in ("low", "high"))
    correlations = np.stack([_correlations(asked, splits) for asked in read])
    apart = np.array([sum(one.log_likelihood for one in asked) for asked in read])
    found: Floats = log_probability_of_box(low, high, correlations) - apart
    return found


def _likeliest_ways(by_reading: Sequence[Sequence[float]]) -> list[tuple[tuple[int, ...], float]]:
    """Return the readings of all facts that count most, each with the logarithm of its proportion of these."""
    ways: list[tuple[tuple[int, ...], float]] = [((), 0.0)]
    for one in by_reading:
        total = float(np.logaddexp.reduce(one))
        longer = [((*way, place), weight + value - total) for way, weight in ways for place, value in enumerate(one)]
        ways = sorted(longer, key=lambda pair: -pair[1])[:MOST_WAYS]
    total = float(np.logaddexp.reduce([weight for _, weight in ways]))
    return [(way, weight - total) for way, weight in ways if weight > -math.inf]


def _correlations(asked: Sequence[Asked], splits: str) -> Floats:
    correlations = shrunken_correlations(np.stack([one.scores for one in asked], axis=1))
    if splits == "one":
        return proper(correlations)
    together = np.array([[bool(one.configs & other.configs) for other in asked] for one in asked])
    return proper(np.where(together, correlations, 0.0))
