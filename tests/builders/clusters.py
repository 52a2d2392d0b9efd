"""Dask clusters on loopback for tests: a real scheduler, and real workers whose processes can be killed."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.builders import ROOT

PATIENCE = 60.0  # seconds


@dataclass
class Cluster:
    """Its scheduler's address, and all of its processes."""

    address: str
    scheduler: "subprocess.Popen[bytes]"
    workers: list["subprocess.Popen[bytes]"]


@contextmanager
def cluster(folder: Path, count: int, more: Mapping[str, str] = {}) -> Iterator[Cluster]:
    """Start a scheduler and so many workers of one thread, which see the modules of these tests.

    Parameters
    ----------
    more
        Variables of the workers' environment.
    """
    file = folder / "scheduler.json"
    with ExitStack() as stack:
        common = ("--scheduler-file", str(file), "--no-dashboard")
        scheduler = stack.enter_context(_process("dask_scheduler", "--host", "127.0.0.1", "--port", "0", *common))
        wait_until(lambda: file.exists() and file.read_text(encoding="utf-8").rstrip().endswith("}"))
        worker = ("dask_worker", "--nthreads", "1", "--no-nanny", "--memory-limit", "0", *common)
        workers = [
            stack.enter_context(_process(*worker, "--local-directory", str(folder / str(number)), more=more))
            for number in range(count)
        ]
        yield Cluster(json.loads(file.read_text(encoding="utf-8"))["address"], scheduler, workers)


@contextmanager
def _process(program: str, *arguments: str, more: Mapping[str, str] = {}) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", f"distributed.cli.{program}", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait, though not for ever."""
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)


def say_nothing(line: str) -> None:
    """Leave a line unsaid."""
