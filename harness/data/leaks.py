"""Rows of a data set that stand in it more than once, so that a split puts the same row into training and test part."""

from collections.abc import Iterable

import numpy as np

from harness.data import registry
from harness.data.data_file import DataFile
from harness.data.dataset import Dataset


def repeated_rows(dataset: Dataset) -> int:
    """Return how many rows equal an earlier one in every feature and in the target.

    Where the test rows are given, only those of them count that equal a training row.
    """
    rows = np.column_stack([dataset.features, dataset.target]) + 0.0  # -0.0 is 0.0
    if dataset.test_from is None:
        return len(rows) - len(np.unique(rows, axis=0))
    trained = {row.tobytes() for row in rows[: dataset.test_from]}
    return sum(row.tobytes() in trained for row in rows[dataset.test_from :])


def leaks_in(data_files: Iterable[DataFile]) -> list[str]:
    """Return a sentence for each of a report's own data files that has repeated rows.

    They are reported, not refused: where features are few and coarse, rows are equal by chance.

    Raises
    ------
    DataError
        If a file changed since the report was opened.
    """
    return [
        _sentence(data, dataset, repeated)
        for data in data_files
        if (repeated := repeated_rows(dataset := registry.load(data)))
    ]


def _sentence(data: DataFile, dataset: Dataset, repeated: int) -> str:
    if dataset.test_from is not None:
        return (
            f"Leakage: {repeated} of {len(dataset.target) - dataset.test_from} rows in {data.test_file} stand in "
            f"{data.file} too; test results look better than they are. Take them out of one."
        )
    return (
        f"Leakage: {repeated} of {len(dataset.target)} rows in {data.file} repeat an earlier row; a split puts copies "
        "into training and test part alike, and test results look better than they are. Keep one of each."
    )
