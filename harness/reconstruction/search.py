"""The search for reconstructions under which a report's fitted facts are likely.

Candidates are combinations of what ``protocol.toml`` takes for each open field and its alternatives. First a balanced
random sample of them is tried, then the neighbours of the best, of the next best, and so on. A candidate's facts are
computed one after the other; since each can only lower the likelihood of all, a candidate that has fallen `HOPELESS`
behind the best is out of reach and dropped (branch and bound; Land and Doig 1960, Econometrica 28, 497-520). All
trainings go through the store, so a search that was interrupted goes on where it was.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from harness.base.errors import HarnessError, RegisterError
from harness.execution.engine import Block, missing_blocks
from harness.judging.evidence import TrainedRuns
from harness.judging.plan import wanted_of
from harness.reconstruction.beginnings import Beginnings, Longest, longest_of
from harness.reconstruction.candidates import Candidate, candidates_of
from harness.reconstruction.facts import Fact
from harness.reconstruction.likelihood import Reporting
from harness.reconstruction.scored import Profile, Scored, profile_of
from harness.reconstruction.scoring import SEEDS, Scorer, reportings_of, samples_of
from harness.report.grid import Grid
from harness.storage.store import Store

Train = Callable[[Sequence[Block]], None]
HOPELESS = 10.0
PARENTS = 8
# Candidates: the more, the fewer times workers wait for each other; the fewer, the sooner is the best known.
AT_ONCE = 240


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
        self.choices = grid.reconstruction[task]
        self.reportings = reportings_of(self.choices)
        self.tempering = grid.tempering.get(task, 1.0)
        self._store = store
        self._train = train
        self._say = say
        self.candidates = candidates_of(self.choices)
        self.scored: dict[Candidate, Scored] = {}
        self.expanded: set[Candidate] = set()
        self._longest = longest_of(grid, self.candidates.choices)
        self._scorer: Scorer | None = None
        if not self.facts or not self.candidates.choices:
            missing = "fitted finding speaks of it alone" if not self.facts else "choice has alternatives"
            raise HarnessError(f"{self.grid.file}: nothing to reconstruct for {self.task}: no {missing}")

    @property
    def ranked(self) -> list[tuple[Candidate, Scored]]:
        """The candidates of which all facts were computed, best first."""
        complete = [(candidate, scored) for candidate, scored in self.scored.items() if scored.complete]
        return sorted(complete, key=lambda pair: (-pair[1].log_posterior, pair[0]))

    @property
    def profile(self) -> list[Profile]:
        """What the fitted facts say of each answer to each open choice."""
        return profile_of(self.candidates, self.scored)

    def run(self, budget: int, sample: int) -> None:
        """Try at most `budget` candidates, the first `sample` of them at random."""
        began = time.monotonic()
        self.try_all([self.candidates.default])
        sampled = [one for one in self.candidates.random(sample) if one not in self.scored]
        self._try_in_turn(sampled[: budget - 1], budget, began)
        while len(self.scored) < budget:
            parents = [candidate for candidate, _ in self.ranked if candidate not in self.expanded][:PARENTS]
            if not parents:
                return
            self.expanded.update(parents)
            untried = dict.fromkeys(near for parent in parents for near in self.candidates.neighbours(parent))
            new = [near for near in untried if near not in self.scored]
            self._try_in_turn(new[: budget - len(self.scored)], budget, began)

    def _try_in_turn(self, candidates: Sequence[Candidate], budget: int, began: float) -> None:
        for start in range(0, len(candidates), AT_ONCE):
            self.try_all(candidates[start : start + AT_ONCE])
            minutes = (time.monotonic() - began) / 60
            left = minutes / len(self.scored) * (budget - len(self.scored))
            self._say(
                f"{self.task}: {len(self.scored)} of {budget} candidates, best log posterior "
                f"{self.ranked[0][1].log_posterior:.1f}, {minutes:.0f} min, about {left:.0f} min left"
            )

    def try_all(self, candidates: Sequence[Candidate]) -> None:
        """Compute the facts of these candidates, one fact after the other, and drop those out of reach."""
        scorer = self._scorer or self._start()
        grids = self.grids(candidates)
        likelihoods: dict[Candidate, dict[Reporting, float]] = {}
        computed = dict.fromkeys(candidates, 0)
        best = max((scored.log_posterior for scored in self.scored.values() if scored.complete), default=-math.inf)
        alive = list(grids)
        for number in range(1, len(self.facts) + 1):
            facts = self.facts[:number]
            wanted = {one for grid in map(grids.__getitem__, alive) for one in wanted_of(facts[-1].cells, grid)}
            self._train(missing_blocks(map(self._longest.wanted, wanted), SEEDS, self._store))
            for one in alive:
                likelihoods[one] = scorer.log_likelihoods(facts, grids[one])
                computed[one] = number
            alive = [
                one for one in alive if self._scored(one, likelihoods[one], number).log_posterior >= best - HOPELESS
            ]
        for one in candidates:
            self.scored[one] = self._scored(one, likelihoods.get(one, {}), computed[one])

    def grids(self, candidates: Sequence[Candidate]) -> dict[Candidate, Grid]:
        """Return the grid of each candidate; those are left out whose answers do not go together."""
        found = {}
        for one in candidates:
            with suppress(RegisterError):
                found[one] = self.grid.answering({self.task: self.candidates.answers(one)})
        return found

    def _scored(self, candidate: Candidate, likelihoods: Mapping[Reporting, float], facts: int) -> Scored:
        return Scored(
            self.candidates.answers(candidate),
            self.candidates.log_prior(candidate),
            likelihoods,
            self.reportings,
            facts,
            facts == len(self.facts),
            self.tempering,
        )

    def _start(self) -> Scorer:
        """Return what scores candidates, from the beginnings of longer trainings if these say the same of the facts."""
        runs = TrainedRuns(self._store)
        if self._longest.field:
            wanted = set().union(*(wanted_of(fact.cells, self.grid) for fact in self.facts))
            self._train(missing_blocks({*wanted, *map(self._longest.wanted, wanted)}, SEEDS, self._store))
            cut = samples_of(self.facts, self.grid, Beginnings(runs, self._longest))
            if cut == samples_of(self.facts, self.grid, runs):
                self._scorer = Scorer(Beginnings(runs, self._longest), list(self.reportings))
                return self._scorer
            self._say(
                f"{self.task}: a fact asks for more than curves, so each number of {self._longest.field} is trained"
            )
            self._longest = Longest()
        self._scorer = Scorer(runs, list(self.reportings))
        return self._scorer
