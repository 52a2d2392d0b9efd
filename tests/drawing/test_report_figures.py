import shutil
from pathlib import Path

import pytest

from harness.base.errors import RegisterError
from harness.drawing.illustrations import claim_figures, report_figures_of
from harness.drawing.report_figures import FIGURES_FILE, open_figures, read_figures, report_figures
from harness.execution.engine import open_store
from harness.report.folder import open_folder
from harness.report.protocol_file import read_grid
from harness.report.register import read_register
from harness.training.seeds import seed_blocks
from tests.builders.runs import random_runs
from tests.builders.sessions import judged_claim, session_of

FIGURES = """
[figures.losses]
title = "Losses"
shown = "It showed two lines."
findings = ["speed.faster"]
cell = { framework = "torch" }
along = "activation"
order = "beside"
parts = ["loss"]
"""


@pytest.fixture
def folder(small_report: Path) -> Path:
    """Give the small report a figure."""
    (small_report / FIGURES_FILE).write_text(FIGURES, encoding="utf-8")
    return small_report


def keep(folder: Path, store_folder: Path, *cells: str) -> None:
    """Put made up runs of the first twenty seeds into a store."""
    store, grid = open_store(store_folder), open_folder(folder).grid
    for cell in cells:
        named = grid.named_cell(cell, {})
        for seeds in seed_blocks(20, 20, named.splits):
            store.save(random_runs(seeds, named.config))


def test_a_figure_has_a_panel_for_each_value(folder: Path) -> None:
    """All values of the axis, in the grid's order, each with the cell to be trained for it."""
    (figure,) = open_figures(folder)
    names = open_folder(folder).grid
    assert figure.cells == {
        value: names.cell_name(framework="torch", activation=value) for value in names.axes["activation"]
    }


def test_a_report_without_the_file_has_no_figures(small_report: Path) -> None:
    """It is not asked for."""
    assert open_figures(small_report) == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"speed.faster"', '"speed.slower"', r"figures\.losses.*findings.*no finding 'speed.slower'"),
        ('framework = "torch"', 'framework = "keras"', r"figures\.losses\.cell.*framework.*torch"),
        ('framework = "torch"', 'colour = "red"', r"figures\.losses\.cell.*colour.*no axis"),
        ('along = "activation"', 'along = "colour"', r"figures\.losses.*along.*activation"),
        ('along = "activation"', 'along = "framework"', r"figures\.losses.*along.*take it out there"),
        ('parts = ["loss"]', 'parts = ["losses"]', r"figures\.losses.*parts.*'losses'; give some of: predictions"),
        ('parts = ["loss"]', 'parts = ["loss", "loss"]', r"figures\.losses.*parts.*each part once"),
        ('order = "beside"', 'order = "above"', r"figures\.losses.*order.*beside, below"),
        ('order = "beside"', 'order = "beside"\nvalues = ["relu"]', r"figures\.losses.*values.*at least two"),
        ('shown = "It showed two lines."', "", r"figures\.losses.*shown"),
        ('title = "Losses"', 'title = "Losses"\ncolour = "red"', r"figures\.losses.*colour"),
    ],
)
def test_bad_input_names_file_table_and_key(folder: Path, old: str, new: str, told: str) -> None:
    """And says what would be right."""
    file = folder / FIGURES_FILE
    file.write_text(FIGURES.replace(old, new), encoding="utf-8")
    register, grid = read_register(folder / "report.toml"), read_grid(folder / "protocol.toml")
    with pytest.raises(RegisterError, match=f"(?s){FIGURES_FILE}.*{told}") as raised:
        read_figures(file, register, grid)
    assert "\n" not in str(raised.value)


def test_a_figure_is_drawn_from_what_is_stored(folder: Path, tmp_path: Path) -> None:
    """With a line on what the original showed, and on what rests on it."""
    cells = list(open_figures(folder)[0].cells.values())
    keep(folder, tmp_path / "store", *cells)
    (figure,) = report_figures(folder, 20, open_store(tmp_path / "store"))
    assert (figure.title, figure.missing) == ("Losses", "")
    assert (figure.shown, figure.findings) == ("It showed two lines.", ("speed.faster",))
    assert figure.svg.startswith("<?xml") or "<svg" in figure.svg
    assert "relu" in figure.svg
    assert "tanh" in figure.svg


def test_what_is_missing_is_told_with_the_command_that_trains_it(folder: Path, tmp_path: Path) -> None:
    """Nothing is trained for a picture."""
    first, second = open_figures(folder)[0].cells.values()
    keep(folder, tmp_path / "store", first)
    (figure,) = report_figures(folder, 20, open_store(tmp_path / "store"))
    assert figure.svg == ""
    assert f"python -m harness train {folder} {second} --seeds 20" in figure.missing
    assert first not in figure.missing


def test_a_damaged_file_costs_the_drawings_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    """The page of a session says why they are missing."""
    (folder / FIGURES_FILE).write_text("[figures", encoding="utf-8")
    open_figures.cache_clear()
    (figure,) = report_figures_of([open_folder(folder)], 20, open_store(tmp_path / "store"))
    assert figure.title == "A small report"
    assert FIGURES_FILE in figure.missing


def test_the_figure_of_a_claim_is_read_from_its_file(tmp_path: Path) -> None:
    """One that is not there is left to the page, which refers to the file."""
    from dataclasses import replace

    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "a.svg").write_text("<svg/>", encoding="utf-8")
    claims = [replace(judged_claim(name), figure=f"figures/{name}.svg") for name in ("a", "gone")]
    assert claim_figures(session_of(*claims, judged_claim("none")), tmp_path) == {"a": "<svg/>"}
    shutil.rmtree(tmp_path / "figures")
    assert claim_figures(session_of(*claims), tmp_path) == {}
