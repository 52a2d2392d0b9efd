"""Many Keras networks of one shape as one: outputs, losses and dropout of stacked weights, in a graph."""

import itertools
from collections.abc import Sequence
from typing import Any

# First: it sets what Keras and TensorFlow read while they are imported.
import harness.training.dense.keras_native as keras_fit

# isort: split
import keras
import tensorflow as tf

from harness.training.config import TrainingConfig
from harness.training.dense.fields import BINARY, task_of


class StackedModel:
    """The layers of all seeds' networks; their parameters are handed in, those of each network in one line.

    Parameters
    ----------
    widths
        Of the inputs, the hidden layers and the outputs.

    Attributes
    ----------
    parameters
        How many a network has.
    dropouts
        How many of its layers drop outputs.
    classifies
        Whether its outputs are of classes.
    """

    def __init__(self, config: TrainingConfig, widths: Sequence[int]) -> None:
        self._outputs = widths[-1]
        self._layers = list(itertools.pairwise(widths))
        self._sizes = [size for fan_in, fan_out in self._layers for size in (fan_in * fan_out, fan_out)]
        self._activation = keras.activations.get(config.activation)
        self._loss = keras.losses.get(keras_fit.LOSSES[config.loss])
        self._last = keras.activations.get(keras_fit.last_activation(config))
        self._binary = config.loss == BINARY
        self._dropout = config.dropout
        self.parameters = sum(self._sizes)
        self.dropouts = len(config.hidden_widths) if config.dropout else 0
        self.classifies = task_of(config) == "classification"

    def outputs_and_losses(self, values: Any, features: Any, target: Any, masks: Sequence[Any] = ()) -> tuple[Any, Any]:
        """Return outputs (seeds, rows, outputs) and the loss of each row (seeds, rows).

        Parameters
        ----------
        values : (seeds, parameters of one network)
            Of each layer first the weights, then the biases.
        features : (seeds, rows, inputs)
        target : (seeds, rows)
        masks
            As `masks` returns them; empty in a test.
        """
        parts = tf.split(values, self._sizes, axis=1)
        signal = features
        for number, (fan_in, fan_out) in enumerate(self._layers):
            weights = tf.reshape(parts[2 * number], (-1, fan_in, fan_out))
            signal = tf.matmul(signal, weights) + parts[2 * number + 1][:, None]
            if number + 1 < len(self._layers):
                signal = self._activation(signal)
                if masks:
                    signal *= masks[number]
        shape = tf.shape(signal)
        rows = self._last(tf.reshape(signal, (-1, self._outputs)))
        losses = self._loss(tf.reshape(target, (-1, 1)), rows)
        return tf.reshape(rows, shape), tf.reshape(losses, shape[:2])

    def masks(self, step: Any, rows: Any, mask_seeds: Any) -> list[Any]:
        """Return what dropout multiplies the outputs of each hidden layer by, (seeds, rows, width) each.

        Parameters
        ----------
        step
            How many came before; `keras.layers.Dropout` draws from its seed and from this.
        rows
            Of the batch.
        mask_seeds : (seeds, hidden layers)
            What the zeros are drawn from; (seeds, 0) without dropout.
        """
        drop = tf.nn.experimental.stateless_dropout
        return [
            tf.stack(
                [
                    drop(tf.ones((rows, width)), rate=self._dropout, seed=tf.stack([seed, step]))
                    for seed in tf.unstack(seeds)
                ]
            )
            for seeds, (_, width) in zip(tf.unstack(mask_seeds, axis=1), self._layers, strict=False)
        ]

    def hits(self, outputs: Any, target: Any) -> Any:
        """Return how many rows of each seed get the right class, shape (seeds,); none in a regression."""
        if not self.classifies:
            return tf.zeros(target.shape[0])
        if self._binary:
            return tf.reduce_sum(tf.cast((outputs[..., 0] > 0.5) == (target > 0), tf.float32), axis=1)
        right = tf.argmax(outputs, axis=-1, output_type=tf.int64) == tf.cast(target, tf.int64)
        return tf.reduce_sum(tf.cast(right, tf.float32), axis=1)
