"""Trainings that are made up, in the process of the test."""

from collections.abc import Callable, Sequence

import pytest

from harness.base.errors import HarnessError
from harness.data import registry, splitting
from harness.data.splitting import Split
from harness.execution import engine
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed

Training = Callable[[TrainingConfig, Sequence[Split], Sequence[Seed]], Runs]


def train_here_by(monkeypatch: pytest.MonkeyPatch, train: Training) -> None:
    """Let every block be trained in this process by a function, whoever its trainer is."""

    def train_there(config: TrainingConfig, seeds: tuple[Seed, ...]) -> Runs:
        dataset = registry.load(config.dataset)
        splits = [splitting.split(dataset, config.test_size, config.scaling, seed.split) for seed in seeds]
        try:
            return train(config, splits, seeds)
        except Exception as reason:
            raise HarnessError(str(reason) or repr(reason)) from reason

    monkeypatch.setattr(engine, "train_there", train_there)


TRAINER = """
import numpy as np
from harness import Field, Runs


class Coin:
    name = "coin"
    fields = {"bias": Field(float, "probability of heads"), "tosses": Field(int, "how often", default=50)}
    seeds_at_once = 1
    most_at_once = 1
    distributions = ("numpy",)

    def check(self, config):
        pass

    def fingerprint(self, config):
        return {"numpy": np.__version__, "coin": "1"}

    def train(self, config, seeds):
        if config.bias > 1:
            raise ValueError(f"no coin has a bias of {config.bias}")
        tosses = [seed_rng(seed).random(config.tosses) < config.bias for seed in seeds]
        heads = np.array(tosses).cumsum(axis=1) / np.arange(1, config.tosses + 1)
        return Runs(config, tuple(seeds), {"heads": heads}, {"last": heads[:, -1]}, {})

    def blank(self, config, seeds):
        half = np.full((len(seeds), config.tosses), 0.5)
        return Runs(config, tuple(seeds), {"heads": half}, {"last": half[:, -1]}, {})


def seed_rng(seed):
    return np.random.default_rng([seed.split, seed.training])


COIN = Coin()
NOTHING = 3
"""
