"""Data sets that nobody measured."""

import numpy as np

from harness.data.dataset import Dataset


def numbered(rows: int = 60, classes: tuple[int, ...] = ()) -> Dataset:
    """Build a data set whose only feature is the row number; `classes` are the rows of each class."""
    target = 2 * np.arange(rows, dtype=np.float64)
    labels = np.repeat(np.arange(len(classes), dtype=np.int64), classes)
    return Dataset(
        name="numbered",
        task="classification" if classes else "regression",
        feature_names=("row",),
        features=np.arange(len(labels) or rows, dtype=np.float64)[:, None],
        target=labels if classes else target,
        target_name="twice the row",
        target_unit="rows",
        class_names=tuple(f"class {i}" for i in range(len(classes))),
        source="made up",
        note="",
    )
