"""``compare``: what changed between two sessions."""

import argparse
from pathlib import Path

from harness.base.errors import SessionError
from harness.commands.history import add_history, existing_history
from harness.sessions.session import Session
from harness.sessions.session_file import read_session

HELP = "show what changed between two sessions"
SESSION_HELP = "a session's number, `last`, `previous` (with the most claims in common with the last), or a claims.json"


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("before", help=SESSION_HELP)
    parser.add_argument("after", help="likewise")
    add_history(parser)


def run(options: argparse.Namespace) -> int:
    """Print a sentence a change.

    Raises
    ------
    SessionError
        If one of the sessions is not to be had, or they have no claim in common.
    """
    from harness.sessions.comparison import compare

    before, after = (named_session(name, options.history) for name in (options.before, options.after))
    for line in compare(before, after).lines():
        print(line)
    return 0


def named_session(name: str, file: Path) -> Session:
    """Return the session that a word of the command line means.

    Parameters
    ----------
    name
        A number, ``last``, ``previous``, or the path of what `harness.sessions.session_file.write_session` wrote.
    file
        Of the history; need not be there for a path.

    Raises
    ------
    SessionError
        If there is no such session.
    """
    if name.isdecimal():
        return existing_history(file).session(int(name))
    if name not in ("last", "previous"):
        if not Path(name).exists():
            raise SessionError(f"{name!r} is no session; give a number, last, previous, or the path of a claims.json")
        return read_session(Path(name))
    history = existing_history(file)
    sessions = history.sessions()
    if not sessions:
        raise SessionError(f"{file}: has no session yet")
    last = sessions[-1].number
    if name == "last":
        return history.session(last)
    previous = history.comparable_before(last)
    if previous is None:
        raise SessionError(f"{file}: no session before {last} judged one of its claims over the same planned seeds")
    return history.session(previous)
