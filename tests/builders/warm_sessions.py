"""Sessions of pytest in processes of their own that need not import first what every session imports.

Most of what a small session takes is imports. One process does them once and is forked for each session: what a
session sets, imports or breaks is as much its own as in a new interpreter, but for the modules in `IMPORTED` and what
they remember of the harness's own files. Tests of what is imported when have to start an interpreter, with
``pytester.run(sys.executable, "-m", "pytest", ...)``.
"""

import gc
import inspect
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

# What sessions of claims import, and no framework.
IMPORTED = (
    "harness.data.datasets_table",
    "harness.drawing.figures",
    "harness.drawing.panels",
    "harness.execution.training_process",
    "harness.judging.judge",
    "harness.logs.trainer",
    "harness.plugin.audit",
    "harness.plugin.judged",
    "harness.plugin.prepare",
    "harness.statistics.estimators",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "scipy.special",
    "xdist.dsession",
    "xdist.workermanage",
)


# In the process that is forked


class _Imports:
    """A plugin of pytest that imports when pytest rewrites the assertions of plugins, as it would in a session."""

    def pytest_configure(self) -> None:
        for name in IMPORTED:
            import_module(name)
        self._prepare()

    def _prepare(self) -> None:
        """Do what sessions do once and remember, but that depends on the harness alone."""
        from harness.pages.rendering import compile_templates
        from harness.plugin.kept import judged_mark

        compile_templates()
        judged_mark()
        inspect.getmodule(serve.__code__)  # looks up the file of every module there is; a failure's source asks for it


def serve() -> None:
    """Fork for each session that is asked for, a line each, and answer with its exit status."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory() as empty:
        pytest.main(["--collect-only", "-qq", "-p", "no:cacheprovider", "--rootdir", empty, empty], [_Imports()])
    gc.collect()
    gc.freeze()  # no session need look through what was imported for garbage
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        if not (child := os.fork()):
            asked = json.loads(line)
            _open(asked.pop("files"))
            print(os.getpid(), file=answers, flush=True)
            answers.close()
            _become(**asked)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def _open(files: Sequence[str]) -> None:
    """Make files the standard input, output and error."""
    for number, name in enumerate(files):
        file = os.open(name, os.O_WRONLY | os.O_APPEND if number else os.O_RDONLY)
        os.dup2(file, number)
        os.close(file)
    assert isinstance(sys.stdout, TextIOWrapper)
    sys.stdout.reconfigure(line_buffering=sys.stdout.isatty())


def _become(arguments: Sequence[str], folder: str, environment: Mapping[str, str]) -> None:
    """Turn this process into a session; it ends with it."""
    status = 1
    try:
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

    def start(self, arguments: Sequence[str], files: Sequence[str], more: Mapping[str, str] = {}) -> "WarmSession":
        """Begin a session of pytest in the folder and the environment that are this process's now.

        Parameters
        ----------
        files
            The paths of its standard input, output and error.
        more
            Variables of the environment besides.
        """
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
        # A worker of the session that runs this test would pass its name on.
        ours_alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
        path = f"{here}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
        asked: dict[str, Any] = {
            "arguments": list(arguments),
            "folder": here,
            "environment": {**ours_alone, "PYTHONPATH": path, **more},
            "files": list(files),
        }
        assert self.process.stdin is not None
        print(json.dumps(asked), file=self.process.stdin, flush=True)
        return WarmSession(self, int(self._answer()))

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
    process: int
    stdin: None = None

    def wait(self) -> int:
        """Wait for its end and return its exit status."""
        return int(self.sessions._answer())
