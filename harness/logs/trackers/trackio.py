"""Runs that Trackio keeps: an SQLite database a project, read without Trackio, whose own reader brings it up to date.

`harness.logs.sqlite` opens it. The schema is that of Trackio 0.43, which numbers its schemas.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.base.errors import DataError
from harness.logs.sqlite import database_at
from harness.logs.text import flat

TABLES = frozenset({"metrics", "configs"})
SCHEMA = 2  # PRAGMA user_version, since Trackio gives runs an id
ALWAYS = ("project", "run", "run_name")
STEP = "step"


def names_in(place: Path) -> tuple[str, ...]:
    """Return the names of the columns that a database has.

    Raises
    ------
    DataError
        If it cannot be read, or is of another schema.
    """
    found = dict.fromkeys((*ALWAYS, STEP))
    for record in records_in(place, frozenset({STEP})):
        found |= dict.fromkeys(record)
    return tuple(found)


def records_in(place: Path, wanted: frozenset[str]) -> Iterator[Mapping[str, Any]]:
    """Yield a row for each call of ``log``, or, where steps are not wanted, one for each run with its last values.

    What has a name that is taken has its kind before it, ``config.`` or ``metrics.``.

    Raises
    ------
    DataError
        As `names_in` does.
    """
    with database_at(place) as database:
        _check(place, database)
        configs = {run: _config(place, told) for run, told in database.execute("SELECT run_id, config FROM configs")}
        taken = {*ALWAYS, STEP, *(name for config in configs.values() for name in config)}
        last: dict[str, dict[str, Any]] = {}
        rows = database.execute("SELECT run_id, run_name, step, metrics FROM metrics ORDER BY step, id")
        for run, run_name, step, told in rows:
            record = {"project": place.stem, "run": run, "run_name": run_name, **configs.get(run, {})}
            logged = _plain(place, told)
            record |= {f"metrics.{name}" if name in taken else name: value for name, value in logged.items()}
            if STEP in wanted:
                yield {STEP: step, **record}
            else:
                last.setdefault(run, {}).update(record)
        yield from last.values()


def _check(place: Path, database: sqlite3.Connection) -> None:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA:
        raise DataError(f"{place}: Trackio's schema {version}, newer than is read here ({SCHEMA}); export it as CSV")
    if version < SCHEMA:
        raise DataError(
            f"{place}: Trackio's schema {version}, older than is read here ({SCHEMA}); bring it up to date by a newer "
            "Trackio: trackio show"
        )


def _config(place: Path, told: bytes | str) -> dict[str, Any]:
    """Return what a run was given; of what Trackio adds only the group, if it is in one."""
    given = _plain(place, told)
    group = given.get("_Group")
    own = {name: value for name, value in given.items() if not name.startswith("_")}
    named = {f"config.{name}" if name in (*ALWAYS, STEP) else name: value for name, value in own.items()}
    return named if group is None else {"group": group, **named}


def _plain(place: Path, told: bytes | str) -> dict[str, Any]:
    """Return numbers and texts by name; lists, pictures and the like are no columns."""
    try:
        return {name: value for name, value in flat(json.loads(told)) if not isinstance(value, list)}
    except (ValueError, AttributeError) as reason:
        raise DataError(f"{place}: Trackio's rows cannot be read ({reason})") from reason
