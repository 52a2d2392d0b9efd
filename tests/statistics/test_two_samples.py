import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from scipy import stats

from harness.statistics.estimate import Estimate, Reported
from harness.statistics.reported_runs import ReportedRuns, runs_as_printed
from harness.statistics.two_samples import (
    difference_from_reported,
    difference_of_means,
    ratio_of_means,
    ratio_of_spreads,
)
from harness.verdicts.band import Band
from harness.verdicts.power import power
from tests.builders.two_samples import NUMBERS, SIMULATIONS, errors, normal

# Means


@given(NUMBERS, NUMBERS)
def test_the_interval_is_welch_s(one: list[float], other: list[float]) -> None:
    """As SciPy has it, where there is any spread."""
    if min(np.ptp(one), np.ptp(other)) > 1e-3:  # SciPy warns where one has no spread
        found = difference_of_means(one, other, "x")
        theirs = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.9)
        assert found.interval(0.9) == pytest.approx((theirs.low, theirs.high), rel=1e-6, abs=1e-6)
        assert found.value == pytest.approx(np.mean(one) - np.mean(other), rel=1e-6, abs=1e-9)


def test_the_ratio_is_that_of_geometric_means() -> None:
    """On logarithms."""
    one, other = np.array([2.0, 8.0]), np.array([1.0, 1.5, 2.0])
    found = ratio_of_means(one, other, "x")
    logarithms = difference_of_means(np.log(one), np.log(other), "x")
    assert found.value == pytest.approx(4.0 / other.prod() ** (1 / 3))
    assert found.interval(0.9) == pytest.approx(tuple(np.exp(logarithms.interval(0.9))))
    assert found.kind == "ratio"
    with pytest.raises(ValueError, match="positive"):
        ratio_of_means([1.0, -1.0], other, "x")


@pytest.mark.parametrize(("one", "other"), [(5, 5), (6, 20)])
def test_welch_holds_for_other_sizes_and_spreads(one: int, other: int) -> None:
    """At the error rate that is asked for, on either side."""
    for deviation in (1.0, 3.0):
        found = errors(difference_of_means, normal(one), normal(other, 0.0, deviation), 0.0, 0.9)
        assert max(found) < 0.05 + 3 * math.sqrt(0.05 * 0.95 / SIMULATIONS)


@pytest.mark.parametrize("estimator", [difference_of_means, ratio_of_means, ratio_of_spreads])
def test_without_any_spread_there_is_no_interval(estimator: Callable[..., Estimate]) -> None:
    """Nor with runs that diverged; it is said why."""
    found = estimator([4.0, 4.0], [5.0, 5.0, 5.0], "x")
    assert math.isnan(found.value)
    assert found.interval(0.9) == (-math.inf, math.inf)
    assert "no spread to judge by" in found.note
    diverged = estimator([4.0, math.nan], [5.0, math.inf, 6.0], "x")
    assert diverged.note == "2 of 5 runs diverged: there is no mean to speak of"
    assert estimator is ratio_of_spreads or not math.isnan(estimator([4.0, 4.0], [5.0, 5.0, 5.1], "x").value)


def test_means_of_skewed_samples_say_so() -> None:
    """Their intervals err more often."""
    skewed = [1.0] * 15 + [50.0]
    assert "skewed samples (skewness 3.6)" in difference_of_means(skewed, [1.0, 2.0, 3.0], "x").note
    assert difference_of_means([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], "x").note == "3 and 3 runs"


def test_the_power_is_that_of_both_samples() -> None:
    """As measured by simulation, at a look with the same proportions."""
    rng, band = np.random.default_rng(1), Band(-1.0, 1.0, "one either way")
    estimates = [difference_of_means(rng.normal(size=20), rng.normal(0, 2, 40), "x") for _ in range(400)]
    inside = [low >= -1 and high <= 1 for low, high in (one.interval(0.9) for one in estimates)]
    computed = np.mean([power(one, band, 20, 0.9) for one in estimates])
    assert computed == pytest.approx(np.mean(inside), abs=0.1)


# Spreads


@pytest.mark.parametrize("sampler", ["normal", "uniform"])
def test_the_ratio_of_spreads_holds(sampler: str) -> None:
    """For twice as wide a distribution."""
    found = errors(
        ratio_of_spreads,
        lambda rng: 2 * getattr(rng, sampler)(size=20),
        lambda rng: getattr(rng, sampler)(size=20),
        2.0,
        0.9,
    )
    assert max(found) < 0.05 + 3 * math.sqrt(0.05 * 0.95 / SIMULATIONS)


def test_the_ratio_of_spreads_is_that_of_distances_from_the_median() -> None:
    """Whatever the means are; of unequal sizes too."""
    assert ratio_of_spreads([0.0, 2.0, 4.0], [10.0, 11.0, 12.0], "x").value == pytest.approx(2.0)
    assert ratio_of_spreads([0.0, 1.0], [0.0, 1.0, 1.0, 2.0], "x").value == pytest.approx(1.5)
    assert "has no spread at all" in ratio_of_spreads([1.0, 1.0], [1.0, 2.0], "x").note


# Reported means


def test_a_reported_mean_is_compared_as_a_sample() -> None:
    """From its summary: as if its runs were known, and wider by what rounding may have hidden."""
    theirs = np.array([72.1, 72.9, 73.4, 73.0, 73.1])
    own = np.array([72.0, 72.4, 72.2, 72.9])
    exact = ReportedRuns(float(theirs.mean()), 0.0, runs=5, error=float(theirs.std(ddof=1)) / math.sqrt(5), freedom=4)
    found = difference_from_reported(own, exact, "x")
    assert found.interval(0.9) == pytest.approx(difference_of_means(own, theirs, "x").interval(0.9))
    rounded = difference_from_reported(own, replace(exact, half_unit=0.05), "x")
    low, high = found.interval(0.9)
    assert rounded.interval(0.9) == pytest.approx((low - 0.05, high + 0.05))
    assert rounded.note == "4 runs against 5 reported ones"


def test_a_reported_mean_without_spread_may_be_compared() -> None:
    """Unless one's own have none either; a number alone is refused."""
    reported = runs_as_printed("1.5 +- 0.0 sd (n = 3)")
    assert not math.isnan(difference_from_reported([1.0, 2.0], reported, "x").value)
    assert math.isnan(difference_from_reported([1.0, 1.0], reported, "x").value)
    assert "1 runs diverged" in difference_from_reported([1.0, math.nan], reported, "x").note
    with pytest.raises(ValueError, match=r"1\.5 says nothing of its runs; have the register give it as"):
        difference_from_reported([1.0, 2.0], Reported(1.5, 0.05), "x")


@pytest.mark.parametrize("runs", [3, 5, 20])
@pytest.mark.parametrize(
    "form",
    [
        "{mean} +- {sd} sd",
        "{mean} +- {se} se",
        "{low} to {high}",
        "median {median}, {low} to {high}",
        "median {median}, quartiles {q1} to {q3}",
    ],
)
def test_intervals_against_what_is_printed_hold(form: str, runs: int) -> None:
    """Of two normal samples of one mean and unequal spreads: 90 % hold the difference of 0, or a few more."""
    rng = np.random.default_rng(5)
    held = []
    for own, theirs in zip(rng.normal(0, 2, (SIMULATIONS, 10)), rng.normal(0, 1, (SIMULATIONS, runs)), strict=True):
        q1, median, q3 = np.quantile(theirs, (0.25, 0.5, 0.75))
        told = {"mean": theirs.mean(), "sd": theirs.std(ddof=1), "se": theirs.std(ddof=1) / math.sqrt(runs)}
        told |= {"low": theirs.min(), "high": theirs.max(), "median": median, "q1": q1, "q3": q3}
        text = form.format(**{name: f"{number:.9f}" for name, number in told.items()})
        low, high = difference_from_reported(own, runs_as_printed(f"{text} (n = {runs})"), "x").interval(0.9)
        held.append(low <= 0 <= high)
    assert 0.9 - 3 * math.sqrt(0.9 * 0.1 / SIMULATIONS) < np.mean(held) < 0.95
