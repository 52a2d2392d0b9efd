"""What a multiverse says of a reading of a finding: how often it holds, and which open choice decides whether it does.

A report leaves things open. A universe is one plausible set of answers, and the multiverse is all of them (Steegen,
Tuerlinckx, Gelman and Vanpaemel 2016, Perspectives on Psychological Science 11, 702-712). What a finding comes to in
each is its specification curve (Simonsohn, Simmons and Nelson 2020, Nature Human Behaviour 4, 1208-1214).
"""

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from harness.base.text import plain_number
from harness.verdicts.band import OUTCOMES, Outcome
from harness.verdicts.combination import holm
from harness.verdicts.error_rate import ERROR_RATE

Key = TypeVar("Key", bound=Hashable)
DEFAULT = "default"  # the universe of ``protocol.toml``
PERMUTATIONS = 1999  # with the outcomes as they are: 2,000 arrangements, so that p-values are multiples of 0.0005


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


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The one choice that goes along best with whether a reading is supported.

    Attributes
    ----------
    choice
        Its name.
    p_value
        Likelihood that any choice goes along so well with outcomes that depend on none of them.
    universes, supported
        By the value of the choice: how many universes have it, and how many of them support the reading.
    """

    choice: str
    p_value: float
    universes: dict[str, int]
    supported: dict[str, int]

    def __str__(self) -> str:
        proportions = {value: self.supported[value] / universes for value, universes in self.universes.items()}
        partly = sorted(
            (value for value in proportions if 0 < proportions[value] < 1), key=lambda value: -proportions[value]
        )
        always, never = ([value for value in proportions if proportions[value] == proportion] for proportion in (1, 0))
        counts = [self._count(values) for values in (always, *([value] for value in partly), never) if values]
        counts[0] = counts[0].replace(" with ", " universes with ", 1)
        verb = "matters most" if partly else "decides"
        return f"{self.choice} {verb}: supported {', '.join(counts)} (p = {self.p_value:.2g})"

    def _count(self, values: Sequence[str]) -> str:
        *others, last = values
        supported, universes = (sum(counts[value] for value in values) for counts in (self.supported, self.universes))
        return f"in {supported} of {universes} with {', '.join(others)}{' or ' if others else ''}{last}"


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


def deciding_choice(specifications: Sequence[Specification]) -> Decision | None:
    """Return which single choice decides whether the reading is supported; None if none does beyond chance.

    How well a choice goes along with the outcome is measured by their mutual information: how many nats less there
    are to learn of "supported or not" once the value of the choice is known. Goodman and Kruskal's lambda (1954,
    Journal of the American Statistical Association 49, 732-764), which counts the universes that the majority of each
    value gets right, would be 0 for a reading that holds everywhere with one data set and in just over half of the
    universes with another.

    A choice with many values has more of it by chance. So it is turned into a p-value for each choice, by permuting
    the outcomes among the universes, and the least of them is judged against the least p-value of any choice in each
    permutation: the min-p procedure of Westfall and Young (1993, Resampling-Based Multiple Testing), here with one set
    of permutations for both (Ge, Dudoit and Speed 2003, Test 12, 1-77). Outcomes that depend on no choice then get one
    named in at most 5 % of multiverses (`harness.verdicts.verdict.ERROR_RATE`), however many values the choices have.
    Of choices with the same p-value, that with most standard deviations over its mean among the permutations is named.

    What is named goes along with the outcome. In a multiverse that is not a full cross of its choices, two may go
    along with each other, and then either can be named for what the other does.
    """
    values = values_by_choice(specifications)
    ordered = sorted(specifications, key=lambda one: one.universe)  # the order they come in must not matter
    supported = np.array([one.outcome == "supported" for one in ordered])
    if not values or supported.all() or not supported.any():
        return None
    choices = sorted(values)
    arranged = _arrangements(supported)
    scores = np.stack([_information(arranged, [one.choices[choice] for one in ordered]) for choice in choices])
    at_least = np.stack([len(arranged) - np.searchsorted(np.sort(row), row) for row in scores])
    p_values = at_least / len(arranged)
    least = p_values.min(axis=0)
    p_value = float((least <= least[0]).mean())
    if p_value > ERROR_RATE:
        return None
    spread = np.maximum(scores.std(axis=1), np.finfo(float).tiny)
    distances = ((scores[:, 0] - scores.mean(axis=1)) / spread).round(9)
    named = min(range(len(choices)), key=lambda place: (p_values[place, 0], -distances[place], choices[place]))
    choice = choices[named]
    holding = Counter(one.choices[choice] for one in ordered if one.outcome == "supported")
    universes = Counter(one.choices[choice] for one in ordered)
    return Decision(
        choice=choice,
        p_value=p_value,
        universes={value: universes[value] for value in values[choice]},
        supported={value: holding[value] for value in values[choice]},
    )


def deciding_choices(curves: Mapping[Key, Sequence[Specification]]) -> dict[Key, Decision]:
    """Return the deciding choice of each reading that has one, with the error rate held over all of them.

    Their p-values are adjusted as Holm does (1979, Scandinavian Journal of Statistics 6, 65-70): so long as no outcome
    depends on any choice, one is named for any reading at all in at most 5 % of multiverses.
    """
    found = {key: deciding_choice(curve) for key, curve in curves.items()}
    adjusted = holm([1.0 if one is None else one.p_value for one in found.values()])
    return {
        key: replace(one, p_value=p_value)
        for (key, one), p_value in zip(found.items(), adjusted, strict=True)
        if one is not None and p_value <= ERROR_RATE
    }


def _arrangements(supported: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return outcomes as they are, then permuted: (arrangements, universes), the same for the same outcomes."""
    generator = np.random.default_rng(0)
    return np.vstack([supported, generator.permuted(np.tile(supported, (PERMUTATIONS, 1)), axis=1)])


def _information(arranged: npt.NDArray[np.bool_], answers: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the mutual information of outcomes and the answers to one question, in nats: (arrangements,)."""
    names, places, universes = np.unique(answers, return_inverse=True, return_counts=True)
    holding = np.rint(arranged @ np.eye(len(names))[places]).astype(int)  # arrangements, values
    total, supported = len(answers), int(arranged[0].sum())
    number = np.arange(1, total + 1)
    entropy = np.concatenate([[0.0], number * np.log(number / total)])  # of so many universes, times minus their number
    within = (entropy[holding] + entropy[universes - holding] - entropy[universes]).sum(axis=1)
    # Rounded, since what is equal must be equal whatever the order of the values.
    return np.asarray(((within - entropy[supported] - entropy[total - supported]) / total).round(9))


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
