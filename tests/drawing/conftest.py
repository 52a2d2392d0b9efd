from pathlib import Path

import pytest

from harness.drawing.figures_file import FIGURES_FILE
from tests.builders.figures import FIGURES_TOML


@pytest.fixture
def folder(small_report: Path) -> Path:
    """Give the small report a figure."""
    (small_report / FIGURES_FILE).write_text(FIGURES_TOML, encoding="utf-8")
    return small_report
