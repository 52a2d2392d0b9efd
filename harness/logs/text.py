"""Rows of text: CSV, with commas, semicolons or tabs, and JSON."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.base.errors import DataError

FIRST_LINE = 2  # of the rows of a CSV file, after its header
_DELIMITERS = ",;\t"


def csv_names(file: Path) -> tuple[str, ...]:
    """Return the names of a file's columns."""
    with _opened(file) as lines:
        return tuple(_header(file, lines)[0])


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


def csv_rows(file: Path, names: Sequence[str], shown: str) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a file, by the names of its columns."""
    with _opened(file) as lines:
        _, delimiter = _header(file, lines)
        try:
            for number, fields in enumerate(csv.reader(lines, delimiter=delimiter), start=FIRST_LINE):
                if len(fields) != len(names):
                    raise DataError(f"{shown}, line {number}: {len(fields)} fields, but {len(names)} columns")
                yield dict(zip(names, fields, strict=True))
        except (UnicodeDecodeError, csv.Error) as reason:
            raise DataError(f"{shown}: cannot be read ({reason})") from reason


def json_records(file: Path) -> list[dict[str, Any]]:
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
    return [dict(flat(record)) for record in found]


def flat(record: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the entries of a record, those of one within it under both names with a dot between."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
