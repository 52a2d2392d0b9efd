"""Says in sentences what a page also shows in numbers."""

from collections.abc import Sequence
from datetime import datetime

from harness.base.text import counted, p_text
from harness.pages.rendering import number
from harness.sessions.changed import changed, changes_in
from harness.sessions.past import PastReading
from harness.verdicts.band import OUTCOMES, Band
from harness.verdicts.combination import Judgement
from harness.verdicts.finding import FindingVerdict
from harness.verdicts.verdict import Needs, Role, Verdict

HAVE_TO_HOLD: dict[Needs, str] = {
    "all": "all have to hold",
    "most": "more than half have to hold",
    "some": "one has to hold",
}

ROLES: dict[Role, str] = {
    "primary": "the primary reading",
    "alternative": "another way to read it",
    "detail": "a detail of it",
}


def judgement_sentence(judgement: Judgement) -> str:
    """Return how the verdict on a reading follows from its claims."""
    if judgement.claims == 1:
        return "It rests on one claim."
    counts = ", ".join(
        f"{count} {outcome}" for outcome in OUTCOMES if (count := getattr(judgement, outcome)) or outcome == "supported"
    )
    return f"Of {judgement.claims} claims {counts}; {HAVE_TO_HOLD[judgement.needs]}."


def measured_sentence(finding: FindingVerdict, decisive: Verdict) -> str:
    """Return the answer to a finding as far as its numbers tell it, for one that nobody has put into words."""
    said = f"{decisive.estimand[0].upper()}{decisive.estimand[1:]}: {against_band(decisive)}."
    if finding.answer == "premise not met":
        return f"{said} But it presupposes {finding.primary.premise}, which does not hold."
    return said if finding.answer != "depends" else f"{said} It {finding.words}."


def error_sentence(judgement: Judgement) -> str:
    """Return the error rates at which the verdict on a reading would just be given, alone and among all."""
    family = "findings" if judgement.role == "primary" else "readings that are not the primary one"
    together = f"{p_text(judgement.corrected_p_value)} with the error rate held over all {family} (Holm)"
    alone = f"{p_text(judgement.p_value)} alone, {together}"
    if judgement.corrected_outcome == judgement.outcome:
        return f"{alone}."
    return f"{alone}: then it is {judgement.corrected_outcome}."


def band_text(band: Band) -> str:
    """Return the ends of a band."""
    if band.low == band.high:
        return f"exactly {number(band.low)}"
    if band.high == float("inf"):
        return f"at least {number(band.low)}"
    if band.low == float("-inf"):
        return f"at most {number(band.high)}"
    return f"{number(band.low)} to {number(band.high)}"


def against_band(verdict: Verdict) -> str:
    """Return where an interval lies against its band."""
    low, high, band = verdict.low, verdict.high, verdict.band
    if high < band.low:
        return "below the band"
    if low > band.high:
        return "above the band"
    across = [name for name, beyond in (("low", low < band.low), ("high", high > band.high)) if beyond]
    if across:
        return f"across the band's {' and its '.join(across)} end"
    return "inside the band" if low <= high else "nowhere: there is no interval"


def timeline_sentence(timeline: Sequence[PastReading]) -> str:
    """Return what a row of symbols tells: how many sessions, and when the verdict last changed."""
    if not timeline:
        return "no session before"
    last = timeline[-1]
    count = counted(len(timeline), "session")
    for before, after in changes_in(timeline)[-1:]:
        commit = f", commit {after.commit[:8]}" if after.commit else ""
        return f"{count}; {before.outcome} before {day(after.started)}{commit}, {after.outcome} since"
    if any(changed(one, last) for one in timeline):
        return f"{count}, no change among those that asked the same"
    return f"{count}, {last.outcome} in {'it' if len(timeline) == 1 else 'all'}"


def day(started: str) -> str:
    """Return the date of an ISO 8601 time."""
    return started.partition("T")[0]


def moment(started: str) -> str:
    """Return an ISO 8601 time in UTC to the minute; as it is, if it is not one."""
    try:
        return f"{datetime.fromisoformat(started):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return started


def duration(seconds: float) -> str:
    """Return a time span in the two units that matter."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
