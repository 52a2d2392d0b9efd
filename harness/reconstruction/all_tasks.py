"""Reconstruct what a report leaves open: the searches of all its tasks, from the claims to the file they read."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from harness.base.errors import HarnessError
from harness.execution.engine import open_store
from harness.execution.executors import pool_at
from harness.execution.workers import train_blocks_with
from harness.judging.collected import collect_claims
from harness.reconstruction.facts import digest_of_facts, facts_of
from harness.reconstruction.posterior import Posterior, effective_number
from harness.reconstruction.search import Search
from harness.reconstruction.spread import SpreadOfFact, spreads_of_facts
from harness.reconstruction.universes import Universe, sampled_universes
from harness.reconstruction.universes_file import write_universes
from harness.report.folder import UNIVERSES_FILE, open_folder

RANDOM_PROPORTION = 0.6  # of the candidates, but no more than `MOST_RANDOM`; the others are neighbours of the best
MOST_RANDOM = 300


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """What was found: for each task its search, posterior, and spread of reported numbers; and the universes."""

    searches: dict[str, Search]
    posteriors: dict[str, Posterior]
    universes: list[Universe]
    spreads: dict[str, list[SpreadOfFact]]


def reconstruct(
    folder: Path,
    store_folder: Path,
    budget: int,
    say: Callable[[str], None],
    dask: str | None = None,
    shared: str | None = None,
) -> Reconstruction:
    """Search the reconstructions of each task of a report, and write its ``reconstruction.toml``.

    Parameters
    ----------
    folder
        Of the report.
    store_folder
        Where runs are kept.
    budget
        How many candidates to try for each task.
    say
        Takes a line on how far it is.
    dask
        Who trains: as for `harness.execution.executors.pool_at`.
    shared
        The URL of a store that others share: as for `harness.execution.engine.open_store`.

    Raises
    ------
    HarnessError
        If the claims cannot be collected, there is nothing to reconstruct for any task, or no candidate of a task can
        show all its facts.
    """
    report, claims, store = open_folder(folder), collect_claims(folder), open_store(store_folder, shared)
    grid = report.grid
    spreads: dict[str, list[SpreadOfFact]] = {}
    with pool_at(dask) as pool:
        train = partial(train_blocks_with, pool, store, say)
        searches = {}
        for task in grid.reconstruction:
            try:
                searches[task] = Search(grid, task, facts_of(claims, grid, task), store, train, say)
            except HarnessError as reason:
                say(str(reason))
        if not searches:
            raise HarnessError(f"{folder}: nothing is left open that a fitted finding speaks of")
        for task, search in searches.items():
            search.run(budget, min(MOST_RANDOM, round(RANDOM_PROPORTION * budget)))
            numbers = [claim for fact in search.facts for claim in fact.claims if claim.finding.reported]
            spreads[task] = spreads_of_facts(numbers, grid, task, store, train)
    posteriors = {task: Posterior(search) for task, search in searches.items()}
    universes = sampled_universes(posteriors, searches)
    made_for = digest_of_facts(report.register.findings.values(), grid)
    write_universes(folder / UNIVERSES_FILE, posteriors, searches, universes, spreads, made_for)
    return Reconstruction(searches, posteriors, universes, spreads)


def summary(found: Reconstruction) -> list[str]:
    """Return for each task what was tried, the best candidates beside the default, and the spreads, in lines."""
    lines = []
    for task, search in found.searches.items():
        ranked = search.ranked
        lines.append(f"{task}: {len(search.scored)} candidates tried, {len(ranked)} of them to the last fact")
        for rank, (candidate, scored) in enumerate(ranked[:5], start=1):
            lines.append(
                f"  {rank}. log posterior {scored.log_posterior:.2f}: {search.candidates.described(candidate)}"
            )
        lines.append(_default_in_words(search))
        posterior = found.posteriors[task]
        weights = [one.weights.get(task, 0.0) for one in found.universes]
        lines.append(
            f"  {posterior.expanded:.2f} of the probability is of candidates whose neighbours were all tried; "
            f"the universes count as {effective_number(weights):.1f} of equal weight"
        )
        for field, answers in itertools.groupby(posterior.answers, key=lambda one: one.choice):
            told = [f"{one.answer} {one.posterior:.2f} (before {one.prior:.2f})" for one in answers]
            lines.append(f"  {field}: {'; '.join(told)}")
        lines += [
            f"  {one.label}, reported {one.reported:g}: mean {one.mean:.4g}, standard deviation {one.splits:.2g} over "
            f"splits, {one.trainings:.2g} over initial weights and order ({one.test.rpartition('::')[2]})"
            for one in found.spreads[task]
        ]
    return lines


def _default_in_words(search: Search) -> str:
    default = search.scored[search.candidates.default]
    if not default.complete:
        return f"  protocol.toml: out of reach after {default.facts} of {len(search.facts)} facts"
    place = next(rank for rank, (one, _) in enumerate(search.ranked, start=1) if one == search.candidates.default)
    return f"  protocol.toml: log posterior {default.log_posterior:.2f}, rank {place}"
