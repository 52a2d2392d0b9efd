import math

import numpy as np
import pytest
from scipy import stats

from harness.statistics.estimate import Estimate
from harness.statistics.estimators import (
    exactly,
    mean_over_seeds,
    median_over_seeds,
    proportion_of_seeds,
    ratio_over_seeds,
)
from harness.verdicts.band import Band, decide
from harness.verdicts.power import power, true_value
from tests.builders.estimates import within_error

REPETITIONS = 20_000
CONFIDENCE = 0.9


def sample_with(deviation: float, seeds: int = 20, mean: float = 0.0) -> list[float]:
    """Return a sample with this mean and standard deviation."""
    numbers = np.arange(seeds, dtype=float)
    return list(mean + deviation * (numbers - numbers.mean()) / numbers.std(ddof=1))


@pytest.mark.parametrize("seeds", [20, 40])
@pytest.mark.parametrize(
    "band",
    [Band(-1.0, 1.0, ""), Band(-0.6, 0.6, ""), Band(-0.3, 1.5, ""), Band(0.5, math.inf, ""), Band(-math.inf, 0.5, "")],
    ids=str,
)
def test_the_power_of_a_mean_is_how_often_a_t_interval_fits_into_the_band(band: Band, seeds: int) -> None:
    """With a spread that is known, and the truth where `true_value` says."""
    expected = power(mean_over_seeds(sample_with(1.5, 80, mean=7.0), "x"), band, seeds, CONFIDENCE)
    error = 1.5 / math.sqrt(seeds)
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, seeds - 1)) * error
    means = np.random.default_rng(1).normal(true_value(band), error, REPETITIONS)
    supported = np.mean((means - reach >= band.low) & (means + reach <= band.high))
    assert within_error(float(supported), min(max(expected, 1e-3), 1 - 1e-3), REPETITIONS)


def test_power_is_what_claims_reach() -> None:
    """Over whole claims on normal samples: the widening for a skewness that is only seen costs little."""
    band, draws = Band(-0.9, 0.9, ""), np.random.default_rng(2)
    samples = draws.normal(0, 1.5, (2000, 20))
    supported = [decide(mean_over_seeds(one, "x").interval(CONFIDENCE), band) == "supported" for one in samples]
    expected = power(mean_over_seeds(sample_with(1.5), "x"), band, 20, CONFIDENCE)
    assert 0.5 < expected < 0.9
    assert np.mean(supported) == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize(("low", "high"), [(0.8, 1.25), (0.5, 3.0)])
def test_the_power_of_a_ratio_is_that_of_a_mean_of_logarithms(low: float, high: float) -> None:
    """Of a ratio with a closed band, whose middle is where the truth is taken."""
    first = np.exp(sample_with(0.4, 20))
    estimate = ratio_over_seeds(first, np.ones(20), "x")
    middle = (low + high) / 2
    same = Band(math.log(low / middle), math.log(high / middle), "")
    logs = mean_over_seeds(np.log(first), "x")
    error = logs.sample.std(ddof=1) / math.sqrt(20)
    critical = float(stats.t.ppf((1 + CONFIDENCE) / 2, 19))
    by_hand = stats.norm.cdf(same.high / error - critical) + stats.norm.cdf(-same.low / error - critical) - 1
    assert power(estimate, Band(low, high, ""), 20, CONFIDENCE) == pytest.approx(max(0.0, by_hand))


def test_the_power_of_a_ratio_of_at_most_something_has_no_lower_end() -> None:
    """A ratio cannot fall below zero: only the upper end can be missed."""
    first = np.exp(sample_with(0.4, 20))
    band = Band(0.0, 1.2, "")
    error = 0.4 / math.sqrt(20)
    critical = float(stats.t.ppf((1 + CONFIDENCE) / 2, 19))
    by_hand = stats.norm.cdf(math.log(1.2 / 0.6) / error - critical)
    assert power(ratio_over_seeds(first, np.ones(20), "x"), band, 20, CONFIDENCE) == pytest.approx(by_hand)


@pytest.mark.parametrize("seeds", [20, 40])
@pytest.mark.parametrize("band", [Band(0.5, 1.0, ""), Band(0.2, 0.9, ""), Band(0.0, 0.5, "")], ids=str)
def test_the_power_of_a_proportion_is_how_often_its_exact_interval_fits(band: Band, seeds: int) -> None:
    """Counted over all numbers of seeds that may fall into the region, with their probabilities."""
    by_hand = 0.0
    for count in range(seeds + 1):
        sample = [1.0] * count + [0.0] * (seeds - count)
        if decide(proportion_of_seeds(sample, (1.0, 1.0), "x").interval(CONFIDENCE), band) == "supported":
            by_hand += float(stats.binom.pmf(count, seeds, true_value(band)))
    estimate = proportion_of_seeds([1.0] * 7 + [math.nan] * 3, (1.0, 1.0), "x")
    assert power(estimate, band, seeds, CONFIDENCE) == pytest.approx(by_hand)


def test_more_seeds_and_less_confidence_have_more_power() -> None:
    """So have wider bands."""
    estimate = mean_over_seeds(sample_with(1.5), "x")
    powers = [power(estimate, Band(-0.8, 0.8, ""), seeds, 0.9) for seeds in (10, 20, 40)]
    assert powers == sorted(powers)
    assert powers[0] < powers[-1]
    assert power(estimate, Band(-0.8, 0.8, ""), 20, 0.98) < powers[1] < power(estimate, Band(-0.9, 0.9, ""), 20, 0.9)


def test_a_band_that_no_interval_fits_into_has_no_power() -> None:
    """Not less than none."""
    assert power(mean_over_seeds(sample_with(9.0), "x"), Band(-0.1, 0.1, ""), 20, 0.9) == 0.0


@pytest.mark.parametrize(
    ("band", "truth"),
    [
        (Band(1.0, 2.0, ""), 1.5),
        (Band(-3.0, 1.0, ""), -1.0),
        (Band(1.5, math.inf, ""), 3.0),
        (Band(-1.5, math.inf, ""), 0.0),
        (Band(-math.inf, 0.4, ""), 0.0),
        (Band(-math.inf, -0.4, ""), -0.8),
    ],
)
def test_the_truth_is_taken_well_inside_the_band(band: Band, truth: float) -> None:
    """In the middle; of an open band as far from its end as that is from zero."""
    assert true_value(band) == pytest.approx(truth)


@pytest.mark.parametrize(
    "estimate",
    [
        median_over_seeds([1.0, 2.0, 3.0, 4.0], "x"),
        exactly(1.0, "x"),
        mean_over_seeds([1.0, math.nan], "x"),
        ratio_over_seeds([1.0, math.inf, 2.0], [1.0, 1.0, 1.0], "x"),
    ],
    ids=["median", "exact", "diverged mean", "diverged ratio"],
)
def test_where_no_formula_is_known_power_is_not(estimate: Estimate) -> None:
    """Nor where a sample carries no estimate."""
    assert math.isnan(power(estimate, Band(0.5, 2.0, ""), 20, 0.9))


def test_a_ratio_cannot_be_true_in_a_band_around_zero() -> None:
    """The middle of the band is then no ratio."""
    estimate = ratio_over_seeds(np.exp(sample_with(0.4)), np.ones(20), "x")
    assert math.isnan(power(estimate, Band(-1.0, 1.0, ""), 20, 0.9))
