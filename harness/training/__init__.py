"""The frameworks, as a competent user writes them.

One module a framework, one function each: ``train(protocol, split, seed) -> Runs`` of one seed. This package is the
only place that imports torch, tensorflow or keras, and it does so only when something is trained.
"""

import os
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version

from harness.datasets import Split
from harness.protocol import Protocol, Seed
from harness.runs import Runs

Trainer = Callable[[Protocol, Split, Seed], Runs]

# Raise it when a change in this package changes results: stored runs of older versions are then trained again.
TRAINING_VERSION = 1

_MODULES = {"keras": "harness.training.keras_fit", "torch": "harness.training.torch_loop"}
_DISTRIBUTIONS = {"keras": ("keras", "tensorflow"), "torch": ("torch",)}
_OF_EVERY_TRAINING = ("numpy", "scikit-learn")  # the split depends on them


def reference_trainer(framework: str) -> Trainer:
    """Import one framework, confined to one thread, and return its trainer.

    Threads change the order of sums, and with it the last bits of a result.
    """
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = "1"
    trainer: Trainer = import_module(_MODULES[framework]).train
    return trainer


def framework_versions(framework: str) -> dict[str, str]:
    """Return the versions of all libraries that determine a result, without importing them."""
    return {name: version(name) for name in (*_DISTRIBUTIONS[framework], *_OF_EVERY_TRAINING)}
