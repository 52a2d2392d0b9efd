import math
from dataclasses import replace
from pathlib import Path

import pytest

from harness.execution.engine import open_store
from harness.judging.claim import Claim
from harness.judging.evidence import TrainedRuns
from harness.reconstruction.facts import digest_of_facts, facts_of
from harness.reconstruction.likelihood import Reporting
from harness.reconstruction.scoring import SEEDS, Scorer, judged_by_reading, reportings_of, samples_of
from harness.report.choices import Choice
from harness.report.grid import Grid
from harness.report.protocol_file import read_grid
from harness.statistics.estimate import Reported
from tests.builders.reconstructions import (
    CELLS,
    PROTOCOL,
    MadeUp,
    finding_of,
    judge_fall,
    judge_loss,
    printed,
    trainings_of,
)

AVERAGED = PROTOCOL + (
    "runs_averaged = { value = 1, alternatives = [5], prior = [0.7, 0.3], origin = 'assumed', reason = 'said so' }\n"
)


@pytest.fixture
def grid(tmp_path: Path) -> Grid:
    """Read a grid in which a number may be an average."""
    (tmp_path / "protocol.toml").write_text(AVERAGED, encoding="utf-8")
    return read_grid(tmp_path / "protocol.toml")


def claims_on(value: Reported) -> list[Claim]:
    """Return a claim on a loss and one on a behaviour."""
    table, drawn = finding_of("table.loss", {"loss": value})
    curves, shown = finding_of("curves.fall", {})
    return [
        Claim("test_one.py::test_loss[sgd]", judge_loss, {"cell": CELLS[0]}, table, drawn),
        Claim("test_fall", judge_fall, {"cell": CELLS[0]}, curves, shown),
    ]


def test_ways_of_reporting_have_the_product_of_their_priors(grid: Grid) -> None:
    """Splits and averages say nothing of each other."""
    assert reportings_of(grid.reconstruction["classification"]) == {
        Reporting("many", 1): pytest.approx(0.35),
        Reporting("many", 5): pytest.approx(0.15),
        Reporting("one", 1): pytest.approx(0.35),
        Reporting("one", 5): pytest.approx(0.15),
    }


def test_likelihoods_are_by_how_the_report_made_its_numbers(grid: Grid, tmp_path: Path, made_up: MadeUp) -> None:
    """A number in the middle is likelier as an average; each fact is computed once for its configs."""
    losses = trainings_of(grid.cell(CELLS[0]).config, made_up.train).final_test_loss
    facts = facts_of(claims_on(printed(float(losses.mean()))), grid, "classification")
    source = TrainedRuns(open_store(tmp_path / "store"))
    scorer = Scorer(source, list(reportings_of(grid.reconstruction["classification"])))
    found = scorer.log_likelihoods(facts, grid)
    assert found[Reporting("one", 5)] > found[Reporting("one", 1)] > -math.inf
    assert scorer.reads(facts[0], grid) is scorer.reads(facts[0], grid)
    assert len(samples_of(facts, grid, source)[0]) == SEEDS


def test_what_cannot_be_judged_has_no_likelihood(grid: Grid, tmp_path: Path, made_up: MadeUp) -> None:
    """Such as a claim whose trainings fail."""
    made_up.fails = lambda config: True
    facts = facts_of(claims_on(Reported(0.5, 0.005)), grid, "classification")
    source = TrainedRuns(open_store(tmp_path / "store"))
    assert judged_by_reading(facts[0], grid, source) == []
    scorer = Scorer(source, [Reporting("many", 1)])
    assert scorer.log_likelihoods(facts, grid) == {Reporting("many", 1): -math.inf}


def test_what_others_imply_is_no_fact(grid: Grid) -> None:
    """By the parameters of the claim."""
    loss, fall = claims_on(Reported(0.5, 0.005))
    implied, reading = finding_of("table.loss", {"loss": Reported(0.5, 0.005)})
    again = replace(loss, finding=replace(implied, implied=("sgd",)), reading=reading)
    assert [fact.finding for fact in facts_of([again, fall], grid, "classification")] == ["curves.fall"]


def test_the_digest_of_facts_is_of_fitted_findings_alone(grid: Grid) -> None:
    """A changed number or band is another fact; an independent finding is none."""
    one, _ = finding_of("table.loss", {"loss": Reported(0.5, 0.005)})
    other, _ = finding_of("table.loss", {"loss": Reported(0.6, 0.005)})
    apart, _ = finding_of("table.apart", {}, basis="independent")
    assert digest_of_facts([one], grid) == digest_of_facts([apart, one], grid) != digest_of_facts([other], grid)


def test_the_digest_of_facts_is_of_priors_too(grid: Grid) -> None:
    """And of tempering; but not of which answer is the value of today."""
    choices = grid.reconstruction["classification"]
    epochs = choices["epochs"]
    told = replace(epochs, prior=(0.5, 0.25, 0.25))
    swapped = replace(epochs, value=3, alternatives=(6, 12), prior=(0.25, 0.5, 0.25))

    def digest(choice: Choice, **tempering: float) -> str:
        reconstruction = {"classification": {**choices, "epochs": choice}}
        return digest_of_facts([], replace(grid, reconstruction=reconstruction, tempering=tempering))

    assert digest(told) == digest(swapped) != digest(epochs) == digest_of_facts([], grid)
    assert digest(told) != digest(told, classification=0.5)
