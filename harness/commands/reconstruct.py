"""``reconstruct``: search for the configs that fit the fitted findings."""

import argparse
import sys
from functools import partial
from pathlib import Path

from harness.base.errors import ConfigError

HELP = "search for the configs that fit the fitted findings"


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("folder", type=Path, help="the report's folder, with report.toml and protocol.toml")
    parser.add_argument("--candidates", type=int, default=300, metavar="N", help="to try for each task (default: 300)")
    parser.add_argument("--store", type=Path, default=Path(".claims-store"), metavar="FOLDER")
    parser.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="train on the workers of this Dask scheduler (tcp://host:8786), or on a cluster started here (local)",
    )
    parser.add_argument(
        "--shared-store", metavar="URL", help="keep the store in step with this folder or storage (s3://bucket/claims)"
    )


def run(options: argparse.Namespace) -> int:
    """Search, write what came out into the folder, and print its summary.

    Raises
    ------
    HarnessError
        If the folder is malformed, the store cannot be used, or whoever trains not be reached.
    """
    from harness.base.files import write_atomically
    from harness.drawing.profile_figure import profile_figure
    from harness.reconstruction.all_tasks import reconstruct, summary
    from harness.reconstruction.universes import PROFILE_FILE

    if options.candidates < 1:
        raise ConfigError(f"--candidates is {options.candidates}; give a whole number of at least 1")
    told = partial(print, file=sys.stderr)
    found = reconstruct(options.folder, options.store, options.candidates, told, options.dask, options.shared_store)
    profiles = {task: search.profile for task, search in found.searches.items()}
    write_atomically(options.folder / PROFILE_FILE, profile_figure(profiles).encode())
    for line in summary(found):
        print(line)
    return 0
