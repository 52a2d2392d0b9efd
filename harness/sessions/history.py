"""The history of sessions: one SQLite file to which every finished session appends what it came to.

A session is one transaction, so the file holds all of it or nothing, whoever else appends and whenever a writer dies.
"""

import json
import math
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from harness.base.errors import SessionError
from harness.sessions.history_file import connection_to, has_tables, known_names, newer, planned, write
from harness.sessions.migration import SCHEMA
from harness.sessions.past import PastReading, PastSession, PastVerdict
from harness.sessions.session import Session


@dataclass(frozen=True)
class History:
    """All sessions that a file holds; without the file, none.

    Every method opens the file for itself, and raises `SessionError` if it is damaged, newer, or no history.
    """

    file: Path

    def append(self, session: Session) -> int:
        """Keep a session, whole or not at all, and return its number; the file is made if there is none."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as reason:
            raise SessionError(
                f"{self.file.parent}: cannot be made ({reason}); give another file for the history"
            ) from reason
        with connection_to(self.file, "rwc") as connection:
            return write(connection, session)

    def sessions(self) -> list[PastSession]:
        """Return all sessions, the oldest first."""
        rows = self._rows(
            'SELECT number, started, "commit", modified, title, supported, refuted, inconclusive, holes, '
            "surroundings.content FROM sessions JOIN surroundings ON surroundings.id = surroundings ORDER BY number"
        )
        try:
            return [_past_session(row) for row in rows]
        except ValueError as reason:
            raise SessionError(f"{self.file}: is damaged ({reason})") from reason

    def session(self, number: int) -> Session:
        """Return a session as it was.

        Raises
        ------
        SessionError
            If there is no session of that number, or it cannot be read.
        """
        rows = self._rows("SELECT content FROM sessions WHERE number = ?", (number,))
        if not rows:
            raise SessionError(f"{self.file}: has no session {number}; see `python -m harness history`")
        try:
            plain = json.loads(zlib.decompress(rows[0][0]))
            schema = plain["schema"]
            if schema <= SCHEMA:
                return Session.from_plain(plain)
        except (zlib.error, KeyError, TypeError, ValueError) as reason:
            raise SessionError(f"{self.file}, session {number}: is damaged ({reason})") from reason
        raise SessionError(newer(f"{self.file}, session {number}", schema, SCHEMA))

    def timelines(self) -> dict[tuple[str, str], list[PastReading]]:
        """Return by finding and reading what it came to, the oldest session first."""
        found: dict[tuple[str, str], list[PastReading]] = defaultdict(list)
        for finding, reading, *told in self._rows(
            'SELECT finding, reading, session, started, "commit", outcome, corrected_outcome, readings.supported, '
            "claims, value, low, high, scope, planned FROM readings JOIN sessions ON number = session "
            "ORDER BY finding, reading, session"
        ):
            found[finding, reading].append(PastReading(*_told(told)))
        return dict(found)

    def last_verdicts(self, session: Session, before: int | None = None) -> dict[str, PastVerdict]:
        """Return by claim of a session what it came to when it was judged last over the same planned seeds.

        Each claim is looked up by itself: with ``-k`` a session judges some of them, and what a session leaves out
        is no reason to lose sight of it. A claim that was never judged so is not in the answer.

        Parameters
        ----------
        before
            Number of the session from which on none counts; None looks through all.
        """
        rows = self._rows(
            'SELECT name, max(session), started, "commit", outcome, value, low, high FROM claims '
            "JOIN tests ON tests.id = test JOIN sessions ON number = session "
            "WHERE planned = ? AND number < ? GROUP BY test",
            (planned(session), 2**62 if before is None else before),
        )
        found = {name: PastVerdict(*_told(told)) for name, *told in rows}
        return {test: found[name] for test, name in self._names(session).items() if name in found}

    def comparable_before(self, number: int) -> int | None:
        """Return which earlier session has most claims in common with one, over the same planned seeds.

        Of several the newest: that of last night, not the one at a desk since then with ``-k``. None if there is none.
        """
        rows = self._rows(
            "SELECT theirs.session FROM claims AS mine JOIN claims AS theirs ON theirs.test = mine.test "
            "JOIN sessions AS its ON its.number = mine.session JOIN sessions AS past ON past.number = theirs.session "
            "WHERE mine.session = ? AND theirs.session < mine.session AND past.planned = its.planned "
            "GROUP BY theirs.session ORDER BY count(*) DESC, theirs.session DESC LIMIT 1",
            (number,),
        )
        return rows[0][0] if rows else None

    def varied(self, estimates: int, most: int) -> list[int]:
        """Return the newest sessions that were planned like the last one, the oldest first.

        None are returned unless some claim has so many different estimates in them: the same seeds on the same code
        give the same one, and then there is nothing to look for.
        """
        alike = (
            "SELECT number FROM sessions WHERE planned = (SELECT planned FROM sessions ORDER BY number DESC LIMIT 1) "
            "ORDER BY number DESC LIMIT ?"
        )
        some = self._rows(
            f"SELECT 1 FROM claims WHERE session IN ({alike}) GROUP BY test HAVING count(DISTINCT value) >= ? LIMIT 1",
            (most, estimates),
        )
        return sorted(number for (number,) in self._rows(alike, (most,))) if some else []

    def _names(self, session: Session) -> dict[str, str]:
        if not self.file.exists():
            return {}
        with connection_to(self.file, "rw") as connection:
            return known_names(connection, session) if has_tables(connection) else {}

    def _rows(self, query: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        if not self.file.exists():
            return []
        with connection_to(self.file, "rw") as connection:
            return connection.execute(query, parameters).fetchall() if has_tables(connection) else []


def open_history(file: Path) -> History:
    """Return the history that a file holds, or will hold once a session is appended.

    Raises
    ------
    SessionError
        If the file is damaged, was written by a newer harness, or is no history.
    """
    history = History(file)
    history.sessions()
    return history


def _told(row: Sequence[Any]) -> Iterator[Any]:
    """Return what a row says; SQLite keeps what is not a number as nothing."""
    return (math.nan if told is None else told for told in row)


def _past_session(row: Sequence[Any]) -> PastSession:
    told = dict(zip((field.name for field in fields(PastSession)), row, strict=True))
    return PastSession(**{**told, "modified": bool(told["modified"]), "provenance": json.loads(told["provenance"])})
