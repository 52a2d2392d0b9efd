"""Databases of SQLite, opened so that nothing in their folder changes."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from harness.base.errors import DataError


@contextlib.contextmanager
def database_at(file: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection that only reads.

    What lies in a write-ahead log beside the database is read too. Where there is none, none is made, as SQLite would
    do even for who only reads.

    Raises
    ------
    DataError
        If it is no database, or locked, also while it is read.
    """
    place = file.absolute()
    way = "mode=ro" if place.with_name(f"{place.name}-wal").exists() else "immutable=1"
    try:
        with contextlib.closing(sqlite3.connect(f"{place.as_uri()}?{way}", uri=True)) as database:
            yield database
    except sqlite3.Error as reason:
        raise DataError(f"{file}: cannot be read as a database ({reason})") from reason


def tables_in(database: sqlite3.Connection) -> set[str]:
    """Return the names of its tables."""
    return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
