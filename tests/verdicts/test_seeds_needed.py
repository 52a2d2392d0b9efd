import math

import numpy as np
import pytest

from harness.statistics.estimate import Estimate
from harness.statistics.estimators import exactly, mean_over_seeds, median_over_seeds, proportion_of_seeds
from harness.statistics.larger import probability_of_larger
from harness.verdicts.band import Band, decide
from harness.verdicts.power import power_to_refute
from harness.verdicts.seeds_needed import WANTED, seeds_to_decide, seeds_to_support

BAND = Band(-0.5, 0.5, "")
CONFIDENCE = 0.9
SIMULATIONS = 2_000


def pilot(mean: float = 0.0, seeds: int = 20) -> Estimate:
    """Return the mean of a sample with a standard deviation of 1."""
    numbers = np.arange(seeds, dtype=float)
    return mean_over_seeds(mean + (numbers - numbers.mean()) / numbers.std(ddof=1), "x")


def outcomes(mean: float, seeds: float) -> list[str]:
    """Return what so many seeds say, again and again."""
    rng = np.random.default_rng(0)
    samples = rng.normal(mean, 1, (SIMULATIONS, int(seeds)))
    return [decide(mean_over_seeds(sample, "x").interval(CONFIDENCE), BAND) for sample in samples]


def test_so_many_seeds_support_what_is_true() -> None:
    """Four times of five, with the truth in the middle of the band; one seed less does not."""
    seeds = seeds_to_support(pilot(7.0), BAND, CONFIDENCE)
    assert np.mean([one == "supported" for one in outcomes(0.0, seeds)]) == pytest.approx(WANTED, abs=0.04)
    assert seeds_to_support(pilot(), Band(-0.5, 0.5, ""), 0.98) > seeds
    assert seeds_to_support(pilot(), Band(-0.25, 0.25, ""), CONFIDENCE) > 3 * seeds


@pytest.mark.parametrize(("mean", "outcome"), [(0.2, "supported"), (0.9, "refuted"), (-1.2, "refuted")])
def test_so_many_seeds_decide_what_the_pilot_showed(mean: float, outcome: str) -> None:
    """Either way."""
    seeds = seeds_to_decide(pilot(mean), BAND, CONFIDENCE)
    assert np.mean([one == outcome for one in outcomes(mean, seeds)]) == pytest.approx(WANTED, abs=0.05)


def test_at_the_end_of_a_band_no_number_decides() -> None:
    """Nor where the band is all there is, for a refutation."""
    assert math.isinf(seeds_to_decide(pilot(0.5), BAND, CONFIDENCE))
    assert power_to_refute(pilot(), Band(-math.inf, math.inf, ""), 20, CONFIDENCE, 0.0) == 0.0


def test_proportions_are_refuted_from_either_side() -> None:
    """Exactly, and never both at once."""
    estimate = proportion_of_seeds([1.0] * 10 + [0.0] * 10, (1.0, 1.0), "x")
    band = Band(0.75, 1.0, "")
    seeds = seeds_to_decide(estimate, band, CONFIDENCE)
    drawn = np.random.default_rng(0).random((500, int(seeds))) < 0.5
    refuted = [
        decide(proportion_of_seeds(one.astype(float), (1.0, 1.0), "x").interval(CONFIDENCE), band) == "refuted"
        for one in drawn
    ]
    assert np.mean(refuted) == pytest.approx(WANTED, abs=0.1)


def test_other_kinds_are_told_from_the_width_of_their_intervals() -> None:
    """Roughly: the median of normal samples needs about half as many seeds more than their mean."""
    sample = np.random.default_rng(3).normal(size=200)
    mean = seeds_to_support(mean_over_seeds(sample, "x"), BAND, CONFIDENCE)
    median = seeds_to_support(median_over_seeds(sample, "x"), BAND, CONFIDENCE)
    assert 1.1 < median / mean < 2.2
    larger = probability_of_larger(sample[:50] + 0.5, sample[50:100], "x")
    assert 10 < seeds_to_decide(larger, Band(0.5, 1.0, ""), CONFIDENCE) < 200


def test_where_nothing_is_known_nothing_is_said() -> None:
    """Of what is exact, of an estimate that is none, of a sample too small for an interval."""
    for estimate in (exactly(0.0, "x"), mean_over_seeds([1.0, math.nan], "x"), median_over_seeds([1.0, 1.0, 1.0], "x")):
        assert math.isnan(seeds_to_support(estimate, BAND, CONFIDENCE))
        assert math.isnan(seeds_to_decide(estimate, BAND, CONFIDENCE))
