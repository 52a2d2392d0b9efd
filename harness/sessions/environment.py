"""On what a session runs: versions, machine, and the state of the code."""

import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType

import harness
from harness.base.hashing import digest_of
from harness.base.machine import processor

# Besides what trains: what judges, draws and runs the claims.
ALSO = ("numpy", "scipy", "matplotlib", "pytest", "pytest-xdist", "pytest-html")
THREADS = 1  # of each training; more would change the order of sums


@dataclass(frozen=True, kw_only=True)
class Environment:
    """On what a session ran.

    Attributes
    ----------
    processor
        Model name of the CPU.
    threads
        Of each training.
    packages
        Version by distribution, of all that a result may depend on.
    commit
        Of the repository around pytest's root folder; empty if there is none.
    modified
        Whether the work tree differed from that commit.
    harness_digest
        Of the harness's own code.
    """

    python: str
    system: str
    processor: str
    cores: int
    threads: int
    packages: dict[str, str]
    commit: str
    modified: bool
    harness_digest: str


def environment_of(root: Path, trained_with: Mapping[str, str] = MappingProxyType({})) -> Environment:
    """Return what this process runs on.

    Parameters
    ----------
    root
        Lies in the repository whose commit is meant.
    trained_with
        Versions of the packages on which the runs of a session depend.
    """
    commit, modified = _commit(root)
    return Environment(
        python=platform.python_version(),
        system=platform.platform(),
        processor=processor(),
        cores=os.cpu_count() or 1,
        threads=THREADS,
        packages=dict(sorted({**installed_versions(ALSO), **trained_with}.items())),
        commit=commit,
        modified=modified,
        harness_digest=digest_of(Path(harness.__file__).parent.rglob("*.py")),
    )


def installed_versions(names: Iterable[str]) -> dict[str, str]:
    """Return the version of each package, or that it is not installed."""
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
