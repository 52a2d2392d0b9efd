"""Read the columns that are wanted from a log file: CSV, Parquet, or JSON."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from harness.base.errors import DataError, MissingPackageError
from harness.logs.table import Labels, LogTable, Numbers, labels_from

FORMATS = (".csv", ".tsv", ".parquet", ".jsonl", ".json")
_DELIMITERS = ",;\t"
_FIRST_LINE = 2  # of the rows of a CSV file, after its header


def column_names(file: Path) -> tuple[str, ...]:
    """Return the names of a file's columns.

    Raises
    ------
    DataError
        If it cannot be read, or has none.
    """
    if file.suffix == ".parquet":
        return tuple(_parquet(file).schema_arrow.names)
    if file.suffix in (".jsonl", ".json"):
        return tuple(dict.fromkeys(name for record in _records(file) for name in record))
    with _opened(file) as lines:
        return tuple(_header(file, lines)[0])


def read_columns(file: Path, labels: Sequence[str], numbers: Sequence[str], shown: str) -> LogTable:
    """Read some columns of a file.

    Parameters
    ----------
    labels, numbers
        The names of the columns that are read as each; one may be among both.
    shown
        What people call the file.

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
    if file.suffix == ".parquet":
        return _from_parquet(file, labels, numbers, shown, there)
    json_file = file.suffix in (".jsonl", ".json")
    rows = _json_rows(file) if json_file else _csv_rows(file, there, shown)
    table = _from_rows(rows, labels, numbers, shown, 1 if json_file else _FIRST_LINE)
    return replace(table, names=there)


# Rows of text


def _opened(file: Path) -> Any:
    try:
        return file.open(encoding="utf-8-sig", newline="")
    except OSError as reason:
        raise DataError(f"{file}: cannot be read ({reason.strerror})") from reason


def _header(file: Path, lines: Any) -> tuple[list[str], str]:
    """Return the names of the columns, and what stands between them."""
    try:
        first = lines.readline()
    except UnicodeDecodeError as reason:
        raise DataError(f"{file}: not text in UTF-8 ({reason})") from reason
    if not first.strip():
        raise DataError(f"{file}: empty; its first line names the columns")
    delimiter = max(_DELIMITERS, key=first.count)
    names = next(csv.reader([first], delimiter=delimiter))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"{file}: two columns are called {twice[0]!r}; rename one")
    return names, delimiter


def _csv_rows(file: Path, names: Sequence[str], shown: str) -> Iterator[Mapping[str, Any]]:
    with _opened(file) as lines:
        _, delimiter = _header(file, lines)
        try:
            for number, fields in enumerate(csv.reader(lines, delimiter=delimiter), start=_FIRST_LINE):
                if len(fields) != len(names):
                    raise DataError(f"{shown}, line {number}: {len(fields)} fields, but {len(names)} columns")
                yield dict(zip(names, fields, strict=True))
        except (UnicodeDecodeError, csv.Error) as reason:
            raise DataError(f"{shown}: cannot be read ({reason})") from reason


def _json_rows(file: Path) -> Iterator[Mapping[str, Any]]:
    for record in _records(file):
        yield {name: "" if value is None else value for name, value in record.items()}


def _records(file: Path) -> list[dict[str, Any]]:
    """Return the records of a JSON file: one a line, a list of them, or a list within one, as ``log_history``."""
    with _opened(file) as opened:
        try:
            text = opened.read()
        except UnicodeDecodeError as reason:
            raise DataError(f"{file}: not text in UTF-8 ({reason})") from reason
    try:
        found: Any = json.loads(text)
    except ValueError:
        try:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as reason:
            raise DataError(f"{file}: no JSON ({reason})") from reason
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
        found = lists[0] if len(lists) == 1 else [found]
    if not isinstance(found, list) or not found or not all(isinstance(record, dict) for record in found):
        raise DataError(f"{file}: holds no records; give a list of objects, or one object a line")
    return [dict(_flat(record)) for record in found]


def _flat(record: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the entries of a record, those of one within it under both names with a dot between."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


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


# Parquet


def _parquet(file: Path) -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as missing:
        raise MissingPackageError(
            f"{file}: Parquet needs pyarrow, which is not installed; run: pip install 'pytest-claims[parquet]'"
        ) from missing
    try:
        return pyarrow.parquet.ParquetFile(file, memory_map=True)
    except (OSError, pyarrow.ArrowInvalid) as reason:
        raise DataError(f"{file}: cannot be read as Parquet ({reason})") from reason


def _from_parquet(
    file: Path, labels: Sequence[str], numbers: Sequence[str], shown: str, names: tuple[str, ...]
) -> LogTable:
    """Read one column after the other, so that only one is held twice."""
    opened = _parquet(file)
    if opened.metadata.num_rows == 0:
        raise DataError(f"{shown}: no row; every run stands in a row of its own, or every step of one")
    return LogTable(
        {name: _column(opened, name, shown, _labels_of) for name in labels},
        {name: _column(opened, name, shown, _numbers_of) for name in numbers},
        [(shown, 0, 1)],
        names,
    )


def _column(opened: Any, name: str, shown: str, made: Callable[[Any], Any]) -> Any:
    import pyarrow

    try:
        found = made(opened.read(columns=[name]).column(0).combine_chunks())
        pyarrow.default_memory_pool().release_unused()
        return found
    except (TypeError, ValueError, NotImplementedError) as reason:  # pyarrow's errors of types are of these
        raise DataError(f"{shown}, column {name!r}: cannot be used ({reason}); give text or numbers") from reason


def _labels_of(column: Any) -> Labels:
    encoded = column.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return labels_from(codes, encoded.dictionary.to_pylist())


def _numbers_of(column: Any) -> Numbers:
    given = column.is_valid().to_numpy(zero_copy_only=False)
    return Numbers(column.cast("float64").to_numpy(zero_copy_only=False), given)
