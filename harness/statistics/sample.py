"""A sample of one number a seed: which one is refused, which has no interval, and why; and how skewed it is."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harness.base.arrays import Floats
from harness.statistics.estimate import Estimate, Interval, Kind

# Beyond this skewness of a sample, its mean says so: there the interval errs more often (docs/calibration.md).
SKEWED = 1.0


def at_least_two(sample: ArrayLike) -> Floats:
    """Return the sample as an array, and refuse what is not one number each of two seeds or more."""
    values = np.asarray(sample, dtype=np.float64)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(f"a sample has shape (seeds,) with at least 2 seeds, not {values.shape}")
    return values


def inside(values: Floats, region: tuple[float, float]) -> NDArray[np.bool_]:
    """Tell which numbers are finite and lie in a region, ends included."""
    low, high = region
    # Differences of proportions such as 0.95 - 0.90 miss the margin they equal by an error of rounding.
    tolerance = 1e-9
    return np.isfinite(values) & (values >= low - tolerance) & (values <= high + tolerance)


def refuse_unless_positive(positive: bool | np.bool_) -> None:
    """Refuse numbers of which not all are positive, where a ratio or a logarithm is to be taken."""
    if not positive:
        raise ValueError("a ratio or a logarithm needs positive numbers, but the sample or the reported one is not")


def all_equal(values: Floats) -> bool:
    """Tell whether all are the same number, but for the rounding of a difference or a ratio."""
    return bool(np.ptp(values) <= 1e-9 * np.abs(values).max()) if np.isfinite(values).all() else False


def why_no_interval(values: Floats) -> str:
    """Return why a sample has no mean with an interval; empty if it has one."""
    diverged = int((~np.isfinite(values)).sum())
    if diverged:
        return f"{diverged} of {len(values)} seeds diverged: there is no mean to speak of"
    if all_equal(values):
        return "all seeds gave the same number: there is no spread to judge by"
    return ""


def no_interval(
    values: Floats, method: str, label: str, kind: Kind, note: str, reported: float | None = None
) -> Estimate:
    """Return an estimate that says nothing, and why."""

    def everywhere(confidence: float) -> Interval:
        return -math.inf, math.inf

    return Estimate(math.nan, everywhere, method, values, label, kind, reported=reported, note=note)


def skewness_of(values: Floats) -> float:
    """Return the third moment in units of the second: 0 for two seeds, at most 0.71 for three and 4.1 for twenty."""
    # In units of the range, since the squares of tiny numbers would vanish.
    centred = (values - values.mean()) / np.ptp(values)
    return float((centred**3).mean() / (centred**2).mean() ** 1.5)
