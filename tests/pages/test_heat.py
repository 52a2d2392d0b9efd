import math
from dataclasses import replace

import pytest

from harness.pages.heat import heat_of, place_of
from harness.sessions.session import JudgedClaim
from harness.verdicts.band import Band
from tests.builders.sessions import judged_claim


def claim(case: str, value: float = 1.0) -> JudgedClaim:
    """Return a claim with an estimate, against a band from 0.9 to 1.1."""
    one = judged_claim(f"test_a[{case}]")
    band = Band(low=0.9, high=1.1, reason="a tenth")
    return replace(one, case=case, verdict=replace(one.verdict, value=value, low=value, high=value, band=band))


@pytest.mark.parametrize(
    ("value", "side", "step"),
    [
        (1.1, "inside", 0),
        (0.9, "inside", 0),
        (1.15, "above", 1),
        (1.25, "above", 2),
        (1.45, "above", 3),
        (math.inf, "above", 3),
        (0.85, "below", 1),
        (0.55, "below", 3),
        (math.nan, "nowhere", 0),
    ],
)
def test_a_colour_tells_the_side_and_how_far(value: float, side: str, step: int) -> None:
    """In half widths of the band, from its end."""
    place = place_of(claim("a", value))
    assert (place.side, place.step) == (side, step)


def test_cases_make_a_table_by_their_last_word() -> None:
    """Where one is not there, its place is empty."""
    heat = heat_of([claim("relu-adam"), claim("relu-sgd"), claim("tanh-adam")])
    assert list(heat.columns) == ["adam", "sgd"]
    assert {name: list(places) for name, places in heat.rows.items()} == {"relu": ["adam", "sgd"], "tanh": ["adam"]}


@pytest.mark.parametrize("cases", [["a-x", "b-y", "c-z"], ["adam", "sgd"], ["adam", "relu-adam"], ["", "relu-adam"]])
def test_cases_that_make_no_table_are_a_list(cases: list[str]) -> None:
    """Each in a row of its own, under its whole name."""
    heat = heat_of([claim(case) for case in cases])
    assert (list(heat.columns), list(heat.rows)) == ([""], cases)


def test_cases_of_one_name_are_told_apart() -> None:
    """By their tests; no claim is left out."""
    claims = [claim("relu-adam"), replace(claim("relu-adam"), test="test_b[relu-adam]"), claim("relu-sgd")]
    assert list(heat_of(claims).rows) == ["test_a[relu-adam]", "test_b[relu-adam]", "relu-sgd"]
