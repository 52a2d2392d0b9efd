from pathlib import Path

import pytest

from harness.report.folder import open_folder
from harness.sessions.report_under_test import report_under_test
from tests.builders.reports import ANSWERED, PROTOCOL, REPORT


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


def test_a_report_is_described_as_it_is(small_report: Path) -> None:
    """Every choice with its origin; either digest changes with its own files only."""
    before = report_under_test(small_report.parent, small_report)
    assert (before.folder, before.title) == (small_report.name, "A small report")
    choices = {choice.field: choice for choice in before.choices}
    assert (choices["hidden_widths"].value, choices["hidden_widths"].origin) == ("4", "stated")
    assert choices["epochs"].reason == "quick"
    (small_report / "protocol.toml").write_text(PROTOCOL.replace("value = 2,", "value = 3,"), encoding="utf-8")
    open_folder.cache_clear()
    after = report_under_test(small_report.parent, small_report)
    assert after.protocol_digest != before.protocol_digest
    assert after.claims_digest == before.claims_digest
    (small_report / "test_more.py").write_text("", encoding="utf-8")
    assert report_under_test(small_report.parent, small_report).claims_digest != before.claims_digest
    assert report_under_test(small_report, small_report).folder == "."
