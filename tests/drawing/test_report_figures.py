import shutil
from pathlib import Path

from harness.drawing.figures_file import FIGURES_FILE, open_figures
from harness.drawing.illustrations import claim_figures, report_figures_of
from harness.drawing.report_figures import report_figures
from harness.execution.engine import open_store
from harness.report.folder import open_folder
from harness.training.seeds import seed_blocks
from tests.builders.runs import random_runs
from tests.builders.sessions import judged_claim, session_of


def keep(folder: Path, store_folder: Path, *cells: str) -> None:
    """Put made up runs of the first twenty seeds into a store."""
    store, grid = open_store(store_folder), open_folder(folder).grid
    for cell in cells:
        named = grid.named_cell(cell, {})
        for seeds in seed_blocks(20, 20, named.splits):
            store.save(random_runs(seeds, named.config))


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
