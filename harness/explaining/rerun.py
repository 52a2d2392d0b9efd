"""Runs claims once more in an interpreter of their own, and says what they came to."""

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import harness
from harness.base.errors import HarnessError, RerunError
from harness.explaining.interpreters import plugins_of
from harness.sessions.session import Session
from harness.sessions.session_file import SESSION_FILE, read_session

LONGEST_GOODBYE = 60  # seconds that an interrupted pytest gets


@dataclass(frozen=True, kw_only=True)
class Run:
    """One call of pytest on claims.

    Attributes
    ----------
    code
        Pytest's root folder; what stands there is imported before what is installed.
    interpreter
        With the versions to be used.
    tests
        Node ids.
    seeds, looks
        Of the first look, and how many looks.
    workers
        As pytest-xdist takes it; 0 for none.
    store
        Where its trainings are kept; with an empty folder, all are done anew.
    pages
        Where its pages go, and the session as data.
    options
        Of pytest, besides.
    """

    code: Path
    interpreter: Path
    tests: Sequence[str]
    seeds: int
    looks: int
    workers: str
    store: Path
    pages: Path
    options: Sequence[str] = ()

    def session(self) -> Session:
        """Run the claims and return the session.

        Raises
        ------
        RerunError
            If it did not run, or has missing results; the whole output is kept in ``output.txt`` beside the pages.
        """
        self.pages.mkdir(parents=True, exist_ok=True)
        file, output = self.pages / SESSION_FILE, self.pages / "output.txt"
        file.unlink(missing_ok=True)
        with output.open("w", encoding="utf-8") as stream:
            status = call(self._command(), cwd=self.code, environment=self._environment(), stream=stream.fileno())
        if not file.exists():
            raise RerunError(f"pytest ended with exit status {status} and no {SESSION_FILE} ({_last(output)})")
        try:
            session = read_session(file)
        except HarnessError as problem:
            raise RerunError(str(problem)) from problem
        if session.missing:
            raise RerunError(f"its session has missing results ({session.missing[0]}); see {output}")
        return session

    def _command(self) -> list[str]:
        # Options with "=", or pytest takes folders that are there for paths of tests when it looks for its root folder.
        prefix = self._prefix()
        return [
            *(str(self.interpreter), "-m", "pytest", *plugins_of(self.interpreter), "-p", "no:cacheprovider"),
            *("-q", f"-n{self.workers}", f"{prefix}seeds={self.seeds}", f"{prefix}looks={self.looks}"),
            *(f"{prefix}store={self.store.absolute()}", f"--html={self.pages.absolute() / 'claims.html'}"),
            *self.options,
            *self.tests,
        ]

    def _prefix(self) -> str:
        """Return what the names of the options begin with; code from before they had a prefix knows no other names."""
        sources = list((self.code / "harness").rglob("*.py"))
        old = sources and not any("--claims-seeds" in file.read_text(encoding="utf-8") for file in sources)
        return "--" if old else "--claims-"

    def _environment(self) -> dict[str, str]:
        """Return the environment variables, with which the code is found before any that is installed."""
        paths = [self.code]
        if not (self.code / "harness").is_dir():
            # Another project's claims: the harness that runs now judges them. A link, since the folder beside it may
            # hold packages in versions that are not meant.
            link = self.pages / "path" / "harness"
            link.parent.mkdir(exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to(Path(harness.__file__).parent)
            paths.append(link.parent.absolute())
        # What is set for the calling pytest is not meant for this one.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        return {**kept, "PYTHONPATH": os.pathsep.join(map(str, paths))}


def call(command: Sequence[str], *, cwd: Path, environment: dict[str, str] | None = None, stream: int) -> int:
    """Run a command, its output into a stream, and return its exit status.

    On an interrupt it is interrupted too, and gets time to end in order before the interrupt goes on.
    """
    process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=stream, stderr=stream)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(LONGEST_GOODBYE)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            process.kill()
            process.wait()
        raise


def _last(output: Path) -> str:
    lines = [line.strip() for line in output.read_text(encoding="utf-8", errors="replace").splitlines()]
    errors = [line for line in lines if line.startswith(("ERROR", "E  ", "error"))]
    return f"{(errors or [line for line in lines if line] or ['no output'])[-1]}; see {output}"
