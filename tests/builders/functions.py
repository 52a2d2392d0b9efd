"""Training functions of reports, as the texts of their files."""

from pathlib import Path

from harness.report.grid import Grid
from harness.report.protocol_file import read_grid
from harness.training.config import TrainingConfig

TRAIN = """
import numpy as np


def run(config, seed):
    noise = seed.rng().normal(scale=0.01)
    return {
        "test_loss": [1.0, 0.5 + noise, 0.25 + noise],
        "test_accuracy": config.rate + noise,
        "test_predictions": np.full((4, 2), noise),
    }
"""
FUNCTION_PROTOCOL = """
trainer = "train:run"

[axes]
rate = [0.5, 0.9]

[config]
epochs = 3
"""


def function_grid(folder: Path, train: str = TRAIN, protocol: str = FUNCTION_PROTOCOL) -> Grid:
    """Return the grid of a report with a training function, its files written into a folder."""
    (folder / "train.py").write_text(train, encoding="utf-8")
    (folder / "protocol.toml").write_text(protocol, encoding="utf-8")
    return read_grid(folder / "protocol.toml")


def function_config(folder: Path, train: str = TRAIN) -> TrainingConfig:
    """Return the config of the first cell of that report."""
    return function_grid(folder, train).config("0.5")
