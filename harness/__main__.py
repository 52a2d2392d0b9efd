"""The command line: ``python -m harness``."""

import argparse
import sys
from types import ModuleType

from harness.base.errors import HarnessError
from harness.commands import cells, compare, explain, history, new, nightly, reconstruct, store, train

COMMANDS: dict[str, ModuleType] = {
    "new": new,
    "cells": cells,
    "train": train,
    "reconstruct": reconstruct,
    "store": store,
    "history": history,
    "compare": compare,
    "explain": explain,
    "nightly": nightly,
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status (2 for what the user can mend, said in one sentence)."""
    parser = argparse.ArgumentParser(
        prog="python -m harness", description="Start a report, look at its cells, train them, and see what changed."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        command.describe(commands.add_parser(name, help=command.HELP))
    options = parser.parse_args(arguments)
    try:
        return int(COMMANDS[options.command].run(options))
    except KeyboardInterrupt:
        print("interrupted: finished trainings are kept; the same command goes on from there", file=sys.stderr)
        return 130
    except HarnessError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
