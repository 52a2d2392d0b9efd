"""The candidates for a reconstruction: all combinations of what may be taken for each open field."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.report.choices import Choice
from harness.report.configs import REPORTING_CHOICES

Answers = dict[str, Any]
Candidate = tuple[int, ...]
"""Which of the answers to each open choice it takes."""


@dataclass(frozen=True)
class Candidates:
    """All candidates of one task.

    Attributes
    ----------
    choices
        By field; of each, any answer may be taken.
    """

    choices: Mapping[str, Choice]

    @property
    def default(self) -> Candidate:
        """The candidate that ``protocol.toml`` takes."""
        return (0,) * len(self.choices)

    def random(self, count: int) -> list[Candidate]:
        """Return different candidates in which each answer to a choice is equally frequent (Latin hypercube).

        McKay, Beckman and Conover 1979, Technometrics 21, 239-245. Which of the answers is the value of today makes no
        difference to them.
        """
        generator = np.random.default_rng(0)
        columns = []
        for choice in self.choices.values():
            order = sorted(range(len(choice.answers)), key=list(map(choice.text, choice.answers)).__getitem__)
            columns.append(generator.permutation(np.resize(order, count)))
        return list(dict.fromkeys(tuple(map(int, row)) for row in zip(*columns, strict=True)))

    def neighbours(self, candidate: Candidate) -> list[Candidate]:
        """Return the candidates that differ in one answer."""
        return [
            (*candidate[:place], option, *candidate[place + 1 :])
            for place, choice in enumerate(self.choices.values())
            for option in range(len(choice.answers))
            if option != candidate[place]
        ]

    def answers(self, candidate: Candidate) -> Answers:
        """Return what a candidate takes for each open field."""
        taken = zip(self.choices.items(), candidate, strict=True)
        return {field: choice.answers[option] for (field, choice), option in taken}

    def described(self, candidate: Candidate) -> str:
        """Return a candidate's answers in words."""
        return ", ".join(
            f"{field} {self.choices[field].text(value)}" for field, value in self.answers(candidate).items()
        )

    def log_prior(self, candidate: Candidate) -> float:
        """Return the logarithm of how plausible a candidate's answers are beforehand."""
        return sum(
            math.log(choice.priors[option]) for choice, option in zip(self.choices.values(), candidate, strict=True)
        )


def candidates_of(choices: Mapping[str, Choice]) -> Candidates:
    """Return the candidates that the choices of a task allow.

    How the report made its numbers needs no other trainings, and belongs to no candidate.
    """
    return Candidates(
        {field: choice for field, choice in choices.items() if choice.alternatives and field not in REPORTING_CHOICES}
    )
