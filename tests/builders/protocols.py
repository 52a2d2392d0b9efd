"""Grids read from the text of a ``protocol.toml``, or what is said of it."""

from pathlib import Path

import pytest

from harness.base.errors import RegisterError
from harness.report.grid import Grid
from harness.report.protocol_file import read_grid

BY_FRAMEWORK = 'trainer = { by = "framework" }'


def read(folder: Path, text: str) -> Grid:
    """Read a grid from text."""
    (folder / "protocol.toml").write_text(text, encoding="utf-8")
    return read_grid(folder / "protocol.toml")


def complaint(folder: Path, text: str) -> str:
    """Return what is said of a grid that cannot be read, from the file's name on."""
    with pytest.raises(RegisterError) as caught:
        read(folder, text)
    return str(caught.value).removeprefix(f"{folder / 'protocol.toml'}, ")
