"""What the claims of a session ask for before the first is judged, and what follows from it."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest

from harness.base.errors import ConfigError, RegisterError
from harness.execution.engine import Wanted
from harness.judging.basis import misdeclared
from harness.judging.claim import Claim
from harness.judging.collected import claim_of, report_folder_of
from harness.judging.marks import is_claim
from harness.judging.placebo import placebo_cells
from harness.judging.plan import ChosenCell, cells_asked, wanted_of
from harness.plugin.kept import ASKED, KEPT, kept_claim
from harness.report.folder import open_folder

CellsOfClaims = dict[Path, dict[Claim, list[ChosenCell]]]
"""By the folder of the report, what each of its claims asks its evidence for."""


def cells_of(items: list[pytest.Item]) -> CellsOfClaims:
    """Return what each claim asks its evidence for, by the folder of its report; noted for whoever keeps the claim."""
    cells: dict[Path, dict[Claim, list[ChosenCell]]] = defaultdict(dict)
    for item in items:
        if is_claim(item):
            with suppress(RegisterError):  # said where the claim is set up
                claim, folder = claim_of(item), report_folder_of(item)
                kept = kept_claim(item, claim)
                if kept is not None:
                    item.stash[KEPT] = kept
                item.stash[ASKED] = cells_asked(claim, folder.grid) if kept is None else kept.asked
                cells[folder.path][claim] = item.stash[ASKED]
    return cells


def wanted_by(cells: CellsOfClaims, *, in_universes: bool) -> set[Wanted]:
    """Return what has to be trained for these claims; nothing for those on runs that are logged."""
    wanted: set[Wanted] = set()
    for path, by_claim in cells.items():
        if open_folder(path).grid.logs is not None:
            continue
        asked = {repr(cell): cell for chosen in by_claim.values() for cell in chosen}
        grid = open_folder(path).grid
        wanted |= wanted_of(asked.values(), grid)
        for claim, chosen in by_claim.items():
            with suppress(ConfigError):  # said where the claim is judged
                wanted |= wanted_of(placebo_cells(chosen, grid, claim.reading.placebo), grid)
        if in_universes:
            wanted |= _wanted_in_universes(path, asked.values())
    return wanted


def _wanted_in_universes(path: Path, cells: Iterable[ChosenCell]) -> set[Wanted]:
    from harness.reconstruction.multiverse import open_multiverse

    wanted: set[Wanted] = set()
    for grid in open_multiverse(path).grids.values():
        for cell in cells:
            with suppress(ConfigError):  # what a claim asks for need not go together in each universe
                wanted |= wanted_of([cell], grid)
    return wanted


def misdeclared_in(cells: CellsOfClaims) -> dict[tuple[Path, str], str]:
    """Return a sentence for each finding whose basis these claims contradict, by report and id."""
    return {
        (path, finding): sentence
        for path, by_claim in cells.items()
        for finding, sentence in misdeclared(open_folder(path), by_claim).items()
    }
