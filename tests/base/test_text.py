import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.base.text import counted, duration, interval_text, p_text, plain_number


@pytest.mark.parametrize(("number", "text"), [(0, "0 claims"), (1, "1 claim"), (2, "2 claims")])
def test_one_is_singular(number: int, text: str) -> None:
    """And nothing else is."""
    assert counted(number, "claim") == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.01234, "p = 0.012"), (1.0, "p = 1"), (1e-4, "p = 0.0001"), (9e-5, "p < 0.0001")]
)
def test_tiny_p_values_are_bounded(value: float, text: str) -> None:
    """More digits than two say nothing."""
    assert p_text(value) == text


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        ((1.23456, 0.9, 1.5), "1.235 [0.9, 1.5]"),
        ((2.0, 2.0, 2.5), "2 [2, 2.5]"),
        ((1.5, 1.5, 1.5), "1.5"),
        ((math.nan, -math.inf, math.inf), "nan [-inf, inf]"),
    ],
)
def test_an_exact_estimate_stands_alone(estimate: tuple[float, float, float], text: str) -> None:
    """Any other one has its interval, even where that ends at the estimate."""
    assert interval_text(*estimate) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59.4, "59 s"), (60, "1 min 0 s"), (3671, "61 min 11 s")])
def test_times_are_minutes_and_seconds(seconds: float, text: str) -> None:
    """Whole ones."""
    assert duration(seconds) == text


@given(st.floats())
def test_a_number_comes_back_from_json(number: float) -> None:
    """Also one that is not finite, which stands there as text."""
    plain = plain_number(number)
    assert isinstance(plain, str) == (not math.isfinite(number))
    assert float(plain) == number or math.isnan(number) == math.isnan(float(plain))
