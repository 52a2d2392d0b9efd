"""What is timed, a config in one of the modes of its trainer, and how long it took."""

from dataclasses import dataclass

import numpy as np

from harness.base.arrays import Floats
from harness.base.errors import ConfigError
from harness.training.config import TrainingConfig
from harness.training.trainers import TimedTrainer, trainer_named


@dataclass(frozen=True)
class BenchmarkEntry:
    """A config in one of the modes that a user would choose.

    Attributes
    ----------
    config
        What is trained.
    mode
        ``default``, or another of those that its trainer knows.

    Raises
    ------
    ConfigError
        If its trainer cannot be timed, or not in this mode.
    """

    config: TrainingConfig
    mode: str = "default"

    def __post_init__(self) -> None:
        valid = ", ".join(self.trainer.modes)
        if self.mode not in self.trainer.modes:
            raise ConfigError(f"mode is {self.mode!r}; {self.config.trainer} is timed in one of: {valid}")

    @property
    def trainer(self) -> TimedTrainer:
        """Who trains it."""
        trainer = trainer_named(self.config.trainer)
        if not isinstance(trainer, TimedTrainer):
            raise ConfigError(f"trainer is {trainer.name!r}, whose trainings cannot be timed")
        return trainer

    @property
    def process(self) -> tuple[str, str]:
        """Module and kind of the process that trains it."""
        return self.trainer.stopwatch, self.trainer.modes[self.mode]


@dataclass(frozen=True, eq=False)
class Timing:
    """How long one entry took.

    Attributes
    ----------
    epoch_seconds : (repeats, epochs)
        Wall time of each epoch; building, tracing and compiling count for the first.
    """

    epoch_seconds: Floats

    def __str__(self) -> str:
        total, startup, epoch = (
            float(np.median(taken)) for taken in (self.seconds, self.startup_seconds, self.steady_epoch_seconds)
        )
        return f"{total:.3g} s a training, {max(startup, 0):.2g} s of it startup, {1000 * epoch:.3g} ms an epoch"

    @property
    def seconds(self) -> Floats:
        """Wall time of each whole training, shape (repeats,)."""
        return np.asarray(self.epoch_seconds.sum(axis=1))

    @property
    def steady_epoch_seconds(self) -> Floats:
        """Median wall time of an epoch after the first, by repeat, shape (repeats,)."""
        return np.asarray(np.median(self.epoch_seconds[:, 1:], axis=1))

    @property
    def startup_seconds(self) -> Floats:
        """What the first epoch took beyond a steady one (tracing, compiling), by repeat, shape (repeats,)."""
        return np.asarray(self.epoch_seconds[:, 0] - self.steady_epoch_seconds)
