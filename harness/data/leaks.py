"""Rows of a data set that stand in it more than once, so that a split puts the same row into training and test part."""

from collections.abc import Iterable

import numpy as np

from harness.data import registry
from harness.data.data_file import DataFile
from harness.data.dataset import Dataset


def repeated_rows(dataset: Dataset) -> int:
    """Return how many rows equal an earlier one in every feature and in the target."""
    rows = np.column_stack([dataset.features, dataset.target])
    return len(rows) - len(np.unique(rows, axis=0))


def leaks_in(data_files: Iterable[DataFile]) -> list[str]:
    """Return a sentence for each of a report's own data files that has repeated rows.

    They are reported, not refused: where features are few and coarse, rows are equal by chance.

    Raises
    ------
    DataError
        If a file changed since the report was opened.
    """
    return [
        f"Leakage: {repeated} of {len(dataset.target)} rows in {data.file} repeat an earlier row; a split puts copies "
        "into training and test part alike, and test results look better than they are. Keep one of each."
        for data in data_files
        if (repeated := repeated_rows(dataset := registry.load(data)))
    ]
