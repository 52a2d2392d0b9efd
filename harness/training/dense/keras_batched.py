"""Train a whole block of seeds of one config with Keras on TensorFlow, as one compiled program.

The networks of all seeds are stacked along a first axis, the whole training is one `tf.function`, and Keras's own
initializers, activations, losses and optimizer classes act on the stacked weights (Wang et al. 2021, HFTA, MLSys).
The updates are elementwise, so each seed's slice gets exactly the update it would get alone. A member equals a `fit`
with the same initial weights and order of rows, but for the order in which floats are summed; that order is drawn
here for each seed by NumPy, since the one that `fit` draws inside its input pipeline costs more than the training.

Twenty seeds take little longer than one: most of the time goes into tracing the program. So there is one variable for
all weights, which the optimizer's update is traced for once, and the loops are written as the graph's own, which
spares the translation of Python.
"""

import itertools
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
from harness.data.registry import Split
from harness.training.config import TrainingConfig
from harness.training.dense.fields import BINARY, task_of
from harness.training.dense.recording import block_of_runs, of_both_classes, outputs_of
from harness.training.runs import Runs
from harness.training.seeds import Seed

CURVES = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "weight_norm")
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
    # Forget the names of earlier variables; freeing their memory by a garbage collection takes longer than a training.
    keras.backend.clear_session(free_memory=False)
    widths = (splits[0].train_features.shape[1], *config.hidden_widths, outputs_of(config, splits[0]))
    same = config.regime == "matched"
    initial = matched_weights(widths, seeds) if same else initial_weights(widths, seeds, config.dropout)
    flat = keras.Variable(initial, name="weights")
    settings = matched.KERAS_SETTINGS[config.optimizer] if same else {}
    optimizer = keras_fit.OPTIMIZERS[config.optimizer](**keras_fit.optimizer_settings(config), **settings)
    optimizer.build([flat])
    rows = len(splits[0].train_target)
    orders = np.stack([matched.epoch_orders(seed, rows, config.epochs) for seed in seeds], axis=1)
    mask_seeds = [_first_draws(widths, seed, config.dropout)[1] for seed in seeds] if config.dropout else []
    curves, predictions = _program(config, widths, flat, optimizer, mask_seeds)(
        *(tf.constant(np.stack([getattr(split, name) for split in splits])) for name in _PARTS), tf.constant(orders)
    )
    by_name = {
        name: curve.numpy().T
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
        test_predictions=of_both_classes(predictions.numpy()) if config.loss == BINARY else predictions.numpy(),
        seconds=time.perf_counter() - started,
    )


def initial_weights(widths: Sequence[int], seeds: Sequence[Seed], dropout: float = 0.0) -> NDArray[np.float32]:
    """Return what each seed's native training starts with, shape (seeds, parameters of one network).

    Of each layer first the weights, then the biases.

    Parameters
    ----------
    widths
        Of the inputs, the hidden layers and the outputs.
    """
    initializers = [_first_draws(widths, seed, dropout)[0] for seed in seeds]

    def parameters(own: Sequence[Any]) -> NDArray[np.float32]:
        layers = zip(own, itertools.pairwise(widths), strict=True)
        return np.concatenate(
            [part for draw, shape in layers for part in (np.ravel(draw(shape)), np.zeros(shape[1], dtype=np.float32))]
        )

    # No draw before the last seed is set: whenever it is seeded, TensorFlow forgets its compiled operations.
    return np.stack([parameters(own) for own in initializers])


def _first_draws(widths: Sequence[int], seed: Seed, dropout: float) -> tuple[list[Any], list[int]]:
    """Return the initializer of each layer, and what the masks of each hidden layer are drawn from.

    Each layer draws a seed when it is made, before any weight is drawn: in the order of the native model's layers.
    """
    keras.utils.set_random_seed(seed.training)
    initializers, mask_seeds = [], []
    for number in range(1, len(widths)):
        initializers.append(keras.initializers.GlorotUniform())
        if dropout and number < len(widths) - 1:
            mask_seeds.append(int(keras.random.SeedGenerator().state.numpy()[0]))
    return initializers, mask_seeds


def matched_weights(widths: Sequence[int], seeds: Sequence[Seed]) -> NDArray[np.float32]:
    """Return the initial weights of the matched regime, laid out as by `initial_weights`."""
    drawn = [matched.initial_weights(widths, seed) for seed in seeds]
    return np.stack([np.concatenate([np.ravel(array) for array in arrays]) for arrays in drawn])


def _program(
    config: TrainingConfig, widths: Sequence[int], flat: Any, optimizer: Any, mask_seeds: Sequence[Sequence[int]]
) -> Any:
    """Return the whole training as one compiled function.

    It takes the arrays of `_PARTS`, each with a first axis over the seeds, and the orders (epochs, seeds, rows); it
    returns the curves of `CURVES`, each (epochs, seeds), and the predictions (seeds, test rows, outputs).

    Parameters
    ----------
    flat : (seeds, parameters of one network)
        A variable; of each layer first the weights, then the biases.
    mask_seeds : (seeds, hidden layers)
        What the masks of dropout are drawn from; empty without.
    """
    classify = task_of(config) == "classification"
    activation = keras.activations.get(config.activation)
    loss_function = keras.losses.get(keras_fit.LOSSES[config.loss])
    layers = list(itertools.pairwise(widths))
    sizes = [size for fan_in, fan_out in layers for size in (fan_in * fan_out, fan_out)]

    def mask(layer: int, draw: Any, rows: Any) -> Any:
        """Return what dropout multiplies the outputs of a hidden layer by at one step, (seeds, rows, width)."""
        ones = tf.ones((rows, widths[layer + 1]))
        # As `keras.layers.Dropout` draws: its seed, and how often it was called before.
        seeds = [tf.stack([tf.constant(seed), draw]) for seed in np.array(mask_seeds, dtype=np.int32)[:, layer]]
        drop = tf.nn.experimental.stateless_dropout
        return tf.stack([drop(ones, rate=config.dropout, seed=seed) for seed in seeds])

    def outputs_and_losses(values: Any, features: Any, target: Any, draw: Any = None) -> tuple[Any, Any]:
        """Return outputs (seeds, rows, outputs) and the loss of each row (seeds, rows); in a step, with its number."""
        parts = tf.split(values, sizes, axis=1)
        signal = features
        for number, (fan_in, fan_out) in enumerate(layers):
            weights = tf.reshape(parts[2 * number], (-1, fan_in, fan_out))
            signal = tf.matmul(signal, weights) + parts[2 * number + 1][:, None]
            if number + 1 < len(layers):
                signal = activation(signal)
                if config.dropout and draw is not None:
                    signal *= mask(number, draw, tf.shape(signal)[1])
        shape = tf.shape(signal)
        rows = tf.reshape(signal, (-1, widths[-1]))
        if classify:
            rows = (keras.activations.sigmoid if config.loss == BINARY else keras.activations.softmax)(rows)
        losses = loss_function(tf.reshape(target, (-1, 1)), rows)
        return tf.reshape(rows, shape), tf.reshape(losses, shape[:2])

    def hits(outputs: Any, target: Any) -> Any:
        """Return how many rows of each seed get the right class, shape (seeds,)."""
        if not classify:
            return tf.zeros(target.shape[0])
        if config.loss == BINARY:
            return tf.reduce_sum(tf.cast((outputs[..., 0] > 0.5) == (target > 0), tf.float32), axis=1)
        right = tf.argmax(outputs, axis=-1, output_type=tf.int64) == tf.cast(target, tf.int64)
        return tf.reduce_sum(tf.cast(right, tf.float32), axis=1)

    @tf.function(autograph=False, jit_compile=False)  # type: ignore[untyped-decorator]
    def program(
        train_features: Any, train_target: Any, test_features: Any, test_target: Any, orders: Any
    ) -> tuple[Any, Any]:
        steps = -(-train_features.shape[1] // config.batch_size)
        rows, test_rows, seeds = train_features.shape[1], test_features.shape[1], train_features.shape[0]

        def step(draw: Any, start: Any, features: Any, target: Any, loss_sum: Any, hit_sum: Any) -> tuple[Any, ...]:
            batch = slice(start, start + config.batch_size)
            with tf.GradientTape() as tape:
                outputs, losses = outputs_and_losses(flat.value, features[:, batch], target[:, batch], draw)
                total = tf.reduce_sum(losses) / tf.cast(tf.shape(losses)[1], tf.float32)
            optimizer.apply([tape.gradient(total, flat.value)], [flat])
            loss_sum += tf.reduce_sum(losses, axis=1)
            return (
                draw + 1,
                start + config.batch_size,
                features,
                target,
                loss_sum,
                hit_sum + hits(outputs, target[:, batch]),
            )

        def epoch(number: Any, predictions: Any, *curves: Any) -> tuple[Any, ...]:
            features = tf.gather(train_features, orders[number], batch_dims=1)
            target = tf.gather(train_target, orders[number], batch_dims=1)
            *_, loss_sum, hit_sum = tf.while_loop(
                lambda _, start, *__: start < rows,
                step,
                (number * steps, 0, features, target, tf.zeros(seeds), tf.zeros(seeds)),
            )
            predictions, losses = outputs_and_losses(flat.value, test_features, test_target)
            ends = (
                loss_sum / rows,
                hit_sum / rows,
                tf.reduce_mean(losses, axis=1),
                hits(predictions, test_target) / test_rows,
                tf.sqrt(tf.reduce_sum(tf.square(flat.value), axis=1)),
            )
            return (
                number + 1,
                predictions,
                *(curve.write(number, end) for curve, end in zip(curves, ends, strict=True)),
            )

        curves = [tf.TensorArray(tf.float32, size=config.epochs, element_shape=(seeds,)) for _ in CURVES]
        predictions = tf.zeros((seeds, test_rows, widths[-1]))
        _, predictions, *curves = tf.while_loop(
            lambda number, *_: number < config.epochs, epoch, (0, predictions, *curves)
        )
        return [curve.stack() for curve in curves], predictions

    return program
