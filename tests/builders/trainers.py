"""Trainings that are made up, in the process of the test."""

from collections.abc import Callable

import pytest

from harness.execution import engine
from harness.training.dense import block
from harness.training.trainers import BatchedTrainer


def replace_trainers_by(monkeypatch: pytest.MonkeyPatch, trainer_of: Callable[[str], BatchedTrainer]) -> None:
    """Let blocks be trained in this process, by what a function returns for the name of a framework."""
    monkeypatch.setattr(block, "batched_trainer", trainer_of)
    monkeypatch.setattr(engine, "train_there", block.train_here)
