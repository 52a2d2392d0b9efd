"""What a session comes to, put together from its verdicts and its registers."""

import tomllib
from pathlib import Path

import pytest

from harness.report.folder import open_folder
from harness.sessions.conclusion import judged_claim, record_changes, report_under_test
from harness.sessions.session import JudgedClaim
from harness.verdicts.verdict import Outcome
from tests.builders.reports import ANSWERED, PROTOCOL, REPORT
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


@pytest.mark.parametrize(
    ("partial", "told"), [((), True), (("speed.why",), True), (("speed.faster",), False), (("speed.slower",), False)]
)
def test_an_answer_needs_all_claims_of_its_finding_and_of_its_premise(
    small_report: Path, partial: tuple[str, ...], told: bool
) -> None:
    """Where some were not asked for, the verdict is not the one that it was written for."""
    one = REPORT[REPORT.index("[findings.") :] + ANSWERED
    slower = REPORT[REPORT.index("[findings.") :].replace("speed.faster", "speed.slower")
    answered = slower + ANSWERED.replace("speed.faster", "speed.slower")
    head = REPORT[: REPORT.index("[findings.")]
    text = head + one.replace("basis =", 'premise = "speed.slower"\nbasis =') + answered
    (small_report / "report.toml").write_text(text, encoding="utf-8")
    open_folder.cache_clear()
    notes = {note.finding: note for note in report_under_test(small_report.parent, small_report, partial).notes}
    assert bool(notes["speed.faster"].answer) == told


def test_changes_are_recorded_where_they_belong(folder: Path) -> None:
    """Only what is not expected is written, once, and counted."""
    claims = [claim(folder, "relu", "refuted"), claim(folder, "tanh", "refuted"), claim(folder, "elu", "supported")]
    accepted, refused = record_changes({claim.test: folder for claim in claims}, claims, "measured again")
    assert (accepted, refused) == ([f"1 verdict recorded as expected in {folder / 'report.toml'}"], [])
    written = tomllib.loads((folder / "report.toml").read_text(encoding="utf-8"))
    cases = [entry["cases"] for entry in written["findings"]["speed.faster"]["expected"]]
    assert cases == [["relu"], ["tanh"]]


def test_a_report_is_described_as_it_is(folder: Path) -> None:
    """Every choice with its origin; either digest changes with its own files only."""
    before = report_under_test(folder.parent, folder)
    assert (before.folder, before.title) == (folder.name, "A small report")
    choices = {choice.field: choice for choice in before.choices}
    assert (choices["hidden_widths"].value, choices["hidden_widths"].origin) == ("4", "stated")
    assert choices["epochs"].reason == "quick"
    (folder / "protocol.toml").write_text(PROTOCOL.replace("value = 2,", "value = 3,"), encoding="utf-8")
    open_folder.cache_clear()
    after = report_under_test(folder.parent, folder)
    assert after.protocol_digest != before.protocol_digest
    assert after.claims_digest == before.claims_digest
    (folder / "test_more.py").write_text("", encoding="utf-8")
    assert report_under_test(folder.parent, folder).claims_digest != before.claims_digest
    assert report_under_test(folder, folder).folder == "."
