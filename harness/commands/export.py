"""``export``: what a session came to, for papers, workflows and badges."""

import argparse
import json
from collections import Counter
from pathlib import Path

from harness.base.errors import SessionError
from harness.base.files import write_atomically
from harness.commands.compare import SESSION_HELP, named_session
from harness.commands.history import add_history
from harness.sessions.session import Session

HELP = "write what a session came to, for a paper, a workflow, a badge, or as one page to be sent"


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument(
        "session", nargs="?", default="reports/claims.json", help=f"{SESSION_HELP} (default: %(default)s)"
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="all pages beside claims.json as one, with figures")
    parser.add_argument("--latex", type=Path, metavar="FILE", help="macros with verdict, answer, estimate and interval")
    parser.add_argument("--badge", type=Path, metavar="FILE", help="JSON for an endpoint badge of shields.io")
    parser.add_argument("--github", action="store_true", help="print annotations of a GitHub workflow")
    add_history(parser)


def run(options: argparse.Namespace) -> int:
    """Write what is asked for.

    Raises
    ------
    SessionError
        If there is no such session, nothing is asked for, or a file cannot be written.
    """
    if not (options.html or options.latex or options.badge or options.github):
        raise SessionError("nothing to export; give --html FILE, --latex FILE, --badge FILE or --github")
    session = named_session(options.session, options.history)
    if options.html:
        from harness.pages.one_file import one_file

        _write(options.html, one_file(_pages_of(options.session, options.html)))
    if options.latex:
        from harness.pages.latex import latex_macros

        _write(options.latex, latex_macros(session))
    if options.badge:
        _write(options.badge, json.dumps(badge(session)) + "\n")
    if options.github:
        from harness.pages.annotations import github_annotations

        for line in github_annotations(session):
            print(line)
    return 0


def badge(session: Session) -> dict[str, object]:
    """Return a badge as https://shields.io/badges/endpoint-badge reads it: how many findings hold."""
    counter = Counter(one.answer for one in session.findings)
    in_order = not session.missing and all(one.as_expected for one in session.claims)
    return {
        "schemaVersion": 1,
        "label": "findings",
        "message": f"{counter['holds']} of {len(session.findings)} hold" + ("" if in_order else ", changed"),
        "color": "blue" if in_order else "red",
    }


def _pages_of(session: str, target: Path) -> Path:
    """Return the folder in which the pages of a session stand, none of which the new file may replace."""
    if not Path(session).is_file():
        raise SessionError(
            f"--html makes one file of the pages beside a claims.json; name that in place of {session!r}"
        )
    folder = Path(session).parent
    from harness.pages.rendering import PAGES

    if target.resolve().parent == folder.resolve() and target.name in PAGES:
        raise SessionError(f"{target} is one of the pages themselves; give another file")
    return folder


def _write(file: Path, text: str) -> None:
    try:
        write_atomically(file, text.encode())
    except OSError as reason:
        raise SessionError(f"{file}: cannot be written ({reason.strerror})") from reason
    print(f"{file} written")
