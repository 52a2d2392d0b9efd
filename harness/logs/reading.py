"""Read what is wanted of all log files of a report."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from harness.base.errors import DataError
from harness.logs.files import column_names, read_columns
from harness.logs.mapping import LogMapping
from harness.logs.places import LogFile, find_files
from harness.logs.table import Labels, LogTable, joined, label_of


def read_logs(mapping: LogMapping, fields: Sequence[str]) -> LogTable:
    """Return the rows of all files, with the columns that a mapping names.

    Parameters
    ----------
    fields
        The axes and fields of the config.

    Raises
    ------
    DataError
        If a file or a column is missing, or cannot be used; naming it.
    """
    return joined([_read(one, mapping, fields) for one in find_files(mapping.folder, mapping.files)])


def _read(file: LogFile, mapping: LogMapping, fields: Sequence[str]) -> LogTable:
    labels = dict.fromkeys(map(mapping.column_of, fields))
    labels |= dict.fromkeys(name for name in (mapping.seed, mapping.split, mapping.status, mapping.metric) if name)
    numbers = [name for name in (*mapping.metrics, mapping.value, mapping.step) if name]
    in_file = [name for name in labels if name not in file.said]
    if file.said and (missing := [name for name in in_file if name not in column_names(file.path)]):
        told = f"there are: {', '.join(column_names(file.path))}; and of its path: {', '.join(file.said)}"
        raise DataError(f"{file.shown}: no column {missing[0]!r}; {told}")
    wanted = {name: text for name, text in file.said.items() if name in labels}
    return with_path(read_columns(file.path, in_file, numbers, file.shown), wanted)


def with_path(table: LogTable, said: Mapping[str, str]) -> LogTable:
    """Return the rows of a file with what its path says as columns more."""
    columns = {name: Labels(np.zeros(table.count, dtype=np.int32), (label_of(text),)) for name, text in said.items()}
    return replace(table, labels={**table.labels, **columns}, names=(*table.names, *said))
