"""A small report of its own, for tests that drive pytest with the plugin."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import scipy.stats  # noqa: F401
from hypothesis import settings

from harness.explaining import rerun

# pytester forgets every module that an inner session was first to load, and NumPy's cannot be loaded twice.
from tests.builders.reports import HEAD, PROTOCOL, QUICK, QUICK_TRAIN, REPORT
from tests.builders.warm_sessions import WarmSession, WarmSessions

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Inner sessions import the harness anew; without bytecode each of their processes would compile all of it again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# What a shell starts in the background ignores interrupts, and so would all that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes depends on what else the machine does. In CI, Hypothesis draws the same examples each time.
settings.register_profile("shared machine", settings(), deadline=None)
settings.load_profile("shared machine")


@pytest.fixture
def small_report(tmp_path: Path) -> Path:
    """Write the small report's folder, for tests that train in this process.

    They cannot use pytester, which forgets the modules that were loaded meanwhile; PyTorch cannot be loaded twice.
    """
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "report.toml").write_text(REPORT, encoding="utf-8")
    (tmp_path / "claims" / "protocol.toml").write_text(PROTOCOL, encoding="utf-8")
    return tmp_path / "claims"


@pytest.fixture(scope="session")
def warm_sessions() -> Iterator[WarmSessions]:
    """Keep one process to fork sessions from."""
    sessions = WarmSessions()
    yield sessions
    sessions.close()


@pytest.fixture
def pytester(
    pytester: pytest.Pytester, warm_sessions: WarmSessions, monkeypatch: pytest.MonkeyPatch
) -> pytest.Pytester:
    """Let ``runpytest`` fork a process that has imported what every session imports.

    In this process it would take twice as long, since pytester forgets what an inner session has imported.
    """
    start = pytester.popen
    own = (sys.executable, "-mpytest")

    def popen(
        command: Sequence[str], stdout: Any, stderr: Any, **options: Any
    ) -> "subprocess.Popen[Any] | WarmSession":
        if tuple(command[:2]) == own:
            return warm_sessions.start(command[2:], (os.devnull, stdout.name, stderr.name))
        return start(command, stdout, stderr, **options)

    monkeypatch.setattr(pytester, "popen", popen)
    monkeypatch.setattr(pytester, "runpytest", pytester.runpytest_subprocess)
    return pytester


@pytest.fixture
def calls_fork(warm_sessions: WarmSessions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands that call pytest in this interpreter fork that process, too."""
    call = rerun.call

    def fork(command: Sequence[str], *, cwd: Path, environment: dict[str, str] | None = None, stream: int) -> int:
        if tuple(command[:3]) != (sys.executable, "-m", "pytest"):
            return call(command, cwd=cwd, environment=environment, stream=stream)
        output = str(Path(f"/proc/self/fd/{stream}").readlink())
        with chdir(cwd):
            return warm_sessions.start(command[3:], (os.devnull, output, output), environment or {}).wait()

    monkeypatch.setattr(rerun, "call", fork)


@pytest.fixture
def make_claims(pytester: pytest.Pytester) -> Callable[..., None]:
    """Write a folder ``claims`` with the small report, and the given claims behind a common head."""

    def make(claims: str, *, report: str = REPORT, protocol: str = QUICK) -> None:
        folder = pytester.mkdir("claims")
        (folder / "report.toml").write_text(report, encoding="utf-8")
        (folder / "protocol.toml").write_text(protocol, encoding="utf-8")
        (folder / "train.py").write_text(QUICK_TRAIN, encoding="utf-8")
        (folder / "test_speed.py").write_text(HEAD + claims, encoding="utf-8")
        pytester.makeini("[pytest]\n")

    return make


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Start a browser that is installed, since there is no network to fetch one from."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs Debian's chromium on the path")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()
