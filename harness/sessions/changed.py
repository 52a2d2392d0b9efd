"""What a change of verdict is: the one rule, for whatever tells of changes.

A verdict has changed if its outcome by itself is another one than that of the last session that asked the same.
Outcomes that are corrected for all findings of a session do not count: they depend on what else was judged. Estimates
do not either: they move with every seed.

Two sessions asked the same if they judged the same claims, over the same planned seeds, in the same universes. A
session with ``-k`` or ``--seeds`` between two nights asks something else, and changes nothing. But a claim that is
added to a finding must be no gap in its history: a selection of claims that was never judged before goes on from the
session over the most of them that was planned alike and had no more claims. Three claims that were supported, then four
that are refuted, are a change.

Who names two sessions to be compared says with that that they compare; then only the outcomes count.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from harness.verdicts.band import Outcome


class Told(Protocol):
    """A verdict, on whatever."""

    @property
    def outcome(self) -> Outcome:
        """By itself."""


class Asked(Told, Protocol):
    """A verdict of a session, and what it was asked; as of `harness.sessions.history.PastReading`."""

    @property
    def claims(self) -> int:
        """How many were judged."""

    @property
    def scope(self) -> str:
        """Which claims, planned seeds and universes."""

    @property
    def planned(self) -> str:
        """Which planned seeds and universes."""


AnyAsked = TypeVar("AnyAsked", bound=Asked)


def changed(before: Told, after: Told) -> bool:
    """Tell whether a verdict is another one than that of a session which asked the same."""
    return before.outcome != after.outcome


def changes_in(timeline: Sequence[AnyAsked]) -> list[tuple[AnyAsked, AnyAsked]]:
    """Return the changes of a verdict, each as the verdict before and the new one; the oldest come first in both."""
    last: dict[str, AnyAsked] = {}
    pairs = []
    for past in timeline:
        before = last.get(past.scope) or _gone_on_from(past, list(last.values()))
        if before is not None and changed(before, past):
            pairs.append((before, past))
        last.pop(past.scope, None)  # so that the order is that of the sessions
        last[past.scope] = past
    return pairs


def _gone_on_from(past: AnyAsked, earlier: Sequence[AnyAsked]) -> AnyAsked | None:
    alike = [one for one in earlier if one.planned == past.planned and one.claims <= past.claims]
    return max(reversed(alike), key=lambda one: one.claims, default=None)
