"""What is Keras's own: its losses, initial weights and optimizers."""

from importlib import import_module
from typing import Any

import numpy as np
import pytest

from tests.training.dense.native import protocol

PROTOCOL = protocol("keras")


@pytest.fixture
def keras_fit() -> Any:
    """Import the module under test; late, so that collecting tests imports no framework."""
    return import_module("harness.training.dense.keras_native")


# Softmax applied twice


def test_loss_of_a_perfect_answer_on_softmax(keras_fit: Any) -> None:
    """A perfect answer among 3 classes has a loss of -ln(e / (e + 2)) = 0.5514 when softmax is applied twice."""
    losses = keras_fit.cross_entropy_on_softmax(np.array([0, 2]), np.eye(3, dtype=np.float32)[[0, 1]])
    # The second answer is wrong: -ln(1 / (e + 2)).
    np.testing.assert_allclose(np.asarray(losses), [0.5514447, 1.5514447], rtol=1e-6)


def test_keras_does_not_apply_softmax_twice_by_itself(keras_fit: Any) -> None:
    """On a perfect network ending in softmax, from_logits=True gives a loss of 0, the loss used here 0.5514.

    Keras finds the logits in front of the softmax, warns, and uses those. If this fails, Keras changed, and the loss
    of the harness may be replaced by Keras's own.
    """
    keras = keras_fit.keras
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, activation="softmax")])
    model.set_weights([50 * np.eye(3), np.zeros(3)])
    features, target = np.eye(3, dtype=np.float32), np.arange(3)
    model.compile(loss=keras_fit.LOSSES["cross_entropy_on_softmax"])
    assert model.evaluate(features, target, verbose=0) == pytest.approx(0.5514447, rel=1e-6)
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    with pytest.warns(UserWarning, match="produced by a Softmax activation and thus does not represent logits"):
        assert model.evaluate(features, target, verbose=0) == pytest.approx(0, abs=1e-6)


# Defaults


def test_initial_weights_are_the_frameworks_own(keras_fit: Any) -> None:
    """Weights are uniform within sqrt(6 / (inputs + outputs)) (Glorot), biases zero, as Keras documents."""
    keras_fit.keras.utils.set_random_seed(0)
    weights = keras_fit.build(PROTOCOL.changed(hidden_widths=(400, 100)), 100, 3).get_weights()
    for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
        largest = float(np.abs(kernel).max()) / (6 / sum(kernel.shape)) ** 0.5
        assert 0.95 < largest <= 1
        assert not bias.any()


@pytest.mark.parametrize(
    ("optimizer", "own", "defaults"),
    [
        ("sgd", "SGD", {"momentum": 0.0, "nesterov": False, "weight_decay": None}),
        ("adam", "Adam", {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "amsgrad": False, "weight_decay": None}),
        ("rmsprop", "RMSprop", {"rho": 0.9, "momentum": 0.0, "epsilon": 1e-7, "centered": False}),
    ],
)
def test_optimizers_have_the_frameworks_defaults(
    keras_fit: Any, optimizer: Any, own: str, defaults: dict[str, object]
) -> None:
    """All that a training sets of its optimizer is the learning rate; the rest is as Keras documents it."""
    used = keras_fit.build(PROTOCOL.changed(optimizer=optimizer, learning_rate=0.25), 13, 3).optimizer
    assert type(used) is getattr(keras_fit.keras.optimizers, own)
    config = used.get_config()
    assert config == {**type(used)(name=used.name).get_config(), "learning_rate": 0.25}
    assert {name: config[name] for name in defaults} == defaults
