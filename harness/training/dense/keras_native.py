"""Train one network with Keras on TensorFlow: a sequential model, ``compile`` and ``fit``."""

import os
import time
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from numpy.typing import NDArray

from harness.data.splitting import Split
from harness.training.config import TrainingConfig
from harness.training.dense.fields import BINARY, task_of
from harness.training.dense.recording import one_run, outputs_of, refuse_matched
from harness.training.runs import Runs
from harness.training.seeds import Seed

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    tf.config.set_visible_devices([], "GPU")  # networks this small are faster without, and results the same everywhere
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
else:
    import torch

    torch.set_num_threads(1)

# What `compile` is told, for each mode; "default" is Keras's own choice.
MODES: dict[str, dict[str, Any]] = {"default": {}, "no-jit": {"jit_compile": False}}
OPTIMIZERS = {
    "sgd": keras.optimizers.SGD,
    "adam": keras.optimizers.Adam,
    "rmsprop": keras.optimizers.RMSprop,
    "adamw": keras.optimizers.AdamW,
}
# Keras's names; what its layers begin with is Glorot's.
INITIALIZERS = {
    "own": "glorot_uniform",
    "glorot_uniform": "glorot_uniform",
    "he_normal": "he_normal",
    "normal": "random_normal",
}
HISTORY_NAMES = {
    "train_loss": "loss",
    "test_loss": "val_loss",
    "train_accuracy": "accuracy",
    "test_accuracy": "val_accuracy",
}


class EpochTimes(keras.callbacks.Callback):  # type: ignore[misc]
    """Records how long each epoch took; what comes before the first counts for the first."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = [time.perf_counter()]

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Record the end of an epoch."""
        self.ends.append(time.perf_counter())


class WeightNorm(keras.callbacks.Callback):  # type: ignore[misc]
    """Records the Euclidean norm over all weights, before training and after each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.norms: list[float] = []

    def on_train_begin(self, logs: Any = None) -> None:
        """Record the initial norm."""
        self._record()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Record the norm after an epoch."""
        self._record()

    def _record(self) -> None:
        weights = np.concatenate([array.ravel() for array in self.model.get_weights()])
        with np.errstate(over="ignore"):  # a training that diverges is recorded, not warned of
            self.norms.append(float(np.linalg.norm(weights)))


def cross_entropy_on_softmax(target: Any, probabilities: Any) -> Any:
    """Cross-entropy that takes probabilities for logits, so that softmax is applied a second time.

    Keras's own loss with ``from_logits=True`` will not do that: it finds the softmax layer behind the probabilities
    and uses the logits in front of it (`keras.src.backend.tensorflow.nn._get_logits`, Keras 3).
    """
    log_probabilities = keras.ops.log_softmax(probabilities, axis=-1)
    one_hot = keras.ops.one_hot(keras.ops.reshape(target, (-1,)), probabilities.shape[-1])
    return -keras.ops.sum(one_hot * log_probabilities, axis=-1)


LOSSES = {
    "squared_error": "mean_squared_error",
    "absolute_error": "mean_absolute_error",
    "cross_entropy": "sparse_categorical_crossentropy",
    "cross_entropy_on_softmax": cross_entropy_on_softmax,
    BINARY: "binary_crossentropy",
}


def optimizer_settings(config: TrainingConfig) -> dict[str, Any]:
    """Return what an optimizer is told; all else is Keras's default."""
    settings: dict[str, Any] = {"learning_rate": config.learning_rate}
    if config.weight_decay or config.optimizer == "adamw":
        settings["weight_decay"] = config.weight_decay
    if config.optimizer == "sgd":
        settings |= {"momentum": config.momentum, "nesterov": config.nesterov}
    return settings


def build(config: TrainingConfig, inputs: int, outputs: int, **compile_options: Any) -> Any:
    """Return the compiled model; all but what `optimizer_settings` tells is Keras's default."""
    refuse_matched(config)
    classify = task_of(config) == "classification"
    model = keras.Sequential(
        [
            keras.Input((inputs,)),
            *(layer for width in config.hidden_widths for layer in _hidden(config, width)),
            _dense(config, outputs, last_activation(config)),
        ]
    )
    model.compile(
        optimizer=OPTIMIZERS[config.optimizer](**optimizer_settings(config)),
        loss=LOSSES[config.loss],
        metrics=["accuracy"] if classify else [],
        **compile_options,
    )
    return model


def last_activation(config: TrainingConfig) -> str | None:
    """Return what makes outputs probabilities; None for values."""
    if task_of(config) == "regression":
        return None
    return "sigmoid" if config.loss == BINARY else "softmax"


def _hidden(config: TrainingConfig, width: int) -> list[Any]:
    layers = [_dense(config, width, config.activation)]
    return [*layers, keras.layers.Dropout(config.dropout)] if config.dropout else layers


def _dense(config: TrainingConfig, width: int, activation: str | None) -> Any:
    return keras.layers.Dense(width, activation=activation, kernel_initializer=INITIALIZERS[config.initial_weights])


def train(config: TrainingConfig, split: Split, seed: Seed) -> Runs:
    """Train one network on one split and return its run; the same seed gives the same bits."""
    tf.config.experimental.enable_op_determinism()
    return train_and_time(config, split, seed)[0]


def train_and_time(
    config: TrainingConfig, split: Split, seed: Seed, mode: str = "default"
) -> tuple[Runs, NDArray[np.float64]]:
    """Train one network in one of `MODES`; return its run, and the seconds of each epoch, shape (epochs,).

    Building the model and tracing it count for the first epoch.
    """
    started = time.perf_counter()
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed.training)
    model = build(config, split.train_features.shape[1], outputs_of(config, split), **MODES[mode])
    weight_norm, epoch_times = WeightNorm(), EpochTimes()
    epoch_times.ends[0] = started
    history = model.fit(
        split.train_features,
        split.train_target,
        validation_data=(split.test_features, split.test_target),
        batch_size=config.batch_size,
        validation_batch_size=len(split.test_target),
        epochs=config.epochs,
        shuffle=config.shuffle,
        callbacks=[weight_norm, epoch_times],
        verbose=0,
    ).history
    curves = {name: history[key] for name, key in HISTORY_NAMES.items() if key in history}
    run = one_run(
        config,
        split,
        seed,
        curves={**curves, "weight_norm": weight_norm.norms},
        test_predictions=model.predict(split.test_features, batch_size=len(split.test_target), verbose=0),
        seconds=epoch_times.ends[-1] - started,
    )
    return run, np.diff(epoch_times.ends)
