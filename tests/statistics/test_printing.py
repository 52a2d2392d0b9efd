import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from harness.statistics.draws import plausible_draw, plausible_proportion_draw
from harness.statistics.estimate import Estimate, Reported
from harness.statistics.printing import NEVER, log_likelihood_between


def likelihood(estimate: Estimate, runs: int = 1) -> float:
    """Return the likelihood that an average of so many runs is printed as reported."""
    assert estimate.printing is not None
    return math.exp(log_likelihood_between(estimate.printing.between(runs)))


def accuracy(value: float, hits: list[int], rows: int) -> Estimate:
    """Return the estimate of an accuracy that a report prints to two decimals."""
    return plausible_proportion_draw(Reported(value, 0.005), np.array(hits) / rows, rows, "accuracy")


@given(st.floats(-6, 6), st.floats(-6, 6))
def test_the_probability_between_two_scores(one: float, other: float) -> None:
    """As the normal distribution has it, and none in an empty interval."""
    low, high = sorted((one, other))
    expected = special.ndtr(high) - special.ndtr(low)
    assert math.exp(log_likelihood_between((low, high))) == pytest.approx(expected, rel=1e-6, abs=1e-12)
    assert log_likelihood_between((high, high)) == -math.inf


def test_small_probabilities_are_exact_in_both_tails() -> None:
    """Where a difference of two numbers near 1 would be nothing but rounding."""
    for sign in (1, -1):
        ends = sorted((sign * 20.0, sign * 21.0))
        assert log_likelihood_between((ends[0], ends[1])) == pytest.approx(special.log_ndtr(-20.0), rel=1e-3)


@pytest.mark.parametrize(("rows", "possible"), [(36, False), (54, False), (100, True), (68, True), (667, True)])
def test_no_single_run_prints_what_its_rows_cannot_give(rows: int, possible: bool) -> None:
    """0.99 needs rows of which some number is 0.985 to 0.995; an average of runs may come to it all the same."""
    estimate = accuracy(0.99, [rows, rows - 1] * 10, rows)
    assert (likelihood(estimate) > 0) == possible
    assert likelihood(estimate, runs=5) > 0
    if not possible:
        assert estimate.printing is not None
        assert estimate.printing.between(1) == NEVER


def test_an_average_of_runs_is_printed_as_often_as_draws_say() -> None:
    """For numbers of a wide distribution, over many samples."""
    generator = np.random.default_rng(5)
    reported = Reported(1.1, 0.05)
    told = [
        likelihood(plausible_draw(reported, np.exp(generator.normal(0, 0.3, 20)), "loss"), runs=5) for _ in range(400)
    ]
    averages = np.exp(generator.normal(0, 0.3, (100_000, 5))).mean(axis=1)
    shown = float((np.abs(averages - 1.1) < 0.05).mean())
    assert np.mean(told) == pytest.approx(shown, abs=0.03)


def test_an_average_lies_nearer_to_the_mean_than_a_single_run() -> None:
    """What one run in ten shows, an average of ten hardly ever does."""
    sample = np.exp(np.random.default_rng(6).normal(0, 0.2, 20))
    far, near = Reported(1.4, 0.05), Reported(round(float(sample.mean()), 1), 0.05)
    assert likelihood(plausible_draw(far, sample, "loss"), 10) < 0.2 * likelihood(plausible_draw(far, sample, "loss"))
    assert likelihood(plausible_draw(near, sample, "loss"), 10) > likelihood(plausible_draw(near, sample, "loss"))


def test_equal_accuracies_leave_room_for_others() -> None:
    """Twenty seeds that got all rows right are no proof that the next average is 1: binomial error remains."""
    perfect = [100] * 20
    assert 0.3 < likelihood(accuracy(1.0, perfect, 100), runs=5) < 1
    assert 0 < likelihood(accuracy(0.99, perfect, 100), runs=5) < 0.3


def test_the_score_of_a_number_is_that_of_the_next_draw() -> None:
    """Student's t on the logarithms, turned into a normal score."""
    logs = np.random.default_rng(7).normal(0.0, 0.2, 20)
    estimate = plausible_draw(Reported(1.2, 0.05), np.exp(logs), "loss")
    assert estimate.printing is not None
    low, high = estimate.printing.between(1)
    scale = logs.std(ddof=1) * math.sqrt(1 + 1 / 20)
    for score, end in ((low, 1.15), (high, 1.25)):
        expected = stats.t.cdf((math.log(end) - logs.mean()) / scale, 19)
        assert special.ndtr(score) == pytest.approx(expected)
