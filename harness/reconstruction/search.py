"""The search for reconstructions under which a report's fitted facts are likely.

Candidates are combinations of what ``protocol.toml`` takes for each open field and its alternatives. First a balanced
random sample of them is tried, then the neighbours of the best, as long as that helps. A candidate's facts are
computed one after the other; since the likelihood of each is at most 1, a candidate that has fallen `HOPELESS` behind
the best is out of reach and dropped (branch and bound; Land and Doig 1960, Econometrica 28, 497-520). All trainings go
through the store, so a search that was interrupted goes on where it was.
"""

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from harness.base.errors import HarnessError
from harness.execution.engine import Block, missing_blocks
from harness.judging.claim import Claim
from harness.judging.evidence import Evidence, RunSource, TrainedRuns
from harness.judging.plan import ChosenCell, cells_asked, tasks_of, wanted_of
from harness.reconstruction.likelihood import log_likelihood_of_fact
from harness.report.grid import SPLITS_CHOICE, Grid
from harness.report.reading import Reading
from harness.statistics.estimate import Estimate
from harness.storage.store import Store

Answers = dict[str, Any]
Candidate = tuple[int, ...]
Train = Callable[[Sequence[Block]], None]
HOPELESS = 10.0
SEEDS = 20  # over which each fact is judged
PARENTS = 3


@dataclass(frozen=True, eq=False)
class Fact:
    """A fitted finding as far as it speaks of one task.

    Attributes
    ----------
    finding
        Its id.
    claims
        Those that judge it.
    cells
        What they ask for.
    """

    finding: str
    claims: tuple[Claim, ...]
    cells: tuple[ChosenCell, ...]


@dataclass(frozen=True, eq=False)
class Scored:
    """A candidate with what became of it.

    Attributes
    ----------
    answers
        What it takes for each open field.
    log_likelihoods
        By finding, of the facts that were computed.
    complete
        Whether all were.
    """

    answers: Answers
    log_likelihoods: Mapping[str, float]
    complete: bool

    @property
    def log_likelihood(self) -> float:
        """The logarithm of the likelihood of all computed facts, taken as independent: at least that of all facts."""
        return sum(self.log_likelihoods.values())


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


def facts_of(claims: Iterable[Claim], grid: Grid, task: str) -> list[Fact]:
    """Return the facts on a task to which a reconstruction is fitted: first those with a number, then by effort.

    Claims that speak of two tasks at once, or rest on no runs, belong to none; details are no sense of their finding.
    """
    grouped: dict[str, list[tuple[Claim, list[ChosenCell]]]] = defaultdict(list)
    for claim in claims:
        if claim.finding.basis == "fitted" and claim.reading.role != "detail":
            cells = cells_asked(claim, grid)
            if tasks_of(cells, grid) == {task}:
                grouped[claim.finding.id].append((claim, cells))
    facts = [
        Fact(finding, tuple(claim for claim, _ in pairs), tuple(itertools.chain(*(cells for _, cells in pairs))))
        for finding, pairs in grouped.items()
    ]
    return sorted(
        facts,
        key=lambda fact: (not fact.claims[0].finding.reported, len(wanted_of(fact.cells, grid)), fact.finding),
    )


class Search:
    """A search over the reconstructions of one task.

    Parameters
    ----------
    grid
        With the choices of ``protocol.toml``, each with its alternatives.
    task, facts
        What is reconstructed, and from what.
    store
        Where runs are kept.
    train
        Trains blocks into that store.
    say
        Takes a line on how far the search is.

    Raises
    ------
    HarnessError
        If there is no fact to fit to, or nothing left open.
    """

    def __init__(
        self, grid: Grid, task: str, facts: Sequence[Fact], store: Store, train: Train, say: Callable[[str], None]
    ) -> None:
        self.grid = grid
        self.task = task
        self.facts = facts
        self._store = store
        self._train = train
        self._say = say
        # Whether splits are many or one is left out: that one split fits is the luck of a split, not of a config.
        self.options = {
            field: (choice.value, *choice.alternatives)
            for field, choice in grid.reconstruction[task].items()
            if choice.alternatives and field != SPLITS_CHOICE
        }
        self.scored: dict[Candidate, Scored] = {}
        if not self.facts or not self.options:
            missing = "fitted finding speaks of it alone" if not self.facts else "choice has alternatives"
            raise HarnessError(f"{self.grid.file}: nothing to reconstruct for {self.task}: no {missing}")

    @property
    def default(self) -> Candidate:
        """The candidate that ``protocol.toml`` takes."""
        return (0,) * len(self.options)

    @property
    def ranked(self) -> list[tuple[Candidate, Scored]]:
        """The candidates of which all facts were computed, best first."""
        complete = [(candidate, scored) for candidate, scored in self.scored.items() if scored.complete]
        return sorted(complete, key=lambda pair: (-pair[1].log_likelihood, pair[0]))

    @property
    def profile(self) -> list[Profile]:
        """What the fitted facts say of each answer to each open choice.

        The likelihood of the best candidate that has it, as a profile likelihood is the best over all other parameters
        (Barndorff-Nielsen and Cox 1994, Inference and Asymptotics, section 3.4).
        """
        return [
            self._profile_of(place, field, option)
            for place, (field, values) in enumerate(self.options.items())
            for option in range(len(values))
        ]

    def _profile_of(self, place: int, field: str, option: int) -> Profile:
        with_it = [scored for candidate, scored in self.scored.items() if candidate[place] == option]
        best = max(with_it, key=lambda scored: (scored.complete, scored.log_likelihood), default=None)
        text = self.grid.reconstruction[self.task][field].text(self.options[field][option])
        if best is None:
            return Profile(field, text, -math.inf, False)
        return Profile(field, text, best.log_likelihood, best.complete)

    def run(self, budget: int, sample: int) -> None:
        """Try at most `budget` candidates, the first `sample` of them at random."""
        self.try_all([self.default])
        self.try_all(self.random_candidates(sample)[: budget - 1])
        while len(self.scored) < budget:
            parents = [candidate for candidate, _ in self.ranked[:PARENTS]]
            untried = dict.fromkeys(near for parent in parents for near in self.neighbours(parent))
            untried = {near: None for near in untried if near not in self.scored}
            if not untried:
                return
            self.try_all(list(untried)[: budget - len(self.scored)])

    def random_candidates(self, count: int) -> list[Candidate]:
        """Return different candidates in which each option of a field is equally frequent (Latin hypercube).

        McKay, Beckman and Conover 1979, Technometrics 21, 239-245.
        """
        generator = np.random.default_rng(0)
        columns = [generator.permutation(np.arange(count) % len(values)) for values in self.options.values()]
        rows = [tuple(map(int, row)) for row in zip(*columns, strict=True)]
        return [candidate for candidate in dict.fromkeys(rows) if candidate not in self.scored]

    def neighbours(self, candidate: Candidate) -> list[Candidate]:
        """Return the candidates that differ in one answer."""
        return [
            (*candidate[:place], option, *candidate[place + 1 :])
            for place, values in enumerate(self.options.values())
            for option in range(len(values))
            if option != candidate[place]
        ]

    def answers(self, candidate: Candidate) -> Answers:
        """Return what a candidate takes for each open field."""
        return {field: values[option] for (field, values), option in zip(self.options.items(), candidate, strict=True)}

    def described(self, candidate: Candidate) -> str:
        """Return a candidate's answers in words."""
        choices = self.grid.reconstruction[self.task]
        return ", ".join(f"{field} {choices[field].text(value)}" for field, value in self.answers(candidate).items())

    def try_all(self, candidates: Sequence[Candidate]) -> None:
        """Compute the facts of these candidates, one fact after the other, and drop those out of reach."""
        grids = {one: self.grid.answering({self.task: self.answers(one)}) for one in candidates}
        likelihoods: dict[Candidate, dict[str, float]] = {one: {} for one in candidates}
        alive = list(candidates)
        source = TrainedRuns(self._store)
        for number, fact in enumerate(self.facts, start=1):
            wanted = set().union(*(wanted_of(fact.cells, grids[one]) for one in alive))
            self._say(
                f"{self.task}: {len(self.scored)} candidates done, {len(alive)} in work, "
                f"fact {number} of {len(self.facts)}: {fact.finding}"
            )
            self._train(missing_blocks(wanted, SEEDS, self._store))
            for one in alive:
                likelihoods[one][fact.finding] = _log_likelihood(fact, grids[one], source)
            best = max((scored.log_likelihood for _, scored in self.ranked[:1]), default=-math.inf)
            alive = [one for one in alive if sum(likelihoods[one].values()) >= best - HOPELESS]
        for one in candidates:
            self.scored[one] = Scored(self.answers(one), likelihoods[one], len(likelihoods[one]) == len(self.facts))


def _log_likelihood(fact: Fact, grid: Grid, source: RunSource) -> float:
    """Return the log likelihood of a fact under one reconstruction; -inf if a claim cannot be judged there."""
    judged: dict[str, tuple[Reading, list[Estimate]]] = {}
    for claim in fact.claims:
        try:
            estimates = claim.estimates(Evidence(grid, SEEDS, source))
        except (HarnessError, ValueError, AssertionError, pytest.fail.Exception, pytest.skip.Exception):
            return -math.inf  # such as a ratio of losses that are negative, or what a claim takes for granted
        if not estimates:
            return -math.inf
        judged.setdefault(claim.reading.name, (claim.reading, []))[1].extend(estimates)
    return log_likelihood_of_fact(list(judged.values()))
