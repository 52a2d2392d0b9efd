"""How the verdicts of many claims become one on a finding, and what remains of it among many findings.

A claim judges one cell (or pair of cells); a finding speaks of all its cells, of most, or of some. Whether at least a
number of them hold is a partial conjunction hypothesis (Benjamini and Heller 2008, Biometrics 64, 1215-1222); over all
findings the error rate is held by Holm's procedure (Holm 1979, Scand. J. Statist. 6, 65-70). Readings that are not the
primary ones of their findings are a family of their own: they explain a verdict, and must not make one harder.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from harness.verdicts.band import Outcome
from harness.verdicts.error_rate import ERROR_RATE
from harness.verdicts.verdict import WORDS_OF_A_DRAW, Needs, Role, Verdict


class HasPValues(Protocol):
    """What says how surely a claim holds, and how surely it does not."""

    @property
    def p_supported(self) -> float:
        """Smallest error rate at which it would be supported."""
        ...

    @property
    def p_refuted(self) -> float:
        """Smallest error rate at which it would be refuted."""
        ...

    @property
    def room(self) -> float:
        """How far the estimate lies inside the band; below 0 where it lies outside."""
        ...


OPPOSITE: dict[Outcome, Outcome] = {"supported": "refuted", "refuted": "supported"}
Judged = TypeVar("Judged", bound=HasPValues)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The verdict on one reading of a finding, over all of its claims.

    Attributes
    ----------
    supported, refuted, inconclusive
        How many of the claims have which verdict.
    outcome, p_value
        The verdict on the finding by itself, and the error rate at which it would just be given.
    power
        The least power of its claims at the last look; NaN where that of one is not known.
    premise
        The finding that this one presupposes; empty if none.
    of_one_draw
        Whether its claims ask if a printed number can be one draw.
    exact
        Whether none of its claims samples anything.
    fragile
        The neighbouring conventions with each of which the verdict by itself would be the opposite.
    corrected_outcome, corrected_p_value
        The same with the error rate held over all findings of the session; of a reading that is not the primary one
        of its finding, over all such readings.
    """

    finding: str
    reading: str
    section: str
    statement: str
    basis: str
    needs: Needs
    role: Role
    supported: int
    refuted: int
    inconclusive: int
    outcome: Outcome
    p_value: float
    power: float
    corrected_outcome: Outcome
    corrected_p_value: float
    of_one_draw: bool = False
    exact: bool = False
    fragile: tuple[str, ...] = ()
    premise: str = ""

    @property
    def word(self) -> str:
        """The outcome by itself, for people."""
        return self._in_words(self.outcome)

    @property
    def corrected_word(self) -> str:
        """The corrected outcome, for people."""
        return self._in_words(self.corrected_outcome)

    def _in_words(self, outcome: Outcome) -> str:
        return WORDS_OF_A_DRAW[outcome] if self.of_one_draw else outcome

    @property
    def claims(self) -> int:
        """How many claims there are."""
        return self.supported + self.refuted + self.inconclusive


def judgements(verdicts: Iterable[Verdict]) -> list[Judgement]:
    """Return one judgement for each reading of each finding, sorted by finding."""
    groups: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        groups[verdict.finding, verdict.reading].append(verdict)
    keys = sorted(groups)
    singles = [
        combined(
            groups[key][0].needs,
            [verdict.p_supported for verdict in groups[key]],
            [verdict.p_refuted for verdict in groups[key]],
        )
        for key in keys
    ]
    corrected = _holm_by_family([groups[key][0].role == "primary" for key in keys], [p for _, p in singles])
    return [
        _judgement(groups[key], outcome, p_value, corrected_p_value)
        for key, (outcome, p_value), corrected_p_value in zip(keys, singles, corrected, strict=True)
    ]


def partial_conjunction(p_values: Sequence[float], at_least: int) -> float:
    """Return the p-value for at least so many of the claims being true, given that of each.

    Simes' form (Benjamini and Heller 2008, section 2): holds for claims that are independent or depend positively on
    each other, as those on cells that share their seeds do.
    """
    weakest = sorted(p_values)[at_least - 1 :]
    return min(1.0, *(len(weakest) / rank * p_value for rank, p_value in enumerate(weakest, start=1)))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for their number by Holm's step-down procedure, in the order given."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted


def _holm_by_family(primary: Sequence[bool], p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted within the primary ones, and within the others."""
    adjusted = [0.0] * len(p_values)
    for family in (True, False):
        places = [place for place, one in enumerate(primary) if one is family]
        for place, p_value in zip(places, holm([p_values[place] for place in places]), strict=True):
            adjusted[place] = p_value
    return adjusted


def needed(needs: Needs, claims: int) -> int:
    """Return how many of the claims have to hold."""
    return {"all": claims, "most": claims // 2 + 1, "some": 1}[needs]


def deciding(needs: Needs, verdicts: Sequence[Judged]) -> Judged:
    """Return the claim with which a finding stands or falls: the weakest of as many as have to hold.

    Where nothing is sampled, or very much, several have the same p-values: of these the one nearest to the band's edge
    on the inside, or farthest outside, is the weakest.
    """
    strongest_first = sorted(verdicts, key=lambda one: (one.p_supported, -one.p_refuted, -one.room))
    return strongest_first[needed(needs, len(verdicts)) - 1]


def combined(needs: Needs, p_supported: Sequence[float], p_refuted: Sequence[float]) -> tuple[Outcome, float]:
    """Return the verdict on a finding, and the error rate at which it would just be given, from those of its claims."""
    hold = needed(needs, len(p_supported))
    # A finding is false if so many claims are false that too few are left.
    fail = len(p_supported) - hold + 1
    by_outcome: dict[Outcome, float] = {
        "supported": partial_conjunction(p_supported, hold),
        "refuted": partial_conjunction(p_refuted, fail),
    }
    outcome, p_value = min(by_outcome.items(), key=lambda pair: pair[1])
    return (outcome, p_value) if p_value <= ERROR_RATE else ("inconclusive", p_value)


_SHARED = ("finding", "reading", "section", "statement", "basis", "needs", "role", "premise")


def _judgement(group: Sequence[Verdict], outcome: Outcome, p_value: float, corrected: float) -> Judgement:
    first, counts = group[0], Counter(verdict.outcome for verdict in group)
    shared: dict[str, Any] = {name: getattr(first, name) for name in _SHARED}
    return Judgement(
        **shared,
        supported=counts["supported"],
        refuted=counts["refuted"],
        inconclusive=counts["inconclusive"],
        outcome=outcome,
        p_value=p_value,
        power=float(np.min([verdict.power for verdict in group])),
        corrected_outcome=outcome if corrected <= ERROR_RATE else "inconclusive",
        corrected_p_value=corrected,
        of_one_draw=all(verdict.of_one_draw for verdict in group),
        exact=all(verdict.exact for verdict in group),
        fragile=_fragile(group, outcome),
    )


def _fragile(group: Sequence[Verdict], outcome: Outcome) -> tuple[str, ...]:
    """Return the conventions with which claims that come to this outcome would come to the opposite."""
    found = []
    for same in zip(*(verdict.neighbours for verdict in group), strict=True):
        other, _ = combined(group[0].needs, [one.p_supported for one in same], [one.p_refuted for one in same])
        if OPPOSITE.get(outcome) == other:
            found.append(same[0].convention)
    return tuple(found)
