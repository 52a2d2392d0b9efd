import math

import numpy as np
import pytest
from scipy import stats

from harness.statistics.tasks import interquartile_mean, probability_of_improvement, rank_difference

# Eight runs of one method and six of another on three tasks.
FIRST = [
    [0.6, 0.42, 0.61, 0.48, 0.62, 0.74, 0.22, 0.55],
    [0.66, 0.51, 0.87, 0.7, 0.41, 0.33, 0.34, 0.35],
    [0.55, 0.4, 0.5, 0.67, 0.59, 0.51, 0.23, 0.65],
]
SECOND = [
    [0.53, 0.39, 0.19, 0.34, 0.49, 0.48],
    [0.46, 0.49, 0.4, 0.71, 0.68, 0.52],
    [0.0, 0.52, 0.3, 0.34, 0.38, 0.51],
]
SIMULATIONS = 600


def test_the_numbers_are_rliable_s() -> None:
    """As `rliable.metrics` 1.2.0 computes them of these runs."""
    assert interquartile_mean(FIRST, "x").value == pytest.approx(0.5291666666666667)
    assert probability_of_improvement(FIRST, SECOND, "x").value == pytest.approx(0.6527777777777778)
    assert probability_of_improvement(SECOND, FIRST, "x").value == pytest.approx(1 - 0.6527777777777778)


def test_tasks_may_have_other_numbers_of_runs() -> None:
    """Each task counts alike, as few runs as it may have."""
    found = probability_of_improvement([[1.0, 2.0, 3.0], [1.0, 2.0]], [[0.0, 2.5], [1.5, 1.5, 1.5]], "x")
    assert found.sample.tolist() == pytest.approx([4 / 6, 0.5])
    assert found.value == pytest.approx((4 / 6 + 0.5) / 2)
    with pytest.raises(ValueError, match="runs of the same tasks, not of 1 and 2"):
        probability_of_improvement([[1.0, 2.0]], [[1.0, 2.0], [1.0, 2.0]], "x")


def wrong(ends: list[tuple[float, float]], truth: float) -> float:
    """Return how often the truth lies beyond an interval, on the worse side."""
    low, high = np.array(ends).T
    return max(float((low > truth).mean()), float((high < truth).mean()))


def test_the_probability_s_interval_holds() -> None:
    """Over tasks on which the methods differ by more or less."""
    rng, gaps = np.random.default_rng(0), np.array([0.0, 0.5, 1.5])
    truth = float(stats.norm.cdf(gaps / math.sqrt(2)).mean())
    ends = [
        probability_of_improvement(list(rng.normal(gaps[:, None], 1, (3, 20))), list(rng.normal(size=(3, 15))), "x")
        for _ in range(SIMULATIONS)
    ]
    assert wrong([one.interval(0.9) for one in ends], truth) < 0.05 + 3 * math.sqrt(0.05 * 0.95 / SIMULATIONS)


def test_the_interquartile_mean_s_interval_nearly_holds() -> None:
    """A bootstrap of 60 runs errs a little more often than it says."""
    rng = np.random.default_rng(0)
    found = [interquartile_mean(list(rng.normal(size=(3, 20))), "x") for _ in range(300)]
    assert wrong([one.interval(0.9) for one in found], 0.0) < 0.1
    assert found[0].interval(0.9) == found[0].interval(0.9)
    inner, outer = found[0].interval(0.9), found[0].interval(0.99)
    assert outer[0] < inner[0] < found[0].value < inner[1] < outer[1]


def test_the_difference_of_ranks_is_nemenyi_s() -> None:
    """Demsar's example: the critical difference of four methods on 14 tasks is 1.25 at 5 %."""
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(14, 4))
    found = rank_difference(scores, 0, 1, "x")
    low, high = found.interval(0.95)
    assert high - found.value == pytest.approx(1.25, abs=0.01)
    assert found.value - low == pytest.approx(high - found.value)
    ranks = stats.rankdata(-scores, axis=1).mean(axis=0)
    assert found.value == pytest.approx(ranks[1] - ranks[0])
    assert rank_difference(scores, 1, 0, "x").value == pytest.approx(-found.value)
    assert not found.grows


def test_nothing_is_said_where_nothing_can_be() -> None:
    """Of runs that diverged, of tasks without any overlap, of scores that are none."""
    assert "diverged" in probability_of_improvement([[1.0, math.nan]], [[1.0, 2.0]], "x").note
    assert "diverged" in interquartile_mean([[1.0, math.inf]], "x").note
    assert "all runs of one beat the other" in probability_of_improvement([[3.0, 4.0]], [[1.0, 2.0]], "x").note
    assert "not a number" in rank_difference([[1.0, math.nan], [1.0, 2.0]], 0, 1, "x").note
    with pytest.raises(ValueError, match=r"at least 2 of each, not \(1, 2\)"):
        rank_difference([[1.0, 2.0]], 0, 1, "x")
