"""What a multiverse says of a reading of a finding: what it comes to in each universe, and in how many it holds.

A report leaves things open. A universe is one plausible set of answers, and the multiverse is all of them (Steegen,
Tuerlinckx, Gelman and Vanpaemel 2016, Perspectives on Psychological Science 11, 702-712). What a finding comes to in
each is its specification curve (Simonsohn, Simmons and Nelson 2020, Nature Human Behaviour 4, 1208-1214).
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from harness.base.text import plain_number
from harness.verdicts.band import OUTCOMES, Outcome

DEFAULT = "default"  # the universe of ``protocol.toml``


@dataclass(frozen=True, kw_only=True)
class Specification:
    """What one universe says of a reading of a finding.

    Attributes
    ----------
    universe
        Its name, which no other universe of the sequence has.
    choices
        What it answers to each open question, by the name of the choice; all universes of a sequence answer the same.
    outcome
        Of the reading in this universe.
    value
        Estimate of the claim that decides; NaN where there is none.
    low, high
        Its interval, whose ends may be infinite.
    weight
        How plausible the universe is, relative to the others; NaN where that is not known.
    """

    universe: str
    choices: dict[str, str]
    outcome: Outcome
    value: float
    low: float
    high: float
    weight: float

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise ValueError(f"{self.universe}: no such outcome as {self.outcome!r}")
        if self.weight < 0 or self.weight == math.inf:
            raise ValueError(f"{self.universe}: a weight of {self.weight} is neither positive nor zero nor unknown")

    @property
    def on_one_split(self) -> bool:
        """Whether its seeds share a split of the data: what it says then holds for that split, and not in general."""
        return any(name.rpartition(": ")[2] == "splits" and value == "one" for name, value in self.choices.items())

    def to_plain(self) -> dict[str, Any]:
        """Return the fields as plain JSON values; numbers that are not finite become text."""
        plain = asdict(self)
        for name in _NUMBERS:
            plain[name] = plain_number(plain[name])
        return plain

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Specification":
        """Return the specification that `to_plain` wrote."""
        numbers = {name: float(plain[name]) for name in _NUMBERS}
        return cls(**{**plain, **numbers, "choices": dict(plain["choices"])})


_NUMBERS = ("value", "low", "high", "weight")


def on_many_splits(specifications: Sequence[Specification]) -> list[Specification]:
    """Return the universes whose seeds have splits of their own; those on one shared split are another population."""
    return [one for one in specifications if not one.on_one_split]


def outcome_proportions(specifications: Sequence[Specification]) -> dict[Outcome, float]:
    """Return in which proportion of the universes the reading has which outcome; NaN if there are none."""
    counts = Counter(one.outcome for one in specifications)
    return {outcome: counts[outcome] / len(specifications) if specifications else math.nan for outcome in OUTCOMES}


def weighted_proportions(specifications: Sequence[Specification]) -> dict[Outcome, float]:
    """Return the same with each universe counted by its weight; NaN if the weight of one is not known, or all are 0."""
    largest = max((one.weight for one in specifications), default=0.0)
    if not largest > 0 or any(math.isnan(one.weight) for one in specifications):
        return dict.fromkeys(OUTCOMES, math.nan)
    # Divided by the largest first: the sum of large weights could overflow.
    weights = dict.fromkeys(OUTCOMES, 0.0)
    for one in specifications:
        weights[one.outcome] += one.weight / largest
    return {outcome: weight / sum(weights.values()) for outcome, weight in weights.items()}


def values_by_choice(specifications: Sequence[Specification]) -> dict[str, list[str]]:
    """Return the values of each choice that takes at least two: numbers by their size, then words by the alphabet."""
    _check(specifications)
    names = specifications[0].choices if specifications else ()
    values = {name: sorted({one.choices[name] for one in specifications}, key=_by_size) for name in names}
    return {name: taken for name, taken in values.items() if len(taken) > 1}


def _check(specifications: Sequence[Specification]) -> None:
    if len({one.universe for one in specifications}) < len(specifications):
        raise ValueError("two universes have the same name")
    if len({frozenset(one.choices) for one in specifications}) > 1:
        raise ValueError("the universes do not answer the same questions")


def _by_size(value: str) -> tuple[bool, float, str]:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    return (False, number, value) if math.isfinite(number) else (True, 0.0, value)
