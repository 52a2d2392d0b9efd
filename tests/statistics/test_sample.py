import math
from typing import Any

import numpy as np
import pytest

from harness.statistics.draws import plausible_draw, plausible_proportion_draw, prediction_interval
from harness.statistics.estimate import Reported
from harness.statistics.estimators import (
    mean_over_seeds,
    median_over_seeds,
    proportion_of_seeds,
    ratio_over_seeds,
)
from harness.verdicts.band import Band
from tests.builders.estimates import ONE_DRAW, judged


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("count", [1, 3])
def test_diverged_seeds_are_never_averaged_away(broken: float, count: int) -> None:
    """With diverged seeds there is no interval, so that no band can be met or missed, and the note counts them."""
    sample = [broken] * count + [1.0, 0.9, 0.8, 0.7]
    estimates = [
        mean_over_seeds(sample, ""),
        ratio_over_seeds(sample, np.ones(len(sample)), ""),
        ratio_over_seeds(np.ones(len(sample)), sample, ""),
        plausible_draw(Reported(0.9, 0.05), sample, ""),
        plausible_proportion_draw(Reported(0.9, 0.05), sample, 100, ""),
    ]
    for estimate in estimates:
        assert estimate.interval(0.9) == (-math.inf, math.inf)
        assert math.isnan(estimate.value)
        assert estimate.note == f"{count} of {count + 4} seeds diverged: there is no mean to speak of"
        assert judged(estimate, ONE_DRAW) == "inconclusive"
        assert judged(estimate, Band(0.0, math.inf, "")) == "inconclusive"
    assert [estimate.reported for estimate in estimates] == [None, None, None, 0.9, 0.9]


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_a_diverged_seed_is_outside_every_region(broken: float) -> None:
    """Also outside a region without ends: what diverged did not do what the finding says."""
    estimate = proportion_of_seeds([broken, 1.0, 2.0, 3.0], (-math.inf, math.inf), "")
    assert (estimate.value, estimate.note) == (0.75, "3 of 4 seeds")


@pytest.mark.parametrize("number", [0.0, 0.57, 14.45, 1e-6])
@pytest.mark.parametrize("seeds", [2, 3, 20])
def test_equal_numbers_carry_no_interval(number: float, seeds: int) -> None:
    """Zero spread gives no interval, rather than one of zero width; neither does the rounding of equal differences."""
    equal = [number] * seeds
    estimates = [mean_over_seeds(equal, "")]
    if number > 0:
        estimates += [
            mean_over_seeds([number * (1 + 1e-15), *equal[1:]], ""),
            ratio_over_seeds(equal, np.full(seeds, 0.3), ""),
            plausible_draw(Reported(2.0, 0.005), equal, ""),
        ]
    for estimate in estimates:
        assert estimate.interval(0.9) == (-math.inf, math.inf)
        assert estimate.note == "all seeds gave the same number: there is no spread to judge by"
        assert judged(estimate, ONE_DRAW) == "inconclusive"


def test_equal_differences_of_accuracies_carry_no_interval() -> None:
    """0.95 - 0.90 and 0.55 - 0.50 are one difference, though not one float."""
    differences = [0.95 - 0.90, 0.55 - 0.50, 0.60 - 0.55]
    assert len(set(differences)) > 1
    assert mean_over_seeds(differences, "").interval(0.9)[0] == -math.inf
    assert mean_over_seeds([*differences, 0.06], "").interval(0.9)[0] > 0


@pytest.mark.parametrize("sample", [[], [1.0], 1.0, [[1.0, 2.0], [3.0, 4.0]]])
def test_a_sample_has_two_seeds(sample: Any) -> None:
    """Fewer than two seeds, or not one number a seed, is an error of the caller."""
    message = r"a sample has shape \(seeds,\) with at least 2 seeds, not \("
    for estimate in (
        lambda: mean_over_seeds(sample, ""),
        lambda: ratio_over_seeds(sample, [1.0, 2.0], ""),
        lambda: ratio_over_seeds([1.0, 2.0], sample, ""),
        lambda: proportion_of_seeds(sample, (0.0, 1.0), ""),
        lambda: median_over_seeds(sample, ""),
        lambda: plausible_draw(Reported(1.0, 0.1), sample, ""),
        lambda: plausible_proportion_draw(Reported(1.0, 0.1), sample, 100, ""),
        lambda: prediction_interval(sample),
    ):
        with pytest.raises(ValueError, match=message):
            estimate()


@pytest.mark.parametrize("number", [0.0, -1.0])
def test_a_logarithm_needs_positive_numbers(number: float) -> None:
    """Zero or less, where a ratio or a logarithm is taken, is an error of the caller and not a diverged seed."""
    for estimate in (
        lambda: ratio_over_seeds([1.0, -1.0], [1.0, 2.0], ""),
        lambda: ratio_over_seeds([1.0, 2.0], [1.0, number], ""),
        lambda: plausible_draw(Reported(1.0, 0.1), [1.0, number, 2.0], ""),
        lambda: plausible_draw(Reported(-1.0, 0.1), [1.0, 2.0], ""),
    ):
        with pytest.raises(ValueError, match="needs positive numbers"):
            estimate()
