"""The past, as a history tells it."""

from dataclasses import replace

from harness.sessions.past import PastReading, PastSession
from harness.verdicts.band import Outcome


def past_reading(
    number: int,
    outcome: Outcome = "supported",
    *,
    scope: str = "whole",
    claims: int = 9,
    value: float = 1.0,
    planned: str = "20, 40, 80, default",
) -> PastReading:
    """Return what a reading came to in a session."""
    started = f"2026-01-{number:02}T03:04:05+00:00"
    return PastReading(number, started, "c0ffee", outcome, outcome, 7, claims, value, 0.5, 1.5, scope, planned)


def past_session(number: int, **changes: object) -> PastSession:
    """Return a session in short."""
    one = PastSession(
        number=number,
        started=f"2026-01-{number:02}T03:04:05+00:00",
        commit="c0ffee" * 6,
        modified=False,
        title="A small report",
        supported=1,
        refuted=1,
        inconclusive=0,
        missing=0,
        provenance={"torch": "2.13.0"},
    )
    return replace(one, **changes)  # type: ignore[arg-type]
