from pathlib import Path

import numpy as np
import pytest

from harness.base.arrays import Floats
from harness.execution.engine import open_store
from harness.judging.claim import Claim
from harness.judging.evidence import TrainedRuns
from harness.reconstruction.calibration import Calibration
from harness.reconstruction.facts import facts_of
from harness.reconstruction.other_ways import accepted_log_weights, other_calibrations, synthetic_log_likelihood
from harness.report.protocol_file import read_grid
from harness.statistics.estimate import Reported
from tests.builders.reconstructions import CELLS, PROTOCOL, MadeUp, finding_of, judge_loss

CENTRES = np.linspace(-2, 2, 9)
UNITS = np.full(2, 0.01)
COVARIANCE = [[1.0, 0.6], [0.6, 1.0]]


def correlated(seeds: int) -> Floats:
    """Return draws of two quantities that go together, around each of some centres: (candidates, seeds, quantities)."""
    generator = np.random.default_rng(2)
    noise = generator.multivariate_normal([0, 0], COVARIANCE, size=(len(CENTRES), seeds))
    found: Floats = CENTRES[:, None, None] + noise
    return found


def test_a_synthetic_likelihood_is_the_normal_one() -> None:
    """Of many seeds; and a report far away is as unlikely as it is there."""
    samples, inverse = correlated(20_000)[4], np.linalg.inv(COVARIANCE)
    for reported in ([0.0, 0.0], [1.0, -1.0], [3.0, 3.0]):
        away = np.array(reported)
        exact = -0.5 * away @ inverse @ away - np.log(2 * np.pi) - 0.5 * np.log(np.linalg.det(COVARIANCE))
        assert synthetic_log_likelihood(samples, away, UNITS) == pytest.approx(exact, abs=0.1)


def test_a_number_that_all_seeds_share_has_the_width_of_its_rounding() -> None:
    """Anything else would be certain, or impossible."""
    samples = np.column_stack([np.zeros(20), np.random.default_rng(0).normal(size=20)])
    near, far = (synthetic_log_likelihood(samples, np.array([value, 0.0]), UNITS) for value in (0.0, 0.1))
    assert np.isfinite([near, far]).all()
    assert near > far + 100


def test_draws_next_to_the_report_are_of_the_candidates_next_to_it() -> None:
    """They are all there are: a candidate without any has no weight."""
    weights = np.exp(accepted_log_weights(correlated(500), np.array([1.0, 1.0])))
    assert weights.sum() == pytest.approx(1)
    assert CENTRES @ weights == pytest.approx(1.0, abs=0.25)
    assert weights[0] == 0


def test_both_ways_hold_hidden_candidates_as_often_as_they_say() -> None:
    """Where their assumptions are true."""
    samples, generator = correlated(60), np.random.default_rng(5)
    hidden = generator.integers(0, len(CENTRES), 600)
    told = CENTRES[hidden, None] + generator.multivariate_normal([0, 0], COVARIANCE, size=600)
    synthetic = [[synthetic_log_likelihood(one, report, UNITS) for one in samples] for report in told]
    rejection = [accepted_log_weights(samples, report) for report in told]
    assert Calibration(np.array(synthetic), hidden).coverage(0.9) == pytest.approx(0.9, abs=0.05)
    assert Calibration(np.array(rejection), hidden).coverage(0.9) == pytest.approx(0.9, abs=0.1)


def test_reports_are_made_of_each_candidate_and_seed(tmp_path: Path, made_up: MadeUp) -> None:
    """A candidate that cannot be trained is none; nobody is judged by the run that he was made of."""
    (tmp_path / "protocol.toml").write_text(PROTOCOL, encoding="utf-8")
    grid = read_grid(tmp_path / "protocol.toml")
    grids = [grid.answering({"classification": {"epochs": epochs}}) for epochs in (3, 6, 12)]
    made_up.fails = lambda config: config.epochs == 12
    claims = []
    for cell in CELLS[:2]:
        finding, reading = finding_of(f"table.{'-'.join(cell.values())}", {"loss": Reported(0.5, 0.005)})
        claims.append(Claim("test", judge_loss, {"cell": cell}, finding, reading))
    source = TrainedRuns(open_store(tmp_path / "store"))
    found = other_calibrations(facts_of(claims, grid, "classification"), grids, source, range(3))
    assert set(found) == {"synthetic likelihood", "ABC by rejection"}
    for one in found.values():
        assert one.log_likelihoods.shape == (6, 2)
        assert one.hidden.tolist() == [0, 1, 0, 1, 0, 1]
