"""Which open choice decides whether a reading of a finding holds."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from harness.reconstruction.specification import Specification, values_by_choice
from harness.verdicts.combination import holm
from harness.verdicts.error_rate import ERROR_RATE

Key = TypeVar("Key", bound=Hashable)
PERMUTATIONS = 1999  # with the outcomes as they are: 2,000 arrangements, so that p-values are multiples of 0.0005


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
    named in at most 5 % of multiverses (`harness.verdicts.error_rate.ERROR_RATE`), however many values choices have.
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
