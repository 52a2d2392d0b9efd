"""What each claim says in each universe, and what its finding comes to there."""

import functools
import hashlib
import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.base.errors import ConfigError, HarnessError, StoreError, TrainingFailedError
from harness.base.hashing import content_digest
from harness.base.sealed import seal, unseal
from harness.base.sources import sources_mark
from harness.base.text import plain_number
from harness.judging.claim import Claim
from harness.judging.evidence import Evidence, RunSource, TrainedRuns
from harness.reconstruction.facts import digest_of_facts
from harness.reconstruction.specification import Specification
from harness.reconstruction.universes import UNIVERSES_FILE, Universe, read_universes
from harness.report.folder import REGISTER_FILE, open_folder
from harness.report.grid import Grid
from harness.storage.store import Store, keep
from harness.verdicts.combination import combined, deciding
from harness.verdicts.error_rate import ERROR_RATE
from harness.verdicts.verdict import Needs, Outcome, decide, p_values

# What judges in a universe; the trainers have a version of their own in the store's names. Claims take their estimates
# from the package of statistics.
JUDGING = ("harness.reconstruction.multiverse", "harness.statistics")


@dataclass(frozen=True)
class UniverseVerdict:
    """What one claim says in one universe, at a single look.

    Attributes
    ----------
    outcome
        By the interval alone, as in `harness.verdicts.verdict.decide`.
    value, low, high
        The estimate and its interval.
    p_supported, p_refuted
        As in `harness.verdicts.verdict.Verdict`.
    """

    outcome: Outcome
    value: float
    low: float
    high: float
    p_supported: float
    p_refuted: float

    def to_plain(self) -> list[Any]:
        """Return the fields in order, as plain JSON values; numbers that are not finite become text."""
        outcome, *numbers = astuple(self)
        return [outcome, *map(plain_number, numbers)]

    @classmethod
    def from_plain(cls, plain: Sequence[Any]) -> "UniverseVerdict":
        """Return the answer that `to_plain` wrote."""
        outcome, *numbers = plain
        return cls(outcome, *(float(one) for one in numbers))


NOT_TO_BE_JUDGED = UniverseVerdict("inconclusive", math.nan, -math.inf, math.inf, 1.0, 1.0)
"""What a claim says in a universe in which a config that it asks for cannot be trained."""


@dataclass(frozen=True)
class UniverseVerdicts:
    """What one claim says in all universes.

    Attributes
    ----------
    tasks
        Of the runs that it rests on.
    by_universe
        By name.
    """

    tasks: tuple[str, ...]
    by_universe: dict[str, UniverseVerdict]

    def to_plain(self) -> dict[str, Any]:
        """Return plain JSON values."""
        told = {name: answer.to_plain() for name, answer in self.by_universe.items()}
        return {"tasks": list(self.tasks), "by_universe": told}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "UniverseVerdicts":
        """Return the answers that `to_plain` wrote."""
        told = {name: UniverseVerdict.from_plain(answer) for name, answer in plain["by_universe"].items()}
        return cls(tuple(plain["tasks"]), told)


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
        self._digests = {name: _digest(one) for name, one in self.grids.items()}

    def verdicts(self, claim: Claim, seeds: int, store: Store) -> UniverseVerdicts:
        """Return what a claim says in each universe, judging it only where that is not kept.

        Parameters
        ----------
        seeds
            Over how many it is judged.
        store
            Where runs, and answers, are kept: those in a file named by the digest of all that decides them.

        Raises
        ------
        HarnessError
            If the claim ends without an estimate in one of them in which its configs can be trained.
        """
        identity = content_digest([claim.test, seeds, self._sources, self._rests_on(store)])
        file = store.folder / "answers" / f"{judging_mark()}-{identity}.json"
        kept = _read(file)
        source = TrainedRuns(store)
        missing = [name for name, digest in self._digests.items() if digest not in kept]
        passing: dict[str, Any] = {}
        try:
            for name in missing:
                judged = _judged(claim, name, self.grids[name], seeds, source)
                (kept if judged.pop("lasting", True) else passing)[self._digests[name]] = judged
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


def _judged(claim: Claim, universe: str, grid: Grid, seeds: int, source: RunSource) -> dict[str, Any]:
    evidence = Evidence(grid, seeds, source)
    try:
        estimates = claim.estimates(evidence)
    except (ConfigError, TrainingFailedError) as problem:
        # What a claim asks for cannot be trained in this universe, which says nothing of the others. What does not go
        # together never will; a training that failed may have had too little memory.
        lasting = isinstance(problem, ConfigError)
        return {"tasks": sorted(evidence.tasks), "answer": NOT_TO_BE_JUDGED.to_plain(), "lasting": lasting}
    except (Exception, pytest.fail.Exception, pytest.skip.Exception) as problem:
        # Not a verdict, and not this claim's own either: it must be seen where it arose.
        raise HarnessError(f"{claim.test} cannot be judged in {universe}: {problem!r}") from problem
    if len(estimates) != 1:
        raise HarnessError(f"{claim.test} cannot be judged in {universe}: it called judge {len(estimates)} times")
    (estimate,) = estimates
    band = claim.reading.band
    low, high = estimate.interval(1 - 2 * ERROR_RATE)
    answer = UniverseVerdict(decide((low, high), band), estimate.value, low, high, *p_values(estimate, band))
    return {"tasks": sorted(evidence.tasks), "answer": answer.to_plain()}


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


def _digest(grid: Grid) -> str:
    configs = {name: config.digest for name, config in grid.configs.items()}
    splits = {task: grid.splits(task) for task in grid.reconstruction}
    return content_digest([grid.axes, grid.default, configs, splits])


def _read(file: Path) -> dict[str, Any]:
    try:
        kept = unseal(file.read_bytes(), f"answers {file}")
    except (OSError, ValueError, StoreError):  # not there, or damaged: judged again
        return {}
    return kept if isinstance(kept, dict) else {}
