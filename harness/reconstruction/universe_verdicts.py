"""What claims say in universes, as data that travel between processes and into files."""

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

from harness.base.text import plain_number
from harness.verdicts.band import Outcome


@dataclass(frozen=True)
class UniverseVerdict:
    """What one claim says in one universe.

    Attributes
    ----------
    outcome
        Of all looks, as in `harness.verdicts.look.over_looks`.
    value, low, high
        The estimate of the last look and its interval.
    p_supported, p_refuted, room
        As in `harness.verdicts.verdict.Verdict`.
    """

    outcome: Outcome
    value: float
    low: float
    high: float
    p_supported: float
    p_refuted: float
    room: float

    def to_plain(self) -> list[Any]:
        """Return the fields in order, as plain JSON values; numbers that are not finite become text."""
        outcome, *numbers = astuple(self)
        return [outcome, *map(plain_number, numbers)]

    @classmethod
    def from_plain(cls, plain: Sequence[Any]) -> "UniverseVerdict":
        """Return the answer that `to_plain` wrote."""
        outcome, *numbers = plain
        return cls(outcome, *(float(one) for one in numbers))


NOT_TO_BE_JUDGED = UniverseVerdict("inconclusive", math.nan, -math.inf, math.inf, 1.0, 1.0, -math.inf)
"""What a claim says in a universe in which a config that it asks for cannot be trained."""


@dataclass(frozen=True)
class UniverseVerdicts:
    """What one claim says in all universes.

    Attributes
    ----------
    tasks
        Of the runs that it rests on.
    by_universe
        By name.
    """

    tasks: tuple[str, ...]
    by_universe: dict[str, UniverseVerdict]

    def to_plain(self) -> dict[str, Any]:
        """Return plain JSON values."""
        told = {name: answer.to_plain() for name, answer in self.by_universe.items()}
        return {"tasks": list(self.tasks), "by_universe": told}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "UniverseVerdicts":
        """Return the answers that `to_plain` wrote."""
        told = {name: UniverseVerdict.from_plain(answer) for name, answer in plain["by_universe"].items()}
        return cls(tuple(plain["tasks"]), told)
