from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays as array_strategy

from harness.training.runs import ARRAY_NAMES, concatenate, without_divergence
from harness.training.seeds import Seed
from tests.builders.runs import EPOCHS, OUTPUTS, PROTOCOL, ROWS, array_shapes, random_runs, runs_with_one_value

SHAPES = array_shapes(EPOCHS)


# Shapes


def test_shapes_cover_every_array() -> None:
    """A new array must be added to the cases of the next test."""
    assert tuple(SHAPES) == ARRAY_NAMES
    assert tuple(random_runs().arrays()) == ARRAY_NAMES


@pytest.mark.parametrize("name", ARRAY_NAMES)
def test_an_array_of_another_length_is_refused(name: str) -> None:
    """No array may hold another number of runs than there are seeds."""
    with pytest.raises(ValueError, match=f"^{name} has shape "):
        random_runs(**{name: np.zeros((3, *SHAPES[name]))})


@pytest.mark.parametrize("name", ["train_loss", "test_loss", "train_accuracy", "test_accuracy", "weight_norm"])
def test_a_curve_of_another_length_is_refused(name: str) -> None:
    """A curve has a value for each epoch of the config, the weight norm one more."""
    (epochs,) = SHAPES[name]
    with pytest.raises(ValueError, match=f"^{name} has shape "):
        random_runs(**{name: np.zeros((2, epochs + 1))})


@pytest.mark.parametrize("name", ["test_targets", "test_rows"])
def test_another_number_of_rows_is_refused(name: str) -> None:
    """Predictions, targets and row numbers speak of the same test rows."""
    with pytest.raises(ValueError, match=f"^{name} has shape "):
        random_runs(**{name: np.zeros((2, ROWS + 1))})


def test_the_error_tells_found_and_needed_shape() -> None:
    """The error names the array, its shape and the shape it should have."""
    with pytest.raises(ValueError, match="has shape") as caught:
        random_runs(weight_norm=np.zeros((2, EPOCHS)))
    assert str(caught.value) == ("weight_norm has shape (2, 4); 2 seeds, 4 epochs and 5 test rows need (2, 5)")


# Read-only


@pytest.mark.parametrize("name", ARRAY_NAMES)
def test_arrays_are_read_only(name: str) -> None:
    """Neither an array nor an element of it can be replaced: claims share one copy of the runs."""
    runs = random_runs()
    with pytest.raises(ValueError, match="read-only"):
        getattr(runs, name)[0] = 0
    with pytest.raises(FrozenInstanceError):
        setattr(runs, name, np.zeros(2))


# Divergence


def test_finite_runs_did_not_diverge() -> None:
    """Finite curves are no divergence, even where accuracies are NaN as in every regression."""
    runs = random_runs(train_accuracy=np.full((2, EPOCHS), np.nan))
    np.testing.assert_array_equal(runs.diverged, [False, False])


@pytest.mark.parametrize("name", ["train_loss", "test_loss", "weight_norm"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("epoch", [0, EPOCHS - 1])
def test_one_value_that_is_not_finite_is_a_divergence(name: str, value: float, epoch: int) -> None:
    """A loss or weight norm that is not finite at any epoch marks its run, and no other, as diverged."""
    np.testing.assert_array_equal(runs_with_one_value(name, (1, epoch), value).diverged, [False, True])


def test_final_values_are_those_of_the_last_epoch() -> None:
    """Final loss and accuracy are the last of the test curves."""
    runs = random_runs()
    np.testing.assert_array_equal(runs.final_test_loss, [runs.test_loss[0, 3], runs.test_loss[1, 3]])
    np.testing.assert_array_equal(runs.final_test_accuracy, [runs.test_accuracy[0, 3], runs.test_accuracy[1, 3]])


def curves(**changed: list[float]) -> dict[str, Any]:
    """Build the curves of one run over four epochs."""
    four = {"train_loss": [4, 3, 2, 1], "test_loss": [5, 4, 3, 2], "weight_norm": [0, 1, 2, 3, 4]}
    accuracies = {"train_accuracy": [0.1, 0.2, 0.3, 0.4], "test_accuracy": [0.5, 0.6, 0.7, 0.8]}
    return {name: np.array(curve, dtype=float) for name, curve in {**four, **accuracies, **changed}.items()}


@pytest.mark.parametrize("name", ["train_loss", "test_loss"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_all_curves_are_nan_from_the_first_bad_loss_on(name: str, value: float) -> None:
    """From the first loss that is not finite on all curves are NaN, also when the loss comes back."""
    kept = without_divergence(curves(**{name: [*curves()[name][:2], value, 1]}))
    for curve in ("train_loss", "test_loss", "train_accuracy", "test_accuracy"):
        np.testing.assert_array_equal(kept[curve], [*curves()[curve][:2], np.nan, np.nan])
    np.testing.assert_array_equal(kept["weight_norm"], [0, 1, 2, np.nan, np.nan])


def test_all_curves_are_nan_from_the_first_bad_weight_on() -> None:
    """Weights that are not finite at the end of an epoch void that epoch, though its loss is a number."""
    kept = without_divergence(curves(weight_norm=[0, 1, np.inf, 3, 4]))
    np.testing.assert_array_equal(kept["train_loss"], [4, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(kept["weight_norm"], [0, 1, np.nan, np.nan, np.nan])


def test_the_initial_weight_norm_is_kept() -> None:
    """A run that diverged in its first epoch still tells where it started."""
    kept = without_divergence(curves(train_loss=[np.nan, 1, 1, 1]))
    np.testing.assert_array_equal(kept["weight_norm"], [0, np.nan, np.nan, np.nan, np.nan])


def test_curves_of_a_regression_keep_their_losses() -> None:
    """Accuracies that are NaN throughout, as in a regression, do not count as a divergence."""
    nan = [np.nan] * EPOCHS
    kept = without_divergence(curves(train_accuracy=nan, test_accuracy=nan))
    np.testing.assert_array_equal(kept["test_loss"], [5, 4, 3, 2])


LOSSES = array_strategy(float, EPOCHS, elements=st.floats(width=16))


@given(LOSSES, LOSSES)
def test_a_run_is_void_from_one_epoch_on(train_loss: Any, test_loss: Any) -> None:
    """Kept curves are the given ones up to one common epoch and NaN after; that epoch's loss was not finite."""
    given_curves = {**curves(), "train_loss": train_loss, "test_loss": test_loss}
    before = {name: curve.copy() for name, curve in given_curves.items()}
    kept = without_divergence(given_curves)
    length = int(np.isfinite(kept["train_loss"]).sum())
    for name, curve in kept.items():
        end = length + (name == "weight_norm")
        np.testing.assert_array_equal(curve[:end], before[name][:end])
        assert np.isnan(curve[end:]).all()
        np.testing.assert_array_equal(given_curves[name], before[name])  # not changed in place
    if length < EPOCHS:
        assert not np.isfinite([train_loss[length], test_loss[length]]).all()


# Predicted classes


def test_the_most_probable_class_is_predicted() -> None:
    """The predicted class is the one with the largest probability."""
    predictions = np.zeros((2, ROWS, OUTPUTS))
    predictions[0, :, 2] = predictions[1, :, 1] = 0.9
    classes = random_runs(test_predictions=predictions).predicted_classes
    np.testing.assert_array_equal(classes, [[2] * ROWS, [1] * ROWS])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_no_class_is_predicted_from_values_that_are_not_finite(value: float) -> None:
    """A row with a prediction that is not finite has class -1, never a class that it could have by accident."""
    predictions = np.zeros((2, ROWS, OUTPUTS))
    predictions[1, 2, 1] = value
    classes = random_runs(test_predictions=predictions).predicted_classes
    np.testing.assert_array_equal(classes, [[0] * ROWS, [0, 0, -1, 0, 0]])


def test_a_diverged_run_predicts_no_class() -> None:
    """A run whose loss was not finite at some epoch predicts nothing, even if its last outputs are numbers."""
    classes = runs_with_one_value("test_loss", (1, 0), np.nan).predicted_classes
    assert (classes[0] >= 0).all()
    np.testing.assert_array_equal(classes[1], [-1] * ROWS)


# Joining


def test_joined_runs_keep_order_and_values() -> None:
    """Runs are joined along the seeds, in the order given."""
    first, second = random_runs(), random_runs((Seed(7, 8),))
    joined = concatenate([second, first])
    assert joined.seeds == (Seed(7, 8), Seed(0, 0), Seed(1, 1))
    assert joined.config == PROTOCOL
    for name in ARRAY_NAMES:
        np.testing.assert_array_equal(joined.arrays()[name][:1], second.arrays()[name])
        np.testing.assert_array_equal(joined.arrays()[name][1:], first.arrays()[name])
        assert joined.arrays()[name].dtype == first.arrays()[name].dtype


def test_the_first_runs_keep_their_values() -> None:
    """The first runs of a block are those runs, unchanged."""
    runs = random_runs((Seed(0, 0), Seed(1, 1), Seed(2, 2)))
    first = runs.first(2)
    assert first.seeds == runs.seeds[:2]
    for name in ARRAY_NAMES:
        np.testing.assert_array_equal(first.arrays()[name], runs.arrays()[name][:2])


def test_runs_of_two_configs_are_not_joined() -> None:
    """Only runs of one config can be joined."""
    other = replace(random_runs(), config=replace(PROTOCOL, batch_size=1))
    with pytest.raises(ValueError, match=r"^runs of 2 configs cannot be joined$"):
        concatenate([random_runs(), other])


def test_no_runs_are_not_joined() -> None:
    """Joining nothing is an error, not an empty result."""
    with pytest.raises(ValueError, match=r"^runs of 0 configs cannot be joined$"):
        concatenate([])
