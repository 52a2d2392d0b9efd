from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes
from hypothesis.extra.numpy import arrays as array_strategy

from harness.base.arrays import Floats
from harness.statistics.curves import (
    area_above_end,
    epochs_later,
    epochs_to_level,
    epochs_to_maximum,
    epochs_to_proportion,
    final_gap,
    rise_after_minimum,
)

NAN, INF = float("nan"), float("inf")
# Each measure with some parameter, and what it says of a seed that diverged.
MEASURES: dict[str, tuple[Callable[[Any], Floats], float]] = {
    "epochs_to_proportion": lambda curve: epochs_to_proportion(curve, 0.5),
    "epochs_to_level, falling": lambda curve: epochs_to_level(curve, 2.0, falling=True),
    "epochs_to_level, rising": lambda curve: epochs_to_level(curve, 2.0, falling=False),
    "epochs_to_maximum": lambda curve: epochs_to_maximum(curve, 1.0),
    "area_above_end": area_above_end,
    "rise_after_minimum": rise_after_minimum,
    "final_gap, test": lambda curve: final_gap(curve, np.ones(np.shape(curve))),
    "final_gap, training": lambda curve: final_gap(np.ones(np.shape(curve)), curve),
}
every_measure = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)


def whole(low: int = 0) -> st.SearchStrategy[Floats]:
    """Draw curves of whole numbers, whose sums and products with powers of two are exact, shape (seeds, epochs)."""
    shapes = array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=8)
    return array_strategy(np.float64, shapes, elements=st.integers(low, 1000).map(float))


SHARES = st.floats(2.0**-40, 1)  # times the smallest scale and drop it is no subnormal number, which would round
SCALES = st.integers(-8, 8).map(lambda exponent: 2.0**exponent)
SHIFTS = st.integers(-1000, 1000).map(float)


def one(*values: float) -> Floats:
    """Build the curve of one seed, shape (1, epochs)."""
    return np.array([values], dtype=float)


# All measures


@every_measure
def test_of_a_seed_that_diverged_nothing_is_known(measure: Callable[[Any], Floats]) -> None:
    """A value that is not finite at any epoch voids its seed, also where the curve passed the place before."""
    fine = [4.0, 3.0, 1.0, 2.0]
    for bad in ([NAN] * 4, [4.0, 1.0, 2.0, NAN], [4.0, 1.0, NAN, NAN], [4.0, INF, 2.0, 1.0], [4.0, 3.0, 1.0, -INF]):
        values = measure(np.array([fine, bad, fine]))
        np.testing.assert_array_equal(values, [*measure(one(*fine)), NAN, *measure(one(*fine))])
        assert np.isfinite(values[0])


@every_measure
@given(curve=whole())
def test_seeds_do_not_touch_each_other(measure: Callable[[Any], Floats], curve: Floats) -> None:
    """A block of seeds gives what its seeds give one by one, and the curve is left as it was."""
    before = curve.copy()
    values = measure(curve)
    np.testing.assert_array_equal(values, np.concatenate([measure(curve[[seed]]) for seed in range(len(curve))]))
    np.testing.assert_array_equal(curve, before)
    assert values.shape == (len(curve),)


@every_measure
def test_numbers_are_in_double_precision(measure: Callable[[Any], Floats]) -> None:
    """The result has double precision whatever the precision of the curve, also for no seed at all."""
    assert measure(np.array([[4, 3, 1]], dtype=np.float32)).dtype == np.float64
    nothing = measure(np.zeros((0, 3)))
    assert nothing.dtype == np.float64
    assert nothing.shape == (0,)


@every_measure
@pytest.mark.parametrize("shape", [(), (3,), (2, 1), (2, 0), (1, 2, 3)])
def test_what_is_no_curve_is_refused(measure: Callable[[Any], Floats], shape: tuple[int, ...]) -> None:
    """A curve has two axes and at least two epochs."""
    with pytest.raises(
        ValueError, match=r"^a curve has shape \(seeds, epochs\) with at least 2 epochs, not "
    ) as caught:
        measure(np.ones(shape))
    assert str(caught.value).endswith(f"not {shape}")


# A proportion of the drop


@pytest.mark.parametrize(
    ("proportion", "epoch"), [(0.01, 2), (0.5, 2), (0.51, 3), (0.75, 3), (0.76, 5), (0.95, 5), (1.0, 5)]
)
def test_the_first_epoch_with_a_proportion_of_the_drop_counts(proportion: float, epoch: int) -> None:
    """A proportion that is made exactly counts as made, and epochs are counted from 1."""
    assert epochs_to_proportion(one(9, 5, 3, 4, 1), proportion) == epoch


def test_the_drop_ends_where_the_training_ends() -> None:
    """Proportions are of the drop to the last value, though the curve was lower before."""
    assert epochs_to_proportion(one(10, 6, 0, 8), 1.0) == 2


def test_a_curve_may_rise_before_it_falls() -> None:
    """A curve that first rises makes its proportion once it is far enough below its first value."""
    assert epochs_to_proportion(one(4, 9, 3, 0), 0.5) == 4


@pytest.mark.parametrize("curve", [(1, 1, 1), (0, 0), (1, 0, 1), (1, 0, 2), (1, 2)])
def test_a_curve_that_does_not_fall_never_makes_a_share(curve: tuple[float, ...]) -> None:
    """A curve that ends no lower than it began made no proportion, constant or not, however low it was between."""
    assert epochs_to_proportion(one(*curve), 0.01) == INF
    np.testing.assert_array_equal(area_above_end(one(*curve)), [NAN])


def test_two_epochs_are_a_curve() -> None:
    """The shortest curve makes all of its drop in its second epoch."""
    assert epochs_to_proportion(one(2, 1), 0.01) == 2
    assert area_above_end(one(2, 1)) == 0.5


def test_rounding_does_not_hide_a_share() -> None:
    """A proportion that decimals make exactly counts as made, though their differences in binary fall short of it."""
    first, middle, last, proportion = 0.6, 0.2, 0.1, 0.8
    assert first - middle < proportion * (first - last)
    assert epochs_to_proportion(one(first, middle, last), proportion) == 2


def test_a_proportion_that_is_nearly_made_is_not_made() -> None:
    """What is allowed for rounding is far less than any difference between losses in single precision."""
    assert epochs_to_proportion(one(1e7, 1, 0), 1.0) == 3
    assert epochs_to_maximum(one(0, 1 - 1e-7, 1)) == 3


@pytest.mark.parametrize("proportion", [0.0, -0.5, 1.001, INF, NAN])
def test_what_is_no_proportion_is_refused(proportion: float) -> None:
    """A proportion is above 0 and at most 1."""
    with pytest.raises(ValueError, match=r"^a proportion of the drop is above 0 and at most 1, not ") as caught:
        epochs_to_proportion(one(2, 1), proportion)
    assert str(caught.value).endswith(f"not {proportion:g}")


@given(whole(), SHARES, SHARES)
def test_a_larger_proportion_takes_no_fewer_epochs(curve: Floats, first: float, second: float) -> None:
    """The epochs to a proportion grow with the proportion."""
    less, more = sorted((first, second))
    assert (epochs_to_proportion(curve, less) <= epochs_to_proportion(curve, more)).all()


@given(whole(), SHARES)
def test_every_proportion_is_made_after_the_first_epoch(curve: Floats, proportion: float) -> None:
    """A curve that ends lower than it began makes every proportion by the last epoch, and none in the first."""
    epochs = epochs_to_proportion(curve, proportion)
    falls = curve[:, -1] < curve[:, 0]
    np.testing.assert_array_equal(np.isfinite(epochs), falls)
    assert ((epochs[falls] >= 2) & (epochs[falls] <= curve.shape[1])).all()


# A level


@pytest.mark.parametrize(("level", "epoch"), [(9.5, 1), (9, 1), (8, 2), (5, 2), (4, 3), (3, 3), (1, 5), (0.5, INF)])
def test_a_falling_curve_reaches_a_level_from_above(level: float, epoch: float) -> None:
    """The first epoch at or below the level counts; a level below the minimum is never reached."""
    assert epochs_to_level(one(9, 5, 3, 4, 1), level, falling=True) == epoch


@pytest.mark.parametrize(("level", "epoch"), [(0.5, 1), (1, 1), (2, 2), (4, 2), (5, 4), (7, 4), (7.5, INF)])
def test_a_rising_curve_reaches_a_level_from_below(level: float, epoch: float) -> None:
    """The first epoch at or above the level counts; a level above the maximum is never reached."""
    assert epochs_to_level(one(1, 4, 3, 7), level, falling=False) == epoch


def test_each_seed_may_have_a_level() -> None:
    """An array of levels is by seed; of a level that is NaN nothing is known."""
    curve = np.array([[3.0, 2.0, 1.0]] * 4)
    np.testing.assert_array_equal(
        epochs_to_level(curve, np.array([1.0, 2.0, 0.0, NAN]), falling=True), [3, 2, INF, NAN]
    )


def test_later_by_known_epochs() -> None:
    """A place that was not reached counts as reached after the last of ten epochs; what diverged says nothing."""
    one, other = np.array([7.0, INF, 3.0, INF, NAN, 2.0]), np.array([4.0, 4.0, INF, INF, 4.0, NAN])
    np.testing.assert_array_equal(epochs_later(one, other, 10), [3, 7, -8, 0, NAN, NAN])


def test_levels_of_other_seeds_are_refused() -> None:
    """Levels by epoch, or for another number of seeds, are not stretched to fit."""
    with pytest.raises(ValueError, match="shape"):
        epochs_to_level(np.ones((2, 3)), np.ones(3), falling=True)


@given(whole(), st.integers(0, 1000).map(float))
def test_falling_is_rising_upside_down(curve: Floats, level: float) -> None:
    """A curve reaches a level from above when its negative reaches the negative level from below."""
    np.testing.assert_array_equal(
        epochs_to_level(curve, level, falling=True), epochs_to_level(-curve, -level, falling=False)
    )


@given(whole())
def test_every_curve_reaches_its_own_extremes(curve: Floats) -> None:
    """A curve reaches its minimum from above at the epoch of its minimum, and never what lies below."""
    lowest = curve.min(axis=1)
    np.testing.assert_array_equal(epochs_to_level(curve, lowest, falling=True), curve.argmin(axis=1) + 1)
    np.testing.assert_array_equal(epochs_to_level(curve, lowest - 0.5, falling=True), np.full(len(curve), INF))


# The maximum


@pytest.mark.parametrize(("tolerance", "epoch"), [(0, 4), (0.5, 4), (1, 2), (3, 2), (4, 1), (100, 1)])
def test_the_first_epoch_near_the_maximum_counts(tolerance: float, epoch: int) -> None:
    """The first epoch no farther below the maximum than the tolerance counts, wherever the curve ends."""
    assert epochs_to_maximum(one(1, 4, 2, 5, 5, 0), tolerance) == epoch


def test_a_constant_curve_is_at_its_maximum_from_the_start() -> None:
    """A constant curve is at its maximum in the first epoch."""
    assert epochs_to_maximum(one(0.3, 0.3, 0.3)) == 1


def test_rounding_does_not_hide_an_accuracy() -> None:
    """An accuracy that lies the tolerance below the maximum counts, though the difference in binary is larger."""
    below, maximum, tolerance = 0.7, 0.8, 0.1
    assert below < maximum - tolerance
    assert epochs_to_maximum(one(0, below, maximum), tolerance) == 2


@pytest.mark.parametrize("tolerance", [-0.01, NAN])
def test_what_is_no_tolerance_is_refused(tolerance: float) -> None:
    """A negative tolerance would ask for more than the maximum."""
    with pytest.raises(ValueError, match=r"^a tolerance below the maximum is not negative, but this one is ") as caught:
        epochs_to_maximum(one(1, 2), tolerance)
    assert str(caught.value).endswith(f"is {tolerance:g}")


@given(whole())
def test_the_maximum_is_reached_where_it_first_stands(curve: Floats) -> None:
    """Without a tolerance it is the epoch of the first maximum."""
    np.testing.assert_array_equal(epochs_to_maximum(curve), curve.argmax(axis=1) + 1)


@given(whole(), st.integers(0, 1000), st.integers(0, 1000))
def test_a_larger_tolerance_takes_no_more_epochs(curve: Floats, first: int, second: int) -> None:
    """The epochs to the maximum fall with the tolerance, and are always finite."""
    less, more = sorted((first, second))
    assert (epochs_to_maximum(curve, more) <= epochs_to_maximum(curve, less)).all()
    assert np.isfinite(epochs_to_maximum(curve, less)).all()


# Area


@pytest.mark.parametrize(
    ("curve", "area"),
    [
        ((4, 3, 2, 1, 0), 0.5),
        ((1, 0, 0, 0), 0.25),
        ((1, 1, 1, 0), 0.75),
        ((9, 5, 3, 4, 1), (8 + 4 + 2 + 3) / (5 * 8)),
        ((4, 0, 0, 2), (2 - 2 - 2) / (4 * 2)),
        ((2, 7, 7, 0), (2 + 7 + 7) / (4 * 2)),
    ],
)
def test_areas_known_by_hand(curve: tuple[float, ...], area: float) -> None:
    """The area is the mean height above the end over the total drop, for a line one half."""
    assert area_above_end(one(*curve)) == pytest.approx(area, rel=1e-12)


@given(whole())
def test_a_curve_that_never_rises_has_an_area_below_one(curve: Floats) -> None:
    """A curve that never rises has an area between 1 / epochs and 1 - 1 / epochs."""
    falling = -np.sort(-curve, axis=1)
    areas = area_above_end(falling)[falling[:, -1] < falling[:, 0]]
    epochs = curve.shape[1]
    assert (areas >= 1 / epochs - 1e-12).all()
    assert (areas <= 1 - 1 / epochs + 1e-12).all()


@given(whole())
def test_a_curve_and_its_point_reflection_fill_the_square(curve: Floats) -> None:
    """Turned by half a turn, early falls become late ones: both areas add up to 1."""
    turned = curve[:, :1] + curve[:, -1:] - curve[:, ::-1]
    falls = curve[:, -1] < curve[:, 0]
    np.testing.assert_allclose((area_above_end(curve) + area_above_end(turned))[falls], 1, rtol=0, atol=1e-9)


@given(whole(), SCALES, SHIFTS, SHARES)
def test_learning_is_measured_apart_from_level(curve: Floats, scale: float, shift: float, proportion: float) -> None:
    """Neither the unit of a loss nor a constant added to it changes its area or the epochs to a proportion."""
    mapped = scale * (curve + shift)
    np.testing.assert_array_equal(area_above_end(mapped), area_above_end(curve))
    np.testing.assert_array_equal(epochs_to_proportion(mapped, proportion), epochs_to_proportion(curve, proportion))


@given(whole(), st.integers(1, 5), SHARES)
def test_training_on_without_learning_changes_no_epoch(curve: Floats, more: int, proportion: float) -> None:
    """Epochs appended at the last value change no epoch and no rise, and dilute the area by their number."""
    longer = np.concatenate([curve, np.repeat(curve[:, -1:], more, axis=1)], axis=1)
    np.testing.assert_array_equal(epochs_to_proportion(longer, proportion), epochs_to_proportion(curve, proportion))
    np.testing.assert_array_equal(epochs_to_maximum(longer), epochs_to_maximum(curve))
    np.testing.assert_array_equal(rise_after_minimum(longer), rise_after_minimum(curve))
    diluted = area_above_end(curve) * curve.shape[1] / longer.shape[1]
    np.testing.assert_allclose(area_above_end(longer), diluted, rtol=1e-12, atol=1e-9)


# Levels at the end


@pytest.mark.parametrize(
    ("curve", "rise"),
    [((4, 2, 3), 0.5), ((4, 3, 2), 0), ((1, 1, 1), 0), ((1, 5), 4), ((0, 0), 0), ((1, 0), 0), ((1, 0, 2), INF)],
)
def test_rises_known_by_hand(curve: tuple[float, ...], rise: float) -> None:
    """The rise is relative to the minimum, none for a curve that ends there, and endless from zero."""
    assert rise_after_minimum(one(*curve)) == rise


def test_a_negative_loss_has_no_relative_rise() -> None:
    """A loss below zero is refused: relative to it, a rise would look like a fall."""
    with pytest.raises(ValueError, match=r"^a relative rise needs a loss that is never negative, but the curve is$"):
        rise_after_minimum(one(1, -2, -1))


@given(whole(1), SCALES)
def test_a_rise_has_no_unit(curve: Floats, scale: float) -> None:
    """The rise is never negative, zero only at the minimum, and the same in every unit of the loss."""
    rise = rise_after_minimum(curve)
    np.testing.assert_array_equal(rise_after_minimum(scale * curve), rise)
    np.testing.assert_array_equal(rise > 0, curve[:, -1] > curve.min(axis=1))
    assert (rise >= 0).all()


def test_the_gap_is_test_minus_training_at_the_end() -> None:
    """Only the last epoch counts, and a test loss above the training loss is a positive gap."""
    test = np.array([[9.0, 3.0], [9.0, 1.0], [9.0, 2.0]])
    train = np.array([[1.0, 1.0], [1.0, 4.0], [5.0, 2.0]])
    np.testing.assert_array_equal(final_gap(test, train), [2, -3, 0])


@pytest.mark.parametrize("shape", [(1, 3), (2, 2)])
def test_a_gap_is_between_curves_of_the_same_runs(shape: tuple[int, int]) -> None:
    """Curves of another number of seeds or epochs are refused, not stretched to fit."""
    with pytest.raises(ValueError, match=r"^test and training loss are of the same runs, but have shapes "):
        final_gap(np.ones((2, 3)), np.ones(shape))


@given(whole(), st.data())
def test_a_gap_changes_sign_with_its_curves(curve: Floats, data: st.DataObject) -> None:
    """Exchanging the curves changes the sign of the gap, and a curve has no gap to itself."""
    other = data.draw(array_strategy(np.float64, curve.shape, elements=st.integers(0, 1000).map(float)))
    assume((curve != other).any())
    np.testing.assert_array_equal(final_gap(curve, other), -final_gap(other, curve))
    np.testing.assert_array_equal(final_gap(curve, curve), np.zeros(len(curve)))
