import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from harness.statistics import (
    Estimate,
    Reported,
    exactly,
    mean_over_seeds,
    median_over_seeds,
    plausible_draw,
    plausible_share_draw,
    prediction_interval,
    ratio_over_seeds,
    share_of_seeds,
)
from harness.verdict import Band, Outcome, decide

Floats = NDArray[np.float64]

# Extra hours of sleep with the second drug minus with the first, ten patients (Student 1908, Biometrika 6, 1-25; the
# data set `sleep` of R).
SLEEP = (1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4)

ONE_DRAW = Band(-1.96, 1.96, "the central 95 % of a normal distribution")


def within_error(share: float, nominal: float, repetitions: int) -> bool:
    """Tell whether a simulated share equals the nominal one within four standard errors of the simulation."""
    return abs(share - nominal) < 4 * math.sqrt(nominal * (1 - nominal) / repetitions)


def share_that_holds(truth: float, estimates: list[Estimate]) -> float:
    """Return the share of 90 % intervals that hold the truth."""
    ends = [estimate.interval(0.9) for estimate in estimates]
    return float(np.mean([low <= truth <= high for low, high in ends]))


def judged(estimate: Estimate, band: Band) -> Outcome:
    """Decide on the 90 % interval: each end of it is a one-sided test at 5 %."""
    return decide(estimate.interval(0.9), band)


def reported_share(share: float) -> Reported:
    """Build a share as a report prints it: rounded to two decimals."""
    return Reported(round(share, 2), 0.005)


# Values against published ones


def test_mean_is_students() -> None:
    """R 4.3: t.test(extra ~ group, sleep, paired = TRUE) gives -2.4598858 to -0.7001142 at 95 %."""
    estimate = mean_over_seeds(SLEEP, "hours")
    assert estimate.value == pytest.approx(1.58)
    assert estimate.interval(0.95) == pytest.approx((0.7001142, 2.4598858), abs=5e-8)


def test_mean_has_ninety_percent() -> None:
    """The same interval at 90 %: half as wide as 1.833113 / 2.262157 of it (t tables, 9 degrees of freedom)."""
    half = 0.8798858 * 1.833113 / 2.262157
    estimate = mean_over_seeds(SLEEP, "hours")
    assert estimate.interval(0.9) == pytest.approx((1.58 - half, 1.58 + half), abs=1e-6)
    assert estimate.method == "mean over seeds, t interval"
    assert (estimate.seeds, estimate.sample_label, estimate.note) == (10, "hours", "")


def test_ratio_by_hand() -> None:
    """Ratios 1/2, 2 and 8 have geometric mean 2; their logarithms the standard deviation ln 4; t is 2.919986."""
    estimate = ratio_over_seeds([1.0, 6.0, 40.0], [2.0, 3.0, 5.0], "ratio")
    factor = 4 ** (2.919986 / math.sqrt(3))
    assert estimate.value == pytest.approx(2.0)
    assert estimate.interval(0.9) == pytest.approx((2 / factor, 2 * factor), rel=1e-6)
    assert list(estimate.sample) == [0.5, 2.0, 8.0]


@pytest.mark.parametrize(
    ("inside", "seeds", "low", "high"),
    [
        (1, 1497, 3.426347e-05, 3.164954e-03),  # as printed by R: binom.test(1, 1497, conf.level = 0.9)
        (0, 20, 0.0, 1 - 0.05 ** (1 / 20)),
        (20, 20, 0.05 ** (1 / 20), 1.0),
        (29, 29, 0.05 ** (1 / 29), 1.0),  # 0.902: the fewest seeds that show a share of .90
        (59, 59, 0.05 ** (1 / 59), 1.0),  # 0.950
    ],
)
def test_share_is_the_exact_binomial(inside: int, seeds: int, low: float, high: float) -> None:
    """Clopper and Pearson's interval, in closed form where all or no seeds are inside."""
    sample = [0.5] * inside + [2.0] * (seeds - inside)
    estimate = share_of_seeds(sample, (0.0, 1.0), "number")
    assert estimate.value == inside / seeds
    assert estimate.interval(0.9) == pytest.approx((low, high), rel=2e-7)
    assert estimate.note == f"{inside} of {seeds} seeds"


def test_share_inverts_the_binomial_sums() -> None:
    """At the lower end 18 or more of 20 have probability 5 %, at the upper end 18 or fewer: summed term by term."""
    estimate = share_of_seeds([1.0] * 18 + [0.0] * 2, (0.9, 1.0), "number")
    low, high = estimate.interval(0.9)
    assert (low, high) == pytest.approx((0.7173815, 0.9819348), abs=5e-8)

    def term(hits: int, share: float) -> float:
        return math.comb(20, hits) * share**hits * (1 - share) ** (20 - hits)

    assert sum(term(hits, low) for hits in range(18, 21)) == pytest.approx(0.05)
    assert sum(term(hits, high) for hits in range(19)) == pytest.approx(0.05)


def test_a_shares_region_holds_its_ends() -> None:
    """0.95 - 0.90 is 0.04999999999999993, 0.90 - 0.95 more than that below zero: both differ by no more than 0.05."""
    differences = [0.95 - 0.90, 0.90 - 0.95, 0.55 - 0.50, 0.06, -0.06]
    assert share_of_seeds(differences, (-0.05, 0.05), "difference").value == 3 / 5
    assert share_of_seeds([0.3 - 0.05, 0.2], (0.25, math.inf), "gap").value == 1 / 2


def test_distance_is_the_noncentral_t_interval() -> None:
    """Cohen's d of `sleep` against zero: R package effectsize, cohens_d, prints 1.28 with 0.41 to 2.12 at 95 %."""
    estimate = plausible_draw(Reported(1.0, 0.0), np.exp(-np.array(SLEEP)), "number")
    assert (estimate.value, *estimate.interval(0.95)) == pytest.approx((1.28, 0.41, 2.12), abs=0.005)


def test_distance_of_many_seeds() -> None:
    """A statistic of 2.83 with 126 degrees of freedom: R package MBESS, conf.limits.nct, 0.8337503 to 4.8153591."""
    sample = np.linspace(-1, 1, 127)
    sample /= sample.std(ddof=1)
    estimate = plausible_draw(Reported(math.exp(2.83 / math.sqrt(127)), 0.0), np.exp(sample), "number")
    limits = np.array(estimate.interval(0.95)) * math.sqrt(127)
    assert list(limits) == pytest.approx([0.8337503, 4.8153591], abs=1e-4)


@pytest.mark.parametrize("seeds", [2, 5, 20, 80])
@pytest.mark.parametrize("distance", [-3.0, -0.5, 0.0, 1.96, 4.0])
def test_distance_inverts_the_noncentral_t(seeds: int, distance: float) -> None:
    """SciPy's noncentral t, reliable near its centre, has 95 % and 5 % below the statistic at the two ends."""
    sample = np.linspace(-1, 1, seeds)
    sample /= sample.std(ddof=1)
    estimate = plausible_draw(Reported(math.exp(distance), 0.0), np.exp(sample), "number")
    root = math.sqrt(seeds)
    below = stats.nct.cdf(distance * root, seeds - 1, np.array(estimate.interval(0.9)) * root)
    assert estimate.value == pytest.approx(distance, abs=1e-12)
    assert list(below) == pytest.approx([0.95, 0.05], abs=1e-5)


def test_a_far_distance_has_an_interval() -> None:
    """Hundreds of standard deviations off, where SciPy's distribution gives NaN, the ends are still in proportion."""
    sample = np.exp(np.linspace(-1, 1, 20) / np.linspace(-1, 1, 20).std(ddof=1))
    near, far = (plausible_draw(Reported(math.exp(d), 0.0), sample, "number") for d in (60.0, 600.0))
    (low, high), (near_low, _) = far.interval(0.9), near.interval(0.9)
    assert low / near_low == pytest.approx(10, rel=1e-3)
    # Far off, the spread alone is uncertain: chi-squared with 19 degrees of freedom, 5 % and 95 % points in tables.
    assert low / 600 == pytest.approx(math.sqrt(10.117 / 19), rel=1e-3)
    assert high / 600 == pytest.approx(math.sqrt(30.144 / 19), rel=1e-3)


def test_prediction_interval_is_hahn_and_meekers() -> None:
    """Readings 51.4 49.5 48.7 49.3 51.6: factor 3.04, so 50.10 +- 3.04 x 1.31 (Statistical Intervals, ch. 1 and 4)."""
    low, high = prediction_interval([51.4, 49.5, 48.7, 49.3, 51.6])
    assert (low, high) == pytest.approx((50.10 - 3.04 * 1.3134, 50.10 + 3.04 * 1.3134), abs=0.005)


@pytest.mark.parametrize(
    ("confidence", "ranks"),
    [
        (0.0, (10, 11)),
        (0.73, (8, 13)),
        (0.88, (7, 14)),
        (0.9, (6, 15)),
        (0.95, (6, 15)),
        (0.98, (5, 16)),
        (0.99, (4, 17)),
        (0.999, (3, 18)),
        (0.9999, (2, 19)),
        (0.999998, (1, 20)),
    ],
)
def test_a_median_lies_between_order_statistics(confidence: float, ranks: tuple[int, int]) -> None:
    """Of 20 numbers, a rank above the critical counts of the sign test (5 for 5 % and 2.5 % in a tail, 3 for 0.5 %)."""
    numbers = np.random.default_rng(14).permutation(np.arange(1.0, 21.0))
    estimate = median_over_seeds(numbers, "epochs")
    assert estimate.value == 10.5
    assert estimate.interval(confidence) == ranks
    assert estimate.method == "median over seeds, interval between order statistics"
    assert (estimate.seeds, estimate.sample_label, estimate.note) == (20, "epochs", "")


@pytest.mark.parametrize(("seeds", "confidence"), [(2, 0.9), (4, 0.9), (5, 0.95), (20, 0.999999)])
def test_too_few_seeds_bound_no_median(seeds: int, confidence: float) -> None:
    """Two seeds give an infinite interval: even the smallest and the largest miss the median too often."""
    estimate = median_over_seeds(np.arange(float(seeds)), "epochs")
    assert estimate.interval(confidence) == (-math.inf, math.inf)
    assert estimate.value == (seeds - 1) / 2
    smallest = 1 - 2 * 0.5**seeds  # the confidence of the whole range of the sample
    assert estimate.interval(smallest - 1e-9) == (0.0, seeds - 1.0)


def test_what_was_never_reached_is_later_than_all_that_was() -> None:
    """Infinite numbers stand last in the order, are counted in the note, and leave the lower end finite."""
    few, most = ([*range(1, reached + 1)] + [math.inf] * (20 - reached) for reached in (12, 8))
    estimate = median_over_seeds(few, "epochs")
    assert (estimate.value, estimate.interval(0.9)) == (10.5, (6.0, math.inf))
    assert estimate.note == "8 of 20 seeds never got there (censored at the end of training)"
    assert judged(estimate, Band(5.0, math.inf, "made up")) == "supported"
    assert judged(estimate, Band(-math.inf, 5.0, "made up")) == "refuted"
    estimate = median_over_seeds(most, "epochs")
    assert (estimate.value, estimate.interval(0.9)) == (math.inf, (6.0, math.inf))
    assert median_over_seeds([math.inf] * 20, "").interval(0.9) == (math.inf, math.inf)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=3, max_size=25).filter(lambda times: len(times) % 2 == 1))
def test_the_median_is_that_of_kaplan_and_meier(times: list[int]) -> None:
    """Statsmodels gives the same median where every seed is watched for 20 epochs; NaN where it is not reached."""
    reached = np.array(times) <= 20
    survival = SurvfuncRight(np.minimum(times, 20), reached)
    value = median_over_seeds(np.where(reached, times, math.inf), "").value
    assert value == (survival.quantile(0.5) if reached.sum() > len(times) / 2 else math.inf)


@pytest.mark.parametrize("count", [1, 3])
def test_a_median_of_diverged_seeds_has_no_interval(count: int) -> None:
    """A seed that diverged has no time, not an infinite one."""
    estimate = median_over_seeds([math.nan] * count + [1.0] * 20, "")
    assert math.isnan(estimate.value)
    assert estimate.interval(0.5) == (-math.inf, math.inf)
    assert estimate.note == f"{count} of {count + 20} seeds diverged"


@pytest.mark.parametrize("confidence", [0.0, 0.9, 1 - 2e-9])
def test_an_exact_number_is_its_own_interval(confidence: float) -> None:
    """What rests on no sample is equally certain at every confidence."""
    estimate = exactly(7.0, "weights")
    assert (estimate.value, *estimate.interval(confidence)) == (7.0, 7.0, 7.0)
    assert (estimate.method, estimate.sample_label) == ("exact: nothing is sampled", "weights")


# Numbers as the report prints them

printed = st.builds(
    lambda units, decimals: Reported(units / 10**decimals, 0.5 / 10**decimals),
    st.integers(1, 10_000),
    st.integers(0, 4),
)


@given(printed, printed, st.floats(-1, 1), st.floats(-1, 1))
def test_a_ratio_of_reported_numbers_holds_what_rounding_hid(
    one: Reported, other: Reported, above: float, below: float
) -> None:
    """Whatever two numbers were rounded to the printed ones, their ratio is within the half unit; the largest at it."""
    ratio = one.over(other)
    true = (one.value + above * one.half_unit) / (other.value + below * other.half_unit)
    assert ratio.value == one.value / other.value
    assert abs(true - ratio.value) <= ratio.half_unit * (1 + 1e-9)
    largest = (one.value + one.half_unit) / (other.value - other.half_unit)
    assert ratio.value + ratio.half_unit == pytest.approx(largest)


# Coverage: how often the interval holds the truth


@pytest.mark.parametrize("seeds", [10, 20])
def test_coverage_of_the_mean(seeds: int) -> None:
    """Nine in ten intervals hold the mean of normal data; narrower ones, of fewer degrees of freedom, would not."""
    rng = np.random.default_rng(1)
    estimates = [mean_over_seeds(sample, "") for sample in rng.normal(3.0, 2.0, (2000, seeds))]
    assert within_error(share_that_holds(3.0, estimates), 0.90, 2000)
    assert not within_error(share_that_holds(3.3, estimates), 0.90, 2000)


@pytest.mark.parametrize("seeds", [10, 20])
def test_coverage_of_the_ratio(seeds: int) -> None:
    """Nine in ten intervals hold the median ratio of lognormal data paired by seed."""
    rng = np.random.default_rng(2)
    common = rng.normal(0.0, 1.0, (1000, seeds))
    first = np.exp(common + rng.normal(math.log(1.2), 0.2, (1000, seeds)))
    second = np.exp(common + rng.normal(0.0, 0.2, (1000, seeds)))
    estimates = [ratio_over_seeds(a, b, "") for a, b in zip(first, second, strict=True)]
    assert within_error(share_that_holds(1.2, estimates), 0.90, 1000)
    assert not within_error(share_that_holds(1.0, estimates), 0.90, 1000)


@pytest.mark.parametrize("seeds", [10, 20])
@pytest.mark.parametrize("skill", [0.92, 0.97])
def test_coverage_of_the_share(seeds: int, skill: float) -> None:
    """At least nine in ten intervals hold the share, for accuracies of 36 rows, most of them tied at the margin."""
    rng = np.random.default_rng(3)
    samples = rng.binomial(36, skill, (300, seeds)) / 36
    truth = float(stats.binom.sf(33, 36, skill))  # 34 of 36 rows or more
    estimates = [share_of_seeds(sample, (34 / 36, 1.0), "") for sample in samples]
    assert share_that_holds(truth, estimates) > 0.90
    assert share_that_holds(truth - 0.35, estimates) < 0.90


@pytest.mark.parametrize("seeds", [10, 20])
def test_coverage_of_every_share(seeds: int) -> None:
    """Summed over all outcomes, the interval holds each true share with at least 90 %, its ends fail on 5 % each."""
    by_count = [share_of_seeds([1.0] * k + [0.0] * (seeds - k), (0.5, 1.5), "") for k in range(seeds + 1)]
    lows, highs = np.array([estimate.interval(0.9) for estimate in by_count]).T
    for truth in np.linspace(0.01, 0.99, 99):
        probability = stats.binom.pmf(np.arange(seeds + 1), seeds, truth)
        assert probability[(lows <= truth) & (truth <= highs)].sum() >= 0.90
        assert probability[lows > truth].sum() <= 0.05
        assert probability[highs < truth].sum() <= 0.05


@pytest.mark.parametrize("seeds", [10, 20])
@pytest.mark.parametrize("distance", [0.0, 1.96])
def test_coverage_of_the_distance(seeds: int, distance: float) -> None:
    """Nine in ten intervals hold the true distance of a value from lognormal data, in standard deviations."""
    rng = np.random.default_rng(4)
    reported = Reported(math.exp(0.5 + 0.3 * distance), 0.0)
    samples = np.exp(rng.normal(0.5, 0.3, (300, seeds)))
    estimates = [plausible_draw(reported, sample, "") for sample in samples]
    assert within_error(share_that_holds(distance, estimates), 0.90, 300)
    assert not within_error(share_that_holds(distance + 0.5, estimates), 0.90, 300)


def lognormal(rng: np.random.Generator, size: tuple[int, ...]) -> Floats:
    """Losses with a long tail; their median is 1."""
    return rng.lognormal(0.0, 1.5, size)


def tied(rng: np.random.Generator, size: tuple[int, ...]) -> Floats:
    """Numbers of which 0 has 60 % and is the median, 1 the rest."""
    return rng.binomial(1, 0.4, size).astype(np.float64)


def censored(rng: np.random.Generator, size: tuple[int, ...]) -> Floats:
    """Whole epochs of which 36.6 % lie beyond the end of training at 10; the median is 7."""
    epochs = np.ceil(rng.exponential(9.95, size))
    return np.where(epochs <= 10, epochs, math.inf)


def mostly_censored(rng: np.random.Generator, size: tuple[int, ...]) -> Floats:
    """Epochs of which 60.7 % lie beyond the end of training: the median is never reached."""
    epochs = rng.exponential(20.0, size)
    return np.where(epochs <= 10, epochs, math.inf)


@pytest.mark.parametrize("seeds", [11, 20])
@pytest.mark.parametrize("confidence", [0.73, 0.88, 0.9, 0.95])
@pytest.mark.parametrize(
    ("draw", "truth"), [(lognormal, 1.0), (tied, 0.0), (censored, 7.0), (mostly_censored, math.inf)]
)
def test_coverage_of_the_median(
    draw: Callable[[np.random.Generator, tuple[int, ...]], Floats], truth: float, confidence: float, seeds: int
) -> None:
    """At least the nominal share of intervals hold the median; of distributions without ties, as many as promised."""
    rng = np.random.default_rng(15)
    intervals = [median_over_seeds(sample, "").interval(confidence) for sample in draw(rng, (1500, seeds))]
    share = float(np.mean([low <= truth <= high for low, high in intervals]))
    assert share >= confidence - 4 * math.sqrt(confidence * (1 - confidence) / 1500)
    if draw is lognormal:
        tails = stats.binom.cdf(np.arange(seeds), seeds, 0.5)
        promised = 1 - 2 * float(tails[tails <= (1 - confidence) / 2].max())
        assert within_error(share, promised, 1500)
        assert np.mean([low <= 20.0 <= high for low, high in intervals]) < 0.1


@pytest.mark.parametrize("seeds", [10, 20])
def test_coverage_of_the_prediction_interval(seeds: int) -> None:
    """19 in 20 intervals hold one further draw."""
    rng = np.random.default_rng(5)
    draws = rng.normal(-1.0, 0.5, (1000, seeds + 1))
    intervals = np.array([prediction_interval(sample[1:]) for sample in draws])
    inside = (intervals[:, 0] <= draws[:, 0]) & (draws[:, 0] <= intervals[:, 1])
    assert within_error(float(inside.mean()), 0.95, 1000)
    shifted = (intervals[:, 0] <= draws[:, 0] + 0.5) & (draws[:, 0] + 0.5 <= intervals[:, 1])
    assert not within_error(float(shifted.mean()), 0.95, 1000)


# Verdicts: how often they are wrong


@pytest.mark.parametrize("seeds", [10, 20])
def test_equivalence_on_the_margin(seeds: int) -> None:
    """A true difference exactly on the margin, where it is hardest, is called equivalent in one of 20 cases."""
    rng = np.random.default_rng(6)
    band = Band(-1.0, 1.0, "made up")
    samples = rng.normal(1.0, 0.5, (1000, seeds))
    outcomes = [judged(mean_over_seeds(sample, ""), band) for sample in samples]
    assert within_error(outcomes.count("supported") / 1000, 0.05, 1000)
    assert within_error(outcomes.count("refuted") / 1000, 0.05, 1000)
    centred = [judged(mean_over_seeds(sample - 1.0, ""), band) for sample in samples]
    assert centred.count("supported") / 1000 > 0.99


@pytest.mark.parametrize("seeds", [10, 20])
def test_a_share_on_the_margin(seeds: int) -> None:
    """A true share exactly on the band's end is called supported, or refuted, in at most one of 20 cases."""
    rng = np.random.default_rng(7)
    band = Band(0.75, 1.0, "made up")
    outcomes = [judged(share_of_seeds(s, (0.0, 0.75), ""), band) for s in rng.random((300, seeds))]
    assert outcomes.count("supported") / 300 <= 0.05
    assert outcomes.count("refuted") / 300 <= 0.05
    low = [judged(share_of_seeds(s, (0.0, 0.2), ""), band) for s in rng.random((50, seeds))]
    assert low.count("refuted") / 50 > 0.9


@pytest.mark.parametrize("seeds", [10, 20])
def test_a_plausible_loss_is_seldom_refuted(seeds: int) -> None:
    """A value just inside the central 95 % is refuted in one of 20 cases, one far off in nearly all."""
    rng = np.random.default_rng(8)
    samples = np.exp(rng.normal(0.0, 0.1, (300, seeds)))
    edge = [judged(plausible_draw(Reported(math.exp(0.196), 0.0), s, ""), ONE_DRAW) for s in samples]
    assert within_error(edge.count("refuted") / 300, 0.05, 300)
    far = [judged(plausible_draw(Reported(math.exp(0.6), 0.0), s, ""), ONE_DRAW) for s in samples[:50]]
    assert far.count("refuted") / 50 > 0.9


def binomial(rng: np.random.Generator, size: tuple[int, ...]) -> Floats:
    """Accuracies of one and the same skill: chance lies in the test rows alone."""
    return rng.binomial(100, 0.9, size) / 100


def overdispersed(rng: np.random.Generator, size: tuple[int, ...]) -> Floats:
    """Accuracies of skills that differ between trainings, around one half (beta-binomial)."""
    return rng.binomial(100, rng.beta(5, 5, size)) / 100


def skewed(rng: np.random.Generator, size: tuple[int, ...]) -> Floats:
    """Accuracies near 1 with a tail of failures (beta-binomial)."""
    return rng.binomial(100, rng.beta(4, 0.4, size)) / 100


def near_one(rng: np.random.Generator, size: tuple[int, ...]) -> Floats:
    """Accuracies of which most are exactly 1."""
    return rng.binomial(36, 0.995, size) / 36


def saturated(rng: np.random.Generator, size: tuple[int, ...]) -> Floats:
    """Accuracies of exactly 1 nine times in ten, else 0.67."""
    return np.where(rng.random(size) < 0.9, 1.0, 0.67)


@pytest.mark.parametrize("draw", [binomial, overdispersed, skewed, near_one, saturated])
@pytest.mark.parametrize("seeds", [10, 20])
def test_a_drawn_accuracy_is_seldom_refuted(
    draw: Callable[[np.random.Generator, tuple[int, ...]], Floats], seeds: int
) -> None:
    """A reported accuracy from the distribution's central 95 % is refuted at most once in 20, whatever its shape."""
    rng = np.random.default_rng(9)
    low, high = np.quantile(draw(rng, (100_000,)), [0.025, 0.975], method="inverted_cdf")
    draws = [values for values in draw(rng, (140, seeds + 1)) if low <= values[0] <= high][:125]
    rows = 36 if draw is near_one else 100
    outcomes = [
        judged(plausible_share_draw(reported_share(values[0]), values[1:], rows, ""), ONE_DRAW) for values in draws
    ]
    assert outcomes.count("refuted") / len(draws) <= 0.05
    assert outcomes.count("supported") / len(draws) > 0.5


@pytest.mark.parametrize(("draw", "rate"), [(binomial, 0.05), (overdispersed, 0.08), (near_one, 0.05)])
@pytest.mark.parametrize("seeds", [10, 20])
def test_an_accuracy_at_the_edge_is_seldom_refuted(
    draw: Callable[[np.random.Generator, tuple[int, ...]], Floats], rate: float, seeds: int
) -> None:
    """The hardest accuracy of the central 95 %, its lower end, is refuted no more often than the rate."""
    rng = np.random.default_rng(10)
    edge = float(np.quantile(draw(rng, (100_000,)), 0.025, method="inverted_cdf"))
    rows = 36 if draw is near_one else 100
    outcomes = [
        judged(plausible_share_draw(reported_share(edge), sample, rows, ""), ONE_DRAW)
        for sample in draw(rng, (150, seeds))
    ]
    assert outcomes.count("refuted") / 150 <= rate


@pytest.mark.parametrize(
    ("failed", "seeds", "refuted"), [(0, 20, True), (1, 20, False), (3, 20, False), (1, 80, True), (2, 80, False)]
)
def test_what_seeds_reached_is_not_refuted(failed: int, seeds: int, refuted: bool) -> None:
    """A number that one seed in forty got is in the central 95 %, though a normal distribution would not say so."""
    accuracies = [0.67] * failed + [1.0] * (seeds - failed)
    estimate = plausible_share_draw(Reported(0.67, 0.005), accuracies, 100, "")
    assert (judged(estimate, ONE_DRAW) == "refuted") == refuted
    mirrored = plausible_share_draw(Reported(0.33, 0.005), 1 - np.array(accuracies), 100, "")
    assert (judged(mirrored, ONE_DRAW) == "refuted") == refuted
    # A number beyond what any seed reached is nothing that seeds speak for.
    assert judged(plausible_share_draw(Reported(0.1, 0.005), accuracies, 100, ""), ONE_DRAW) == "refuted" or failed == 3
    if failed:
        wobble = 1 + 1e-3 * np.arange(seeds)
        losses = wobble * ([20.0] * failed + [1.0] * (seeds - failed))
        assert (judged(plausible_draw(Reported(20.0, 0.5), losses, ""), ONE_DRAW) == "refuted") == refuted


@pytest.mark.parametrize(("reported", "refuted"), [(1.0, False), (0.99, False), (0.5, True), (0.0, True)])
def test_saturated_seeds_are_no_certainty(reported: float, refuted: bool) -> None:
    """Twenty seeds all at 1.0 speak against 0.50, not against 0.99."""
    estimate = plausible_share_draw(Reported(reported, 0.005), [1.0] * 20, 100, "accuracy")
    assert (judged(estimate, ONE_DRAW) == "refuted") == refuted
    assert math.isfinite(estimate.interval(0.9)[1])  # the end that refutes
    assert estimate.region is not None
    low, high = estimate.region
    assert 0.9 < low < 0.99
    assert high == 1.0


@pytest.mark.parametrize("accuracy", [0.57, 0.9, 0.93, 1.0])
@pytest.mark.parametrize("seeds", [3, 7, 20])
def test_equal_accuracies_leave_the_binomial_error(accuracy: float, seeds: int) -> None:
    """Seeds that agree to the last bit predict a range around their accuracy that is wide, but not everything.

    The rounding of a mean of equal numbers is no spread: taken for one, it would move the range.
    """
    estimate = plausible_share_draw(Reported(accuracy, 0.005), [accuracy] * seeds, 100, "accuracy")
    assert judged(estimate, ONE_DRAW) == (
        "inconclusive" if seeds == 3 and estimate.interval(0.9)[1] > 1.96 else "supported"
    )
    assert estimate.region is not None
    low, high = estimate.region
    assert low < accuracy - 0.005
    assert low <= accuracy <= high
    assert high - low > 0.03
    assert f"centre over seeds {accuracy:.4g};" in estimate.note


# What holds for every sample

samples = st.lists(st.floats(-100, 100).map(lambda number: round(number, 3)), min_size=2, max_size=12)
varied = samples.filter(lambda sample: max(sample) - min(sample) > 0.01)


def of_positive(sample: list[float]) -> Floats:
    """Map numbers between -100 and 100 to positive ones between 1/e and e."""
    return np.exp(np.array(sample) / 100)


def of_share(sample: list[float]) -> Floats:
    """Map numbers between -100 and 100 to shares of 200 rows."""
    return np.round(np.array(sample) + 100) / 200


def all_estimates(sample: list[float]) -> dict[str, Estimate]:
    """Apply every estimator to one sample, mapped to where it is defined."""
    positive, shares = of_positive(sample), of_share(sample)
    return {
        "mean": mean_over_seeds(sample, "label"),
        "ratio": ratio_over_seeds(positive, np.ones(len(sample)), "label"),
        "share": share_of_seeds(sample, (-10.0, 10.0), "label"),
        "draw": plausible_draw(Reported(1.1, 0.05), positive, "label"),
        "share draw": plausible_share_draw(Reported(0.5, 0.005), shares, 200, "label"),
        "median": median_over_seeds(sample, "label"),
    }


@settings(max_examples=60, deadline=None)
@given(varied, st.floats(0.8, 0.999))
def test_intervals_contain_the_estimate(sample: list[float], confidence: float) -> None:
    """The estimate lies within its interval, which is neither empty nor NaN, and a region is a range."""
    for name, estimate in all_estimates(sample).items():
        low, high = estimate.interval(confidence)
        assert low <= estimate.value <= high, name
        assert low < high or name == "median", name  # two of its order statistics may be tied
        assert estimate.seeds == len(sample)
        assert all(type(number) is float for number in (estimate.value, low, high)), name
        if estimate.region is not None:
            assert estimate.region[0] <= estimate.region[1], name


confidences = st.one_of(st.floats(0, 1 - 2e-9), st.sampled_from([0.0, 0.9, 1 - 2 * 0.05 / 3, 1 - 2e-9]))


@settings(max_examples=60, deadline=None)
@given(varied, st.sampled_from([0.0, 0.3, 1.0, 1.1, 4.0]), confidences, confidences)
def test_intervals_are_nested(sample: list[float], reported: float, one: float, other: float) -> None:
    """Of two intervals of any estimator, the one with the larger confidence holds the other."""
    estimates = all_estimates(sample)
    estimates["far draw"] = plausible_draw(Reported(reported, 0.005), of_positive(sample), "")
    estimates["far share draw"] = plausible_share_draw(Reported(reported / 4, 0.005), of_share(sample), 200, "")
    estimates["never reached"] = median_over_seeds([*sample, math.inf, math.inf, math.inf], "")
    estimates["no spread"] = mean_over_seeds([1.0, 1.0], "")
    estimates["saturated"] = plausible_share_draw(Reported(reported / 4, 0.005), [1.0] * len(sample), 100, "")
    for name, estimate in estimates.items():
        wide, narrow = estimate.interval(max(one, other)), estimate.interval(min(one, other))
        rounding = 1e-9 * (1 + max([abs(end) for end in narrow if math.isfinite(end)], default=0))
        assert wide[0] <= narrow[0] + rounding, name
        assert wide[1] >= narrow[1] - rounding, name


@settings(max_examples=40, deadline=None)
@given(varied, st.randoms(use_true_random=False))
def test_the_order_of_seeds_is_no_information(sample: list[float], random: Any) -> None:
    """Permuted seeds give the same estimate and interval."""
    shuffled = random.sample(sample, len(sample))
    for (name, one), other in zip(all_estimates(sample).items(), all_estimates(shuffled).values(), strict=True):
        expected = pytest.approx((one.value, *one.interval(0.9)), rel=1e-6, abs=1e-9)
        assert (other.value, *other.interval(0.9)) == expected, name


@settings(max_examples=60, deadline=None)
@given(varied, st.floats(-100, 100), st.floats(0.01, 100), st.sampled_from([-1, 1]))
def test_a_mean_moves_with_its_unit(sample: list[float], shift: float, scale: float, sign: int) -> None:
    """Another zero or unit of the sample moves estimate, interval and prediction in the same way."""
    moved = np.array(sample) * scale * sign + shift
    one, other = mean_over_seeds(sample, ""), mean_over_seeds(moved, "")
    ends = [end * scale * sign + shift for end in one.interval(0.9)][::sign]
    tolerance = 1e-9 * max(1.0, float(np.abs(moved).max()))
    assert list(other.interval(0.9)) == pytest.approx(ends, rel=1e-9, abs=tolerance)
    predicted = [end * scale * sign + shift for end in prediction_interval(sample)][::sign]
    assert list(prediction_interval(moved)) == pytest.approx(predicted, rel=1e-9, abs=tolerance)


@settings(max_examples=40, deadline=None)
@given(varied, st.floats(0.001, 1000))
def test_a_ratio_and_a_draw_know_no_unit(sample: list[float], scale: float) -> None:
    """Losses in another unit scale the ratio, and leave a reported loss as plausible as it was."""
    positive = of_positive(sample)
    one, other = (ratio_over_seeds(positive * s, np.ones(len(sample)), "") for s in (1.0, scale))
    assert other.interval(0.9) == pytest.approx([end * scale for end in one.interval(0.9)], rel=1e-6)
    one, other = (plausible_draw(Reported(1.5 * s, 0.1 * s), positive * s, "") for s in (1.0, scale))
    expected = pytest.approx((one.value, *one.interval(0.9)), rel=1e-5, abs=1e-6)
    assert (other.value, *other.interval(0.9)) == expected


def test_swapped_sides_turn_the_ratio_over() -> None:
    """Second over first is one over first over second."""
    rng = np.random.default_rng(11)
    first, second = np.exp(rng.normal(size=(2, 10)))
    one, other = ratio_over_seeds(first, second, ""), ratio_over_seeds(second, first, "")
    low, high = one.interval(0.9)
    assert (other.value, *other.interval(0.9)) == pytest.approx((1 / one.value, 1 / high, 1 / low))


def test_rows_mirrored() -> None:
    """Wrong rows are counted as right ones are: the distance only changes its sign."""
    sample = np.array([0.9, 0.95, 0.99, 1.0, 0.93])
    one = plausible_share_draw(Reported(0.7, 0.005), sample, 100, "")
    other = plausible_share_draw(Reported(0.3, 0.005), 1 - sample, 100, "")
    low, high = one.interval(0.9)
    assert (other.value, *other.interval(0.9)) == pytest.approx((-one.value, -high, -low))


def test_the_same_sample_gives_the_same_interval() -> None:
    """Nothing is drawn at random: a repetition has the same bits."""
    sample = list(np.random.default_rng(12).normal(0, 30, 10))
    for one, other in zip(all_estimates(sample).values(), all_estimates(sample).values(), strict=True):
        assert (one.value, *one.interval(0.9), one.region) == (other.value, *other.interval(0.9), other.region)


# Rounding of the reported number


def test_rounding_is_given_away() -> None:
    """Within its rounding a reported number counts as the one nearest to the centre; beyond, only the rest counts."""
    sample = np.exp([-0.1, 0.0, 0.1])
    assert plausible_draw(Reported(1.04, 0.05), sample, "").value == 0.0
    above = plausible_draw(Reported(1.3, 0.05), sample, "")
    below = plausible_draw(Reported(0.7, 0.05), sample, "")
    assert above.value == pytest.approx(math.log(1.25) / 0.1)
    assert below.value == pytest.approx(math.log(0.75) / 0.1)
    assert (above.reported, below.reported) == (1.3, 0.7)


def test_a_loss_reported_as_zero() -> None:
    """A loss printed as 0.00 stands for anything up to 0.005: plausible among such losses, refuted among large ones."""
    rng = np.random.default_rng(13)
    small, large = np.exp(rng.normal(math.log(0.004), 0.3, 20)), np.exp(rng.normal(0.0, 0.3, 20))
    assert judged(plausible_draw(Reported(0.0, 0.005), small, ""), ONE_DRAW) == "supported"
    assert judged(plausible_draw(Reported(0.0, 0.005), large, ""), ONE_DRAW) == "refuted"


def test_note_of_a_draw() -> None:
    """The reader sees report, centre and prediction in the unit of the table."""
    estimate = plausible_draw(Reported(2.0, 0.005), np.exp([-0.1, 0.0, 0.1]), "loss")
    factor = math.exp(4.302653 * 0.1 * math.sqrt(4 / 3))  # t table, 2 degrees of freedom, 95 %
    assert estimate.region == pytest.approx((1 / factor, factor), rel=1e-6)
    assert estimate.note == (
        "reported 2; centre over seeds 1; 95% prediction interval for one training 0.6085 to 1.643"
    )


# Samples that carry no interval


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
        plausible_share_draw(Reported(0.9, 0.05), sample, 100, ""),
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
    estimate = share_of_seeds([broken, 1.0, 2.0, 3.0], (-math.inf, math.inf), "")
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
        lambda: share_of_seeds(sample, (0.0, 1.0), ""),
        lambda: median_over_seeds(sample, ""),
        lambda: plausible_draw(Reported(1.0, 0.1), sample, ""),
        lambda: plausible_share_draw(Reported(1.0, 0.1), sample, 100, ""),
        lambda: prediction_interval(sample),
    ):
        with pytest.raises(ValueError, match=message):
            estimate()


@pytest.mark.parametrize("number", [0.0, -1.0])
def test_a_logarithm_needs_positive_numbers(number: float) -> None:
    """Zero or less, where a ratio or a logarithm is taken, is an error of the caller and not a diverged seed."""
    for estimate in (
        lambda: ratio_over_seeds([1.0, number], [1.0, 2.0], ""),
        lambda: ratio_over_seeds([1.0, 2.0], [1.0, number], ""),
        lambda: plausible_draw(Reported(1.0, 0.1), [1.0, number, 2.0], ""),
        lambda: plausible_draw(Reported(-1.0, 0.1), [1.0, 2.0], ""),
    ):
        with pytest.raises(ValueError, match="needs positive numbers"):
            estimate()
