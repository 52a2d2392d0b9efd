"""The command line: ``claims``, or ``python -m harness``."""

import argparse
import os
import sys
import traceback
from io import TextIOWrapper
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
    """Run one command; returns the exit status.

    A command's own, such as 1 where a verdict changed; 2 for what went wrong, said in one sentence.
    """
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
    """Run the command of this process, and end it with its exit status.

    What nobody foresaw is 2 as well, since 1 says that a verdict changed; a reader who has read enough is no error.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # of a terminal that cannot show every character
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes it once more when it ends
        status = 141  # as a shell calls a program that a broken pipe has ended
    except Exception as problem:
        kind = type(problem).__name__
        place = traceback.extract_tb(problem.__traceback__)[-1]
        print(f"error: {kind}: {problem} ({Path(place.filename).name}, line {place.lineno})", file=sys.stderr)
        os._exit(2)  # what could not be written would fail again while Python ends
    sys.exit(status)


def _program() -> str:
    """Return by which name this was called."""
    return "python -m harness" if Path(sys.argv[0]).name == "__main__.py" else "claims"


if __name__ == "__main__":
    run()
