"""The grid of a report (``protocol.toml``): from a cell's name to the config that is trained.

The axes of the grid are what the report varied. Everything else that a config needs stands in ``[config]``, or, where a
report leaves it open, in ``[reconstruction]``: for each task a value that was stated, inferred or assumed, with the
reason.
"""

import functools
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.base.errors import ConfigError, RegisterError
from harness.data import registry
from harness.data.data_file import DataFile
from harness.logs.mapping import LogMapping
from harness.logs.source import LoggedRuns
from harness.report.choices import Axes, Choice, axis_of, axis_text
from harness.training.config import TrainingConfig
from harness.training.fields import REQUIRED, Field
from harness.training.seeds import SPLITS, Splits
from harness.training.trainers import trainer_named

SPLITS_CHOICE = "splits"
AVERAGED_CHOICE = "runs_averaged"
REPORTING_CHOICES = (SPLITS_CHOICE, AVERAGED_CHOICE)
"""What a report leaves open that is no field of a config: how it came to its numbers."""
DATASET = "dataset"
Choices = Mapping[str, Choice]
DataFiles = Mapping[str, DataFile]


@dataclass(frozen=True)
class Cell:
    """What a claim asks for: a cell of the grid, some of whose fields may be changed.

    Attributes
    ----------
    name
        That of the cell, with what is changed in parentheses.
    task
        The part of the grid that the cell belongs to; empty if the grid has no tasks.
    config
        What is trained.
    splits
        How many splits of the data its seeds have.
    """

    name: str
    task: str
    config: TrainingConfig
    splits: Splits


@dataclass(frozen=True)
class Grid:
    """All cells of a report, with the config of each.

    Attributes
    ----------
    axes
        The values of each axis, in the order in which a cell's name lists them.
    default
        What a claim means that does not name a value of an axis; an axis without a default must be named.
    trainer
        Who trains.
    reconstruction
        By task, the choice made for each field that is not an axis; a grid without tasks has one, named by nothing.
    configs
        The config of each cell, by the cell's name.
    data_files
        The data sets that the report brings itself, by name.
    logs
        Where its runs are logged; None if they are trained.
    tempering
        By task, to which power a likelihood is raised before it weighs reconstructions; 1 where none is named.
    """

    file: Path
    axes: dict[str, tuple[str, ...]]
    default: dict[str, str]
    trainer: Choice
    reconstruction: dict[str, dict[str, Choice]]
    configs: dict[str, TrainingConfig]
    data_files: DataFiles
    logs: LogMapping | None = None
    tempering: Mapping[str, float] = field(default_factory=dict)

    def cell_name(self, **chosen: Any) -> str:
        """Return the name of a cell, axes that are not given filled with their defaults.

        Raises
        ------
        ConfigError
            If an axis or value is unknown, or an axis without a default is missing.
        """
        for axis in chosen:
            if axis not in self.axes:
                raise ConfigError(f"the grid in {self.file} has no axis {axis!r}; it has: {', '.join(self.axes)}")
        cell = {**self.default, **{axis: axis_text(value) for axis, value in chosen.items()}}
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

    def cell(self, chosen: Mapping[str, Any]) -> Cell:
        """Return a cell in which some fields may differ from the reconstruction.

        Parameters
        ----------
        chosen
            Values for axes of the grid, as in `cell_name`, and for fields of its config that are no axes; besides
            ``splits``, one of `harness.training.seeds.SPLITS`.

        Raises
        ------
        ConfigError
            If an axis, a field or a value is unknown.
        """
        if SPLITS_CHOICE in chosen:
            return self._on_splits(dict(chosen))
        changed = {name: value for name, value in chosen.items() if name not in self.axes}
        for name in changed:
            if name not in self._fields:
                others = ", ".join(field for field in self._fields if field not in self.axes)
                raise ConfigError(
                    f"the grid in {self.file} has no axis {name!r}; it has: {', '.join(self.axes)}; "
                    f"a config has besides: {others}"
                )
        return self.named_cell(
            self.cell_name(**{axis: one for axis, one in chosen.items() if axis in self.axes}), changed
        )

    @functools.cached_property
    def logged(self) -> LoggedRuns | None:
        """The runs that are logged; None if they are trained."""
        return None if self.logs is None else LoggedRuns(self.logs, tuple(self._fields))

    @functools.cached_property
    def _fields(self) -> dict[str, None]:
        """Of all configs, in their order; claims ask for cells thousands of times a session."""
        return dict.fromkeys(name for config in self.configs.values() for name in config)

    def _on_splits(self, chosen: dict[str, Any]) -> Cell:
        splits = chosen.pop(SPLITS_CHOICE)
        if splits not in SPLITS:
            raise ConfigError(f"{SPLITS_CHOICE} is {splits!r}; give one of: {', '.join(SPLITS)}")
        cell = self.cell(chosen)
        return replace(cell, name=f"{cell.name} ({SPLITS_CHOICE}={splits})", splits=splits)

    def named_cell(self, cell_name: str, changed: Mapping[str, Any]) -> Cell:
        """Return a cell, given its name, in which some fields of the config are changed.

        Raises
        ------
        ConfigError
            If there is no such cell, or a field or value is unknown.
        """
        config, task = self.config(cell_name), self._task_of(cell_name)
        if not changed:
            return Cell(cell_name, task, config, self.splits(task))
        described = ", ".join(f"{field}={value}" for field, value in changed.items())
        given = {name: data_of(value, self.data_files) if name == DATASET else value for name, value in changed.items()}
        return Cell(f"{cell_name} ({described})", task, config.changed(**given), self.splits(task))

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
            task: {
                **choices,
                **{
                    name: replace(choices[name], value=value, by=axis_of(value, self.axes, choices[name].by))
                    for name, value in answers.get(task, {}).items()
                },
            }
            for task, choices in self.reconstruction.items()
        }
        configs = configs_of(self.file, self.axes, self.trainer, reconstruction, self.data_files)
        return replace(self, reconstruction=reconstruction, configs=configs)

    def _task_of(self, cell_name: str) -> str:
        cells = itertools.product(*self.axes.values())
        values = next(values for values in cells if "-".join(values) == cell_name)
        return task_of(dict(zip(self.axes, values, strict=True)), self.reconstruction)


def task_of(cell: Mapping[str, str], reconstruction: Mapping[str, Choices]) -> str:
    """Return the part of the grid that a cell belongs to."""
    return "" if "" in reconstruction else cell["task"]


def fields_of(axes: Axes, trainer: Choice) -> Mapping[str, Field]:
    """Return the fields that the configs of a grid may have, over all its trainers."""
    if trainer.by is None:
        return trainer_named(trainer.value).fields
    named = [trainer.value[value] for value in axes[trainer.by]]
    return {field: told for name in dict.fromkeys(named) for field, told in trainer_named(name).fields.items()}


def needs(field: Field) -> bool:
    """Whether a field has to be given."""
    return field.default is REQUIRED


def configs_of(
    file: Path,
    axes: Axes,
    trainer: Choice,
    reconstruction: Mapping[str, Choices],
    data_files: DataFiles,
    key: str = "value",
) -> dict[str, TrainingConfig]:
    """Return the config of each cell of the reconstructed tasks, by the cell's name.

    Parameters
    ----------
    key
        What errors name.

    Raises
    ------
    RegisterError
        If two cells have one name, or a config cannot be trained; naming file, table and key.
    """
    configs: dict[str, TrainingConfig] = {}
    for values in itertools.product(*axes.values()):
        cell = dict(zip(axes, values, strict=True))
        name = "-".join(values)
        if name in configs:
            problem = f"two cells are named {name!r}; rename a value"
            raise RegisterError(f"{file}, table [axes], key {_ambiguous(axes)!r}: {problem}")
        task = task_of(cell, reconstruction)
        if task in reconstruction:
            configs[name] = _config(file, cell, trainer.at(cell), task, reconstruction[task], data_files, key)
    return configs


def data_of(dataset: Any, data_files: DataFiles) -> Any:
    """Return the report's own data file of that name, or what was given, if it has none."""
    return data_files.get(dataset, dataset) if isinstance(dataset, str) else dataset


def _ambiguous(axes: Axes) -> str:
    """Return the axis that makes two cells have one name: one that has a value twice, or one with a hyphen."""
    twice = [axis for axis, values in axes.items() if len(set(values)) < len(values)]
    hyphens = [axis for axis, values in axes.items() if any("-" in value for value in values)]
    return (twice or hyphens)[0]


def _config(
    file: Path,
    cell: Mapping[str, str],
    trainer: str,
    task: str,
    choices: Choices,
    data_files: DataFiles,
    key: str,
) -> TrainingConfig:
    fields = trainer_named(trainer).fields
    chosen = {
        name: choice.at(cell) for name, choice in choices.items() if name in fields and name not in REPORTING_CHOICES
    }
    chosen |= {axis: value for axis, value in cell.items() if axis in fields and axis not in choices}
    try:
        if DATASET in tuple(fields):
            chosen[DATASET] = _checked_data(chosen[DATASET], task, data_files)
        elif DATASET in chosen:  # of a trainer that takes any field, this one may mean what it likes
            chosen[DATASET] = data_of(chosen[DATASET], data_files)
        return TrainingConfig.make(trainer, chosen)
    except ConfigError as problem:
        # Every message of a config begins with the name of the field.
        field = str(problem).split()[0]
        table, key = ("axes", field) if field in cell else (_table_of(task, field), key)
        raise RegisterError(f"{file}, table [{table}], key {key!r}: {problem}") from problem


def _table_of(task: str, field: str) -> str:
    return f"reconstruction.{task}.{field}" if task else f"config.{field}"


def _checked_data(named: Any, task: str, data_files: DataFiles) -> Any:
    """Return the data set of a name, of the task if the grid has tasks."""
    known = {**dict.fromkeys(registry.names()), **data_files}
    if not isinstance(named, str) or named not in known:
        raise ConfigError(f"dataset is {named!r}; give one of: {', '.join(known)}")
    of_task = [name for name, data in known.items() if registry.task(data or name) == task]
    if task and named not in of_task:
        raise ConfigError(f"dataset is {named!r}, which is no {task} data set; give one of: {', '.join(of_task)}")
    return data_of(named, data_files)
