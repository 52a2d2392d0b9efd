import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from sklearn.metrics import mutual_info_score

from harness.reconstruction import deciding_choice as module
from harness.reconstruction.deciding_choice import PERMUTATIONS, Decision, deciding_choice, deciding_choices
from harness.reconstruction.specification import Specification, outcome_proportions
from harness.verdicts.error_rate import ERROR_RATE
from tests.builders.specifications import multiverse, multiverses, outcomes_of, specification_with


def crossed(**values: Sequence[str]) -> list[dict[str, str]]:
    """Return every set of answers."""
    return [dict(zip(values, answers, strict=True)) for answers in itertools.product(*values.values())]


CROSSED = crossed(batch_size=["1", "8", "16", "32"], dataset=["iris", "wine"], rate=["0.1", "0.01", "1e-3"])
BY_BATCH = multiverse(CROSSED, outcomes_of(choices["batch_size"] != "1" for choices in CROSSED))


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
