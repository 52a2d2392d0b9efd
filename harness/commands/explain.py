"""``explain``: why a verdict changed, found by running its claims again."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from harness.base.errors import SessionError

if TYPE_CHECKING:
    from harness.sessions.history import History
    from harness.sessions.past import PastReading

HELP = "run a changed verdict's claims again on both sides, and name what brings the change"
FOLDER = Path(".claims-store") / "explain"


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument(
        "finding", nargs="?", help="its id in report.toml (default: all that changed in the newest session)"
    )
    parser.add_argument("--reading", metavar="NAME", help="which reading of it (needed if several have changed)")
    parser.add_argument(
        "--before", type=int, metavar="N", help="session before the change (default: of the last change)"
    )
    parser.add_argument(
        "--after", type=int, metavar="N", help="session after it (default: the next one that judged it)"
    )
    parser.add_argument("--history", type=Path, default=Path(".claims-history.sqlite"), metavar="FILE")
    parser.add_argument(
        "--more-seeds",
        type=_factor,
        default=4,
        metavar="FACTOR",
        help="how many times as many seeds as decided then are trained on each side (default: 4)",
    )
    parser.add_argument("--workers", default="auto", metavar="N", help="of each call of pytest (default: auto)")
    parser.add_argument(
        "--work", type=Path, default=FOLDER, metavar="FOLDER", help=f"where finished runs are kept (default: {FOLDER})"
    )


def run(options: argparse.Namespace) -> int:
    """Print the cause, what was run to find it, and what else differs between the two sessions.

    Raises
    ------
    HarnessError
        If there is no such change, or the history cannot be read.
    """
    from harness.sessions.history import open_history

    history = open_history(options.history)
    if options.finding is None:
        changes = newest_changes(history)
    else:
        changes = [
            (options.finding, *change_of(history, options.finding, options.reading, options.before, options.after))
        ]
    for place, change in enumerate(changes):
        if place:
            print()
        _explain(history, *change, options)
    return 0


def _explain(
    history: "History", finding: str, reading: str, number_before: int, number_after: int, options: argparse.Namespace
) -> None:
    from harness.explaining.attribution import Attribution
    from harness.sessions.provenance import differences, provenance

    before, after = history.session(number_before), history.session(number_after)
    found = Attribution(
        finding=finding,
        reading=reading,
        before=before,
        after=after,
        root=Path.cwd(),
        folder=options.work,
        factor=options.more_seeds,
        workers=options.workers,
        say=lambda line: print(line, file=sys.stderr, flush=True),
    ).explanation()
    print(f"{finding} ({reading}), session {number_before} and session {number_after}")
    print(found.sentence)
    for line in found.evidence:
        print(f"  {line}")
    commits = [f"{one.environment.commit[:12] or 'no commit'}" for one in (before, after)]
    recorded = [str(one) for one in differences(provenance(before), provenance(after))]
    if commits[0] != commits[1]:
        recorded.insert(0, f"commit: {commits[0]}, now {commits[1]}")
    print("Between the two sessions" + (":" if recorded else " nothing that is recorded differs."))
    for line in recorded:
        print(f"  {line}")
    sys.stdout.flush()


def newest_changes(history: "History") -> list[tuple[str, str, int, int]]:
    """Return finding, reading and both sessions of each verdict that the newest session changed.

    Raises
    ------
    SessionError
        If there is none.
    """
    newest = max((session.number for session in history.sessions()), default=0)
    changes = [
        (finding, reading, *change)
        for (finding, reading), line in sorted(history.timelines().items())
        if (change := _last_change(line, None, newest))
    ]
    if not changes:
        raise SessionError(
            f"{history.file}: the newest session changed no verdict on a finding; name one to be explained"
        )
    return changes


def change_of(
    history: "History", finding: str, reading: str | None, before: int | None, after: int | None
) -> tuple[str, int, int]:
    """Return reading and sessions of the change to be explained: if none is given, the last one.

    Raises
    ------
    SessionError
        If there is no such change.
    """
    lines = {name: line for (its, name), line in history.timelines().items() if its == finding}
    if not lines or (reading is not None and reading not in lines):
        known = sorted({f"{its} ({name})" for its, name in history.timelines()})
        asked = finding if reading is None else f"{finding} ({reading})"
        raise SessionError(f"{history.file}: no session judged {asked}; judged were {', '.join(known) or 'none'}")
    changes = {
        name: change
        for name, line in lines.items()
        if reading in (None, name) and (change := _last_change(line, before, after))
    }
    if not changes:
        raise SessionError(
            f"{history.file}: {finding} came to the same in all sessions that compare; "
            "give --before and --after to compare two of them"
        )
    if len(changes) > 1:
        raise SessionError(f"{finding} changed in the readings {', '.join(sorted(changes))}; give one as --reading")
    return next((name, *change) for name, change in changes.items())


def _last_change(line: list["PastReading"], before: int | None, after: int | None) -> tuple[int, int] | None:
    """Return the sessions around the last change of a reading, or those that are asked for."""
    if before is not None and after is not None:
        return before, after
    from harness.sessions.changed import changes_in

    asked = [
        (old.session, new.session)
        for old, new in changes_in(line)
        if before in (None, old.session) and after in (None, new.session)
    ]
    return asked[-1] if asked else None


def _factor(text: str) -> int:
    if not text.isdigit() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"is {text!r}; give a whole number of at least 2")
    return int(text)
