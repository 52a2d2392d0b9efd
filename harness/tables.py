"""Read the TOML files of a report folder, with errors that name file, table and key."""

import datetime
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from harness.errors import RegisterError

Value = TypeVar("Value")

_NAMES = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    datetime.date: "a date such as 2026-01-31",
}


class Table:
    """One table of a TOML file that remembers where it stands.

    Every key must be asked for: `close` refuses those that nobody asked for, since a misspelled key would
    otherwise be ignored in silence.
    """

    def __init__(self, content: dict[str, Any], file: Path, place: str = "") -> None:
        self._content = content
        self._asked: set[str] = set()
        self.file = file
        self.place = place

    @classmethod
    def read(cls, file: Path) -> "Table":
        """Return the top-level table of a file.

        Raises
        ------
        RegisterError
            If the file is missing, cannot be read, or is not TOML.
        """
        try:
            return cls(tomllib.loads(file.read_text(encoding="utf-8")), file)
        except OSError as reason:
            raise RegisterError(f"{file}: cannot be read ({reason.strerror})") from reason
        except (ValueError, RecursionError) as reason:
            raise RegisterError(f"{file}: not valid TOML ({reason})") from reason

    def __contains__(self, key: str) -> bool:
        return key in self._content

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def error(self, key: str, problem: str) -> RegisterError:
        """Return the error to raise for a key of this table."""
        table = f"table [{self.place}]" if self.place else "top level"
        return RegisterError(f"{self.file}, {table}, key {key!r}: {problem}")

    def get(self, key: str, kind: type[Value], *, among: tuple[str, ...] | None = None) -> Value:
        """Return the value of a key that must be there.

        Raises
        ------
        RegisterError
            If it is missing, of another type, or not among the valid values.
        """
        self._asked.add(key)
        if key not in self._content:
            raise self.error(key, f"missing; give {_NAMES[kind]}")
        value = self._content[key]
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        # To Python true is a whole number, and a time of day on a date is a date.
        subtype = (isinstance(value, bool) and kind is not bool) or isinstance(value, datetime.datetime)
        if not isinstance(value, kind) or subtype:
            raise self.error(key, f"is {value!r}; give {_NAMES[kind]}")
        if among is not None and value not in among:
            raise self.error(key, f"is {value!r}; give one of: {', '.join(among)}")
        return value

    def get_any(self, key: str) -> Any:
        """Return the value of a key that must be there, of whatever type."""
        self._asked.add(key)
        if key not in self._content:
            raise self.error(key, "missing")
        return self._content[key]

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        values = self.get(key, list)
        if not values or not all(isinstance(value, str) for value in values):
            raise self.error(key, f"is {values!r}; give a list of texts")
        return tuple(values)

    def table(self, key: str) -> "Table":
        """Return the table under a key that must be there."""
        return Table(self.get(key, dict), self.file, self._under(key))

    def tables(self, key: str) -> list["Table"]:
        """Return the array of tables under a key; none if the key is not there."""
        if key not in self:
            return []
        entries = self.get(key, list)
        if not all(isinstance(entry, dict) for entry in entries):
            raise self.error(key, f"give tables, each headed [[{self._under(key)}]]")
        return [Table(entry, self.file, f"{self._under(key)} #{number}") for number, entry in enumerate(entries, 1)]

    def named_tables(self) -> Iterator[tuple[str, "Table"]]:
        """Yield each key with the table under it; all keys of this table must hold tables."""
        for key in self._content:
            yield key, self.table(key)

    def close(self) -> None:
        """Refuse keys that were never asked for.

        Raises
        ------
        RegisterError
            Naming the first such key, and the keys that are known.
        """
        for key in self._content:
            if key not in self._asked:
                raise self.error(key, f"unknown; known here: {', '.join(sorted(self._asked))}")

    def _under(self, key: str) -> str:
        name = key if key.replace("_", "").replace("-", "").isalnum() else f'"{key}"'
        return f"{self.place}.{name}" if self.place else name
