"""All claims of a reading as a small table, each coloured by where its estimate lies against its band."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.pages.forest import scale_of
from harness.sessions.session import JudgedClaim
from harness.verdicts.verdict import Verdict

STEPS = (1.0, 3.0)  # half widths of the band, beyond its end, at which the colour grows stronger
MOST_EMPTY = 0.5  # proportion of empty places from which on a list is clearer


@dataclass(frozen=True, kw_only=True)
class Place:
    """A claim in the table.

    Attributes
    ----------
    side
        Where its estimate lies: ``below``, ``inside`` or ``above`` its band, or ``nowhere``.
    step
        How far outside, from 1 to 3; 0 inside.
    """

    claim: JudgedClaim
    side: str
    step: int


@dataclass(frozen=True, kw_only=True)
class Heat:
    """The table: by the last word of a claim's case from left to right, by the words before it from top to bottom."""

    columns: Sequence[str]
    rows: Mapping[str, Mapping[str, Place]]


def heat_of(claims: Sequence[JudgedClaim]) -> Heat:
    """Return the table of claims; one column without a name if their cases make no table."""
    cases = Counter(claim.case for claim in claims)
    # Two tests may have cases of one name.
    places = {claim.case if cases[claim.case] == 1 else claim.test: place_of(claim) for claim in claims}
    split = {case: case.rpartition("-") for case in places}
    columns = list(dict.fromkeys(last for _, _, last in split.values()))
    rows: dict[str, dict[str, Place]] = {}
    for case, (first, _, last) in split.items():
        rows.setdefault(first, {})[last] = places[case]
    empty = 1 - len(places) / (len(rows) * len(columns))
    if empty >= MOST_EMPTY or len(rows) == 1 or max(cases.values()) > 1 or "" in rows or "" in columns:
        return Heat(columns=("",), rows={case: {"": place} for case, place in places.items()})
    return Heat(columns=columns, rows=rows)


def place_of(claim: JudgedClaim) -> Place:
    """Return where the estimate of a claim lies."""
    side = _side(claim.verdict)
    beyond = _beyond(claim.verdict) if side in ("below", "above") else 0.0
    step = 0 if side in ("inside", "nowhere") else 1 + sum(beyond > end for end in STEPS)
    return Place(claim=claim, side=side, step=step)


def _side(verdict: Verdict) -> str:
    if math.isnan(verdict.value):
        return "nowhere"
    if verdict.value < verdict.band.low:
        return "below"
    return "above" if verdict.value > verdict.band.high else "inside"


def _beyond(verdict: Verdict) -> float:
    scale = scale_of(verdict.band, verdict.value, verdict.low, verdict.high)
    value, low, high = (scale.at(number) for number in (verdict.value, verdict.band.low, verdict.band.high))
    return max(low - value, value - high)
