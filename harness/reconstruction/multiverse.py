"""What each claim says in each universe, and what its finding comes to there."""

import functools
import hashlib
import itertools
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.base.errors import StoreError
from harness.base.hashing import content_digest
from harness.base.sealed import seal, unseal
from harness.base.sources import sources_mark
from harness.judging.claim import Claim
from harness.judging.evidence import RunSource, TrainedRuns
from harness.reconstruction.facts import digest_of_facts
from harness.reconstruction.specification import Specification
from harness.reconstruction.universe_looks import LEAST_WEIGHT, ClaimInUniverse
from harness.reconstruction.universe_verdicts import UniverseVerdict, UniverseVerdicts
from harness.reconstruction.universes import Universe
from harness.reconstruction.universes_file import read_universes
from harness.report.folder import REGISTER_FILE, UNIVERSES_FILE, open_folder
from harness.report.grid import Grid
from harness.storage.files import keep
from harness.storage.store import Store
from harness.verdicts.combination import combined, deciding
from harness.verdicts.error_rate import ERROR_RATE
from harness.verdicts.verdict import Needs

# What judges in a universe; the trainers have a version of their own in the store's names. Claims take their estimates
# from the package of statistics.
JUDGING = ("harness.reconstruction.multiverse", "harness.statistics")


class Multiverse:
    """The universes of a report, and what its claims say in them.

    Parameters
    ----------
    grid
        Of ``protocol.toml``.
    universes
        What else might be taken.
    sources
        The digest of the code that judges: answers are kept until it changes.
    """

    def __init__(self, grid: Grid, universes: Sequence[Universe], sources: str) -> None:
        self._grid = grid
        self._universes = universes
        self._sources = sources
        self.grids = {universe.name: grid.answering(universe.answers) for universe in universes}
        self._rest: dict[Store, str] = {}
        self._digests = {universe.name: _digest(universe, self.grids[universe.name]) for universe in universes}

    def verdicts(
        self, claim: Claim, seeds: int, store: Store, settled_at: float = ERROR_RATE, further: RunSource | None = None
    ) -> UniverseVerdicts:
        """Return what a claim says in each universe, judging it only where that is not kept.

        Parameters
        ----------
        seeds
            Over how many it is judged first; `harness.reconstruction.universe_looks` says where more are worth it.
        store
            Where runs, and answers, are kept: those in a file named by the digest of all that decides them.
        settled_at
            The p-value at which the claim needs no more seeds; `harness.verdicts.error_rate.settled_at` gives it.
        further
            Where the runs of further looks come from; the store, if not given.

        Raises
        ------
        HarnessError
            If the claim ends without an estimate in one of them in which its configs can be trained.
        """
        identity = content_digest([claim.test, seeds, settled_at, self._sources, self._rests_on(store)])
        file = store.folder / "answers" / f"{judging_mark()}-{identity}.json"
        kept = _read(file)
        first = TrainedRuns(store)
        missing = [name for name, digest in self._digests.items() if digest not in kept]
        passing: dict[str, Any] = {}
        try:
            for universe in self._universes:
                if universe.name in missing:
                    grid = self.grids[universe.name]
                    asked = ClaimInUniverse(claim, universe, grid, seeds, settled_at, first, further or first)
                    judged = asked.judged()
                    (kept if judged.pop("lasting", True) else passing)[self._digests[universe.name]] = judged
        finally:
            if missing:
                keep(store.folder, file, seal(kept))
        told = {name: {**kept, **passing}[digest] for name, digest in self._digests.items()}
        tasks = tuple(sorted(set(itertools.chain(*(one["tasks"] for one in told.values())))))
        return UniverseVerdicts(tasks, {name: UniverseVerdict.from_plain(one["answer"]) for name, one in told.items()})

    def _rests_on(self, store: Store) -> str:
        """Return a digest of all that determines results besides configs, in any universe."""
        if store not in self._rest:
            configs = {config for grid in self.grids.values() for config in grid.configs.values()}
            told = {json.dumps(dict(store.fingerprint_of(config)), sort_keys=True) for config in configs}
            self._rest[store] = content_digest(sorted(told))
        return self._rest[store]

    def specifications(self, needs: Needs, answers: Sequence[UniverseVerdicts]) -> list[Specification]:
        """Return what a reading of a finding comes to in each universe; nothing where none of them touches it.

        Parameters
        ----------
        needs
            How many of its claims have to hold.
        answers
            Of its claims.
        """
        tasks = sorted({task for one in answers for task in one.tasks if task in self._universes[0].answers})
        return [
            _specification(needs, [one.by_universe[universe.name] for one in answers], universe, tasks, self._grid)
            for universe in self._universes
            if tasks and all(task in universe.answers for task in tasks)
        ]


def _specification(
    needs: Needs, answers: Sequence[UniverseVerdict], universe: Universe, tasks: Sequence[str], grid: Grid
) -> Specification:
    outcome, _ = combined(needs, [one.p_supported for one in answers], [one.p_refuted for one in answers])
    decides = deciding(needs, answers)
    choices = {
        (field if len(tasks) == 1 else f"{task}: {field}"): grid.reconstruction[task][field].text(value)
        for task in tasks
        for field, value in universe.answers[task].items()
    }
    weight = math.prod(universe.weights[task] for task in tasks)
    return Specification(
        universe=universe.name,
        choices=choices,
        outcome=outcome,
        value=decides.value,
        low=decides.low,
        high=decides.high,
        weight=weight,
    )


@functools.cache
def open_multiverse(folder: Path) -> Multiverse:
    """Read the universes of a report folder, once a process.

    Raises
    ------
    RegisterError
        If a file of it is missing or malformed.
    """
    report = open_folder(folder)
    grid = report.grid
    made_for = digest_of_facts(report.register.findings.values(), grid)
    sources = hashlib.sha256(judging_mark().encode())
    for file in [*sorted(folder.rglob("*.py")), folder / REGISTER_FILE]:
        sources.update(file.read_bytes())
    return Multiverse(grid, read_universes(folder / UNIVERSES_FILE, grid, made_for), sources.hexdigest())


def judging_mark() -> str:
    """Return with what the names of answers begin that the present code has given: a short digest of it."""
    return sources_mark(JUDGING)


def _digest(universe: Universe, grid: Grid) -> str:
    """Return a digest of what is trained in a universe, and of where it weighs enough for more seeds."""
    weighty = sorted(task for task, weight in universe.weights.items() if weight >= LEAST_WEIGHT)
    configs = {name: config.digest for name, config in grid.configs.items()}
    splits = {task: grid.splits(task) for task in grid.reconstruction}
    return content_digest([grid.axes, grid.default, configs, splits, weighty])


def _read(file: Path) -> dict[str, Any]:
    try:
        kept = unseal(file.read_bytes(), f"answers {file}")
    except (OSError, ValueError, StoreError):  # not there, or damaged: judged again
        return {}
    return kept if isinstance(kept, dict) else {}
