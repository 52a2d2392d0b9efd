"""Read the TOML files of a report folder, with errors that name file, table and key."""

import datetime
import re
import tomllib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from harness.base.errors import RegisterError

Value = TypeVar("Value")

DEEPEST = 30  # tables and lists inside each other; what reads and shows them calls itself that often
# Of the characters that steer a terminal, text of several lines needs two.
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
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
    def read(cls, file: Path, renamed: Mapping[str, str] = MappingProxyType({})) -> "Table":
        """Return the top-level table of a file.

        Parameters
        ----------
        renamed
            Keys of an earlier edition, each with the one that took its place.

        Raises
        ------
        RegisterError
            If the file is missing, cannot be read, is not TOML, holds what can neither be shown nor computed with, or
            is of an earlier edition; then with a sentence for each renamed key.
        """
        try:
            top = cls(tomllib.loads(file.read_text(encoding="utf-8-sig")), file)
        except OSError as reason:
            raise RegisterError(f"{file}: cannot be read ({reason.strerror})") from reason
        except (ValueError, RecursionError) as reason:
            raise RegisterError(f"{file}: not valid TOML ({reason})") from reason
        top.refuse_what_cannot_be_shown()
        top._refuse_renamed(renamed)
        return top

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

    def texts(self, key: str, *, may_be_empty: bool = False) -> tuple[str, ...]:
        """Return a list of texts."""
        values = self.get(key, list)
        if not (values or may_be_empty) or not all(isinstance(value, str) for value in values):
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

    def close(self, known: Iterable[str] = ()) -> None:
        """Refuse keys that were never asked for.

        Parameters
        ----------
        known
            Others that might have been there.

        Raises
        ------
        RegisterError
            Naming the first such key, and the keys that are known.
        """
        for key in self._content:
            if key not in self._asked:
                raise self.error(key, f"unknown; known here: {', '.join(sorted({*self._asked, *known}))}")

    def refuse_what_cannot_be_shown(self) -> None:
        """Refuse control characters, whole numbers of more than 64 bits, and nesting deeper than `DEEPEST`.

        Raises
        ------
        RegisterError
            Naming the innermost table and the key.
        """
        for table, key, value, depth in self._everything():
            problem = _problem_of(key, value, depth)
            if problem:
                raise table.error(key, problem)

    def _refuse_renamed(self, renamed: Mapping[str, str]) -> None:
        """Refuse keys of an earlier edition, wherever the first of each stands."""
        found: dict[str, RegisterError] = {}
        for table, key, _, _ in self._everything():
            if key in renamed:
                found.setdefault(key, table.error(key, f"is called {renamed[key]!r} now"))
        if found:
            raise RegisterError("; ".join(str(found[key]) for key in sorted(found)))

    def _everything(self) -> Iterator[tuple["Table", str, Any, int]]:
        """Yield every key with its table, its value and how deep it stands; of a list, also each entry."""
        # Not by recursion: dotted keys nest deeper than Python can follow.
        waiting = deque((self, key, value, 1) for key, value in self._content.items())
        while waiting:
            table, key, value, depth = waiting.popleft()
            yield table, key, value, depth
            for number, inside in enumerate(value if isinstance(value, list) else [value], start=1):
                if isinstance(inside, dict):
                    place = table._under(key) + (f" #{number}" if isinstance(value, list) else "")
                    inner = Table(inside, self.file, place)
                    waiting += [(inner, name, one, depth + 1) for name, one in inside.items()]
                elif isinstance(value, list):
                    waiting.append((table, key, inside, depth + 1))

    def _under(self, key: str) -> str:
        name = key if key.replace("_", "").replace("-", "").isalnum() else f'"{key}"'
        return f"{self.place}.{name}" if self.place else name


def _problem_of(key: str, value: Any, depth: int) -> str:
    """Return what is wrong with a value wherever it stands; nothing for most."""
    if depth > DEEPEST:
        return f"more than {DEEPEST} tables and lists stand inside each other"
    if not key.isprintable():
        return "the key holds a character that cannot be seen; take it out"
    if isinstance(value, str) and (found := _STEERING.search(value)):
        return f"holds the control character {found.group()!r}; take it out"
    # As TOML demands; larger ones have no text in Python, and are no floating-point numbers.
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return "is a whole number of more than 64 bits; give a smaller one"
    return ""
