"""Which findings share a training with what the reconstruction was fitted to."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.judging.basis import misdeclared
from harness.judging.claim import Claim
from harness.report.folder import open_folder
from harness.report.register import Basis


def claim_on(folder: Path, name: str, basis: Basis) -> Claim:
    """Return a claim on a finding of this basis."""
    (finding,) = open_folder(folder).register.findings.values()
    (reading,) = finding.readings.values()
    return Claim(f"test_x.py::{name}", lambda: None, {}, replace(finding, id=f"speed.{name}", basis=basis), reading)


def said_of(folder: Path, asked: dict[Claim, list[dict[str, Any]]]) -> dict[str, str]:
    """Return what is said of each finding, without the file's folder."""
    found = misdeclared(open_folder(folder), asked)
    return {finding: sentence.replace(f"{folder}/", "") for finding, sentence in found.items()}


def test_an_independent_finding_shares_no_training_with_a_fitted_one(small_report: Path) -> None:
    """One that does gets a sentence with file, table, key, the training, and both findings."""
    fitted = claim_on(small_report, "fitted", "fitted")
    shares, apart = claim_on(small_report, "shares", "independent"), claim_on(small_report, "apart", "independent")
    relu, tanh = {"activation": "relu"}, {"activation": "tanh"}
    assert said_of(small_report, {fitted: [relu], shares: [tanh, relu], apart: [tanh]}) == {
        "speed.shares": "report.toml, table [findings.\"speed.shares\"], key 'basis': is 'independent', but "
        "test_x.py::shares rests on torch-classification-relu-adam, as the fitted finding speed.fitted does; "
        "give 'related'"
    }


def test_other_seeds_or_fields_are_other_trainings(small_report: Path) -> None:
    """Of the same cell."""
    fitted, other = claim_on(small_report, "fitted", "fitted"), claim_on(small_report, "other", "independent")
    relu = {"activation": "relu"}
    for change in ({"epochs": 3}, {"splits": "crossed"}):
        assert said_of(small_report, {fitted: [relu], other: [{**relu, **change}]}) == {}
        assert list(said_of(small_report, {fitted: [{**relu, **change}], other: [{**relu, **change}]})) == [
            "speed.other"
        ]


def test_only_what_is_called_independent_can_be_wrong(small_report: Path) -> None:
    """A related finding may share trainings, and so may two that are independent."""
    relu = {"activation": "relu"}
    fitted, related = claim_on(small_report, "fitted", "fitted"), claim_on(small_report, "related", "related")
    one, other = claim_on(small_report, "one", "independent"), claim_on(small_report, "other", "independent")
    assert said_of(small_report, {fitted: [relu], related: [relu]}) == {}
    assert said_of(small_report, {related: [relu], one: [relu], other: [relu]}) == {}
