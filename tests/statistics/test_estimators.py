import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from harness.statistics.draws import plausible_draw, plausible_proportion_draw, prediction_interval
from harness.statistics.estimate import Estimate, Reported
from harness.statistics.estimators import (
    exactly,
    mean_over_seeds,
    median_over_seeds,
    median_ratio_over_seeds,
    proportion_of_seeds,
    ratio_over_seeds,
)
from harness.verdicts.band import Band
from tests.builders.estimates import SLEEP, judged, proportion_that_holds, within_error

Floats = NDArray[np.float64]

# Values against published ones


def test_a_symmetric_mean_is_students() -> None:
    """R 4.3: t.test(1:5) gives 1.036757 to 4.963243 at 95 %."""
    estimate = mean_over_seeds([1.0, 2.0, 3.0, 4.0, 5.0], "hours")
    assert estimate.value == 3.0
    assert estimate.interval(0.95) == pytest.approx((1.036757, 4.963243), abs=5e-7)


def test_a_symmetric_mean_has_ninety_percent() -> None:
    """The same interval at 90 %: half as wide as 2.131847 / 2.776445 of it (t tables, 4 degrees of freedom)."""
    half = 1.963243 * 2.131847 / 2.776445
    estimate = mean_over_seeds([1.0, 2.0, 3.0, 4.0, 5.0], "hours")
    assert estimate.interval(0.9) == pytest.approx((3 - half, 3 + half), abs=2e-6)
    assert estimate.method == "mean over seeds, t interval widened for skewness"
    assert (estimate.seeds, estimate.sample_label, estimate.note) == (5, "hours", "")


def test_a_skewed_mean_is_students_on_one_side() -> None:
    """R 4.3: t.test(extra ~ group, sleep, paired = TRUE) gives -2.4598858 to -0.7001142; the tail is on the right."""
    estimate = mean_over_seeds(SLEEP, "hours")
    low, high = estimate.interval(0.95)
    assert estimate.value == pytest.approx(1.58)
    assert low == pytest.approx(0.7001142, abs=5e-8)
    assert high > 2.4598858


def test_a_skewed_mean_by_hand() -> None:
    """Of 0, 0, 0 and 4 the mean is 1, the spread 2, the skewness 2 / sqrt 3; Student's quantile is 2.353363 (90 %).

    With T = -y in Hall's transformation: 1 - 1.154701 (1.176682 + 0.048113) = -0.414270 has the cube root -0.745466,
    so that the upper end lies (0.745466 + 1) 3 / 1.154701 = 4.534854 times the spread above the mean.
    """
    low, high = mean_over_seeds([0.0, 0.0, 0.0, 4.0], "").interval(0.9)
    assert (low, high) == pytest.approx((1 - 2.353363, 1 + 2 * 4.534854), abs=2e-5)
    assert mean_over_seeds([0.0, 0.0, 0.0, -4.0], "").interval(0.9) == pytest.approx((-high, -low))


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.94, 0.98])
@pytest.mark.parametrize("seeds", [3, 5, 20, 80])
def test_the_farther_end_solves_halls_equation(seeds: int, confidence: float) -> None:
    """Hall (1992): T + g T^2 / 3 + g^2 T^3 / 27 + g / (6 n) is the quantile, at the end that lies beyond Student's."""
    sample = np.random.default_rng(16).exponential(1.0, seeds)
    mean, spread, skewness = sample.mean(), sample.std(ddof=1), float(stats.skew(sample))
    quantile = float(stats.t.ppf((1 - confidence) / 2, seeds - 1)) / math.sqrt(seeds)
    low, high = mean_over_seeds(sample, "").interval(confidence)
    position = (mean - high) / spread
    terms = position, skewness * position**2 / 3, skewness**2 * position**3 / 27, skewness / (6 * seeds)
    assert skewness > 0
    assert position < quantile
    assert sum(terms) == pytest.approx(quantile, rel=1e-9)
    assert (mean - low) / spread == pytest.approx(-quantile, rel=1e-9)


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
        (29, 29, 0.05 ** (1 / 29), 1.0),  # 0.902: the fewest seeds that show a proportion of .90
        (59, 59, 0.05 ** (1 / 59), 1.0),  # 0.950
    ],
)
def test_share_is_the_exact_binomial(inside: int, seeds: int, low: float, high: float) -> None:
    """Clopper and Pearson's interval, in closed form where all or no seeds are inside."""
    sample = [0.5] * inside + [2.0] * (seeds - inside)
    estimate = proportion_of_seeds(sample, (0.0, 1.0), "number")
    assert estimate.value == inside / seeds
    assert estimate.interval(0.9) == pytest.approx((low, high), rel=2e-7)
    assert estimate.note == f"{inside} of {seeds} seeds"


def test_share_inverts_the_binomial_sums() -> None:
    """At the lower end 18 or more of 20 have probability 5 %, at the upper end 18 or fewer: summed term by term."""
    estimate = proportion_of_seeds([1.0] * 18 + [0.0] * 2, (0.9, 1.0), "number")
    low, high = estimate.interval(0.9)
    assert (low, high) == pytest.approx((0.7173815, 0.9819348), abs=5e-8)

    def term(hits: int, proportion: float) -> float:
        return math.comb(20, hits) * proportion**hits * (1 - proportion) ** (20 - hits)

    assert sum(term(hits, low) for hits in range(18, 21)) == pytest.approx(0.05)
    assert sum(term(hits, high) for hits in range(19)) == pytest.approx(0.05)


def test_a_proportions_region_holds_its_ends() -> None:
    """0.95 - 0.90 is 0.04999999999999993, 0.90 - 0.95 more than that below zero: both differ by no more than 0.05."""
    differences = [0.95 - 0.90, 0.90 - 0.95, 0.55 - 0.50, 0.06, -0.06]
    assert proportion_of_seeds(differences, (-0.05, 0.05), "difference").value == 3 / 5
    assert proportion_of_seeds([0.3 - 0.05, 0.2], (0.25, math.inf), "gap").value == 1 / 2


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


@settings(max_examples=60)
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


# Coverage: how often the interval holds the truth


@pytest.mark.parametrize("seeds", [10, 20])
def test_coverage_of_the_mean(seeds: int) -> None:
    """Nine in ten intervals hold the mean of normal data, and with ten seeds that look skewed by chance one more of 50.

    Narrower ones, of fewer degrees of freedom, would not.
    """
    rng = np.random.default_rng(1)
    estimates = [mean_over_seeds(sample, "") for sample in rng.normal(3.0, 2.0, (2000, seeds))]
    promised = {10: 0.915, 20: 0.909}[seeds]  # in a simulation of 100,000 samples, apart from this code
    assert within_error(proportion_that_holds(3.0, estimates), promised, 2000)
    assert not within_error(proportion_that_holds(3.4, estimates), promised, 2000)


@pytest.mark.parametrize("seeds", [10, 20, 40])
def test_coverage_of_a_skewed_mean(seeds: int) -> None:
    """On the side of the tail, the true mean of exponential data is missed less often than by Student's t."""
    samples = np.random.default_rng(17).exponential(1.0, (2000, seeds))
    highs = np.array([mean_over_seeds(sample, "").interval(0.9)[1] for sample in samples])
    students = np.array([stats.ttest_1samp(sample, 0).confidence_interval(0.9).high for sample in samples])
    missed, missed_by_student = float((highs < 1).mean()), float((students < 1).mean())
    assert missed_by_student > 0.08
    assert missed < 0.8 * missed_by_student


@pytest.mark.parametrize("seeds", [10, 20])
def test_coverage_of_the_ratio(seeds: int) -> None:
    """Nine in ten intervals hold the median ratio of lognormal data paired by seed."""
    rng = np.random.default_rng(2)
    common = rng.normal(0.0, 1.0, (1000, seeds))
    first = np.exp(common + rng.normal(math.log(1.2), 0.2, (1000, seeds)))
    second = np.exp(common + rng.normal(0.0, 0.2, (1000, seeds)))
    estimates = [ratio_over_seeds(a, b, "") for a, b in zip(first, second, strict=True)]
    assert within_error(proportion_that_holds(1.2, estimates), 0.90, 1000)
    assert not within_error(proportion_that_holds(1.0, estimates), 0.90, 1000)


@pytest.mark.parametrize("seeds", [10, 20])
@pytest.mark.parametrize("skill", [0.92, 0.97])
def test_coverage_of_the_share(seeds: int, skill: float) -> None:
    """At least nine in ten intervals hold the proportion, for accuracies of 36 rows, most of them at the margin."""
    rng = np.random.default_rng(3)
    samples = rng.binomial(36, skill, (300, seeds)) / 36
    truth = float(stats.binom.sf(33, 36, skill))  # 34 of 36 rows or more
    estimates = [proportion_of_seeds(sample, (34 / 36, 1.0), "") for sample in samples]
    assert proportion_that_holds(truth, estimates) > 0.90
    assert proportion_that_holds(truth - 0.35, estimates) < 0.90


@pytest.mark.parametrize("seeds", [10, 20])
def test_coverage_of_every_share(seeds: int) -> None:
    """Over all outcomes, the interval holds each true proportion with at least 90 %, its ends fail on 5 % each."""
    by_count = [proportion_of_seeds([1.0] * k + [0.0] * (seeds - k), (0.5, 1.5), "") for k in range(seeds + 1)]
    lows, highs = np.array([estimate.interval(0.9) for estimate in by_count]).T
    for truth in np.linspace(0.01, 0.99, 99):
        probability = stats.binom.pmf(np.arange(seeds + 1), seeds, truth)
        assert probability[(lows <= truth) & (truth <= highs)].sum() >= 0.90
        assert probability[lows > truth].sum() <= 0.05
        assert probability[highs < truth].sum() <= 0.05


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
    """At least the nominal proportion of intervals hold the median; without ties, as many as promised."""
    rng = np.random.default_rng(15)
    intervals = [median_over_seeds(sample, "").interval(confidence) for sample in draw(rng, (1500, seeds))]
    proportion = float(np.mean([low <= truth <= high for low, high in intervals]))
    assert proportion >= confidence - 4 * math.sqrt(confidence * (1 - confidence) / 1500)
    if draw is lognormal:
        tails = stats.binom.cdf(np.arange(seeds), seeds, 0.5)
        promised = 1 - 2 * float(tails[tails <= (1 - confidence) / 2].max())
        assert within_error(proportion, promised, 1500)
        assert np.mean([low <= 20.0 <= high for low, high in intervals]) < 0.1


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
    # Of ten seeds, one lies so far from the others in one sample of 100 that the widened interval leaves the band.
    assert centred.count("supported") / 1000 > (0.98 if seeds == 10 else 0.99)


@pytest.mark.parametrize("seeds", [10, 20])
def test_a_proportion_on_the_margin(seeds: int) -> None:
    """A true proportion exactly on the band's end is called supported, or refuted, in at most one of 20 cases."""
    rng = np.random.default_rng(7)
    band = Band(0.75, 1.0, "made up")
    outcomes = [judged(proportion_of_seeds(s, (0.0, 0.75), ""), band) for s in rng.random((300, seeds))]
    assert outcomes.count("supported") / 300 <= 0.05
    assert outcomes.count("refuted") / 300 <= 0.05
    low = [judged(proportion_of_seeds(s, (0.0, 0.2), ""), band) for s in rng.random((50, seeds))]
    assert low.count("refuted") / 50 > 0.9


# What holds for every sample

samples = st.lists(st.floats(-100, 100).map(lambda number: round(number, 3)), min_size=2, max_size=12)
varied = samples.filter(lambda sample: max(sample) - min(sample) > 0.01)


def of_positive(sample: list[float]) -> Floats:
    """Map numbers between -100 and 100 to positive ones between 1/e and e."""
    return np.exp(np.array(sample) / 100)


def of_share(sample: list[float]) -> Floats:
    """Map numbers between -100 and 100 to proportions of 200 rows."""
    return np.round(np.array(sample) + 100) / 200


def all_estimates(sample: list[float]) -> dict[str, Estimate]:
    """Apply every estimator to one sample, mapped to where it is defined."""
    positive, proportions = of_positive(sample), of_share(sample)
    return {
        "mean": mean_over_seeds(sample, "label"),
        "ratio": ratio_over_seeds(positive, np.ones(len(sample)), "label"),
        "proportion": proportion_of_seeds(sample, (-10.0, 10.0), "label"),
        "draw": plausible_draw(Reported(1.1, 0.05), positive, "label"),
        "proportion draw": plausible_proportion_draw(Reported(0.5, 0.005), proportions, 200, "label"),
        "median": median_over_seeds(sample, "label"),
    }


@settings(max_examples=60)
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


@settings(max_examples=60)
@given(varied, st.sampled_from([0.0, 0.3, 1.0, 1.1, 4.0]), confidences, confidences)
def test_intervals_are_nested(sample: list[float], reported: float, one: float, other: float) -> None:
    """Of two intervals of any estimator, the one with the larger confidence holds the other."""
    estimates = all_estimates(sample)
    estimates["far draw"] = plausible_draw(Reported(reported, 0.005), of_positive(sample), "")
    estimates["far proportion draw"] = plausible_proportion_draw(
        Reported(reported / 4, 0.005), of_share(sample), 200, ""
    )
    estimates["never reached"] = median_over_seeds([*sample, math.inf, math.inf, math.inf], "")
    estimates["no spread"] = mean_over_seeds([1.0, 1.0], "")
    estimates["saturated"] = plausible_proportion_draw(Reported(reported / 4, 0.005), [1.0] * len(sample), 100, "")
    for name, estimate in estimates.items():
        wide, narrow = estimate.interval(max(one, other)), estimate.interval(min(one, other))
        rounding = 1e-9 * (1 + max([abs(end) for end in narrow if math.isfinite(end)], default=0))
        assert wide[0] <= narrow[0] + rounding, name
        assert wide[1] >= narrow[1] - rounding, name


@settings(max_examples=40)
@given(varied, st.randoms(use_true_random=False))
def test_the_order_of_seeds_is_no_information(sample: list[float], random: Any) -> None:
    """Permuted seeds give the same estimate and interval."""
    shuffled = random.sample(sample, len(sample))
    for (name, one), other in zip(all_estimates(sample).items(), all_estimates(shuffled).values(), strict=True):
        expected = pytest.approx((one.value, *one.interval(0.9)), rel=1e-6, abs=1e-9)
        assert (other.value, *other.interval(0.9)) == expected, name


outlying = st.builds(
    lambda sample, times: [times * sample[0], *sample[1:]],
    st.lists(st.floats(-100, 100).map(lambda number: round(number, 3)), min_size=2, max_size=40),
    st.sampled_from([1.0, 30.0, -1e6]),
).filter(lambda sample: max(sample) - min(sample) > 0.01)


@given(outlying, confidences, confidences)
def test_a_skewed_mean_is_between_once_and_four_times_students(sample: list[float], one: float, other: float) -> None:
    """However skewed, neither end is nearer than Student's, nor more than four times as far; one end is Student's."""
    estimate, values = mean_over_seeds(sample, ""), np.array(sample)
    reaches = {}
    for confidence in sorted((one, other)):
        low, high = estimate.interval(confidence)
        student = float(stats.t.ppf((1 + confidence) / 2, len(values) - 1) * stats.sem(values))
        rounding = 1e-9 * (student + np.abs(values).max())
        # A skewness is no larger than the root of the number of seeds: the middle moves by a sixth of an error at most.
        middle = float(stats.sem(values)) / 6
        reaches[confidence] = estimate.value - low, high - estimate.value
        for reach in reaches[confidence]:
            assert student - rounding <= reach <= 4 * (student + middle) + rounding
        assert min(reaches[confidence]) == pytest.approx(student, abs=rounding)
    narrow, wide = reaches[min(one, other)], reaches[max(one, other)]
    assert all(near <= far + 1e-9 * (1 + abs(far)) for near, far in zip(narrow, wide, strict=True))


@given(st.floats(-100, 100), st.floats(-100, 100), confidences)
def test_two_seeds_have_no_skewness(one: float, other: float, confidence: float) -> None:
    """Two numbers lie evenly around their mean, which has Student's interval."""
    assume(abs(one - other) > 0.01)
    low, high = mean_over_seeds([one, other], "").interval(confidence)
    student = float(stats.t.ppf((1 + confidence) / 2, 1)) * abs(one - other) / 2
    middle = (one + other) / 2
    assert (low, high) == pytest.approx((middle - student, middle + student), rel=1e-6, abs=1e-9)


def test_a_tiny_unit_is_no_problem() -> None:
    """Numbers whose cubes vanish or overflow are as skewed as any."""
    low, high = mean_over_seeds([0.0, 0.0, 0.0, 4.0], "").interval(0.9)
    for unit in (1e-120, 1e120):
        scaled = mean_over_seeds([0.0, 0.0, 0.0, 4 * unit], "").interval(0.9)
        assert scaled == pytest.approx((low * unit, high * unit), rel=1e-9)


@settings(max_examples=60)
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


@settings(max_examples=40)
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


def test_the_same_sample_gives_the_same_interval() -> None:
    """Nothing is drawn at random: a repetition has the same bits."""
    sample = list(np.random.default_rng(12).normal(0, 30, 10))
    for one, other in zip(all_estimates(sample).values(), all_estimates(sample).values(), strict=True):
        assert (one.value, *one.interval(0.9), one.region) == (other.value, *other.interval(0.9), other.region)


# Ratios and skewed means


def test_a_ratio_of_zero_has_no_interval() -> None:
    """Where two networks agree to the last bit in one seed, there is no geometric mean, and no verdict by accident."""
    estimate = ratio_over_seeds([0.0, 0.1, 0.2], [1.0, 1.0, 1.0], "")
    assert estimate.interval(0.9) == (-math.inf, math.inf)
    assert "1 of 3 ratios are zero" in estimate.note


def test_a_median_of_ratios_counts_what_diverged_as_worst() -> None:
    """Infinite where the first diverged, also where both did, and 0 where only the second did; no estimate is lost."""
    first, second = [2.0, np.nan, 3.0, np.inf, 0.0, 4.0], [1.0, 2.0, np.inf, np.nan, 5.0, 1.0]
    estimate = median_ratio_over_seeds(first, second, "x")
    np.testing.assert_array_equal(estimate.sample, [2.0, np.inf, 0.0, np.inf, 0.0, 4.0])
    assert (estimate.value, estimate.kind) == (3.0, "median")
    assert estimate.interval(0.5) == median_over_seeds(estimate.sample, "x").interval(0.5)
    assert estimate.method == "median of paired ratios, interval between order statistics"


def test_a_median_of_ratios_is_not_moved_by_one_seed() -> None:
    """One run of many that diverged changes neither the median nor its interval by more than one rank."""
    losses = np.linspace(1, 2, 101)
    with_one = losses.copy()
    with_one[0] = np.nan
    assert median_ratio_over_seeds(losses, np.ones(101), "x").value == 1.5
    assert median_ratio_over_seeds(with_one, np.ones(101), "x").value == pytest.approx(1.51)


@pytest.mark.parametrize(("first", "second"), [([-1.0, 1.0], [1.0, 1.0]), ([1.0, 1.0], [0.0, 1.0])])
def test_a_median_of_ratios_needs_positive_numbers(first: list[float], second: list[float]) -> None:
    """As the mean of ratios does."""
    with pytest.raises(ValueError, match="needs positive numbers"):
        median_ratio_over_seeds(first, second, "x")


def test_a_mean_of_a_skewed_sample_says_so() -> None:
    """With its skewness; so does the mean of ratios whose logarithms are skewed. Others say nothing."""
    skewed = np.array([0.0] * 18 + [0.1, 5.0])
    assert mean_over_seeds(skewed, "x").note == "a mean of a skewed sample (skewness 4.1), wrong more often"
    assert mean_over_seeds(-skewed, "x").note == "a mean of a skewed sample (skewness -4.1), wrong more often"
    ratios = ratio_over_seeds(np.exp(skewed), np.ones(20), "x")
    assert ratios.note == mean_over_seeds(skewed, "x").note
    assert mean_over_seeds(np.linspace(0, 1, 20), "x").note == ""
