"""The controller's side of a session of claims: which verdicts came in, which should have, and how both are shown."""

import datetime
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.changes import changes_since
from harness.combination import judgements
from harness.conclusion import judged_claim, record_changes, report_folder, report_under_test, specifications
from harness.environment import environment_of
from harness.errors import SessionError
from harness.folder import ReportFolder, open_folder
from harness.history import open_history
from harness.live import LiveView, start_view
from harness.options import history_file, pages_folder
from harness.progress import Progress, read_progress
from harness.publish import publish
from harness.report import (
    Holes,
    findings_table,
    summary_html,
    summary_lines,
    table_header,
    table_row,
    terminal_table,
    unfolding_html,
    universes_table,
    verdict_text,
)
from harness.session import ONLY_DEFAULT, JudgedClaim, Session, Specified
from harness.verdict import Verdict

VERDICT_PROPERTY = "verdict"
UNIVERSES_PROPERTY = "universes"
FIGURE_PROPERTY = "figure"


class Audit:
    """A pytest plugin that compares what was collected with what was reported.

    pytest-xdist reports a worker's death as a test with ``when == "???"``, for which pytest-html shows no row, and
    may lose tests without a word when workers are not replaced; so nothing but a comparison shows the holes.

    Parameters
    ----------
    folders
        The reports under test.
    config
        Of the session.
    store_folder
        Where figures are kept.

    Attributes
    ----------
    progress_file
        Where the workers say what they have trained.
    """

    def __init__(self, folders: Sequence[ReportFolder], config: pytest.Config, store_folder: Path) -> None:
        self._folders = folders
        self._title = "; ".join(folder.register.title for folder in folders)
        self._config = config
        self._store_folder = store_folder
        self._started = datetime.datetime.now(datetime.UTC)
        self._progress_folder = tempfile.TemporaryDirectory(prefix="claims-progress-")
        self.progress_file = Path(self._progress_folder.name) / "progress.jsonl"
        self._view: LiveView | None = None
        self._progress: Progress | None = None
        self._verdicts: dict[str, Verdict] = {}
        self._seconds: dict[str, float] = {}
        self._figures: dict[str, str] = {}
        self._told: dict[str, dict[str, Any]] = {}
        self._specified: Specified = ONLY_DEFAULT
        self._holes = Holes()
        self._accepted: list[str] = []
        self._changes: list[str] = []
        self._collected: set[str] = set()
        self._reported: set[str] = set()

    def pytest_sessionstart(self) -> None:
        """Begin to show how far the session is."""
        self._view = start_view(self._config, self.progress_file)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of xdist where to write."""
        node.workerinput["claims_progress"] = str(self.progress_file)

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
            self._holes.crashed.append(report.nodeid)
            self._reported.add(report.nodeid)
        elif report.when == "call" or (report.when == "setup" and report.outcome != "passed"):
            self._reported.add(report.nodeid)
        if report.when == "call":
            self._note(report.nodeid, report.duration, dict(report.user_properties))

    def _note(self, test: str, seconds: float, properties: dict[str, object]) -> None:
        if VERDICT_PROPERTY in properties:
            self._verdicts[test] = Verdict.from_plain(json.loads(str(properties[VERDICT_PROPERTY])))
            self._seconds[test] = seconds
            self._figures[test] = str(properties.get(FIGURE_PROPERTY, ""))
            if self._view is not None:
                self._view.judged(
                    judged_claim(
                        self._config.rootpath, test, self._verdicts[test], self._seconds[test], self._figures[test]
                    )
                )
        if UNIVERSES_PROPERTY in properties:
            self._told[test] = json.loads(str(properties[UNIVERSES_PROPERTY]))

    def pytest_internalerror(self, excrepr: Any) -> None:
        """Note an error of pytest, a plugin or the harness."""
        self._holes.internal_errors.append(str(excrepr).strip().splitlines()[-1])

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Find the holes, before pytest-html writes its report, and let none of them end in success."""
        if self._view is not None:
            self._view.stop()
        self._progress = read_progress(self.progress_file)
        self._progress_folder.cleanup()
        if self._collected <= self._verdicts.keys() and "hypothesis" not in sys.modules:
            # Its terminal summary loads all of Hypothesis, for over a second, to say that nothing used it.
            self._config.pluginmanager.unregister(name="hypothesispytest")
        if session.config.getoption("collectonly"):
            return
        root = self._config.rootpath
        claims = [
            judged_claim(root, test, verdict, self._seconds[test], self._figures[test])
            for test, verdict in sorted(self._verdicts.items())
        ]
        self._specified = specifications(root, self._verdicts, self._told)
        if self._config.getoption("accept_verdicts"):
            self._accepted, self._holes.unrecorded = record_changes(
                root, claims, self._config.getoption("accept_verdicts")
            )
        if self._progress is not None:
            self._holes.untrained = self._progress.needed - self._progress.stored - self._progress.trained
            self._holes.given_up.extend(self._progress.problems)
        self._holes.unreported.extend(sorted(self._collected - self._reported))
        self._remember(self._session(claims), session.exitstatus)
        if self._holes.sentences() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        publish(self._session(claims), pages_folder(self._config))

    def _remember(self, session: Session, status: int) -> None:
        """Note what changed since last time, and keep a session that was finished in the history."""
        finished = status in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not session.holes
        try:
            history = open_history(history_file(self._config))
            self._changes = changes_since(session, history.last_verdicts(session))
            if finished and session.claims:
                history.append(session)
        except SessionError as problem:
            self._holes.unrecorded.append(str(problem))

    def _session(self, claims: Sequence[JudgedClaim]) -> Session:
        """Return what the session came to."""
        root, progress = self._config.rootpath, self._progress
        first, looks = self._config.getoption("seeds"), self._config.getoption("looks")
        return Session(
            started=self._started.isoformat(timespec="seconds"),
            seconds=(datetime.datetime.now(datetime.UTC) - self._started).total_seconds(),
            arguments=tuple(map(str, self._config.invocation_params.args)),
            planned_seeds=tuple(first * 2**look for look in range(looks)),
            universes=self._config.getoption("universes"),
            needed=progress.needed if progress else 0,
            stored=progress.stored if progress else 0,
            trained=progress.trained if progress else 0,
            environment=environment_of(root),
            reports=tuple(report_under_test(root, folder.path) for folder in self._folders),
            claims=tuple(claims),
            specified=self._specified,
            holes=tuple(self._holes.sentences()),
        )

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print one line a claim, the counts, and every hole."""
        terminalreporter.section("claims that are not supported")
        found = judgements(self._verdicts.values())
        for line in terminal_table(self._verdicts):
            terminalreporter.write_line(line)
        terminalreporter.section("findings")
        trained = [] if self._progress is None else [self._progress.proof()]
        for line in [*findings_table(found), *summary_lines(found, self._specified), *trained]:
            terminalreporter.write_line(line)
        if self._specified:
            terminalreporter.section("findings in all universes")
            for line in universes_table(self._specified):
                terminalreporter.write_line(line)
        if self._changes:
            terminalreporter.section("changed since last time")
        for sentence in (*self._changes, *self._accepted):
            terminalreporter.write_line(sentence)
        for sentence in self._holes.sentences():
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
        prefix.extend(summary_html(self._title, list(self._verdicts.values()), self._holes, self._specified))
        if self._specified:
            prefix.extend(self._curves())

    def _curves(self) -> list[str]:
        """Return the specification curve of each reading, as HTML to unfold."""
        from harness.drawn import kept_specification_curve
        from harness.universes import PROFILE_FILE

        tests = {(verdict.finding, verdict.reading): test for test, verdict in self._verdicts.items()}
        folders = {key: report_folder(self._config.rootpath, tests[key]) for key in self._specified}
        lines = [
            unfolding_html("What the calibrated findings say of each open choice", (folder / PROFILE_FILE).read_text())
            for folder in dict.fromkeys(folders.values())
            if (folder / PROFILE_FILE).exists()
        ]
        for (finding, reading), specified in sorted(self._specified.items()):
            under_test = open_folder(folders[finding, reading]).register.findings[finding].readings[reading]
            svg = kept_specification_curve(self._store_folder, specified, under_test.band, under_test.estimand)
            lines.append(unfolding_html(f"{finding} ({reading}) in all universes", svg))
        return lines


def verdict_of(report: pytest.TestReport) -> Verdict | None:
    """Return the verdict that a claim left in its report."""
    if report.when != "call":
        return None
    told = dict(report.user_properties).get(VERDICT_PROPERTY)
    return None if told is None else Verdict.from_plain(json.loads(str(told)))
