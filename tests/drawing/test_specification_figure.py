import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.drawing.specification_figure import LONGEST_TEXT, specification_curve
from harness.drawing.values import panels_of
from harness.verdicts.band import OUTCOMES, Band
from tests.builders.figures import texts_of
from tests.builders.specifications import BAND, BANDS, estimated, specification_with

HOSTILE = [
    "<script>x()</script>",
    "a & b",
    '"quoted"',
    "$x^2$",
    r"\frac",
    "_hidden",
    "]]>",
    "line\nbreak",
    "\0",
    "数",
]


def test_the_figure_says_what_it_shows() -> None:
    """Counts, band, label and legend; each choice that varies with its values, and none that does not."""
    texts = texts_of(specification_curve(estimated([0.5, 0.89, 1.0, 1.05]), BAND, "growth"))
    assert "4 universes: 2 supported, 1 refuted, 1 inconclusive; band: 0.9 to 1.1" in texts
    for text in ("growth", "dataset", "number 0", "number 1", "number 2", "supported", "refuted", "inconclusive"):
        assert text in texts
    for text in ("batch_size", "no estimate", "reaches further", "default universe"):
        assert text not in texts


def test_it_tells_the_estimate_of_each_universe() -> None:
    """With its interval, in the order in which they are drawn."""
    (panel,) = panels_of(specification_curve(estimated([1.0, 0.5]), BAND, "growth"))
    assert panel.values is not None
    assert list(panel.values.labels) == ["universe 1: refuted", "universe 0: supported"]
    assert panel.values.series == {"estimate": [[0.48, 0.98], [0.5, 1], [0.52, 1.02]]}
    assert panel.values.notes == ["band: 0.9 to 1.1"]
    assert tuple(panel.ends) == (-0.7, 1.7)


def test_the_default_universe_is_marked() -> None:
    """Where it is one of them."""
    assert "default universe" in texts_of(specification_curve([specification_with()], BAND, "growth"))


@pytest.mark.parametrize("band", BANDS, ids=str)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"value": math.nan, "low": -math.inf, "high": math.inf, "outcome": "inconclusive"},
        {"value": math.nan, "low": math.nan, "high": math.nan, "outcome": "inconclusive"},
        {"low": -math.inf},
        {"high": math.inf},
        {"low": -math.inf, "high": math.inf},
        {"value": math.inf, "high": math.inf},
        {"value": 0.0, "low": 0.0, "high": 0.0},
    ],
    ids=["finite", "nothing", "no interval", "open below", "open above", "open", "never", "zero"],
)
@pytest.mark.parametrize("universes", [1, 3])
def test_every_kind_of_estimate_is_drawn(changes: Any, universes: int, band: Band) -> None:
    """One universe and several alike, with what is infinite or missing: well-formed, and explained in the legend."""
    alike = [specification_with(universe=str(number), **changes) for number in range(universes)]
    texts = texts_of(specification_curve(alike, band, "growth"))
    assert ("no estimate" in texts) == math.isnan(changes.get("value", 1))
    infinite = any(math.isinf(number) for number in changes.values() if isinstance(number, float))
    assert ("reaches further" in texts) == (infinite and not math.isnan(changes.get("value", 1)))


def test_none_of_many_with_an_estimate() -> None:
    """All are drawn with their choices."""
    nothing = {"value": math.nan, "low": -math.inf, "high": math.inf, "outcome": "inconclusive"}
    universes = [specification_with(universe=str(size), choices={"batch": str(size)}, **nothing) for size in range(24)]
    texts = texts_of(specification_curve(universes, BAND, "growth"))
    assert "24 universes: 24 inconclusive" in texts
    assert "batch" in texts


def test_hostile_text_stays_text() -> None:
    """Names of choices and values, and the label, are escaped, and none of them is taken for a formula."""
    universes = [
        specification_with(universe=text, choices={name: f"{name} {number % 2}"[-LONGEST_TEXT:] for name in HOSTILE})
        for number, text in enumerate(HOSTILE)
    ]
    for label in HOSTILE:
        svg = specification_curve(universes, Band(0.9, 1.1, label), label)
        texts = texts_of(svg)
        assert "<script" not in svg
        for text in (*HOSTILE[:7], "line break", "数"):
            assert texts.count(text) >= 3  # the name and two values


def test_long_names_are_shortened() -> None:
    """So that they leave room for the marks."""
    universes = [specification_with(universe=end, choices={"name" * 20: "value" * 20 + end}) for end in "ab"]
    texts = texts_of(specification_curve(universes, BAND, "label " * 40))
    assert ("name" * 20)[: LONGEST_TEXT - 1] + "…" in texts
    assert ("name" * 20)[:LONGEST_TEXT] not in texts


def test_same_universes_same_bytes() -> None:
    """A figure that did not change does not change its file, whatever the order; another estimate is another one."""
    universes = estimated([0.5, 0.89, 1.0, 1.05])
    one, same = (specification_curve(order, BAND, "growth") for order in (universes, universes[::-1]))
    assert one == same
    assert one != specification_curve(estimated([0.5, 0.89, 1.0, 1.06]), BAND, "growth")


def test_no_universe() -> None:
    """There is nothing to draw."""
    with pytest.raises(ValueError, match="no universe"):
        specification_curve([], BAND, "growth")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(), st.floats(), st.floats(), st.sampled_from(OUTCOMES)), min_size=1, max_size=5))
def test_whatever_the_numbers_a_figure_is_drawn(rows: list[Any]) -> None:
    """Of any size and in any order."""
    universes = [
        specification_with(universe=str(number), value=value, low=low, high=high, outcome=outcome)
        for number, (value, low, high, outcome) in enumerate(rows)
    ]
    assert texts_of(specification_curve(universes, BAND, "growth"))
