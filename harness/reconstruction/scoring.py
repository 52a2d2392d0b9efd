"""What each reconstruction makes of the facts: from its runs to the likelihood of all that one repetition shows."""

import itertools
from collections.abc import Mapping, Sequence

import pytest

from harness.base.errors import HarnessError
from harness.execution.engine import Wanted
from harness.judging.evidence import Evidence, RunSource
from harness.judging.plan import wanted_of
from harness.reconstruction.facts import Fact
from harness.reconstruction.likelihood import Judged, Read, Reporting, asked_by, log_likelihood_of_facts
from harness.report.choices import Choice
from harness.report.configs import AVERAGED_CHOICE, SPLITS_CHOICE
from harness.report.grid import Grid
from harness.report.reading import Reading

SEEDS = 20  # over which each fact is judged


def reportings_of(choices: Mapping[str, Choice]) -> dict[Reporting, float]:
    """Return the ways in which a report may have made its numbers, each with how plausible it is beforehand."""
    splits, averaged = choices[SPLITS_CHOICE], choices[AVERAGED_CHOICE]
    return {
        Reporting(one, runs): prior * other
        for one, prior in zip(splits.answers, splits.priors, strict=True)
        for runs, other in zip(averaged.answers, averaged.priors, strict=True)
    }


class Scorer:
    """Computes likelihoods of facts, each fact once for the configs that it rests on.

    Parameters
    ----------
    source
        Where runs come from.
    reportings
        For which likelihoods are asked.
    """

    def __init__(self, source: RunSource, reportings: Sequence[Reporting]) -> None:
        self._source = source
        self._reportings = reportings
        self._known: dict[tuple[str, frozenset[Wanted]], dict[int, list[Read]]] = {}

    def log_likelihoods(self, facts: Sequence[Fact], grid: Grid) -> dict[Reporting, float]:
        """Return the logarithm of the likelihood of all these facts, by how the report made its numbers."""
        told = [self.reads(fact, grid) for fact in facts]
        return {
            reporting: log_likelihood_of_facts([one[reporting.runs_averaged] for one in told], reporting.splits)
            if all(one[reporting.runs_averaged] for one in told)
            else float("-inf")
            for reporting in self._reportings
        }

    def reads(self, fact: Fact, grid: Grid) -> dict[int, list[Read]]:
        """Return what a fact asks, by how many runs are averaged, in each of its readings; none if not to be judged."""
        key = (fact.finding, frozenset(wanted_of(fact.cells, grid)))
        if key not in self._known:
            averaged = dict.fromkeys(one.runs_averaged for one in self._reportings)
            judged = judged_by_reading(fact, grid, self._source)
            self._known[key] = {runs: [asked_by(*one, runs) for one in judged] for runs in averaged}
        return self._known[key]


def judged_by_reading(fact: Fact, grid: Grid, source: RunSource) -> list[tuple[Reading, list[Judged]]]:
    """Return the estimates of the claims of a fact, by reading; nothing if one cannot be judged."""
    found: dict[str, tuple[Reading, list[Judged]]] = {}
    for claim in fact.claims:
        evidence = Evidence(grid, SEEDS, source)
        try:
            estimates = claim.estimates(evidence)
        except (HarnessError, ValueError, AssertionError, pytest.fail.Exception, pytest.skip.Exception):
            return []  # such as a ratio of losses that are negative, or what a claim takes for granted
        if not estimates:
            return []
        configs = frozenset(runs.config.digest for runs in evidence.used.values())
        found.setdefault(claim.reading.name, (claim.reading, []))[1].extend((one, configs) for one in estimates)
    return list(found.values())


def samples_of(facts: Sequence[Fact], grid: Grid, source: RunSource) -> list[list[float]]:
    """Return the samples on which the facts rest, one after the other."""
    judged = itertools.chain(*(judged_by_reading(fact, grid, source) for fact in facts))
    return [list(map(float, estimate.sample)) for _, estimates in judged for estimate, _ in estimates]
