"""The configs of a grid's cells: from the values of the axes and what is taken for everything else."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.base.errors import ConfigError, DataError, RegisterError
from harness.data import registry
from harness.data.class_rows import without_rows
from harness.data.data_file import DataFile
from harness.report.choices import Axes, Choice
from harness.training.config import TrainingConfig
from harness.training.fields import REQUIRED, Field
from harness.training.trainers import trainer_named

SPLITS_CHOICE = "splits"
AVERAGED_CHOICE = "runs_averaged"
REPORTING_CHOICES = (SPLITS_CHOICE, AVERAGED_CHOICE)
"""What a report leaves open that is no field of a config: how it came to its numbers."""
DATASET, TEST_SIZE = "dataset", "test_size"
_REGISTERED: dict[str, str | DataFile] = {name: name for name in registry.names()}
Choices = Mapping[str, Choice]
DataFiles = Mapping[str, DataFile]


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
        config = TrainingConfig.make(trainer, chosen)
        if {DATASET, TEST_SIZE} <= set(fields):
            splits = choices[SPLITS_CHOICE].at(cell) if SPLITS_CHOICE in choices else "many"
            check_splits(config, splits)
            _check_rows(config, one_split=splits == "one")
        return config
    except ConfigError as problem:
        # Every message of a config begins with the name of the field.
        field = str(problem).split()[0]
        table, key = ("axes", field) if field in cell else (_table_of(task, field), key)
        raise RegisterError(f"{file}, table [{table}], key {key!r}: {problem}") from problem


def check_splits(config: TrainingConfig, splits: str) -> None:
    """Refuse more than one split where the test rows are given: a verdict would speak of splits that there are not.

    Raises
    ------
    ConfigError
        The message begins with ``splits``.
    """
    data = config.get(DATASET)
    if isinstance(data, DataFile) and data.test_file and splits != "one":
        raise ConfigError(
            f"{SPLITS_CHOICE} is {splits!r}, but data set {data.name!r} has a test_file, so that there is one split; "
            "give 'one'"
        )


def _check_rows(config: TrainingConfig, *, one_split: bool) -> None:
    """Refuse a proportion of test rows that leaves a part of the split without rows of a class.

    Of one split the seed may spare the class; of many it will not spare it always.
    """
    try:
        lacking = without_rows(config.dataset, config.test_size, in_all_splits=one_split)
    except DataError as problem:
        raise ConfigError(f"dataset cannot be used: {problem}") from problem
    if lacking:
        raise ConfigError(f"test_size is {config.test_size:g}, {lacking}")


def _table_of(task: str, field: str) -> str:
    return f"reconstruction.{task}.{field}" if task else f"config.{field}"


def _checked_data(named: Any, task: str, data_files: DataFiles) -> Any:
    """Return the data set of a name, of the task if the grid has tasks."""
    known = {**_REGISTERED, **data_files}
    if not isinstance(named, str) or named not in known:
        raise ConfigError(f"dataset is {named!r}; give one of: {', '.join(known)}")
    if task and registry.task(known[named]) != task:
        of_task = [name for name, data in known.items() if registry.task(data) == task]
        raise ConfigError(f"dataset is {named!r}, which is no {task} data set; give one of: {', '.join(of_task)}")
    return known[named]
