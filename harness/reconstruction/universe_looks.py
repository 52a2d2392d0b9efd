"""Judges one claim in one universe: over more seeds where the answer is open, matters, and can be paid for.

Sessions judge each claim over 20 to 640 seeds. In all universes that would take days, and most of it would change no
headline: a universe that says clearly what it says needs no more, and a claim on dozens of cells costs more than it
could tell.
"""

from collections.abc import Sequence
from itertools import pairwise, takewhile
from typing import Any

import pytest

from harness.base.errors import ConfigError, HarnessError, TrainingFailedError
from harness.judging.claim import Claim
from harness.judging.evidence import Evidence, RunSource
from harness.reconstruction.universe_verdicts import NOT_TO_BE_JUDGED, UniverseVerdict
from harness.reconstruction.universes import Universe
from harness.report.grid import Grid
from harness.statistics.estimate import Estimate
from harness.verdicts.look import Look, at_look, over_looks

SEEDS_TIMES = (1, 4, 16)
"""Over how many times the seeds of the first look each look is."""
MOST_TRAININGS = 500  # that a further look at one claim in one universe may take
LEAST_WEIGHT = 0.005  # what a universe has to weigh: a headline is printed to a hundredth


def looks_paid_for(cells: int, seeds: int) -> int:
    """Return how many looks at a claim there may be, so that each further one takes at most `MOST_TRAININGS`.

    Parameters
    ----------
    cells
        On how many the claim rests.
    seeds
        Of the first look.
    """
    prices = (cells * seeds * (more - fewer) for fewer, more in pairwise(SEEDS_TIMES))
    return 1 + len(list(takewhile(lambda price: price <= MOST_TRAININGS, prices)))


class ClaimInUniverse:
    """A claim that is judged in one universe.

    It goes on until its reading is decided there, whatever the reading's other claims come to (`settled_at`).
    The error rate is split over the planned looks. How many are planned hangs on what they cost and on whether they can
    change a headline, and on nothing that was estimated.

    Parameters
    ----------
    grid
        Of the universe.
    seeds
        Of the first look.
    settled_at
        The p-value at which more seeds are not needed.
    first, further
        Where runs come from, at the first look and at those after it.
    """

    def __init__(
        self,
        claim: Claim,
        universe: Universe,
        grid: Grid,
        seeds: int,
        settled_at: float,
        first: RunSource,
        further: RunSource,
    ) -> None:
        self._claim = claim
        self._universe = universe
        self._grid = grid
        self._seeds = seeds
        self._settled_at = settled_at
        self._first = first
        self._further = further
        self._tasks: set[str] = set()

    def judged(self) -> dict[str, Any]:
        """Return its tasks and what it says, as plain JSON values; and whether that will last, if it cannot be judged.

        Raises
        ------
        HarnessError
            If the claim ends without an estimate though its configs can be trained.
        """
        try:
            answer = self._answer()
        except (ConfigError, TrainingFailedError) as problem:
            # What a claim asks for cannot be trained in this universe, which says nothing of the others. What does not
            # go together never will; a training that failed may have had too little memory.
            lasting = isinstance(problem, ConfigError)
            return {"tasks": sorted(self._tasks), "answer": NOT_TO_BE_JUDGED.to_plain(), "lasting": lasting}
        return {"tasks": sorted(self._tasks), "answer": answer.to_plain()}

    def _answer(self) -> UniverseVerdict:
        band, evidence = self._claim.reading.band, Evidence(self._grid, self._seeds, self._first)
        estimate = self._estimate(evidence)
        grows = evidence.grows and estimate.grows and self._matters()
        planned = looks_paid_for(len(evidence.used), self._seeds) if grows else 1
        looks = [at_look(estimate, band, 1, planned)]
        while not self._settled(looks) and len(looks) < planned:
            seeds = self._seeds * SEEDS_TIMES[len(looks)]
            estimate = self._estimate(Evidence(self._grid, seeds, self._further))
            looks.append(at_look(estimate, band, len(looks) + 1, planned))
        said, last = over_looks(looks), looks[-1]
        interval, room = (last.low, last.high), band.room(estimate.value)
        return UniverseVerdict(said.outcome, estimate.value, *interval, said.p_supported, said.p_refuted, room)

    def _settled(self, looks: Sequence[Look]) -> bool:
        said = over_looks(looks)
        return min(said.p_supported, said.p_refuted) <= self._settled_at

    def _matters(self) -> bool:
        """Whether its answer can change a headline."""
        weights = [self._universe.weights.get(task, 0.0) for task in self._tasks]
        return self._claim.reading.role == "primary" and bool(weights) and min(weights) >= LEAST_WEIGHT

    def _estimate(self, evidence: Evidence) -> Estimate:
        where = f"{self._claim.test} cannot be judged in {self._universe.name}"
        try:
            estimates = self._claim.estimates(evidence)
        except (ConfigError, TrainingFailedError):
            raise
        except (Exception, pytest.fail.Exception, pytest.skip.Exception) as problem:
            # Not a verdict, and not this claim's own either: it must be seen where it arose.
            raise HarnessError(f"{where}: {problem!r}") from problem
        finally:
            self._tasks |= evidence.tasks
        if len(estimates) != 1:
            raise HarnessError(f"{where}: it called judge {len(estimates)} times")
        return estimates[0]
