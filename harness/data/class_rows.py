"""How many rows of each class a split puts into either part, known without drawing one.

A stratified split gives each class its proportion of the training rows, rounded down, and the rows that are left over
to the classes with the largest remainders; the test part gets all else. So the seed decides no more than which of the
classes with equal remainders get one, and which rows of a class.
"""

import functools
import math

import numpy as np
from numpy.typing import NDArray

from harness.data import registry
from harness.data.data_file import DataFile

Counts = NDArray[np.int64]


def training_rows(rows: Counts, test_size: float) -> tuple[Counts, Counts]:
    """Return how many training rows of each class a split has at least, and at most.

    Parameters
    ----------
    rows : ndarray of int64, shape (classes,)
        Of each class in all.
    test_size
        As of `harness.data.splitting.split`.
    """
    everything = int(rows.sum())
    training = everything - math.ceil(test_size * everything)
    exact = rows / everything * training
    least = np.floor(exact)
    left, remainders = training - int(least.sum()), exact - least
    in_order = np.sort(-remainders)
    surely = np.searchsorted(in_order, -remainders, side="right") <= left
    possibly = np.searchsorted(in_order, -remainders, side="left") < left
    return (least + surely).astype(np.int64), (least + possibly).astype(np.int64)


def without_rows(dataset: str | DataFile, test_size: float | str, *, in_all_splits: bool = False) -> str:
    """Say which part of a split would lack rows, and what would be right; empty if every part has some of each class.

    Parameters
    ----------
    in_all_splits
        Whether only what holds whatever the seed is said; otherwise also what holds of some seeds.

    Raises
    ------
    DataError
        If the data set cannot be read.
    """
    if registry.load(dataset).test_from is not None:
        return ""  # the data set was read, with a row of each class in either part
    proportion = float(test_size)
    lacking = _lacking(dataset, proportion, in_all_splits)
    if not lacking:
        return ""
    sizes = sorted((number / 100 for number in range(1, 100)), key=lambda size: abs(size - proportion))
    better = next((size for size in sizes if not _lacking(dataset, size, False)), None)
    return f"{lacking}; {f'give {better:g}' if better else 'no proportion does, so give a data set with more rows'}"


@functools.cache  # asked for each cell of a grid, of which many are split alike
def _lacking(dataset: str | DataFile, test_size: float, in_all_splits: bool) -> str:
    certain = "" if in_all_splits else _lacking(dataset, test_size, True)
    if certain:
        return certain
    data = registry.load(dataset)
    rows = np.bincount(data.target) if data.class_names else np.array([len(data.target)])
    least, most = training_rows(rows, test_size)
    if in_all_splits:
        least, most = most, least
    for part, counts in (("test", rows - most), ("training", least)):
        places = np.flatnonzero(counts == 0)
        if len(places):
            of_class = f" of class {data.class_names[places[0]]!r}" if data.class_names else ""
            some = "" if in_all_splits else " in some splits"
            return f"which leaves data set {data.name!r} without a {part} row{of_class}{some}"
    return ""
