"""Interpreters with the versions that a session ran on: the running one, or an environment made for them once."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from harness.base.errors import RerunError
from harness.base.hashing import content_digest
from harness.base.locks import locked
from harness.sessions.environment import Environment

DISTRIBUTION = "pytest-claims"
ENTRY_POINT = "claims"  # by which pytest finds the plugin of an installed harness
NOT_INSTALLED = "not installed"


def same_versions(one: Environment, other: Environment) -> bool:
    """Whether two sessions ran on the same versions; of Python, the last part of the version does not count."""
    return one.packages == other.packages and _minor(one.python) == _minor(other.python)


def interpreter_for(
    wanted: Environment, running: Environment, code: Path, folder: Path, say: Callable[[str], None]
) -> Path:
    """Return an interpreter with the versions of a session.

    Parameters
    ----------
    wanted
        What the session ran on.
    running
        What this process runs on.
    code
        Root folder of the code that it will run, which says what else has to be installed.
    folder
        Where environments are kept.

    Raises
    ------
    RerunError
        If a version is not to be had.
    """
    if same_versions(wanted, running):
        return Path(sys.executable)
    pins = {name: pinned(version) for name, version in wanted.packages.items() if version != NOT_INSTALLED}
    return environment_with(wanted.python, pins, requirements_of(code), folder, say)


def environment_with(
    python: str, pins: Mapping[str, str], requirements: Sequence[str], folder: Path, say: Callable[[str], None]
) -> Path:
    """Return the interpreter of an environment with exactly the pinned versions, made if there is none yet.

    Parameters
    ----------
    python
        Version of Python, of which the first two parts count.
    pins
        Version by distribution; all are installed.
    requirements
        What else is installed, in versions that agree with the pins.

    Raises
    ------
    RerunError
        If this Python, a version, or the network is not to be had; nothing half made is used later.
    """
    base = _base(python)
    environment = folder / content_digest([_minor(python), dict(pins), sorted(requirements)])[:16]
    interpreter, ready = environment / "bin" / "python", environment / "ready"
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / f"{environment.name}.lock"):
        if ready.exists():
            return interpreter
        say(f"making an environment with {_listed(pins)} in {environment}")
        shutil.rmtree(environment, ignore_errors=True)
        # Debian's python3 has no ensurepip unless python3-venv is installed; pip can install from outside.
        _call([base, "-m", "venv", "--without-pip", str(environment)], "an environment")
        versions = [f"{name}=={version}" for name, version in pins.items()]
        _call(
            [*_pip(), "--python", str(interpreter), "install", "--quiet", *requirements, *versions],
            f"an environment with {_listed(pins)}",
        )
        ready.touch()
    return interpreter


def requirements_of(code: Path) -> list[str]:
    """Return what the harness needs: that of a folder if it is there, or else the running one."""
    file = code / "pyproject.toml"
    if file.exists():
        project = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {})
        if project.get("name") == DISTRIBUTION:
            return list(project["dependencies"])
    try:
        listed: Iterable[str] = requires(DISTRIBUTION) or ()
    except PackageNotFoundError:
        listed = ()
    return [requirement for requirement in listed if "extra ==" not in requirement]


def refuse_other_versions(ran: Environment, wanted: Environment) -> None:
    """Raise a `RerunError` if claims ran on other versions than they should have."""
    others = [
        f"{name} {ran.packages[name]} instead of {version}"
        for name, version in wanted.packages.items()
        if name in ran.packages and pinned(ran.packages[name]) != pinned(version)
    ]
    if others:
        raise RerunError(f"it ran with {', '.join(others)}")


def pinned(version: str) -> str:
    """Return a version without the name of its build: an index may have another build of the same version."""
    return version.partition("+")[0]


@cache
def plugins_of(interpreter: Path) -> list[str]:
    """Return the options with which pytest finds the harness: none where it is installed."""
    asked = "from importlib.metadata import entry_points; print(*entry_points(group='pytest11').names)"
    said = subprocess.run([interpreter, "-c", asked], capture_output=True, text=True, check=True).stdout
    return [] if ENTRY_POINT in said.split() else ["-p", "harness.plugin.hooks"]


def _base(python: str) -> str:
    if _minor(python) == _minor(".".join(map(str, sys.version_info[:3]))):
        return sys.executable
    found = shutil.which(f"python{_minor(python)}")
    if found is None:
        raise RerunError(f"Python {_minor(python)} is not installed here")
    return found


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _pip() -> list[str]:
    """Return a pip that can install into other environments."""
    for python in dict.fromkeys([sys.executable, getattr(sys, "_base_executable", sys.executable), "python3"]):
        if subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0:
            return [python, "-m", "pip"]
    raise RerunError("there is no pip to install other versions with")


def _call(command: list[str], what: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or [f"exit status {done.returncode}"]
        errors = [line for line in lines if line.startswith("ERROR")]
        raise RerunError(f"{what} cannot be made ({(errors or lines)[-1].removeprefix('ERROR: ')})")


def _listed(pins: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in sorted(pins.items()))
