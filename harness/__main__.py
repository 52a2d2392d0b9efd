"""The command line: ``claims``, or ``python -m harness``."""

import argparse
import sys
from pathlib import Path
from types import ModuleType

from harness.base.errors import HarnessError
from harness.commands import (
    cells,
    compare,
    explain,
    export,
    history,
    logs,
    new,
    nightly,
    power,
    reconstruct,
    store,
    train,
)

COMMANDS: dict[str, ModuleType] = {
    "new": new,
    "logs": logs,
    "cells": cells,
    "train": train,
    "power": power,
    "reconstruct": reconstruct,
    "store": store,
    "history": history,
    "compare": compare,
    "explain": explain,
    "export": export,
    "nightly": nightly,
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status (2 for what the user can mend, said in one sentence)."""
    parser = argparse.ArgumentParser(
        prog=_program(), description="Start a report, look at its cells, train them, and see what changed."
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


def run() -> None:
    """Run the command of this process, and end it with its exit status."""
    sys.exit(main())


def _program() -> str:
    """Return by which name this was called."""
    return "python -m harness" if Path(sys.argv[0]).name == "__main__.py" else "claims"


if __name__ == "__main__":
    run()
