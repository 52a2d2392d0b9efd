import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.pages.forest import FARTHEST, TICKS, percent, row_of, scale_of
from harness.verdicts.band import Band, decide

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
ENDS = st.floats(allow_nan=False)


@st.composite
def bands(draw: st.DrawFn) -> Band:
    """Draw any band that a register can hold: a low end no larger than the high one, open or not."""
    low, high = sorted((draw(ENDS), draw(ENDS)))
    assume(low != math.inf and high != -math.inf)
    return Band(low, high, "drawn")


@st.composite
def intervals(draw: st.DrawFn) -> tuple[float, float, float]:
    """Draw an estimate with its interval around it."""
    low, value, high = sorted((draw(ENDS), draw(ENDS), draw(ENDS)))
    return value, low, high


@given(NUMBERS, st.floats(0.001, 1e6), st.floats(-3, 3))
def test_a_two_sided_band_reaches_from_minus_one_to_one(low: float, width: float, proportion: float) -> None:
    """Whatever its unit: the low end lies at -1, the high one at 1, and what lies between is in proportion."""
    assume(abs(low) < 1e6)
    band = Band(low, low + width, "drawn")
    scale = scale_of(band, low, low, low)
    assert scale.at(band.low) == pytest.approx(-1, abs=1e-6)
    assert scale.at(band.high) == pytest.approx(1, abs=1e-6)
    middle = low + width / 2
    assert scale.at(middle + proportion * width / 2) == pytest.approx(proportion, abs=1e-3)


@given(bands(), intervals())
def test_everything_lies_in_the_plot_in_its_order(band: Band, drawn: tuple[float, float, float]) -> None:
    """No place is outside 0 to 100 %, low is not right of the estimate, nor the estimate right of high."""
    value, low, high = drawn
    row = row_of(band, value, low, high)
    assert row.value is not None
    assert row.low is not None
    assert row.high is not None
    assert 0 <= row.low <= row.value <= row.high <= 100
    assert 0 <= row.band_low <= row.band_high <= 100


@given(bands(), intervals())
def test_what_is_drawn_does_not_contradict_the_verdict(band: Band, drawn: tuple[float, float, float]) -> None:
    """An interval inside its band is drawn inside, one outside is not drawn across it."""
    value, low, high = drawn
    row = row_of(band, value, low, high)
    assert row.low is not None
    assert row.high is not None
    outcome = decide((low, high), band)
    if outcome == "supported":
        assert row.band_low <= row.low
        assert row.high <= row.band_high
    if outcome == "refuted":
        assert row.high <= row.band_low or row.low >= row.band_high


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=2))
def test_the_scale_keeps_order_and_is_symmetric(places: list[float]) -> None:
    """More is never drawn farther left, and the left half is the right one mirrored."""
    low, high = sorted(places)
    assert percent(low) <= percent(high)
    assert percent(-low) == pytest.approx(100 - percent(low), abs=0.011)  # both are rounded to hundredths


def test_the_ends_of_the_plot() -> None:
    """The farthest place lies at the edge, the middle of a band in the middle, and each tick inside."""
    assert (percent(-FARTHEST), percent(0), percent(FARTHEST)) == (0, 50, 100)
    assert percent(math.inf) == 100
    assert list(map(percent, TICKS)) == sorted(map(percent, TICKS))


@pytest.mark.parametrize(
    ("low", "high", "value", "expected"),
    [
        (1.5, math.inf, 1.0, -1 - 1 / 3),  # a third short of the end
        (1.5, math.inf, 3.0, 0.0),  # twice the end
        (-math.inf, -2.0, -4.0, 0.0),
        (-math.inf, 0.95, 1.9, 2.0),
        (3.0, 3.0, 3.0, 0.0),
        (3.0, 3.0, 6.0, 1.0),
    ],
)
def test_bands_without_a_width_are_measured_from_zero(low: float, high: float, value: float, expected: float) -> None:
    """The unit is the end's distance from zero."""
    scale = scale_of(Band(low, high, "drawn"), value, value, value)
    assert scale.band_given
    assert scale.at(value) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("low", "high", "place"),
    [(0.0, math.inf, -1.0), (-math.inf, 0.0, 1.0), (0.0, 0.0, 0.0), (-math.inf, math.inf, 0.0)],
)
def test_an_end_at_zero_takes_the_unit_of_the_interval(low: float, high: float, place: float) -> None:
    """Nothing else gives a unit, and the row says so."""
    scale = scale_of(Band(low, high, "drawn"), 4.0, 3.0, 7.0)
    assert not scale.band_given
    assert scale.unit == 2.0
    assert scale.place == place


def test_an_end_at_zero_and_no_interval_takes_the_distance() -> None:
    """With nothing to measure by, the estimate lies one unit off, on its side."""
    assert scale_of(Band(0.0, math.inf, "drawn"), 5.0, 5.0, 5.0).at(5.0) == 0.0
    assert scale_of(Band(0.0, 0.0, "drawn"), 0.0, 0.0, 0.0).at(0.0) == 0.0


def test_arrows_tell_what_goes_on() -> None:
    """An end beyond the plot is cut and told; an estimate that never came lies at the edge."""
    band = Band(0.8, 1.25, "drawn")
    row = row_of(band, 1.0, 0.9, 1e9)
    assert (row.cut_low, row.cut_high, row.high) == (False, True, 100)
    never = row_of(band, math.inf, math.inf, math.inf)
    assert (never.value, never.low, never.cut_low, never.cut_high) == (100, 100, False, True)


def test_no_number_is_no_mark() -> None:
    """An estimate that does not exist is not drawn."""
    row = row_of(Band(0.8, 1.25, "drawn"), math.nan, -math.inf, math.inf)
    assert row.value is None
    assert (row.low, row.high, row.cut_low, row.cut_high) == (0, 100, True, True)
    assert row_of(Band(0.8, 1.25, "drawn"), 1.0, math.nan, math.nan).low is None
