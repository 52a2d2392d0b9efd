"""Train a whole block of seeds of one config with Keras on TensorFlow, as one compiled program.

The networks of all seeds are stacked along a first axis, the whole training is one `tf.function`, and Keras's own
initializers, activations, losses and optimizer classes act on the stacked weights (Wang et al. 2021, HFTA, MLSys).
The updates are elementwise, so each seed's slice gets exactly the update it would get alone. A member equals a `fit`
with the same initial weights and order of rows, but for the order in which floats are summed; that order is drawn
here for each seed by NumPy, since the one that `fit` draws inside its input pipeline costs more than the training.

Twenty seeds take little longer than one, and a program that was traced before is used again
(`harness.training.dense.stacked_training`).
"""

import functools
import itertools
import random
import time
from collections.abc import Sequence
from typing import Any

# First: it sets what Keras and TensorFlow read while they are imported.
import harness.training.dense.keras_native as keras_fit

# isort: split
import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

import harness.training.dense.matched as matched
from harness.data.splitting import Split
from harness.training.config import TrainingConfig
from harness.training.dense.fields import task_of
from harness.training.dense.recording import block_of_runs, outputs_of
from harness.training.dense.stacked_training import CURVES, training_for
from harness.training.runs import Runs
from harness.training.seeds import Seed

_PARTS = ("train_features", "train_target", "test_features", "test_target")


def train(config: TrainingConfig, splits: Sequence[Split], seeds: Sequence[Seed]) -> Runs:
    """Train one network for each seed, all at once, and return their runs.

    Parameters
    ----------
    splits, seeds
        One of each for every network; all splits have as many rows.
    """
    started = time.perf_counter()
    tf.config.experimental.enable_op_determinism()
    widths = (splits[0].train_features.shape[1], *config.hidden_widths, outputs_of(config, splits[0]))
    if config.regime == "matched":
        initial, mask_seeds = matched_weights(widths, seeds), np.empty((len(seeds), 0), dtype=np.int32)
    else:
        initial, mask_seeds = first_draws(widths, tuple(seeds), config.initial_weights, config.dropout)
    rows = len(splits[0].train_target)
    orders = matched.orders_of(config, seeds, rows)
    data = [np.stack([getattr(split, name) for split in splits]) for name in _PARTS]
    curves, predictions = training_for(config, widths, len(seeds)).run(config, data, orders, initial, mask_seeds)
    by_name = {
        name: curve.T
        for name, curve in zip(CURVES, curves, strict=True)
        if task_of(config) == "classification" or "accuracy" not in name
    }
    norms = np.sqrt((initial.astype(np.float64) ** 2).sum(axis=1))
    by_name["weight_norm"] = np.concatenate([norms[:, None], by_name["weight_norm"]], axis=1)
    return block_of_runs(
        config,
        splits,
        seeds,
        curves=by_name,
        test_predictions=predictions,
        seconds=time.perf_counter() - started,
    )


@functools.lru_cache(maxsize=4)
def first_draws(
    widths: tuple[int, ...], seeds: tuple[Seed, ...], initial_weights: str, dropout: float
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return what each seed's native training starts with.

    That is its weights, (seeds, parameters of one network), of each layer first the weights, then the biases; and what
    the zeros of each hidden layer are drawn from, (seeds, hidden layers), or (seeds, 0) without dropout.

    Parameters
    ----------
    widths
        Of the inputs, the hidden layers and the outputs.
    """
    drawn = [_seeds_of_layers(len(widths) - 1, seed, initial_weights, dropout) for seed in seeds]

    def parameters(initializers: Sequence[Any]) -> NDArray[np.float32]:
        layers = zip(initializers, itertools.pairwise(widths), strict=True)
        return np.concatenate(
            [part for draw, shape in layers for part in (np.ravel(draw(shape)), np.zeros(shape[1], dtype=np.float32))]
        )

    weights = np.stack([parameters(initializers) for initializers, _ in drawn])
    return weights, np.array([mask_seeds for _, mask_seeds in drawn], dtype=np.int32)


def _seeds_of_layers(layers: int, seed: Seed, initial_weights: str, dropout: float) -> tuple[list[Any], list[int]]:
    """Return each layer's initializer and each dropout's seed, made in the order of the native model's layers.

    Each draws its own seed from Python's generator when it is made. TensorFlow's own seed is let alone: whenever it is
    set, TensorFlow forgets what it has compiled.
    """
    random.seed(seed.training)
    initializer = keras_fit.INITIALIZERS[initial_weights]
    initializers, mask_seeds = [keras.initializers.get(initializer)], []
    for _ in range(layers - 1):
        if dropout:
            mask_seeds.append(int(keras.random.SeedGenerator().state.numpy()[0]))
        initializers.append(keras.initializers.get(initializer))
    return initializers, mask_seeds


def matched_weights(widths: Sequence[int], seeds: Sequence[Seed]) -> NDArray[np.float32]:
    """Return the initial weights of the matched regime, laid out as by `first_draws`."""
    drawn = [matched.initial_weights(widths, seed) for seed in seeds]
    return np.stack([np.concatenate([np.ravel(array) for array in arrays]) for arrays in drawn])
