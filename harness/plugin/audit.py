"""The controller's side of a session of claims: compares what should have come in with what did, and has it shown."""

import datetime
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.base.errors import SessionError
from harness.base.garbage import all_kept
from harness.data.leaks import leaks_in
from harness.pages.audit_log import AuditLog
from harness.pages.context import PageContext, Past
from harness.pages.rendering import PAGE
from harness.pages.run_table import merge, parts_folder
from harness.plugin.closing import Closing, Ending
from harness.plugin.ending import leave_out_hypothesis
from harness.plugin.last_pages import LastPages, written_by_pytest
from harness.plugin.live.progress import read_progress
from harness.plugin.live.view import LiveView, start_view
from harness.plugin.options import history_file, pages_folder
from harness.plugin.readable_log import ReadableLog, chosen_here
from harness.plugin.reported import Reported
from harness.plugin.roll import read_roll
from harness.reconstruction.headlines import Headline, Key
from harness.report.folder import ReportFolder
from harness.sessions.changes import changes_since
from harness.sessions.conclusion import record_changes
from harness.sessions.history import open_history
from harness.sessions.levels import level_changes
from harness.sessions.measured import measured
from harness.sessions.session import JudgedClaim, Session
from harness.training.function.trainer import fingerprints_of


class Audit:
    """A pytest plugin that says at the end of a session what it came to, and lets nothing missing end in success.

    Parameters
    ----------
    folders
        The reports under test.
    config
        Of the session.
    headlines
        What an earlier session in all universes found.

    Attributes
    ----------
    progress_file, roll_file
        Where the workers say what they have trained, and what they have collected.
    """

    def __init__(
        self, folders: Sequence[ReportFolder], config: pytest.Config, headlines: Mapping[Key, Headline]
    ) -> None:
        self._folders = folders
        self._headlines = headlines
        self._config = config
        self._started = datetime.datetime.now(datetime.UTC)
        self._told_folder = tempfile.TemporaryDirectory(prefix="claims-progress-")
        self.progress_file = Path(self._told_folder.name) / "progress.jsonl"
        self.roll_file = Path(self._told_folder.name) / "roll.jsonl"
        self._view: LiveView | None = None
        self._reported = Reported(config.rootpath, folders, self._judged)
        # Before anything is trained: a file that changes meanwhile must not cost a session its end.
        self._leaks = leaks_in(file for folder in folders for file in folder.grid.data_in_use)
        self._log = AuditLog("; ".join(folder.register.title for folder in folders))
        self._last_pages = LastPages(written_by_pytest(config))
        self._readable_log = ReadableLog(chosen_here(config))
        self._closing = Closing()

    def register(self) -> None:
        """Let pytest call this plugin, and those that do a part of its work."""
        parts = {
            "": self,
            "-reported": self._reported,
            "-log": self._log,
            "-last-pages": self._last_pages,
            "-readable-log": self._readable_log,
            "-closing": self._closing,
        }
        for name, plugin in parts.items():
            self._config.pluginmanager.register(plugin, f"claims-audit{name}")

    def pytest_sessionstart(self) -> None:
        """Begin to show how far the session is."""
        self._view = start_view(self._config, self.progress_file)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Load what writes the pages, while workers of xdist load what they need, and not when they have ended."""
        if not self._config.getoption("collectonly"):
            import harness.plugin.publishing  # noqa: F401
            from harness.pages.rendering import compile_templates

            compile_templates()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of xdist where to write, of which reports, by which source runs are named, and who trains."""
        node.workerinput["claims_progress"] = str(self.progress_file)
        node.workerinput["claims_folders"] = [str(folder.path) for folder in self._folders]
        node.workerinput["claims_roll"] = str(self.roll_file)
        configs = [config for folder in self._folders for config in folder.grid.configs.values()]
        node.workerinput["claims_sources"] = fingerprints_of(configs)
        node.workerinput["claims_dask"] = self._config.getoption("claims_dask")

    def _judged(self, claim: JudgedClaim) -> None:
        if self._view is not None:
            self._view.judged(claim)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Find what is missing, before pytest-html writes its report, and let none of it end in success."""
        with all_kept():  # of the table of runs and the pages nothing can be thrown away, as yet
            self._conclude(session)

    def _conclude(self, session: pytest.Session) -> None:
        if self._view is not None:
            self._view.stop()
        progress, roll = read_progress(self.progress_file), read_roll(self.roll_file)
        runs = merge(parts_folder(self.progress_file))
        self._told_folder.cleanup()
        if self._reported.claims_alone:
            leave_out_hypothesis(self._config)
        if self._config.getoption("collectonly"):
            return
        from harness.plugin.publishing import keep_headlines, session_of

        accepted, refused = self._accept()
        missing = replace(
            self._reported.missing(roll),
            untrained=progress.needed - progress.done if progress else 0,
            given_up=progress.problems if progress else (),
            unrecorded=refused,
        )
        came_to = session_of(self._config, self._folders, self._started, self._reported, progress, missing, roll)
        past, unkept = _remember(came_to, history_file(self._config), session.exitstatus)
        unkept += keep_headlines(self._folders, came_to, roll)
        came_to = replace(came_to, missing=replace(missing, unrecorded=[*refused, *unkept]).sentences())
        wrong = came_to.missing or came_to.outdated_answers
        if wrong and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        ending = Ending(
            session=came_to,
            could_start=self._reported.could_start(roll, session.exitstatus),
            progress=progress,
            changes=past.changes,
            previous=past.previous,
            accepted=accepted,
            leaks=self._leaks,
            page=pages_folder(self._config) / PAGE,
        )
        self._show(ending, PageContext(past=past, headlines=self._headlines, leaks=self._leaks, runs=runs))

    def _show(self, ending: Ending, known: PageContext) -> None:
        """Let the terminal and, if it has anything to say of the claims, the pages show how the session ended."""
        self._closing.ending = ending
        self._last_pages.to_be_kept = not ending.could_start
        if ending.could_start:
            from harness.plugin.publishing import publish_pages

            publish_pages(self._config, self._folders, ending.session, self._reported.homes, known, self._log)

    def _accept(self) -> tuple[list[str], list[str]]:
        """Record verdicts where that is asked for; returns what was recorded, and why other verdicts were not."""
        reason = self._config.getoption("claims_accept_verdicts")
        if not reason:
            return [], []
        return record_changes(self._reported.homes, list(self._reported.claims.values()), reason)


def _remember(session: Session, file: Path, status: int) -> tuple[Past, list[str]]:
    """Keep a session that was finished; returns what was kept until now, and why this one was not."""
    finished = status in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not session.missing
    try:
        history = open_history(file)
        changes = changes_since(session, history.last_verdicts(session))
        before = history.sessions()
        if finished and session.claims:
            history.append(session)
        past = Past(
            changes=changes,
            previous=before[-1].started if before else "",
            timelines=history.timelines(),
            sessions=history.sessions(),
            levels=level_changes(measured(history)),
        )
    except SessionError as problem:
        return Past(), [str(problem)]
    return past, []
