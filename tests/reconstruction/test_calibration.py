from pathlib import Path

import numpy as np
import pytest

from harness.base.arrays import Floats
from harness.execution.engine import open_store
from harness.judging.claim import Claim
from harness.judging.evidence import TrainedRuns
from harness.judging.plan import wanted_of
from harness.reconstruction.calibration import Calibration, calibration
from harness.reconstruction.facts import facts_of
from harness.reconstruction.search import Search
from harness.report.grid import Grid
from harness.report.protocol_file import read_grid
from harness.statistics.estimate import Reported
from tests.builders.reconstructions import (
    CELLS,
    PROTOCOL,
    MadeUp,
    every_candidate,
    finding_of,
    judge_fall,
    judge_loss,
)

REPORTS = 4000


def normal_reports(sharpness: float = 1.0) -> Calibration:
    """Return reports of one normal draw around one of 21 centres, with likelihoods that are as sharp as they should be.

    Parameters
    ----------
    sharpness
        The power of the likelihood that is told.
    """
    generator = np.random.default_rng(1)
    centres = np.linspace(-3, 3, 21)
    hidden = generator.integers(0, 21, REPORTS)
    draws = centres[hidden] + generator.normal(size=REPORTS)
    logs: Floats = -0.5 * (draws[:, None] - centres) ** 2 * sharpness
    return Calibration(logs, hidden)


@pytest.mark.parametrize("level", [0.5, 0.9])
def test_the_right_posterior_covers_as_often_as_it_says(level: float) -> None:
    """And its best candidate is right as often as it claims; ranks are uniform."""
    found = normal_reports()
    assert found.coverage(level) == pytest.approx(level, abs=0.025)
    claimed, right = found.best()
    assert claimed == pytest.approx(right, abs=0.02)
    counts, _ = np.histogram(found.ranks(), bins=5, range=(0, 1))
    assert counts / REPORTS == pytest.approx([0.2] * 5, abs=0.03)


def test_a_posterior_that_is_too_sharp_is_seen_and_tempered() -> None:
    """It covers less than it says, claims more than it is right, and the power that undoes it is found."""
    found = normal_reports(sharpness=4)
    assert found.coverage(0.9) < 0.8
    claimed, right = found.best()
    assert claimed > right + 0.1
    assert found.coverage(0.9, tempering=0.25) == pytest.approx(0.9, abs=0.025)


def test_answers_are_covered_though_the_hidden_protocol_is_no_candidate() -> None:
    """Where others share its answer to a choice; to one that nobody shares, they cannot."""
    found = normal_reports()
    shared, own = [[place // 7] for place in range(21)], [[place] for place in range(21)]
    assert found.coverage_of_answers(shared, 0.9) == pytest.approx(0.9, abs=0.05)
    assert found.coverage_of_answers(own, 0.9) == 0


@pytest.fixture
def grid(tmp_path: Path) -> Grid:
    """Read a grid with 18 reconstructions."""
    (tmp_path / "protocol.toml").write_text(PROTOCOL, encoding="utf-8")
    return read_grid(tmp_path / "protocol.toml")


def test_reports_made_of_one_seed_are_found_among_all(grid: Grid, tmp_path: Path, made_up: MadeUp) -> None:
    """From numbers and behaviours of each protocol; what one seed showed is judged by the others."""
    store = open_store(tmp_path / "store")
    numbers, reading = finding_of("table.loss", {"loss": Reported(0.5, 0.005)})
    falls, behaviour = finding_of("curves.fall", {})
    claims = [
        Claim(f"loss[{number}]", judge_loss, {"cell": cell}, numbers, reading) for number, cell in enumerate(CELLS)
    ]
    claims.append(Claim("fall", judge_fall, {"cell": CELLS[0]}, falls, behaviour))
    facts = facts_of(claims, grid, "classification")
    search = Search(grid, "classification", facts, store, lambda blocks: None, lambda line: None)
    grids = list(search.grids(every_candidate(search)).values())
    assert len(wanted_of(facts[0].cells, grids[0])) == 4
    found = calibration(facts, grids, TrainedRuns(store), range(3))
    assert found.log_likelihoods.shape == (3 * 18, 18)
    assert found.coverage(0.9) > 0.75
    assert found.coverage(0.5) < 0.75
    _, right = found.best()
    assert right > 4 / 18
