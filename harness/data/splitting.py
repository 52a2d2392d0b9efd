"""How the rows of a data set are divided into training and test part, and how features are scaled."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.base.errors import DataError
from harness.data.dataset import Dataset

SCALINGS = ("none", "standard", "min-max")
"""What `split` can do to the features; the parameters always come from the training part alone."""
GIVEN = "given"
"""In place of a proportion of test rows: the data set says which rows these are."""


@dataclass(frozen=True, eq=False)
class Split:
    """A data set divided for one training; the arrays are fresh and writable, as frameworks want them.

    Attributes
    ----------
    train_features, test_features : ndarray of float32, shape (rows of the part, features)
        Scaled with parameters of the training part.
    train_target, test_target : ndarray of int64 (classes) or float32, shape (rows of the part,)
        Never scaled.
    test_rows : ndarray of int64, shape (rows of the test part,)
        Row numbers in the data set, in the order of `test_features`.
    """

    train_features: NDArray[np.float32]
    train_target: NDArray[np.int64] | NDArray[np.float32]
    test_features: NDArray[np.float32]
    test_target: NDArray[np.int64] | NDArray[np.float32]
    test_rows: NDArray[np.int64]


def split(dataset: Dataset, test_size: float | str, scaling: str, seed: int) -> Split:
    """Divide a data set's rows into training and test part, and scale the features.

    The rows are drawn by scikit-learn's ``train_test_split``, stratified by class in a classification; where the data
    set says which are test rows, nothing is drawn.

    Parameters
    ----------
    dataset : Dataset
        What to divide.
    test_size : float or `GIVEN`
        Proportion of the rows in the test part, between 0 and 1; the number of rows is rounded up.
    scaling : {"none", "standard", "min-max"}
        How the features are scaled, by scikit-learn's scalers fitted on the training part only.
    seed : int
        The same seed gives the same split.

    Returns
    -------
    Split
        Scaled in float64, then stored as float32.

    Raises
    ------
    DataError
        If `scaling` is unknown, or `test_size` leaves a part without rows or without one of the classes.
    """
    if scaling not in SCALINGS:
        raise DataError(f"Unknown scaling {scaling!r}; valid are: {', '.join(SCALINGS)}.")
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    train, test = _rows(dataset, test_size, seed)
    for rows, part in ((train, "training"), (test, "test")):
        for index, label in enumerate(dataset.class_names):
            if index not in dataset.target[rows]:
                raise DataError(
                    f"Data set {dataset.name!r} with test_size {test_size}: "
                    f"class {label!r} has no row in the {part} part."
                )
    train_features, test_features = dataset.features[train], dataset.features[test]
    if scaling != "none":
        scaler = StandardScaler() if scaling == "standard" else MinMaxScaler()
        train_features = scaler.fit_transform(train_features)
        test_features = scaler.transform(test_features)
    target: NDArray[Any] = dataset.target if dataset.class_names else dataset.target.astype(np.float32)
    return Split(
        train_features=train_features.astype(np.float32),
        train_target=target[train],
        test_features=test_features.astype(np.float32),
        test_target=target[test],
        test_rows=test.astype(np.int64),
    )


def without_validation(whole: Split, proportion: float) -> Split:
    """Return a split without the last of its training rows, which a fit keeps for validation.

    As many stay as in Keras's ``fit`` with this ``validation_split``; features stay scaled as they are.

    Parameters
    ----------
    whole
        As `split` returns it, with its training rows in random order.
    proportion
        Of the training rows, from 0 to below 1.

    Raises
    ------
    DataError
        If no training row is left.
    """
    rows = len(whole.train_target)
    left = rows_trained_on(rows, proportion)
    if not left:
        raise DataError(f"A validation_split of {proportion} leaves none of {rows} training rows.")
    return replace(whole, train_features=whole.train_features[:left], train_target=whole.train_target[:left])


def rows_trained_on(rows: int, validation_split: float) -> int:
    """Return how many of so many training rows are left when a proportion of them is kept for validation."""
    return math.floor(rows * (1 - validation_split))


def count_test_rows(dataset: Dataset, test_size: float | str) -> int:
    """Return how many test rows every split of a data set has, without drawing one.

    Raises
    ------
    DataError
        If `test_size` is no proportion, though the data set does not say which rows are test rows.
    """
    rows = len(dataset.target)
    if dataset.test_from is not None:
        return rows - dataset.test_from
    if isinstance(test_size, str) or not 0 < test_size < 1:
        raise DataError(f"test_size is {test_size}; it must lie between 0 and 1, both excluded.")
    return math.ceil(test_size * rows)  # as train_test_split rounds


def _rows(dataset: Dataset, test_size: float | str, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of the training rows and of the test rows."""
    rows = np.arange(len(dataset.target))
    if dataset.test_from is not None:
        return rows[: dataset.test_from], rows[dataset.test_from :]
    _check_proportion(dataset, test_size)
    from sklearn.model_selection import train_test_split

    classes = dataset.target if dataset.class_names else None
    train, test = train_test_split(rows, test_size=test_size, random_state=seed, stratify=classes)
    return train, test


def _check_proportion(dataset: Dataset, test_size: float | str) -> None:
    """Refuse a proportion that leaves a part with too few rows, before scikit-learn does in its own words."""
    rows, needed = len(dataset.target), max(1, len(dataset.class_names))
    test = count_test_rows(dataset, test_size)
    if min(test, rows - test) < needed:
        raise DataError(
            f"Data set {dataset.name!r} with test_size {test_size}: {rows - test} training and {test} test "
            f"rows, and each part needs at least {needed}."
        )
    for index, label in enumerate(dataset.class_names):
        if (count := int(np.sum(dataset.target == index))) < 2:
            raise DataError(f"Data set {dataset.name!r}: class {label!r} has {count} rows, a split needs 2.")
