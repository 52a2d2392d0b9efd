"""The figures that a report shows, drawn again from many trainings: ``figures.toml`` beside the claims says which."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from harness.drawing.drawn import kept_panel_figure
from harness.drawing.figures_file import FIGURES_FILE, FigureToDraw, open_figures
from harness.drawing.panels.caption import caption
from harness.drawing.panels.data import PREDICTIONS, curve_of
from harness.execution.engine import blocks_of
from harness.report.folder import open_folder
from harness.report.grid import Grid
from harness.storage.store import Store
from harness.training.runs import Runs, concatenate


@dataclass(frozen=True, kw_only=True)
class ReportFigure:
    """A figure of the report as it comes out here.

    Attributes
    ----------
    title
        What it is a figure of.
    shown
        What the report's own figure showed.
    findings
        Ids of those that rest on it.
    caption
        Of how many trainings it is made, and what is drawn; empty if it is missing.
    svg
        The drawing; empty if it is missing.
    missing
        Why there is no drawing; empty if there is one.
    """

    title: str
    shown: str
    findings: tuple[str, ...]
    caption: str = ""
    svg: str = ""
    missing: str = ""


def report_figures(folder: Path, seeds: int, store: Store) -> list[ReportFigure]:
    """Return all figures of a report folder, each drawn from what is stored, or with the reason why it is not.

    Nothing is trained.

    Parameters
    ----------
    seeds
        How many trainings of each cell are shown.

    Raises
    ------
    HarnessError
        If a file of the folder is malformed, or the store cannot be read.
    """
    grid = open_folder(folder).grid
    return [figure_of(figure, grid, seeds, store) for figure in open_figures(folder)]


def figure_of(figure: FigureToDraw, grid: Grid, seeds: int, store: Store) -> ReportFigure:
    """Return one figure, as `report_figures` does."""
    found = {name: _stored(grid, cell, seeds, store) for name, cell in figure.cells.items()}
    panels = {name: runs for name, runs in found.items() if runs is not None}
    missing = [cell for name, cell in figure.cells.items() if name not in panels]
    if missing:
        commands = "; ".join(f"python -m harness train {grid.file.parent} {cell} --seeds {seeds}" for cell in missing)
        told = f"some cells are not trained yet: {commands}"
        return ReportFigure(title=figure.title, shown=figure.shown, findings=figure.findings, missing=told)
    if told := _not_measured(figure, panels.values()):
        return ReportFigure(title=figure.title, shown=figure.shown, findings=figure.findings, missing=told)
    return ReportFigure(
        title=figure.title,
        shown=figure.shown,
        findings=figure.findings,
        caption=caption(panels, figure.parts, marked=bool(figure.marks)),
        svg=kept_panel_figure(store.folder, panels, figure.parts, figure.order, figure.marks),
    )


def _not_measured(figure: FigureToDraw, panels: Iterable[Runs]) -> str:
    """Return which part no curve of some panel shows, in a sentence; empty if all can be drawn."""
    for runs in panels:
        for part in figure.parts:
            if part != PREDICTIONS and curve_of(part, runs.curves) is None:
                there = ", ".join(runs.curves) or "none"
                where = f"{FIGURES_FILE}, table [figures.{figure.id}], key 'parts'"
                return f"{where}: holds {part!r}, but the curves of its runs are: {there}"
    return ""


def _stored(grid: Grid, cell: str, seeds: int, store: Store) -> Runs | None:
    """Return the first runs of a cell if all of them are stored."""
    named = grid.named_cell(cell, {})
    if grid.logged is not None:
        return grid.logged.runs((named.config, named.splits), seeds)
    parts = []
    for block in blocks_of(named.config, seeds, named.splits):
        runs = store.load(named.config, block)
        if runs is None:
            return None
        parts.append(runs)
    return concatenate(parts).first(seeds)
