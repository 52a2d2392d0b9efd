"""The grid of a report and its reconstruction (``protocol.toml``): from a cell's name to a config.

The axes of the grid are what the report varied. Everything else that a config needs is a reconstruction, given for
each task: a value that was stated, inferred or assumed, with the reason.
"""

import itertools
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Any

from harness.base.errors import ConfigError, DataError, RegisterError
from harness.base.tables import Table
from harness.data import registry
from harness.data.data_file import DataFile, read_data_file
from harness.report.choices import Axes, Choice, axis_of, read_choice
from harness.training.config import TASKS, TrainingConfig
from harness.training.seeds import Splits

CONFIG_FIELDS = tuple(field.name for field in fields(TrainingConfig))
OPTIONAL_FIELDS = tuple(field.name for field in fields(TrainingConfig) if field.default is not MISSING)
SPLITS_CHOICE = "splits"
DataFiles = Mapping[str, DataFile]
CLAIMED_SPLITS = ("many", "one")  # crossed seeds are no independent draws: no claim may rest on them
MANY_SPLITS = Choice(
    "many", None, "assumed", "each run draws a split of its own, so that a verdict speaks of all splits"
)


@dataclass(frozen=True)
class Grid:
    """All cells of a report, with the config of each.

    Attributes
    ----------
    axes
        The values of each axis, in the order in which a cell's name lists them.
    default
        What a claim means that does not name a value of an axis; an axis without a default must be named.
    reconstruction
        By task, the choice made for each field that is not an axis.
    configs
        The config of each cell, by the cell's name.
    data_files
        The data sets that the report brings itself, by name.
    """

    file: Path
    axes: dict[str, tuple[str, ...]]
    default: dict[str, str]
    reconstruction: dict[str, dict[str, Choice]]
    configs: dict[str, TrainingConfig]
    data_files: DataFiles

    def cell_name(self, **chosen: str) -> str:
        """Return the name of a cell, axes that are not given filled with their defaults.

        Raises
        ------
        ConfigError
            If an axis or value is unknown, or an axis without a default is missing.
        """
        for axis in chosen:
            if axis not in self.axes:
                raise ConfigError(f"the grid in {self.file} has no axis {axis!r}; it has: {', '.join(self.axes)}")
        cell = {**self.default, **chosen}
        for axis, values in self.axes.items():
            if axis not in cell:
                raise ConfigError(f"say which {axis}: {', '.join(values)} ({self.file} sets no default)")
            if cell[axis] not in values:
                raise ConfigError(f"{axis} is {cell[axis]!r}; the grid in {self.file} has: {', '.join(values)}")
        return "-".join(cell[axis] for axis in self.axes)

    def config(self, cell_name: str) -> TrainingConfig:
        """Return the config of a cell.

        Raises
        ------
        ConfigError
            If the grid has no cell of that name.
        """
        if cell_name not in self.configs:
            pattern = "-".join("{" + ",".join(values) + "}" for values in self.axes.values())
            raise ConfigError(f"no cell {cell_name!r} in {self.file}; a cell's name is {pattern}")
        return self.configs[cell_name]

    def variant(self, chosen: Mapping[str, Any]) -> tuple[str, TrainingConfig]:
        """Return name and config of a cell in which some fields may differ from the reconstruction.

        Parameters
        ----------
        chosen
            Values for axes of the grid, as in `cell_name`, and for fields of `TrainingConfig` that are no axes.

        Raises
        ------
        ConfigError
            If an axis, a field or a value is unknown.
        """
        for name in chosen:
            if name not in self.axes and name not in CONFIG_FIELDS:
                axes, others = (
                    ", ".join(self.axes),
                    ", ".join(field for field in CONFIG_FIELDS if field not in self.axes),
                )
                raise ConfigError(
                    f"the grid in {self.file} has no axis {name!r}; it has: {axes}; a config has besides: {others}"
                )
        changed = {name: value for name, value in chosen.items() if name not in self.axes}
        name = self.cell_name(**{axis: value for axis, value in chosen.items() if axis not in changed})
        return self.named_variant(name, changed)

    def named_variant(self, cell_name: str, changed: Mapping[str, Any]) -> tuple[str, TrainingConfig]:
        """Return name and config of a cell, given its name, in which some fields of the config are changed.

        Raises
        ------
        ConfigError
            If there is no such cell, or a field or value is unknown.
        """
        config = self.config(cell_name)
        if not changed:
            return cell_name, config
        for field in changed:
            if field not in CONFIG_FIELDS:
                raise ConfigError(f"a config has no field {field!r}; it has: {', '.join(CONFIG_FIELDS)}")
        described = ", ".join(f"{field}={value}" for field, value in changed.items())
        fields = {
            name: _data_of(value, self.data_files) if name == "dataset" else value for name, value in changed.items()
        }
        return f"{cell_name} ({described})", replace(config, **fields)

    def splits(self, task: str) -> Splits:
        """Return how many splits of the data the seeds of a task have."""
        splits: Splits = self.reconstruction[task][SPLITS_CHOICE].value
        return splits

    def answering(self, answers: Mapping[str, Mapping[str, Any]]) -> "Grid":
        """Return the grid of another reconstruction.

        Parameters
        ----------
        answers
            By task and field, what is taken instead: a value, or a table by the values of an axis.

        Raises
        ------
        RegisterError
            If an answer makes a config that cannot be trained.
        """
        reconstruction = {
            task: choices
            | {
                name: replace(choices[name], value=value, by=axis_of(value, self.axes, choices[name].by))
                for name, value in answers.get(task, {}).items()
            }
            for task, choices in self.reconstruction.items()
        }
        configs = _configs(self.file, self.axes, reconstruction, self.data_files)
        return replace(self, reconstruction=reconstruction, configs=configs)


def read_grid(file: Path) -> Grid:
    """Read and validate a ``protocol.toml``; every cell's config is made, so that every one is valid.

    Raises
    ------
    RegisterError
        Naming file, table and key of what is wrong, and what would be right.
    """
    top = Table.read(file)
    axes_table = top.table("axes")
    axes = {axis: axes_table.texts(axis) for axis in axes_table}
    if not set(axes.get("task", ("",))) <= set(TASKS):
        raise axes_table.error("task", f"every grid has this axis; give some of: {', '.join(TASKS)}")
    default_table = top.table("default")
    for axis in default_table:
        if axis not in axes:
            raise default_table.error(axis, f"no axis of the grid; the axes are: {', '.join(axes)}")
    default = {axis: default_table.get(axis, str, among=axes[axis]) for axis in default_table}
    reconstruction_table = top.table("reconstruction")
    data_files = _data_files(top.table("datasets")) if "datasets" in top else {}
    reconstruction = {
        task: _choices(file, task, reconstruction_table.table(task), axes, data_files) for task in axes["task"]
    }
    reconstruction_table.close()
    top.close()
    return Grid(
        file, axes, default, reconstruction, _configs(file, axes, reconstruction, data_files), data_files=data_files
    )


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


def _data_of(dataset: Any, data_files: DataFiles) -> Any:
    """Return the report's own data file of that name, or what was given, if it has none."""
    return data_files.get(dataset, dataset) if isinstance(dataset, str) else dataset


def _choices(file: Path, task: str, table: Table, axes: Axes, data_files: DataFiles) -> dict[str, Choice]:
    optional = (*OPTIONAL_FIELDS, SPLITS_CHOICE)
    needed = [
        name for name in (*CONFIG_FIELDS, SPLITS_CHOICE) if name not in axes and (name in table or name not in optional)
    ]
    choices = {name: read_choice(table.table(name), axes) for name in needed}
    table.close()
    splits = choices.setdefault(SPLITS_CHOICE, MANY_SPLITS)
    for answer in (splits.value, *splits.alternatives):
        if answer not in CLAIMED_SPLITS:
            raise table.error(SPLITS_CHOICE, f"is {answer!r}; give one of: {', '.join(CLAIMED_SPLITS)}")
    for name, choice in choices.items():
        for alternative in choice.alternatives:
            instead = replace(choice, value=alternative, by=axis_of(alternative, axes, choice.by))
            _configs(file, axes, {task: {**choices, name: instead}}, data_files, key="alternatives")
    return choices


def _configs(
    file: Path,
    axes: Axes,
    reconstruction: Mapping[str, Mapping[str, Choice]],
    data_files: DataFiles,
    key: str = "value",
) -> dict[str, TrainingConfig]:
    """Return the config of each cell of the reconstructed tasks, by the cell's name; `key` is what errors name."""
    configs: dict[str, TrainingConfig] = {}
    for values in itertools.product(*axes.values()):
        cell = dict(zip(axes, values, strict=True))
        name = "-".join(values)
        if name in configs:
            problem = f"two cells are named {name!r}; rename a value"
            raise RegisterError(f"{file}, table [axes], key {_ambiguous(axes)!r}: {problem}")
        if cell["task"] in reconstruction:
            configs[name] = _config(file, cell, reconstruction[cell["task"]], data_files, key)
    return configs


def _ambiguous(axes: Axes) -> str:
    """Return the axis that makes two cells have one name: one that has a value twice, or one with a hyphen."""
    twice = [axis for axis, values in axes.items() if len(set(values)) < len(values)]
    hyphens = [axis for axis, values in axes.items() if any("-" in value for value in values)]
    return (twice or hyphens)[0]


def _config(
    file: Path, cell: dict[str, str], choices: Mapping[str, Choice], data_files: DataFiles, key: str
) -> TrainingConfig:
    chosen = {name: choice.at(cell) for name, choice in choices.items() if name != SPLITS_CHOICE}
    chosen |= {axis: value for axis, value in cell.items() if axis in CONFIG_FIELDS}
    named = chosen["dataset"]
    chosen["dataset"] = _data_of(named, data_files)
    known = {**dict.fromkeys(registry.names()), **data_files}
    if not isinstance(named, str) or named not in known:
        raise _field_error(file, cell, "dataset", key, f"dataset is {named!r}; give one of: {', '.join(known)}")
    of_task = [name for name, data in known.items() if registry.task(data or name) == cell["task"]]
    if named not in of_task:
        problem = f"{named!r} is no {cell['task']} data set; give one of: {', '.join(of_task)}"
        raise _field_error(file, cell, "dataset", key, problem)
    try:
        return TrainingConfig(**chosen)
    except ConfigError as problem:
        # Every message of a config begins with the name of the field.
        raise _field_error(file, cell, str(problem).split()[0], key, str(problem)) from problem


def _field_error(file: Path, cell: dict[str, str], field: str, key: str, problem: str) -> RegisterError:
    if field in cell:
        return RegisterError(f"{file}, table [axes], key {field!r}: {problem}")
    return RegisterError(f"{file}, table [reconstruction.{cell['task']}.{field}], key {key!r}: {problem}")
