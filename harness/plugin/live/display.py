"""Where a session is shown while it goes on: at the bottom of a terminal, or as lines of a log.

Either takes the place of the file that pytest's terminal reporter writes to. So what pytest writes and what is shown
never run into each other, and nothing that is shown lands in the captured output of a test.
"""

import os
import threading
import time
from io import UnsupportedOperation
from typing import TYPE_CHECKING, Any, Protocol, TextIO

import pytest

from harness.plugin.live.standing import Standing

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

QUIET_INTERVAL = 15.0  # seconds between two lines of a log
BAR, NAME = 30, 9  # columns


class Display(Protocol):
    """Shows how far a session is."""

    def show(self, standing: Standing, *, last: bool) -> None:
        """Show a state; `last` if none follows."""

    def say(self, line: str) -> None:
        """Show what cannot wait."""

    def close(self) -> None:
        """Give back what was taken; nothing is shown from then on."""


def display_for(config: pytest.Config) -> Display | None:
    """Return where to show a session of pytest: None without pytest's terminal reporter, or where no test will run."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if not isinstance(reporter, pytest.TerminalReporter) or config.getoption("collectonly"):
        return None  # another plugin may have put a reporter of its own kind there
    raw = config.getoption("capture") == "no" and config.getoption("dist", "no") == "no"
    debugged = config.getoption("usepdb") or config.getoption("trace")
    mute = os.environ.get("TERM", "dumb") in ("dumb", "unknown")
    if not reporter.isatty or raw or debugged or mute:
        return LogDisplay(reporter, raw=config.getoption("capture") == "no")
    return TerminalDisplay(reporter)


class _Output:
    """Stands where the terminal reporter's file stood; pytest writes to it, and so may other threads.

    Parameters
    ----------
    raw
        Whether tests write to the same file, uncaptured; the order of all that is written must stay.
    """

    def __init__(self, reporter: pytest.TerminalReporter, *, raw: bool = False) -> None:
        self.lock = threading.RLock()
        self._writer = reporter._tw
        self.taken: TextIO = self._writer._file
        self.taken.flush()
        self.file = self.taken if raw else _same_file(self.taken)
        self._writer._file = self

    def write(self, text: str) -> None:
        with self.lock:
            self.file.write(text)

    def flush(self) -> None:
        with self.lock:
            self.taken.flush()
            self.file.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.taken, name)

    def give_back(self) -> None:
        """Let pytest write to its own file again."""
        if self._writer._file is not self:
            return
        self.flush()
        self._writer._file = self.taken
        if self.file is not self.taken:
            self.file.close()


class LogDisplay:
    """Lines between those of pytest, where nothing can be overwritten.

    Parameters
    ----------
    raw
        Whether tests write there too, uncaptured.
    """

    def __init__(self, reporter: pytest.TerminalReporter, *, raw: bool = False) -> None:
        self._reporter = reporter
        self._output = _Output(reporter, raw=raw)
        self._said = time.monotonic()
        self._line = ""
        self._ended = False
        self._closed = False

    def show(self, standing: Standing, *, last: bool) -> None:
        """Say how far the session is, now and then, and when its trainings end."""
        ended = standing.trains and (last or standing.all_trained)
        waited = time.monotonic() - self._said
        if (ended and not self._ended) or (not last and waited >= QUIET_INTERVAL):
            self._ended = ended
            self._said = time.monotonic()
            if standing.line != self._line:
                self._line = standing.line
                self.say(standing.line)

    def say(self, line: str) -> None:
        """Write a line of its own."""
        with self._output.lock:
            if line and not self._closed:
                self._reporter.ensure_newline()
                if self._reporter._tw.width_of_current_line:  # of xdist's letters, which the reporter does not count
                    self._reporter._tw.line()
                self._reporter.write_line(line)
                self._output.flush()

    def close(self) -> None:
        """Write no more."""
        with self._output.lock:
            self._closed = True
            self._output.give_back()


class TerminalDisplay(_Output):
    """A view at the bottom of a terminal; what pytest writes scrolls by above it, line by line."""

    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        super().__init__(reporter)
        self._colored = reporter.hasmarkup
        self._console: Console | None = None
        self._live: Live | None = None
        self._begun = ""  # what pytest has written of a line that has not ended
        self._closed = False

    def write(self, text: str) -> None:
        """Take what pytest writes."""
        with self.lock:
            lines, end, self._begun = (self._begun + text).rpartition("\n")
            if self._console is None:
                self.file.write(text)
            elif end:
                from rich.text import Text

                self._console.print(Text.from_ansi(lines), soft_wrap=True)

    def show(self, standing: Standing, *, last: bool) -> None:
        """Draw the view anew; the `last` one would be wiped at once."""
        with self.lock:
            if self._closed or last:
                return
            console, live = self._open()
            columns, lines = os.get_terminal_size(self.file.fileno())
            console.size = console.size.__class__(columns or 80, lines or 24)
            live.update(view(standing), refresh=True)

    def say(self, line: str) -> None:
        """Leave it to the view, which shows the last changes."""

    def close(self) -> None:
        """Wipe the view; only what pytest wrote remains."""
        with self.lock:
            self._closed = True
            if self._live is not None:
                self._live.stop()
                self._live = self._console = None
                self.file.write(self._begun)
            self.give_back()

    def _open(self) -> "tuple[Console, Live]":
        if self._console is None or self._live is None:
            from rich.console import Console
            from rich.live import Live

            if self._begun:
                self.file.write("\r\x1b[2K")  # it comes again when its line ends
            self.flush()
            self._console = Console(
                file=self.file,
                force_terminal=True,
                color_system="auto" if self._colored else None,
                highlight=False,
                markup=False,
                emoji=False,
            )
            self._live = Live(
                console=self._console,
                auto_refresh=False,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
                vertical_overflow="crop",
            )
            self._live.start()
        return self._console, self._live


def view(standing: Standing) -> "RenderableType":
    """Return what is drawn: a bar of the trainings, and a row for each thing that goes on or was decided."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 1))
    grid.add_column(style="dim", no_wrap=True, min_width=NAME)
    grid.add_column(no_wrap=True, overflow="ellipsis")
    progress = standing.progress
    if progress is not None and progress.needed:
        bar = Table.grid(padding=(0, 1))
        bar.add_column(width=BAR)
        bar.add_column(no_wrap=True, overflow="ellipsis")
        bar.add_row(ProgressBar(progress.needed, progress.done, width=BAR), Text(progress.line(standing.seconds)))
        grid.add_row("trainings", bar)
    for name, text in standing.rows():
        grid.add_row(name, Text(text, style="red" if name == "changed" else ""))
    return grid


def _same_file(file: TextIO) -> TextIO:
    """Open a file a second time, so that what is written there goes on where pytest redirects the first in a test."""
    try:
        descriptor = os.dup(file.fileno())
    except (UnsupportedOperation, AttributeError, OSError):
        return file  # a buffer of a program that runs pytest within
    return open(descriptor, "w", encoding=file.encoding, errors="backslashreplace", buffering=1)  # noqa: PTH123
