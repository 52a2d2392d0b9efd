"""On what a session runs: versions, machine, and the state of the code."""

import os
import platform
import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import harness
from harness.base.hashing import digest_of
from harness.base.machine import processor
from harness.sessions.session import Environment
from harness.training.config import FRAMEWORKS
from harness.training.trainers import framework_versions

# Besides what trains: what judges and draws, and packages that ship data.
ALSO = ("scipy", "matplotlib", "palmerpenguins", "vega_datasets", "pytest", "pytest-xdist", "pytest-html")
THREADS = 1  # of each training; more would change the order of sums


def environment_of(root: Path) -> Environment:
    """Return what this process runs on; `root` lies in the repository whose commit is meant."""
    packages = {name: its for framework in FRAMEWORKS for name, its in framework_versions(framework).items()}
    commit, modified = _commit(root)
    return Environment(
        python=platform.python_version(),
        system=platform.platform(),
        processor=processor(),
        cores=os.cpu_count() or 1,
        threads=THREADS,
        packages=dict(sorted({**packages, **_versions(ALSO)}.items())),
        commit=commit,
        modified=modified,
        harness_digest=digest_of(Path(harness.__file__).parent.rglob("*.py")),
    )


def _versions(names: Iterable[str]) -> dict[str, str]:
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _commit(root: Path) -> tuple[str, bool]:
    """Return the commit of the work tree around a folder, and whether it was changed since; empty without git."""
    try:
        said = [
            subprocess.run(["git", "-C", root, *command], capture_output=True, text=True, timeout=30, check=True).stdout
            for command in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
        ]
    except (OSError, subprocess.SubprocessError):
        return "", False
    return said[0].strip(), bool(said[1].strip())
