"""A terminal for tests: runs pytest in a pseudo-terminal and keeps what its screen would show."""

import fcntl
import os
import pty
import re
import signal
import struct
import termios
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.builders.warm_sessions import WarmSessions

TOKEN = re.compile(r"\x1b\[(\??[0-9;]*)([A-Za-z])|\x1b\][^\x1b]*\x1b\\|(\r)|(\n)|([^\x1b\r\n]+)|(\x1b)")


@dataclass
class Screen:
    """What a terminal shows after some output: enough of ECMA-48 for pytest and rich, and nothing else.

    Attributes
    ----------
    lines
        All that is, or has scrolled, above the cursor's last line.
    cursor
        Whether it is visible.
    seen
        Every text that stood anywhere when the cursor was last moved up.
    """

    columns: int
    lines: list[str] = field(default_factory=lambda: [""])
    row: int = 0
    column: int = 0
    cursor: bool = True
    seen: list[str] = field(default_factory=list)

    def feed(self, output: str) -> None:
        """Take output; raises on a control sequence that is not known here."""
        for match in TOKEN.finditer(output):
            numbers, command, back, end, text, lone = match.groups()
            if lone:
                raise ValueError(f"half a control sequence: {output[match.start() : match.start() + 20]!r}")
            if command:
                self._control(numbers, command)
            elif back:
                self.column = 0
            elif end:
                self._down()
            elif text:
                for character in text:
                    self._put(character)

    def _control(self, numbers: str, command: str) -> None:
        match numbers, command:
            case _, "m":
                pass
            case "?25", ("h" | "l"):
                self.cursor = command == "h"
            case (("1" | ""), "A"):
                self.seen.append("\n".join(self.lines))
                self.row -= 1
            case "2", "K":
                self.lines[self.row] = ""
            case _:
                raise ValueError(f"unknown control sequence {numbers}{command}")

    def _down(self) -> None:
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")

    def _put(self, character: str) -> None:
        if self.column == self.columns:
            self._down()
            self.column = 0
        line = self.lines[self.row].ljust(self.column)
        self.lines[self.row] = line[: self.column] + character + line[self.column + 1 :]
        self.column += 1


def run_in_terminal(
    sessions: WarmSessions, arguments: Sequence[str], *, columns: int = 110, interrupt_at: str = ""
) -> tuple[int, Screen]:
    """Run pytest in a terminal, and return its exit status and what the terminal shows then.

    Parameters
    ----------
    interrupt_at
        Press Ctrl-C once this text was written.
    """
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    terminal = {"TERM": "xterm-256color", "COLUMNS": str(columns), "PY_COLORS": "1"}
    session = sessions.start(arguments, [os.ttyname(its)] * 3, terminal)
    os.close(its)
    output = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # what Linux says once nobody writes any more
            break
        output += piece
        if interrupt_at and interrupt_at.encode() in output:
            interrupt_at = ""
            os.kill(session.process, signal.SIGINT)
    os.close(ours)
    screen = Screen(columns)
    screen.feed(output.decode())
    return session.wait(), screen
