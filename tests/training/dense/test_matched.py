"""In the matched regime nothing but the framework's arithmetic is left to differ."""

import itertools

import numpy as np
import pytest

from harness.base.errors import ConfigError
from harness.training.config import TrainingConfig
from harness.training.dense import matched
from harness.training.dense.frameworks import native_training
from harness.training.seeds import Seed
from tests.builders.configs import trained_by
from tests.training.dense.agreement import (
    ACTIVATIONS,
    LOSSES,
    OPTIMIZERS,
    ROUNDINGS,
    SEEDS,
    cell,
    check_agreement,
    member,
    name_of,
    splits_of,
    step_by_step,
    train_block,
)

CELLS = [
    step_by_step(cell("keras", *values, (10, 10)).changed(regime="matched"))
    for values in itertools.product(LOSSES, ACTIVATIONS, OPTIMIZERS)
]
# Each framework has roundings of its own. Adam's correction for the first steps divides by 1 - 0.999**t, which Keras
# computes in single precision: 0.001 is then off by up to 2**-24 / 0.001 = 6e-5 of itself, its root by half of that.
BETWEEN_FRAMEWORKS = {"sgd": 2 * ROUNDINGS, "adam": 3e-5, "rmsprop": 2 * ROUNDINGS}
WHOLE = cell("keras", "cross_entropy", "tanh", "adam", (10,)).changed(regime="matched")


@pytest.mark.parametrize("config", CELLS, ids=name_of)
def test_frameworks_take_the_same_steps(config: TrainingConfig) -> None:
    """From the same weights, both frameworks' own classes lead to the same losses and weights, step by step."""
    keras, torch = (train_block(trained_by(framework, config), SEEDS) for framework in ("keras", "torch"))
    for number in range(len(SEEDS)):
        check_agreement(member(torch, number), member(keras, number), BETWEEN_FRAMEWORKS[config.optimizer])


def test_frameworks_take_the_rows_in_the_same_order() -> None:
    """Over epochs of many batches, both frameworks have the same curves."""
    keras, torch = (train_block(trained_by(framework, WHOLE), SEEDS) for framework in ("keras", "torch"))
    for number in range(len(SEEDS)):
        check_agreement(member(torch, number), member(keras, number), BETWEEN_FRAMEWORKS[WHOLE.optimizer])


@pytest.mark.parametrize("loss", LOSSES)
def test_frameworks_differ_with_their_own_defaults(loss: str) -> None:
    """Not matched, the same networks part from the first weights on: the agreement is the regime's."""
    config = cell("keras", loss, "tanh", "adam", (10,)).changed(epochs=1)
    keras, torch = (train_block(trained_by(framework, config), SEEDS) for framework in ("keras", "torch"))
    with pytest.raises(AssertionError, match="weight_norm"):
        check_agreement(member(torch, 0), member(keras, 0))


def test_initial_weights_are_glorot_uniform() -> None:
    """Weights fill the range of Glorot and Bengio's equation 16 evenly; biases are zero; each seed has its own."""
    first, biases, second, _ = matched.initial_weights((200, 300, 100), Seed(0, 5))
    for weights, limit in ((first, np.sqrt(6 / 500)), (second, np.sqrt(6 / 400))):
        assert np.abs(weights).max() == pytest.approx(limit, rel=1e-3)
        # A uniform number has a standard deviation of limit / sqrt(3); of 30,000, its estimate is within 1 %.
        assert weights.std() == pytest.approx(limit / np.sqrt(3), rel=0.01)
        assert abs(weights.mean()) < 5 * limit / np.sqrt(3 * weights.size)
    assert not biases.any()
    assert (matched.initial_weights((200, 300, 100), Seed(0, 6))[0] != first).mean() > 0.99


@pytest.mark.parametrize("framework", ["keras", "torch"])
def test_trainings_of_one_seed_know_only_their_own_defaults(framework: str) -> None:
    """What is timed is each framework as its users have it: the matched regime is refused in one sentence."""
    config = trained_by(framework, WHOLE)
    (split,) = splits_of(config, SEEDS[:1])
    with pytest.raises(ConfigError, match="regime is 'matched'; trainings of one seed, which are timed, know only"):
        native_training(framework)(config, split, SEEDS[0])
