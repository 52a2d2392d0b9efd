"""``history``: the sessions that were kept, or what became of one finding."""

import argparse
import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.base.errors import SessionError
from harness.base.text import interval_text
from harness.pages.report import SYMBOLS
from harness.pages.terminal import aligned
from harness.sessions.history import History
from harness.sessions.levels import LevelChange, level_changes
from harness.sessions.measured import measured
from harness.sessions.past import PastReading, PastSession
from harness.sessions.timeline import Stretch, Timelines, commit_text, stretches, verdict_changes, what_else
from harness.verdicts.band import OUTCOMES

HELP = "list the sessions that were kept, or what became of one finding"
FILE = Path(".claims-history.sqlite")


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("finding", nargs="?", help="its id, as in report.toml; without it, all sessions are listed")
    add_history(parser)


def add_history(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the file of the history."""
    parser.add_argument(
        "--history", type=Path, default=FILE, metavar="FILE", help=f"where sessions are kept (default: {FILE})"
    )


def existing_history(file: Path) -> History:
    """Return the history that a file holds.

    Raises
    ------
    SessionError
        If there is none.
    """
    if not file.exists():
        raise SessionError(f"{file}: there is no history yet; a session of claims makes it, or give --history")
    return History(file)


def run(options: argparse.Namespace) -> int:
    """Print a line a session, or a line a stretch of sessions in which the finding came to the same.

    Raises
    ------
    SessionError
        If there is no such history or finding, or the file is damaged.
    """
    history = existing_history(options.history)
    sessions, timelines = history.sessions(), history.timelines()
    levels = level_changes(measured(history))
    if options.finding is None:
        lines = [*session_lines(sessions, timelines), *level_lines(levels)]
    else:
        mine = {key: timeline for key, timeline in timelines.items() if key[0] == options.finding}
        if not mine:
            raise SessionError(_unknown(options.history, options.finding, {finding for finding, _ in timelines}))
        by_number = {session.number: session for session in sessions}
        lines = [line for (_, reading), line_of in mine.items() for line in timeline_lines(reading, line_of, by_number)]
        lines += level_lines([change for change in levels if change.finding == options.finding])
    for line in lines:
        print(line)
    return 0


def session_lines(sessions: Sequence[PastSession], timelines: Timelines) -> list[str]:
    """Return a table of sessions, the oldest first."""
    changed = Counter(change.after.session for change in verdict_changes(timelines))
    outcomes = (SYMBOLS[outcome] for outcome in OUTCOMES)
    header = ("session", "started (UTC)", "commit", "claims", *outcomes, "findings changed", "")
    rows = [
        (
            *(str(one.number), _minute(one.started), commit_text(one), str(one.claims)),
            *(str(count) for count in (one.supported, one.refuted, one.inconclusive)),
            str(changed[one.number] or "none"),
            f"not finished: {one.missing} missing" if one.missing else "",
        )
        for one in sessions
    ]
    return aligned([header, *rows])


def timeline_lines(reading: str, timeline: Sequence[PastReading], sessions: Mapping[int, PastSession]) -> list[str]:
    """Return a heading, and below it a line a stretch without change; before each but the first, what else changed."""
    found = stretches(timeline)
    lines = aligned([_stretch_row(stretch) for stretch in found])
    said = [f"{reading}:"]
    for place, (stretch, line) in enumerate(zip(found, lines, strict=True)):
        if place:
            before, after = sessions[found[place - 1].last.session], sessions[stretch.first.session]
            said += [f"      {difference}" for difference in what_else(before, after)]
        said.append(f"  {line}")
    return said


def level_lines(changes: Sequence[LevelChange]) -> list[str]:
    """Return the estimates that moved over many sessions below a heading, the newest first; nothing if none did."""
    return ["", "estimates that moved over many sessions:", *(f"  {change}" for change in changes)] if changes else []


def _stretch_row(stretch: Stretch) -> tuple[str, ...]:
    first, last = stretch.first, stretch.last
    alone = stretch.sessions == 1
    return (
        f"session {first.session}" if alone else f"sessions {first.session} to {last.session} ({stretch.sessions})",
        _minute(first.started) if alone else f"{_minute(first.started)} to {_minute(last.started)}",
        f"{SYMBOLS[last.outcome]} {last.outcome}",
        f"by Holm {SYMBOLS[last.corrected_outcome]} {last.corrected_outcome}",
        f"{last.supported} of {last.claims}",
        interval_text(last.value, last.low, last.high),
    )


def _minute(started: str) -> str:
    return started[:16].replace("T", " ")


def _unknown(file: Path, finding: str, known: set[str]) -> str:
    near = difflib.get_close_matches(finding, sorted(known), n=3) or sorted(known)[:3]
    suggested = f"; there are {', '.join(near)}" if near else ""
    return f"{file}: the finding {finding!r} was never judged{suggested}"
