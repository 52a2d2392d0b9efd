"""What came in of a session: verdicts, and reports without one."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.pages.properties import (
    FIGURE_PROPERTY,
    FOLDER_PROPERTY,
    TEST_PROPERTY,
    UNIVERSES_PROPERTY,
    VERDICT_PROPERTY,
)
from harness.plugin.roll import Roll
from harness.report.folder import ReportFolder, plain_path
from harness.sessions.conclusion import judged_claim
from harness.sessions.missing import MissingResults
from harness.sessions.session import JudgedClaim
from harness.verdicts.verdict import Verdict


class Reported:
    """A pytest plugin of the controller that takes note of every report.

    pytest-xdist reports a worker's death as a test with ``when == "???"``, for which pytest-html shows no row, and
    may lose tests without a word when workers are not replaced; so nothing but a comparison of what was collected
    with what was reported shows what is missing.

    Parameters
    ----------
    root
        Pytest's root folder.
    folders
        The reports under test.
    judged
        Called with each claim once its verdict is in.

    Attributes
    ----------
    claims
        Those with a verdict, by node id (`harness.judging.identity`); of one that was repeated, what came in first.
    homes
        By node id of a claim, its report folder.
    told
        By node id, what a claim says in each universe.
    """

    def __init__(self, root: Path, folders: Sequence[ReportFolder], judged: Callable[[JudgedClaim], None]) -> None:
        self._root = root
        self._folders = folders
        self._judged = judged
        self.claims: dict[str, JudgedClaim] = {}
        self.homes: dict[str, Path] = {}
        self.told: dict[str, dict[str, Any]] = {}
        self._with_verdict: set[str] = set()  # tests, each repetition of a claim by itself
        self._collected: set[str] = set()
        self._outcomes: dict[str, str] = {}  # of the last report of each test, its teardown left out
        self._failed_after: dict[str, None] = {}
        self._crashed: dict[str, None] = {}
        self._uncollected: dict[str, None] = {}
        self._internal_errors: list[str] = []
        self._ran = False

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what this process will run (without xdist)."""
        self._collected.update(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Note what the workers will run."""
        self._collected.update(ids)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a test module of a report that could not be collected, or skips itself; xdist sends those, too."""
        if not report.passed and self._folder_of(report.nodeid) is not None:
            self._uncollected[report.nodeid] = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what was reported, and the verdict that came with it."""
        self._ran = True
        if report.when == "???":  # type: ignore[comparison-overlap]  # xdist's mark of a worker that died
            self._crashed[report.nodeid] = None
        elif report.when == "teardown":
            if report.failed:
                self._failed_after[report.nodeid] = None
        elif report.when == "call" or not report.passed:
            self._outcomes[report.nodeid] = "failed" if hasattr(report, "wasxfail") else report.outcome
        if report.when == "call":
            self._note(report.nodeid, report.duration, dict(report.user_properties))

    def pytest_internalerror(self, excrepr: Any) -> None:
        """Note an error of pytest, a plugin or the harness."""
        self._internal_errors.append(str(excrepr).strip().splitlines()[-1])

    def _note(self, item: str, seconds: float, properties: dict[str, object]) -> None:
        if VERDICT_PROPERTY not in properties:
            return
        self._with_verdict.add(item)
        test = str(properties[TEST_PROPERTY])
        if test in self.claims:
            return
        verdict = Verdict.from_plain(json.loads(str(properties[VERDICT_PROPERTY])))
        figure = str(properties.get(FIGURE_PROPERTY, ""))
        self.homes[test] = Path(str(properties[FOLDER_PROPERTY]))
        self.claims[test] = judged_claim(self.homes[test], test, verdict, seconds, figure)
        self._judged(self.claims[test])
        if UNIVERSES_PROPERTY in properties:
            self.told[test] = json.loads(str(properties[UNIVERSES_PROPERTY]))

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """Those that came in, by node id."""
        return {test: claim.verdict for test, claim in sorted(self.claims.items())}

    @property
    def claims_alone(self) -> bool:
        """Whether every test that was collected came to a verdict."""
        return self._collected <= self._with_verdict

    def could_start(self, roll: Roll, status: int) -> bool:
        """Whether the session came as far as its claims; one that did not says nothing about them."""
        stopped = bool(self._internal_errors) or status == pytest.ExitCode.USAGE_ERROR
        return bool(roll.claims) and (self._ran or not stopped)

    def missing(self, roll: Roll) -> MissingResults:
        """Return what should have come in and did not."""
        came = self._outcomes.keys() | self._crashed.keys()
        without = sorted(roll.claims & self._outcomes.keys() - self._with_verdict - self._crashed.keys())
        unknown = {self._folder_of(test) for test in self._uncollected}  # what these have claims on cannot be said
        return MissingResults(
            unclaimed=[reading for folder, reading in roll.unclaimed(self._folders) if folder.path not in unknown],
            uncollected=list(self._uncollected),
            crashed=list(self._crashed),
            unreported=sorted(roll.claims - came),
            unreported_tests=sorted(self._collected - roll.claims - came),
            failed=[test for test in without if self._outcomes[test] != "skipped"],
            skipped=[test for test in without if self._outcomes[test] == "skipped"],
            failed_after=[test for test in self._failed_after if test in self._with_verdict],
            internal_errors=self._internal_errors,
        )

    def _folder_of(self, test: str) -> Path | None:
        """Return the report folder in which a test module or test stands; None outside of all."""
        place = plain_path(self._root / test.partition("::")[0])
        around = [folder.path for folder in self._folders if place.is_relative_to(folder.path)]
        return max(around, key=lambda path: len(path.parts), default=None)
