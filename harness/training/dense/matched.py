"""What both frameworks take alike in the matched regime, so that a difference that is left is the framework's own.

By themselves, the frameworks differ in initial weights (Keras: Glorot uniform, zero biases; PyTorch: uniform within
1 / sqrt(fan_in) for both), in the decay of RMSprop (0.9 against 0.99) and in where and how large epsilon is in Adam and
RMSprop. Each of these choices decides results, and none is a property of a framework.
"""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.training.config import TrainingConfig
from harness.training.seeds import Seed

# So small that it does not matter that one framework adds it before and the other after the root is taken.
EPSILON = 1e-30
KERAS_SETTINGS: dict[str, dict[str, Any]] = {
    "sgd": {},
    "adam": {"epsilon": EPSILON},
    "adamw": {"epsilon": EPSILON},
    "rmsprop": {"epsilon": EPSILON, "rho": 0.9},
}
TORCH_SETTINGS: dict[str, dict[str, Any]] = {
    "sgd": {},
    "adam": {"eps": EPSILON},
    "adamw": {"eps": EPSILON},
    "rmsprop": {"eps": EPSILON, "alpha": 0.9},
}


def initial_weights(widths: Sequence[int], seed: Seed) -> list[NDArray[np.float32]]:
    """Return weights (in, out) and biases (out,) of each layer in turn: Glorot uniform, and zeros.

    Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks, equation 16.

    Parameters
    ----------
    widths
        Of the inputs, the hidden layers and the outputs.
    """
    # A stream of its own: the order of rows is drawn from the same seed.
    generator = np.random.default_rng([seed.training, 1])
    weights: list[NDArray[np.float32]] = []
    for fan_in, fan_out in itertools.pairwise(widths):
        limit = np.sqrt(6 / (fan_in + fan_out))
        weights.append(generator.uniform(-limit, limit, (fan_in, fan_out)).astype(np.float32))
        weights.append(np.zeros(fan_out, dtype=np.float32))
    return weights


def orders_of(config: TrainingConfig, seeds: Sequence[Seed], rows: int) -> NDArray[np.int32]:
    """Return the order of each seed's training rows in each epoch, shape (epochs, seeds, rows)."""
    if config.shuffle:
        return np.stack([epoch_orders(seed, rows, config.epochs) for seed in seeds], axis=1)
    return np.tile(np.arange(rows, dtype=np.int32), (config.epochs, len(seeds), 1))


def epoch_orders(seed: Seed, rows: int, epochs: int) -> NDArray[np.int32]:
    """Return the order of shuffled training rows in each epoch, shape (epochs, rows)."""
    generator = np.random.default_rng(seed.training)
    order = np.tile(np.arange(rows, dtype=np.int32), (epochs, 1))
    return generator.permuted(order, axis=1)
