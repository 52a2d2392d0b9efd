from pathlib import Path

import numpy as np
import pytest

from harness.judging.claim import Claim
from harness.judging.plan import BlankEvidence, all_cells_asked, cells_asked, tasks_of, wanted_of
from harness.report.folder import open_folder
from harness.report.grid import Grid
from harness.report.reading import Reading
from harness.report.register import Finding


@pytest.fixture
def grid(small_report: Path) -> Grid:
    """Open the grid of the small report."""
    return open_folder(small_report).grid


@pytest.fixture
def finding(small_report: Path) -> tuple[Finding, Reading]:
    """Find the finding of the small report, with its reading."""
    return open_folder(small_report).register.find("speed.faster", "ratio", "here")


def test_what_a_claim_asks_for_is_noted_in_order(grid: Grid, finding: tuple[Finding, Reading]) -> None:
    """Parameters, reading and reported numbers are there, arithmetic on runs works, and judging does nothing."""

    def claim(evidence, reading, reported, judge, activation):
        one, other = evidence(activation=activation), evidence(activation="tanh")
        judge(np.log(one.final_test_loss - other.final_test_loss) + reading.margin + reported["ratio"].value)

    asked = cells_asked(Claim("test", claim, {"activation": "relu"}, *finding), grid)
    assert asked == [{"activation": "relu"}, {"activation": "tanh"}]


def test_a_claim_that_breaks_on_blank_runs_still_says_what_it_asked_for(
    grid: Grid, finding: tuple[Finding, Reading]
) -> None:
    """Errors, and outcomes of pytest, of the trial call are no errors of the session."""

    def claim(evidence):
        evidence(activation="tanh")
        pytest.fail("no curve ever fell")

    assert cells_asked(Claim("test", claim, {}, *finding), grid) == [{"activation": "tanh"}]


def test_a_claim_without_evidence_or_with_foreign_fixtures_is_not_called(
    grid: Grid, finding: tuple[Finding, Reading]
) -> None:
    """What the harness cannot stand in for is left alone: no claim runs twice with half its fixtures."""

    def never(**_):
        raise SystemExit("called")

    def without_evidence(judge):
        never()

    def with_foreign_fixture(evidence, tmp_path):
        never()

    assert cells_asked(Claim("test", without_evidence, {}, *finding), grid) == []
    assert cells_asked(Claim("test", with_foreign_fixture, {}, *finding), grid) == []


def test_a_variant_is_planned_like_a_cell(grid: Grid, finding: tuple[Finding, Reading]) -> None:
    """Fields that are no axes are part of what is trained beforehand, and decide the shapes of blank runs."""

    def claim(evidence, judge):
        assert evidence(activation="relu", epochs=5).test_loss.shape[1] == 5
        evidence(activation="tanh", learning_rate=0.5)

    wanted = wanted_of(cells_asked(Claim("test", claim, {}, *finding), grid), grid)
    assert {(config.epochs, config.learning_rate) for config, _ in wanted} == {(5, 0.01), (2, 0.5)}
    assert {splits for _, splits in wanted} == {"many"}


def test_cells_tell_of_which_tasks_they_are(grid: Grid) -> None:
    """Each once."""
    cells = [{"activation": "relu"}, {"activation": "tanh", "epochs": 3}]
    assert tasks_of(cells, grid) == {"classification"}
    assert tasks_of([], grid) == set()


def test_blank_evidence_refuses_what_evidence_refuses(grid: Grid) -> None:
    """An unknown value of an axis is an error here too, so that the plan never names a cell that is not there."""
    with pytest.raises(ValueError, match="activation is 'gelu'"):
        BlankEvidence(grid)(activation="gelu")


def test_whether_all_cells_are_known(grid: Grid, finding: tuple[Finding, Reading]) -> None:
    """Only of a claim that comes to its end on blank runs."""

    def whole(evidence):
        evidence(activation="tanh")

    def broken(evidence):
        evidence(activation="tanh")
        raise ValueError("no such shape")

    def foreign(evidence, tmp_path):
        evidence(activation="tanh")

    asked = [all_cells_asked(Claim("test", one, {}, *finding), grid) for one in (whole, broken, foreign)]
    assert asked == [[{"activation": "tanh"}], None, None]
