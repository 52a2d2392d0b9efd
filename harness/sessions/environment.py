"""On what a session runs: versions, machine, and the state of the code."""

import hashlib
import os
import platform
import re
import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import harness
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


def digest_of(files: Iterable[Path]) -> str:
    """Return a digest of the contents of files, whatever their order."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _versions(names: Iterable[str]) -> dict[str, str]:
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def processor() -> str:
    """Return the model of the CPU; what `platform` knows of it is empty on Linux."""
    try:
        names = re.findall(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        names = []
    return names[0].strip() if names else platform.processor() or platform.machine()


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
