"""What both trainers of single networks record, seed by seed: that of Keras's own loop, and that of PyTorch's."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.data import registry
from harness.training.config import TrainingConfig
from harness.training.dense.frameworks import native_training
from harness.training.runs import predicted_classes
from harness.training.seeds import Seed
from tests.builders.runs import arrays_of
from tests.training.dense.native import SEED, protocol, regression, split_of, train, trained

TRAINERS = ("keras", "torch")
ROOT = Path(__file__).parents[3]


ALL_LOSSES = [
    config
    for trainer in TRAINERS
    for config in (protocol(trainer), protocol(trainer).changed(loss="cross_entropy_on_softmax"), regression(trainer))
]
by_loss = pytest.mark.parametrize("config", ALL_LOSSES, ids=lambda config: f"{config.trainer}-{config.loss}")
by_trainer = pytest.mark.parametrize("trainer", TRAINERS)


def softmax(values: Any) -> Any:
    """Apply softmax to rows."""
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def loss_of(config: TrainingConfig, predictions: Any, targets: Any) -> float:
    """Compute the loss from final predictions (rows, outputs): probabilities or values."""
    if config.loss == "squared_error":
        return float(np.mean((predictions[:, 0] - targets) ** 2))
    proportions = softmax(predictions) if config.loss == "cross_entropy_on_softmax" else predictions
    return float(-np.log(proportions[np.arange(len(targets)), targets.astype(int)]).mean())


# What is recorded


@by_loss
def test_shapes(config: TrainingConfig) -> None:
    """Every array has one run, a value for each epoch and a row for each test row."""
    rows, outputs = (127, 1) if config.loss == "squared_error" else (45, 3)
    shapes = {name: array.shape for name, array in arrays_of(trained(config)).items()}
    assert shapes == {
        "train_loss": (1, 3),
        "test_loss": (1, 3),
        **({"train_accuracy": (1, 3), "test_accuracy": (1, 3)} if outputs > 1 else {}),
        "weight_norm": (1, 4),
        "test_predictions": (1, rows, outputs),
        "test_targets": (1, rows),
        "test_rows": (1, rows),
        "seconds": (1,),
    }


@by_loss
def test_last_test_loss_is_that_of_the_predictions(config: TrainingConfig) -> None:
    """Final loss and accuracy can be computed again from the predictions, hence speak of the same weights."""
    runs = trained(config)
    loss = loss_of(config, runs.test_predictions[0], runs.test_targets[0])
    assert runs.final_test_loss[0] == pytest.approx(loss, rel=1e-5)
    if config.loss == "squared_error":
        assert not [name for name in runs.metrics() if "accuracy" in name]
    else:
        np.testing.assert_allclose(runs.test_predictions.sum(axis=2), 1, rtol=1e-5)
        assert runs.final_test_accuracy[0] == pytest.approx((predicted_classes(runs) == runs.test_targets).mean())


@by_loss
def test_train_loss_weighs_every_row_alike(config: TrainingConfig) -> None:
    """With weights that do not move, train loss is the mean over rows, not over batches of unequal size."""
    still = config.changed(learning_rate=1e-30, epochs=1)
    split = split_of(still)
    swapped = replace(
        split,
        test_features=split.train_features,
        test_target=split.train_target,
        test_rows=np.arange(len(split.train_target)),
    )
    runs = native_training(config.trainer)(still, swapped, SEED)
    assert runs.weight_norm[0, 0] == runs.weight_norm[0, 1]
    assert runs.train_loss[0, 0] == pytest.approx(runs.test_loss[0, 0], rel=1e-5)
    if config.loss != "squared_error":
        assert runs.train_accuracy[0, 0] == pytest.approx(runs.test_accuracy[0, 0])


@by_trainer
def test_targets_and_rows_are_those_of_the_split(trainer: str) -> None:
    """The run tells which rows it was tested on, and their targets as the data set has them."""
    config = regression(trainer)
    runs = trained(config)
    np.testing.assert_array_equal(runs.test_rows[0], split_of(config).test_rows)
    target = registry.load("boston").target[runs.test_rows[0]]
    np.testing.assert_allclose(runs.test_targets[0], target, rtol=1e-6)


@by_trainer
def test_the_split_is_not_changed(trainer: str) -> None:
    """Training leaves the arrays it was given as they were."""
    config = protocol(trainer)
    split = split_of(config)
    native_training(trainer)(config, split, SEED)
    np.testing.assert_array_equal(split.train_features, split_of(config).train_features)
    np.testing.assert_array_equal(split.test_features, split_of(config).test_features)


# Seeds


def check_same_bits(one: Any, other: Any) -> None:
    """Compare all arrays but the wall time."""
    assert set(one) == set(other)
    for name in one:
        if name != "seconds":
            assert one[name].tobytes() == other[name].tobytes(), name


@by_loss
def test_same_seed_same_bits(config: TrainingConfig) -> None:
    """Trained again in one process, after a training of something else, a seed gives the same bits."""
    first = trained(config)
    train(config.changed(hidden_widths=(3,), optimizer="adam", epochs=1), Seed(9, 9))
    check_same_bits(arrays_of(first), arrays_of(train(config)))


FRESH = """
import numpy as np
from tests.builders.runs import arrays_of
from tests.training.dense.native import SEED, protocol, regression, split_of, train, trained
from tests.training.dense.native import Seed, protocol, train
config = protocol({trainer!r})
np.savez({files[0]!r}, **arrays_of(train(config)))
train(config.changed(hidden_widths=(3,), optimizer="adam"), Seed(9, 9))
np.savez({files[1]!r}, **arrays_of(train(config)))
"""


@by_trainer
def test_same_seed_same_bits_in_a_fresh_process(tmp_path: Path, trainer: str) -> None:
    """A seed gives the same bits in another process, as its first training and after one of something else."""
    files = [str(tmp_path / "first.npz"), str(tmp_path / "after.npz")]
    program = FRESH.format(files=files, trainer=trainer)
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120, cwd=ROOT)
    for file in files:
        with np.load(file) as arrays:
            check_same_bits(arrays_of(trained(protocol(trainer))), arrays)


@by_trainer
def test_another_training_seed_is_another_run(trainer: str) -> None:
    """On the same split another training seed gives other weights and another end."""
    one, other = trained(protocol(trainer), Seed(3, 4)), trained(protocol(trainer), Seed(3, 5))
    np.testing.assert_array_equal(one.test_rows, other.test_rows)
    assert one.weight_norm[0, 0] != other.weight_norm[0, 0]
    assert one.final_test_loss[0] != other.final_test_loss[0]


@by_trainer
def test_another_split_seed_starts_from_the_same_weights(trainer: str) -> None:
    """The split seed decides the rows, and does not touch the initial weights."""
    one, other = trained(protocol(trainer), Seed(3, 4)), trained(protocol(trainer), Seed(2, 4))
    assert (one.test_rows != other.test_rows).any()
    assert one.weight_norm[0, 0] == other.weight_norm[0, 0]
    assert one.final_test_loss[0] != other.final_test_loss[0]


# The numbers, computed by other means


def forward(weights: list[Any], features: Any, activation: Callable[[Any], Any]) -> Any:
    """Compute the last layer's outputs in NumPy; weights (inputs, outputs) and biases (outputs,) in turn."""
    for weight, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        features = activation(features @ weight + bias)
    return features @ weights[-2] + weights[-1]


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
}


def gradients(loss: Callable[[list[Any]], float], weights: list[Any], step: float = 1e-6) -> list[Any]:
    """Differentiate a loss by central differences."""
    found = [np.zeros_like(array) for array in weights]
    for array, gradient in zip(weights, found, strict=True):
        for place in np.ndindex(array.shape):
            value = array[place]
            array[place] = value + step
            above = loss(weights)
            array[place] = value - step
            gradient[place] = (above - loss(weights)) / (2 * step)
            array[place] = value
    return found


def norm(weights: list[Any]) -> float:
    """Compute the Euclidean norm over all weights."""
    return float(np.sqrt(sum((array**2).sum() for array in weights)))


def initial_weights(config: TrainingConfig, inputs: int, outputs: int) -> list[Any]:
    """Return what a training with `SEED` starts from: weights (inputs, outputs) and biases (outputs,) in turn."""
    module: Any = import_module(f"harness.training.dense.{config.trainer}_native")
    if config.trainer == "keras":
        module.keras.utils.set_random_seed(SEED.training)
        return [array.astype(np.float64) for array in module.build(config, inputs, outputs).get_weights()]
    module.torch.manual_seed(SEED.training)
    model = module.Network(inputs, config.hidden_widths, outputs, config.activation, False)
    return [parameter.detach().numpy().T.astype(np.float64) for parameter in model.parameters()]


# Behind a layer that is 0 for some row, and with biases of 0 as Keras has them, a second layer would stand on relu's
# kink, where there are no finite differences.
BY_HAND = [
    *((config, activation, (5, 4)) for config in ALL_LOSSES for activation in ("sigmoid", "tanh")),
    *((protocol(trainer), "relu", (6,)) for trainer in TRAINERS),
    *((config, "relu", (5, 4)) for config in ALL_LOSSES if config.trainer == "torch"),
]


@pytest.mark.parametrize(("config", "activation", "widths"), BY_HAND, ids=str)
def test_one_epoch_by_hand(config: TrainingConfig, activation: str, widths: tuple[int, ...]) -> None:
    """An epoch of one full batch of SGD has the numbers of a forward pass and finite differences in NumPy."""
    config = config.changed(activation=activation, hidden_widths=widths, epochs=1, batch_size=1000)
    split = split_of(config)
    classify = config.loss != "squared_error"
    weights = initial_weights(config, split.train_features.shape[1], 3 if classify else 1)

    def predictions(weights: list[Any], features: Any) -> Any:
        outputs = forward(weights, features.astype(np.float64), ACTIVATIONS[activation])
        return softmax(outputs) if classify else outputs

    def train_loss(weights: list[Any]) -> float:
        return loss_of(config, predictions(weights, split.train_features), split.train_target)

    before, loss_before = norm(weights), train_loss(weights)
    accuracy = (predictions(weights, split.train_features).argmax(axis=1) == split.train_target).mean()
    for array, gradient in zip(weights, gradients(train_loss, weights), strict=True):
        array -= config.learning_rate * gradient
    tested = predictions(weights, split.test_features)

    runs = train(config)
    assert runs.train_loss[0, 0] == pytest.approx(loss_before, rel=1e-5)
    assert runs.test_loss[0, 0] == pytest.approx(loss_of(config, tested, split.test_target), rel=1e-4)
    np.testing.assert_allclose(runs.weight_norm[0], [before, norm(weights)], rtol=1e-5)
    np.testing.assert_allclose(runs.test_predictions[0], tested, rtol=1e-3, atol=1e-5)
    if classify:
        assert runs.train_accuracy[0, 0] == pytest.approx(accuracy)
        assert runs.test_accuracy[0, 0] == pytest.approx((tested.argmax(axis=1) == split.test_target).mean())


# Divergence


@by_trainer
def test_a_diverging_training_is_recorded(trainer: str) -> None:
    """A training that diverges ends without an error; its curves are NaN from then on and it is marked."""
    # One step an epoch, each some ten times as far off as the last: losses overflow long before the weights do.
    config = regression(trainer)
    runs = train(config.changed(scaling="none", learning_rate=1, epochs=30, batch_size=1000))
    assert runs.diverged.tolist() == [True]
    first = int(np.argmax(np.isnan(runs.train_loss[0])))
    assert first > 10
    for name in ("train_loss", "test_loss"):
        curve = getattr(runs, name)[0]
        assert np.isfinite(curve[:first]).all()
        assert np.isnan(curve[first:]).all()
    assert np.isfinite(runs.weight_norm[0, : first + 1]).all()
    assert np.isnan(runs.weight_norm[0, first + 1 :]).all()
    assert (predicted_classes(runs) == -1).all()
    assert not trained(config).diverged.any()
