"""Train the whole grid, cold, in two processes that share a store, as the plugin does under ``pytest -n 2``."""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.settings import ROOT, settings
from harness.execution import training_process
from harness.execution.engine import Block, missing_blocks, open_store, train_blocks

SEEDS = 20  # the plugin's default


def train_grid(*, quick: bool, environment: dict[str, str]) -> dict[str, Any]:
    """Train all cells into a store of their own, and return what it took.

    Returns
    -------
    dict
        ``cells``, ``seeds``, ``seconds`` from the start of the two processes to the end of the later one, and for each
        of the two in ``workers`` the blocks it trained by framework, its seconds, and in bytes its peak memory and that
        of the process that trains for it.

    Raises
    ------
    RuntimeError
        If a worker fails, or blocks are missing at the end.
    """
    configs = settings(quick=quick).grid_configs()
    with tempfile.TemporaryDirectory(prefix="bench-grid-") as folder:
        started = time.perf_counter()
        workers = [
            subprocess.Popen(
                [sys.executable, "-m", __name__, folder, *extra, *(["--quick"] if quick else [])],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for extra in ([], ["--backwards"])
        ]
        said = [worker.communicate() for worker in workers]
        seconds = time.perf_counter() - started
        for worker, (_, errors) in zip(workers, said, strict=True):
            if worker.returncode:
                raise RuntimeError(f"a worker of the grid failed:\n{errors}")
        missing = missing_blocks([(config, "many") for config in configs], SEEDS, open_store(Path(folder)))
        if missing:
            raise RuntimeError(f"{len(missing)} blocks of the grid were not trained, first: {missing[0]}")
    reports = [json.loads(output.splitlines()[-1]) for output, _ in said]
    return {"cells": len(configs), "seeds": SEEDS, "seconds": seconds, "workers": reports}


def work(folder: Path, *, backwards: bool, quick: bool) -> dict[str, Any]:
    """Train what nobody else trains, from one end, and return what it took."""
    started = time.perf_counter()
    store = open_store(folder)
    wanted = [(config, "many") for config in settings(quick=quick).grid_configs()]
    missing = missing_blocks(wanted, SEEDS, store)
    trained: list[Block] = []
    train_blocks(missing[::-1] if backwards else missing, store, done=trained.append)
    by_framework: dict[str, int] = {}
    for config, _ in trained:
        by_framework[config.trainer] = by_framework.get(config.trainer, 0) + 1
    seconds = time.perf_counter() - started
    training_process.end()  # of a process that has ended, its parent is told the memory
    peaks = [resource.getrusage(whose).ru_maxrss for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "blocks": by_framework,
        "seconds": seconds,
        "peak_bytes": sum(peaks) * 1024,  # Linux counts in KiB
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Be one of the two workers; print its report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--backwards", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(arguments)
    print(json.dumps(work(options.store, backwards=options.backwards, quick=options.quick)))


if __name__ == "__main__":
    main()
