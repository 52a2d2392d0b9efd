"""Read ``figures.toml``: which figures the report shows, and which cells have to be trained to draw them again."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.base.errors import ConfigError
from harness.base.tables import Table
from harness.drawing.panels.data import ORDERS, PREDICTIONS, Marks, Order, Part
from harness.report.choices import axis_text
from harness.report.folder import open_folder
from harness.report.grid import Grid
from harness.report.register import Register
from harness.training.config import TrainingConfig
from harness.training.fields import is_number
from harness.training.seeds import Seed
from harness.training.trainers import trainer_named

FIGURES_FILE = "figures.toml"


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
    parts, order, marks
        As of `harness.drawing.panels.figure.panel_figure`.
    """

    id: str
    title: str
    shown: str
    findings: tuple[str, ...]
    cells: Mapping[str, str]
    parts: tuple[Part, ...]
    order: Order
    marks: Marks


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


def _figure(name: str, table: Table, register: Register, grid: Grid) -> FigureToDraw:
    findings = table.texts("findings")
    for finding in findings:
        if finding not in register.findings:
            raise table.error("findings", f"no finding {finding!r} in {register.file}")
    cells = _cells(table, grid)
    parts = table.texts("parts")
    if len(set(parts)) < len(parts):
        raise table.error("parts", f"is {list(parts)!r}; give each part once")
    if len({grid.named_cell(cell, {}).task for cell in cells.values()}) > 1:
        raise table.error("along", "the panels of a figure must be of one task; give another axis")
    known = _parts_of(grid.config(next(iter(cells.values()))))
    for part in parts:
        if part not in known and (known or part == PREDICTIONS):
            raise table.error("parts", f"holds {part!r}; give some of: {', '.join(known) or 'the curves of its runs'}")
    figure = FigureToDraw(
        id=name,
        title=table.get("title", str),
        shown=table.get("shown", str),
        findings=findings,
        cells=cells,
        parts=parts,
        order=table.get("order", str, among=ORDERS) if len(cells) > 1 else "below",  # type: ignore[arg-type]
        marks=_marks(table.table("marks"), parts, tuple(cells)) if "marks" in table else {},
    )
    table.close()
    return figure


def _marks(table: Table, parts: tuple[str, ...], panels: tuple[str, ...]) -> Marks:
    """Return the numbers of each panel: those that stand for all, and its own."""
    histories = [part for part in parts if part != PREDICTIONS]
    kinds = [*histories, *(["epochs"] if histories else [])]
    common = {kind: _numbers(table, kind) for kind in table if kind in kinds}
    found = {panel: dict(common) for panel in panels}
    for name in table:
        if name in common:
            continue
        if name not in found:
            raise table.error(
                name, f"no panel, and not drawn; give some of: {', '.join((*kinds, *filter(None, panels)))}"
            )
        own = table.table(name)
        for kind in own:
            if kind not in kinds:
                raise own.error(kind, f"not drawn; give some of: {', '.join(kinds)}")
            found[name][kind] = _numbers(own, kind)
    return found


def _numbers(table: Table, key: str) -> tuple[float, ...]:
    numbers = table.get(key, list)
    if not numbers or not all(is_number(one) and math.isfinite(one) for one in numbers):
        raise table.error(key, f"is {numbers!r}; give a list of numbers")
    return tuple(map(float, numbers))


def _parts_of(config: TrainingConfig) -> tuple[str, ...]:
    """Return what the runs of a config can show; nothing where only the runs themselves tell that."""
    blank = trainer_named(config.trainer).blank(config, (Seed(0, 0),))
    predictions = [PREDICTIONS] if f"test_{PREDICTIONS}" in blank.outputs else []
    curves = [name for name, curve in blank.curves.items() if curve.shape[1] == config.get("epochs")]
    return (*predictions, *(name.removeprefix("test_") for name in curves or blank.curves))


def _cells(table: Table, grid: Grid) -> dict[str, str]:
    """Return the name of each panel's cell."""
    chosen = _chosen(table.table("cell"), grid)
    if "along" not in table:
        return {"": _cell_name(table, grid, chosen)}
    along = table.get("along", str, among=tuple(grid.axes))
    if along in chosen:
        raise table.error("along", f"is {along!r}, which `cell` gives a single value; take it out there")
    values = tuple(map(axis_text, table.get("values", list))) if "values" in table else grid.axes[along]
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
    chosen = {axis: axis_text(cell.get_any(axis)) for axis in cell}
    for axis, value in chosen.items():
        if value not in grid.axes[axis]:
            raise cell.error(axis, f"is {value!r}; give one of: {', '.join(grid.axes[axis])}")
    return chosen


def _cell_name(table: Table, grid: Grid, chosen: dict[str, str]) -> str:
    try:
        return grid.cell_name(**chosen)
    except ConfigError as problem:
        raise table.error("cell", str(problem)) from problem
