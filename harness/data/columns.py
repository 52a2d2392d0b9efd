"""The columns of a CSV file, with errors that name file, line and column."""

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.base.errors import DataError

MISSING = ("", "na", "n/a", "nan", "null", "none", "?")
"""How files write that there is no value, in small letters."""

SEPARATORS = (";", "\t", "|", ",")
LARGEST = float(np.finfo(np.float32).max)  # trainings compute in single precision


@dataclass(frozen=True)
class Columns:
    """The texts of a CSV file by column, without the spaces around them.

    Attributes
    ----------
    file
        As errors name it.
    texts
        By the column's name, one text a row.
    lines
        The line of the file on which each row ends, counted from 1.
    decimal
        What stands between the whole and the decimals of a number.
    """

    file: str
    texts: dict[str, list[str]]
    lines: list[int]
    decimal: str = "."

    @classmethod
    def parse(cls, file: str, content: bytes, separator: str = ",", decimal: str = ".") -> "Columns":
        """Return the columns of a file whose first line names them.

        Parameters
        ----------
        file
            As errors name it.
        separator, decimal
            What stands between two values, and in a number between the whole and the decimals.

        Raises
        ------
        DataError
            If it is not UTF-8 or not CSV, has no rows, a column without a name of its own, or a row of another length.
        """
        try:
            text = content.decode("utf-8-sig")  # spreadsheets put a mark at the beginning
        except UnicodeDecodeError as reason:
            raise DataError(f"{file}: not UTF-8 text (byte {reason.start}); save it as CSV in UTF-8") from reason
        reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
        rows, lines = [], []
        try:
            for row in reader:
                if row:  # an empty line at the end is no row
                    rows.append([cell.strip() for cell in row])
                    lines.append(reader.line_num)
        except csv.Error as reason:
            raise DataError(f"{file}, line {reader.line_num}: not CSV ({reason})") from reason
        if len(rows) < 2:
            raise DataError(f"{file}: has no rows; give a line with the names of the columns, and the rows below it")
        header = rows[0]
        other = next((one for one in SEPARATORS if one != separator and one in header[0]), "")
        if len(header) == 1 and other:
            raise DataError(
                f"{file}, line {lines[0]}: names one column, {header[0]!r}; if values are separated by {other!r}, say "
                f'separator = {json.dumps(other)} in the data set\'s table, and decimal = "," if numbers are written so'
            )
        for number, column in enumerate(header, start=1):
            if not column or column in header[: number - 1]:
                problem = "stands there before" if column else "is empty"
                raise DataError(f"{file}, line {lines[0]}: the name of column {number}, {column!r}, {problem}")
        for row, line in zip(rows, lines, strict=True):
            if len(row) != len(header):
                raise DataError(
                    f"{file}, line {line}: has {len(row)} values where the first line names {len(header)} columns"
                )
        return cls(file, dict(zip(header, map(list, zip(*rows[1:], strict=True)), strict=True)), lines[1:], decimal)

    def complete(self, used: Sequence[str]) -> "Columns":
        """Return the rows that have a value in all columns that are used.

        Raises
        ------
        DataError
            If there is none.
        """
        whole = [row for row in range(len(self.lines)) if not any(_is_missing(self.texts[name][row]) for name in used)]
        if not whole:
            raise DataError(f"{self.file}: no row has a value in every column that is used; name some in left_out")
        texts = {name: [column[row] for row in whole] for name, column in self.texts.items()}
        return replace(self, texts=texts, lines=[self.lines[row] for row in whole])

    def words(self, column: str) -> list[str]:
        """Return a column as text.

        Raises
        ------
        DataError
            If a row has no value.
        """
        for line, text in zip(self.lines, self.texts[column], strict=True):
            self._refuse_missing(line, column, text)
        return self.texts[column]

    def numbers(self, column: str) -> list[float]:
        """Return a column as numbers.

        Raises
        ------
        DataError
            If a row has no value, or one that is no number a training can compute with.
        """
        return [self._number(line, column, text) for line, text in zip(self.lines, self.texts[column], strict=True)]

    def _number(self, line: int, column: str, text: str) -> float:
        self._refuse_missing(line, column, text)
        try:
            number = float(text if self.decimal == "." else text.translate({ord("."): "?", ord(self.decimal): "."}))
        except ValueError:
            number = math.nan
        # Python alone reads 1_000 as a thousand.
        if not abs(number) <= LARGEST or "_" in text:
            raise self._error(
                line,
                column,
                f"is {text!r}; give a number of single precision (up to 3.4e38), or name the column in categories or "
                "left_out",
            )
        return number

    def _refuse_missing(self, line: int, column: str, text: str) -> None:
        if _is_missing(text):
            problem = f'has no value ({text!r}); give one, or say missing = "leave out" in the data set\'s table'
            raise self._error(line, column, problem)

    def _error(self, line: int, column: str, problem: str) -> DataError:
        return DataError(f"{self.file}, line {line}, column {column!r}: {problem}")


def _is_missing(text: str) -> bool:
    return text.lower() in MISSING
