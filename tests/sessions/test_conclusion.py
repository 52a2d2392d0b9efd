"""What a session comes to, put together from its verdicts and its registers."""

import tomllib
from pathlib import Path

import pytest

from harness.report.folder import open_folder
from harness.sessions.conclusion import judged_claim, record_changes
from harness.sessions.session import JudgedClaim
from harness.verdicts.band import Outcome
from tests.builders.verdicts import verdict_with

EXPECTED = """
[[findings."speed.faster".expected]]
reading = "ratio"
cases = ["relu"]
verdict = "refuted"
also = "inconclusive"
reason = "B was timed on another machine"
date = 2026-01-31
"""


@pytest.fixture
def folder(small_report: Path) -> Path:
    """Make a report that expects one claim to be refuted."""
    register = small_report / "report.toml"
    register.write_text(register.read_text(encoding="utf-8") + EXPECTED, encoding="utf-8")
    open_folder.cache_clear()
    return small_report


def claim(folder: Path, case: str, outcome: Outcome) -> JudgedClaim:
    """Return a claim on one case."""
    test = f"{folder.name}/test_speed.py::test_ratio[{case}]"
    judged = verdict_with(outcome, finding="speed.faster", reading="ratio")
    return judged_claim(folder, test, judged, 0.25, "figures/x.svg")


def test_a_claim_knows_what_its_register_expects(folder: Path) -> None:
    """Either of two recorded verdicts is no change; where nothing is recorded, supported alone is none."""
    recorded = claim(folder, "relu", "inconclusive")
    assert (recorded.case, recorded.expected) == ("relu", ("refuted", "inconclusive"))
    assert recorded.recorded == "refuted or inconclusive since 2026-01-31: B was timed on another machine"
    assert [claim(folder, "relu", outcome).as_expected for outcome in ("supported", "refuted")] == [False, True]
    assert [claim(folder, "tanh", outcome).as_expected for outcome in ("supported", "refuted")] == [True, False]
    assert claim(folder, "tanh", "refuted").recorded == ""


def test_changes_are_recorded_where_they_belong(folder: Path) -> None:
    """Only what is not expected is written, once, and counted."""
    claims = [claim(folder, "relu", "refuted"), claim(folder, "tanh", "refuted"), claim(folder, "elu", "supported")]
    accepted, refused = record_changes({claim.test: folder for claim in claims}, claims, "measured again")
    assert (accepted, refused) == ([f"1 verdict recorded as expected in {folder / 'report.toml'}"], [])
    written = tomllib.loads((folder / "report.toml").read_text(encoding="utf-8"))
    cases = [entry["cases"] for entry in written["findings"]["speed.faster"]["expected"]]
    assert cases == [["relu"], ["tanh"]]
