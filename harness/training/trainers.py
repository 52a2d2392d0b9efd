"""The frameworks: the reference as a competent user writes it, and batched trainings that train many seeds at once.

Two modules a framework, one function each: ``train(config, split, seed)`` for one seed, and
``train(config, splits, seeds)`` for a block, with the same numbers. This package is the only place that imports
torch, tensorflow or keras, and it does so only when something is trained.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from types import ModuleType

from harness.data.registry import Split
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed

Trainer = Callable[[TrainingConfig, Split, Seed], Runs]
BatchedTrainer = Callable[[TrainingConfig, Sequence[Split], Sequence[Seed]], Runs]

# Raise it when a change in this package changes results: stored runs of older versions are then trained again.
TRAINING_VERSION = 2

_REFERENCES = {"keras": "harness.training.dense.keras_native", "torch": "harness.training.dense.torch_native"}
_BATCHED = {"keras": "harness.training.dense.keras_batched", "torch": "harness.training.dense.torch_batched"}
_DISTRIBUTIONS = {"keras": ("keras", "tensorflow"), "torch": ("torch",)}
_OF_EVERY_TRAINING = ("numpy", "scikit-learn")  # the split depends on them
# Threads change the order of sums, and with it the last bits of a result.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

_SETTINGS_OF_EVERY_TRAINING = {
    "numpy.seterr": "warn warn ignore warn",
    "sklearn.set_config(transform_output)": "default",
}
# With which settings a framework trains, by the function that tells or sets each: its own defaults, and one thread.
SETTINGS: Mapping[str, Mapping[str, str]] = {
    "keras": {
        "keras.config.backend": "tensorflow",
        "keras.config.floatx": "float32",
        "keras.config.epsilon": "1e-07",
        "keras.config.dtype_policy": "float32",
        "keras.config.image_data_format": "channels_last",
        "keras.config.max_epochs": "None",
        "keras.config.max_steps_per_epoch": "None",
        "tf.executing_eagerly": "True",
        "tf.config.functions_run_eagerly": "False",
        "tf.config.optimizer.get_jit": "False",
        "tf.config.optimizer.get_experimental_options": "{}",
        "tf.config.threading": "(1, 1)",
        "tf.experimental.numpy.experimental_enable_numpy_behavior": "False",
        **_SETTINGS_OF_EVERY_TRAINING,
    },
    "torch": {
        "torch.get_default_dtype": "torch.float32",
        "torch.get_default_device": "cpu",
        "torch.get_num_threads": "1",
        "torch.get_float32_matmul_precision": "highest",
        "torch.are_deterministic_algorithms_enabled": "False",
        "torch.is_grad_enabled": "True",
        "torch.is_autocast_cpu_enabled": "False",
        "torch.backends.mkldnn.enabled": "True",
        "torch.set_flush_denormal": "False",
        **_SETTINGS_OF_EVERY_TRAINING,
    },
}


def reference_trainer(framework: str) -> Trainer:
    """Import one framework and return its trainer of one seed."""
    trainer: Trainer = _on_one_thread(_REFERENCES[framework]).train
    return trainer


def batched_trainer(framework: str) -> BatchedTrainer:
    """Import one framework and return its trainer of a block of seeds."""
    trainer: BatchedTrainer = _on_one_thread(_BATCHED[framework]).train
    return trainer


def _on_one_thread(module: str) -> ModuleType:
    os.environ.update(ONE_THREAD, KERAS_BACKEND="tensorflow")
    with _quiet_standard_error():
        return import_module(module)


@contextmanager
def _quiet_standard_error() -> Iterator[None]:
    """Hold back what native code writes while it is loaded; say it after all if loading fails.

    TensorFlow tells of GPUs it did not find before any of its log levels applies, in every worker.
    """
    sys.stderr.flush()
    shown = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(shown, held.read())
            raise
        finally:
            os.dup2(shown, 2)
            os.close(shown)


def framework_versions(framework: str) -> dict[str, str]:
    """Return the versions of all libraries that determine a result, without importing them."""
    return {name: version(name) for name in (*_DISTRIBUTIONS[framework], *_OF_EVERY_TRAINING)}


def fingerprint_of(framework: str) -> Mapping[str, str]:
    """Return what determines a result besides config, data and seeds: versions of libraries and trainers, settings.

    Trainings happen where a user's own settings do not reach them, so the settings are the same everywhere.
    """
    settings = ", ".join(f"{name} = {value}" for name, value in SETTINGS[framework].items())
    return {**framework_versions(framework), "harness training": str(TRAINING_VERSION), "settings": settings}
