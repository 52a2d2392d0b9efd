"""The controller's side of a session of claims: which verdicts came in, which should have, and how both are shown."""

from typing import Any

import pytest

from harness.report import Holes, summary_html, summary_lines, table_header, table_row, terminal_table, verdict_text
from harness.verdict import Verdict

PROPERTY = "claim"


class Audit:
    """A pytest plugin that compares what was collected with what was reported.

    pytest-xdist reports a worker's death as a test with ``when == "???"``, for which pytest-html shows no row, and
    may lose tests without a word when workers are not replaced; so nothing but a comparison shows the holes.

    Parameters
    ----------
    title
        Of the report under test.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self.verdicts: dict[str, Verdict] = {}
        self.holes = Holes()
        self._collected: set[str] = set()
        self._reported: set[str] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what this process will run (without xdist)."""
        self._collected.update(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """Note what the workers will run."""
        self._collected.update(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what was reported, and the verdict that came with it."""
        if report.when == "???":  # type: ignore[comparison-overlap]  # xdist's mark of a worker that died
            self.holes.crashed.append(report.nodeid)
            self._reported.add(report.nodeid)
        elif report.when == "call" or (report.when == "setup" and report.outcome != "passed"):
            self._reported.add(report.nodeid)
        verdict = verdict_of(report)
        if verdict is not None:
            self.verdicts[report.nodeid] = verdict

    def pytest_internalerror(self, excrepr: Any) -> None:
        """Note an error of pytest, a plugin or the harness."""
        self.holes.internal_errors.append(str(excrepr).strip().splitlines()[-1])

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Find the holes, before pytest-html writes its report, and let none of them end in success."""
        if session.config.getoption("collectonly"):
            return
        self.holes.unreported.extend(sorted(self._collected - self._reported))
        if self.holes.sentences() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print one line a claim, the counts, and every hole."""
        terminalreporter.section("claims")
        for line in [*terminal_table(self.verdicts), *summary_lines(list(self.verdicts.values()))]:
            terminalreporter.write_line(line)
        for sentence in self.holes.sentences():
            terminalreporter.write_line(sentence, red=True)

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: Any) -> None:
        """Call the page what it is about."""
        report.title = f"Claims: {self._title}"

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        """Replace pytest-html's columns by those of claims."""
        cells[:] = table_header()

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: pytest.TestReport, cells: list[str]) -> None:
        """Fill the columns of one claim."""
        expected = hasattr(report, "wasxfail") and report.outcome == "skipped"
        cells[:] = table_row(cells[0], report.nodeid, verdict_of(report), expected)

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_html(self, report: pytest.TestReport, data: list[str]) -> None:
        """Show the verdict in full, also where the claim passed."""
        verdict = verdict_of(report)
        if verdict is not None:
            data[:] = verdict_text(verdict, report.longreprtext, getattr(report, "wasxfail", ""))

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str]) -> None:
        """Put holes and counts above the table."""
        prefix.extend(summary_html(self._title, list(self.verdicts.values()), self.holes))


def verdict_of(report: pytest.TestReport) -> Verdict | None:
    """Return the verdict that a claim left in its report."""
    if report.when != "call":
        return None
    for name, value in report.user_properties:
        if name == PROPERTY and isinstance(value, dict):
            return Verdict.from_plain(value)
    return None
