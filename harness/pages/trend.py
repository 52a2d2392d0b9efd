"""The page of the history: every reading over all sessions, and what changed, the newest first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from harness.base.text import counted
from harness.pages.rendering import interval, render
from harness.pages.strip import HEIGHT, Strip, is_partial, strip, usual_reading
from harness.sessions.levels import LevelChange
from harness.sessions.past import PastReading, PastSession
from harness.sessions.provenance import Difference
from harness.sessions.timeline import Timelines, VerdictChange, commit_text, verdict_changes, what_else
from harness.verdicts.band import OUTCOMES, Outcome

PAGE = "history.html"
LISTED = 300  # changes; a claim at the edge of its band must not fill the page


@dataclass(frozen=True)
class Row:
    """A reading over all sessions.

    Attributes
    ----------
    now
        Its newest verdict over as many claims as usual.
    since
        When that verdict was first given without another one since; empty if in all sessions.
    told
        What the strip shows, in words.
    """

    finding: str
    reading: str
    now: PastReading
    since: str
    estimate: str
    told: str
    strip: Strip


@dataclass(frozen=True)
class Event:
    """Verdicts that changed from one session to another, and what else did."""

    before: PastSession
    after: PastSession
    changes: tuple[VerdictChange, ...]
    differences: tuple[Difference, ...]


def trend_html(
    timelines: Timelines,
    sessions: Sequence[PastSession],
    levels: Sequence[LevelChange] = (),
    *,
    audit_log: str = "claims.html",
) -> str:
    """Return the page ``history.html``.

    Parameters
    ----------
    timelines, sessions
        From `harness.sessions.history.History`; a timeline's sessions are all among the sessions.
    levels
        Estimates that moved over many sessions, the newest first.
    audit_log
        As of `harness.pages.context.PageContext`.
    """
    changes = verdict_changes(timelines)
    places = {session.number: place for place, session in enumerate(sessions)}
    return render(
        "trend.html.jinja",
        page=PAGE,
        audit_log=audit_log,
        title=f"History: {sessions[-1].title}" if sessions else "History",
        sessions=sessions,
        rows=[_row(key, timelines[key], places, changes) for key in sorted(timelines)],
        events=events(changes[:LISTED], {session.number: session for session in sessions}),
        levels=levels[:LISTED],
        unlisted_levels=max(0, len(levels) - LISTED),
        unlisted=max(0, len(changes) - LISTED),
        height=HEIGHT,
        commit_text=commit_text,
    )


def events(changes: Sequence[VerdictChange], sessions: Mapping[int, PastSession]) -> list[Event]:
    """Return changes together that lie between the same two sessions, in their order."""

    def between(change: VerdictChange) -> tuple[int, int]:
        return -change.after.session, -change.before.session

    found = []
    for (after, before), together in groupby(sorted(changes, key=between), key=between):
        old, new = sessions[-before], sessions[-after]
        found.append(Event(old, new, tuple(together), tuple(what_else(old, new))))
    return found


def _row(
    key: tuple[str, str],
    timeline: Sequence[PastReading],
    places: Mapping[int, int],
    changes: Sequence[VerdictChange],
) -> Row:
    usual = usual_reading(timeline)
    now = next(past for past in reversed(timeline) if not is_partial(past, usual))
    changed = [change.after for change in changes if (change.finding, change.reading) == key]
    latest = next((past for past in changed if past.session <= now.session and not is_partial(past, usual)), None)
    return Row(
        *key,
        now=now,
        since=latest.started[:10] if latest else "",
        estimate=interval(now.value, now.low, now.high),
        told=_told(Counter(past.outcome for past in timeline), len(timeline)),
        strip=strip(timeline, places),
    )


def _told(counts: Counter[Outcome], sessions: int) -> str:
    outcomes = ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome])
    return f"{counted(sessions, 'session')}: {outcomes}"
