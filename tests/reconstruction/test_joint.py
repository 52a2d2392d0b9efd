import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from harness.base.arrays import Floats
from harness.reconstruction.joint import (
    LEAST_EIGENVALUE,
    log_probability_of_box,
    normal_scores,
    proper,
    shrunken_correlations,
)


def correlations_of(generator: np.random.Generator, quantities: int) -> Floats:
    """Return correlations at random."""
    factors = generator.normal(size=(quantities, quantities))
    covariances = factors @ factors.T + 0.5 * np.eye(quantities)
    scale = np.sqrt(np.diag(covariances))
    return np.asarray(covariances / np.outer(scale, scale))


# Boxes


@pytest.mark.parametrize("quantities", [1, 2, 5, 8])
def test_a_box_is_as_probable_as_scipy_finds_it(quantities: int) -> None:
    """By another program, which is exact to an absolute error."""
    generator = np.random.default_rng(quantities)
    for _ in range(5):
        correlations = correlations_of(generator, quantities)
        low = generator.normal(-1, 1, quantities)
        high = low + generator.uniform(0.5, 3, quantities)
        expected = stats.multivariate_normal.cdf(
            high, np.zeros(quantities), correlations, lower_limit=low, abseps=1e-9, maxpts=200_000
        )
        assert math.exp(log_probability_of_box(low, high, correlations)) == pytest.approx(expected, rel=0.06)


def test_the_box_of_independent_quantities_is_a_product_however_small() -> None:
    """Also far out, on either side, where probabilities are below any that a sum of draws could show."""
    low, high = np.array([8.0, -math.inf, -9.5, 30.0]), np.array([9.0, 0.0, -9.0, math.inf])
    expected = special.log_ndtr(-8.0) + math.log(0.5) + special.log_ndtr(-9.0) + special.log_ndtr(-30.0)
    assert float(log_probability_of_box(low, high, np.eye(4))) == pytest.approx(expected, rel=1e-3)


def test_quantities_that_are_nearly_one_are_one() -> None:
    """With a correlation of almost 1, both lie above 1 about as often as one of them does."""
    correlations = np.array([[1.0, 0.9999], [0.9999, 1.0]])
    both = float(log_probability_of_box([1.0, 1.0], [math.inf, math.inf], correlations))
    assert math.exp(both) == pytest.approx(special.ndtr(-1.0), rel=0.03)


def test_an_empty_interval_has_no_probability() -> None:
    """Such as that of a number which cannot be printed."""
    for end in (math.inf, 0.5, -math.inf):
        assert log_probability_of_box([end, 0.0], [end, 1.0], np.eye(2)) == -math.inf


def test_many_boxes_at_once_are_as_one_after_the_other() -> None:
    """Whether they share their correlations or not."""
    generator = np.random.default_rng(11)
    low = generator.normal(-1, 1, (6, 3))
    matrices = np.stack([correlations_of(generator, 3) for _ in range(6)])
    together = log_probability_of_box(low, low + 1, matrices)
    apart = [float(log_probability_of_box(one, one + 1, matrix)) for one, matrix in zip(low, matrices, strict=True)]
    assert together == pytest.approx(apart)


# Scores and correlations


@given(st.lists(st.integers(-5, 5), min_size=3, max_size=30))
def test_normal_scores_keep_the_order_and_treat_equals_alike(values: list[int]) -> None:
    """Without ties they add up to 0; with ties they are equal for equal numbers."""
    scores = normal_scores(values)
    if len(set(values)) == len(values):
        assert scores.sum() == pytest.approx(0, abs=1e-6)
    for one, first in zip(values, scores, strict=True):
        for other, second in zip(values, scores, strict=True):
            assert (one < other) == (first < second - 1e-12)


def test_infinite_numbers_and_nan_have_scores_at_the_ends() -> None:
    """Never is later than any epoch, and a run that diverged is the worst."""
    scores = normal_scores([3.0, math.inf, math.nan, 1.0])
    assert np.argsort(scores).tolist() == [2, 3, 0, 1]
    assert np.isfinite(scores).all()


def test_noise_is_shrunk_away_and_signal_is_kept() -> None:
    """Of independent quantities 20 seeds leave little; of two that share much, most is left."""
    generator = np.random.default_rng(12)
    left, kept = [], []
    for _ in range(50):
        noise = generator.normal(size=(20, 8))
        raw = np.corrcoef(noise.T)
        shrunken = shrunken_correlations(noise)
        apart = ~np.eye(8, dtype=bool)
        left.append(np.abs(shrunken[apart]).mean() / np.abs(raw[apart]).mean())
        pair = generator.multivariate_normal([0, 0], [[1, 0.9], [0.9, 1]], size=20)
        kept.append(shrunken_correlations(pair)[0, 1])
    assert np.mean(left) < 0.35
    assert np.mean(kept) > 0.75


def test_what_is_the_same_in_all_seeds_correlates_with_nothing() -> None:
    """Such as a behaviour that every seed shows."""
    scores = np.stack([np.zeros(20), np.arange(20.0), np.arange(20.0) ** 2], axis=1)
    correlations = shrunken_correlations(scores)
    assert correlations[0].tolist() == [1.0, 0.0, 0.0]
    assert correlations[1, 2] > 0.8


def test_correlations_are_mended_where_some_were_set_to_0() -> None:
    """What cannot be becomes what can be, with 1 on the diagonal; what can be stays as it is."""
    impossible = np.array([[1.0, 0.9, 0.0], [0.9, 1.0, 0.9], [0.0, 0.9, 1.0]])
    mended = proper(impossible)
    assert np.linalg.eigvalsh(mended).min() > LEAST_EIGENVALUE / 2
    assert np.diag(mended) == pytest.approx(1)
    assert mended[0, 1] > 0.5
    possible = np.array([[1.0, 0.3], [0.3, 1.0]])
    assert proper(possible) is possible
