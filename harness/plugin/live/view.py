"""Shows a session while it goes on: what is being trained, what is decided, what remains."""

import threading
import time
from collections import Counter, deque
from pathlib import Path

import pytest

from harness.plugin.live.display import Display, display_for
from harness.plugin.live.progress import Progress, read_progress
from harness.plugin.live.standing import LONG, SHOWN_CHANGES, Standing, change_text
from harness.sessions.session import JudgedClaim
from harness.verdicts.band import Outcome

INTERVAL = 0.5  # seconds between two looks at what the workers say


class LiveView:
    """A pytest plugin of the controller that shows how far the session is, until it ends.

    Parameters
    ----------
    progress_file
        Where the workers say what they train.
    display
        Where it is shown.
    """

    def __init__(self, progress_file: Path, display: Display) -> None:
        self._file = progress_file
        self._display = display
        self._lock = threading.Lock()
        self._collected: set[str] = set()
        self._running: dict[str, float] = {}
        self._reported: set[str] = set()
        self._outcomes: Counter[Outcome] = Counter()
        self._changes: deque[str] = deque(maxlen=SHOWN_CHANGES)
        self._changed = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="claims-live", daemon=True)

    def start(self) -> None:
        """Begin to show."""
        self._thread.start()

    def stop(self) -> None:
        """Show the last state and give the terminal back; what was stopped stays so."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._display.close()

    def judged(self, claim: JudgedClaim) -> None:
        """Take note of a verdict, and say at once if it is not the expected one."""
        with self._lock:
            self._outcomes[claim.verdict.outcome] += 1
            if claim.as_expected:
                return
            self._changes.append(change_text(claim))
            self._changed += 1
        self._display.say(f"not as expected: {change_text(claim)}")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note how many tests there are (without xdist)."""
        self._collected.update(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Note how many tests the workers have."""
        self._collected.update(ids)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note which test begins; under xdist the workers' too."""
        with self._lock:
            self._running[nodeid] = time.monotonic()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note which test has ended."""
        if report.when != "setup" or report.outcome != "passed":
            with self._lock:
                self._running.pop(report.nodeid, None)
                self._reported.add(report.nodeid)

    def pytest_enter_pdb(self) -> None:
        """Leave the terminal to the debugger."""
        self.stop()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Make room for the summary."""
        self.stop()

    def _run(self) -> None:
        began: float | None = None
        progress: Progress | None = None
        size = 0
        while True:
            stopped = self._stop.wait(INTERVAL)
            now = time.monotonic()
            if self._file.exists() and self._file.stat().st_size > size:
                size = self._file.stat().st_size
                progress = read_progress(self._file)
            if progress is not None and began is None:
                began = now
            if progress is not None or self._running or self._reported:
                self._display.show(self._standing(progress, now - (began or now), now), last=stopped)
            if stopped:
                return

    def _standing(self, progress: Progress | None, seconds: float, now: float) -> Standing:
        with self._lock:
            oldest = sorted(self._running.items(), key=lambda pair: pair[1])
            return Standing(
                progress=progress,
                seconds=seconds,
                collected=len(self._collected),
                reported=len(self._reported),
                outcomes=dict(self._outcomes),
                judging=[(test, now - began) for test, began in oldest if now - began > LONG],
                changes=tuple(self._changes),
                changed=self._changed,
            )


def start_view(config: pytest.Config, progress_file: Path) -> LiveView | None:
    """Show how far a session is from now on, where pytest has a terminal or a log to write to."""
    display = display_for(config)
    if display is None:
        return None
    view = LiveView(progress_file, display)
    config.pluginmanager.register(view, "claims-live")
    view.start()
    return view
