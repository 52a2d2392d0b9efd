"""The axis of a specification curve: which estimates and ends of the band it shows, linear or logarithmic."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.base.arrays import Floats
from harness.reconstruction.specification import Specification
from harness.verdicts.band import Band

# Over this ratio of the largest to the smallest, a linear scale would show the small ones all at the bottom.
WIDE = 20
# What diverged can be of any size. Nothing larger, or on a logarithmic scale smaller than one over it, is in sight.
FAR = 1e30


@dataclass(frozen=True)
class Scale:
    """The vertical axis of the upper panel.

    Attributes
    ----------
    low, high
        Its ends. What lies beyond is drawn at the end, with an arrow.
    logarithmic
        Whether it is of base 10.
    """

    low: float
    high: float
    logarithmic: bool

    def clipped(self, numbers: Floats) -> Floats:
        """Return numbers of any shape with those beyond an end put onto it."""
        return np.clip(numbers, self.low, self.high)


def scale_of(specifications: Sequence[Specification], band: Band) -> Scale:
    """Return the axis on which estimates and the ends of the band are seen, and of intervals what fits in.

    The central 80 % of the estimates and the ends of the band span a range; what lies further out of it than the range
    is wide does not stretch the axis, so that one universe that went astray does not hide all others.
    """
    estimates = _in_sight([one.value for one in specifications])
    ends = _in_sight([band.low, band.high])
    positive = ends[ends > 1 / FAR]
    logarithmic = bool(
        len(estimates)
        and estimates.min() > 1 / FAR
        and not band.high <= 0
        and max([*estimates, *positive]) > WIDE * min([*estimates, *positive])
    )
    intervals = _in_sight([end for one in specifications for end in (one.low, one.high)])
    if logarithmic:
        estimates, ends, intervals = np.log10(estimates), np.log10(positive), np.log10(intervals[intervals > 1 / FAR])
    core = np.array([*(np.quantile(estimates, [0.1, 0.9]) if len(estimates) else ()), *ends])
    if not len(core):
        return Scale(0.0, 1.0, logarithmic=False)
    reach = float(np.ptp(core)) or float(np.ptp([*core, *intervals])) or 0.1 * abs(float(core[0])) or 1.0
    seen = np.concatenate([core, estimates, intervals])
    seen = seen[(seen >= core.min() - reach) & (seen <= core.max() + reach)]
    # No axis is narrower than rounding, which its ticks would only repeat.
    margin = max(0.07 * float(np.ptp(seen)) or reach, 1e-7 * float(np.abs(seen).max()), 1 / FAR)
    low, high = float(seen.min()) - margin, float(seen.max()) + margin
    return Scale(10**low, 10**high, logarithmic=True) if logarithmic else Scale(low, high, logarithmic=False)


def _in_sight(numbers: Sequence[float]) -> Floats:
    array: Floats = np.array(numbers, dtype=float)
    return array[np.abs(array) < FAR]
