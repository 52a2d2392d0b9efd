"""Read ``protocol.toml``: the axes of a report's grid, who trains it, and what is taken for every field."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.base.errors import DataError
from harness.base.tables import Table
from harness.data import registry
from harness.data.data_file import DataFile
from harness.data.datasets_table import read_data_file
from harness.logs.mapping import read_mapping
from harness.logs.trainer import NAME
from harness.report.choices import Axes, Choice, axis_of, axis_text, read_choice
from harness.report.configs import (
    AVERAGED_CHOICE,
    REPORTING_CHOICES,
    SPLITS_CHOICE,
    DataFiles,
    configs_of,
    fields_of,
    needs,
)
from harness.report.grid import Grid
from harness.report.trainer_choice import read_rules, read_trainer
from harness.training.fields import AnyFields, Field, is_number

CLAIMED_SPLITS = ("many", "one")  # crossed seeds are no independent draws: no claim may rest on them
MANY_SPLITS = Choice(
    "many", None, "assumed", "each run draws a split of its own, so that a verdict speaks of all splits"
)
ONE_RUN = Choice(1, None, "assumed", "a printed number is that of one run, as far as the report says")
LOGGED = Choice(NAME, None, "stated", "whoever trained what is logged")
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
    values = {axis: _values(axes_table, axis) for axis in axes_table}
    axes = {axis: tuple(map(axis_text, listed)) for axis, listed in values.items()}
    default = _default(top.table("default"), axes) if "default" in top else {}
    trainer = LOGGED if "logs" in top else read_trainer(top, axes)
    read_rules(top, trainer.value)
    data_files = _data_files(top.table("datasets")) if "datasets" in top else {}
    fields = fields_of(axes, trainer)
    if "config" in top or ("reconstruction" not in top and isinstance(fields, AnyFields)):
        config = top.table("config") if "config" in top else Table({}, file, "config")
        reconstruction = {"": _choices(file, "", config, axes, trainer, fields, data_files)}
    else:
        reconstruction = _reconstruction(file, top, axes_table, axes, trainer, fields, data_files)
    # The grid's own names are texts; what is not, a trainer gets as it was written.
    typed = {
        axis: Choice(dict(zip(axes[axis], listed, strict=True)), axis, "stated", "an axis of the grid")
        for axis, listed in values.items()
        if axes[axis] != tuple(listed)
    }
    reconstruction = {task: {**choices, **typed} for task, choices in reconstruction.items()}
    logs = None
    if "logs" in top:
        if "trainer" in top or "" not in reconstruction:
            wrong = "trainer" if "trainer" in top else "reconstruction"
            raise top.error(wrong, "the runs of this report are logged, as [logs] says; take one of the two out")
        given = (*axes, *(name for name in reconstruction[""] if name not in axes and name not in REPORTING_CHOICES))
        logs = read_mapping(top.table("logs"), given)
    tempering = _tempering(top.table("tempering"), reconstruction) if "tempering" in top else {}
    top.close(known=("config", "datasets", "default", "gpu", "logs", "reconstruction", "tempering", "time_limit"))
    configs = configs_of(file, axes, trainer, reconstruction, data_files)
    return Grid(file, axes, default, trainer, reconstruction, configs, data_files, logs, tempering)


def _tempering(table: Table, reconstruction: Mapping[str, Any]) -> dict[str, float]:
    found = {}
    for task in table:
        if task not in reconstruction:
            raise table.error(task, f"nothing is reconstructed for it; there are: {', '.join(reconstruction)}")
        found[task] = table.get(task, float)
        if not 0 < found[task] <= 1:
            raise table.error(task, f"is {found[task]:g}; give a power above 0 and up to 1")
    return found


def _values(table: Table, axis: str) -> list[Any]:
    """Read the values of an axis: all texts, all numbers, or true and false."""
    values = table.get(axis, list)
    kinds = {"text" if isinstance(one, str) else "number" if is_number(one) else type(one) for one in values}
    if len(kinds) != 1 or not kinds <= {"text", "number", bool}:
        raise table.error(axis, f"is {values!r}; give a list of texts, of numbers, or of true and false")
    return values


def _default(table: Table, axes: Axes) -> dict[str, str]:
    found = {}
    for axis in table:
        if axis not in axes:
            raise table.error(axis, f"no axis of the grid; the axes are: {', '.join(axes)}")
        found[axis] = axis_text(table.get_any(axis))
        if found[axis] not in axes[axis]:
            raise table.error(axis, f"is {table.get_any(axis)!r}; give one of: {', '.join(axes[axis])}")
    return found


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
    given = [name for name in table if isinstance(fields, AnyFields) and name not in REPORTING_CHOICES]
    needed = [name for name, field in fields.items() if name in table or needs(field)]
    wanted = [name for name in (*needed, *given) if name not in axes]
    choices = {name: _choice(table, name, axes) for name in wanted}
    for name in REPORTING_CHOICES:
        if name in table:
            choices[name] = _choice(table, name, axes)
    table.close(known=(*(name for name in fields if name not in axes), *REPORTING_CHOICES))
    splits = choices.setdefault(SPLITS_CHOICE, MANY_SPLITS)
    for answer in splits.answers:
        if answer not in CLAIMED_SPLITS:
            raise table.error(SPLITS_CHOICE, f"is {answer!r}; give one of: {', '.join(CLAIMED_SPLITS)}")
    for answer in choices.setdefault(AVERAGED_CHOICE, ONE_RUN).answers:
        if not isinstance(answer, int) or isinstance(answer, bool) or answer < 1:
            raise table.error(AVERAGED_CHOICE, f"is {answer!r}; give a whole number of at least 1")
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
