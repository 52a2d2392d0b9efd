"""Claims as they were judged before: what rests on the same runs, register and code is not judged again.

A claim is kept if it came to a verdict that the register records, so that whatever is red was judged just now. Its file
in the store says what it asked for, on which files of runs it rests, by the digests of their contents, and what it
came to.
"""

import functools
import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.base.errors import HarnessError, StoreError
from harness.base.files import write_if_changed
from harness.base.hashing import content_digest
from harness.base.sealed import seal, unseal
from harness.base.sources import sources_mark
from harness.execution.engine import Wanted, blocks_of
from harness.judging.claim import Claim, case_of
from harness.judging.collected import report_folder_of
from harness.judging.evidence import NotedRuns
from harness.judging.marks import is_timed
from harness.judging.plan import ChosenCell
from harness.pages.figure_data import data_of
from harness.plugin.kept_identity import identity_of
from harness.plugin.options import pages_folder, store_of, trainings_of
from harness.storage.store import Store
from harness.training.config import TrainingConfig
from harness.verdicts.verdict import Verdict

# What judges a claim and makes its figure and rows; claims take their estimates from the package of statistics.
JUDGING = ("harness.plugin.judged", "harness.statistics")
COMPUTING = ("numpy", "scipy", "matplotlib")
ASKED: pytest.StashKey[list[ChosenCell]] = pytest.StashKey()  # what a claim asks its evidence for
KEPT: pytest.StashKey["KeptClaim"] = pytest.StashKey()  # as found before the first claim is judged
NOTED: pytest.StashKey[NotedRuns] = pytest.StashKey()  # what a claim has taken from its source


@dataclass(frozen=True)
class KeptClaim:
    """What a claim asked for, and what it came to.

    Attributes
    ----------
    asked
        As of `harness.judging.plan.cells_asked`.
    rests_on
        Configs as JSON, their splits, how many seeds of each, and the digests of the files that hold their runs.
    verdict
        As of `harness.verdicts.verdict.Verdict.to_plain`.
    figure
        Its file beside the pages.
    shown
        By file beside the pages the digest of its content: of the figure and its data.
    rows
        Digests of the rows of the table of runs, each the name of a file of the store.
    """

    asked: list[ChosenCell]
    rests_on: list[tuple[dict[str, Any], Any, int, list[str]]]
    verdict: dict[str, Any]
    figure: str
    shown: dict[str, str]
    rows: list[str]


def rows_named_in(payload: bytes) -> set[str]:
    """Return which rows a file of a kept claim names; none if it is damaged."""
    try:
        return set(unseal(payload, "verdicts")["claim"]["rows"])
    except (ValueError, StoreError, KeyError, TypeError):
        return set()


def judged_mark() -> str:
    """Return with what the names of kept claims begin that the present code has judged."""
    return sources_mark(JUDGING, COMPUTING)


def kept_claim(item: pytest.Item, claim: Claim) -> KeptClaim | None:
    """Return what was kept of a claim by the present code, register and options; its runs may be other ones."""
    file = _file(item, claim)
    try:
        told = unseal(file.read_bytes(), f"verdicts {file}")
        return KeptClaim(**told["claim"]) if told["identity"] == identity_of(item) else None
    except (OSError, ValueError, StoreError, KeyError, TypeError):  # not there, or damaged: judged again
        return None


def recalled(item: pytest.Item) -> KeptClaim | None:
    """Return what a claim came to, if it rests on the same files, and what it shows is still beside the pages.

    Then its trainings are said to be planned, as they are when it is judged.
    """
    kept = item.stash.get(KEPT, None)
    if item.config.getoption("claims_shared_store") is not None:
        return None  # a shared store is brought into step where runs are read
    if kept is None or not (_rests_on_the_same(kept, item.config) and _is_shown(kept, pages_folder(item.config))):
        return None
    trainings = trainings_of(item.config)
    for told, splits, count, _ in kept.rests_on:
        if trainings.plan([(_config(json.dumps(told)), splits)], count):
            return None
    return kept


def keep(item: pytest.Item, claim: Claim, verdict: Verdict, figure: str, rows: Sequence[str]) -> None:
    """Keep a claim that was judged; not one of which another session might have something to tell.

    Parameters
    ----------
    figure
        Its file, relative to the pages.
    rows
        Of the table of runs, for each cell the lines.
    """
    noted, asked = item.stash.get(NOTED, None), item.stash.get(ASKED, None)
    expected = claim.finding.expectation(claim.reading.name, case_of(claim.test))
    as_recorded = verdict.outcome in (expected.verdicts if expected else ("supported",))
    if noted is None or asked is None or not _is_plain(asked):
        return
    if is_timed(item) or not claim.rests_on_runs or not as_recorded:
        return
    store, pages = store_of(item.config), pages_folder(item.config)
    kept = KeptClaim(
        asked=asked,
        rests_on=[
            (config.to_json(), splits, count, _digests(store, (config, splits), count))
            for (config, splits), count in noted.counts.items()
        ],
        verdict=verdict.to_plain(),
        figure=figure,
        shown={file: _digest((pages / file).read_bytes()) for file in _files_of(figure)},
        rows=[_digest(lines.encode()) for lines in rows],
    )
    with suppress(OSError, ValueError):  # then it is judged again; who cannot keep runs hears of it
        for lines, name in zip(rows, kept.rows, strict=True):
            write_if_changed(_rows_file(store, name), lines.encode())
        write_if_changed(_file(item, claim), seal({"identity": identity_of(item), "claim": vars(kept)}))


def rows_of(kept: KeptClaim, store: Store) -> list[str] | None:
    """Return the lines of a claim's runs for the table, cell by cell; None if they are not there, or damaged."""
    found = [_lines_in(_rows_file(store, name)) for name in kept.rows]
    return [lines for lines in found if lines is not None] if None not in found else None


@functools.cache
def _lines_in(file: Path) -> str | None:
    """Return the lines of a file, which is named by their digest; many claims rest on the same runs."""
    with suppress(OSError):
        lines = file.read_bytes()
        if _digest(lines) == file.stem:
            return lines.decode()
    return None


def _is_plain(asked: Sequence[ChosenCell]) -> bool:
    """Whether this is the same once it was written and read: a tuple is not."""
    try:
        return bool(json.loads(json.dumps(asked)) == asked)
    except TypeError:
        return False


def _file(item: pytest.Item, claim: Claim) -> Path:
    report = str(report_folder_of(item).path)
    return _folder(item) / f"{judged_mark()}-{content_digest([report, claim.test])}.json"


def _folder(item: pytest.Item) -> Path:
    return store_of(item.config).folder / "verdicts"


def _rows_file(store: Store, name: str) -> Path:
    return store.folder / "rows" / f"{name}.jsonl"


def _files_of(figure: str) -> tuple[str, str]:
    return figure, data_of(figure)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _rests_on_the_same(kept: KeptClaim, config: pytest.Config) -> bool:
    store = store_of(config)
    try:
        return all(
            _known_digests(store, (_config(json.dumps(told)), splits), count) == digests
            for told, splits, count, digests in kept.rests_on
        )
    except HarnessError:  # such as of a trainer that is gone
        return False


def _is_shown(kept: KeptClaim, pages: Path) -> bool:
    with suppress(OSError):
        return all(_digest((pages / file).read_bytes()) == digest for file, digest in kept.shown.items())
    return False


@functools.cache
def _config(told: str) -> TrainingConfig:
    return TrainingConfig.from_json(json.loads(told))


def _digests(store: Store, wanted: Wanted, count: int) -> list[str]:
    """Return the digests of the files of these runs; of a missing one nothing."""
    config, splits = wanted
    return [_digest_of(store.path(config, seeds)) for seeds in blocks_of(config, count, splits)]


_known_digests = functools.cache(_digests)  # many claims rest on the same runs


def _digest_of(file: Path) -> str:
    try:
        return _digest(file.read_bytes())
    except OSError:
        return ""
