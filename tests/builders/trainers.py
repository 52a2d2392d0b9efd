"""Trainings that are made up, in the process of the test."""

from collections.abc import Callable, Sequence

import pytest

from harness.base.errors import HarnessError
from harness.data import registry
from harness.data.registry import Split
from harness.execution import engine
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed

Training = Callable[[TrainingConfig, Sequence[Split], Sequence[Seed]], Runs]


def train_here_by(monkeypatch: pytest.MonkeyPatch, train: Training) -> None:
    """Let every block be trained in this process by a function, whoever its trainer is."""

    def train_there(config: TrainingConfig, seeds: tuple[Seed, ...]) -> Runs:
        dataset = registry.load(config.dataset)
        splits = [registry.split(dataset, config.test_size, config.scaling, seed.split) for seed in seeds]
        try:
            return train(config, splits, seeds)
        except Exception as reason:
            raise HarnessError(str(reason) or repr(reason)) from reason

    monkeypatch.setattr(engine, "train_there", train_there)
