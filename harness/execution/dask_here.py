"""A Dask cluster on this machine, in processes of its own, for as long as it is needed."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.base.errors import ExecutorError
from harness.execution.dask_pool import client_class

STARTS_WITHIN = 60.0  # seconds, the scheduler
ENDS_WITHIN = 10.0  # seconds, a process that was asked to; then it is killed


@contextmanager
def cluster_here(count: int) -> Iterator[str]:
    """Start a scheduler and workers in processes of their own, reachable from this machine alone; give the address.

    Parameters
    ----------
    count
        How many workers, each with one thread.

    Raises
    ------
    ExecutorError
        If Dask is not installed, or its scheduler does not start.
    """
    client_class()
    with tempfile.TemporaryDirectory(prefix="claims-dask-") as folder:
        file = Path(folder) / "scheduler.json"
        common = ["--scheduler-file", str(file), "--no-dashboard"]
        scheduler = ["dask_scheduler", "--host", "127.0.0.1", "--port", "0", *common]
        worker = ["dask_worker", "--nworkers", str(count), "--nthreads", "1", "--memory-limit", "0", *common]
        # A cluster whose session was killed ends by itself.
        with _process(*scheduler, "--idle-timeout", "600"):
            address = _address_in(file)
            with _process(*worker, "--local-directory", folder, "--death-timeout", "30"):
                yield address


@contextmanager
def _process(program: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", f"distributed.cli.{program}", *arguments]
    # In a session of their own, so that Ctrl-C is for whoever hands out the work.
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address_in(file: Path) -> str:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        try:
            written: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            return str(written["address"])
        except (OSError, ValueError):
            time.sleep(0.05)
    raise ExecutorError(f"Dask on this machine: the scheduler did not start within {STARTS_WITHIN:g} s")
