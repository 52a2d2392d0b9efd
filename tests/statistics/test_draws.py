import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from harness.base.arrays import Floats
from harness.statistics.draws import plausible_draw, plausible_proportion_draw, prediction_interval
from harness.statistics.estimate import Reported
from tests.builders.estimates import ONE_DRAW, SLEEP, judged, proportion_that_holds, within_error


def reported_proportion(proportion: float) -> Reported:
    """Build a proportion as a report prints it: rounded to two decimals."""
    return Reported(round(proportion, 2), 0.005)


# Values against published ones


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


# Numbers as the report prints them


# Coverage: how often the interval holds the truth


@pytest.mark.parametrize("seeds", [10, 20])
@pytest.mark.parametrize("distance", [0.0, 1.96])
def test_coverage_of_the_distance(seeds: int, distance: float) -> None:
    """Nine in ten intervals hold the true distance of a value from lognormal data, in standard deviations."""
    rng = np.random.default_rng(4)
    reported = Reported(math.exp(0.5 + 0.3 * distance), 0.0)
    samples = np.exp(rng.normal(0.5, 0.3, (300, seeds)))
    estimates = [plausible_draw(reported, sample, "") for sample in samples]
    assert within_error(proportion_that_holds(distance, estimates), 0.90, 300)
    assert not within_error(proportion_that_holds(distance + 0.5, estimates), 0.90, 300)


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
def test_a_plausible_loss_is_seldom_refuted(seeds: int) -> None:
    """A value just inside the central 95 % is refuted in one of 20 cases, one far off in nearly all."""
    rng = np.random.default_rng(8)
    samples = np.exp(rng.normal(0.0, 0.1, (300, seeds)))
    edge = [judged(plausible_draw(Reported(math.exp(0.196), 0.0), s, ""), ONE_DRAW) for s in samples]
    assert within_error(edge.count("refuted") / 300, 0.05, 300)
    far = [judged(plausible_draw(Reported(math.exp(0.6), 0.0), s, ""), ONE_DRAW) for s in samples[:50]]
    assert far.count("refuted") / 50 > 0.9


def binomial(rng: np.random.Generator, size: tuple[int, ...]) -> Floats:
    """Accuracies of one and the same skill: likelihood lies in the test rows alone."""
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
        judged(plausible_proportion_draw(reported_proportion(values[0]), values[1:], rows, ""), ONE_DRAW)
        for values in draws
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
        judged(plausible_proportion_draw(reported_proportion(edge), sample, rows, ""), ONE_DRAW)
        for sample in draw(rng, (150, seeds))
    ]
    assert outcomes.count("refuted") / 150 <= rate


@pytest.mark.parametrize(
    ("failed", "seeds", "refuted"), [(0, 20, True), (1, 20, False), (3, 20, False), (1, 80, True), (2, 80, False)]
)
def test_what_seeds_reached_is_not_refuted(failed: int, seeds: int, refuted: bool) -> None:
    """A number that one seed in forty got is in the central 95 %, though a normal distribution would not say so."""
    accuracies = [0.67] * failed + [1.0] * (seeds - failed)
    estimate = plausible_proportion_draw(Reported(0.67, 0.005), accuracies, 100, "")
    assert (judged(estimate, ONE_DRAW) == "refuted") == refuted
    mirrored = plausible_proportion_draw(Reported(0.33, 0.005), 1 - np.array(accuracies), 100, "")
    assert (judged(mirrored, ONE_DRAW) == "refuted") == refuted
    # A number beyond what any seed reached is nothing that seeds speak for.
    assert (
        judged(plausible_proportion_draw(Reported(0.1, 0.005), accuracies, 100, ""), ONE_DRAW) == "refuted"
        or failed == 3
    )
    if failed:
        wobble = 1 + 1e-3 * np.arange(seeds)
        losses = wobble * ([20.0] * failed + [1.0] * (seeds - failed))
        assert (judged(plausible_draw(Reported(20.0, 0.5), losses, ""), ONE_DRAW) == "refuted") == refuted


@pytest.mark.parametrize(("reported", "refuted"), [(1.0, False), (0.99, False), (0.5, True), (0.0, True)])
def test_saturated_seeds_are_no_certainty(reported: float, refuted: bool) -> None:
    """Twenty seeds all at 1.0 speak against 0.50, not against 0.99."""
    estimate = plausible_proportion_draw(Reported(reported, 0.005), [1.0] * 20, 100, "accuracy")
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
    estimate = plausible_proportion_draw(Reported(accuracy, 0.005), [accuracy] * seeds, 100, "accuracy")
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


def test_rows_mirrored() -> None:
    """Wrong rows are counted as right ones are: the distance only changes its sign."""
    sample = np.array([0.9, 0.95, 0.99, 1.0, 0.93])
    one = plausible_proportion_draw(Reported(0.7, 0.005), sample, 100, "")
    other = plausible_proportion_draw(Reported(0.3, 0.005), 1 - sample, 100, "")
    low, high = one.interval(0.9)
    assert (other.value, *other.interval(0.9)) == pytest.approx((-one.value, -high, -low))


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
