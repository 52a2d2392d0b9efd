"""A data set in memory, whatever file it was read from."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from harness.base.errors import DataError

Task = Literal["classification", "regression"]


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set in memory; its arrays are read-only copies.

    Attributes
    ----------
    name : str
        The name it is registered under.
    task : {"classification", "regression"}
        What a model of the target is.
    feature_names : tuple of str
        One name per feature; a one-hot feature is named ``column=category``.
    features : ndarray of float64, shape (rows, features)
        Numeric columns first, then the one-hot columns, none of which is left out.
    target : ndarray of int64 (index into `class_names`) or float64, shape (rows,)
        What is to be predicted.
    target_name, target_unit : str
        The target's column, and its unit in words (``"class"`` for classes).
    class_names : tuple of str
        One name per class; empty for regression.
    source : str
        Package, file and original reference, in one sentence.
    note : str
        Licence and caveats.
    test_from : int or None
        From which row on all rows are test rows, in every split; None where a split draws them.
    """

    name: str
    task: Task
    feature_names: tuple[str, ...]
    features: NDArray[np.float64]
    target: NDArray[np.int64] | NDArray[np.float64]
    target_name: str
    target_unit: str
    class_names: tuple[str, ...]
    source: str
    note: str
    test_from: int | None = None

    def __post_init__(self) -> None:
        if self.features.shape != (len(self.target), len(self.feature_names)) or self.target.ndim != 1:
            raise DataError(
                f"Data set {self.name!r}: features of shape {self.features.shape} do not fit "
                f"{len(self.feature_names)} feature names and a target of shape {self.target.shape}."
            )
        if (self.task == "classification") != bool(self.class_names):
            raise DataError(f"Data set {self.name!r}: a {self.task} with class names {self.class_names}.")
        dtype = np.int64 if self.task == "classification" else np.float64
        for field, array in (
            ("features", np.array(self.features, dtype=np.float64)),
            ("target", np.array(self.target, dtype=dtype)),
        ):
            array.setflags(write=False)
            object.__setattr__(self, field, array)
