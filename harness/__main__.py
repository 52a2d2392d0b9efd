"""The command line: ``python -m harness``."""

import argparse
import sys
from pathlib import Path

from harness.errors import HarnessError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status (2 for what the user can mend, said in one sentence)."""
    parser = argparse.ArgumentParser(
        prog="python -m harness", description="Look at the cells of a report's grid, and train them."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    cells = commands.add_parser("cells", help="list the names of all cells of a report's grid")
    cells.add_argument("folder", type=Path, help="the report's folder, with report.toml and protocol.toml")
    train = commands.add_parser("train", help="train cells by name, and show where they end")
    train.add_argument("folder", type=Path, help="the report's folder, with report.toml and protocol.toml")
    train.add_argument("names", nargs="+", metavar="cell", help="such as torch-classification-relu-adam-net1")
    train.add_argument("--seeds", type=int, default=20, metavar="N", help="how many seeds (default: 20)")
    train.add_argument("--store", type=Path, default=Path(".claims-store"), metavar="FOLDER")
    options = parser.parse_args(arguments)
    try:
        if options.command == "cells":
            return _cells(options.folder)
        return _train(options.folder, options.names, options.seeds, options.store)
    except HarnessError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2


def _cells(folder: Path) -> int:
    from harness.folder import open_folder

    for name in open_folder(folder).grid.protocols:
        print(name)
    return 0


def _train(folder: Path, names: list[str], seeds: int, store_folder: Path) -> int:
    from harness.engine import open_store, runs_of
    from harness.errors import ProtocolError
    from harness.folder import open_folder

    if seeds < 1:
        raise ProtocolError(f"--seeds is {seeds}; give a whole number of at least 1")
    grid = open_folder(folder).grid
    protocols = {name: grid.protocol(name) for name in names}
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


if __name__ == "__main__":
    sys.exit(main())
