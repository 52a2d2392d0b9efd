import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from harness.sessions.noise import ON_LOGARITHMS, p_same
from harness.statistics.draws import plausible_draw
from harness.statistics.estimate import Estimate, Reported
from harness.statistics.estimators import (
    exactly,
    mean_over_seeds,
    median_over_seeds,
    proportion_of_seeds,
    ratio_over_seeds,
)
from tests.builders.verdicts import verdict_on, verdict_with

REPETITIONS = 1500


def mean_of_normal(rng: np.random.Generator, seeds: int, shift: float) -> Estimate:
    """Estimate a mean, where Student's t is exact."""
    return mean_over_seeds(rng.normal(shift, 1, seeds), "x")


def mean_of_skewed(rng: np.random.Generator, seeds: int, shift: float) -> Estimate:
    """Estimate a mean, where Student's t errs."""
    return mean_over_seeds(rng.exponential(1, seeds) + shift, "x")


def ratio_of_lognormal(rng: np.random.Generator, seeds: int, shift: float) -> Estimate:
    """Estimate a ratio, whose interval is made on logarithms."""
    return ratio_over_seeds(np.exp(rng.normal(shift, 1, seeds)), np.ones(seeds), "x")


def proportion_of_half(rng: np.random.Generator, seeds: int, shift: float) -> Estimate:
    """Estimate a proportion that lies in the middle."""
    return proportion_of_seeds(rng.normal(shift, 1, seeds), (0, math.inf), "x")


def proportion_of_nearly_all(rng: np.random.Generator, seeds: int, shift: float) -> Estimate:
    """Estimate a proportion at the edge, whose interval is lopsided."""
    return proportion_of_seeds(rng.normal(1.5 - 2 * shift, 1, seeds), (0, math.inf), "x")


def median_of_counts(rng: np.random.Generator, seeds: int, shift: float) -> Estimate:
    """Estimate a median of a tied sample."""
    return median_over_seeds(rng.poisson(5 + 3 * shift, seeds), "x")


def reported_as_draw(rng: np.random.Generator, seeds: int, shift: float) -> Estimate:
    """Estimate how far a reported number lies off; other samples move it."""
    return plausible_draw(Reported(1.0, 0.005), np.exp(rng.normal(shift, 1, seeds)), "x")


ESTIMATES = (
    mean_of_normal,
    mean_of_skewed,
    ratio_of_lognormal,
    proportion_of_half,
    proportion_of_nearly_all,
    median_of_counts,
    reported_as_draw,
)
Simulated = Callable[[np.random.Generator, int, float], Estimate]


@pytest.mark.parametrize("looks", [((20, 0.98), (20, 0.98)), ((80, 0.94), (20, 0.98))], ids=["equal", "unequal"])
@pytest.mark.parametrize("estimate", ESTIMATES)
def test_noise_alone_is_seldom_taken_for_a_shift(
    estimate: Simulated, looks: tuple[tuple[int, float], tuple[int, float]]
) -> None:
    """Two independent samples of one distribution: a p-value below any rate is no more frequent than that rate."""
    rng = np.random.default_rng(20260101)
    (seeds, confidence), (new_seeds, new_confidence) = looks
    found = np.array(
        [
            p_same(
                verdict_on(estimate(rng, seeds, 0), confidence), verdict_on(estimate(rng, new_seeds, 0), new_confidence)
            )
            for _ in range(REPETITIONS)
        ]
    )
    for rate in (0.05, 0.01, 0.001):
        allowed = rate + 3 * math.sqrt(rate * (1 - rate) / REPETITIONS)  # three standard errors of the simulation
        assert (found <= rate).mean() <= allowed


@pytest.mark.parametrize("estimate", ESTIMATES)
def test_true_shifts_are_found(estimate: Simulated) -> None:
    """A shift of two standard deviations of a single seed's number shows over 20 seeds, in most repetitions."""
    rng = np.random.default_rng(20260102)
    found = [p_same(verdict_on(estimate(rng, 20, 0)), verdict_on(estimate(rng, 20, 2))) for _ in range(200)]
    assert np.mean(np.array(found) <= 0.01) >= 0.7


def test_close_to_welch_on_normal_samples() -> None:
    """With symmetric intervals and equal samples nearly Welch's test; larger, as fewer degrees of freedom are taken."""
    rng = np.random.default_rng(20260103)
    for shift in (0.2, 0.4, 0.6):
        one, other = rng.normal(0, 1, 80), rng.normal(shift, 1, 80)
        expected = ttest_ind(one, other, equal_var=False).pvalue
        found = p_same(verdict_on(mean_over_seeds(one, "x")), verdict_on(mean_over_seeds(other, "x")))
        assert expected <= found <= 2 * expected


def test_intervals_of_proportions_are_combined_as_newcombe_does() -> None:
    """56 of 70 and 48 of 80 with Wilson's intervals: the difference has the interval 0.05243 to 0.33387.

    Values of statsmodels 0.14 (``proportion_confint`` with ``wilson``, ``confint_proportions_2indep`` with
    ``newcomb``). At the lower end the difference would just be significant at 0.05. Over so many seeds, Student's t is
    normal.
    """
    one = verdict_with(low=0.6918336, value=0.8, high=0.8769526, confidence=0.95, looks=(10**6,))
    other = verdict_with(
        low=0.4904547 + 0.0524315,
        value=0.6 + 0.0524315,
        high=0.7003817 + 0.0524315,
        confidence=0.95,
        looks=(10**6,),
    )
    assert p_same(one, other) == pytest.approx(0.05, abs=1e-5)


def test_the_same_estimate_is_no_shift_and_other_arithmetic_is() -> None:
    """Equal numbers have p 1, however narrow; what is not sampled has no noise."""
    assert p_same(verdict_with(), verdict_with()) == 1.0
    assert p_same(verdict_on(exactly(1.0, "x")), verdict_on(exactly(2.0, "x"))) == 0.0


def test_an_interval_of_no_width_is_no_measure_of_noise() -> None:
    """Medians of tied samples: that they lie apart is known with the confidence of the intervals, and no more."""
    one, other = (verdict_on(median_over_seeds([float(value)] * 20, "x")) for value in (5, 6))
    assert p_same(one, other) == pytest.approx(0.04)


@pytest.mark.parametrize("changes", [{"low": -math.inf, "high": math.inf}, {"value": math.nan}])
def test_without_an_interval_nothing_is_known(changes: dict[str, float]) -> None:
    """A run that diverged makes the claim inconclusive; its estimate is no shift."""
    assert p_same(verdict_with(), verdict_with(**{"value": 7.0, **changes})) == 1.0


def test_ratios_name_their_scale_and_others_do_not() -> None:
    """The phrase by which intervals on logarithms are known is that of ratios alone."""
    sample = [1.0, 2.0, 3.0]
    assert ON_LOGARITHMS in ratio_over_seeds(sample, sample[::-1], "x").method
    others = (mean_over_seeds(sample, "x"), proportion_of_seeds(sample, (0, 1), "x"), median_over_seeds(sample, "x"))
    for other in (*others, plausible_draw(Reported(1.0, 0.1), sample, "x"), exactly(1.0, "x")):
        assert ON_LOGARITHMS not in other.method


NUMBERS = st.floats(-100, 100)


@given(values=st.tuples(NUMBERS, NUMBERS), widths=st.tuples(*[st.floats(0.01, 100)] * 4), factor=st.floats(0.1, 10))
def test_order_and_unit_do_not_matter(
    values: tuple[float, float], widths: tuple[float, float, float, float], factor: float
) -> None:
    """The p-value is a probability, that of the exchanged sessions, and the same in any unit."""
    ends = [(value, value - widths[place], value + widths[place + 2]) for place, value in enumerate(values)]
    one, other = (verdict_with(value=value, low=low, high=high) for value, low, high in ends)
    scaled = (verdict_with(value=v * factor, low=low * factor, high=high * factor) for v, low, high in ends)
    found = p_same(one, other)
    assert 0 <= found <= 1
    assert p_same(other, one) == found
    assert p_same(*scaled) == pytest.approx(found, rel=1e-3, abs=1e-12)
