import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.base.errors import RegisterError
from harness.base.tables import Table
from harness.report.choices import Choice, axis_of, read_choice

AXES = {"optimizer": ("sgd", "adam"), "network": ("small", "deep"), "twin": ("small", "deep")}
COMPLETE = "origin = 'assumed'\nreason = 'usual'\n"


def read(text: str) -> Choice:
    """Read a choice from TOML."""
    return read_choice(Table(tomllib.loads(text), Path("protocol.toml"), "reconstruction.regression.epochs"), AXES)


# Reading


def test_a_choice_without_alternatives() -> None:
    """Most choices have none."""
    assert read("value = 3\n" + COMPLETE) == Choice(3, None, "assumed", "usual")


def test_alternatives_may_be_values_or_tables() -> None:
    """Each is kept as it stands, in order, whatever the value itself is."""
    choice = read(
        "by = 'network'\nvalue = { small = 1, deep = 2 }\n"
        "alternatives = [3, { sgd = 1, adam = 2 }, { deep = 3, small = 1 }]\n" + COMPLETE
    )
    assert choice.at({"optimizer": "adam", "network": "deep"}) == 2
    assert choice.alternatives == (3, {"sgd": 1, "adam": 2}, {"small": 1, "deep": 3})


@pytest.mark.parametrize(
    ("alternatives", "problem"),
    [
        ("3", "is 3; give a list"),
        ("[2, 1]", "1 stands twice, or is the value itself; keep one"),
        ("[1.0]", "1.0 stands twice, or is the value itself; keep one"),
        ("[2, 3, 2]", "2 stands twice, or is the value itself; keep one"),
        (
            "[{ sgd = 2 }]",
            "{'sgd': 2} does not give one value for each value of an axis; "
            "optimizer: sgd, adam; network: small, deep; twin: small, deep",
        ),
        (
            "[{ sgd = 2, adam = 3, small = 4 }]",
            "{'sgd': 2, 'adam': 3, 'small': 4} does not give one value for each value of an axis; "
            "optimizer: sgd, adam; network: small, deep; twin: small, deep",
        ),
    ],
)
def test_malformed_alternatives(alternatives: str, problem: str) -> None:
    """One sentence names file, table and key, and says what would be right."""
    with pytest.raises(RegisterError) as error:
        read(f"value = 1\nalternatives = {alternatives}\n" + COMPLETE)
    place = "protocol.toml, table [reconstruction.regression.epochs], key 'alternatives'"
    assert str(error.value) == f"{place}: {problem}"


# What an answer says of a cell


def test_a_value_at_a_cell() -> None:
    """A table is looked up by its axis, and a list becomes a tuple, as a config has it."""
    cell = {"optimizer": "sgd", "network": "deep"}
    assert Choice(0.1, None, "assumed", "why").at(cell) == 0.1
    assert Choice([10, 10], None, "assumed", "why").at(cell) == (10, 10)
    assert Choice({"small": [10], "deep": [10, 10]}, "network", "assumed", "why").at(cell) == (10, 10)


def test_the_axis_of_a_table() -> None:
    """It is the one with the same values; of two such, the one that is named."""
    assert axis_of({"adam": 1, "sgd": 2}, AXES) == "optimizer"
    assert axis_of({"deep": 1, "small": 2}, AXES) == "network"
    assert axis_of({"deep": 1, "small": 2}, AXES, "twin") == "twin"
    assert axis_of({"adam": 1, "sgd": 2}, AXES, "twin") == "optimizer"
    for value in ({"adam": 1}, {}, "adam", ["sgd", "adam"], 3):
        assert axis_of(value, AXES) is None


# Answers in words


def test_of_a_table_only_what_differs_is_told() -> None:
    """What is the same in all answers would only make the words longer."""
    choice = Choice({"sgd": 0.01, "adam": 0.001}, "optimizer", "assumed", "usual", ({"sgd": 0.01, "adam": 0.003}, 0.01))
    assert [choice.text(answer) for answer in (choice.value, *choice.alternatives)] == [
        "adam: 0.001",
        "adam: 0.003",
        "0.01",
    ]
    widths = Choice({"small": [10], "deep": [10, 10]}, "network", "stated", "so", ([8],))
    assert [widths.text(answer) for answer in (widths.value, *widths.alternatives)] == ["small: 10, deep: 10-10", "8"]


def test_tables_by_different_axes_are_told_apart() -> None:
    """What a table says by optimizer is not in one by network."""
    choice = Choice({"sgd": 1, "adam": 2}, "optimizer", "assumed", "usual", ({"small": 1, "deep": 2},))
    assert [choice.text(answer) for answer in (choice.value, *choice.alternatives)] == [
        "sgd: 1, adam: 2",
        "small: 1, deep: 2",
    ]


numbers = st.integers(1, 4)
answers = st.one_of(
    numbers,
    st.fixed_dictionaries(dict.fromkeys(AXES["optimizer"], numbers)),
    st.fixed_dictionaries(dict.fromkeys(AXES["network"], numbers)),
)


@given(st.lists(answers, min_size=2, max_size=5))
def test_answers_that_differ_are_told_in_different_words(options: list[Any]) -> None:
    """A specification curve groups universes by these words; only tables that say the same everywhere may be alike."""
    assume(all(options.count(option) == 1 for option in options))
    value, *alternatives = options
    choice = Choice(value, axis_of(value, AXES), "assumed", "usual", tuple(alternatives))
    words = [choice.text(option) for option in options]
    cells = [{"optimizer": one, "network": other} for one in AXES["optimizer"] for other in AXES["network"]]
    answers = [Choice(option, axis_of(option, AXES), "assumed", "why") for option in options]
    meanings = [tuple(answer.at(cell) for cell in cells) for answer in answers]
    for place, word in enumerate(words):
        for other in range(place):
            assert word != words[other] or meanings[place] == meanings[other]


# Priors


def test_answers_are_equally_plausible_unless_a_prior_says_otherwise() -> None:
    """First that of the value, then of the alternatives."""
    alike = read("value = 1\nalternatives = [2, 3]\n" + COMPLETE)
    assert (alike.answers, alike.priors) == ((1, 2, 3), pytest.approx((1 / 3, 1 / 3, 1 / 3)))
    told = read("value = 1\nalternatives = [2, 3]\nprior = [0.5, 0.3, 0.2]\n" + COMPLETE)
    assert told.priors == (0.5, 0.3, 0.2)
    assert read("value = 1\n" + COMPLETE).priors == (1.0,)


@pytest.mark.parametrize(
    ("prior", "problem"),
    [
        ("[0.5, 0.5]", "has 2 numbers for 3 answers: first the value, then alternatives"),
        ("[0.5, 0.3, 0.1]", "adds up to 0.9; give numbers that add up to 1"),
        ("[1, 0, 0]", "is [1, 0, 0]; give numbers above 0 and up to 1; drop an alternative that cannot be"),
        ("[0.5, 0.3, 'x']", "is [0.5, 0.3, 'x']; give numbers above 0 and up to 1; drop an alternative that cannot be"),
        ("[nan, 0.5, 0.5]", "is [nan, 0.5, 0.5]; give numbers above 0 and up to 1; drop an alternative that cannot be"),
        ("1.0", "is 1.0; give a list"),
    ],
)
def test_a_malformed_prior(prior: str, problem: str) -> None:
    """One sentence names file, table and key, and says what would be right."""
    with pytest.raises(RegisterError) as error:
        read(f"value = 1\nalternatives = [2, 3]\nprior = {prior}\n{COMPLETE}")
    assert str(error.value) == f"protocol.toml, table [reconstruction.regression.epochs], key 'prior': {problem}"
