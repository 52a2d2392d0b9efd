"""Train a whole block of seeds of one protocol with Keras on TensorFlow, as one compiled program.

The networks of all seeds are stacked along a first axis, the whole training is one `tf.function`, and Keras's own
initializers, activations, losses and optimizer classes act on the stacked variables (Wang et al. 2021, HFTA, MLSys).
The updates are elementwise, so each seed's slice gets exactly the update it would get alone. A member equals a `fit`
with the same initial weights and order of rows, but for the order in which floats are summed; that order is drawn
here for each seed by NumPy, since the one that `fit` draws inside its input pipeline costs more than the training.
"""

import time
from collections.abc import Sequence
from typing import Any

import harness.training.keras_fit as keras_fit  # first: it sets what Keras and TensorFlow read while they are imported

# isort: split
import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from harness.datasets import Split
from harness.protocol import Protocol, Seed
from harness.runs import Runs
from harness.training.recording import block_of_runs, outputs_of

CURVES = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "weight_norm")


def train(protocol: Protocol, splits: Sequence[Split], seeds: Sequence[Seed]) -> Runs:
    """Train one network for each seed, all at once, and return their runs.

    Parameters
    ----------
    splits, seeds
        One of each for every network; all splits have as many rows.
    """
    started = time.perf_counter()
    tf.config.experimental.enable_op_determinism()
    keras.backend.clear_session()
    stacked = [np.stack(weights) for weights in zip(*map(_initial_of(protocol, splits[0]), seeds), strict=True)]
    variables = [keras.Variable(weights, name=f"weights_{number}") for number, weights in enumerate(stacked)]
    optimizer = keras_fit.OPTIMIZERS[protocol.optimizer](learning_rate=protocol.learning_rate)
    optimizer.build(variables)
    rows = len(splits[0].train_target)
    orders = np.stack([epoch_orders(seed, rows, protocol.epochs) for seed in seeds], axis=1)
    curves, predictions = _program(protocol, variables, optimizer)(
        *(tf.constant(np.stack([getattr(split, name) for split in splits])) for name in _PARTS), tf.constant(orders)
    )
    by_name = {
        name: np.moveaxis(curve.numpy(), 0, 1)
        for name, curve in zip(CURVES, curves, strict=True)
        if protocol.task == "classification" or "accuracy" not in name
    }
    initial = np.sqrt(sum((weights.astype(np.float64) ** 2).sum(axis=(1, 2)) for weights in stacked))
    by_name["weight_norm"] = np.concatenate([initial[:, None], by_name["weight_norm"]], axis=1)
    return block_of_runs(
        protocol,
        splits,
        seeds,
        curves=by_name,
        test_predictions=predictions.numpy(),
        seconds=time.perf_counter() - started,
    )


_PARTS = ("train_features", "train_target", "test_features", "test_target")


def epoch_orders(seed: Seed, rows: int, epochs: int) -> NDArray[np.int32]:
    """Return the order of the training rows in each epoch, shape (epochs, rows)."""
    generator = np.random.default_rng(seed.training)
    order = np.tile(np.arange(rows, dtype=np.int32), (epochs, 1))
    return generator.permuted(order, axis=1)


def initial_weights(protocol: Protocol, inputs: int, outputs: int, seed: Seed) -> list[NDArray[np.float32]]:
    """Return the weights and biases, in turn, with which `harness.training.keras_fit` starts for this seed."""
    keras.utils.set_random_seed(seed.training)
    widths = (inputs, *protocol.hidden_widths, outputs)
    # Each layer draws the seed of its initializer when it is made, before any weight is drawn.
    initializers = [keras.initializers.GlorotUniform() for _ in widths[1:]]
    weights: list[NDArray[np.float32]] = []
    for initializer, fan_in, fan_out in zip(initializers, widths, widths[1:], strict=False):
        weights += [np.asarray(initializer((fan_in, fan_out))), np.zeros(fan_out, dtype=np.float32)]
    return weights


def _initial_of(protocol: Protocol, split: Split) -> Any:
    inputs, outputs = split.train_features.shape[1], outputs_of(protocol, split)

    def stackable(seed: Seed) -> list[NDArray[np.float32]]:
        weights = initial_weights(protocol, inputs, outputs, seed)
        return [array if array.ndim == 2 else array[None] for array in weights]

    return stackable


def _program(protocol: Protocol, variables: Sequence[Any], optimizer: Any) -> Any:
    """Return the whole training as one compiled function.

    It takes the arrays of `_PARTS`, each with a first axis over the seeds, and the orders (epochs, seeds, rows); it
    returns the curves of `CURVES`, each (epochs, seeds), and the predictions (seeds, test rows, outputs).
    """
    classify = protocol.task == "classification"
    activation = keras.activations.get(protocol.activation)
    loss_function = keras.losses.get(keras_fit.LOSSES[protocol.loss])

    def outputs_and_losses(features: Any, target: Any) -> tuple[Any, Any]:
        """Return outputs (seeds, rows, outputs) and the loss of each row (seeds, rows)."""
        signal = features
        for number in range(0, len(variables), 2):
            signal = tf.matmul(signal, variables[number]) + variables[number + 1]
            if number + 2 < len(variables):
                signal = activation(signal)
        shape = tf.shape(signal)
        flat = tf.reshape(signal, (-1, signal.shape[-1]))
        if classify:
            flat = keras.activations.softmax(flat)
        losses = loss_function(tf.reshape(target, (-1, 1)), flat)
        return tf.reshape(flat, shape), tf.reshape(losses, shape[:2])

    def correct(outputs: Any, target: Any) -> Any:
        hits = tf.argmax(outputs, axis=-1, output_type=tf.int64) == tf.cast(target, tf.int64)
        return tf.reduce_sum(tf.cast(hits, tf.float32), axis=1)

    def norm() -> Any:
        return tf.sqrt(sum(tf.reduce_sum(tf.square(variable.value), axis=(1, 2)) for variable in variables))

    @tf.function(jit_compile=False)  # type: ignore[untyped-decorator]
    def program(
        train_features: Any, train_target: Any, test_features: Any, test_target: Any, orders: Any
    ) -> tuple[Any, Any]:
        epochs, rows = protocol.epochs, train_features.shape[1]
        seeds, test_rows = train_features.shape[0], test_features.shape[1]
        curves = [tf.TensorArray(tf.float32, size=epochs, element_shape=(seeds,)) for _ in CURVES]
        predictions = tf.zeros((seeds, test_rows, variables[-1].shape[-1]))
        for epoch in tf.range(epochs):
            features = tf.gather(train_features, orders[epoch], batch_dims=1)
            target = tf.gather(train_target, orders[epoch], batch_dims=1)
            loss_sum, hits = tf.zeros(seeds), tf.zeros(seeds)
            for start in tf.range(0, rows, protocol.batch_size):
                batch_target = target[:, start : start + protocol.batch_size]
                with tf.GradientTape() as tape:
                    outputs, losses = outputs_and_losses(features[:, start : start + protocol.batch_size], batch_target)
                    total = tf.reduce_sum(losses) / tf.cast(tf.shape(losses)[1], tf.float32)
                values = [variable.value for variable in variables]
                optimizer.apply(tape.gradient(total, values), variables)
                loss_sum += tf.reduce_sum(losses, axis=1)
                if classify:
                    hits += correct(outputs, batch_target)
            predictions, losses = outputs_and_losses(test_features, test_target)
            ends = (
                loss_sum / rows,
                hits / rows,
                tf.reduce_mean(losses, axis=1),
                correct(predictions, test_target) / test_rows if classify else tf.zeros(seeds),
                norm(),
            )
            curves = [curve.write(epoch, end) for curve, end in zip(curves, ends, strict=True)]
        return [curve.stack() for curve in curves], predictions

    return program
