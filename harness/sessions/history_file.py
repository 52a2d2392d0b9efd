"""The SQLite file that holds a history of sessions: its tables, how it is opened, and how a session is written.

SQLite's rollback journal is kept on purpose: with a write-ahead log, the file alone would lack the newest sessions
whenever a writer died, and a nightly run that keeps the file from one night to the next copies the file alone.
"""

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from harness.base.errors import SessionError
from harness.base.hashing import content_digest
from harness.sessions.provenance import provenance
from harness.sessions.renames import Identity, identity, renamed_candidates
from harness.sessions.session import Session
from harness.verdicts.combination import Judgement, deciding

SCHEMA = 1
APPLICATION = 0x636C6D73  # "clms": marks an SQLite file as a history of claims
BUSY_SECONDS = 60.0  # to wait for other writers, of which each needs milliseconds

# The table ``surroundings`` holds provenance, and the column ``holes`` counts missing results: under other names, a
# harness of before, such as the one that `harness explain` runs from an old commit, could no longer write to this file.
TABLES = """
CREATE TABLE surroundings (id INTEGER PRIMARY KEY, content TEXT NOT NULL UNIQUE);
CREATE TABLE sessions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, started TEXT NOT NULL, "commit" TEXT NOT NULL, modified INTEGER NOT NULL,
    title TEXT NOT NULL, planned TEXT NOT NULL, surroundings INTEGER NOT NULL REFERENCES surroundings,
    supported INTEGER NOT NULL, refuted INTEGER NOT NULL, inconclusive INTEGER NOT NULL, holes INTEGER NOT NULL,
    content BLOB NOT NULL
);
CREATE TABLE tests (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE claims (
    test INTEGER NOT NULL REFERENCES tests, session INTEGER NOT NULL REFERENCES sessions, outcome TEXT NOT NULL,
    value REAL, low REAL, high REAL, PRIMARY KEY (test, session)
) WITHOUT ROWID;
CREATE TABLE readings (
    finding TEXT NOT NULL, reading TEXT NOT NULL, session INTEGER NOT NULL REFERENCES sessions, outcome TEXT NOT NULL,
    corrected_outcome TEXT NOT NULL, supported INTEGER NOT NULL, claims INTEGER NOT NULL,
    value REAL, low REAL, high REAL, scope TEXT NOT NULL, PRIMARY KEY (finding, reading, session)
) WITHOUT ROWID;
"""


@contextmanager
def connection_to(file: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """Open a history, and close it again; what was begun and not committed is undone.

    Parameters
    ----------
    mode
        ``rw`` if the file is there (SQLite itself falls back to reading where it may not be written), or ``rwc`` to
        make it if it is not.

    Raises
    ------
    SessionError
        If the file cannot be used, whether that shows now or later.
    """
    address = f"{file.resolve().as_uri()}?mode={mode}"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
            _refuse_foreign(connection, file)
            yield connection
    except (sqlite3.Error, UnicodeError) as reason:  # damaged text is no longer UTF-8
        raise SessionError(
            f"{file}: cannot be used as a history of claims ({reason}); "
            "move it away, or give another file for the history"
        ) from reason


def has_tables(connection: sqlite3.Connection) -> bool:
    """Whether anything was ever written; a file that was only just made is empty."""
    return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def write(connection: sqlite3.Connection, session: Session) -> int:
    """Write a session in one transaction, waiting for whoever else writes, and return its number."""
    content = zlib.compress(json.dumps(session.to_plain(), ensure_ascii=False).encode(), 9)
    connection.execute("BEGIN IMMEDIATE")
    _make_tables(connection)
    number = _insert(connection, session, content)
    connection.execute("COMMIT")
    return number


def planned(session: Session) -> str:
    """Return what has to be the same for two verdicts on a claim to answer the same question, as text."""
    return f"{' '.join(map(str, session.planned_seeds))}, {session.universes}"


def known_names(connection: sqlite3.Connection, session: Session) -> dict[str, str]:
    """Return by node id of each claim the one under which the file has it: the first one, if its file was renamed.

    Which claim a name stood for is read from the last session that judged it. A claim that the file does not have is
    under its own name.
    """
    tests = {claim.test: claim.test for claim in session.claims}
    known = [name for (name,) in connection.execute("SELECT name FROM tests") if isinstance(name, str)]
    candidates = renamed_candidates(known, session)
    if not candidates:
        return tests
    last = dict(connection.execute("SELECT name, max(session) FROM claims JOIN tests ON id = test GROUP BY test"))
    judged = {number: _identities(connection, number) for number in {last.get(name) for name in candidates.values()}}
    mine = {claim.test: identity(claim, session) for claim in session.claims}
    return tests | {test: name for test, name in candidates.items() if mine[test] in judged[last.get(name)]}


def _identities(connection: sqlite3.Connection, number: int | None) -> set[Identity]:
    row = connection.execute("SELECT content FROM sessions WHERE number = ?", (number,)).fetchone()
    try:
        past = Session.from_plain(json.loads(zlib.decompress(row[0])))
    except (zlib.error, KeyError, TypeError, ValueError):
        return set()  # damaged, or of a newer harness: said by whoever reads that session
    return {identity(claim, past) for claim in past.claims}


def newer(place: str, schema: int, known: int) -> str:
    """Return the sentence on what a newer harness has written."""
    return f"{place}: has schema {schema}, newer than this harness reads ({known}); update pytest-claims"


def _refuse_foreign(connection: sqlite3.Connection, file: Path) -> None:
    """Raise `SessionError` for what another program, or a newer harness, has written.

    The tables are looked for before the mark: whoever makes the file at this moment writes both at once.
    """
    if has_tables(connection) and connection.execute("PRAGMA application_id").fetchone() != (APPLICATION,):
        raise SessionError(f"{file}: is a database of another program, not a history of claims")
    (schema,) = connection.execute("PRAGMA user_version").fetchone()
    if schema > SCHEMA:
        raise SessionError(newer(str(file), schema, SCHEMA))


def _make_tables(connection: sqlite3.Connection) -> None:
    if has_tables(connection):
        return
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {SCHEMA}")
    for statement in TABLES.split(";"):
        connection.execute(statement)


def _insert(connection: sqlite3.Connection, session: Session, content: bytes) -> int:
    """Write a session into all tables, and return its number."""
    counts = Counter(claim.verdict.outcome for claim in session.claims)
    around = json.dumps(provenance(session), ensure_ascii=False)
    connection.execute("INSERT OR IGNORE INTO surroundings (content) VALUES (?)", (around,))
    environment = session.environment
    (number,) = connection.execute(
        'INSERT INTO sessions (started, "commit", modified, title, planned, surroundings, supported, refuted, '
        "inconclusive, holes, content) "
        "VALUES (?, ?, ?, ?, ?, (SELECT id FROM surroundings WHERE content = ?), ?, ?, ?, ?, ?) RETURNING number",
        (
            *(session.started, environment.commit, environment.modified, session.title, planned(session), around),
            *(counts["supported"], counts["refuted"], counts["inconclusive"], len(session.missing), content),
        ),
    ).fetchone()
    names = known_names(connection, session)
    connection.executemany("INSERT OR IGNORE INTO tests (name) VALUES (?)", [(name,) for name in names.values()])
    connection.executemany(
        "INSERT INTO claims VALUES ((SELECT id FROM tests WHERE name = ?), ?, ?, ?, ?, ?)",
        [
            (names[one.test], number, one.verdict.outcome, one.verdict.value, one.verdict.low, one.verdict.high)
            for one in session.claims
        ],
    )
    connection.executemany(
        "INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [_reading_row(number, session, judgement, names) for judgement in session.judgements],
    )
    return int(number)


def _reading_row(number: int, session: Session, judgement: Judgement, names: Mapping[str, str]) -> tuple[Any, ...]:
    claims = session.claims_of(judgement.finding, judgement.reading)
    weakest = deciding(judgement.needs, [claim.verdict for claim in claims])
    scope = content_digest([sorted(names[claim.test] for claim in claims), planned(session)])[:16]
    return (
        *(judgement.finding, judgement.reading, number, judgement.outcome, judgement.corrected_outcome),
        *(judgement.supported, judgement.claims, weakest.value, weakest.low, weakest.high, scope),
    )
