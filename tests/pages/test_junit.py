"""pytest's own JUnit XML of a session of claims: what a CI server reads."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from harness.sessions.session_file import read_session
from harness.verdicts.verdict import Verdict
from tests.builders.reports import EXPECTED_REFUTED, REPORT, THREE_VERDICTS

MakeClaims = Callable[..., None]


def cases(file: Path) -> dict[str, ElementTree.Element]:
    """Return the test cases of an XML file by name."""
    return {case.attrib["name"]: case for case in ElementTree.parse(file).getroot().iter("testcase")}


def properties(case: ElementTree.Element) -> dict[str, str]:
    """Return the properties of a test case; raises if one stands twice."""
    told = [(one.attrib["name"], one.attrib["value"]) for one in case.iter("property")]
    assert len(dict(told)) == len(told)
    return dict(told)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_every_claim_has_its_verdict_and_figure(
    pytester: pytest.Pytester, make_claims: MakeClaims, workers: str
) -> None:
    """The verdicts of the XML are those of claims.json; it is written beside the page unless another place is given."""
    make_claims(THREE_VERDICTS)
    pytester.runpytest_subprocess("claims", "-n", workers)
    session = read_session(pytester.path / "reports" / "claims.json")
    found = cases(pytester.path / "reports" / "claims.xml")
    told = {name: properties(case) for name, case in found.items()}
    verdicts = {name: Verdict.from_plain(json.loads(its["claims_verdict"])) for name, its in told.items()}
    assert verdicts == {claim.test.partition("::")[2]: claim.verdict for claim in session.claims}
    assert {its["claims_figure"] for its in told.values()} == {claim.figure for claim in session.claims}
    ended = {name: [part.tag for part in case if part.tag != "properties"] for name, case in found.items()}
    assert ended == {"test_supported": [], "test_refuted": ["failure"], "test_inconclusive": ["failure"]}


def test_a_recorded_verdict_is_no_failure(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """A CI server sees it skipped, with the reason of the register, and its verdict."""
    make_claims(THREE_VERDICTS, report=REPORT + EXPECTED_REFUTED)
    pytester.runpytest_subprocess("claims", "-k", "refuted", "--junitxml=elsewhere/all.xml")
    assert not (pytester.path / "reports" / "claims.xml").exists()
    case = cases(pytester.path / "elsewhere" / "all.xml")["test_refuted"]
    [skipped] = case.iter("skipped")
    assert skipped.attrib["message"] == "refuted since 2026-01-31: B was timed on another machine"
    assert json.loads(properties(case)["claims_verdict"])["outcome"] == "refuted"
