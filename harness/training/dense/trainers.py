"""The two trainers of small dense networks: Keras and PyTorch, each with many seeds batched as one program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from harness.base.errors import MissingPackageError
from harness.data import registry, splitting
from harness.training.config import TrainingConfig
from harness.training.dense.divided import parts_of, splits_of
from harness.training.dense.fields import FIELDS, check_together, task_of
from harness.training.dense.frameworks import SETTINGS, batched_training
from harness.training.dense.settings import refuse_other_settings
from harness.training.fields import Field
from harness.training.runs import SECONDS, Runs, concatenate
from harness.training.seeds import Seed

# Raise it when a change in this package changes results: stored runs of older versions are then trained again.
TRAINING_VERSION = 2


@dataclass(frozen=True)
class DenseTrainer:
    """Trains small dense networks on tables with one framework.

    Attributes
    ----------
    name
        Of the framework.
    distributions
        Whose versions determine a result; scikit-learn makes the splits.
    modes
        By the mode in which a single training can be timed, in which kind of process that happens.
    fields, seeds_at_once, most_at_once, stopwatch
        As of `harness.training.trainers.TimedTrainer`. Twenty seeds take little longer than one, and 160 of a network
        of ten neurons two and a half (Keras) to five times (PyTorch) as long as 20.
    """

    name: str
    distributions: tuple[str, ...]
    modes: Mapping[str, str]
    fields: Mapping[str, Field] = field(default_factory=lambda: FIELDS)
    seeds_at_once: int = 20
    most_at_once: int = 160
    stopwatch: str = "harness.training.dense.stopwatch"

    def check(self, config: TrainingConfig) -> None:
        """Refuse fields that do not go together, as `harness.training.dense.fields.check_together` does."""
        check_together(config)

    def shortened(self, config: TrainingConfig) -> TrainingConfig:
        """Return the config with two epochs."""
        return config.changed(epochs=2)

    def versions(self) -> dict[str, str]:
        """Return the versions of all libraries that determine a result, without importing them.

        Raises
        ------
        MissingPackageError
            If one is not installed; with the command that installs it.
        """
        try:
            return {name: _version(name) for name in self.distributions}
        except PackageNotFoundError as missing:
            raise MissingPackageError(
                f"trainer {self.name!r} needs {missing.name}, which is not installed; "
                f"run: pip install 'pytest-claims[{self.name}]'"
            ) from missing

    def fingerprint(self, config: TrainingConfig) -> Mapping[str, str]:
        """Return versions of libraries and trainers, settings, and the data's checksum.

        Trainings happen where a user's own settings do not reach them, so the settings are the same everywhere.
        """
        settings = ", ".join(f"{name} = {value}" for name, value in SETTINGS[self.name].items())
        return {
            **self.versions(),
            "harness training": str(TRAINING_VERSION),
            "settings": settings,
            "data": registry.checksum(config.dataset),
        }

    def train(self, config: TrainingConfig, seeds: Sequence[Seed]) -> Runs:
        """Train all seeds as one program, or on large data in parts, in this process.

        Raises
        ------
        HarnessError
            If the framework has other settings here than trainings are made with.
        """
        refuse_other_settings(self.name)
        training = batched_training(self.name)
        return concatenate([training(config, splits_of(config, part), part) for part in parts_of(config, seeds)])

    def blank(self, config: TrainingConfig, seeds: Sequence[Seed]) -> Runs:
        """Return losses of 1, accuracies of a half, predictions that know nothing, and no divergence."""
        dataset = registry.load(config.dataset)
        count, epochs = len(seeds), config.epochs
        rows = splitting.count_test_rows(dataset, config.test_size)
        outputs = len(dataset.class_names) or 1
        curves = {name: np.ones((count, epochs)) for name in ("train_loss", "test_loss")}
        if task_of(config) == "classification":
            curves |= {name: np.full((count, epochs), 0.5) for name in ("train_accuracy", "test_accuracy")}
        return Runs(
            config=config,
            seeds=tuple(seeds),
            curves={**curves, "weight_norm": np.ones((count, epochs + 1))},
            scalars={SECONDS: np.ones(count)},
            outputs={
                "test_predictions": np.full((count, rows, outputs), 1 / outputs),
                "test_targets": np.zeros((count, rows)),
                "test_rows": np.tile(np.arange(rows), (count, 1)),
            },
        )


@cache
def _version(distribution: str) -> str:
    """Return a version; every lookup of a stored run asks for it."""
    return version(distribution)


KERAS = DenseTrainer(
    "keras",
    ("keras", "tensorflow", "numpy", "scikit-learn"),
    {"default": "keras", "no-jit": "keras", "on-torch": "keras-on-torch"},
)
TORCH = DenseTrainer("torch", ("torch", "numpy", "scikit-learn"), {"default": "torch", "compile": "torch"})
