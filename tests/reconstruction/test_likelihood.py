import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import special, stats

from harness.base.arrays import Floats
from harness.reconstruction.likelihood import Asked, Read, asked_by, log_likelihood_of_facts, margins
from harness.report.reading import Reading
from harness.statistics.draws import plausible_draw, plausible_proportion_draw
from harness.statistics.estimate import Estimate, Printing, Reported
from harness.statistics.printing import log_likelihood_between
from harness.verdicts.band import Band
from harness.verdicts.verdict import NEEDS, Needs

BAND = Band(0.9, 1.1, "a tenth either way")


def reading_that_needs(needs: Needs, band: Band = BAND) -> Reading:
    """Return a reading of which only needs and band matter."""
    return Reading("name", "estimand", band, None, needs)


def behaviour(sample: Sequence[float], region: tuple[float, float] | None = None) -> Estimate:
    """Return the estimate of a behaviour, of which only the sample and its region matter."""
    return Estimate(0.0, lambda _: (0.0, 0.0), "method", np.array(sample, dtype=float), "label", "mean", region)


def number(log_likelihood: float) -> Estimate:
    """Return the estimate of a reported number, of which only the likelihood matters."""
    scores = (-math.inf, float(special.ndtri_exp(log_likelihood)))
    printing = Printing(Reported(1.0, 0.5), lambda told, runs: scores)
    return Estimate(0.0, lambda _: (0.0, 0.0), "method", np.ones(20), "label", "draw", printing=printing)


def agreeing(seeds: Sequence[bool]) -> Estimate:
    """Return the estimate of a behaviour that these seeds show, and the others do not."""
    return behaviour([1.0 if agrees else 2.0 for agrees in seeds])


def asked(reading: Reading, estimates: Sequence[Estimate]) -> Read:
    """Return what a reading asks, all of it measured on one config."""
    return asked_by(reading, [(estimate, frozenset({"config"})) for estimate in estimates])


def log_likelihood_of_reading(reading: Reading, estimates: Sequence[Estimate]) -> float:
    """Return the log likelihood of a reading whose quantities are independent."""
    return sum(one.log_likelihood for one in asked(reading, estimates))


def shown(estimate: Estimate, band: Band) -> Floats:
    """Return for each seed whether it shows a behaviour."""
    return margins(estimate, band) >= 0


log_likelihoods = st.floats(-50, -1e-6)


# The likelihood of one printed number


def likelihood_of(value: float, half_unit: float, sample: Floats) -> float:
    """Return the likelihood that one further training prints a loss."""
    printing = plausible_draw(Reported(value, half_unit), sample, "loss").printing
    assert printing is not None
    return math.exp(log_likelihood_between(printing.between(1)))


def proportion_chance_of(value: float, sample: Floats, rows: int) -> float:
    """Return the likelihood that one further training prints a proportion to two decimals."""
    printing = plausible_proportion_draw(Reported(value, 0.005), sample, rows, "accuracy").printing
    assert printing is not None
    return math.exp(log_likelihood_between(printing.between(1)))


@pytest.mark.parametrize("decimals", [1, 2])
@pytest.mark.parametrize("spread", [0.05, 0.4])
def test_likelihoods_of_all_losses_that_can_be_printed_add_up_to_1(decimals: int, spread: float) -> None:
    """Whatever a training prints is one of the printable numbers, from 0.00 on."""
    generator = np.random.default_rng(1)
    unit = 10.0**-decimals
    for _ in range(5):
        sample = np.exp(generator.normal(0.0, spread, 20))
        printable = np.arange(round(12 / unit)) * unit
        total = sum(likelihood_of(float(value), unit / 2, sample) for value in printable)
        assert total == pytest.approx(1, abs=1e-3)


@given(st.integers(10, 150), st.data())
def test_likelihoods_of_all_proportions_that_can_be_printed_add_up_to_1(rows: int, data: st.DataObject) -> None:
    """Also where all seeds have the same accuracy, or one at an end, beyond which there is nothing."""
    counts = data.draw(st.lists(st.integers(0, rows), min_size=20, max_size=20) | st.just([rows] * 20))
    # A proportion halfway between two printable ones, such as 1/8, would count for both.
    assume(all(abs(hits / rows * 100 % 1 - 0.5) > 1e-6 for hits in range(rows + 1)))
    sample = np.array(counts) / rows
    total = sum(proportion_chance_of(hundredths / 100, sample, rows) for hundredths in range(101))
    assert total == pytest.approx(1, abs=1e-9)


def test_a_fresh_draw_lies_evenly_in_the_distribution_that_the_likelihoods_make() -> None:
    """The likelihood of "at most what was drawn" is uniform (probability integral transform), exactly for normal logs.

    A distribution that takes the spread of the sample for the true one is told apart.
    """
    generator = np.random.default_rng(2)
    draws = np.exp(generator.normal(0.3, 0.2, (2000, 21)))
    at_most = [likelihood_of(draw / 2, draw / 2, sample) for draw, *sample in draws]
    assert stats.kstest(at_most, "uniform").pvalue > 0.05
    logarithms = np.log(draws[:, 1:])
    narrow = stats.norm.cdf(np.log(draws[:, 0]), logarithms.mean(axis=1), 0.8 * logarithms.std(axis=1, ddof=1))
    assert stats.kstest(narrow, "uniform").pvalue < 1e-4


def test_the_likelihood_of_a_cell_is_the_frequency_of_draws_in_it() -> None:
    """Over many samples the mean likelihood of each printed value is the proportion of fresh draws that print it."""
    generator = np.random.default_rng(3)
    samples = np.exp(generator.normal(0.0, 0.2, (300, 20)))
    fresh = np.round(np.exp(generator.normal(0.0, 0.2, 100_000)), 1)
    for value in np.round(np.arange(0.5, 1.8, 0.1), 1):
        mean_likelihood = np.mean([likelihood_of(float(value), 0.05, sample) for sample in samples])
        assert mean_likelihood == pytest.approx(float((fresh == value).mean()), abs=0.02)


def normal_losses(center: float, spread: float) -> Callable[[np.random.Generator], Floats]:
    """Return what draws 21 losses."""
    return lambda generator: np.exp(generator.normal(center, spread, 21))


def accuracies(skill: float, spread: float) -> Callable[[np.random.Generator], Floats]:
    """Return what draws 21 accuracies on 100 rows, of skills that differ between trainings."""

    def draw(generator: np.random.Generator) -> Floats:
        skills = 1 / (1 + np.exp(-(math.log(skill / (1 - skill)) + generator.normal(0, spread, 21))))
        return generator.binomial(100, skills) / 100

    return draw


LOSSES = [normal_losses(0.0, 0.1), normal_losses(0.15, 0.1), normal_losses(0.0, 0.3)]
ACCURACIES = [accuracies(0.9, 0.1), accuracies(0.8, 0.1), accuracies(0.9, 1.0), accuracies(0.99, 0.1)]


def mean_log_likelihoods(
    configs: Sequence[Callable[[np.random.Generator], Floats]], likelihood: Callable[[float, Floats], float]
) -> Floats:
    """Return the mean log likelihood of a number under each config, by the config that it came from.

    Returns
    -------
    Floats
        Of shape (configs that printed, configs in question).
    """
    generator = np.random.default_rng(4)
    logs = [
        [
            [
                math.log(likelihood(float(np.round(came_from(generator)[0], 2)), other(generator)[1:]))
                for _ in range(150)
            ]
            for other in configs
        ]
        for came_from in configs
    ]
    return np.mean(logs, axis=2)


@pytest.mark.parametrize(
    ("configs", "likelihood"),
    [
        (LOSSES, lambda value, sample: likelihood_of(value, 0.005, sample)),
        (ACCURACIES, lambda value, sample: proportion_chance_of(value, sample, 100)),
    ],
)
def test_a_number_is_likeliest_under_the_config_that_printed_it(
    configs: Sequence[Callable[[np.random.Generator], Floats]], likelihood: Callable[[float, Floats], float]
) -> None:
    """On average, and whether the others differ in centre or in spread: likelihoods that add up to 1 favour nobody."""
    means = mean_log_likelihoods(configs, likelihood)
    assert (np.argmax(means, axis=1) == np.arange(len(configs))).all(), means


def test_a_number_has_no_likelihood_where_a_training_diverged_or_nothing_varies() -> None:
    """There is then no distribution to speak of."""
    for sample in ([1.0, 2.0, math.nan], [1.0, 2.0, math.inf], [1.0, 1.0, 1.0]):
        assert likelihood_of(1.0, 0.005, np.array(sample)) == 0


# The likelihood of a reading


@given(st.sampled_from(NEEDS), st.lists(st.lists(st.booleans(), min_size=7, max_size=7), min_size=1, max_size=5))
def test_behaviours_must_be_shown_by_the_same_seed(needs: Needs, claims: list[list[bool]]) -> None:
    """A repetition shows a reading if as many claims as it needs hold in it; half a success and a failure are added."""
    enough = {"all": lambda held: all(held), "most": lambda held: sum(held) > len(held) / 2, "some": any}[needs]
    repetitions = sum(enough(seed) for seed in zip(*claims, strict=True))
    log_likelihood = log_likelihood_of_reading(reading_that_needs(needs), [agreeing(claim) for claim in claims])
    assert math.exp(log_likelihood) == pytest.approx((repetitions + 0.5) / 8)


def test_claims_that_hold_in_turn_never_hold_together() -> None:
    """Each of two claims holds in ten of twenty seeds, but in no seed do both: their proportions are not multiplied."""
    even, odd = ([number % 2 == rest for number in range(20)] for rest in (0, 1))
    for needs, repetitions in (("all", 0), ("most", 0), ("some", 20)):
        log_likelihood = log_likelihood_of_reading(reading_that_needs(needs), [agreeing(even), agreeing(odd)])
        assert math.exp(log_likelihood) == pytest.approx((repetitions + 0.5) / 21)


def test_a_seed_that_diverged_shows_nothing() -> None:
    """NaN agrees with no band, not even one without an end; infinity, such as "never", agrees where there is no end."""
    assert list(shown(behaviour([1.0, math.nan, math.inf]), BAND)) == [True, False, False]
    assert list(shown(behaviour([1.0, math.nan, math.inf]), Band(0.5, math.inf, ""))) == [True, False, True]
    assert list(shown(behaviour([math.nan]), Band(-math.inf, 0.0, ""))) == [False]


def test_a_seed_agrees_by_the_region_of_its_own_number() -> None:
    """The band is that of the proportion or the mean over seeds; a seed has a region of its own, where there is one."""
    assert list(shown(behaviour([0.2, 1.0], region=(0.0, 0.5)), BAND)) == [True, False]
    # The margin of 0.05 is met, though not to the last bit.
    assert list(shown(behaviour([0.95 - 0.90, 0.05 - 1e-6], region=(0.05, 1.0)), BAND)) == [True, False]


@given(st.sampled_from(NEEDS), st.lists(log_likelihoods, min_size=1, max_size=6))
def test_numbers_count_by_the_product_of_as_many_as_are_needed(needs: Needs, likelihoods: list[float]) -> None:
    """All of them, or the likeliest ones."""
    count = {"all": len(likelihoods), "most": len(likelihoods) // 2 + 1, "some": 1}[needs]
    expected = math.prod(math.exp(likelihood) for likelihood in sorted(likelihoods, reverse=True)[:count])
    log_likelihood = log_likelihood_of_reading(
        reading_that_needs(needs), [number(likelihood) for likelihood in likelihoods]
    )
    assert math.exp(log_likelihood) == pytest.approx(expected)


def test_numbers_and_behaviours_of_a_reading_are_multiplied() -> None:
    """Both have to be shown."""
    both = [number(math.log(0.25)), agreeing([True] * 5 + [False] * 5)]
    assert math.exp(log_likelihood_of_reading(reading_that_needs("all"), both)) == pytest.approx(0.25 * 5.5 / 11)


@given(st.sampled_from(NEEDS), st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=4))
def test_a_seed_that_agrees_besides_lowers_no_likelihood(needs: Needs, claims: list[list[bool]]) -> None:
    """The likelihood rises with agreement, and stays a probability, which branch and bound rests on."""
    before = log_likelihood_of_reading(reading_that_needs(needs), [agreeing(claim) for claim in claims])
    for claim in claims:
        for seed in range(6):
            changed, claim[seed] = claim[seed], True
            after = log_likelihood_of_reading(reading_that_needs(needs), [agreeing(one) for one in claims])
            assert before <= after < 0
            claim[seed] = changed


@given(st.sampled_from(NEEDS), st.lists(log_likelihoods, min_size=1, max_size=5), st.data())
def test_a_likelier_number_lowers_no_likelihood(needs: Needs, likelihoods: list[float], data: st.DataObject) -> None:
    """The same for reported numbers."""
    place = data.draw(st.integers(0, len(likelihoods) - 1))
    likelier = [*likelihoods[:place], data.draw(st.floats(likelihoods[place], 0)), *likelihoods[place + 1 :]]
    before, after = (
        log_likelihood_of_reading(reading_that_needs(needs), [number(likelihood) for likelihood in one])
        for one in (likelihoods, likelier)
    )
    assert before - 1e-9 <= after <= 0


# The likelihood of a fact


@given(st.lists(log_likelihoods | st.just(-math.inf), min_size=1, max_size=4))
def test_a_fact_has_the_mean_likelihood_of_its_readings(likelihoods: list[float]) -> None:
    """Each counts alike, in any order; one that cannot be lowers the mean and does not make it impossible."""
    reads = [asked(reading_that_needs("all"), [number(likelihood)]) for likelihood in likelihoods]
    log_likelihood = log_likelihood_of_facts([reads], "many")
    assert math.exp(log_likelihood) == pytest.approx(np.mean([math.exp(likelihood) for likelihood in likelihoods]))
    assert log_likelihood <= 1e-12
    assert log_likelihood_of_facts([reads[::-1]], "many") == pytest.approx(log_likelihood)


# The likelihood of several facts


def quantity(scores: Floats, low: float, high: float, config: str = "config") -> Asked:
    """Return what is asked of a quantity, given the normal scores of its seeds."""
    return Asked(scores, low, high, frozenset({config}))


def test_facts_of_networks_apart_are_independent_unless_they_share_a_split() -> None:
    """On many splits only what was measured on one config goes together; on one split all of it does."""
    scores = np.random.default_rng(6).normal(size=400)
    one, same, other = (quantity(scores, 0.0, math.inf, config) for config in ("a", "a", "b"))
    product = one.log_likelihood + other.log_likelihood
    assert log_likelihood_of_facts([[(one,)], [(other,)]], "many") == pytest.approx(product)
    # The same numbers twice are but one fact.
    for facts, splits in ((same, "many"), (other, "one"), (same, "one")):
        together = log_likelihood_of_facts([[(one,)], [(facts,)]], splits)
        assert together == pytest.approx(one.log_likelihood, abs=0.1)


def test_facts_that_contradict_each_other_are_less_likely_together() -> None:
    """Where one quantity is large when the other is small, both being large is rarer than if they were independent."""
    scores = np.random.default_rng(7).normal(size=200)
    one, other = quantity(scores, 0.5, math.inf), quantity(-scores, 0.5, math.inf)
    product = one.log_likelihood + other.log_likelihood
    assert log_likelihood_of_facts([[(one,)], [(other,)]], "many") < product - 2


def test_facts_read_in_several_ways_are_the_mean_over_all_ways() -> None:
    """Independent facts: the product of the means, however many ways there are to combine the readings."""
    generator = np.random.default_rng(8)
    reads = [
        [(quantity(generator.normal(size=20), low, math.inf, f"{fact}"),) for low in (-1.0, 0.0, 1.0)]
        for fact in range(3)
    ]
    expected = sum(math.log(np.mean([math.exp(read[0].log_likelihood) for read in fact])) for fact in reads)
    assert log_likelihood_of_facts(reads, "many") == pytest.approx(expected, abs=0.02)


def test_one_more_fact_never_makes_all_likelier() -> None:
    """Which branch and bound rests on."""
    generator = np.random.default_rng(9)
    for _ in range(20):
        common = generator.normal(size=20)
        facts = [[(quantity(common + generator.normal(size=20), low, math.inf),)] for low in generator.normal(size=4)]
        logs = [log_likelihood_of_facts(facts[:count], "one") for count in range(1, 5)]
        assert all(after <= before + 0.05 for before, after in itertools.pairwise(logs))


def test_what_cannot_be_printed_has_no_likelihood() -> None:
    """Whatever else is likely."""
    scores = np.random.default_rng(10).normal(size=20)
    never = quantity(scores, math.inf, math.inf)
    assert log_likelihood_of_facts([[(never,)], [(quantity(scores, -math.inf, math.inf),)]], "one") == -math.inf
