"""The trainer of runs that were logged: it names them, and trains nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.base.errors import HarnessError
from harness.training.config import TrainingConfig
from harness.training.fields import AnyFields, Field
from harness.training.runs import Runs, UnknownRuns
from harness.training.seeds import Seed

NAME = "logged"


@dataclass(frozen=True)
class LogTrainer:
    """Stands for whoever trained what is logged; as of `harness.training.trainers.Trainer`."""

    name: str = NAME
    fields: Mapping[str, Field] = field(default_factory=AnyFields, compare=False)
    seeds_at_once: int = 1
    most_at_once: int = 1
    distributions: Sequence[str] = ()

    def check(self, config: TrainingConfig) -> None:
        """Refuse nothing: whether there are such runs shows when they are read."""

    def fingerprint(self, config: TrainingConfig) -> Mapping[str, str]:
        """Return nothing: the runs are what they are."""
        return {}

    def train(self, config: TrainingConfig, seeds: Sequence[Seed]) -> Runs:
        """Raise a `HarnessError`."""
        raise HarnessError("the runs of this report are read from logs; there is nobody to train others")

    def blank(self, config: TrainingConfig, seeds: Sequence[Seed]) -> Runs:
        """Return runs of which every metric is a number of 1."""
        return UnknownRuns(config, tuple(seeds), {}, {}, {})


LOGGED = LogTrainer()
