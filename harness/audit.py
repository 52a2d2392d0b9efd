"""The controller's side of a session of claims: which verdicts came in, which should have, and how both are shown."""

import datetime
import sys
import tempfile
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from harness.combination import judgements
from harness.errors import RegisterError
from harness.folder import folder_of, open_folder
from harness.progress import Progress, ProgressLine, read_progress
from harness.report import (
    ONLY_DEFAULT,
    Holes,
    Specified,
    case_of,
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
from harness.verdict import Verdict

PROPERTY = "claim"
UNIVERSES_PROPERTY = "universes"


class Audit:
    """A pytest plugin that compares what was collected with what was reported.

    pytest-xdist reports a worker's death as a test with ``when == "???"``, for which pytest-html shows no row, and
    may lose tests without a word when workers are not replaced; so nothing but a comparison shows the holes.

    Parameters
    ----------
    title
        Of the report under test.
    config
        Of the session.
    store_folder
        Where figures are kept.

    Attributes
    ----------
    progress_file
        Where the workers say what they have trained.
    """

    def __init__(self, title: str, config: pytest.Config, store_folder: Path) -> None:
        self._title = title
        self._config = config
        self._store_folder = store_folder
        self._progress_folder = tempfile.TemporaryDirectory(prefix="claims-progress-")
        self.progress_file = Path(self._progress_folder.name) / "progress.jsonl"
        self._progress_line: ProgressLine | None = None
        self._progress: Progress | None = None
        self.verdicts: dict[str, Verdict] = {}
        self._answers: dict[str, dict[str, Any]] = {}
        self._specified: Specified = ONLY_DEFAULT
        self.holes = Holes()
        self.accepted: list[str] = []
        self._collected: set[str] = set()
        self._reported: set[str] = set()

    def pytest_sessionstart(self) -> None:
        """Begin to show how far the trainings are."""
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is None or self._config.getoption("collectonly"):
            return
        overwrite = bool(reporter.isatty)
        show = partial(reporter.rewrite, erase=True) if overwrite else reporter.write_line
        self._progress_line = ProgressLine(self.progress_file, show, overwrite)
        self._progress_line.start()

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
            self.holes.crashed.append(report.nodeid)
            self._reported.add(report.nodeid)
        elif report.when == "call" or (report.when == "setup" and report.outcome != "passed"):
            self._reported.add(report.nodeid)
        verdict = verdict_of(report)
        if verdict is not None:
            self.verdicts[report.nodeid] = verdict
        for name, value in report.user_properties:
            if report.when == "call" and name == UNIVERSES_PROPERTY and isinstance(value, dict):
                self._answers[report.nodeid] = value

    def pytest_internalerror(self, excrepr: Any) -> None:
        """Note an error of pytest, a plugin or the harness."""
        self.holes.internal_errors.append(str(excrepr).strip().splitlines()[-1])

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Find the holes, before pytest-html writes its report, and let none of them end in success."""
        if self._progress_line is not None:
            self._progress_line.stop()
        self._progress = read_progress(self.progress_file)
        self._progress_folder.cleanup()
        if self._collected <= self.verdicts.keys() and "hypothesis" not in sys.modules:
            # Its terminal summary loads all of Hypothesis, for over a second, to say that nothing used it.
            self._config.pluginmanager.unregister(name="hypothesispytest")
        if session.config.getoption("collectonly"):
            return
        self._specified = self._specifications()
        if self._config.getoption("accept_verdicts"):
            self._accept_verdicts(self._config.getoption("accept_verdicts"))
        if self._progress is not None:
            self.holes.untrained = self._progress.needed - self._progress.stored - self._progress.trained
        self.holes.unreported.extend(sorted(self._collected - self._reported))
        if self.holes.sentences() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _specifications(self) -> Specified:
        """Return what each reading of a finding comes to in all universes, where claims were judged in them."""
        if not self._answers:
            return ONLY_DEFAULT
        from harness.multiverse import UniverseVerdicts, open_multiverse

        groups: dict[tuple[Path, str, str], list[str]] = defaultdict(list)
        for test in self._answers:
            verdict = self.verdicts[test]
            groups[self._folder_of(test), verdict.finding, verdict.reading].append(test)
        found = {
            (finding, reading): open_multiverse(folder).specifications(
                self.verdicts[tests[0]].needs, [UniverseVerdicts.from_plain(self._answers[test]) for test in tests]
            )
            for (folder, finding, reading), tests in groups.items()
        }
        return {key: specifications for key, specifications in found.items() if specifications}

    def _accept_verdicts(self, reason: str) -> None:
        from harness.accept import Change, accept

        changes: dict[Path, list[Change]] = defaultdict(list)
        for test, verdict in self.verdicts.items():
            folder, case = folder_of(self._config.rootpath / test.partition("::")[0]), case_of(test)
            if folder is None:
                continue
            register = open_folder(folder).register
            expected = register.findings[verdict.finding].expectation(verdict.reading, case)
            if verdict.outcome not in (expected.verdicts if expected else ("supported",)):
                changes[register.file].append(Change(verdict.finding, verdict.reading, case, verdict.outcome))
        for file, its_changes in changes.items():
            try:
                accept(file, its_changes, reason, datetime.datetime.now(datetime.UTC).date())
            except RegisterError as problem:
                self.holes.unrecorded.append(str(problem))
            else:
                self.accepted.append(f"{len(its_changes)} verdicts recorded as expected in {file}")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print one line a claim, the counts, and every hole."""
        terminalreporter.section("claims that are not supported")
        found = judgements(self.verdicts.values())
        for line in terminal_table(self.verdicts):
            terminalreporter.write_line(line)
        terminalreporter.section("findings")
        trained = [] if self._progress is None else [self._progress.proof()]
        for line in [*findings_table(found), *summary_lines(found, self._specified), *trained]:
            terminalreporter.write_line(line)
        if self._specified:
            terminalreporter.section("findings in all universes")
            for line in universes_table(self._specified):
                terminalreporter.write_line(line)
        for sentence in self.accepted:
            terminalreporter.write_line(sentence)
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
        prefix.extend(summary_html(self._title, list(self.verdicts.values()), self.holes, self._specified))
        if self._specified:
            prefix.extend(self._curves())

    def _curves(self) -> list[str]:
        """Return the specification curve of each reading, as HTML to unfold."""
        from harness.drawn import kept_specification_curve
        from harness.universes import PROFILE_FILE

        tests = {(verdict.finding, verdict.reading): test for test, verdict in self.verdicts.items()}
        folders = {key: self._folder_of(tests[key]) for key in self._specified}
        lines = [
            unfolding_html("What the calibrated findings say of each open choice", (folder / PROFILE_FILE).read_text())
            for folder in dict.fromkeys(folders.values())
            if (folder / PROFILE_FILE).exists()
        ]
        for (finding, reading), specifications in sorted(self._specified.items()):
            under_test = open_folder(folders[finding, reading]).register.findings[finding].readings[reading]
            svg = kept_specification_curve(self._store_folder, specifications, under_test.band, under_test.estimand)
            lines.append(unfolding_html(f"{finding} ({reading}) in all universes", svg))
        return lines

    def _folder_of(self, test: str) -> Path:
        folder = folder_of(self._config.rootpath / test.partition("::")[0])
        assert folder is not None  # a claim has one
        return folder


def verdict_of(report: pytest.TestReport) -> Verdict | None:
    """Return the verdict that a claim left in its report."""
    if report.when != "call":
        return None
    for name, value in report.user_properties:
        if name == PROPERTY and isinstance(value, dict):
            return Verdict.from_plain(value)
    return None
