from pathlib import Path

import pytest

from harness.execution.engine import open_store
from harness.report.grid import Grid
from harness.report.protocol_file import read_grid
from harness.storage.store import Store
from tests.builders.reconstructions import PROTOCOL, MadeUp, replace_trainers


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> MadeUp:
    """Let trainings be made up."""
    return replace_trainers(monkeypatch)


@pytest.fixture
def grid(tmp_path: Path) -> Grid:
    """Read a grid of one task."""
    (tmp_path / "protocol.toml").write_text(PROTOCOL, encoding="utf-8")
    return read_grid(tmp_path / "protocol.toml")


@pytest.fixture
def store(tmp_path: Path, made_up: MadeUp) -> Store:
    """Open an empty store."""
    return open_store(tmp_path / "store")
