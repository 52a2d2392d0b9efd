"""Every data set by its name: those that come with the harness, whose checksum is verified, and a report's own.

Nothing is downloaded, and no framework is imported to read them.
"""

import csv
import functools
import hashlib
import json
from pathlib import Path
from typing import get_args

import numpy as np

from harness.base.errors import DataError
from harness.data.data_file import DataFile
from harness.data.dataset import Dataset, Task
from harness.data.shipped import SHIPPED, Shipped

TASKS: tuple[str, ...] = get_args(Task)
FOLDER = Path(__file__).parent
REMEDY = "restore it from the repository or reinstall pytest-claims"


def names(task: str | None = None) -> tuple[str, ...]:
    """Name the registered data sets, all of them or those of one task."""
    if task is not None and task not in TASKS:
        raise DataError(f"Unknown task {task!r}; valid are: {', '.join(TASKS)}.")
    return tuple(name for name, entry in SHIPPED.items() if task in (None, entry.task))


def task(dataset: str | DataFile) -> str:
    """Tell the task of a data set, without reading its file."""
    return dataset.task if isinstance(dataset, DataFile) else _entry(dataset).task


def checksum(dataset: str | DataFile) -> str:
    """Tell the sha256 of a data set, without reading its file.

    That of a registered one is its file's, from which two data sets can be read: a cache key needs the name as well.
    """
    return dataset.checksum if isinstance(dataset, DataFile) else _entry(dataset).sha256


@functools.cache
def load(dataset: str | DataFile) -> Dataset:
    """Read a data set.

    Parameters
    ----------
    dataset : str or DataFile
        One of `names`, or a file of the report's own.

    Returns
    -------
    Dataset
        The same object at every call.

    Raises
    ------
    DataError
        If the name is unknown, or the file is missing, altered, or has another number of complete rows; of a file of
        the report's own, as `DataFile.read` says.
    """
    return dataset.read() if isinstance(dataset, DataFile) else _load_registered(dataset)


def _load_registered(name: str) -> Dataset:
    entry = _entry(name)
    records = _records(_verified(name, entry).decode("utf-8"), entry)
    used = (*entry.columns, *(column for column, _ in entry.one_hot), entry.target)
    complete = [record for record in records if all(record[column] not in ("", "NA") for column in used)]
    if len(complete) != entry.rows:
        raise DataError(
            f"{entry.file} gives {len(complete)} complete rows for data set {name!r} where {entry.rows} are "
            f"registered; {REMEDY}."
        )
    hot = [(column, category) for column, categories in entry.one_hot for category in categories]
    features = [
        [float(row[column]) for column in entry.columns] + [float(row[column] == value) for column, value in hot]
        for row in complete
    ]
    number = {text: i for i, label in enumerate(entry.class_names) for text in (label, str(i))}
    target = [number[row[entry.target]] if number else float(row[entry.target]) for row in complete]
    return Dataset(
        name=name,
        task=entry.task,
        feature_names=(*entry.columns, *(f"{column}={category}" for column, category in hot)),
        features=np.array(features, dtype=np.float64),
        target=np.array(target),
        target_name=entry.target,
        target_unit=entry.unit,
        class_names=entry.class_names,
        source=entry.source,
        note=entry.note,
    )


def _entry(name: str) -> Shipped:
    try:
        return SHIPPED[name]
    except KeyError:
        raise DataError(f"Unknown data set {name!r}; valid are: {', '.join(SHIPPED)}.") from None


def _verified(name: str, entry: Shipped) -> bytes:
    """Read the file of a data set and compare its checksum; what is parsed is what was verified."""
    path = FOLDER / entry.file
    content = path.read_bytes() if path.is_file() else None
    found = "no file" if content is None else hashlib.sha256(content).hexdigest()
    if content is None or found != entry.sha256:
        raise DataError(
            f"{path} is not the file registered for data set {name!r}: expected sha256 {entry.sha256}, "
            f"found {found}; {REMEDY}."
        )
    return content


def _records(text: str, entry: Shipped) -> list[dict[str, str]]:
    """Read the records of a CSV file, or of vega's JSON, as text by column; a missing value is ``NA``."""
    if entry.file.endswith(".json"):
        records = [
            {key.lower(): "NA" if value is None else str(value) for key, value in record.items()}
            for record in json.loads(text)
        ]
        # "1970-01-01" is model year 70, as in the original
        return [{**record, "model_year": record["year"][2:4]} for record in records]
    lines = text.splitlines()[1 if entry.sizes_line else 0 :]
    return list(csv.DictReader(lines, fieldnames=None if entry.header else (*entry.columns, entry.target)))
