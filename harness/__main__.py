"""The command line: ``python -m harness``."""

import argparse
import sys
import tomllib
from functools import partial
from pathlib import Path
from typing import Any

from harness.errors import HarnessError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status (2 for what the user can mend, said in one sentence)."""
    parser = argparse.ArgumentParser(
        prog="python -m harness", description="Look at the cells of a report's grid, train them, reconstruct protocols."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    cells = commands.add_parser("cells", help="list the names of all cells of a report's grid")
    cells.add_argument("folder", type=Path, help="the report's folder, with report.toml and protocol.toml")
    train = commands.add_parser("train", help="train cells by name, and show where they end")
    train.add_argument("folder", type=Path, help="the report's folder, with report.toml and protocol.toml")
    train.add_argument("names", nargs="+", metavar="cell", help="such as torch-classification-relu-adam-net1")
    train.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="train with another value for a field of the protocol, such as learning_rate=0.1 (may be repeated)",
    )
    train.add_argument("--seeds", type=int, default=20, metavar="N", help="how many seeds (default: 20)")
    train.add_argument("--store", type=Path, default=Path(".claims-store"), metavar="FOLDER")
    search = commands.add_parser("reconstruct", help="search for the protocols that fit the calibrated findings")
    search.add_argument("folder", type=Path, help="the report's folder, with report.toml and protocol.toml")
    search.add_argument("--candidates", type=int, default=300, metavar="N", help="to try for each task (default: 300)")
    search.add_argument("--store", type=Path, default=Path(".claims-store"), metavar="FOLDER")
    options = parser.parse_args(arguments)
    try:
        if options.command == "reconstruct":
            return _reconstruct(options.folder, options.candidates, options.store)
        if options.command == "cells":
            return _cells(options.folder)
        return _train(options.folder, options.names, _changed(options.set), options.seeds, options.store)
    except KeyboardInterrupt:
        print("interrupted: finished trainings are kept; the same command goes on from there", file=sys.stderr)
        return 130
    except HarnessError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2


def _cells(folder: Path) -> int:
    from harness.folder import open_folder

    for name in open_folder(folder).grid.protocols:
        print(name)
    return 0


def _changed(assignments: list[str]) -> dict[str, Any]:
    """Return the fields of a protocol that are to differ, each value as TOML writes it; quotes may be left out."""
    changed: dict[str, Any] = {}
    for assignment in assignments:
        field, _, value = assignment.partition("=")
        try:
            changed[field] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            changed[field] = value
    return {field: tuple(value) if isinstance(value, list) else value for field, value in changed.items()}


def _train(folder: Path, names: list[str], changed: dict[str, Any], seeds: int, store_folder: Path) -> int:
    from harness.engine import open_store, runs_of
    from harness.errors import ProtocolError
    from harness.folder import open_folder

    if seeds < 1:
        raise ProtocolError(f"--seeds is {seeds}; give a whole number of at least 1")
    grid = open_folder(folder).grid
    protocols = dict(grid.named_variant(name, changed) for name in names)
    store = open_store(store_folder)
    for name, protocol in protocols.items():
        runs = runs_of(protocol, seeds, store)
        print(name)
        for seed, loss, accuracy, norm, diverged in zip(
            runs.seeds, runs.final_test_loss, runs.final_test_accuracy, runs.weight_norm, runs.diverged, strict=True
        ):
            classified = f"  test accuracy {accuracy:.3f}" if protocol.task == "classification" else ""
            end = "  diverged" if diverged else f"  test loss {loss:.4f}{classified}  weight norm {norm[-1]:.2f}"
            print(f"  split {seed.split:3d}  training {seed.training:3d}{end}")
    return 0


def _reconstruct(folder: Path, candidates: int, store_folder: Path) -> int:
    from harness.errors import ProtocolError
    from harness.reconstruction import reconstruct, summary

    if candidates < 1:
        raise ProtocolError(f"--candidates is {candidates}; give a whole number of at least 1")
    for line in summary(reconstruct(folder, store_folder, candidates, partial(print, file=sys.stderr))):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
