"""A data set of the report's own: a CSV file inside its folder, described in ``protocol.toml`` under ``[datasets]``."""

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from harness.base.errors import DataError
from harness.base.text import counted
from harness.data.columns import Columns
from harness.data.dataset import Dataset, Task

FEW = 20  # categories that any column may have
Missing = Literal["refuse", "leave out"]


@dataclass(frozen=True, kw_only=True)
class DataFile:
    """A CSV file, and how to read it.

    Its first line names the columns. Every column is a feature but the target and those that are left out.

    Attributes
    ----------
    name
        What the report calls the data set.
    file
        Where it lies, as an absolute path.
    sha256
        Of its bytes, when the report was opened: what is read later must be the same.
    task
        What a model of the target is.
    target
        The column that is to be predicted: text that names a class, or numbers.
    categories
        Columns of text; each becomes one feature of zeros and ones for every text in it.
    left_out
        Columns that are not used.
    separator, decimal
        As of `harness.data.columns.Columns.parse`.
    missing
        What is done with a row that lacks a value: it is refused, or left out.
    test_file, test_sha256
        Where the test rows lie, if they are given and not drawn from `file`, and of that file's bytes; else empty.
    unit, source, note
        For the reader: the target's unit; where the data come from; licence and caveats.
    """

    name: str
    file: str
    sha256: str
    task: Task
    target: str
    categories: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    unit: str = ""
    source: str = ""
    note: str = ""
    separator: str = ","
    decimal: str = "."
    missing: Missing = "refuse"
    test_file: str = ""
    test_sha256: str = ""

    @property
    def files(self) -> tuple[str, ...]:
        """The files in which the rows lie: all, or those of training and those of test."""
        return (self.file, self.test_file) if self.test_file else (self.file,)

    def lying_in(self, files: Sequence[str]) -> "DataFile":
        """Return the same data where the files lie elsewhere, in the order of `files`."""
        return replace(self, file=files[0], test_file="".join(files[1:]))

    @property
    def checksum(self) -> str:
        """SHA-256 of all that determines the data set: the file's bytes, and how they are read."""
        read: list[Any] = [self.sha256, self.task, self.target, sorted(self.categories), sorted(self.left_out)]
        if (self.separator, self.decimal) != (",", "."):
            read += [self.separator, self.decimal]
        if self.missing != "refuse" or self.test_file:
            read += [self.missing, self.test_sha256]
        return hashlib.sha256(json.dumps(read).encode()).hexdigest()

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "DataFile":
        """Return the data file that `dataclasses.asdict` took apart, after JSON has made lists of tuples."""
        lists = {name: tuple(fields[name]) for name in ("categories", "left_out")}
        return cls(**{**fields, **lists})

    def read(self) -> Dataset:
        """Read the file.

        Raises
        ------
        DataError
            If it is not the file that the report was opened with, or not what it is described as; naming file, line
            and column.
        """
        parts = [self._part(self.file, self.sha256)]
        if self.test_file:
            parts.append(self._part(self.test_file, self.test_sha256))
            self._check_same_columns(*parts)
        lacking = sum(len(part.lines) for part in parts)
        if self.missing == "leave out":
            parts = [part.complete([name for name in part.texts if name not in self.left_out]) for part in parts]
        lacking -= sum(len(part.lines) for part in parts)

        def words_of(column: str) -> list[str]:
            return [word for part in parts for word in part.words(column)]

        labels = words_of(self.target) if self.task == "classification" else []
        classes = sorted(set(labels))
        self._check_classes(parts, labels, classes)
        used_otherwise = (self.target, *self.categories, *self.left_out)
        numeric = [name for name in parts[0].texts if name not in used_otherwise]
        features = {name: _numbers(parts, name) for name in numeric}
        for name in self.categories:
            words = words_of(name)
            categories = sorted(set(words))
            self._check_categories(name, len(categories), len(words))
            for category in categories:
                features[f"{name}={category}"] = [float(word == category) for word in words]
        places = {label: place for place, label in enumerate(classes)}
        target = [places[label] for label in labels] if classes else _numbers(parts, self.target)
        left_out = f"{counted(lacking, 'row')} without a value left out" if lacking else ""
        return Dataset(
            name=self.name,
            task=self.task,
            feature_names=tuple(features),
            features=np.array(list(features.values()), dtype=np.float64).T,
            target=np.array(target),
            target_name=self.target,
            target_unit=self.unit or ("class" if classes else "unit not given"),
            class_names=tuple(classes),
            source=self.source,
            note="; ".join(text for text in (self.note, left_out) if text),
            test_from=len(parts[0].lines) if self.test_file else None,
        )

    def _part(self, file: str, sha256: str) -> Columns:
        """Read one file, which must be that with which the report was opened."""
        try:
            content = Path(file).read_bytes()
        except OSError as reason:
            raise DataError(f"{file}: cannot be read ({reason.strerror})") from reason
        if hashlib.sha256(content).hexdigest() != sha256:
            raise DataError(f"{file}: changed while it was in use; start again, so that all trainings see the same")
        columns = Columns.parse(file, content, self.separator, self.decimal)
        self._check_names(columns)
        return columns

    @staticmethod
    def _check_same_columns(trained: Columns, tested: Columns) -> None:
        for one, other in ((trained, tested), (tested, trained)):
            for name in one.texts:
                if name not in other.texts:
                    raise DataError(f"{other.file}: has no column {name!r}, which {one.file} has; give both the same")

    def _check_names(self, columns: Columns) -> None:
        for key, named in (("target", (self.target,)), ("categories", self.categories), ("left_out", self.left_out)):
            for name in named:
                if name not in columns.texts:
                    known = ", ".join(columns.texts)
                    raise DataError(f"{columns.file}: has no column {name!r}, which {key} names; it has: {known}")
        used = (self.target, *self.categories, *self.left_out)
        if len(set(used)) != len(used):
            raise DataError(f"{self.file}: a column is named twice among target, categories and left_out; keep one")
        if set(columns.texts) == {self.target, *self.left_out}:
            raise DataError(f"{self.file}: has no feature, since every column is the target or left out")

    def _check_categories(self, name: str, categories: int, rows: int) -> None:
        if categories > max(FEW, rows / 2):
            raise DataError(
                f"{self.file}, column {name!r}: has {categories} different texts in {rows} rows: no categories; name "
                "it in left_out"
            )

    def _check_classes(self, parts: Sequence[Columns], labels: Sequence[str], classes: Sequence[str]) -> None:
        place = f"{self.file}, column {self.target!r}"
        if len(classes) == 1:
            raise DataError(f"{place}: every row is of class {classes[0]!r}; give rows of two classes or more")
        if self.test_file:
            for part, label in itertools.product(parts, classes):
                if label not in part.texts[self.target]:
                    raise DataError(f"{part.file}, column {self.target!r}: has no row of class {label!r}; give one")
            return
        counts = Counter(labels)
        for label in classes:
            if counts[label] < 2:
                raise DataError(f"{place}: class {label!r} has one row; training and test part need one each")


def _numbers(parts: Sequence[Columns], name: str) -> list[float]:
    return [number for part in parts for number in part.numbers(name)]
