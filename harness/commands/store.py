"""``store``: what is in a store, whether it is whole, and what can be removed or handed on."""

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.base.errors import StoreError
from harness.base.text import counted

if TYPE_CHECKING:
    from harness.commands.store_needed import Needed
    from harness.storage.contents import StoredFile, StoredRuns
    from harness.storage.store import Store

HELP = "list, verify, prune or export what is kept in a store"


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    actions = parser.add_subparsers(dest="action", required=True)
    for name, text in (
        ("list", "list the stored runs by config, and count the files of every kind"),
        ("verify", "compare every file with its digest; exit status 1 if one is damaged"),
        ("prune", "remove what no session can use any more"),
        ("export", "copy the runs that a report needs"),
    ):
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument("--store", type=Path, default=Path(".claims-store"), metavar="FOLDER")
        if name == "prune":
            action.add_argument("--dry-run", action="store_true", help="say what would be removed, and remove nothing")
        if name in ("list", "prune"):
            action.add_argument(
                "reports",
                type=Path,
                nargs="*",
                metavar="REPORT",
                help="the folder of every report that shares the store: only they tell whether runs of training "
                "functions, and on data files, can still be found",
            )
        if name == "export":
            action.add_argument("folder", type=Path, help="the report's folder, with report.toml and protocol.toml")
            action.add_argument(
                "--to", type=Path, required=True, metavar="FOLDER_OR_TAR", help="a folder, or a file that ends in .tar"
            )
            action.add_argument("--universes", choices=("default", "all"), default="default")


def run(options: argparse.Namespace) -> int:
    """Do what was asked; returns 1 if something is damaged.

    Raises
    ------
    HarnessError
        If the store cannot be used.
    """
    if not options.store.is_dir():
        raise StoreError(f"--store {options.store} is no folder; give that of a store, such as .claims-store")
    if options.action == "list":
        return _list(options.store, options.reports)
    if options.action == "verify":
        return _verify(options.store)
    if options.action == "prune":
        return _prune(options.store, options.reports, dry=options.dry_run)
    return _export(options.folder, options.store, options.to, in_universes=options.universes == "all")


def _list(folder: Path, reports: Sequence[Path]) -> int:
    from harness.commands.store_prune import why_no_session_finds
    from harness.execution.engine import open_store
    from harness.storage.contents import count_and_size, files_of, read_runs

    store, files = open_store(folder), files_of(folder)
    needed = _needed(reports, store)
    by_config: dict[tuple[str, str], list[StoredRuns]] = defaultdict(list)
    flaws = []
    for file in files:
        if file.kind == "runs":
            try:
                runs = read_runs(file)
                by_config[runs.words, why_no_session_finds(runs, store, needed)].append(runs)
            except (StoreError, ValueError, FileNotFoundError) as reason:
                flaws.append(f"{file.path}: {reason}")
    for (words, stale), parts in sorted(by_config.items(), key=lambda item: (item[0][0], not item[0][1], item[0][1])):
        seeds = {tuple(seed) for runs in parts for seed in runs.identity["seeds"]}
        splits = {split for split, _ in seeds}
        size = count_and_size(runs.file for runs in parts)
        sources = {tuple(sorted(runs.identity["fingerprint"].items())) for runs in parts if runs.is_of_function}
        several = f", of {len(sources)} versions of its source" if len(sources) > 1 else ""
        told = f"  ({stale})" if stale else ""
        print(f"{words}: {len(seeds)} seeds over {counted(len(splits), 'split')}, {size}{several}{told}")
    by_kind: dict[str, list[StoredFile]] = defaultdict(list)
    for file in files:
        by_kind[file.kind].append(file)
    for kind, ones in sorted(by_kind.items()):
        print(f"{kind}: {count_and_size(ones)}")
    print(f"in all: {count_and_size(files)}")
    for flaw in flaws:
        print(flaw, file=sys.stderr)
    return 0


def _needed(reports: Sequence[Path], store: "Store") -> "Needed | None":
    from harness.commands.store_needed import needed_by

    return needed_by((report.absolute() for report in reports), store) if reports else None


def _verify(folder: Path) -> int:
    from harness.commands.store_verify import verify
    from harness.storage.contents import count_and_size

    found = verify(folder)
    for flaw in found.damaged:
        print(f"damaged: {flaw.file.path}: {flaw.reason}")
    for flaw in found.newer:
        print(f"not read: {flaw.reason}")
    print(f"whole: {count_and_size(found.whole)}; damaged: {len(found.damaged)}; of newer versions: {len(found.newer)}")
    return 1 if found.damaged else 0


def _prune(folder: Path, reports: Sequence[Path], *, dry: bool) -> int:
    from harness.commands.store_prune import remove, useless
    from harness.execution.engine import open_store
    from harness.storage.contents import count_and_size

    store = open_store(folder)
    removed: dict[tuple[str, str], list[StoredFile]] = defaultdict(list)
    kept: list[StoredFile] = []
    for flaw in useless(store, _needed(reports, store), kept.append):
        if not dry:
            remove(flaw)
        removed[flaw.file.kind, flaw.reason].append(flaw.file)
    for (kind, reason), files in sorted(removed.items()):
        print(f"{kind}: {count_and_size(files)}: {reason}")
    everything = [file for files in removed.values() for file in files]
    print(f"{'would be removed' if dry else 'removed'}: {count_and_size(everything)}")
    if kept:
        print(
            f"kept: {count_and_size(kept)}: runs of training functions or on data files; to remove those that "
            "cannot be found any more, name the folders of all reports that share this store"
        )
    return 0


def _export(report: Path, folder: Path, target: Path, *, in_universes: bool) -> int:
    from harness.commands.store_export import export
    from harness.execution.engine import open_store
    from harness.storage.contents import count_and_size

    found = export(report, open_store(folder), target, in_universes=in_universes)
    for flaw in found.left_out:
        print(f"left out: {flaw.file.path}: {flaw.reason}", file=sys.stderr)
    print(
        f"{target}: {count_and_size(found.files)}; of {found.configs} configs that the claims need, "
        f"{found.missing} are not stored"
    )
    return 1 if found.left_out else 0
