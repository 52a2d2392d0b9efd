"""The frameworks: the reference as a competent user writes it, and batched trainings that train many seeds at once.

Two modules a framework, one function each: ``train(config, split, seed)`` for one seed, and
``train(config, splits, seeds)`` for a block, with the same numbers. This package is the only place that imports
torch, tensorflow or keras, and it does so only when something is trained.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
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


def reference_trainer(framework: str) -> Trainer:
    """Import one framework and return its trainer of one seed."""
    trainer: Trainer = _on_one_thread(_REFERENCES[framework]).train
    return trainer


def batched_trainer(framework: str) -> BatchedTrainer:
    """Import one framework and return its trainer of a block of seeds."""
    trainer: BatchedTrainer = _on_one_thread(_BATCHED[framework]).train
    return trainer


def _on_one_thread(module: str) -> ModuleType:
    # Threads change the order of sums, and with it the last bits of a result.
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = "1"
    os.environ["KERAS_BACKEND"] = "tensorflow"
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
