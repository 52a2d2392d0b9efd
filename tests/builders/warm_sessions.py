"""Sessions of pytest in processes of their own that need not import first what every session imports.

Most of what a small session takes is imports. One process does them once and is forked for each session: what a
session sets, imports or breaks is as much its own as in a new interpreter, but for the modules in `IMPORTED`. Tests of
what is imported when have to start an interpreter, with ``pytester.run(sys.executable, "-m", "pytest", ...)``.
"""

import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import pytest

# What sessions of claims import, and no framework.
IMPORTED = (
    "harness.execution.training_process",
    "harness.judging.judge",
    "harness.drawing.panels",
    "harness.plugin.audit",
    "harness.plugin.prepare",
    "harness.statistics.estimators",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "xdist.dsession",
    "xdist.workermanage",
)


# In the process that is forked


class _Imports:
    """A plugin of pytest that imports when pytest rewrites the assertions of plugins, as it would in a session."""

    def pytest_configure(self) -> None:
        for name in IMPORTED:
            import_module(name)


def serve() -> None:
    """Fork for each session that is asked for, a line each, and answer with its exit status."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory() as empty:
        pytest.main(["--collect-only", "-qq", "-p", "no:cacheprovider", "--rootdir", empty, empty], [_Imports()])
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        if not (child := os.fork()):
            answers.close()
            _become(**json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def _become(arguments: Sequence[str], folder: str, environment: Mapping[str, str], out: str, err: str) -> None:
    """Turn this process into a session; it ends with it."""
    status = 1
    try:
        for number, name in enumerate((os.devnull, out, err)):
            file = os.open(name, os.O_WRONLY | os.O_APPEND if number else os.O_RDONLY)
            os.dup2(file, number)
            os.close(file)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.path[:0] = [folder, *environment["PYTHONPATH"].split(os.pathsep)]
        sys.argv[:] = [str(Path(pytest.__file__).with_name("__main__.py")), *arguments]
        if "-n" in arguments:
            import_module("tests.builders.warm_workers").lend_workers(_leave)
        status = int(pytest.console_main())
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        _leave(status)


def _leave(status: int) -> None:
    """End as an interpreter does, but without going back to the loop that this was forked in."""
    import atexit
    import threading

    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


# In the tests


@dataclass
class WarmSessions:
    """The process that is forked; it is started when the first session is."""

    process: subprocess.Popen[str] | None = field(default=None, init=False)

    def start(self, command: Sequence[str], out: IO[str], err: IO[str]) -> "WarmSession":
        """Begin a session of pytest in the folder and the environment that are this process's now."""
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from tests.builders.warm_sessions import serve; serve()"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[2],
            )
            assert self._answer() == "ready"
        here = str(Path.cwd())
        asked: dict[str, Any] = {
            "arguments": list(command),
            "folder": here,
            "environment": {**os.environ, "PYTHONPATH": f"{here}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"},
            "out": out.name,
            "err": err.name,
        }
        assert self.process.stdin is not None
        print(json.dumps(asked), file=self.process.stdin, flush=True)
        return WarmSession(self)

    def _answer(self) -> str:
        assert self.process is not None
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.communicate()


@dataclass(frozen=True)
class WarmSession:
    """A session that was started; to `pytest.Pytester`, a process."""

    sessions: WarmSessions
    stdin: None = None

    def wait(self) -> int:
        """Wait for its end and return its exit status."""
        return int(self.sessions._answer())
