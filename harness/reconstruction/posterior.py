"""How plausible each reconstruction is, given the facts: prior times likelihood, over all that the search completed.

A likelihood that is too sure of itself counts with a power below 1, the tempering of ``protocol.toml`` (Holmes and
Walker 2017, Biometrika 104, 497-503). How large, `harness.reconstruction.calibration` shows.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.base.arrays import Floats
from harness.base.errors import HarnessError
from harness.reconstruction.candidates import Candidate
from harness.reconstruction.likelihood import Reporting
from harness.reconstruction.search import Search
from harness.report.configs import AVERAGED_CHOICE, SPLITS_CHOICE

Whole = tuple[Candidate, Reporting]
"""A candidate, and how the report made its numbers."""


@dataclass(frozen=True)
class Answer:
    """How plausible one answer to one open choice is.

    Attributes
    ----------
    choice, answer
        Both in words.
    prior, posterior
        Before and after the facts were looked at.
    with_equal_priors
        What the posterior would be if all answers to all choices were equally plausible beforehand.
    """

    choice: str
    answer: str
    prior: float
    posterior: float
    with_equal_priors: float


class Posterior:
    """The posterior probabilities of a search's candidates.

    Candidates that the search dropped, or never tried, have none: each is at least e**10 times less plausible than the
    best, or no neighbour of any that was expanded.

    Parameters
    ----------
    search
        That was run.

    Raises
    ------
    HarnessError
        If no candidate can show all facts.
    """

    def __init__(self, search: Search) -> None:
        self._search = search
        complete = [(one, scored) for one, scored in search.ranked if math.isfinite(scored.log_posterior)]
        if not complete:
            raise HarnessError(
                f"{search.grid.file}: none of {len(search.scored)} candidates for {search.task} can show all fitted "
                "facts; give more alternatives, or mark a finding that was not meant so as related"
            )
        self.wholes: list[Whole] = [(one, way) for one, scored in complete for way in scored.log_likelihoods]
        likelihoods = [scored.tempering * value for _, scored in complete for value in scored.log_likelihoods.values()]
        priors = [
            scored.log_prior + math.log(scored.priors[way]) for _, scored in complete for way in scored.log_likelihoods
        ]
        self.weights = normalized(np.array(likelihoods) + np.array(priors))
        self._equal = normalized(np.array(likelihoods))

    @property
    def expanded(self) -> float:
        """The probability of all candidates whose neighbours were tried: what is near the rest may be missing."""
        places = [one in self._search.expanded for one, _ in self.wholes]
        return float(self.weights[places].sum())

    @property
    def answers(self) -> list[Answer]:
        """How plausible each answer to each open choice is."""
        found = []
        for place, field in enumerate(self._search.candidates.choices):
            found += self._answers_to(field, [candidate[place] for candidate, _ in self.wholes])
        for field, taken in (
            (SPLITS_CHOICE, [way.splits for _, way in self.wholes]),
            (AVERAGED_CHOICE, [way.runs_averaged for _, way in self.wholes]),
        ):
            values = self._search.choices[field].answers
            if len(values) > 1:
                found += self._answers_to(field, [values.index(one) for one in taken])
        return found

    def _answers_to(self, field: str, options: Sequence[int]) -> list[Answer]:
        """Return the answers to one choice, given which of them each candidate takes."""
        choice = self._search.choices[field]
        return [
            Answer(
                field,
                choice.text(answer),
                prior,
                float(self.weights[np.equal(options, option)].sum()),
                float(self._equal[np.equal(options, option)].sum()),
            )
            for option, (answer, prior) in enumerate(zip(choice.answers, choice.priors, strict=True))
        ]

    def by_candidate(self) -> dict[Candidate, float]:
        """Return the probability of each candidate, however the report made its numbers; most plausible first."""
        found: dict[Candidate, float] = defaultdict(float)
        for (candidate, _), weight in zip(self.wholes, self.weights, strict=True):
            found[candidate] += float(weight)
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def normalized(log_weights: Floats) -> Floats:
    """Return weights that add up to 1."""
    raw = np.exp(log_weights - log_weights.max())
    weights: Floats = raw / raw.sum()
    return weights


def effective_number(weights: Sequence[float]) -> float:
    """Return how many equal weights would say as much (Kish 1965, Survey Sampling, section 11.7).

    Parameters
    ----------
    weights
        Not negative, and not all zero.
    """
    values = np.asarray(weights, dtype=np.float64)
    return float(values.sum() ** 2 / (values**2).sum())


def drawn(weights: Sequence[float], count: int, generator: np.random.Generator) -> dict[int, float]:
    """Draw `count` different places, or all there are, so that weighted sums over them have the right expectation.

    Places with a larger weight than the limit are all taken, with their own weight; of the others each is drawn with a
    probability in proportion to its weight, at even distances, and all get the limit as weight (optimal resampling;
    Fearnhead and Clifford 2003, Journal of the Royal Statistical Society B 65, 887-899).

    Parameters
    ----------
    weights
        Of all places; they add up to 1.

    Returns
    -------
    dict
        The places, heaviest first, each with its weight; these add up to 1.
    """
    values = np.asarray(weights, dtype=np.float64)
    order = np.argsort(-values, kind="stable")
    order = order[values[order] > 0]
    if len(order) <= count:
        return {int(place): float(values[place]) for place in order}
    sure = 0
    rest = float(values.sum())
    while sure < count and values[order[sure]] * (count - sure) >= rest:
        rest -= float(values[order[sure]])
        sure += 1
    found = {int(place): float(values[place]) for place in order[:sure]}
    if sure < count:
        others = np.sort(order[sure:])  # in the order that was given, in which neighbours are alike
        limit = values[others].sum() / (count - sure)
        ends = np.cumsum(values[others]) / limit
        marks = generator.random() + np.arange(count - sure)
        places = np.minimum(np.searchsorted(ends, marks, side="right"), len(others) - 1)
        found |= {int(others[place]): float(limit) for place in places}
    return found
