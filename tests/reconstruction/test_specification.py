import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.reconstruction.specification import (
    Specification,
    outcome_proportions,
    values_by_choice,
    weighted_proportions,
)
from tests.builders.specifications import multiverse, multiverses, outcomes, specification_with

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


# Values of the choices


def test_values_are_in_the_order_of_a_reader() -> None:
    """Numbers by size and before words; a choice with one value is not open."""
    answers = [{"batch": batch, "same": "x"} for batch in ("all", "32", "8", "1e2", "nan")]
    assert values_by_choice(multiverse(answers, ["supported"] * 5)) == {"batch": ["8", "32", "1e2", "all", "nan"]}
    assert values_by_choice([]) == {}
