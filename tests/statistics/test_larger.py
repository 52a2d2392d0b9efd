import math

import numpy as np
import pytest
from hypothesis import given
from scipy import stats

from harness.statistics.larger import placements, probability_of_larger
from tests.builders.two_samples import NUMBERS, SIMULATIONS, errors, normal


@given(NUMBERS, NUMBERS)
def test_the_probability_counts_pairs_and_half_of_ties(one: list[float], other: list[float]) -> None:
    """Mann and Whitney's; exchanged samples have the complement, intervals too."""
    found, exchanged = probability_of_larger(one, other, "x"), probability_of_larger(other, one, "x")
    pairs = np.subtract.outer(one, other)
    assert found.value == pytest.approx(((pairs > 0) + 0.5 * (pairs == 0)).mean())
    assert exchanged.value == pytest.approx(1 - found.value)
    low, high = found.interval(0.9)
    assert exchanged.interval(0.9) == pytest.approx((1 - high, 1 - low), abs=1e-6)
    assert 0 <= low <= found.value <= high <= 1
    wider = found.interval(0.99)
    assert wider[0] <= low + 1e-12
    assert wider[1] >= high - 1e-12


@pytest.mark.parametrize(("sizes", "confidence"), [((5, 5), 0.9), ((20, 20), 0.9), ((20, 80), 0.98)])
@pytest.mark.parametrize("distance", [0.0, 0.9, 2.6, 3.5])
def test_the_probability_s_interval_holds(sizes: tuple[int, int], confidence: float, distance: float) -> None:
    """Also where samples hardly overlap, or seldom at all."""
    truth = float(stats.norm.cdf(distance / math.sqrt(2)))
    found = errors(probability_of_larger, normal(sizes[0], distance), normal(sizes[1]), truth, confidence)
    allowed = (1 - confidence) / 2
    assert max(found) < allowed + 3 * math.sqrt(allowed * (1 - allowed) / SIMULATIONS)


def test_the_probability_s_interval_holds_for_ties_and_other_spreads() -> None:
    """As of epochs, or of accuracies on few rows."""
    counts = np.arange(6)
    one, other = (stats.binom.pmf(counts, 5, chance) for chance in (0.6, 0.4))
    pairs = np.subtract.outer(counts, counts)
    truth = float((np.outer(one, other) * ((pairs > 0) + 0.5 * (pairs == 0))).sum())
    tied = errors(
        probability_of_larger, lambda rng: rng.binomial(5, 0.6, 20), lambda rng: rng.binomial(5, 0.4, 20), truth, 0.9
    )
    spread = errors(probability_of_larger, normal(20), normal(20, 0.0, 4.0), 0.5, 0.9)
    assert max(*tied, *spread) < 0.05 + 3 * math.sqrt(0.05 * 0.95 / SIMULATIONS)


@pytest.mark.parametrize("runs", [2, 6, 20])
def test_wholly_separate_samples_have_an_interval(runs: int) -> None:
    """The fewer they are, the less they say; groups without any spread have one too."""
    found = probability_of_larger(np.arange(runs) + 100.0, np.arange(runs), "x")
    low, high = found.interval(0.9)
    assert (found.value, high) == (1.0, 1.0)
    assert low == probability_of_larger([6.0] * runs, [5.0] * runs, "x").interval(0.9)[0]
    assert {2: 0.4, 6: 0.6, 20: 0.85}[runs] < low < 1


def test_equal_samples_without_spread_are_half() -> None:
    """All pairs are ties."""
    found = probability_of_larger([5.0] * 20, [5.0] * 10, "x")
    low, high = found.interval(0.9)
    assert found.value == 0.5
    assert 0.25 < low < 0.5 < high < 0.75


def test_infinity_is_a_number_and_nan_is_none() -> None:
    """An epoch that was never reached is later than all others."""
    assert probability_of_larger([math.inf, math.inf], [1.0, math.inf], "x").value == 0.75
    assert probability_of_larger([1.0, math.nan], [1.0, 2.0], "x").note == "1 of 4 runs diverged"


def test_placements_are_those_of_ranks() -> None:
    """A tie counts half; where some run diverged, of whichever sample, nothing can be placed."""
    one, other = np.array([1.0, 2.0, 2.0, 5.0]), np.array([2.0, 3.0, 1.0, np.inf])
    ranks = stats.rankdata(np.concatenate([one, other]))[:4] - stats.rankdata(one)
    np.testing.assert_allclose(placements(one, other), ranks / 4)
    diverged = np.array([1.0, np.nan, 2.0])
    assert np.isnan(placements(one, diverged)).all()
    assert np.isnan(placements(diverged, one)).all()
