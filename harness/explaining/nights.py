"""What a night's session says that the last night's did not, in one line and an exit status."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from harness.base.text import counted
from harness.sessions.comparison import ComparedClaim, compare
from harness.sessions.history import History
from harness.sessions.levels import LevelChange
from harness.sessions.session import JudgedClaim, Session

UNCHANGED, CHANGED, FAILED = 0, 1, 2
NAMED = 3  # changes; the rest is counted


@dataclass(frozen=True)
class Night:
    """What a night came to: a line for people, and the exit status for machines."""

    line: str
    status: int


def last_night(history: History, tonight: Session, marks: Set[str]) -> Session | None:
    """Return the session of the last night that asked the same; None if there is none.

    Parameters
    ----------
    marks
        The arguments of pytest; one of them tells a night from any other session.
    """
    for past in reversed(history.sessions()):
        session = history.session(past.number)
        was_night = not marks.isdisjoint(session.arguments)
        if was_night and session.started < tonight.started and _question(session) == _question(tonight):
            return session
    return None


def night(last: Session | None, tonight: Session) -> Night:
    """Say what changed since last night; without one, what is not as the register expects.

    A verdict that the register does not expect but that was the same last night is no change: the line counts it,
    the status does not. Where the register records two verdicts of a claim, since noise decides between them, going
    from one to the other is no change either.

    Raises
    ------
    SessionError
        If the two nights have no claim in common.
    """
    unexpected = [claim for claim in tonight.claims if not claim.as_expected]
    if last is None:
        if not unexpected:
            return Night(f"first night: {_counted(tonight)}, all as the register expects", UNCHANGED)
        return Night(f"first night, against the register: {_listed([_against(one) for one in unexpected])}", CHANGED)
    compared = compare(last, tonight)
    gone = [f"{counted(len(compared.vanished), 'claim')} gone"] if compared.vanished else []
    new = [f"{counted(len(compared.appeared), 'claim')} new"] if compared.appeared else []
    as_before = [f"{counted(len(unexpected), 'verdict')} not as the register expects"] if unexpected else []
    changed = _changes(last, tonight)
    if not changed:
        said = [f"nothing changed since the night of {last.started[:10]}", _counted(tonight), *gone, *new, *as_before]
        return Night("; ".join(said), UNCHANGED)
    return Night(
        "; ".join([f"changed since the night of {last.started[:10]}: {_listed(changed)}", *gone, *new]), CHANGED
    )


def with_levels(came_to: Night, levels: Sequence[LevelChange]) -> Night:
    """Add the estimates that moved over many nights to the line; the status is that of verdicts.

    They are said night after night, until so many nights have passed that they are no longer looked at.
    """
    if not levels:
        return came_to
    return replace(came_to, line=f"{came_to.line}; moved over many nights: {_listed([str(one) for one in levels])}")


def _changes(last: Session, tonight: Session) -> list[str]:
    """Return what changed: findings first, then claims of findings that did not."""
    compared = compare(last, tonight)
    claims = [one for one in compared.claims if one.changed and not _known_to_vary(one)]
    touched = {(one.after.verdict.finding, one.after.verdict.reading) for one in claims}
    lost = {_reading_of(claim) for claim in last.claims if claim.test in compared.vanished}
    found = {_reading_of(claim) for claim in tonight.claims if claim.test in compared.appeared}
    readings = {
        (one.after.finding, one.after.reading): one
        for one in compared.readings
        if (one.after.finding, one.after.reading) in touched | lost | found
    }
    others = [one for one in claims if _reading_of(one.after) not in readings]
    return [
        *(
            f"{name} ({reading}) {one.before.outcome}, now {one.after.outcome}"
            for (name, reading), one in readings.items()
        ),
        *(f"{_name(one.after)} {one.before.verdict.outcome}, now {one.after.verdict.outcome}" for one in others),
    ]


def _known_to_vary(claim: ComparedClaim) -> bool:
    """Whether the register expects either verdict."""
    return {claim.before.verdict.outcome, claim.after.verdict.outcome} <= set(claim.after.expected)


def _question(session: Session) -> object:
    """Return what two sessions have in common if they asked the same."""
    return session.planned_seeds, session.universes, {report.folder for report in session.reports}


def _reading_of(claim: JudgedClaim) -> tuple[str, str]:
    return claim.verdict.finding, claim.verdict.reading


def _name(claim: JudgedClaim) -> str:
    return " ".join(filter(None, [f"{claim.verdict.finding} ({claim.verdict.reading})", claim.case]))


def _against(claim: JudgedClaim) -> str:
    return f"{_name(claim)} {claim.verdict.outcome}, not {' or '.join(claim.expected)}"


def _listed(changes: Sequence[str]) -> str:
    left = len(changes) - NAMED
    return "; ".join([*changes[:NAMED], *([f"and {left} more"] if left > 0 else [])])


def _counted(session: Session) -> str:
    return counted(len(session.claims), "claim")
