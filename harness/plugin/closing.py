"""What the terminal says at the end of a session of claims."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from harness.base.errors import on_one_line
from harness.pages.report import findings_table, summary_lines, terminal_table, universes_table
from harness.plugin.live.progress import Progress
from harness.sessions.session import Session


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a session ended.

    Attributes
    ----------
    could_start
        Whether it came as far as its claims; the pages of one that did not are those of the session before.
    progress
        Of its trainings; None if none were planned.
    changes
        A sentence for each verdict that changed since the last session.
    accepted
        A sentence for each register into which verdicts were written.
    leaks
        A sentence for each data set in which rows stand more than once.
    """

    session: Session
    could_start: bool
    progress: Progress | None
    changes: Sequence[str]
    accepted: Sequence[str]
    leaks: Sequence[str]


class Closing:
    """A pytest plugin that prints how a session ended.

    Attributes
    ----------
    ending
        Set before the terminal's summary; None for a session that only collects.
    """

    def __init__(self) -> None:
        self.ending: Ending | None = None

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print one line a claim, the counts, and every cause of missing results."""
        if self.ending is None:
            return
        if self.ending.could_start:
            _print_verdicts(terminalreporter, self.ending)
        else:
            terminalreporter.section("no claim was judged")
        for sentence in self.ending.leaks:
            terminalreporter.write_line(on_one_line(sentence), yellow=True)
        for sentence in self.ending.session.missing:
            terminalreporter.write_line(sentence, red=True)
        if not self.ending.could_start:
            terminalreporter.write_line("The session came to no claim: no page was written or changed.")


def _print_verdicts(terminalreporter: pytest.TerminalReporter, ending: Ending) -> None:
    session = ending.session
    terminalreporter.section("claims that are not supported")
    for line in terminal_table({claim.test: claim.verdict for claim in session.claims}):
        terminalreporter.write_line(line)
    terminalreporter.section("findings")
    trained = [] if ending.progress is None else [ending.progress.proof()]
    for line in [*findings_table(session.findings), *summary_lines(session.findings, session.specified), *trained]:
        terminalreporter.write_line(line)
    if session.specified:
        terminalreporter.section("findings in all universes")
        for line in universes_table(session.specified):
            terminalreporter.write_line(line)
    if ending.changes:
        terminalreporter.section("changed since last time")
    for sentence in (*ending.changes, *ending.accepted):
        terminalreporter.write_line(sentence)
