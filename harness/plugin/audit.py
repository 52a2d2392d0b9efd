"""The controller's side of a session of claims: which verdicts came in, which should have, and how both are shown."""

import datetime
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.base.errors import SessionError, on_one_line
from harness.data.leaks import leaks_in
from harness.drawing.illustrations import claim_figures, profile_figures, report_figures_of, specification_figures
from harness.pages.audit_log import VERDICT_PROPERTY, AuditLog
from harness.pages.context import PageContext
from harness.pages.publish import publish, with_files
from harness.pages.report import Holes, findings_table, summary_lines, terminal_table, universes_table
from harness.pages.run_table import RunRow, merge, parts_folder
from harness.plugin.live.progress import Progress, read_progress
from harness.plugin.live.view import LiveView, start_view
from harness.plugin.options import audit_log_name, history_file, pages_folder, store_of
from harness.report.folder import ReportFolder
from harness.sessions.changes import changes_since
from harness.sessions.conclusion import judged_claim, record_changes, report_under_test, specifications
from harness.sessions.environment import environment_of
from harness.sessions.history import open_history
from harness.sessions.session import ONLY_DEFAULT, JudgedClaim, Session, Specified
from harness.verdicts.combination import judgements
from harness.verdicts.verdict import Verdict

UNIVERSES_PROPERTY = "claims_universes"
FIGURE_PROPERTY = "claims_figure"
FOLDER_PROPERTY = "claims_folder"  # of the report: node ids of tests outside pytest's root folder do not tell


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

    Attributes
    ----------
    progress_file
        Where the workers say what they have trained.
    log
        What pytest-html shows, a plugin of its own.
    """

    def __init__(self, folders: Sequence[ReportFolder], config: pytest.Config) -> None:
        self._folders = folders
        self._config = config
        self.log = AuditLog("; ".join(folder.register.title for folder in folders))
        self._started = datetime.datetime.now(datetime.UTC)
        self._progress_folder = tempfile.TemporaryDirectory(prefix="claims-progress-")
        self.progress_file = Path(self._progress_folder.name) / "progress.jsonl"
        self._view: LiveView | None = None
        self._progress: Progress | None = None
        self._verdicts: dict[str, Verdict] = {}
        self._homes: dict[str, Path] = {}
        self._seconds: dict[str, float] = {}
        self._figures: dict[str, str] = {}
        self._told: dict[str, dict[str, Any]] = {}
        self._specified: Specified = ONLY_DEFAULT
        self._holes = Holes()
        # Before anything is trained: a file that changes meanwhile must not cost a session its end.
        self._leaks = leaks_in(file for folder in folders for file in folder.grid.data_files.values())
        self._accepted: list[str] = []
        self._changes: list[str] = []
        self._collected: set[str] = set()
        self._reported: set[str] = set()

    def pytest_sessionstart(self) -> None:
        """Begin to show how far the session is."""
        self._view = start_view(self._config, self.progress_file)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of xdist where to write, and of which reports."""
        node.workerinput["claims_progress"] = str(self.progress_file)
        node.workerinput["claims_folders"] = [str(folder.path) for folder in self._folders]

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
            self._homes[test] = Path(str(properties[FOLDER_PROPERTY]))
            self._seconds[test] = seconds
            self._figures[test] = str(properties.get(FIGURE_PROPERTY, ""))
            if self._view is not None:
                self._view.judged(self._judged(test))
        if UNIVERSES_PROPERTY in properties:
            self._told[test] = json.loads(str(properties[UNIVERSES_PROPERTY]))

    def _judged(self, test: str) -> JudgedClaim:
        return judged_claim(self._homes[test], test, self._verdicts[test], self._seconds[test], self._figures[test])

    def pytest_internalerror(self, excrepr: Any) -> None:
        """Note an error of pytest, a plugin or the harness."""
        self._holes.internal_errors.append(str(excrepr).strip().splitlines()[-1])

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Find the holes, before pytest-html writes its report, and let none of them end in success."""
        if self._view is not None:
            self._view.stop()
        self._progress = read_progress(self.progress_file)
        runs = merge(parts_folder(self.progress_file))
        self._progress_folder.cleanup()
        if self._collected <= self._verdicts.keys() and "hypothesis" not in sys.modules:
            # Its terminal summary loads all of Hypothesis, for over a second, to say that nothing used it.
            self._config.pluginmanager.unregister(name="hypothesispytest")
        if session.config.getoption("collectonly"):
            return
        claims = [self._judged(test) for test in sorted(self._verdicts)]
        self._specified = specifications(self._homes, self._verdicts, self._told)
        if self._config.getoption("claims_accept_verdicts"):
            self._accepted, self._holes.unrecorded = record_changes(
                self._homes, claims, self._config.getoption("claims_accept_verdicts")
            )
        if self._progress is not None:
            self._holes.untrained = self._progress.needed - self._progress.stored - self._progress.trained
            self._holes.given_up.extend(self._progress.problems)
        self._holes.unreported.extend(sorted(self._collected - self._reported))
        past = self._remember(self._session(claims), session.exitstatus)
        if self._holes.sentences() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        self._publish(self._session(claims), runs, past)

    def _remember(self, session: Session, status: int) -> PageContext:
        """Note what changed since last time, keep a session that was finished, and return what was kept until now."""
        finished = status in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not session.holes
        try:
            history = open_history(history_file(self._config))
            self._changes = changes_since(session, history.last_verdicts(session))
            before = history.sessions()
            if finished and session.claims:
                history.append(session)
            return PageContext(
                changes=self._changes,
                previous=before[-1].started if before else "",
                timelines=history.timelines(),
                sessions=history.sessions(),
            )
        except SessionError as problem:
            self._holes.unrecorded.append(str(problem))
            return PageContext()

    def _publish(self, session: Session, runs: Sequence[RunRow], past: PageContext) -> None:
        """Write all pages, and let pytest-html write its own."""
        pages, store = pages_folder(self._config), store_of(self._config)
        context = replace(
            past,
            leaks=self._leaks,
            report_figures=report_figures_of(self._folders, session.planned_seeds[0], store),
            figures=claim_figures(session, pages),
            specification_figures=specification_figures(session, self._homes, store.folder),
            profile_figures=profile_figures(session, self._homes),
            runs=runs,
            audit_log=audit_log_name(self._config),
        )
        context = with_files(context, pages)
        self.log.session = session
        self.log.unfolding = {
            **context.profile_files,
            **{f"{' ('.join(key)}) in all universes": file for key, file in context.specification_files.items()},
        }
        publish(session, context, pages)

    def _session(self, claims: Sequence[JudgedClaim]) -> Session:
        """Return what the session came to."""
        root, progress = self._config.rootpath, self._progress
        first, looks = self._config.getoption("claims_seeds"), self._config.getoption("claims_looks")
        return Session(
            started=self._started.isoformat(timespec="seconds"),
            seconds=(datetime.datetime.now(datetime.UTC) - self._started).total_seconds(),
            arguments=tuple(map(str, self._config.invocation_params.args)),
            planned_seeds=tuple(first * 2**look for look in range(looks)),
            universes=self._config.getoption("claims_universes"),
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
        for sentence in self._leaks:
            terminalreporter.write_line(on_one_line(sentence), yellow=True)
        for sentence in self._holes.sentences():
            terminalreporter.write_line(sentence, red=True)
