import math

import numpy as np
import pytest
from scipy import stats

from benchmarks import distributions
from benchmarks.distributions import Distribution

KNOWN = [
    distributions.NORMAL,
    *distributions.SKEWED,
    distributions.HEAVY,
    *distributions.ACCURACIES,
    distributions.SATURATED,
    distributions.HALVED,
]


@pytest.mark.parametrize("source", [*KNOWN, *distributions.LOGARITHMS], ids=lambda source: source.name)
def test_the_truth_is_true(source: Distribution) -> None:
    """Mean and standard deviation that a distribution names are those of the numbers that are drawn from it."""
    numbers = source.quantile((np.arange(1_000_000) + 0.5) / 1_000_000)
    assert (np.diff(numbers) >= 0).all()
    assert numbers.mean() == pytest.approx(source.mean, rel=1e-3, abs=1e-3)
    assert numbers.std() == pytest.approx(source.deviation, rel=0.02)  # tails that a million numbers do not reach


def test_a_proportion_is_that_of_the_draws() -> None:
    """The true proportion of seeds in a region is the sum of its probabilities, ties at the region's ends included."""
    hundred, thirty = distributions.ACCURACIES
    assert hundred.within(0.88, math.inf) == pytest.approx(stats.binom.sf(87, 100, 0.9), abs=1e-12)
    assert thirty.within(0.9, 29 / 30) == pytest.approx(np.sum(stats.binom.pmf([27, 28, 29], 30, 0.95)), abs=1e-12)
    assert distributions.SATURATED.within(1.0, 1.0) == pytest.approx(0.9, abs=1e-12)
    assert distributions.SOME_NEVER.within(-math.inf, distributions.EPOCHS) == pytest.approx(0.92, abs=1e-12)
    assert distributions.SOME_NEVER.within(-math.inf, math.inf) == pytest.approx(1.0, abs=1e-12)
