"""What the terminal says at the end of a session of claims."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.base.errors import on_one_line
from harness.pages.report import summary_lines
from harness.pages.terminal import claims_table, findings_table, last_lines, universes_table
from harness.plugin.live.progress import Progress
from harness.sessions.session import Session

SILENT = -2  # -qq


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
    previous
        When the last session began; empty if there was none.
    accepted
        A sentence for each register into which verdicts were written.
    leaks
        A sentence for each data set in which rows stand more than once.
    page
        The page for reading.
    """

    session: Session
    could_start: bool
    progress: Progress | None
    changes: Sequence[str]
    previous: str
    accepted: Sequence[str]
    leaks: Sequence[str]
    page: Path


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
        """Print the findings, what is not as recorded, and every cause of missing results; with -v all claims."""
        if self.ending is None:
            return
        if self.ending.could_start:
            _print_verdicts(terminalreporter, self.ending)
        else:
            terminalreporter.section("no claim was judged")
        for sentence in self.ending.leaks:
            terminalreporter.write_line(on_one_line(sentence), yellow=True)
        for sentence in (*self.ending.session.outdated_answers, *self.ending.session.missing):
            terminalreporter.write_line(sentence, red=True)
        if not self.ending.could_start:
            terminalreporter.write_line("The session came to no claim: no page was written or changed.")

    @pytest.hookimpl(wrapper=True, tryfirst=True)  # around the reporter's own, which ends with its counts
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Print what somebody reads who reads three lines, below all else."""
        result = yield
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if self.ending is None or not self.ending.could_start or not isinstance(reporter, pytest.TerminalReporter):
            return result
        if reporter.verbosity > SILENT:
            ending = self.ending
            for line in last_lines(ending.session, ending.changes, ending.previous, _from_here(ending.page)):
                reporter.write_line(line)
        return result


def _from_here(page: Path) -> Path | None:
    """Return how a page is called from the folder in which pytest was called; None if there is no such page."""
    if not page.is_file():
        return None
    here = Path.cwd()
    return page.relative_to(here) if page.is_relative_to(here) else page


def _print_verdicts(terminalreporter: pytest.TerminalReporter, ending: Ending) -> None:
    session, verbose = ending.session, terminalreporter.verbosity > 0
    shown = [one for one in session.claims if (one.verdict.outcome != "supported" if verbose else not one.as_expected)]
    if shown or verbose:
        terminalreporter.section(f"claims that are not {'supported' if verbose else 'as the register records'}")
    for line in claims_table(shown):
        terminalreporter.write_line(line)
    terminalreporter.section("findings")
    trained = [] if ending.progress is None else [ending.progress.proof()]
    table = findings_table(session.findings, readings=verbose)
    for line in [*table, *summary_lines(session.findings, session.specified), *trained]:
        terminalreporter.write_line(line)
    if session.specified:
        terminalreporter.section("findings in all universes")
        for line in universes_table(session.specified):
            terminalreporter.write_line(line)
    if ending.changes:
        terminalreporter.section("changed since last time")
    for sentence in (*ending.changes, *ending.accepted):
        terminalreporter.write_line(sentence)
