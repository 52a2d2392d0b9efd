"""Where a printed number stands among the numbers of the seeds, on a scale on which these are taken as normal."""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from harness.base.arrays import Floats
from harness.statistics.estimate import Interval, Reported
from harness.statistics.sample import all_equal

ROUNDING = 1e-9  # errors of arithmetic: numbers that are as near are equal


@dataclass(frozen=True)
class Scale:
    """The scale on which a quantity is taken as normal.

    Attributes
    ----------
    forward, back
        From the quantity to the scale, and back.
    largest
        What the quantity cannot exceed; it cannot fall below zero.
    least_deviation
        A standard deviation on the scale that is there whatever the seeds show.
    """

    forward: Callable[[ArrayLike], Floats]
    back: Callable[[ArrayLike], Floats]
    largest: float = math.inf
    least_deviation: float = 0.0


@dataclass(frozen=True)
class Drawn:
    """A printed number among the numbers of the seeds, on a scale.

    Attributes
    ----------
    lowest, highest
        The ends of what rounds to the printed number.
    scaled : (seeds,)
        The numbers of the seeds, with their mean and standard deviation.
    floored
        The standard deviation, but no less than must be there.
    """

    lowest: float
    highest: float
    scaled: Floats
    mean: float
    deviation: float
    floored: float

    @property
    def distance(self) -> float:
        """How far the mean is from the nearest number that rounds to the printed one."""
        return max(self.lowest - self.mean, 0.0) + min(self.highest - self.mean, 0.0)

    @property
    def shown(self) -> float:
        """How far out seeds themselves got, in standard deviations of a normal distribution with as many there."""
        beyond = self.scaled >= self.lowest - ROUNDING if self.distance > 0 else self.scaled <= self.highest + ROUNDING
        return max(0.0, -float(scipy.special.ndtri(beyond.mean())))

    def interval(self, confidence: float) -> Interval:
        """Return the interval of the distance, in standard deviations."""
        # The spread that was seen limits what is supported, the spread that must be there what is refuted.
        ends = [
            _position_interval(ratio_of(self.distance, spread), len(self.scaled), confidence)
            for spread in {self.deviation, self.floored}
        ]
        lower, upper = min(low for low, _ in ends), max(high for _, high in ends)
        # Where seeds themselves got as far out, as in a distribution with two humps, it is no farther than they show.
        if self.distance > 0:
            lower = min(lower, self.shown)
        if self.distance < 0:
            upper = max(upper, -self.shown)
        return lower, upper


def drawn_among(reported: Reported, values: Floats, scale: Scale) -> Drawn:
    """Return a printed number among the numbers of the seeds, on a scale."""
    scaled = scale.forward(values)
    # The standard deviation of equal numbers is not always zero, but of the order of rounding.
    deviation = 0.0 if all_equal(values) else float(scaled.std(ddof=1))
    lowest, highest = (float(scale.forward(end)) for end in rounding_of(reported))
    return Drawn(lowest, highest, scaled, float(scaled.mean()), deviation, max(deviation, scale.least_deviation))


def rounding_of(reported: Reported) -> tuple[float, float]:
    """Return the ends of what rounds to a printed number."""
    return reported.value - reported.half_unit, reported.value + reported.half_unit


def ratio_of(distance: float, deviation: float) -> float:
    """Return a distance in standard deviations; infinite where these are zero and it is not."""
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
            scipy.optimize.brentq(
                lambda center: scipy.special.ndtr(shifted - center).mean() - probability,
                shifted.min() - 10,
                shifted.max() + 10,
            )
        )

    return noncentrality(1 - tail) / math.sqrt(count), noncentrality(tail) / math.sqrt(count)


@functools.cache
def _relative_spreads(count: int) -> Floats:
    """Return evenly probable standard deviations of `count` standard normal draws, shape (4000,)."""
    probabilities = (np.arange(4000) + 0.5) / 4000
    spreads: Floats = np.sqrt(2 * scipy.special.gammaincinv((count - 1) / 2, probabilities) / (count - 1))
    return spreads
