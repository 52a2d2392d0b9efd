"""``cells``: the names of all cells of a report's grid."""

import argparse
from pathlib import Path

from harness.report.folder import open_folder

HELP = "list the names of all cells of a report's grid"


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("folder", type=Path, help="the report's folder, with report.toml and protocol.toml")


def run(options: argparse.Namespace) -> int:
    """Print one name a line."""
    for name in open_folder(options.folder).grid.configs:
        print(name)
    return 0
