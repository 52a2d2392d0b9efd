import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, ttest_1samp

from harness.statistics.draws import plausible_draw, plausible_proportion_draw
from harness.statistics.estimate import Estimate, Reported
from harness.statistics.estimators import (
    exactly,
    mean_over_seeds,
    median_over_seeds,
    proportion_of_seeds,
    ratio_over_seeds,
)
from harness.verdicts.band import OUTCOMES, SMALLEST_P, Band, decide, p_values

INF, NAN = math.inf, math.nan


# The decision


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (-0.5, 0.5, "supported"),
        (-1.0, 1.0, "supported"),  # both ends of the band belong to it
        (0.0, 0.0, "supported"),
        (1.0, 1.0, "supported"),
        (-1.0, math.nextafter(1.0, 2.0), "inconclusive"),
        (math.nextafter(-1.0, -2.0), 1.0, "inconclusive"),
        (0.5, 1.5, "inconclusive"),
        (-1.5, -0.5, "inconclusive"),
        (-2.0, 2.0, "inconclusive"),
        (1.0, 2.0, "inconclusive"),  # touches
        (-2.0, -1.0, "inconclusive"),
        (math.nextafter(1.0, 2.0), 2.0, "refuted"),
        (-2.0, math.nextafter(-1.0, -2.0), "refuted"),
        (2.0, INF, "refuted"),
        (-INF, -2.0, "refuted"),
        (INF, INF, "refuted"),
        (-INF, INF, "inconclusive"),
        (NAN, NAN, "inconclusive"),
        (NAN, 0.0, "inconclusive"),
        (0.0, NAN, "inconclusive"),
    ],
)
def test_the_interval_against_a_bounded_band(low: float, high: float, outcome: str) -> None:
    """Inside is supported, outside refuted, astride inconclusive; an end that is not a number decides nothing."""
    assert decide((low, high), Band(-1.0, 1.0, "made up")) == outcome


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (0.75, 1.0, "supported"),
        (0.8, INF, "supported"),
        (0.7, 0.8, "inconclusive"),
        (0.1, 0.7, "refuted"),
        (-INF, INF, "inconclusive"),
        (NAN, NAN, "inconclusive"),
    ],
)
def test_a_band_open_at_one_end(low: float, high: float, outcome: str) -> None:
    """A band without an upper end is one-sided, and so is its mirror image."""
    assert decide((low, high), Band(0.75, INF, "made up")) == outcome
    assert decide((-high, -low), Band(-INF, -0.75, "made up")) == outcome


numbers = st.floats(-1e6, 1e6)


@given(st.lists(numbers, min_size=2, max_size=2), st.lists(numbers, min_size=2, max_size=2))
def test_exactly_one_outcome(ends: list[float], limits: list[float]) -> None:
    """Each interval has one outcome, and it is that of membership: all of its points, none, or some."""
    low, high = sorted(ends)
    band = Band(*sorted(limits), "made up")
    outcome = decide((low, high), band)
    assert outcome in OUTCOMES
    ends_inside = [band.low <= end <= band.high for end in (low, high)]
    reaches_band = any(ends_inside) or (low < band.low and high > band.high)
    assert (outcome == "supported") == all(ends_inside)
    assert (outcome == "refuted") == (not reaches_band)


@given(
    st.lists(numbers, min_size=2, max_size=2),
    st.lists(numbers, min_size=2, max_size=2),
    st.floats(1e-3, 1e6),
    st.booleans(),
)
def test_an_interval_shifted_out_of_the_band_is_refuted(
    ends: list[float], limits: list[float], gap: float, above: bool
) -> None:
    """However wide interval and band are: with a gap between them the verdict is never supported, but refuted."""
    low, high = sorted(ends)
    band = Band(*sorted(limits), "made up")
    shift = band.high + gap - low if above else band.low - gap - high
    assert decide((low + shift, high + shift), band) == "refuted"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(-0.02, 0.02, "-0.02 to 0.02"), (0.75, INF, "at least 0.75"), (-INF, 0.75, "at most 0.75")],
)
def test_the_band_in_words(low: float, high: float, text: str) -> None:
    """A band reads as a range, or as a limit where one end is open."""
    assert str(Band(low, high, "made up")) == text


# Error rates

numbers_of_seeds = st.lists(st.floats(-1, 1).map(lambda number: round(number, 3)), min_size=6, max_size=20)
limits = st.lists(st.floats(-1.5, 1.5).map(lambda number: round(number, 2)), min_size=2, max_size=2).map(sorted)


def all_estimates(sample: list[float]) -> list[Estimate]:
    """Apply every estimator to one sample of numbers between -1 and 1, mapped to where it is defined."""
    positive, proportions = np.exp(sample), np.round((np.array(sample) + 1) * 50) / 100
    return [
        mean_over_seeds(sample, ""),
        ratio_over_seeds(positive, np.ones(len(sample)), ""),
        proportion_of_seeds(sample, (-0.5, 0.5), ""),
        median_over_seeds([*sample, INF], ""),
        plausible_draw(Reported(1.2, 0.05), positive, ""),
        plausible_proportion_draw(Reported(0.4, 0.005), proportions, 100, ""),
        exactly(sample[0], ""),
    ]


@settings(max_examples=60)
@given(
    numbers_of_seeds,
    limits,
    st.sampled_from([(True, True), (True, False), (False, True)]),
    st.floats(math.log(SMALLEST_P), math.log(0.5)).map(math.exp),
)
def test_error_rates_agree_with_the_decision_at_every_confidence(
    sample: list[float], ends: list[float], bounded: tuple[bool, bool], rate: float
) -> None:
    """An outcome is decided at an error rate if its p-value is not above it, but for one percent of the search."""
    band = Band(ends[0] if bounded[0] else -INF, ends[1] if bounded[1] else INF, "made up")
    for estimate in all_estimates(sample):
        p_supported, p_refuted = p_values(estimate, band)
        for outcome, p_value in (("supported", p_supported), ("refuted", p_refuted)):
            assert SMALLEST_P <= p_value <= 0.5 * (1 + 1e-9) or p_value == 1.0
            for at in {rate, min(rate, 0.049), p_value, p_value * 1.02, p_value / 1.02}:
                if not SMALLEST_P <= at <= 0.5:
                    continue
                decided = decide(estimate.interval(1 - 2 * at), band) == outcome
                if decided:
                    assert p_value <= at * 1.011, (estimate.method, outcome)
                else:
                    assert p_value > at, (estimate.method, outcome)


@settings(max_examples=60)
@given(numbers_of_seeds, limits)
def test_never_both(sample: list[float], ends: list[float]) -> None:
    """No evidence speaks for a finding and against it: at most one of the two error rates is below one half."""
    for estimate in all_estimates(sample):
        assert max(p_values(estimate, Band(*ends, "made up"))) == 1.0


@pytest.mark.parametrize("shift", [-3.0, -0.9, -0.3, 0.0, 0.4, 1.0, 2.5])
def test_error_rates_of_a_mean_are_those_of_t_tests(shift: float) -> None:
    """SciPy's one-sided t tests: the larger of the two at the band's ends supports, the one beyond an end refutes.

    Of a symmetric sample, whose interval is Student's.
    """
    half = np.random.default_rng(1).normal(0, 0.8, 6)
    sample = shift + np.concatenate([half, -half])
    band = Band(-1.0, 1.0, "made up")
    above = {end: float(ttest_1samp(sample, end, alternative="greater").pvalue) for end in (-1.0, 1.0)}
    supported, refuted = max(above[-1.0], 1 - above[1.0]), min(above[1.0], 1 - above[-1.0])
    expected = [max(rate, SMALLEST_P) if rate < 0.5 else 1.0 for rate in (supported, refuted)]
    assert list(p_values(mean_over_seeds(sample, ""), band)) == pytest.approx(expected, rel=0.0101)


@pytest.mark.parametrize("inside", [0, 6, 11, 15, 17, 19, 20])
def test_error_rates_of_a_proportion_are_those_of_the_binomial_test(inside: int) -> None:
    """SciPy's exact binomial tests of a proportion of 3/4, against more and against less."""
    estimate = proportion_of_seeds([1.0] * inside + [0.0] * (20 - inside), (0.5, 1.5), "")
    tests = [float(binomtest(inside, 20, 0.75, alternative=side).pvalue) for side in ("greater", "less")]
    expected = [max(rate, SMALLEST_P) if rate < 0.5 else 1.0 for rate in tests]
    assert list(p_values(estimate, Band(0.75, 1.0, "made up"))) == pytest.approx(expected, rel=0.0101)


def test_what_is_certain_and_what_says_nothing() -> None:
    """An exact number decides at the smallest rate there is, a sample without an interval at none."""
    band = Band(0.0, 1.0, "made up")
    assert p_values(exactly(0.5, ""), band) == (SMALLEST_P, 1.0)
    assert p_values(exactly(2.0, ""), band) == (1.0, SMALLEST_P)
    assert p_values(mean_over_seeds([0.5, NAN], ""), band) == (1.0, 1.0)
    assert p_values(mean_over_seeds([0.5, 0.5], ""), band) == (1.0, 1.0)
