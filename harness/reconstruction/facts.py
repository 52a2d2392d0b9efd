"""The facts to which a reconstruction is fitted: fitted findings, as far as they speak of one task."""

import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from harness.base.hashing import content_digest
from harness.judging.claim import Claim, case_of
from harness.judging.plan import ChosenCell, cells_asked, tasks_of, wanted_of
from harness.report.grid import Grid
from harness.report.register import Finding


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


def facts_of(claims: Iterable[Claim], grid: Grid, task: str) -> list[Fact]:
    """Return the facts on a task to which a reconstruction is fitted: first those with a number, then by effort.

    Claims that speak of two tasks at once, or rest on no runs, belong to none; details are no sense of their finding;
    what other facts imply is not counted twice.
    """
    grouped: dict[str, list[tuple[Claim, list[ChosenCell]]]] = defaultdict(list)
    for claim in claims:
        if (
            claim.finding.basis == "fitted"
            and claim.reading.role != "detail"
            and case_of(claim.test) not in claim.finding.implied
        ):
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


def digest_of_facts(findings: Iterable[Finding], grid: Grid) -> str:
    """Return a short digest of what a reconstruction is made for.

    That is what the register says of all fitted findings, and how plausible each answer of the grid is beforehand; it
    makes no difference which answer is the value of today.
    """
    told = [
        [
            finding.id,
            {name: [one.value, one.half_unit] for name, one in finding.reported.items()},
            {
                name: [one.role, one.needs, one.margin, str(one.band.low), str(one.band.high)]
                for name, one in finding.readings.items()
            },
            list(finding.implied),
        ]
        for finding in findings
        if finding.basis == "fitted"
    ]
    priors = {
        task: {
            field: sorted(zip(map(choice.text, choice.answers), choice.priors, strict=True))
            for field, choice in choices.items()
            if choice.alternatives
        }
        for task, choices in grid.reconstruction.items()
    }
    return content_digest([sorted(told, key=lambda one: str(one[0])), priors, dict(grid.tempering)])[:12]
