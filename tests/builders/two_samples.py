"""Pairs of samples drawn again and again, and how often an interval misses what it should hold."""

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st

from harness.base.arrays import Floats
from harness.statistics.estimate import Estimate

Sampler = Callable[[np.random.Generator], Floats]
SIMULATIONS = 1500
NUMBERS = st.lists(st.floats(-100, 100, width=32), min_size=2, max_size=12)


def errors(
    estimator: Callable[[Floats, Floats, str], Estimate], one: Sampler, other: Sampler, truth: float, confidence: float
) -> tuple[float, float]:
    """Return how often the truth lies below the interval, and above it."""
    rng = np.random.default_rng(0)
    ends = [estimator(one(rng), other(rng), "x").interval(confidence) for _ in range(SIMULATIONS)]
    low, high = np.array(ends).T
    return float((low > truth).mean()), float((high < truth).mean())


def normal(count: int, mean: float = 0.0, deviation: float = 1.0) -> Sampler:
    """Return what draws a sample."""
    return lambda rng: rng.normal(mean, deviation, count)
