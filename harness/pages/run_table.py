"""The table of all runs that the claims of a session rest on: one row a run, for whoever computes something else of it.

Runs are loaded by workers, each of which writes down those it has seen; the controller puts them together.
"""

import csv
import io
import math
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from harness.base.arrays import Floats
from harness.base.files import write_atomically
from harness.training.config import TrainingConfig, dataset_name
from harness.training.runs import Runs
from harness.training.seeds import Seed

RunRow = tuple[str, ...]
"""The texts of one row, in the order of `COLUMNS`."""

CONFIG_COLUMNS = tuple(field.name for field in fields(TrainingConfig))
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "report": "folder of the report under test",
        "cell": "name of the cell in the report's grid, with the fields that a claim changed in parentheses",
        "config": "first 16 hexadecimal digits of the digest of all fields of the config",
        "task": "`regression` or `classification`",
        **{name: f"field `{name}` of the config" for name in CONFIG_COLUMNS},
        "split": "number of the seed that decides which rows are test rows",
        "training": "number of the seed that decides initial weights and order of batches",
        "diverged": "`True` if a loss or a weight was not finite at any epoch",
        "final_train_loss": "mean over the rows as they were trained on in the last epoch",
        "final_test_loss": "over all test rows, after the last epoch",
        "final_train_accuracy": "proportion between 0 and 1; empty for regression",
        "final_test_accuracy": "proportion between 0 and 1; empty for regression",
        "best_epoch": "epoch with the least test loss, counted from 1; empty if no test loss was a number",
        "best_test_loss": "test loss after that epoch",
        "initial_weight_norm": "Euclidean norm over all weights and biases before training",
        "final_weight_norm": "the same after the last epoch",
        "seconds": "wall time of the training; batched, its part of the block's time",
    }
)
DIGITS = 16
CELL = tuple(COLUMNS).index("cell")
_SEED = (tuple(COLUMNS).index("split"), tuple(COLUMNS).index("training"))


class RunTableWriter:
    """A worker's side: writes down runs as they are seen, each once.

    Parameters
    ----------
    folder
        The same for all workers of a session; made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / f"{os.getpid()}-{uuid.uuid4().hex}.csv"
        self._written: dict[tuple[str, str, TrainingConfig], set[Seed]] = {}

    def add(self, report: str, runs_by_cell: Mapping[str, Runs]) -> None:
        """Write down the runs of a report that were not seen before, by the name of the cell."""
        rows: list[RunRow] = []
        for cell, runs in runs_by_cell.items():
            written = self._written.setdefault((report, cell, runs.config), set())
            new = [place for place, seed in enumerate(runs.seeds) if seed not in written]
            if new:
                rows += _rows(report, cell, runs, new)
                written.update(runs.seeds)
        if rows:
            with self._file.open("a", encoding="utf-8", newline="") as file:
                file.write(_csv(rows))


def parts_folder(progress_file: Path) -> Path:
    """Return where the workers of a session write down runs, beside the file in which they say how far they are."""
    return progress_file.with_name("runs")


def merge(folder: Path) -> list[RunRow]:
    """Return what all workers wrote down, each run once, sorted by report, cell, config and seed."""
    rows: set[RunRow] = set()
    for file in sorted(folder.glob("*.csv")):
        # A worker that died may have left half a line.
        whole, end, _ = file.read_text(encoding="utf-8").rpartition("\n")
        rows.update(tuple(row) for row in csv.reader(io.StringIO(whole + end, newline="")))
    runs = {(*row[:3], *_seed(row)): row for row in sorted(rows)}
    return [runs[key] for key in sorted(runs)]


def write_csv(rows: Iterable[RunRow], file: Path) -> None:
    """Write rows below a header, whole or not at all."""
    write_atomically(file, _csv([tuple(COLUMNS), *rows]).encode())


def _rows(report: str, cell: str, runs: Runs, places: list[int]) -> Iterator[RunRow]:
    config = runs.config
    same = [
        report,
        cell,
        config.digest[:DIGITS],
        config.task,
        *(_text(_plain(name, getattr(config, name))) for name in CONFIG_COLUMNS),
    ]
    epochs, losses = _best(runs.test_loss[places])
    columns = [
        runs.diverged[places].tolist(),
        runs.train_loss[places, -1].tolist(),
        runs.test_loss[places, -1].tolist(),
        runs.train_accuracy[places, -1].tolist(),
        runs.test_accuracy[places, -1].tolist(),
        epochs,
        losses,
        runs.weight_norm[places, 0].tolist(),
        runs.weight_norm[places, -1].tolist(),
        runs.seconds[places].tolist(),
    ]
    for place, numbers in zip(places, zip(*columns, strict=True), strict=True):
        seed = runs.seeds[place]
        yield (*same, str(seed.split), str(seed.training), *map(_text, numbers))


def _best(test_loss: Floats) -> tuple[list[float], list[float]]:
    """Return epoch and value of the least test loss of each run, NaN where no loss is a number."""
    known = np.where(np.isnan(test_loss), np.inf, test_loss)
    epochs = known.argmin(axis=1).tolist()
    any_known = np.asarray((~np.isnan(test_loss)).any(axis=1))
    return (
        [epoch + 1 if some else math.nan for epoch, some in zip(epochs, any_known, strict=True)],
        np.where(any_known, known.min(axis=1), np.nan).tolist(),
    )


def _plain(name: str, value: Any) -> Any:
    if name == "dataset":
        return dataset_name(value)
    return "-".join(map(str, value)) if isinstance(value, tuple) else value


def _text(value: Any) -> str:
    return "" if isinstance(value, float) and math.isnan(value) else str(value)


def _seed(row: RunRow) -> tuple[int, int]:
    split, training = _SEED
    return int(row[split]), int(row[training])


def _csv(rows: Iterable[RunRow]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
