"""The file of a session, ``claims.json``: written whole, and read only if it is of the schema."""

import json
from pathlib import Path

from harness.base.errors import SessionError
from harness.base.files import write_atomically
from harness.sessions.migration import SCHEMA, migrated
from harness.sessions.session import Session

SESSION_FILE = "claims.json"
SCHEMA_FILE = Path(__file__).with_name("session.schema.json")
SHOWN = 120  # characters of either end of a message


def write_session(session: Session, file: Path) -> None:
    """Write a session as JSON, whole or not at all."""
    write_atomically(file, json.dumps(session.to_plain(), indent=1, ensure_ascii=False).encode())


def read_session(file: Path) -> Session:
    """Read and validate what `write_session` wrote.

    Raises
    ------
    SessionError
        Naming the file, and where in it what is wrong.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    try:
        plain = json.loads(file.read_text(encoding="utf-8"), parse_constant=_refuse)
    except (OSError, ValueError, RecursionError) as reason:
        raise SessionError(f"{file}: cannot be read ({reason})") from reason
    if isinstance(plain, dict) and isinstance(plain.get("schema"), int) and plain["schema"] > SCHEMA:
        raise SessionError(
            f"{file}: has schema {plain['schema']}, newer than this harness reads ({SCHEMA}); update pytest-claims"
        )
    plain = migrated(plain) if isinstance(plain, dict) else plain
    validator = Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
    wrong = best_match(validator.iter_errors(plain))
    if wrong is not None:
        raise SessionError(f"{file}, {wrong.json_path}: {_short(wrong.message)}")
    return Session.from_plain(plain)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number in JSON")


def _short(message: str) -> str:
    """Return a message that may quote a whole file, with its beginning and its end."""
    return message if len(message) <= 2 * SHOWN else f"{message[:SHOWN]} ... {message[-SHOWN:]}"
