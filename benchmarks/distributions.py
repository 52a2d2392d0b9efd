"""Where the numbers of seeds come from: distributions whose mean, median, proportions and draws are known.

Every distribution is given by its quantile function, so that its median, its proportions and its draws are one thing.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special, stats

from harness.base.arrays import Floats

EPOCHS = 50  # when training ends; what was not reached by then is infinite
Quantile = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Distribution:
    """Where the number of one seed comes from.

    Attributes
    ----------
    name
        For the reader.
    quantile
        From probabilities to numbers, never falling.
    mean, deviation
        Its mean and standard deviation.
    """

    name: str
    quantile: Quantile
    mean: float
    deviation: float

    def at(self, probability: float) -> float:
        """Return one quantile."""
        return float(self.quantile(np.array([probability]))[0])

    def within(self, low: float, high: float) -> float:
        """Return the probability of a number from low to high, both included."""
        return _first(lambda level: self.at(level) > high) - _first(lambda level: self.at(level) >= low)


def _first(holds: Callable[[float], bool]) -> float:
    """Return the lowest probability from which on something holds; 1 if it never does."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _lognormal(sigma: float) -> Distribution:
    variance = math.exp(sigma**2)
    mean, deviation = math.sqrt(variance), math.sqrt((variance - 1) * variance)
    return Distribution(f"lognormal, sigma {sigma:g}", lambda u: np.exp(sigma * special.ndtri(u)), mean, deviation)


def accuracy(name: str, rows: int, hits: Any) -> Distribution:
    """Return the proportions of rows that are right, from the distribution of how many are."""
    below: Floats = hits.cdf(np.arange(rows))
    return Distribution(
        f"{name}, {rows} rows", lambda u: np.searchsorted(below, u) / rows, hits.mean() / rows, hits.std() / rows
    )


def _two_values(name: str, high_proportion: float, low: float = 0.67) -> Distribution:
    spread = (1 - low) * math.sqrt(high_proportion * (1 - high_proportion))
    return Distribution(
        name, lambda u: np.where(u < 1 - high_proportion, low, 1.0), low + (1 - low) * high_proportion, spread
    )


def _times(beyond: float) -> Distribution:
    """Return whole epochs until something is reached, of which a proportion lies beyond the end."""
    scale = EPOCHS * math.exp(-0.5 * float(special.ndtri(1 - beyond)))

    def quantile(u: Floats) -> Floats:
        epochs = np.ceil(scale * np.exp(0.5 * special.ndtri(u)))
        return np.where(epochs > EPOCHS, np.inf, epochs)

    return Distribution(f"epochs, {100 * beyond:g} % never", quantile, math.inf, math.nan)


def _humps(u: Floats) -> Floats:
    """Return logarithms of losses near 1, in one training of ten near 20."""
    failed = u >= 0.9
    return np.where(failed, math.log(20), 0.0) + 0.1 * special.ndtri(np.where(failed, (u - 0.9) / 0.1, u / 0.9))


def _long_tailed(far: float) -> Distribution:
    """Return normal numbers, of which a proportion lies 8 standard deviations away on one side."""

    def quantile(u: Floats) -> Floats:
        away = u >= 1 - far
        return np.where(away, 8.0, 0.0) + special.ndtri(np.where(away, (u - (1 - far)) / far, u / (1 - far)))

    return Distribution(
        f"normal, {100 * far:g} % of seeds 8 sd away", quantile, 8 * far, math.sqrt(1 + 64 * far * (1 - far))
    )


NORMAL = Distribution("normal", special.ndtri, 0.0, 1.0)
SKEWED = (
    _lognormal(0.5),
    _lognormal(1.0),
    Distribution("gamma, shape 2", lambda u: special.gammaincinv(2, u), 2, 2**0.5),
)
HEAVY = Distribution("t, 3 degrees of freedom", lambda u: special.stdtrit(3, u), 0.0, 3**0.5)
LONG_TAILED = tuple(map(_long_tailed, (0.01, 0.025, 0.05, 0.1)))
ACCURACIES = (
    accuracy("accuracy 0.9", 100, stats.binom(100, 0.9)),
    accuracy("accuracy 0.95", 30, stats.binom(30, 0.95)),
)
SATURATED = _two_values("accuracy 1 in 9 of 10 seeds, else 0.67", 0.9)
FINITE = (NORMAL, *SKEWED, *LONG_TAILED, HEAVY, *ACCURACIES, SATURATED)  # of any sign
HALVED = _two_values("accuracy 1 in 501 of 1,000 seeds, else 0.67", 0.501)
SOME_NEVER, HALF_NEVER = _times(0.08), _times(0.499)
# Of positive numbers, on the scale of their logarithms.
LOGARITHMS = (
    Distribution("lognormal, sigma 0.5", lambda u: 0.5 * special.ndtri(u), 0.0, 0.5),
    Distribution("lognormal, sigma 1", special.ndtri, 0.0, 1.0),
    Distribution(
        "gamma, shape 2",
        lambda u: np.log(special.gammaincinv(2, u)),
        float(special.digamma(2)),
        math.sqrt(float(special.polygamma(1, 2))),
    ),
    Distribution("logarithm t, 3 degrees of freedom", lambda u: 0.3 * special.stdtrit(3, u), 0.0, 0.3 * 3**0.5),
    Distribution(
        "near 1 in 9 of 10 seeds, else near 20", _humps, 0.1 * math.log(20), math.hypot(0.1, 0.3 * math.log(20))
    ),
)
SHARES = (
    (100, ACCURACIES[0]),
    (30, ACCURACIES[1]),
    (100, accuracy("skills differ around 0.5", 100, stats.betabinom(100, 5, 5))),
    (100, accuracy("skills differ below 1", 100, stats.betabinom(100, 4, 0.4))),
    (100, SATURATED),
    (30, _two_values("accuracy 1 in 9 of 10 seeds, else 0.67, 30 rows", 0.9, 20 / 30)),
)
