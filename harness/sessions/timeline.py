"""What happened to a reading of a finding over many sessions: stretches without change, and changes of its verdict."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.sessions.changed import changes_in
from harness.sessions.past import PastReading, PastSession
from harness.sessions.provenance import NOTHING, Difference, differences

Timelines = Mapping[tuple[str, str], Sequence[PastReading]]
"""By finding and reading, what it came to in each session that judged it, the oldest first."""


@dataclass(frozen=True)
class Stretch:
    """Sessions in a row in which a reading came to the very same: verdicts, counts, estimate and scope."""

    first: PastReading
    last: PastReading
    sessions: int


@dataclass(frozen=True)
class VerdictChange:
    """A verdict on a reading that is not the one before."""

    finding: str
    reading: str
    before: PastReading
    after: PastReading


def stretches(timeline: Sequence[PastReading]) -> list[Stretch]:
    """Return the stretches of a timeline, the oldest first."""
    found: list[Stretch] = []
    for past in timeline:
        if found and _content(found[-1].last) == _content(past):
            found[-1] = Stretch(found[-1].first, past, found[-1].sessions + 1)
        else:
            found.append(Stretch(past, past, 1))
    return found


def verdict_changes(timelines: Timelines) -> list[VerdictChange]:
    """Return all changes of verdicts (`harness.sessions.changed`), the newest first."""
    found = [
        VerdictChange(finding, reading, before, after)
        for (finding, reading), timeline in timelines.items()
        for before, after in changes_in(timeline)
    ]
    return sorted(found, key=lambda change: (-change.after.session, change.finding, change.reading))


def what_else(before: PastSession, after: PastSession) -> list[Difference]:
    """Return what changed between two sessions besides their verdicts."""
    return differences(*({"commit": commit_text(one), **one.provenance} for one in (before, after)))


def commit_text(session: PastSession) -> str:
    """Return the commit of a session in short, with a plus if the work tree differed from it."""
    return (session.commit[:8] + ("+" if session.modified else "")) or NOTHING


def _content(past: PastReading) -> tuple[object, ...]:
    """Return all but which session it was; what is not a number equals itself here."""
    numbers = (None if math.isnan(number) else number for number in (past.value, past.low, past.high))
    return (past.outcome, past.corrected_outcome, past.supported, past.claims, past.scope, *numbers)
