"""Universes: whole reconstructions among which a report leaves the choice, and how plausible each is.

The multiverse analysis of Steegen et al. 2016 (Perspectives on Psychological Science 11, 702-712), for configs. They
are found by `harness.reconstruction.search` and kept by `harness.reconstruction.universes_file`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.reconstruction.candidates import Answers
from harness.reconstruction.posterior import Posterior, drawn
from harness.reconstruction.search import Search
from harness.reconstruction.specification import DEFAULT
from harness.report.configs import SPLITS_CHOICE

PROFILE_FILE = "reconstruction.svg"
UNIVERSES = 26  # as many as say as much as 24 of equal weight
ON_ONE_SPLIT = 4
MANY, ONE = "many", "one"


@dataclass(frozen=True, eq=False)
class Universe:
    """One answer to everything that the report leaves open.

    Attributes
    ----------
    name
        ``default`` is that of ``protocol.toml``.
    answers
        By task and field, what is taken.
    weights
        By task, for how much of the posterior it stands; they add up to 1. NaN if unknown.
    """

    name: str
    answers: Mapping[str, Answers]
    weights: Mapping[str, float]


def sampled_universes(posteriors: Mapping[str, Posterior], searches: Mapping[str, Search]) -> list[Universe]:
    """Return the default universe, `UNIVERSES` that are a sample of the posterior, and some on one split of the data.

    Of each task as many different protocols are drawn, and put together at random, since what is plausible for one task
    says nothing of another. Their seeds have splits of their own, so that verdicts speak of all splits. The most
    plausible protocols come again on a single split, to show what hangs on that; these and the default weigh nothing.
    """
    generator = np.random.default_rng(0)
    samples: dict[str, list[tuple[Answers, float]]] = {}
    for task, posterior in posteriors.items():
        search, candidates = searches[task], posterior.by_candidate()
        places = drawn(list(candidates.values()), UNIVERSES, generator)
        protocols = [search.candidates.answers(one) for one in candidates]
        sample = [(_on(MANY, search, protocols[place]), weight) for place, weight in places.items()]
        samples[task] = [sample[place] for place in generator.permutation(len(sample))]
        if ONE in search.choices[SPLITS_CHOICE].answers:
            samples[task] += [(_on(ONE, search, protocol), 0.0) for protocol in protocols[:ON_ONE_SPLIT]]
    defaults = {
        task: {
            **search.candidates.answers(search.candidates.default),
            SPLITS_CHOICE: search.choices[SPLITS_CHOICE].value,
        }
        for task, search in searches.items()
    }
    found = [Universe(DEFAULT, defaults, dict.fromkeys(defaults, 0.0))]
    for number in range(max(map(len, samples.values()))):
        chosen = {task: sample[number] for task, sample in samples.items() if number < len(sample)}
        answers = {task: answers for task, (answers, _) in chosen.items()}
        weights = {task: weight for task, (_, weight) in chosen.items()}
        found.append(Universe(f"universe {number + 1}", answers, weights))
    return found


def _on(splits: str, search: Search, answers: Answers) -> Answers:
    """Return the answers of a protocol with so many splits, if that is open."""
    choice = search.choices[SPLITS_CHOICE]
    return {**answers, SPLITS_CHOICE: splits if splits in choice.answers else choice.value}
