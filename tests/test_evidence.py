from pathlib import Path

import numpy as np
import pytest

from harness.engine import open_store, runs_of
from harness.errors import ProtocolError
from harness.evidence import Evidence
from harness.folder import open_folder


@pytest.fixture
def evidence(small_report: Path, tmp_path: Path) -> Evidence:
    """Open the small report's evidence over three seeds."""
    return Evidence(open_folder(small_report).grid, 3, open_store(tmp_path / "store"))


def test_a_cell_is_asked_for_by_its_axes(evidence: Evidence, tmp_path: Path) -> None:
    """Defaults fill the axes that are not named; the runs are those of that cell's protocol, for as many seeds."""
    runs = evidence(activation="tanh")
    assert runs.protocol.activation == "tanh"
    assert len(runs.seeds) == 3
    assert list(evidence.used) == ["torch-classification-tanh-adam"]
    same = runs_of(runs.protocol, 3, open_store(tmp_path / "store"))
    np.testing.assert_array_equal(runs.test_loss, same.test_loss)


def test_an_unknown_value_is_refused_before_anything_is_trained(evidence: Evidence, tmp_path: Path) -> None:
    """The sentence names axis, value and the valid ones; the store stays empty."""
    with pytest.raises(ProtocolError, match=r"^activation is 'gelu'; the grid in .* has: relu, tanh$"):
        evidence(activation="gelu")
    assert not (tmp_path / "store").exists()
