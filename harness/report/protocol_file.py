"""Read ``protocol.toml``: the axes of a report's grid, who trains it, and what is taken for every field."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.base.errors import ConfigError, DataError
from harness.base.tables import Table
from harness.data import registry
from harness.data.data_file import DataFile, read_data_file
from harness.report.choices import Axes, Choice, axis_of, read_choice
from harness.report.grid import SPLITS_CHOICE, DataFiles, Grid, configs_of, fields_of, needs
from harness.training.fields import Field
from harness.training.trainers import trainer_named, trainer_names

CLAIMED_SPLITS = ("many", "one")  # crossed seeds are no independent draws: no claim may rest on them
MANY_SPLITS = Choice(
    "many", None, "assumed", "each run draws a split of its own, so that a verdict speaks of all splits"
)
# Keys of the first edition, with what took their place.
RENAMED = {"test_share": "test_size", "provenance": "origin"}


def read_grid(file: Path) -> Grid:
    """Read and validate a ``protocol.toml``; every cell's config is made, so that every one is valid.

    Raises
    ------
    RegisterError
        Naming file, table and key of what is wrong, and what would be right.
    """
    top = Table.read(file, RENAMED)
    axes_table = top.table("axes")
    axes = {axis: axes_table.texts(axis) for axis in axes_table}
    default = _default(top.table("default"), axes) if "default" in top else {}
    trainer = _trainer(top, axes)
    data_files = _data_files(top.table("datasets")) if "datasets" in top else {}
    fields = fields_of(axes, trainer)
    if "config" in top:
        reconstruction = {"": _choices(file, "", top.table("config"), axes, trainer, fields, data_files)}
    else:
        reconstruction = _reconstruction(file, top, axes_table, axes, trainer, fields, data_files)
    top.close(known=("config", "datasets", "default", "reconstruction"))
    configs = configs_of(file, axes, trainer, reconstruction, data_files)
    return Grid(file, axes, default, trainer, reconstruction, configs, data_files)


def _default(table: Table, axes: Axes) -> dict[str, str]:
    for axis in table:
        if axis not in axes:
            raise table.error(axis, f"no axis of the grid; the axes are: {', '.join(axes)}")
    return {axis: table.get(axis, str, among=axes[axis]) for axis in table}


def _trainer(top: Table, axes: Axes) -> Choice:
    """Read who trains: one trainer for all cells, or one for each value of an axis."""
    if "trainer" not in top:
        by = next((axis for axis, values in axes.items() if set(values) <= set(trainer_names())), "")
        suggested = f'{{ by = "{by}" }}' if by else f'"{trainer_names()[0]}"'
        raise top.error("trainer", f"missing; say who trains, such as trainer = {suggested}")
    told = top.get_any("trainer")
    choice = _trainer_by_axis(top.table("trainer"), axes) if isinstance(told, dict) else _one_trainer(top)
    for name in [choice.value] if choice.by is None else choice.value.values():
        try:
            trainer_named(name)
        except ConfigError as problem:
            raise top.error("trainer", str(problem)) from problem
    return choice


def _one_trainer(top: Table) -> Choice:
    return Choice(top.get("trainer", str), None, "stated", "who trains")


def _trainer_by_axis(table: Table, axes: Axes) -> Choice:
    by = table.get("by", str, among=tuple(axes))
    names = table.table("value") if "value" in table else None
    table.close()
    if names is None:
        return Choice({name: name for name in axes[by]}, by, "stated", "who trains")
    if set(names) != set(axes[by]):
        raise table.error("value", f"give one trainer for each {by}: {', '.join(axes[by])}")
    return Choice({name: names.get(name, str) for name in axes[by]}, by, "stated", "who trains")


def _reconstruction(
    file: Path,
    top: Table,
    axes_table: Table,
    axes: Axes,
    trainer: Choice,
    fields: Mapping[str, Field],
    data_files: DataFiles,
) -> dict[str, dict[str, Choice]]:
    if not set(axes.get("task", ("",))) <= set(registry.TASKS):
        raise axes_table.error("task", f"a reconstruction is by task; give some of: {', '.join(registry.TASKS)}")
    table = top.table("reconstruction")
    found = {task: _choices(file, task, table.table(task), axes, trainer, fields, data_files) for task in axes["task"]}
    table.close()
    return found


def _data_files(table: Table) -> dict[str, DataFile]:
    """Read the data sets that the report brings itself, files and all, so that a fault is said before any training."""
    found = {}
    for name, described in table.named_tables():
        if name in registry.names():
            raise table.error(name, "a registered data set has this name; choose another")
        found[name] = read_data_file(name, described)
        try:
            registry.load(found[name])
        except DataError as problem:
            raise described.error("file", str(problem)) from problem
    return found


def _choices(
    file: Path,
    task: str,
    table: Table,
    axes: Axes,
    trainer: Choice,
    fields: Mapping[str, Field],
    data_files: DataFiles,
) -> dict[str, Choice]:
    wanted = [name for name, field in fields.items() if name not in axes and (name in table or needs(field))]
    choices = {name: _choice(table, name, axes) for name in wanted}
    if SPLITS_CHOICE in table:
        choices[SPLITS_CHOICE] = _choice(table, SPLITS_CHOICE, axes)
    table.close(known=(*(name for name in fields if name not in axes), SPLITS_CHOICE))
    splits = choices.setdefault(SPLITS_CHOICE, MANY_SPLITS)
    for answer in (splits.value, *splits.alternatives):
        if answer not in CLAIMED_SPLITS:
            raise table.error(SPLITS_CHOICE, f"is {answer!r}; give one of: {', '.join(CLAIMED_SPLITS)}")
    configs_of(file, axes, trainer, {task: choices}, data_files)
    for name, choice in choices.items():
        for alternative in choice.alternatives:
            instead = replace(choice, value=alternative, by=axis_of(alternative, axes, choice.by))
            configs_of(file, axes, trainer, {task: {**choices, name: instead}}, data_files, key="alternatives")
    return choices


def _choice(table: Table, name: str, axes: Axes) -> Choice:
    """Read a choice: a table that gives a reason, or, in ``[config]``, the plain value."""
    value: Any = table.get_any(name) if name in table else None
    if table.place == "config" and name in table and not (isinstance(value, dict) and "value" in value):
        return Choice(value, axis_of(value, axes), "stated", "given in [config]")
    return read_choice(table.table(name), axes)
