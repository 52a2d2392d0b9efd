"""Training and test part of a data set."""

import dataclasses
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.base.errors import DataError
from harness.data import splitting
from harness.data.dataset import Dataset
from harness.data.registry import load, names
from harness.data.splitting import Split, split
from tests.builders.datasets import numbered


@settings(max_examples=60)
@given(
    name=st.sampled_from(["penguins", "wine", "iris"]),
    seed=st.integers(0, 2**32 - 1),
    proportion=st.floats(0.05, 0.9),
)
def test_classes_are_stratified(name: str, seed: int, proportion: float) -> None:
    """For every seed and proportion, each class has its proportion of the test rows, to within one row."""
    data = load(name)
    test_target = split(data, proportion, "none", seed).test_target
    found = np.bincount(test_target, minlength=3)
    expected = len(test_target) * np.bincount(data.target) / len(data.target)
    assert np.all(np.abs(found - expected) < 1 + 1e-9)


@settings(max_examples=60)
@given(
    data=st.sampled_from([numbered(60), numbered(classes=(30, 20, 10))]),
    seed=st.integers(0, 2**32 - 1),
    proportion=st.floats(0.06, 0.9),
)
def test_every_row_is_in_one_part_with_its_target(data: Dataset, seed: int, proportion: float) -> None:
    """The parts are disjoint, together complete, of the proportion asked for, and keep row and target."""
    parts = split(data, proportion, "none", seed)
    train = parts.train_features[:, 0].astype(int)
    test = parts.test_features[:, 0].astype(int)
    assert sorted([*train, *test]) == list(range(60))
    assert 0 <= len(test) - 60 * proportion < 1
    np.testing.assert_array_equal(parts.test_rows, test)
    np.testing.assert_array_equal(parts.train_target, data.target[train])
    np.testing.assert_array_equal(parts.test_target, data.target[test])


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("scaling", splitting.SCALINGS)
def test_split_types(name: str, scaling: str) -> None:
    """Features are float32, classes int64, other targets float32, and all arrays are writable."""
    data = load(name)
    parts = split(data, 0.25, scaling, 0)
    target = "int64" if data.task == "classification" else "float32"
    assert {parts.train_features.dtype.name, parts.test_features.dtype.name} == {"float32"}
    assert {parts.train_target.dtype.name, parts.test_target.dtype.name} == {target}
    assert parts.test_rows.dtype == np.int64
    assert all(getattr(parts, field.name).flags.writeable for field in dataclasses.fields(Split))


def arrays(parts: Split) -> list[list[object]]:
    """Turn a split into lists, to compare all of it at once."""
    return [getattr(parts, field.name).tolist() for field in dataclasses.fields(Split)]


@pytest.mark.parametrize("name", ["penguins", "boston"])
def test_the_seed_decides_the_split(name: str) -> None:
    """The same seed gives the same split whatever the global generator did; another seed gives another."""
    first = split(load(name), 0.2, "standard", 7)
    np.random.seed(99)  # noqa: NPY002 - the global generator is what must not matter
    assert arrays(split(load(name), 0.2, "standard", 7)) == arrays(first)
    assert set(split(load(name), 0.2, "standard", 8).test_rows) != set(first.test_rows)


@pytest.mark.parametrize("name", ["wine", "boston"])
def test_scaling_leaves_rows_and_targets(name: str) -> None:
    """The scaling changes neither the rows drawn nor the targets."""
    plain, *scaled = [split(load(name), 0.3, scaling, 5) for scaling in ("none", "standard", "min-max")]
    for parts in scaled:
        np.testing.assert_array_equal(parts.test_rows, plain.test_rows)
        np.testing.assert_array_equal(parts.train_target, plain.train_target)
        np.testing.assert_array_equal(parts.test_target, plain.test_target)
    np.testing.assert_array_equal(plain.test_features, load(name).features[plain.test_rows].astype(np.float32))


def check_standard_from_training_part(data: Dataset, parts: Split) -> None:
    """Training columns have mean 0 and deviation 1, and the test part is shifted by the same amounts."""
    raw_train = np.delete(data.features, parts.test_rows, axis=0)
    raw_test = data.features[parts.test_rows]
    np.testing.assert_allclose(parts.train_features.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(parts.train_features.std(axis=0), 1, atol=1e-4)
    np.testing.assert_allclose(
        parts.test_features * raw_train.std(axis=0) + raw_train.mean(axis=0), raw_test, rtol=1e-4, atol=1e-3
    )


@pytest.mark.parametrize("name", ["wine", "iris", "boston", "auto-mpg"])
def test_standard_scaling_is_fitted_on_the_training_part(name: str) -> None:
    """Mean and deviation come from the training part; the check fails when they come from all rows."""
    data = load(name)
    parts = split(data, 0.25, "standard", 3)
    check_standard_from_training_part(data, parts)

    leaked = (data.features - data.features.mean(axis=0)) / data.features.std(axis=0)
    twin = dataclasses.replace(
        parts,
        train_features=np.delete(leaked, parts.test_rows, axis=0),
        test_features=leaked[parts.test_rows],
    )
    with pytest.raises(AssertionError):
        check_standard_from_training_part(data, twin)


@pytest.mark.parametrize("scaling", ["standard", "min-max"])
def test_test_rows_do_not_reach_the_training_part(scaling: str) -> None:
    """Other values in the test rows leave the training part as it was, bit for bit; in a training row not."""
    data = load("boston")
    before = split(data, 0.25, scaling, 3)

    def train_features_with(row: int) -> np.ndarray:
        features = data.features.copy()
        features[row] = 1e6
        return split(dataclasses.replace(data, features=features), 0.25, scaling, 3).train_features

    training_row = min(set(range(506)) - set(before.test_rows.tolist()))
    np.testing.assert_array_equal(train_features_with(before.test_rows[0]), before.train_features)
    assert not np.array_equal(train_features_with(training_row), before.train_features)


def test_min_max_scaling() -> None:
    """The training part spans 0 to 1; a test value beyond the training range lies outside."""
    data = numbered(10)
    seed = next(s for s in range(100) if 9 in split(data, 0.2, "none", s).test_rows)
    parts = split(data, 0.2, "min-max", seed)
    assert (parts.train_features.min(), parts.train_features.max()) == (0.0, 1.0)
    assert parts.test_features.max() > 1.0


def test_a_constant_column_stays_finite() -> None:
    """A column that is constant in the training part is scaled to a finite number."""
    data = dataclasses.replace(numbered(20), features=np.ones((20, 1)))
    for scaling in splitting.SCALINGS:
        assert np.isfinite(split(data, 0.3, scaling, 0).train_features).all()


def test_unknown_scaling() -> None:
    """An unknown scaling is refused with the valid ones."""
    with pytest.raises(DataError) as error:
        split(load("iris"), 0.2, "robust", 0)
    assert str(error.value) == "Unknown scaling 'robust'; valid are: none, standard, min-max."


@pytest.mark.parametrize("proportion", [0.0, 0.1, 0.25, 1 / 3, 0.99])
def test_rows_kept_for_validation_are_those_of_keras(proportion: float) -> None:
    """As many as Keras's ``fit`` keeps, from the end; the test rows stay."""
    slicing = import_module("keras.src.trainers.data_adapters.array_slicing")
    whole = split(load("boston"), 0.2, "standard", 0)
    left = splitting.without_validation(whole, proportion)
    arrays = (whole.train_features, whole.train_target)
    kept = slicing.train_validation_split(arrays, proportion)[0] if proportion else arrays
    np.testing.assert_array_equal(left.train_features, kept[0])
    np.testing.assert_array_equal(left.train_target, kept[1])
    np.testing.assert_array_equal(left.test_features, whole.test_features)


def test_validation_leaves_a_row_to_train_on() -> None:
    """Otherwise it is refused with the numbers."""
    with pytest.raises(DataError) as error:
        splitting.without_validation(split(numbered(5), 0.2, "none", 0), 0.9)
    assert str(error.value) == "A validation_split of 0.9 leaves none of 4 training rows."


@pytest.mark.parametrize("proportion", [0.0, 1.0, -0.2, 1.5, 30, float("nan")])
def test_share_outside_its_range(proportion: float) -> None:
    """A proportion that is none is refused with the value and the range."""
    with pytest.raises(DataError) as error:
        split(load("iris"), proportion, "none", 0)
    assert str(error.value) == f"test_size is {proportion}; it must lie between 0 and 1, both excluded."


@pytest.mark.parametrize(
    ("data", "proportion", "message"),
    [
        (
            numbered(classes=(50, 50, 50)),
            0.01,
            "Data set 'numbered' with test_size 0.01: 148 training and 2 test rows, and each part needs at least 3.",
        ),
        (
            numbered(classes=(50, 50, 50)),
            0.99,
            "Data set 'numbered' with test_size 0.99: 1 training and 149 test rows, and each part needs at least 3.",
        ),
        (
            numbered(5),
            0.9,
            "Data set 'numbered' with test_size 0.9: 0 training and 5 test rows, and each part needs at least 1.",
        ),
        (numbered(classes=(50, 1)), 0.2, "Data set 'numbered': class 'class 1' has 1 rows, a split needs 2."),
        (
            numbered(classes=(500, 500, 2)),
            0.1,
            "Data set 'numbered' with test_size 0.1: class 'class 2' has no row in the test part.",
        ),
        (
            numbered(classes=(500, 500, 2)),
            0.9,
            "Data set 'numbered' with test_size 0.9: class 'class 2' has no row in the training part.",
        ),
    ],
)
def test_share_that_leaves_a_part_without_a_class(data: Dataset, proportion: float, message: str) -> None:
    """A part with too few rows, or without a row of some class, is refused in one sentence of our own."""
    with pytest.raises(DataError) as error:
        split(data, proportion, "none", 0)
    assert str(error.value) == message
