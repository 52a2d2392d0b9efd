import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from sklearn.metrics import mutual_info_score

from harness.reconstruction import specification as module
from harness.reconstruction.specification import (
    PERMUTATIONS,
    Decision,
    Specification,
    deciding_choice,
    deciding_choices,
    outcome_proportions,
    values_by_choice,
    weighted_proportions,
)
from harness.verdicts.band import OUTCOMES, Outcome
from harness.verdicts.error_rate import ERROR_RATE
from tests.builders.specifications import specification_with


def multiverse(answers: Sequence[Mapping[str, str]], outcomes: Sequence[Outcome]) -> list[Specification]:
    """Build one universe for each set of answers, with the outcomes in the same order."""
    return [
        specification_with(universe=f"universe {number}", choices=dict(choices), outcome=outcome)
        for number, (choices, outcome) in enumerate(zip(answers, outcomes, strict=True))
    ]


def outcomes_of(held: Iterable[bool]) -> list[Outcome]:
    """Return supported where a reading held, and refuted where it did not."""
    return ["supported" if one else "refuted" for one in held]


def crossed(**values: Sequence[str]) -> list[dict[str, str]]:
    """Return every set of answers."""
    return [dict(zip(values, answers, strict=True)) for answers in itertools.product(*values.values())]


CROSSED = crossed(batch_size=["1", "8", "16", "32"], dataset=["iris", "wine"], rate=["0.1", "0.01", "1e-3"])
BY_BATCH = multiverse(CROSSED, outcomes_of(choices["batch_size"] != "1" for choices in CROSSED))

outcomes = st.sampled_from(OUTCOMES)
multiverses = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("de"), outcomes), min_size=1, max_size=16).map(
    lambda rows: multiverse([{"one": one, "two": two} for one, two, _ in rows], [row[2] for row in rows])
)


# What one universe says


@given(
    st.builds(
        Specification,
        universe=st.text(),
        choices=st.dictionaries(st.text(), st.text(), max_size=3),
        outcome=outcomes,
        value=st.floats(),
        low=st.floats(),
        high=st.floats(),
        weight=st.just(math.nan) | st.floats(0, 1e300),
    )
)
def test_round_trip_through_strict_json(one: Specification) -> None:
    """Every number comes back, the ones that JSON does not have too."""
    assert repr(Specification.from_plain(json.loads(json.dumps(one.to_plain(), allow_nan=False)))) == repr(one)


def test_plain_numbers_are_no_numpy_numbers() -> None:
    """JSON does not know those."""
    assert json.dumps(specification_with(value=np.float32(0.5), low=np.float64("-inf")).to_plain(), allow_nan=False)


@pytest.mark.parametrize("changes", [{"outcome": "likely"}, {"weight": -0.1}, {"weight": math.inf}], ids=str)
def test_what_no_universe_says_is_refused(changes: Any) -> None:
    """Neither another outcome nor a weight that is no proportion of anything."""
    with pytest.raises(ValueError, match="default: "):
        specification_with(**changes)


# How often it holds


@given(multiverses)
def test_shares_add_up_to_one(universes: list[Specification]) -> None:
    """Each universe has one outcome."""
    assert sum(outcome_proportions(universes).values()) == pytest.approx(1)
    assert sum(weighted_proportions(universes).values()) == pytest.approx(1)


def test_shares_by_hand() -> None:
    """Three of four universes, which weigh one half."""
    universes = multiverse([{}] * 4, ["supported", "supported", "supported", "refuted"])
    assert outcome_proportions(universes) == {"supported": 0.75, "refuted": 0.25, "inconclusive": 0}
    heavy = [*universes[:3], replace(universes[3], weight=3.0)]
    assert weighted_proportions(heavy) == {"supported": 0.5, "refuted": 0.5, "inconclusive": 0}


@given(multiverses, st.floats(1e-300, 1e300))
def test_equal_weights_are_none(universes: list[Specification], weight: float) -> None:
    """Weights are relative, however large."""
    weighted = [replace(one, weight=weight) for one in universes]
    assert weighted_proportions(weighted) == pytest.approx(outcome_proportions(universes))


@pytest.mark.parametrize("weights", [[1.0, math.nan], [math.nan, 1.0], [math.nan, math.nan], [0.0, 0.0], []], ids=str)
def test_shares_that_are_not_known(weights: list[float]) -> None:
    """A universe that weighs nobody knows what makes all proportions unknown."""
    universes = [specification_with(weight=weight) for weight in weights]
    assert all(math.isnan(proportion) for proportion in weighted_proportions(universes).values())


def test_shares_of_no_universe() -> None:
    """There are none."""
    assert all(math.isnan(proportion) for proportion in outcome_proportions([]).values())


# Which choice decides


def test_values_are_in_the_order_of_a_reader() -> None:
    """Numbers by size and before words; a choice with one value is not open."""
    answers = [{"batch": batch, "same": "x"} for batch in ("all", "32", "8", "1e2", "nan")]
    assert values_by_choice(multiverse(answers, ["supported"] * 5)) == {"batch": ["8", "32", "1e2", "all", "nan"]}
    assert values_by_choice([]) == {}


def test_a_planted_choice_is_found() -> None:
    """The choice that outcomes were made of is named, with its counts, in a sentence."""
    decision = deciding_choice(BY_BATCH)
    assert decision == Decision(
        choice="batch_size",
        p_value=decision.p_value if decision else math.nan,
        universes={"1": 6, "8": 6, "16": 6, "32": 6},
        supported={"1": 0, "8": 6, "16": 6, "32": 6},
    )
    assert decision
    assert 1 / (PERMUTATIONS + 1) <= decision.p_value <= 3 / (PERMUTATIONS + 1)
    sentence = "batch_size decides: supported in 18 of 18 universes with 8, 16 or 32, in 0 of 6 with 1"
    assert str(decision) == f"{sentence} (p = {decision.p_value:.2g})"


def test_a_choice_that_decides_in_part() -> None:
    """Values between always and never are told one by one, the ones that hold most often first."""
    decision = Decision(
        choice="dataset",
        p_value=0.0123,
        universes={"boston": 4, "iris": 5, "mpg": 4, "wine": 6},
        supported={"boston": 4, "iris": 1, "mpg": 3, "wine": 0},
    )
    assert str(decision) == (
        "dataset matters most: supported in 4 of 4 universes with boston, in 3 of 4 with mpg, in 1 of 5 with iris, "
        "in 0 of 6 with wine (p = 0.012)"
    )


@pytest.mark.parametrize(
    "universes",
    [
        [],
        [specification_with()],
        multiverse(CROSSED, ["supported"] * 24),
        multiverse(CROSSED, ["refuted", "inconclusive"] * 12),
        multiverse([{"same": "x"}] * 24, ["supported", "refuted"] * 12),
        multiverse([{"own": str(number)} for number in range(24)], ["supported", "refuted"] * 12),
        multiverse(crossed(one="ab", two="cd"), ["supported", "supported", "refuted", "refuted"]),
    ],
    ids=["none", "one", "all hold", "none holds", "nothing open", "all differ", "too few"],
)
def test_nothing_decides(universes: list[Specification]) -> None:
    """Where outcomes are alike, nothing is open, or likelihood could do the same, no choice is named."""
    assert deciding_choice(universes) is None


def test_a_choice_of_which_the_majority_does_not_change() -> None:
    """A value with which the reading always holds is found though it holds more often than not with the other too."""
    answers = crossed(dataset=["iris", "wine"], other=[str(number) for number in range(20)])
    decision = deciding_choice(multiverse(answers, outcomes_of([True] * 20 + [True] * 11 + [False] * 9)))
    assert decision
    assert decision.choice == "dataset"


def test_of_two_beyond_doubt_the_stronger_is_named() -> None:
    """Where no permutation comes near to either of two choices, the one that tells more is named."""
    answers = [{"a part": str(number // 20), "whole": str(number // 25)} for number in range(50)]
    decision = deciding_choice(multiverse(answers, outcomes_of([True] * 25 + [False] * 25)))
    assert decision
    assert (decision.choice, decision.p_value) == ("whole", 1 / (PERMUTATIONS + 1))


def test_p_value_is_fishers() -> None:
    """With one choice of two values the p-value is that of an exact test of the same table."""
    holding, universes = (9, 2), (12, 10)
    answers = [{"choice": value} for value, number in zip("ab", universes, strict=True) for _ in range(number)]
    held = [place < count for count, number in zip(holding, universes, strict=True) for place in range(number)]
    decision = deciding_choice(multiverse(answers, outcomes_of(held)))
    table = np.array([holding, np.subtract(universes, holding)])
    assert decision
    assert decision.p_value == pytest.approx(fisher_exact(table).pvalue, abs=0.005)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcd")), min_size=1, max_size=30))
def test_mutual_information_is_that_of_scikit_learn(rows: list[tuple[bool, str]]) -> None:
    """Of the outcomes as they are, whatever the table."""
    held, answers = zip(*rows, strict=True)
    scores = module._information(np.array([held]), answers)
    assert scores == pytest.approx([mutual_info_score(held, answers)], abs=1e-8)


@settings(max_examples=40)
@given(multiverses, st.randoms(use_true_random=False))
def test_order_of_universes_and_of_choices_changes_nothing(universes: list[Specification], random: Any) -> None:
    """Neither which choice is named, nor its p-value."""
    shuffled = random.sample(universes, len(universes))
    turned = [replace(one, choices=dict(reversed(one.choices.items()))) for one in shuffled]
    assert deciding_choice(turned) == deciding_choice(universes)
    assert outcome_proportions(shuffled) == outcome_proportions(universes)


@settings(max_examples=40)
@given(multiverses, st.permutations("abcde"))
def test_names_of_values_change_nothing(universes: list[Specification], names: list[str]) -> None:
    """The same choice is named with the same p-value, and its counts are those of the other names."""
    other = dict(zip("abcde", names, strict=True))
    renamed = [
        replace(one, choices={choice: other[value] for choice, value in one.choices.items()}) for one in universes
    ]
    before, after = deciding_choice(universes), deciding_choice(renamed)
    assert (before is None) == (after is None)
    if before and after:
        assert (after.choice, after.p_value) == (before.choice, before.p_value)
        assert after.universes == {other[value]: number for value, number in before.universes.items()}
        assert after.supported == {other[value]: number for value, number in before.supported.items()}


@pytest.mark.parametrize(
    ("universes", "reason"),
    [
        ([specification_with(), specification_with()], "same name"),
        ([specification_with(), specification_with(universe="other", choices={})], "same questions"),
    ],
)
def test_what_is_no_multiverse_is_refused(universes: list[Specification], reason: str) -> None:
    """Universes have names of their own and answer the same questions."""
    with pytest.raises(ValueError, match=reason):
        deciding_choice(universes)


def simulated(generator: np.random.Generator, universes: int, effect: float) -> list[Specification]:
    """Make up a multiverse in which all but the commonest value of ``planted`` make the reading fail more often.

    Choices have 2 to 6 values, some of them rare; one has an answer of its own in most universes.
    """
    sizes = {"planted": 3, "two": 2, "rare": 2, "four": 4, "six": 6, "many": 2 * universes}
    answers = {
        name: generator.choice(size, universes, p=generator.dirichlet(np.full(size, 2.0)))
        for name, size in sizes.items()
    }
    usual = np.bincount(answers["planted"]).argmax()
    holds = generator.random(universes) < np.where(answers["planted"] == usual, 0.5 + effect, 0.5 - effect)
    return multiverse(
        [{name: str(places[number]) for name, places in answers.items()} for number in range(universes)],
        outcomes_of(holds),
    )


@pytest.mark.parametrize("universes", [12, 40])
def test_chance_alone_names_a_choice_in_one_of_twenty(universes: int) -> None:
    """With outcomes that depend on nothing, a choice is named in no more than 5 % of 400 multiverses."""
    generator = np.random.default_rng(universes)
    named = [deciding_choice(simulated(generator, universes, effect=0)) for _ in range(400)]
    # The bound lies three standard deviations of a count of 400 over it.
    assert sum(decision is not None for decision in named) <= 400 * ERROR_RATE + 3 * math.sqrt(400 * 0.05 * 0.95)


def test_a_planted_choice_is_named_among_others() -> None:
    """A choice that nearly decides is named in most multiverses of 40, and another hardly ever."""
    generator = np.random.default_rng(2)
    decisions = [deciding_choice(simulated(generator, 40, effect=0.45)) for _ in range(100)]
    names = [decision.choice for decision in decisions if decision]
    assert names.count("planted") >= 80
    assert len(names) - names.count("planted") <= 5


def test_a_choice_of_many_values_is_not_named_for_their_number() -> None:
    """With two choices that are both likelihood, the one with twelve values is named no more often than in its half."""
    generator = np.random.default_rng(3)
    names = []
    for _ in range(400):
        answers = [{"few": str(number % 2), "many": str(number % 12)} for number in range(24)]
        decision = deciding_choice(multiverse(answers, outcomes_of(generator.random(24) < 0.5)))
        names += [decision.choice] if decision else []
    assert len(names) <= 400 * ERROR_RATE + 3 * math.sqrt(400 * 0.05 * 0.95)
    assert names.count("many") <= 400 * ERROR_RATE / 2 + 3 * math.sqrt(400 * 0.025)


def test_a_choice_is_named_with_the_error_rate_over_all_readings() -> None:
    """Of many readings that depend on nothing, hardly ever one has a choice named; a real one keeps its name."""
    generator = np.random.default_rng(13)
    named = 0
    for _ in range(20):
        curves = {str(number): simulated(generator, 24, effect=0) for number in range(20)}
        named += bool(deciding_choices(curves))
    assert named <= 4
    found = deciding_choices({"real": BY_BATCH, **{str(one): simulated(generator, 24, effect=0) for one in range(20)}})
    alone = deciding_choice(BY_BATCH)
    assert alone is not None
    assert found["real"].choice == alone.choice
    assert found["real"].p_value >= alone.p_value
