"""The table of all runs that the claims of a session rest on: one row a run, for whoever computes something else of it.

Runs are loaded by workers, each of which writes down those it has seen; the controller puts them together.
"""

import csv
import io
import json
import math
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from harness.base.arrays import Floats
from harness.base.files import write_if_changed
from harness.training.config import TrainingConfig, plain_value
from harness.training.function.source import short_name
from harness.training.runs import FINAL, Runs
from harness.training.seeds import Seed

DIGITS = 16
BEST_EPOCH, BEST_LOSS = "best_epoch", "best_test_loss"
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "report": "folder of the report under test",
        "cell": "name of the cell in the report's grid, with the fields that a claim changed in parentheses",
        "config": f"first {DIGITS} hexadecimal digits of the digest of the config",
        "trainer": "name of who trained it",
        "split": "number of the seed that decides which rows are test rows",
        "training": "number of the seed that decides initial weights and order of batches",
        "diverged": "`True` if a curve or a scalar was not finite anywhere",
    }
)
"""The columns of every table; fields of the configs stand between ``trainer`` and ``split``, metrics at the end."""


class RunRow(NamedTuple):
    """One run.

    Attributes
    ----------
    report, cell, config, trainer, split, training, diverged
        As in `COLUMNS`.
    fields
        Of the config, as JSON has them; of a data file its name.
    metrics
        The last step of each curve and each scalar, by name; the best test loss and its epoch, counted from 1.
    """

    report: str
    cell: str
    config: str
    trainer: str
    fields: Mapping[str, Any]
    split: int
    training: int
    diverged: bool
    metrics: Mapping[str, float]

    @property
    def key(self) -> tuple[str, str, str, int, int]:
        """What tells it from others."""
        return self.report, self.cell, self.config, self.split, self.training


class RunTableWriter:
    """A worker's side: writes down runs as they are seen, each once.

    Parameters
    ----------
    folder
        The same for all workers of a session; made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / f"{os.getpid()}-{uuid.uuid4().hex}.jsonl"
        self._texts: dict[tuple[str, str, TrainingConfig, tuple[Seed, ...]], str] = {}
        self._told: set[str] = set()
        self._written: set[str] = set()

    def add(self, report: str, runs_by_cell: Mapping[str, Runs]) -> list[str]:
        """Write down the runs of a report, by the name of the cell; returns their lines, cell by cell."""
        texts = [self._text(report, cell, runs) for cell, runs in runs_by_cell.items()]
        self.add_lines(texts)
        return texts

    def add_lines(self, texts: Sequence[str]) -> None:
        """Write down runs in the lines that `add` has returned, now or in another session."""
        untold = [text for text in texts if text not in self._told]  # many claims rest on the same runs
        self._told.update(untold)
        lines = dict.fromkeys(line for text in untold for line in text.splitlines(keepends=True))
        new = [line for line in lines if line not in self._written]
        self._written.update(new)
        if new:
            with self._file.open("a", encoding="utf-8") as file:
                file.writelines(new)

    def _text(self, report: str, cell: str, runs: Runs) -> str:
        which = (report, cell, runs.config, runs.seeds)
        if which not in self._texts:
            self._texts[which] = "".join(json.dumps(row._asdict()) + "\n" for row in _rows(report, cell, runs))
        return self._texts[which]


def parts_folder(progress_file: Path) -> Path:
    """Return where the workers of a session write down runs, beside the file in which they say how far they are."""
    return progress_file.with_name("runs")


def merge(folder: Path) -> list[RunRow]:
    """Return what all workers wrote down, each run once, sorted by report, cell, config and seed."""
    # A worker that died may have left half a line; what several have seen they write down alike.
    parts = [file.read_text(encoding="utf-8").rpartition("\n")[0] for file in sorted(folder.glob("*.jsonl"))]
    lines = dict.fromkeys(line for part in parts for line in part.splitlines())
    rows = [RunRow(**told) for told in json.loads(f"[{','.join(lines)}]")]
    runs = {row.key: row for row in rows}
    return [runs[key] for key in sorted(runs)]


def write_csv(rows: Sequence[RunRow], file: Path) -> None:
    """Write rows below a header, whole or not at all.

    A field or metric that has the name of another column stands under it with ``field_`` or ``metric_`` before it; one
    that a run does not have, or that is not a number, is empty.
    """
    before, after = list(COLUMNS)[:4], list(COLUMNS)[4:]
    fields = list(dict.fromkeys(chain.from_iterable(row.fields for row in rows)))
    metrics = list(dict.fromkeys(chain.from_iterable(row.metrics for row in rows)))
    header = [
        *before,
        *(f"field_{name}" if name in COLUMNS else name for name in fields),
        *after,
        *(f"metric_{name}" if name in COLUMNS or name in fields else name for name in metrics),
    ]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    of_config, of_run = attrgetter(*before, "fields"), attrgetter(*after)
    for (*named, given), runs in groupby(rows, key=of_config):
        shared = [*named, *(field_text(given[name]) if name in given else "" for name in fields)]
        writer.writerows(
            [*shared, *of_run(row), *(_number(row.metrics.get(name, math.nan)) for name in metrics)] for row in runs
        )
    write_if_changed(file, text.getvalue().encode())


def field_text(value: Any) -> str:
    """Return a field of a config as a reader sees it, a list with hyphens."""
    return "-".join(map(field_text, value)) if isinstance(value, list) else str(value)


def _rows(report: str, cell: str, runs: Runs) -> Iterator[RunRow]:
    config, diverged, metrics = runs.config, runs.diverged, _metrics(runs)
    fields = {name: plain_value(value) for name, value in config.items()}
    for place, seed in enumerate(runs.seeds):
        yield RunRow(
            report=report,
            cell=cell,
            config=config.digest[:DIGITS],
            trainer=short_name(config.trainer),
            fields=fields,
            split=seed.split,
            training=seed.training,
            diverged=bool(diverged[place]),
            metrics={name: float(numbers[place]) for name, numbers in metrics.items()},
        )


def _metrics(runs: Runs) -> dict[str, Floats]:
    """Return one number a run by name, each of shape (seeds,)."""
    metrics = {f"{FINAL}{name}": curve[:, -1] for name, curve in runs.curves.items()}
    if "test_loss" in runs.curves:
        metrics |= _best(runs.curves["test_loss"])
    return metrics | dict(runs.scalars)


def _best(test_loss: Floats) -> dict[str, Floats]:
    """Return epoch and value of the least test loss of each run, NaN where no loss is a number."""
    known = np.where(np.isnan(test_loss), np.inf, test_loss)
    some = ~np.isnan(test_loss).all(axis=1)
    return {
        BEST_EPOCH: np.where(some, known.argmin(axis=1) + 1.0, np.nan),
        BEST_LOSS: np.where(some, known.min(axis=1), np.nan),
    }


def _number(number: float) -> str:
    return "" if math.isnan(number) else repr(number).removesuffix(".0")
