"""Read the columns that are wanted from a log file: CSV, Parquet, JSON, or what a tracker keeps."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from harness.base.errors import DataError
from harness.logs import parquet, text
from harness.logs.sqlite import database_at, tables_in
from harness.logs.table import LogTable, Numbers, labels_from
from harness.logs.trackers import mlflow, optuna, tensorboard, trackio

DATABASES = (".db", ".sqlite", ".sqlite3")
FORMATS = (".csv", ".tsv", ".parquet", ".jsonl", ".json", *DATABASES)

WANDB = ".wandb"  # of W&B's own files, which no part of its library reads that a program could call


def only_wandb_reads(place: Path) -> DataError:
    """Return the error for a file, or a folder, of W&B's own."""
    return DataError(f"{place}: files of W&B's own, which only W&B reads: wandb sync, then export the runs as CSV")


def kind_of(place: Path) -> str:
    """Return how a file, or the folder of a tracker, is to be read: ``csv``, ``json``, or the name of what keeps it.

    Raises
    ------
    DataError
        If that cannot be told.
    """
    if place.is_dir():
        return "mlflow"
    if "tfevents" in place.name:
        return "tensorboard"
    if place.suffix == WANDB:
        raise only_wandb_reads(place)
    if place.suffix in DATABASES:
        return _kind_of_database(place)
    return {".parquet": "parquet", ".json": "json", ".jsonl": "json"}.get(place.suffix, "csv")


def column_names(file: Path) -> tuple[str, ...]:
    """Return the names of a file's columns.

    Raises
    ------
    DataError
        If it cannot be read, or has none.
    """
    kind = kind_of(file)
    if kind == "parquet":
        return tuple(parquet.opened(file).schema_arrow.names)
    if kind == "csv":
        return text.csv_names(file)
    if kind == "mlflow":
        return mlflow.names_in(file)
    if kind == "trackio":
        return trackio.names_in(file)
    if kind == "tensorboard":
        return tensorboard.NAMES
    records = optuna.records_in(file) if kind == "optuna" else text.json_records(file)
    return tuple(dict.fromkeys(name for record in records for name in record))


def read_columns(
    file: Path, labels: Sequence[str], numbers: Sequence[str], shown: str, most: int | None = None
) -> LogTable:
    """Read some columns of a file.

    Parameters
    ----------
    labels, numbers
        The names of the columns that are read as each; one may be among both.
    shown
        What people call the file.
    most
        How many rows to read, from the first on; None for all.

    Raises
    ------
    DataError
        If the file or a column is missing, or holds what is no number where one is wanted; naming file, line and
        column.
    """
    there = column_names(file)
    for name in (*labels, *numbers):
        if name not in there:
            raise DataError(f"{shown}: no column {name!r}; there are: {', '.join(there)}")
    kind = kind_of(file)
    if kind == "parquet":
        table = parquet.read(file, labels, numbers, shown, most)
    elif kind == "csv":
        table = _from_rows(islice(text.csv_rows(file, there, shown), most), labels, numbers, shown, text.FIRST_LINE)
    else:
        rows = _rows_of(file, kind, frozenset((*labels, *numbers)))
        table = _from_rows(islice(rows, most), labels, numbers, shown, 1)
    return replace(table, names=there)


def _rows_of(file: Path, kind: str, wanted: frozenset[str]) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of what has no text of its own, with what is blank as in a CSV file."""
    records: dict[str, Callable[[], Iterable[Mapping[str, Any]]]] = {
        "json": lambda: text.json_records(file),
        "mlflow": lambda: mlflow.records_in(file, wanted),
        "optuna": lambda: optuna.records_in(file),
        "tensorboard": lambda: tensorboard.records_in(file),
        "trackio": lambda: trackio.records_in(file, wanted),
    }
    for record in records[kind]():
        yield {name: "" if value is None else value for name, value in record.items()}


def _kind_of_database(file: Path) -> str:
    with database_at(file) as database:
        tables = tables_in(database)
    if "experiments" in tables:
        return "mlflow"
    if "studies" in tables:
        return "optuna"
    if tables >= trackio.TABLES:
        return "trackio"
    raise DataError(f"{file}: a database of neither MLflow, Optuna nor Trackio")


def _from_rows(
    rows: Iterator[Mapping[str, Any]], labels: Sequence[str], numbers: Sequence[str], shown: str, first: int
) -> LogTable:
    codes: dict[str, list[int]] = {name: [] for name in labels}
    entries: dict[str, dict[Any, int]] = {name: {} for name in labels}
    values: dict[str, list[float]] = {name: [] for name in numbers}
    given: dict[str, list[bool]] = {name: [] for name in numbers}
    for place, row in enumerate(rows):
        for name in labels:
            known = entries[name]
            codes[name].append(known.setdefault(str(row.get(name, "")), len(known)))
        for name in numbers:
            field = row.get(name, "")
            given[name].append(field != "")
            values[name].append(_number(field, shown, place + first, name))
    if not any(codes.values()) and not any(values.values()):
        raise DataError(f"{shown}: no row; every run stands in a row of its own, or every step of one")
    return LogTable(
        {name: labels_from(np.array(codes[name], dtype=np.int64), entries[name]) for name in labels},
        {name: Numbers(np.array(values[name]), np.array(given[name])) for name in numbers},
        [(shown, 0, first)],
    )


def _number(field: Any, shown: str, line: int, column: str) -> float:
    if field == "":
        return float("nan")
    try:
        return float(field)
    except (TypeError, ValueError):
        raise DataError(f"{shown}, line {line}, column {column!r}: is {field!r}; give a number") from None
