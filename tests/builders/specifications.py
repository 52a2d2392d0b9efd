"""Specifications: what a reading comes to in one universe."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from harness.reconstruction.specification import Specification
from harness.verdicts.band import OUTCOMES, Band, Outcome, decide

BAND = Band(0.9, 1.1, "a tenth either way")
BANDS = [BAND, Band(0.9, math.inf, "open"), Band(-math.inf, 1.1, "open"), Band(-math.inf, math.inf, "open")]


def specification_with(**changes: Any) -> Specification:
    """Build what one universe says; by itself it supports the reading."""
    fields: dict[str, Any] = {
        "universe": "default",
        "choices": {"batch_size": "16"},
        "outcome": "supported",
        "value": 1.0,
        "low": 0.95,
        "high": 1.05,
        "weight": 1.0,
    }
    return Specification(**{**fields, **changes})


def estimated(values: Sequence[float], half_width: float = 0.02) -> list[Specification]:
    """Build one universe for each estimate, with a choice that tells them apart, judged against the band."""
    return [
        specification_with(
            universe=f"universe {number}",
            choices={"dataset": f"number {number % 3}", "batch_size": "16"},
            outcome=decide((value - half_width, value + half_width), BAND),
            value=value,
            low=value - half_width,
            high=value + half_width,
        )
        for number, value in enumerate(values)
    ]


def multiverse(answers: Sequence[Mapping[str, str]], outcomes: Sequence[Outcome]) -> list[Specification]:
    """Build one universe for each set of answers, with the outcomes in the same order."""
    return [
        specification_with(universe=f"universe {number}", choices=dict(choices), outcome=outcome)
        for number, (choices, outcome) in enumerate(zip(answers, outcomes, strict=True))
    ]


def outcomes_of(held: Iterable[bool]) -> list[Outcome]:
    """Return supported where a reading held, and refuted where it did not."""
    return ["supported" if one else "refuted" for one in held]


outcomes = st.sampled_from(OUTCOMES)
multiverses = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("de"), outcomes), min_size=1, max_size=16).map(
    lambda rows: multiverse([{"one": one, "two": two} for one, two, _ in rows], [row[2] for row in rows])
)
