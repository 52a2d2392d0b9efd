"""The rows of log files as columns: labels, such as the value of an axis or a seed, and numbers."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.base.arrays import Floats


@dataclass(frozen=True, eq=False)
class Labels:
    """A column of which only matters which rows have the same entry.

    Attributes
    ----------
    codes : (rows,)
        Of each row, the place of its entry in `texts`; -1 where the field is blank.
    texts
        Each entry once, as `label_of` writes it.
    """

    codes: NDArray[np.int32]
    texts: tuple[str, ...]

    def code_of(self, value: Any) -> int | None:
        """Return the code of a value, None if no row has it."""
        label = label_of(value)
        return self.texts.index(label) if label in self.texts else None


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column to compute with.

    Attributes
    ----------
    values : (rows,)
        NaN where the field is blank, or says so.
    given : (rows,)
        Whether the field is not blank.
    """

    values: Floats
    given: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class LogTable:
    """The rows of one file, or of several one after the other.

    Attributes
    ----------
    labels, numbers
        By the name of the column.
    files
        Each with the place of its first row, and the number that its first row has in it for people.
    names
        Of all columns that the first file has, read or not.
    """

    labels: Mapping[str, Labels]
    numbers: Mapping[str, Numbers]
    files: Sequence[tuple[str, int, int]]
    names: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many rows there are."""
        arrays = [*(one.codes for one in self.labels.values()), *(one.given for one in self.numbers.values())]
        return len(arrays[0])

    def place(self, row: int) -> str:
        """Return where a row stands, for people."""
        name, start, first = next(entry for entry in reversed(self.files) if entry[1] <= row)
        return f"{name}, line {row - start + first}"


def label_of(value: Any) -> str:
    """Return one text for entries that mean the same: 256, 256.0 and "256"; true and "True"."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    text = str(value).strip()
    if text.lower() in ("true", "false"):
        return text.lower()
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)


def labels_from(codes: NDArray[np.int64], entries: Iterable[Any]) -> Labels:
    """Return labels from entries, several of which may mean the same, and each row's place among them, or -1."""
    texts: dict[str, int] = {}
    places = [
        -1 if entry is None or entry == "" else texts.setdefault(label_of(entry), len(texts)) for entry in entries
    ]
    return Labels(np.array([*places, -1], dtype=np.int32)[codes], tuple(texts))


def joined(tables: Sequence[LogTable]) -> LogTable:
    """Return the rows of several tables with the same columns, one after the other."""
    if len(tables) == 1:
        return tables[0]
    labels = {}
    for name in tables[0].labels:
        entries = [text for table in tables for text in table.labels[name].texts]
        starts = np.cumsum([0, *(len(table.labels[name].texts) for table in tables)])
        codes = [
            np.where(table.labels[name].codes < 0, -1, table.labels[name].codes + start)
            for table, start in zip(tables, starts, strict=False)
        ]
        labels[name] = labels_from(np.concatenate(codes), entries)
    numbers = {
        name: Numbers(
            np.concatenate([table.numbers[name].values for table in tables]),
            np.concatenate([table.numbers[name].given for table in tables]),
        )
        for name in tables[0].numbers
    }
    files, start = [], 0
    for table in tables:
        files += [(name, start + offset, first) for name, offset, first in table.files]
        start += table.count
    return LogTable(labels, numbers, files, tables[0].names)
