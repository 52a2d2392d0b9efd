"""Measure everything in one run, and write it down: ``python -m benchmarks.bench [--quick]``."""

import argparse
import json
import os
import platform
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.imports import time_imports
from benchmarks.others import time_sessions
from benchmarks.page import of_question, page
from benchmarks.settings import ENVIRONMENT, FRAMEWORKS, ROOT, settings
from benchmarks.whole_grid import train_grid
from benchmarks.written import add_folders, write

DISTRIBUTIONS = ("pytest-claims", "keras", "tensorflow", "torch", "numpy", "scikit-learn", "pytest")
NAME = "benchmarks"  # of page, samples and plot
SCHEMA = 1  # of the samples


def run(*, quick: bool, command: str) -> dict[str, Any]:
    """Measure everything, one thing after the other, and return all samples with machine and versions."""
    environment = {**os.environ, **ENVIRONMENT}
    sizes = settings(quick=quick)
    results: dict[str, Any] = {
        "schema": SCHEMA,
        "quick": quick,
        "command": command,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": {"Python": platform.python_version(), **{name: version(name) for name in _distributions()}},
        "load_before": os.getloadavg(),
        "series": [],
        "agreement": [],
    }
    started = time.perf_counter()
    for framework in FRAMEWORKS:
        say(started, f"trainings with {framework}")
        part = run_part(framework, quick=quick, environment=environment)
        results["series"] += part["series"]
        results["agreement"] += part["agreement"]
    say(started, "imports")
    results["series"] += [series.to_plain() for series in time_imports(sizes, environment)]
    say(started, "sessions on runs of others")
    results["sessions"] = time_sessions(sizes, environment)
    say(started, "the whole grid")
    results["grid"] = [train_grid(quick=quick, environment=environment) for _ in range(sizes.grid_repeats)]
    results["seconds"] = time.perf_counter() - started
    return results


def run_part(framework: str, *, quick: bool, environment: dict[str, str]) -> Any:
    """Run one framework's part in a process of its own and return what it wrote.

    Raises
    ------
    RuntimeError
        If it fails, with what it said.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "part.json"
        command = [sys.executable, "-m", "benchmarks.part", framework, str(file), *(["--quick"] if quick else [])]
        finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        if finished.returncode:
            raise RuntimeError(f"{shlex.join(command)} failed:\n{finished.stderr}")
        return json.loads(file.read_text(encoding="utf-8"))


def _distributions() -> list[str]:
    """Return what the numbers depend on, as far as it is installed."""
    return [*DISTRIBUTIONS, *(["jax"] if find_spec("jax") else [])]


def machine() -> dict[str, str | int]:
    """Return what is known of the machine."""
    return {
        "processor": processor_name(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0,
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def processor_name() -> str:
    """Return the processor's name as Linux gives it, or what Python knows."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def say(started: float, what: str) -> None:
    """Tell the reader of the terminal what is being measured."""
    print(f"{time.perf_counter() - started:4.0f} s  {what}", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and write page, samples and plot."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that everything works")
    add_folders(parser)
    options = parser.parse_args(arguments)
    given = sys.argv[1:] if arguments is None else list(arguments)
    results = run(quick=options.quick, command=shlex.join(["python", "-m", "benchmarks.bench", *given]))
    from benchmarks.plot import cost_figure  # matplotlib; not before all is measured

    write(options, NAME, page(results), results, cost_figure(of_question(results, "native")))


if __name__ == "__main__":
    main()
