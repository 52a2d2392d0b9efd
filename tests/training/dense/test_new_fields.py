"""Optimizers, activations and losses beside those of the report under test: batched, and proved in the same way."""

import functools
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness.data
from harness.base.errors import ConfigError
from harness.data.data_file import DataFile
from harness.training.trainers import trainer_named
from tests.builders.configs import small_config, trained_by
from tests.builders.runs import arrays_of
from tests.training.dense.agreement import (
    SEEDS,
    alone,
    cell,
    check_agreement_or_chaos,
    check_same_bits,
    splits_of,
    train_alone,
    train_block,
)

CHANGES: dict[str, dict[str, Any]] = {
    "momentum": {"optimizer": "sgd", "momentum": 0.9},
    "nesterov": {"optimizer": "sgd", "momentum": 0.8, "nesterov": True},
    "weight decay of sgd": {"optimizer": "sgd", "weight_decay": 0.1},
    "weight decay with momentum": {"optimizer": "sgd", "momentum": 0.5, "weight_decay": 0.01},
    "weight decay of adam": {"optimizer": "adam", "weight_decay": 0.1},
    "weight decay of rmsprop": {"optimizer": "rmsprop", "weight_decay": 0.1},
    "adamw": {"optimizer": "adamw"},
    "adamw with decay": {"optimizer": "adamw", "weight_decay": 0.5},
    "leaky_relu": {"activation": "leaky_relu"},
    "elu": {"activation": "elu"},
    "gelu": {"activation": "gelu"},
    "dropout": {"dropout": 0.2},
    "dropout of two layers": {"dropout": 0.5, "hidden_widths": (10, 10)},
    "dropout of relu": {"dropout": 0.3, "activation": "relu"},
    "gelu of two layers": {"activation": "gelu", "hidden_widths": (10, 10)},
    "no hidden layer": {"hidden_widths": ()},
    "glorot_uniform": {"initial_weights": "glorot_uniform"},
    "he_normal": {"initial_weights": "he_normal", "hidden_widths": (10, 10)},
    "normal": {"initial_weights": "normal"},
    "he_normal with dropout": {"initial_weights": "he_normal", "dropout": 0.2},
    "no shuffling": {"shuffle": False},
    "no shuffling with dropout": {"shuffle": False, "dropout": 0.2},
}
LOSSES = ("squared_error", "cross_entropy")

# Keras traces a program for each, which takes a second, so tests that only look at a block share it.
trained = functools.cache(train_block)

each_trainer = pytest.mark.parametrize("trainer", ["keras", "torch"])


@each_trainer
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", CHANGES)
def test_a_member_is_the_run_of_its_seed(trainer: str, loss: str, name: str) -> None:
    """Curves and predictions of a member are those of the framework's own optimizer, layers and loop."""
    config = cell(trainer, loss, "tanh", "adam", (10,)).changed(**{"learning_rate": 0.003, **CHANGES[name]})
    block, number = trained(config, SEEDS), len(name) % 3
    check_agreement_or_chaos(config, SEEDS, block, number, alone(config, SEEDS[number]))


@each_trainer
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_absolute_errors_are_trained_on(trainer: str, optimizer: str) -> None:
    """The loss is the mean distance from the target, in its unit."""
    squared = cell(trainer, "squared_error", "tanh", optimizer, (10,))
    config = squared.changed(loss="absolute_error", learning_rate=0.003)
    block = train_block(config, SEEDS)
    check_agreement_or_chaos(config, SEEDS, block, 1, alone(config, SEEDS[1]))
    distances = np.abs(block.test_predictions[:, :, 0] - block.test_targets).mean(axis=1)
    np.testing.assert_allclose(block.final_test_loss, distances, rtol=1e-5)


@pytest.fixture
def two_classes(tmp_path: Path) -> DataFile:
    """Two kinds of penguins of three."""
    lines = (Path(harness.data.__file__).parent / "penguins.csv").read_text(encoding="utf-8").splitlines()
    file = tmp_path / "two.csv"
    whole = [line for line in lines if not line.startswith("Gentoo") and "NA" not in line]
    file.write_text("\n".join(whole) + "\n", encoding="utf-8")
    return DataFile(
        name="two",
        file=str(file),
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        task="classification",
        target="species",
        left_out=("island", "sex", "year"),
    )


@each_trainer
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_two_classes_have_one_output(trainer: str, optimizer: str, two_classes: DataFile) -> None:
    """Its probabilities stand beside those of the first class, so that all else reads them as ever."""
    three = cell(trainer, "cross_entropy", "tanh", optimizer, (10,))
    config = three.changed(dataset=two_classes, loss="binary_cross_entropy", learning_rate=0.01)
    block = train_block(config, SEEDS)
    check_agreement_or_chaos(config, SEEDS, block, 1, alone(config, SEEDS[1]))
    for runs in (block, train_alone(config, SEEDS[0])):
        first, second = runs.test_predictions[:, :, 0], runs.test_predictions[:, :, 1]
        np.testing.assert_allclose(first + second, 1, rtol=1e-6)
        right = (second > 0.5) == runs.test_targets
        np.testing.assert_allclose(runs.final_test_accuracy, right.mean(axis=1))
        surprise = -np.log(np.where(runs.test_targets == 1, second, first)).mean(axis=1)
        np.testing.assert_allclose(runs.final_test_loss, surprise, rtol=1e-4)


def test_more_than_two_classes_are_refused() -> None:
    """With the loss that knows them."""
    with pytest.raises(ConfigError) as caught:
        small_config(dataset="penguins", loss="binary_cross_entropy")
    assert str(caught.value) == (
        "loss is 'binary_cross_entropy', which is for two classes, but data set 'penguins' has 3; give cross_entropy"
    )


@each_trainer
@pytest.mark.parametrize("name", sorted(set(CHANGES) - {"adamw"}))
def test_each_change_changes_what_is_trained(trainer: str, name: str) -> None:
    """A field that did nothing would agree with itself; AdamW without a decay is Adam.

    Of itself Keras begins with Glorot's weights: asked for them it trains the same.
    """
    usual = cell(trainer, "cross_entropy", "tanh", "adam", (10,)).changed(learning_rate=0.003)
    without = {key: value for key, value in CHANGES[name].items() if key in ("optimizer", "hidden_widths")}
    plain = usual.changed(**without) if len(without) < len(CHANGES[name]) else usual
    one, other = trained(usual.changed(**CHANGES[name]), SEEDS), trained(plain, SEEDS)
    same = (trainer, name) == ("keras", "glorot_uniform")
    assert (one.train_loss == other.train_loss if same else one.train_loss != other.train_loss).all()


def test_decoupled_decay_shrinks_weights_by_itself() -> None:
    """In AdamW of both frameworks alike: without a gradient to speak of, a step leaves 1 - rate * decay of a weight."""
    for trainer in ("keras", "torch"):
        config = trained_by(trainer, small_config(optimizer="adamw", learning_rate=1e-3, epochs=1, batch_size=1000))
        norms = train_block(config.changed(weight_decay=500.0), SEEDS).weight_norm
        assert norms[:, 1] / norms[:, 0] == pytest.approx(0.5, abs=0.02)


@each_trainer
def test_nothing_is_dropped_in_a_test(trainer: str) -> None:
    """With steps too small to change a weight, the loss in training is of thinned networks, in the test of whole."""
    config = cell(trainer, "squared_error", "relu", "sgd", (128,)).changed(learning_rate=1e-12, epochs=1)
    few, many = (train_block(config.changed(dropout=proportion), SEEDS) for proportion in (0.1, 0.9))
    np.testing.assert_allclose(few.test_loss, many.test_loss, rtol=1e-6)
    assert (np.abs(few.train_loss / many.train_loss - 1) > 1e-4).all()


@each_trainer
@pytest.mark.parametrize("shuffle", [True, False])
def test_rows_kept_for_validation_are_not_trained_on(trainer: str, shuffle: bool) -> None:
    """The training is that on the split without them, and is tested on the same rows."""
    config = cell(trainer, "cross_entropy", "tanh", "adam", (10,)).changed(shuffle=shuffle)
    known = trainer_named(trainer)
    kept, all_rows = (known.train(config.changed(validation_split=part), SEEDS) for part in (0.25, 0.0))
    splits = [
        replace(split, train_features=split.train_features[:174], train_target=split.train_target[:174])
        for split in splits_of(config, SEEDS)
    ]
    check_same_bits(arrays_of(kept), arrays_of(train_block(config, SEEDS, splits)))
    np.testing.assert_array_equal(kept.test_rows, all_rows.test_rows)
    assert (kept.train_loss != all_rows.train_loss).all()


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
@pytest.mark.parametrize("shuffle", [True, False])
def test_frameworks_agree_where_all_else_is_matched(optimizer: str, shuffle: bool) -> None:
    """Momentum and decoupled decay are the same in both."""
    more = {"momentum": 0.9} if optimizer == "sgd" else {"weight_decay": 0.5}
    config = cell("keras", "cross_entropy", "tanh", optimizer, (10,)).changed(
        regime="matched", epochs=1, shuffle=shuffle, **more
    )
    keras, torch = (train_block(trained_by(trainer, config), SEEDS) for trainer in ("keras", "torch"))
    np.testing.assert_allclose(keras.train_loss, torch.train_loss, rtol=1e-4)
    np.testing.assert_allclose(keras.weight_norm, torch.weight_norm, rtol=1e-4)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"optimizer": "adam", "momentum": 0.9}, "momentum is 0.9, which adam does not have; take sgd"),
        (
            {"hidden_widths": (), "dropout": 0.5},
            "dropout is 0.5, which is of hidden layers, and hidden_widths has none; set it to 0",
        ),
        ({"nesterov": True}, "nesterov is True without a momentum; give momentum, such as 0.9"),
        ({"momentum": 1}, "momentum is 1; give a number from 0 to below 1"),
        ({"nesterov": 1}, "nesterov is 1; give true or false"),
        ({"dropout": 1}, "dropout is 1; give a number from 0 to below 1"),
        (
            {"dropout": 0.5, "regime": "matched"},
            "dropout is 0.5, but each framework draws its own zeros; set it to 0 in the matched regime",
        ),
        (
            {"initial_weights": "he_normal", "regime": "matched"},
            "initial_weights is 'he_normal', but each framework draws its own; leave it out in the matched "
            "regime, which has Glorot's in both",
        ),
        (
            {"initial_weights": "zeros"},
            "initial_weights is 'zeros'; give one of: own, glorot_uniform, he_normal, normal",
        ),
        ({"shuffle": 0}, "shuffle is 0; give true or false"),
        (
            {"validation_split": 0.999},
            "validation_split is 0.999, which leaves none of 133 training rows; give less",
        ),
        ({"validation_split": 1}, "validation_split is 1; give a number from 0 to below 1"),
        ({"weight_decay": -0.1}, "weight_decay is -0.1; give a finite number of at least 0"),
        (
            {"weight_decay": 0.1, "regime": "matched"},
            "weight_decay is 0.1, which means something else in each framework with optimizer 'sgd'; in the matched "
            "regime take adamw",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(changes: dict[str, Any], sentence: str) -> None:
    """In one sentence that begins with the field."""
    with pytest.raises(ConfigError) as caught:
        small_config(**changes)
    assert str(caught.value) == sentence
