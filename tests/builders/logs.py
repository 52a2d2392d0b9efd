"""Log files, and mappings of them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.logs.mapping import LogMapping
from harness.logs.source import LoggedRuns
from harness.training.config import TrainingConfig
from harness.training.runs import Runs

WIDE = """optimizer,seed,accuracy,loss,state
adam,0,0.9,0.3,finished
adam,1,0.92,0.25,finished
adam,2,0.91,0.27,finished
sgd,0,0.8,0.5,finished
sgd,1,0.82,0.45,crashed
sgd,2,0.81,0.47,finished
sgd,3,0.83,0.44,finished
"""
LOGS = """
[logs]
files = "runs.csv"
seed = "seed"
metrics = ["accuracy", "loss"]

[axes]
optimizer = ["adam", "sgd"]
"""


def mapping_of(folder: Path, **changed: Any) -> LogMapping:
    """Return the mapping of a file ``runs.csv`` with a metric ``accuracy``, some of it changed."""
    plain = LogMapping(
        folder=folder,
        files="runs.csv",
        seed="seed",
        split="",
        step="",
        metrics=("accuracy",),
        metric="",
        value="",
        status="",
        finished=(),
        early_stopping=False,
        planned_seeds=None,
        columns={},
        counts={},
    )
    return replace(plain, **changed)


def logged(folder: Path, text: str, fields: tuple[str, ...] = ("optimizer",), **changed: Any) -> LoggedRuns:
    """Return the runs of a CSV file."""
    (folder / "runs.csv").write_text(text, encoding="utf-8")
    return LoggedRuns(mapping_of(folder, **changed), fields)


def logged_config(**fields: Any) -> TrainingConfig:
    """Return the config of a cell of logged runs."""
    return TrainingConfig.make("logged", fields)


def runs_of(source: LoggedRuns, **fields: Any) -> Runs:
    """Return the runs of a cell."""
    return source.runs((logged_config(**fields), "many"), 20)
