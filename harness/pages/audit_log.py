"""What pytest-html shows of a session of claims: the audit log beside the page for reading."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from harness.pages.properties import VERDICT_PROPERTY
from harness.pages.rendering import PAGE
from harness.pages.report import summary_html, table_header, table_row, unfolding_html, verdict_text
from harness.sessions.session import Session
from harness.verdicts.verdict import Verdict


class AuditLog:
    """A pytest plugin that fills pytest-html's page.

    Parameters
    ----------
    title
        Of the reports under test.

    Attributes
    ----------
    session
        What stands above the table of claims; set before pytest-html writes the page for the last time.
    unfolding
        Drawings to unfold below that: their files relative to the page, by title.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._report: Any = None
        self.session: Session | None = None
        self.unfolding: Mapping[str, str] = {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: Any) -> None:
        """Call the page what it is about, and open it as a table: a click on a row shows its figure and text."""
        self._report = report
        report.title = f"Claims: {self._title}"
        if report.data["renderCollapsed"] == ["passed"]:  # pytest-html's default, where render_collapsed is not set
            report.data["renderCollapsed"] = ["all"]

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
        """Put the way to the page for reading, missing results and counts above the table."""
        if self.session is None:  # pytest-html writes a page before the first test, too
            return
        if self._report is not None:
            # Only now, since plugins may add to it during the session.
            self._report.set_data("environment", environment_texts(self._report.data["environment"]))
        prefix.append(f'<p class="to-findings"><a href="{PAGE}">Findings, for reading</a></p>')
        prefix.extend(summary_html(self.session))
        prefix.extend(unfolding_html(title, file) for title, file in self.unfolding.items())


def environment_texts(environment: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page says of the environment, with each table as text: pytest-html does not close its lists."""
    return {
        name: ", ".join(f"{key} {value}" for key, value in told.items()) if isinstance(told, Mapping) else told
        for name, told in environment.items()
    }


def verdict_of(report: pytest.TestReport) -> Verdict | None:
    """Return the verdict that a claim left in its report."""
    if report.when != "call":
        return None
    told = dict(report.user_properties).get(VERDICT_PROPERTY)
    return None if told is None else Verdict.from_plain(json.loads(str(told)))
