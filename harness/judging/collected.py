"""From pytest's items to claims, within a session and outside of one."""

import contextlib
import io
import math
from collections.abc import Sized
from pathlib import Path
from typing import Any

import pytest

from harness.base.errors import RegisterError
from harness.judging.claim import Claim
from harness.judging.identity import claim_id, marked_parameters
from harness.judging.marks import FINDING, home_of
from harness.judging.placebo import refuse_pin
from harness.report.folder import REGISTER_FILE, ReportFolder, open_folder
from harness.verdicts.error_rate import settled_at

# Found once for each test: a session asks for them some twenty times.
_claim_key: pytest.StashKey[Claim] = pytest.StashKey()
_folder_key: pytest.StashKey[ReportFolder] = pytest.StashKey()


def claim_of(item: pytest.Item) -> Claim:
    """Return a test that is marked with a finding as a claim.

    Raises
    ------
    RegisterError
        If its marker is not complete, the register does not have what it names, or its placebo cannot be trained.
    """
    if _claim_key not in item.stash:
        item.stash[_claim_key] = _claim_of(item)
    return item.stash[_claim_key]


def _claim_of(item: pytest.Item) -> Claim:
    marker = item.get_closest_marker(FINDING)
    if marker is None or len(marker.args) != 1 or set(marker.kwargs) != {"reading"}:
        raise RegisterError(f'{item.nodeid}: mark the claim with @pytest.mark.finding("section.name", reading="name")')
    folder = report_folder_of(item)
    finding, reading = folder.register.find(marker.args[0], marker.kwargs["reading"], item.nodeid)
    claim = Claim(claim_id(item), item.obj, _parameters(item), finding, reading)  # type: ignore[attr-defined]
    refuse_pin(claim, folder)
    return claim


def _parameters(item: pytest.Item) -> dict[str, Any]:
    """Return what marks give the test itself; of a parameter that goes to a fixture it sees what that makes of it."""
    direct = {name for names, indirect in marked_parameters(item) for name in names if name not in indirect}
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return {name: value for name, value in parameters.items() if name in direct}


def settled_at_of(item: pytest.Item, claim: Claim) -> float:
    """Return the p-value at which a claim needs no more seeds: what its reading's role in the finding asks for.

    A detail has to be decided alone, an alternative together with the claims on its other cases, a primary reading
    also among all findings of the register.
    """
    findings = len(report_folder_of(item).register.findings) if claim.reading.role == "primary" else 1
    return settled_at(findings, 1 if claim.reading.role == "detail" else _cases(item))


def settled_alone_at(item: pytest.Item) -> float:
    """Return the p-value at which a claim needs no more seeds for its reading to be decided by itself."""
    return settled_at(1, _cases(item))


def _cases(item: pytest.Item) -> int:
    """Return how many claims the marks make of a test, also where a session has selected only some of them."""
    values = [
        one
        for marker in item.iter_markers("parametrize")
        for one in (marker.kwargs.get("argvalues"), *marker.args[1:2])
    ]
    return math.prod(len(one) for one in values if isinstance(one, Sized))


def report_folder_of(item: pytest.Item) -> ReportFolder:
    """Return the report that a claim belongs to.

    Raises
    ------
    RegisterError
        If there is no register beside it or above, or one that is malformed.
    """
    if _folder_key not in item.stash:
        folder = home_of(item)
        if folder is None:
            raise RegisterError(f"{item.nodeid}: no {REGISTER_FILE} with findings beside {item.path} or above")
        item.stash[_folder_key] = open_folder(folder)
    return item.stash[_folder_key]


def collect_claims(folder: Path) -> list[Claim]:
    """Return all claims of a report folder, as pytest collects them; one that is to be repeated once.

    Raises
    ------
    RegisterError
        If pytest cannot collect them; with what it said.
    """
    found: list[pytest.Item] = []

    class Collector:
        def pytest_collection_finish(self, session: pytest.Session) -> None:
            found.extend(session.items)

    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = pytest.main(
            [str(folder), "--collect-only", "-q", "-p", "no:cacheprovider", "--assert=plain"], plugins=[Collector()]
        )
    if status != pytest.ExitCode.OK:
        raise RegisterError(f"{folder}: pytest cannot collect the claims: {said.getvalue().strip()}")
    claims = [claim_of(item) for item in found if item.get_closest_marker(FINDING)]
    return list({claim.test: claim for claim in claims}.values())
