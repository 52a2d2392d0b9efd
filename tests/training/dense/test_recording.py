from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays as array_strategy

from harness.training.dense.recording import without_divergence

EPOCHS = 4


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
    """Where there are no accuracies, none are made up."""
    given_curves = {name: curve for name, curve in curves().items() if "accuracy" not in name}
    kept = without_divergence(given_curves)
    assert list(kept) == list(given_curves)
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
