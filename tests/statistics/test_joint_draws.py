"""Several printed numbers at once."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from harness.statistics.draws import plausible_draw
from harness.statistics.estimate import Estimate, Reported
from harness.statistics.joint_draws import plausible_joint_draw, plausible_joint_proportion_draw
from harness.verdicts.band import Band, decide

COVARIANCE = 0.04 * np.array([[1.0, 0.8, 0.6], [0.8, 1.0, 0.7], [0.6, 0.7, 1.0]])
COMPATIBLE = Band(0.0, 1.0, "95 % of repetitions")


def numbers(draw: np.ndarray, unit: float = 1e-9) -> list[Reported]:
    """Return a draw as if it had been printed with many decimals."""
    return [Reported(float(one), unit) for one in draw]


def compatible(estimate: Estimate) -> bool:
    """Whether a claim would call the table compatible."""
    return decide(estimate.interval(0.9), COMPATIBLE) == "supported"


@pytest.mark.parametrize("seeds", [10, 20, 160])
def test_a_repetition_is_compatible_in_95_percent(seeds: int) -> None:
    """Whatever the number of seeds: the limit takes into account that means and covariance are estimates."""
    generator, repeats, kept = np.random.default_rng(seeds), 500, 0
    for _ in range(repeats):
        logs = generator.multivariate_normal([2.0, 1.0, 0.0], COVARIANCE, size=seeds + 1)
        kept += compatible(plausible_joint_draw(numbers(np.exp(logs[0])), list(np.exp(logs[1:]).T), "loss"))
    assert kept / repeats == pytest.approx(0.95, abs=3 * math.sqrt(0.95 * 0.05 / repeats))


def test_numbers_that_go_together_are_not_compatible_apart() -> None:
    """Each is plausible by itself; together they would need the losses to move against each other."""
    logs = np.random.default_rng(0).multivariate_normal([0, 0, 0], COVARIANCE, size=200)
    printed = numbers(np.exp([0.3, -0.3, 0.0]))
    samples = list(np.exp(logs).T)
    each = [plausible_draw(one, sample, "loss") for one, sample in zip(printed, samples, strict=True)]
    assert all(abs(one.value) < 1.96 for one in each)
    together = plausible_joint_draw(printed, samples, "loss")
    assert not compatible(together)
    assert together.note.startswith("0.00 of all repetitions")
    assert compatible(plausible_joint_draw(numbers(np.exp([0.3, 0.3, 0.3])), samples, "loss"))


def test_a_single_number_is_judged_as_by_a_prediction_interval() -> None:
    """With one number, T2 is the square of Student's t."""
    sample = np.exp(np.random.default_rng(1).normal(size=20))
    logs = np.log(sample)
    reach = 2.0930240544 * logs.std(ddof=1) * math.sqrt(1 + 1 / 20)  # Student's t, 19 degrees of freedom
    edge = math.exp(logs.mean() + reach)
    assert plausible_joint_draw([Reported(edge, 1e-12)], [sample], "loss").value == pytest.approx(1.0, abs=1e-6)


def test_within_its_rounding_a_number_is_as_near_as_it_can_be() -> None:
    """The mean itself lies within what is printed: no distance is left."""
    logs = np.random.default_rng(2).multivariate_normal([0, 0, 0], COVARIANCE, size=20)
    printed = [Reported(math.exp(mean) + 0.004, 0.005) for mean in logs.mean(axis=0)]
    assert plausible_joint_draw(printed, list(np.exp(logs).T), "loss").value == pytest.approx(0, abs=1e-3)


@given(st.lists(st.floats(0.5, 2.0), min_size=3, max_size=3), st.integers(0, 50))
def test_a_coarser_number_is_never_farther(draw: list[float], seed: int) -> None:
    """Since the nearest point within the rounding counts."""
    samples = list(np.exp(np.random.default_rng(seed).multivariate_normal([0, 0, 0], COVARIANCE, size=12)).T)
    fine, coarse = (plausible_joint_draw(numbers(np.array(draw), unit), samples, "x").value for unit in (1e-9, 0.05))
    assert coarse <= fine + 1e-6


def limit_of(count: int, numbers: int) -> float:
    """Return what 95 % of further draws stay within, in units of the covariance over seeds."""
    factor = numbers * (count + 1) * (count - 1) / (count * (count - numbers))
    return math.sqrt(factor * stats.f.ppf(0.95, numbers, count - numbers))


def test_proportions_are_judged_on_smoothed_log_odds() -> None:
    """By hand: the distance of both log odds from their means, with the covariance over seeds where that is larger."""
    rows = 50
    hits = np.random.default_rng(7).integers(5, 45, size=(30, 2))
    scaled = np.log((hits + 0.5) / (rows - hits + 0.5))
    printed = np.log((np.array([10.0, 40.0]) + 0.5) / (rows - np.array([10.0, 40.0]) + 0.5))
    apart = printed - scaled.mean(axis=0)
    distance = math.sqrt(apart @ np.linalg.inv(np.cov(scaled.T)) @ apart)
    found = plausible_joint_proportion_draw(
        [Reported(0.2, 1e-9), Reported(0.8, 1e-9)], list(hits.T / rows), rows, "accuracy"
    )
    assert found.value == pytest.approx(distance / limit_of(30, 2), rel=1e-5)


def test_what_equal_proportions_vary_by_is_the_binomial_error() -> None:
    """By hand: all seeds get the same rows right, so that the variance is that of one sample of the rows."""
    rows, hits = 50, 45
    error = math.sqrt(1 / (hits + 0.5) + 1 / (rows - hits + 0.5))
    apart = math.log((hits + 0.5) / (rows - hits + 0.5)) - math.log((30 + 0.5) / (rows - 30 + 0.5))
    found = plausible_joint_proportion_draw([Reported(0.6, 1e-9)], [np.full(12, hits / rows)], rows, "accuracy")
    assert found.value == pytest.approx(apart / error / limit_of(12, 1), rel=1e-5)


@pytest.mark.parametrize("printed", [0.5, 0.7])
def test_within_its_rounding_a_proportion_is_as_near_as_it_can_be(printed: float) -> None:
    """By hand: 0.5 to one decimal is up to 27.5 of 50 rows, 0.7 is 32.5 or more; the seeds have 30."""
    rows, ends = 50, {0.5: 27.5, 0.7: 32.5}
    hits = np.array([28, 29, 30, 31, 32] * 4)
    scaled = np.log((hits + 0.5) / (rows - hits + 0.5))
    end = math.log((ends[printed] + 0.5) / (rows - ends[printed] + 0.5))
    error = max(scaled.var(ddof=1), float(np.mean(1 / (hits + 0.5) + 1 / (rows - hits + 0.5))))
    found = plausible_joint_proportion_draw([Reported(printed, 0.05)], [hits / rows], rows, "accuracy")
    assert found.value == pytest.approx(abs(end - scaled.mean()) / math.sqrt(error) / limit_of(20, 1), rel=1e-4)


@pytest.mark.parametrize("deviations", [0.5, 1.0, 1.5])
def test_the_note_says_how_often_a_repetition_is_as_far_away(deviations: float) -> None:
    """With one number, by Student's t on both sides."""
    logs = np.random.default_rng(8).normal(size=20)
    printed = math.exp(logs.mean() + deviations * logs.std(ddof=1))
    estimate = plausible_joint_draw([Reported(printed, 1e-9)], [np.exp(logs)], "loss")
    chance = 2 * stats.t.sf(deviations / math.sqrt(1 + 1 / 20), 19)
    assert estimate.note == f"{chance:.2f} of all repetitions give numbers as far away or farther"


def test_a_printed_zero_is_everything_up_to_its_rounding() -> None:
    """Losses of 0.001 print as 0.00, and losses of 1 do not."""
    small = np.exp(np.random.default_rng(9).normal(math.log(1e-3), 0.5, size=20))
    assert plausible_joint_draw([Reported(0.0, 0.005)], [small], "loss").value == pytest.approx(0, abs=1e-3)
    assert not compatible(plausible_joint_draw([Reported(0.0, 0.005)], [1000 * small], "loss"))


def test_equal_accuracies_of_few_rows_refute_little() -> None:
    """All seeds give 1.00; a printed 0.99 of 67 rows is one row less, and no proof of anything."""
    samples = [np.full(20, 0.5) + np.linspace(-0.05, 0.05, 20), np.ones(20), np.ones(20)]
    printed = [Reported(0.5, 0.005), Reported(0.99, 0.005), Reported(1.0, 0.005)]
    near = plausible_joint_proportion_draw(printed, samples, 67, "accuracy")
    far = plausible_joint_proportion_draw([printed[0], Reported(0.5, 0.005), printed[2]], samples, 67, "accuracy")
    assert compatible(near)
    assert not compatible(far)


def test_the_sample_is_what_the_claim_draws() -> None:
    """Distances of the seeds on the same scale: nearly all within the limit."""
    logs = np.random.default_rng(3).multivariate_normal([0, 0, 0], COVARIANCE, size=400)
    estimate = plausible_joint_draw(numbers(np.exp([0.1, 0.1, 0.1])), list(np.exp(logs).T), "loss")
    assert (estimate.region, estimate.reported) == ((0.0, 1.0), estimate.value)
    apart = logs - logs.mean(axis=0)
    distances = np.sqrt(np.einsum("si,ij,sj->s", apart, np.linalg.inv(np.cov(logs.T)), apart))
    np.testing.assert_allclose(estimate.sample, distances / limit_of(400, 3), rtol=1e-9)


@pytest.mark.parametrize(("seed", "printed"), [(0.0, 1.0), (-0.5, 1.0), (1.0, -0.5)])
def test_only_positive_numbers_have_logarithms(seed: float, printed: float) -> None:
    """One sentence; a printed zero is none of them."""
    sample = np.exp(np.random.default_rng(10).normal(size=9))
    sample[4] = seed
    with pytest.raises(ValueError, match="needs positive numbers"):
        plausible_joint_draw([Reported(printed, 0.05)], [sample], "loss")


def test_too_few_seeds_leave_no_distance() -> None:
    """Three numbers span a space in which three seeds have no spread in every direction."""
    for seeds in (2, 3):
        samples = list(np.exp(np.random.default_rng(6).normal(size=(3, seeds))))
        estimate = plausible_joint_draw(numbers(np.ones(3)), samples, "loss")
        assert estimate.interval(0.9) == (-math.inf, math.inf)
        assert estimate.note == f"3 numbers at once need more seeds than 3, not {seeds}"


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_a_seed_that_diverged_leaves_no_distance(wrong: float) -> None:
    """Neither compatible nor not."""
    samples = list(np.exp(np.random.default_rng(4).normal(size=(3, 20))))
    samples[1][3] = wrong
    estimate = plausible_joint_draw(numbers(np.ones(3)), samples, "loss")
    assert decide(estimate.interval(0.9), COMPATIBLE) == "inconclusive"


def test_numbers_that_are_one_number_leave_no_distance() -> None:
    """Their covariance has no inverse."""
    sample = np.exp(np.random.default_rng(5).normal(size=20))
    estimate = plausible_joint_draw(numbers(np.ones(2)), [sample, sample], "loss")
    assert estimate.interval(0.9) == (-math.inf, math.inf)
    assert "do not vary apart" in estimate.note
