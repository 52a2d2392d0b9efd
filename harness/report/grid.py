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

from harness.base.errors import ConfigError
from harness.data.data_file import DataFile
from harness.logs.mapping import LogMapping
from harness.logs.source import LoggedRuns
from harness.report.choices import Choice, axis_of, axis_text
from harness.report.configs import DATASET, SPLITS_CHOICE, DataFiles, check_splits, configs_of, data_of, task_of
from harness.training.config import TrainingConfig
from harness.training.seeds import SPLITS, Splits


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

    @property
    def data_in_use(self) -> tuple[DataFile, ...]:
        """The report's own data sets, but those that only other reconstructions are trained on."""
        choices = [choices[DATASET] for choices in self.reconstruction.values() if DATASET in choices]
        instead = [answer for choice in choices for answer in choice.alternatives]
        names = {name for answer in instead for name in (answer.values() if isinstance(answer, dict) else [answer])}
        trained_on = {config.get(DATASET) for config in self.configs.values()}
        return tuple(data for name, data in self.data_files.items() if name not in names or data in trained_on)

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
            If an axis, a field or a value is unknown, or nothing is trained.
        """
        self._refuse_if_empty()
        changed = {name: value for name, value in chosen.items() if name not in (*self.axes, SPLITS_CHOICE)}
        for name in changed:
            if name not in self._fields:
                others = ", ".join(field for field in self._fields if field not in self.axes)
                raise ConfigError(
                    f"the grid in {self.file} has no axis {name!r}; it has: {', '.join(self.axes)}; "
                    f"a config has besides: {others}"
                )
        name = self.cell_name(**{axis: one for axis, one in chosen.items() if axis in self.axes})
        cell = self._changed_cell(name, changed)
        return _checked(_on_splits(cell, chosen[SPLITS_CHOICE]) if SPLITS_CHOICE in chosen else cell)

    @functools.cached_property
    def logged(self) -> LoggedRuns | None:
        """The runs that are logged; None if they are trained."""
        return None if self.logs is None else LoggedRuns(self.logs, tuple(self._fields))

    @functools.cached_property
    def _fields(self) -> dict[str, None]:
        """Of all configs, in their order; claims ask for cells thousands of times a session."""
        return dict.fromkeys(name for config in self.configs.values() for name in config)

    def named_cell(self, cell_name: str, changed: Mapping[str, Any]) -> Cell:
        """Return a cell, given its name, in which some fields of the config are changed.

        Raises
        ------
        ConfigError
            If there is no such cell, or a field or value is unknown.
        """
        self._refuse_if_empty()
        return _checked(self._changed_cell(cell_name, changed))

    def _refuse_if_empty(self) -> None:
        if not self.configs:
            raise ConfigError(f"there are no runs to ask for: {self.file} is missing, which says how they are made")

    def _changed_cell(self, cell_name: str, changed: Mapping[str, Any]) -> Cell:
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


def grid_of_nothing(file: Path) -> Grid:
    """Return the grid of a report without ``protocol.toml``: its claims take numbers from elsewhere."""
    return Grid(file, {}, {}, Choice("", None, "stated", "nothing is trained"), {}, {}, {})


def _on_splits(cell: Cell, splits: Any) -> Cell:
    if splits not in SPLITS:
        raise ConfigError(f"{SPLITS_CHOICE} is {splits!r}; give one of: {', '.join(SPLITS)}")
    return replace(cell, name=f"{cell.name} ({SPLITS_CHOICE}={splits})", splits=splits)


def _checked(cell: Cell) -> Cell:
    check_splits(cell.config, cell.splits)
    return cell
