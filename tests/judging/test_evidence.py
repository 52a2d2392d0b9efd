from pathlib import Path

import numpy as np
import pytest

from harness.base.errors import ConfigError, HarnessError
from harness.execution.benchmark import BenchmarkEntry
from harness.execution.engine import Wanted, open_store, runs_of
from harness.judging.evidence import Evidence, TrainedRuns
from harness.report.folder import open_folder
from harness.storage.store import Store
from harness.training.runs import Runs
from harness.training.seeds import Seed
from tests.builders.runs import runs_for


@pytest.fixture
def evidence(small_report: Path, tmp_path: Path) -> Evidence:
    """Open the small report's evidence over three seeds."""
    return Evidence(open_folder(small_report).grid, 3, TrainedRuns(open_store(tmp_path / "store")))


def test_a_cell_is_asked_for_by_its_axes(evidence: Evidence, tmp_path: Path) -> None:
    """Defaults fill the axes that are not named; the runs are those of that cell's config, for as many seeds."""
    runs = evidence(activation="tanh")
    assert runs.config.activation == "tanh"
    assert len(runs.seeds) == 3
    assert list(evidence.used) == ["torch-classification-tanh-adam"]
    same = runs_of(runs.config, 3, open_store(tmp_path / "store"))
    np.testing.assert_array_equal(runs.test_loss, same.test_loss)


def test_more_seeds_keep_the_first(evidence: Evidence) -> None:
    """After `extend`, the same question gives more runs, of which the first are those that were there before."""
    before = evidence(activation="tanh")
    assert evidence(activation="tanh") is before
    assert (evidence.trainers, evidence.splits) == (("torch",), 3)
    evidence.timed["timed before"] = BenchmarkEntry(before.config)
    evidence.extend(6)
    assert (evidence.used, evidence.timed, evidence.trainers, evidence.splits) == ({}, {}, (), 0)
    after = evidence(activation="tanh")
    assert (len(before.seeds), len(after.seeds)) == (3, 6)
    assert after.seeds[:3] == before.seeds
    np.testing.assert_array_equal(after.test_loss[:3], before.test_loss)


def test_claims_share_what_they_rest_on(small_report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two claims of a session get the same runs, read once; neither can change them, and fewer seeds are the first."""
    store, grid = open_store(tmp_path / "store"), open_folder(small_report).grid
    source = TrainedRuns(store)
    runs = Evidence(grid, 3, source)(activation="tanh")
    monkeypatch.setattr(Store, "load", None)
    assert np.shares_memory(Evidence(grid, 3, source)(activation="tanh").test_loss, runs.test_loss)
    np.testing.assert_array_equal(Evidence(grid, 2, source)(activation="tanh").test_loss, runs.test_loss[:2])
    with pytest.raises(ValueError, match="read-only"):
        runs.test_loss[0, 0] = 0


def test_what_differs_from_the_reconstruction_is_trained_so(evidence: Evidence) -> None:
    """A field that is no axis changes the training and the name, and both cells are there side by side."""
    usual, longer = evidence(activation="tanh"), evidence(activation="tanh", epochs=4)
    assert list(evidence.used) == ["torch-classification-tanh-adam", "torch-classification-tanh-adam (epochs=4)"]
    assert longer.test_loss.shape == (3, 4)
    np.testing.assert_array_equal(longer.test_loss[:, :2], usual.test_loss)


def test_an_unknown_value_is_refused_before_anything_is_trained(evidence: Evidence, tmp_path: Path) -> None:
    """The sentence names axis or field, and the valid values; the store stays empty."""
    with pytest.raises(ConfigError, match=r"^activation is 'gelu'; the grid in .* has: relu, tanh$"):
        evidence(activation="gelu")
    with pytest.raises(ConfigError, match=r"'learning_speed'"):
        evidence(activation="tanh", learning_speed=1)
    assert not (tmp_path / "store").exists()


def test_where_runs_come_from_is_no_matter(small_report: Path) -> None:
    """Whatever gives the runs of a config's first seeds will do; without a place for timings none are taken."""

    class MadeUp:
        def runs(self, wanted: Wanted, count: int) -> Runs:
            """Return runs that nobody trained."""
            config, splits = wanted
            assert splits == "many"
            return runs_for(config, [Seed(number, number) for number in range(count)], value=0.25)

    evidence = Evidence(open_folder(small_report).grid, 5, MadeUp())
    assert evidence(activation="tanh").test_loss.shape == (5, 2)
    assert (evidence.trainers, evidence.tasks) == (("torch",), {"classification"})
    with pytest.raises(HarnessError, match="a claim that measures time is marked"):
        evidence.race([{"activation": "tanh"}])
