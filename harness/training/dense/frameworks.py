"""The two frameworks: how each is imported, and with which settings its trainings are made.

Two modules a framework, one function each: ``train(config, split, seed)`` for one seed, and
``train(config, splits, seeds)`` for a block, with the same numbers. Nothing but these and the stacked networks behind
the second imports torch, tensorflow or keras, and these do so only when something is trained.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

from harness.base.garbage import kept_for_good
from harness.data.splitting import Split
from harness.training.clean_start import ONE_THREAD
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed

NativeTraining = Callable[[TrainingConfig, Split, Seed], Runs]
BatchedTraining = Callable[[TrainingConfig, Sequence[Split], Sequence[Seed]], Runs]

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


def native_training(framework: str) -> NativeTraining:
    """Import one framework and return its training of one seed, as a competent user writes it."""
    training: NativeTraining = _on_one_thread(f"harness.training.dense.{framework}_native").train
    return training


def batched_training(framework: str) -> BatchedTraining:
    """Import one framework and return its training of a block of seeds as one program."""
    training: BatchedTraining = _on_one_thread(f"harness.training.dense.{framework}_batched").train
    return training


def _on_one_thread(module: str) -> ModuleType:
    os.environ.update(ONE_THREAD, KERAS_BACKEND="tensorflow")
    with _quiet_standard_error(), kept_for_good():  # a framework is a million objects
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
