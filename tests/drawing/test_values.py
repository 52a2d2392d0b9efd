"""Numbers of a figure, put into its document and read back."""

import json
from typing import Any
from xml.etree import ElementTree

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.drawing.values import MOST_STOPS, Panel, Values, curve_values, panels_of, places_of, row, with_panels

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="￾￿"))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(TEXTS, TEXTS, st.lists(NUMBERS, max_size=3))
def test_what_is_told_can_be_read_back(name: str, note: str, numbers: list[float]) -> None:
    """Whatever the texts, from a document that stays well-formed."""
    values = Values(step="epoch", at=row(numbers), series={name: (row(numbers),)}, notes=(note,))
    panel = Panel(name=name, place=(0.0, 1.0, 2.0, 3.0), area=(0.0, 0.5, 1.0, 1.0), ends=(0.0, 1.0), values=values)
    svg = with_panels('<svg width="1"><g/></svg>', [panel, Panel(name="", place=(0.0, 0.0, 1.0, 1.0))])
    ElementTree.fromstring(svg)
    first, second = panels_of(svg)
    assert second.values is None
    assert first.values is not None
    assert (first.name, list(first.values.notes), list(first.values.series)) == (name, [note], [name])
    assert list(first.values.at) == list(row(numbers))
    assert list(first.place) == [0, 1, 2, 3]


def test_a_document_that_tells_nothing_has_no_panels() -> None:
    """Such as one that an older version drew."""
    assert panels_of('<svg width="1"></svg>') == []


def test_numbers_are_short() -> None:
    """Four significant digits, nothing where there is no finite number, also not once it is rounded."""
    assert row([0.123456, 12345.6, -1e-7, 2.0, np.nan, np.inf, 1.7976e308]) == (
        0.1235,
        12350,
        -1e-7,
        2,
        None,
        None,
        None,
    )


def test_a_large_number_is_short_too() -> None:
    """As a page has it."""
    assert json.dumps(row([1e20, 999_900.0])) == "[1e+20, 999900]"


def test_curves_are_told_at_epochs_of_the_longest() -> None:
    """What has ended, or diverged in every seed, has no numbers there; a seed that diverged does not count."""
    long = np.tile(np.arange(1.0, 201), (3, 1))
    short = np.array([[1.0, 2.0, np.nan], [3.0, np.inf, np.nan]])
    values = curve_values({"long": long, "short": short}, ["a note"])
    assert (values.at[0], values.at[-1], len(values.at)) == (1, 200, MOST_STOPS)
    assert values.series["long"] == (values.at,) * 3
    assert values.series["short"][1][:2] == (2, None)
    assert set(values.series["short"][1][1:]) == {None}
    assert values.notes == ("a note",)
    three = curve_values({"short": short})
    assert three.series["short"] == ((1.1, 2, None), (2, 2, None), (2.9, 2, None))


def test_places_are_spread_from_first_to_last() -> None:
    """All of few, none of none."""
    assert list(places_of(0)) == []
    assert list(places_of(3)) == [0, 1, 2]
    places: Any = places_of(1000)
    assert (places[0], places[-1], len(places)) == (0, 999, MOST_STOPS)


def test_nothing_was_trained() -> None:
    """No curve has no stop."""
    assert curve_values({}).at == ()
