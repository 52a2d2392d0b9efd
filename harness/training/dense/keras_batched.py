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
from harness.training.dense.fields import task_of
from harness.training.dense.recording import block_of_runs, outputs_of
from harness.training.dense.stacked_model import StackedModel
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
    if same:
        initial, mask_seeds = matched_weights(widths, seeds), np.empty((len(seeds), 0), dtype=np.int32)
    else:
        initial, mask_seeds = first_draws(widths, seeds, config.dropout)
    model = StackedModel(config, widths, mask_seeds)
    flat = keras.Variable(initial, name="weights")
    settings = matched.KERAS_SETTINGS[config.optimizer] if same else {}
    optimizer = keras_fit.OPTIMIZERS[config.optimizer](**keras_fit.optimizer_settings(config), **settings)
    optimizer.build([flat])
    rows = len(splits[0].train_target)
    orders = np.stack([matched.epoch_orders(seed, rows, config.epochs) for seed in seeds], axis=1)
    curves, predictions = _program(config, model, flat, optimizer)(
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
        test_predictions=predictions.numpy(),
        seconds=time.perf_counter() - started,
    )


def first_draws(
    widths: Sequence[int], seeds: Sequence[Seed], dropout: float
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return what each seed's native training starts with.

    That is its weights, (seeds, parameters of one network), of each layer first the weights, then the biases; and what
    the zeros of each hidden layer are drawn from, (seeds, hidden layers), or (seeds, 0) without dropout.

    Parameters
    ----------
    widths
        Of the inputs, the hidden layers and the outputs.
    """
    drawn = [_seeds_of_layers(len(widths) - 1, seed, dropout) for seed in seeds]

    def parameters(initializers: Sequence[Any]) -> NDArray[np.float32]:
        layers = zip(initializers, itertools.pairwise(widths), strict=True)
        return np.concatenate(
            [part for draw, shape in layers for part in (np.ravel(draw(shape)), np.zeros(shape[1], dtype=np.float32))]
        )

    # No draw before the last seed is set: whenever it is seeded, TensorFlow forgets its compiled operations.
    weights = np.stack([parameters(initializers) for initializers, _ in drawn])
    return weights, np.array([mask_seeds for _, mask_seeds in drawn], dtype=np.int32)


def _seeds_of_layers(layers: int, seed: Seed, dropout: float) -> tuple[list[Any], list[int]]:
    """Return each layer's initializer and each dropout's seed, made in the order of the native model's layers.

    Each draws its own seed when it is made, before any weight is drawn.
    """
    keras.utils.set_random_seed(seed.training)
    initializers, mask_seeds = [keras.initializers.GlorotUniform()], []
    for _ in range(layers - 1):
        if dropout:
            mask_seeds.append(int(keras.random.SeedGenerator().state.numpy()[0]))
        initializers.append(keras.initializers.GlorotUniform())
    return initializers, mask_seeds


def matched_weights(widths: Sequence[int], seeds: Sequence[Seed]) -> NDArray[np.float32]:
    """Return the initial weights of the matched regime, laid out as by `first_draws`."""
    drawn = [matched.initial_weights(widths, seed) for seed in seeds]
    return np.stack([np.concatenate([np.ravel(array) for array in arrays]) for arrays in drawn])


def _program(config: TrainingConfig, model: StackedModel, flat: Any, optimizer: Any) -> Any:
    """Return the whole training as one compiled function.

    It takes the arrays of `_PARTS`, each with a first axis over the seeds, and the orders (epochs, seeds, rows); it
    returns the curves of `CURVES`, each (epochs, seeds), and the predictions (seeds, test rows, outputs).

    Parameters
    ----------
    flat : (seeds, parameters of one network)
        A variable; of each layer first the weights, then the biases.
    """

    @tf.function(autograph=False, jit_compile=False)  # type: ignore[untyped-decorator]
    def program(
        train_features: Any, train_target: Any, test_features: Any, test_target: Any, orders: Any
    ) -> tuple[Any, Any]:
        rows, test_rows, seeds = train_features.shape[1], test_features.shape[1], train_features.shape[0]
        steps = -(-rows // config.batch_size)  # of an epoch

        def step(number: Any, features: Any, target: Any, loss_sum: Any, hit_sum: Any) -> tuple[Any, ...]:
            start = number % steps * config.batch_size
            batch = slice(start, start + config.batch_size)
            masks = model.masks(number, tf.shape(target[:, batch])[1])
            with tf.GradientTape() as tape:
                outputs, losses = model.outputs_and_losses(flat.value, features[:, batch], target[:, batch], masks)
                total = tf.reduce_sum(losses) / tf.cast(tf.shape(losses)[1], tf.float32)
            optimizer.apply([tape.gradient(total, flat.value)], [flat])
            loss_sum += tf.reduce_sum(losses, axis=1)
            return number + 1, features, target, loss_sum, hit_sum + model.hits(outputs, target[:, batch])

        def epoch(number: Any, predictions: Any, *curves: Any) -> tuple[Any, ...]:
            features = tf.gather(train_features, orders[number], batch_dims=1)
            target = tf.gather(train_target, orders[number], batch_dims=1)
            *_, loss_sum, hit_sum = tf.while_loop(
                lambda at, *_: at < (number + 1) * steps,
                step,
                (number * steps, features, target, tf.zeros(seeds), tf.zeros(seeds)),
            )
            predictions, losses = model.outputs_and_losses(flat.value, test_features, test_target)
            ends = (
                loss_sum / rows,
                hit_sum / rows,
                tf.reduce_mean(losses, axis=1),
                model.hits(predictions, test_target) / test_rows,
                tf.sqrt(tf.reduce_sum(tf.square(flat.value), axis=1)),
            )
            return (
                number + 1,
                predictions,
                *(curve.write(number, end) for curve, end in zip(curves, ends, strict=True)),
            )

        curves = [tf.TensorArray(tf.float32, size=config.epochs, element_shape=(seeds,)) for _ in CURVES]
        predictions = tf.zeros((seeds, test_rows, model.outputs))
        _, predictions, *curves = tf.while_loop(
            lambda number, *_: number < config.epochs, epoch, (0, predictions, *curves)
        )
        return [curve.stack() for curve in curves], predictions

    return program
