from pathlib import Path

import numpy as np
import pytest

from harness.execution.engine import Wanted
from harness.reconstruction.beginnings import Beginnings, Longest, longest_of
from harness.report.grid import Grid
from harness.report.protocol_file import read_grid
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed
from tests.builders.reconstructions import CELLS, PROTOCOL

SEEDS = (Seed(0, 0), Seed(1, 1))


class Counting:
    """A source of runs whose curves count their steps, and that notes what was asked for."""

    grows = True
    planned_seeds = None

    def __init__(self) -> None:
        self.asked: list[TrainingConfig] = []

    def runs(self, wanted: Wanted, count: int) -> Runs:
        """Return runs with a curve a step an epoch, and one with a step before the first."""
        config, _ = wanted
        self.asked.append(config)
        steps = np.arange(config.epochs + 1.0) * np.ones((2, 1))
        outputs = {"predictions": np.ones((2, 3, 1), dtype=np.float32), "rows": np.arange(6).reshape(2, 3)}
        return Runs(config, SEEDS, {"norm": steps, "loss": steps[:, 1:]}, {"seconds": np.ones(2)}, outputs)


@pytest.fixture
def grid(tmp_path: Path) -> Grid:
    """Read a grid that leaves the epochs open: 6, 3 or 12."""
    (tmp_path / "protocol.toml").write_text(PROTOCOL, encoding="utf-8")
    return read_grid(tmp_path / "protocol.toml")


def test_a_shorter_training_is_cut_from_the_longest(grid: Grid) -> None:
    """Each curve loses as many steps; of what was made at the end nothing is known."""
    config = grid.cell(CELLS[0]).config
    source = Counting()
    runs = Beginnings(source, Longest("epochs", 12)).runs((config, "many"), 2)
    assert [one.epochs for one in source.asked] == [12]
    assert runs.config == config
    assert runs.loss.tolist() == [[1, 2, 3, 4, 5, 6]] * 2
    assert runs.norm.tolist() == [[0, 1, 2, 3, 4, 5, 6]] * 2
    assert runs.rows.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert np.isnan(runs.predictions).all()
    assert runs.predictions.shape == (2, 3, 1)
    assert not runs.scalars


@pytest.mark.parametrize("epochs", [12, 20])
def test_what_is_as_long_or_longer_is_handed_on(grid: Grid, epochs: int) -> None:
    """Such as a claim's own 1,000 epochs."""
    config = grid.cell({**CELLS[0], "epochs": epochs}).config
    source = Counting()
    runs = Beginnings(source, Longest("epochs", 12)).runs((config, "many"), 2)
    assert [one.epochs for one in source.asked] == [epochs]
    assert runs.seconds.tolist() == [1, 1]


def test_the_longest_is_that_of_all_answers(grid: Grid) -> None:
    """Where no choice that prolongs a training is open, nothing is cut."""
    choices = grid.reconstruction["classification"]
    assert longest_of(grid, choices) == Longest("epochs", 12)
    assert longest_of(grid, {"scaling": choices["scaling"]}) == Longest()
    config = grid.cell(CELLS[0]).config
    assert Longest().of(config) is config
