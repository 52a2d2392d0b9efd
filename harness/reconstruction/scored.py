"""What a search knows of the candidates that it tried, and what that says of each answer."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.reconstruction.candidates import Answers, Candidate, Candidates
from harness.reconstruction.likelihood import Reporting


@dataclass(frozen=True, eq=False)
class Scored:
    """A candidate with what became of it.

    Attributes
    ----------
    answers
        What it takes for each open field.
    log_prior
        The logarithm of how plausible these are beforehand.
    log_likelihoods
        Of the facts that were computed, by how the report made its numbers.
    priors
        How plausible that is beforehand.
    facts
        How many facts were computed.
    complete
        Whether all were.
    tempering
        To which power the likelihood counts.
    """

    answers: Answers
    log_prior: float
    log_likelihoods: Mapping[Reporting, float]
    priors: Mapping[Reporting, float]
    facts: int
    complete: bool
    tempering: float = 1.0

    @property
    def log_likelihood(self) -> float:
        """The logarithm of the likelihood of the computed facts, at least that of all facts."""
        if not self.log_likelihoods:
            return -math.inf  # its answers do not go together
        return float(
            np.logaddexp.reduce([math.log(self.priors[one]) + value for one, value in self.log_likelihoods.items()])
        )

    @property
    def log_posterior(self) -> float:
        """The logarithm of its posterior probability, up to a constant."""
        return self.log_prior + self.tempering * self.log_likelihood


@dataclass(frozen=True)
class Profile:
    """What the facts say of one answer to one open choice.

    Attributes
    ----------
    choice, answer
        Both in words.
    log_likelihood
        Of the best candidate with this answer; -inf where none was tried.
    complete
        Whether all its facts were computed; otherwise its likelihood is at most that.
    """

    choice: str
    answer: str
    log_likelihood: float
    complete: bool


def profile_of(candidates: Candidates, scored: Mapping[Candidate, Scored]) -> list[Profile]:
    """Return what the facts say of each answer to each open choice.

    The likelihood of the best candidate that has it, as a profile likelihood is the best over all other parameters
    (Barndorff-Nielsen and Cox 1994, Inference and Asymptotics, section 3.4).

    Parameters
    ----------
    scored
        Those that were tried.
    """
    found = []
    for place, (field, choice) in enumerate(candidates.choices.items()):
        for option, answer in enumerate(choice.answers):
            with_it = [one for candidate, one in scored.items() if candidate[place] == option]
            best = max(with_it, key=lambda one: (one.complete, one.log_likelihood), default=None)
            known = (best.log_likelihood, best.complete) if best else (-math.inf, False)
            found.append(Profile(field, choice.text(answer), *known))
    return found
