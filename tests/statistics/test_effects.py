from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes
from hypothesis.extra.numpy import arrays as array_strategy

from harness.base.arrays import Floats
from harness.statistics.effects import INTERACTIONS, proportions_of_variance

NAN, INF = float("nan"), float("inf")
NAMES = ("activation", "optimizer", "network")
# Whole numbers, so that sums and products with powers of two are exact; seeds and one to three factors.
TABLES = array_strategy(
    np.float64, array_shapes(min_dims=2, max_dims=4, max_side=4), elements=st.integers(-1000, 1000).map(float)
)


def proportions_of(table: Any) -> dict[str, Floats]:
    """Return the proportions of a table whose factors have the names of `NAMES`."""
    values = np.asarray(table, dtype=float)
    return proportions_of_variance(values, NAMES[: values.ndim - 1])


def assert_proportions(found: dict[str, Floats], expected: dict[str, Any]) -> None:
    """Compare proportions and the order of their names."""
    assert list(found) == list(expected)
    for name, proportion in expected.items():
        np.testing.assert_allclose(found[name], proportion, rtol=0, atol=1e-9, err_msg=name)


# Known by hand


def test_two_by_two_known_by_hand() -> None:
    """The textbook's sums of squares: 9 by rows, 4 by columns and 1 by their interaction, of 14."""
    # Mean 3; rows -1.5 and 1.5, columns -1 and 1, four cells each; every cell leaves 0.5 or -0.5.
    assert_proportions(
        proportions_of([[[1, 2], [3, 6]]]), {"activation": [9 / 14], "optimizer": [4 / 14], "interactions": [1 / 14]}
    )


def test_factors_may_have_different_numbers_of_levels() -> None:
    """With two rows and three columns the sums of squares are 13.5, 13 and 3, of 29.5."""
    # Mean 3.5; rows -1.5 and 1.5 in three cells each, columns -1.5, -0.5 and 2 in two cells each.
    assert_proportions(
        proportions_of([[[1, 2, 3], [3, 4, 8]]]),
        {"activation": [13.5 / 29.5], "optimizer": [13 / 29.5], "interactions": [3 / 29.5]},
    )


def test_additive_factors_do_not_interact() -> None:
    """Where three factors add up, the sums of squares are those of each alone: 4, 1 and 16 of 21 a cell."""
    signs = np.array([-1.0, 1.0])
    table = 2 * signs[:, None, None] + signs[None, :, None] + 4 * signs[None, None, :]
    assert_proportions(
        proportions_of(table[None]),
        {"activation": [4 / 21], "optimizer": [1 / 21], "network": [16 / 21], "interactions": [0]},
    )


def test_a_pure_interaction_has_no_main_effect() -> None:
    """Where each factor only turns the other's effect around, the interactions are everything."""
    assert_proportions(proportions_of([[[0, 1], [1, 0]]]), {"activation": [0], "optimizer": [0], "interactions": [1]})


def test_a_single_factor_explains_everything() -> None:
    """With one factor nothing is left to interact."""
    assert_proportions(proportions_of([[1, 2, 5], [7, 0, 0]]), {"activation": [1, 1], "interactions": [0, 0]})


def test_a_factor_with_one_level_explains_nothing() -> None:
    """A factor that does not vary has no effect."""
    assert_proportions(proportions_of([[[1, 2, 4]]]), {"activation": [0], "optimizer": [1], "interactions": [0]})


# Seeds without proportions


@pytest.mark.parametrize("value", [0.0, 0.1, -1e300])
def test_equal_cells_have_no_shares(value: float) -> None:
    """Where no cell differs, by more than rounding of their mean, there is no variation to share."""
    proportions = proportions_of(np.full((1, 3, 2), value))
    assert_proportions(proportions, {"activation": [NAN], "optimizer": [NAN], "interactions": [NAN]})


def test_rounding_is_no_variation() -> None:
    """Cells that differ in their last binary digit only are equal."""
    assert 0.1 + 0.2 != 0.3
    np.testing.assert_array_equal(proportions_of([[[0.1 + 0.2, 0.3], [0.3, 0.3]]])["activation"], [NAN])


def test_small_variation_is_variation() -> None:
    """A metric of tiny values, or of values close together, has proportions like any other."""
    table = np.array([[[1.0, 2.0], [3.0, 6.0]]])
    for changed in (1e-200 * table, 1e200 * table, 1 + 1e-6 * table):
        np.testing.assert_allclose(proportions_of(changed)["activation"], [9 / 14], rtol=1e-6)


@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_a_cell_that_is_not_finite_voids_its_seed_only(value: float) -> None:
    """A seed with a diverged cell has neither proportions nor ranges, and the others keep theirs."""
    fine = [[1.0, 2.0], [3.0, 6.0]]
    table = np.array([fine, [[1.0, value], [3.0, 6.0]], fine])
    assert_proportions(
        proportions_of(table),
        {
            "activation": [9 / 14, NAN, 9 / 14],
            "optimizer": [4 / 14, NAN, 4 / 14],
            "interactions": [1 / 14, NAN, 1 / 14],
        },
    )


# Properties of proportions


@given(TABLES)
def test_shares_add_up(table: Floats) -> None:
    """Proportions lie between 0 and 1 and add up to 1, in every seed whose cells differ and in no other."""
    proportions = np.array(list(proportions_of(table).values()))
    seeds = table.reshape(len(table), -1)
    varied = (seeds != seeds[:, :1]).any(axis=1)
    assert proportions.shape == (table.ndim, len(table))
    np.testing.assert_array_equal(np.isfinite(proportions), np.broadcast_to(varied, proportions.shape))
    assert ((proportions[:, varied] >= 0) & (proportions[:, varied] <= 1 + 1e-12)).all()
    np.testing.assert_allclose(proportions[:, varied].sum(axis=0), 1, rtol=0, atol=1e-12)


@given(TABLES)
def test_seeds_are_decomposed_alone(table: Floats) -> None:
    """A block of seeds gives what its seeds give one by one, and the table is left as it was."""
    before = table.copy()
    proportions = proportions_of(table)
    for name in proportions:
        alone = np.concatenate([proportions_of(table[[seed]])[name] for seed in range(len(table))])
        np.testing.assert_allclose(proportions[name], alone, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(table, before)


@given(TABLES, st.integers(-8, 8), st.integers(-1000, 1000))
def test_shares_have_no_unit(table: Floats, exponent: int, shift: int) -> None:
    """Neither the metric's unit, its sign nor a constant added to it changes a proportion."""
    proportions = proportions_of(table)
    for scale in (2.0**exponent, -(2.0**exponent)):
        assert_proportions(proportions_of(scale * (table + shift)), proportions)


@given(TABLES, st.randoms(use_true_random=False))
def test_levels_and_factors_have_no_order(table: Floats, random: Any) -> None:
    """Neither the order of levels nor that of factors changes a factor's proportion or range."""
    axes = list(range(1, table.ndim))
    random.shuffle(axes)
    moved = table.transpose(0, *axes)
    for axis in range(1, moved.ndim):
        levels = list(range(moved.shape[axis]))
        random.shuffle(levels)
        moved = moved.take(levels, axis=axis)
    names = NAMES[: table.ndim - 1]
    proportions = proportions_of_variance(moved, tuple(names[axis - 1] for axis in axes))
    assert_proportions({name: proportions[name] for name in (*names, INTERACTIONS)}, proportions_of(table))


# Chance


def test_chance_gives_each_factor_its_levels() -> None:
    """Where nothing matters, factors of three, three and two levels explain 2, 2 and 1 of 17 parts on average."""
    proportions = proportions_of(np.random.default_rng(1).normal(size=(20_000, 3, 3, 2)))
    means = {name: float(proportion.mean()) for name, proportion in proportions.items()}
    expected = {"activation": 2 / 17, "optimizer": 2 / 17, "network": 1 / 17, "interactions": 12 / 17}
    assert means == pytest.approx(expected, abs=0.003)


# Refused


@pytest.mark.parametrize("factors", [("a",), ("a", "b", "c"), ()])
def test_every_axis_needs_a_name(factors: tuple[str, ...]) -> None:
    """There are as many factors as axes after the seeds."""
    with pytest.raises(ValueError, match=r"^\d factors need a table with \d axes, not shape \(1, 2, 2\)$") as caught:
        proportions_of_variance(np.ones((1, 2, 2)), factors)
    assert str(caught.value).startswith(f"{len(factors)} factors need a table with {len(factors) + 1} axes")


@pytest.mark.parametrize("factors", [("a", "a"), ("a", "interactions")])
def test_names_are_not_shared(factors: tuple[str, ...]) -> None:
    """Two factors of one name, or one that is called like the rest, would overwrite each other."""
    with pytest.raises(ValueError, match=r"^factors have names of their own other than 'interactions', not "):
        proportions_of_variance(np.ones((1, 2, 2)), factors)


@pytest.mark.parametrize("shape", [(), (3,), (3, 0), (3, 2, 0)])
def test_what_is_no_table_is_refused(shape: tuple[int, ...]) -> None:
    """A table has at least one factor, and every factor has a level."""
    with pytest.raises(
        ValueError, match=r"^a table has shape \(seeds, \*levels\) with a factor and no empty one, not "
    ):
        proportions_of_variance(np.ones(shape), NAMES[: max(len(shape) - 1, 0)])
