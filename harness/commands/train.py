"""``train``: train cells by name, and show where they end."""

import argparse
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.base.errors import ConfigError, on_one_line
from harness.base.tables import Table
from harness.report.folder import open_folder

if TYPE_CHECKING:
    from harness.training.runs import Runs

HELP = "train cells by name, and show where they end"


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("folder", type=Path, help="the report's folder, with report.toml and protocol.toml")
    parser.add_argument("names", nargs="+", metavar="cell", help="such as torch-classification-relu-adam-net1")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="train with another value for a field of the config, such as learning_rate=0.1 (may be repeated)",
    )
    parser.add_argument("--seeds", type=int, default=20, metavar="N", help="how many seeds (default: 20)")
    parser.add_argument("--store", type=Path, default=Path(".claims-store"), metavar="FOLDER")


def run(options: argparse.Namespace) -> int:
    """Train what is missing, and print one line a run, then their means.

    Raises
    ------
    HarnessError
        If there is no such cell, field or value, or the store cannot be used.
    """
    from harness.data.data_file import DataFile
    from harness.data.leaks import leaks_in
    from harness.execution.engine import open_store, runs_of

    if options.seeds < 1:
        raise ConfigError(f"--seeds is {options.seeds}; give a whole number of at least 1")
    grid = open_folder(options.folder).grid
    changed = _changed(options.set)
    cells = [grid.named_cell(name, changed) for name in options.names]
    data = dict.fromkeys(value for cell in cells for value in cell.config.values() if isinstance(value, DataFile))
    for sentence in leaks_in(data):
        print(on_one_line(sentence), file=sys.stderr)
    store = open_store(options.store)
    for cell in cells:
        runs = runs_of(cell.config, options.seeds, store)
        print(cell.name)
        for place, seed in enumerate(runs.seeds):
            end = "diverged" if runs.diverged[place] else _ends(runs, [place])
            print(f"  split {seed.split:3d}  training {seed.training:3d}  {end}")
        ended = [place for place, diverged in enumerate(runs.diverged) if not diverged]
        if len(ended) > 1:
            print(f"  {f'mean of {len(ended)}':23s}  {_ends(runs, ended)}")
    return 0


def _ends(runs: "Runs", places: Sequence[int]) -> str:
    """Return where each curve of some runs ends on average, and each scalar, those over test rows first."""
    from harness.training.runs import SECONDS

    ends = {name: curve[places, -1].mean() for name, curve in runs.curves.items()} | {
        name: scalar[places].mean() for name, scalar in runs.scalars.items() if name != SECONDS
    }
    names = sorted(ends, key=lambda name: (not name.startswith("test_"), "loss" not in name))
    return "  ".join(f"{name.replace('_', ' ')} {ends[name]:.4g}" for name in names)


def _changed(assignments: list[str]) -> dict[str, Any]:
    """Return the fields of a config that are to differ, each value as TOML writes it; quotes may be left out."""
    changed: dict[str, Any] = {}
    for assignment in assignments:
        field, _, value = assignment.partition("=")
        try:
            changed[field] = tomllib.loads(f"value = {value}")["value"]
        except (ValueError, RecursionError):
            changed[field] = value
    Table(changed, Path("--set")).refuse_what_cannot_be_shown()
    return {field: tuple(value) if isinstance(value, list) else value for field, value in changed.items()}
