"""From an estimate and a band to an outcome, and the error rate at which it would just be given."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from harness.statistics.estimate import Estimate, Interval

Outcome = Literal["supported", "refuted", "inconclusive"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

SMALLEST_P = 1e-9


@dataclass(frozen=True)
class Band:
    """The values of an estimand for which a finding counts as supported, both ends included."""

    low: float
    high: float
    reason: str

    def room(self, value: float) -> float:
        """Return how far a number lies inside, from the nearer end; below 0 if outside, `-inf` if not a number."""
        if math.isnan(value):
            return -math.inf
        # Below an open end there is room without limit, even for an estimate that is infinite itself.
        above_low = value - self.low if self.low > -math.inf else math.inf
        below_high = self.high - value if self.high < math.inf else math.inf
        return min(above_low, below_high)

    def __str__(self) -> str:
        if self.high == math.inf:
            return f"at least {self.low:.4g}"
        if self.low == -math.inf:
            return f"at most {self.high:.4g}"
        return f"{self.low:.4g} to {self.high:.4g}"


def decide(interval: Interval, band: Band) -> Outcome:
    """Return supported if the interval lies inside the band, refuted if outside, inconclusive if astride."""
    low, high = interval
    if band.low <= low and high <= band.high:
        return "supported"
    if high < band.low or low > band.high:
        return "refuted"
    return "inconclusive"


def p_values(estimate: Estimate, band: Band) -> tuple[float, float]:
    """Return the smallest one-sided error rates at which the estimate supports, and at which it refutes.

    The first is the p-value of two one-sided tests. Found by narrowing the interval until it no longer decides; 1
    where no interval does.
    """
    return _least_error_rate(estimate, band, "supported"), _least_error_rate(estimate, band, "refuted")


def _least_error_rate(estimate: Estimate, band: Band, outcome: Outcome) -> float:
    def decides(exponent: float) -> bool:
        return decide(estimate.interval(1 - 2 * math.exp(exponent)), band) == outcome

    low, high = math.log(SMALLEST_P), math.log(0.5)
    if not decides(high):
        return 1.0
    if decides(low):
        return SMALLEST_P
    while high - low > 0.01:  # a hundredth of the p-value
        middle = (low + high) / 2
        low, high = (low, middle) if decides(middle) else (middle, high)
    return math.exp(high)
