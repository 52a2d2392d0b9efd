"""Which claims a session has to judge: called out by whoever collects, read by the controller.

A controller of xdist collects nothing, and a worker that dies takes what it knows with it. So every process that
collects writes one line as soon as it has.
"""

import json
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

from harness.base.errors import RegisterError
from harness.judging.marks import is_claim
from harness.report.folder import ReportFolder, plain_path

Judged = tuple[str, str, str]
"""A report folder, a finding and a reading.""" ""


@dataclass(frozen=True)
class Roll:
    """What was collected.

    Attributes
    ----------
    claims
        Node ids of the claims that were collected and not deselected.
    judged
        The readings that some claim judges, deselected or not.
    whole
        The report folders of which everything was to be collected.
    partial
        Findings, each behind its report folder, some of whose claims were deselected.
    """

    claims: frozenset[str] = frozenset()
    judged: frozenset[Judged] = frozenset()
    whole: frozenset[str] = frozenset()
    partial: frozenset[tuple[str, str]] = frozenset()

    def partial_in(self, folder: ReportFolder) -> frozenset[str]:
        """Return the findings of a report of which not all claims were asked for."""
        if str(folder.path) not in self.whole:
            return frozenset(folder.register.findings)
        return frozenset(finding for home, finding in self.partial if home == str(folder.path))

    def unclaimed(self, folders: Sequence[ReportFolder]) -> list[tuple[ReportFolder, str]]:
        """Return each reading of a finding that no claim judges, with its report, where a report was collected whole.

        Whoever names a file or a test of a report asks for nothing else of it.
        """
        return [
            (folder, f"{finding.id} ({reading})")
            for folder in folders
            if str(folder.path) in self.whole
            for finding in folder.register.findings.values()
            for reading in finding.readings
            if (str(folder.path), finding.id, reading) not in self.judged
        ]


class RollWriter:
    """A pytest plugin that writes down what this process has collected.

    Parameters
    ----------
    file
        The same for all processes of a session.
    folders
        The reports under test.
    """

    def __init__(self, file: Path, folders: Sequence[ReportFolder]) -> None:
        self._file = file
        self._folders = folders
        self._claims: list[pytest.Item] = []
        self._deselected: set[int] = set()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, None, None]:
        """Note all claims before any is deselected."""
        self._claims = [item for item in items if is_claim(item)]
        yield

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Note what is not to be judged, which whoever drops a claim without a word does not say."""
        self._deselected.update(map(id, items))

    @pytest.hookimpl(tryfirst=True)  # before xdist tells its controller, who may then send work that kills this process
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Write it down."""
        entry = {
            "claims": [item.nodeid for item in self._claims if id(item) not in self._deselected],
            "judged": sorted(_judged_by(self._claims)),
            "whole": [str(folder.path) for folder in self._folders if _asked_whole(session, folder.path)],
            "partial": sorted(
                {judged[:2] for judged in _judged_by([one for one in self._claims if id(one) in self._deselected])}
            ),
        }
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def read_roll(file: Path) -> Roll:
    """Return what all processes of a session have collected; nothing if none has come so far."""
    try:
        lines = file.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()
    except FileNotFoundError:
        return Roll()
    entries = [json.loads(line) for line in lines]
    return Roll(
        claims=frozenset(test for entry in entries for test in entry["claims"]),
        judged=frozenset(
            (folder, finding, reading) for entry in entries for folder, finding, reading in entry["judged"]
        ),
        whole=frozenset(folder for entry in entries for folder in entry["whole"]),
        partial=frozenset((folder, finding) for entry in entries for folder, finding in entry["partial"]),
    )


def _judged_by(claims: Sequence[pytest.Item]) -> set[Judged]:
    from harness.judging.collected import claim_of, report_folder_of

    judged = set()
    for item in claims:
        with suppress(RegisterError):  # said where the claim is set up
            claim = claim_of(item)
            judged.add((str(report_folder_of(item).path), claim.finding.id, claim.reading.name))
    return judged


def _asked_whole(session: pytest.Session, folder: Path) -> bool:
    """Whether nothing on the command line leaves out a file of a folder."""
    option = session.config.getoption
    named = any(session.isinitpath(path) for path in (folder, *folder.parents))
    ignored = [plain_path(Path(path)) for path in option("ignore") or ()]
    patterns = [str(plain_path(Path(pattern))) for pattern in option("ignore_glob") or ()]
    return (
        named
        and not option("lf", False)  # leaves out files in which nothing failed
        and not any(path.is_relative_to(folder) or folder.is_relative_to(path) for path in ignored)
        and not any(fnmatch(str(path), pattern) for pattern in patterns for path in (folder, *folder.rglob("*")))
    )
