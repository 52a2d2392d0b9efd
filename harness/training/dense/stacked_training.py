"""The training of many Keras networks as one traced program, kept for all configs that differ in numbers alone.

To trace a program, and to optimize its graph, takes longer than most trainings. So learning rate, epochs, batch size
and data are handed in, and so are initial weights and the optimizer's state, which are set anew for each
training. There is one variable for all weights, which the optimizer's update is traced for once; the loops are written
as the graph's own, which spares the translation of Python.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

# First: it sets what Keras and TensorFlow read while they are imported.
import harness.training.dense.keras_native as keras_fit

# isort: split
import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

import harness.training.dense.matched as matched
from harness.data.splitting import GIVEN
from harness.training.config import TrainingConfig
from harness.training.dense.stacked_model import StackedModel

CURVES = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "weight_norm")
KEPT = 8  # programs, each with the variables of its networks; kindred configs are trained one after the other
# What makes no other program, with the value that stands for all.
_HANDED_IN: Mapping[str, Any] = {
    "learning_rate": 1.0,
    "epochs": 1,
    "batch_size": 1,
    "scaling": "standard",
    "initial_weights": "own",
    "shuffle": True,
    "validation_split": 0.0,
}
_DRAWN = {"test_size": 0.5}  # handed in, too, unless the data set says which rows these are


def training_for(config: TrainingConfig, widths: tuple[int, ...], members: int) -> "StackedTraining":
    """Return the training that serves a config, traced before if it served one that differs in numbers alone.

    Parameters
    ----------
    widths
        Of the inputs, the hidden layers and the outputs.
    members
        How many networks are trained at once.
    """
    drawn = {} if config.test_size == GIVEN else _DRAWN
    return _kept(config.changed(**_HANDED_IN, **drawn), widths, members)


@functools.lru_cache(maxsize=KEPT)
def _kept(config: TrainingConfig, widths: tuple[int, ...], members: int) -> "StackedTraining":
    return StackedTraining(config, widths, members)


class StackedTraining:
    """The training of so many networks at once; parameters as of `training_for`."""

    def __init__(self, config: TrainingConfig, widths: Sequence[int], members: int) -> None:
        # Forget the names of earlier variables; freeing their memory by a garbage collection takes longer than a
        # training.
        keras.backend.clear_session(free_memory=False)
        self._model = StackedModel(config, widths)
        self._members, self._outputs = members, widths[-1]
        self._flat = keras.Variable(np.zeros((members, self._model.parameters), dtype=np.float32), name="weights")
        settings = matched.KERAS_SETTINGS[config.optimizer] if config.regime == "matched" else {}
        self._optimizer = keras_fit.OPTIMIZERS[config.optimizer](**keras_fit.optimizer_settings(config), **settings)
        self._optimizer.build([self._flat])
        self._fresh = [variable.numpy() for variable in self._optimizer.variables]
        floats, whole = (functools.partial(tf.TensorSpec, dtype=dtype) for dtype in (tf.float32, tf.int32))
        of_target = tf.int64 if self._model.classifies else tf.float32
        self._program = tf.function(
            self._train,
            input_signature=[
                *[floats((members, None, widths[0])), tf.TensorSpec((members, None), of_target)] * 2,
                whole((None, members, None)),
                whole((members, self._model.dropouts)),
                whole(()),
                whole(()),
            ],
            autograph=False,
            jit_compile=False,
        )

    def run(
        self,
        config: TrainingConfig,
        data: Sequence[NDArray[np.generic]],
        orders: NDArray[np.int32],
        weights: NDArray[np.float32],
        mask_seeds: NDArray[np.int32],
    ) -> tuple[list[NDArray[np.float32]], NDArray[np.float32]]:
        """Train all networks; return the curves of `CURVES`, each (epochs, members), and the predictions.

        These are (members, test rows, outputs).

        Parameters
        ----------
        config
            Its numbers count.
        data
            Features (members, rows, inputs) and target (members, rows) of the training rows, then of the test rows.
        orders : (epochs, members, training rows)
        weights : (members, parameters of one network)
            To begin with; of each layer first the weights, then the biases.
        mask_seeds : (members, hidden layers)
            What the zeros of dropout are drawn from; (members, 0) without dropout.
        """
        self._flat.assign(weights)
        for variable, value in zip(self._optimizer.variables, self._fresh, strict=True):
            variable.assign(value)
        self._optimizer.learning_rate = config.learning_rate
        curves, predictions = self._program(*data, orders, mask_seeds, config.batch_size, config.epochs)
        return [curve.numpy() for curve in curves], predictions.numpy()

    def _train(
        self,
        train_features: Any,
        train_target: Any,
        test_features: Any,
        test_target: Any,
        orders: Any,
        mask_seeds: Any,
        batch_size: Any,
        epochs: Any,
    ) -> tuple[Any, Any]:
        model, flat = self._model, self._flat
        rows, test_rows = (tf.shape(target)[1] for target in (train_target, test_target))
        of_row, of_test_row = (1 / tf.cast(count, tf.float32) for count in (rows, test_rows))
        steps = -(-rows // batch_size)  # of an epoch

        def step(number: Any, features: Any, target: Any, loss_sum: Any, hit_sum: Any) -> tuple[Any, ...]:
            start = number % steps * batch_size
            batch = slice(start, start + batch_size)
            masks = model.masks(number, tf.shape(target[:, batch])[1], mask_seeds)
            with tf.GradientTape() as tape:
                outputs, losses = model.outputs_and_losses(flat.value, features[:, batch], target[:, batch], masks)
                total = tf.reduce_sum(losses) / tf.cast(tf.shape(losses)[1], tf.float32)
            self._optimizer.apply([tape.gradient(total, flat.value)], [flat])
            loss_sum += tf.reduce_sum(losses, axis=1)
            return number + 1, features, target, loss_sum, hit_sum + model.hits(outputs, target[:, batch])

        def epoch(number: Any, predictions: Any, *curves: Any) -> tuple[Any, ...]:
            features = tf.gather(train_features, orders[number], batch_dims=1)
            target = tf.gather(train_target, orders[number], batch_dims=1)
            nothing = tf.zeros(self._members)
            *_, loss_sum, hit_sum = tf.while_loop(
                lambda at, *_: at < (number + 1) * steps, step, (number * steps, features, target, nothing, nothing)
            )
            predictions, losses = model.outputs_and_losses(flat.value, test_features, test_target)
            ends = (
                loss_sum * of_row,
                hit_sum * of_row,
                tf.reduce_mean(losses, axis=1),
                model.hits(predictions, test_target) * of_test_row,
                tf.sqrt(tf.reduce_sum(tf.square(flat.value), axis=1)),
            )
            return (
                number + 1,
                predictions,
                *(curve.write(number, end) for curve, end in zip(curves, ends, strict=True)),
            )

        written = [tf.TensorArray(tf.float32, size=epochs, element_shape=(self._members,)) for _ in CURVES]
        predictions = tf.zeros((self._members, test_rows, self._outputs))
        _, predictions, *written = tf.while_loop(
            lambda number, *_: number < epochs,
            epoch,
            (0, predictions, *written),
            shape_invariants=(
                tf.TensorShape(()),
                tf.TensorShape((self._members, None, self._outputs)),
                *(tf.TensorShape(None) for _ in CURVES),
            ),
        )
        return [curve.stack() for curve in written], predictions
