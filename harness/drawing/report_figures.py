"""The figures that a report shows, drawn again from many trainings: ``figures.toml`` beside the claims says which."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.base.errors import ConfigError
from harness.base.tables import Table
from harness.drawing.drawn import kept_panel_figure
from harness.drawing.panels.data import ORDERS, PARTS, Order, Part
from harness.execution.engine import blocks_of
from harness.report.folder import open_folder
from harness.report.grid import Grid
from harness.report.register import Register
from harness.storage.store import Store
from harness.training.config import TrainingConfig
from harness.training.runs import Runs, concatenate
from harness.training.seeds import Seed
from harness.training.trainers import trainer_named

FIGURES_FILE = "figures.toml"


@dataclass(frozen=True)
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
    svg
        The drawing; empty if it is missing.
    missing
        Why there is no drawing; empty if there is one.
    """

    title: str
    shown: str
    findings: tuple[str, ...]
    svg: str
    missing: str


@dataclass(frozen=True)
class FigureToDraw:
    """A figure of the report, with the cells that have to be trained for it.

    Attributes
    ----------
    id
        Its key in ``figures.toml``.
    title
        What it is a figure of.
    shown
        What the report's own figure showed.
    findings
        Ids of those that rest on it.
    cells
        By the name of a panel, the name of its cell; a figure that shows one cell has one panel, named by nothing.
    parts, order
        As of `harness.drawing.panels.figure.panel_figure`.
    """

    id: str
    title: str
    shown: str
    findings: tuple[str, ...]
    cells: Mapping[str, str]
    parts: tuple[Part, ...]
    order: Order


@cache
def open_figures(folder: Path) -> tuple[FigureToDraw, ...]:
    """Read the ``figures.toml`` of a report folder, once a process; a report without one has no figures.

    Raises
    ------
    RegisterError
        If a file of the folder is missing or malformed.
    """
    file = folder / FIGURES_FILE
    if not file.exists():
        return ()
    report = open_folder(folder)
    return read_figures(file, report.register, report.grid)


def read_figures(file: Path, register: Register, grid: Grid) -> tuple[FigureToDraw, ...]:
    """Read and validate a ``figures.toml``.

    Raises
    ------
    RegisterError
        Naming file, table and key of what is wrong, and what would be right.
    """
    top = Table.read(file)
    figures = top.table("figures")
    top.close()
    return tuple(_figure(name, table, register, grid) for name, table in figures.named_tables())


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
        return ReportFigure(
            figure.title, figure.shown, figure.findings, "", f"some cells are not trained yet: {commands}"
        )
    svg = kept_panel_figure(store.folder, panels, figure.parts, figure.order)
    return ReportFigure(figure.title, figure.shown, figure.findings, svg, "")


def _stored(grid: Grid, cell: str, seeds: int, store: Store) -> Runs | None:
    """Return the first runs of a cell if all of them are stored."""
    named = grid.named_cell(cell, {})
    parts = []
    for block in blocks_of(named.config, seeds, named.splits):
        runs = store.load(named.config, block)
        if runs is None:
            return None
        parts.append(runs)
    return concatenate(parts).first(seeds)


def _figure(name: str, table: Table, register: Register, grid: Grid) -> FigureToDraw:
    findings = table.texts("findings")
    for finding in findings:
        if finding not in register.findings:
            raise table.error("findings", f"no finding {finding!r} in {register.file}")
    cells = _cells(table, grid)
    parts = table.texts("parts")
    for part in parts:
        if part not in PARTS:
            raise table.error("parts", f"holds {part!r}; give some of: {', '.join(PARTS)}")
    if len(set(parts)) < len(parts):
        raise table.error("parts", f"is {list(parts)!r}; give each part once")
    if len({grid.named_cell(cell, {}).task for cell in cells.values()}) > 1:
        raise table.error("along", "the panels of a figure must be of one task; give another axis")
    for part in parts:
        if part not in _parts_of(grid.config(next(iter(cells.values())))):
            raise table.error("parts", f"holds {part!r}, which the runs of these cells do not have")
    figure = FigureToDraw(
        id=name,
        title=table.get("title", str),
        shown=table.get("shown", str),
        findings=findings,
        cells=cells,
        parts=parts,  # type: ignore[arg-type]
        order=table.get("order", str, among=ORDERS) if len(cells) > 1 else "below",  # type: ignore[arg-type]
    )
    table.close()
    return figure


def _parts_of(config: TrainingConfig) -> tuple[str, ...]:
    """Return what the runs of a config can show."""
    metrics = trainer_named(config.trainer).blank(config, (Seed(0, 0),)).metrics()
    return tuple(part for part in PARTS if f"test_{part}" in metrics)


def _cells(table: Table, grid: Grid) -> dict[str, str]:
    """Return the name of each panel's cell."""
    chosen = _chosen(table.table("cell"), grid)
    if "along" not in table:
        return {"": _cell_name(table, grid, chosen)}
    along = table.get("along", str, among=tuple(grid.axes))
    if along in chosen:
        raise table.error("along", f"is {along!r}, which `cell` gives a single value; take it out there")
    values = table.texts("values") if "values" in table else grid.axes[along]
    for value in values:
        if value not in grid.axes[along]:
            raise table.error("values", f"holds {value!r}; give some of: {', '.join(grid.axes[along])}")
    if len(set(values)) < max(2, len(values)):
        raise table.error("values", f"is {list(values)!r}; give at least two values, each once")
    return {value: _cell_name(table, grid, {**chosen, along: value}) for value in values}


def _chosen(cell: Table, grid: Grid) -> dict[str, str]:
    for axis in cell:
        if axis not in grid.axes:
            raise cell.error(axis, f"no axis of the grid in {grid.file}; it has: {', '.join(grid.axes)}")
    return {axis: cell.get(axis, str, among=grid.axes[axis]) for axis in cell}


def _cell_name(table: Table, grid: Grid, chosen: dict[str, str]) -> str:
    try:
        return grid.cell_name(**chosen)
    except ConfigError as problem:
        raise table.error("cell", str(problem)) from problem
