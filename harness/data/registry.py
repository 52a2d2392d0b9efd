"""The registered data sets, read from files whose checksum was verified, and the splits of every data set.

The files lie beside this module (``README.md`` there has their origins and licences); a report brings others as a
`harness.data.data_file.DataFile`. Nothing is downloaded, and no framework is imported to read them; only `split` needs
scikit-learn.
"""

import csv
import functools
import hashlib
import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from harness.base.errors import DataError
from harness.data.data_file import DataFile
from harness.data.dataset import Dataset, Task

TASKS: tuple[str, ...] = get_args(Task)
FOLDER = Path(__file__).parent
REMEDY = "restore it from the repository or reinstall pytest-claims"
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


@dataclass(frozen=True)
class _Entry:
    """What is registered about one data set: where its file is, what it must be, how it is read."""

    task: Task
    file: str  # beside this module
    sha256: str
    rows: int  # after rows with a missing value in a column used are dropped
    numeric: str  # columns, written as in the header of a CSV file
    target: str
    unit: str
    source: str
    note: str
    one_hot: tuple[tuple[str, tuple[str, ...]], ...] = ()  # columns and their categories
    class_names: tuple[str, ...] = ()  # a file writes a class as its name or as its index in this tuple
    sizes_line: bool = False  # scikit-learn's CSV files open with a line of sizes
    header: bool = True  # without one, the columns are the numeric ones and the target

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.numeric.split(","))


_PENGUINS = _Entry(
    task="classification",
    file="penguins.csv",
    sha256="f204db2c753b0937caac3cb35258562c14f073e4bbc76be24b4c51ce22767a93",
    rows=333,
    numeric="bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g",
    one_hot=(("island", ("Biscoe", "Dream", "Torgersen")), ("sex", ("female", "male"))),
    target="species",
    unit="class",
    class_names=("Adelie", "Chinstrap", "Gentoo"),
    source="palmerpenguins 0.1.6, data/penguins.csv: Gorman, Williams, Fraser (2014), PLOS ONE 9(3), e90081.",
    note="Data CC0 (Horst, Hill and Gorman 2020), package MIT. The study year is left out; 333 of 344 rows "
    "have a value in every column used.",
)
_IRIS = _Entry(
    task="classification",
    file="iris.csv",
    sha256="f13ffa8fdd56fd8e6c8d16d4081a3fbd3114bcd0aae4256c43205169cd9d1449",
    sizes_line=True,
    header=False,
    rows=150,
    numeric="sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)",
    target="species",
    unit="class",
    class_names=("setosa", "versicolor", "virginica"),
    source="scikit-learn 1.9.1, datasets/data/iris.csv: Fisher (1936), Annals of Eugenics 7(2), 179-188.",
    note="Shipped by scikit-learn under BSD-3-Clause. As in Fisher's paper and in R; the copy in the UCI "
    "repository has two wrong data points; one row stands twice.",
)
_REGISTRY: dict[str, _Entry] = {
    "penguins": _PENGUINS,
    "penguins-numeric": replace(
        _PENGUINS,
        rows=342,
        one_hot=(),
        note="Data CC0 (Horst, Hill and Gorman 2020), package MIT. The four measurements only; 342 of 344 "
        "rows have all four, nine more than in the set with island and sex.",
    ),
    "wine": replace(
        _IRIS,
        file="wine_data.csv",
        sha256="10e8a802908b34f86e5da8ce962f3c806694bc98450a18f61851af59f324bede",
        rows=178,
        numeric="alcohol,malic_acid,ash,alcalinity_of_ash,magnesium,total_phenols,flavanoids,nonflavanoid_phenols,"
        "proanthocyanins,color_intensity,hue,od280/od315_of_diluted_wines,proline",
        target="cultivar",
        class_names=("class_0", "class_1", "class_2"),
        source="scikit-learn 1.9.1, datasets/data/wine_data.csv: Forina et al. (1988), PARVUS, by way of the "
        "UCI Machine Learning Repository.",
        note="Shipped by scikit-learn under BSD-3-Clause. The three cultivars are not named in the file.",
    ),
    "iris": _IRIS,
    "auto-mpg": _Entry(
        task="regression",
        file="cars.json",
        sha256="f686a53678b21f4231e2f6a5ba7ce5761d9d39204fccdea1caa29fb8c460e319",
        rows=392,
        numeric="cylinders,displacement,horsepower,weight_in_lbs,acceleration,model_year",
        one_hot=(("origin", ("Europe", "Japan", "USA")),),
        target="miles_per_gallon",
        unit="miles per gallon",
        source="vega_datasets 0.9.0, _data/cars.json: Donoho and Ramos (1982), PRIMDATA, StatLib; used "
        "by Quinlan (1993), Combining Instance-Based and Model-Based Learning.",
        note="Package MIT. 392 of 406 rows are complete. This file has no model year 81: its 58 complete "
        "cars of year 82 are those of 81 and 82 in the UCI copy, so model_year is coarser here than there.",
    ),
    "boston": _Entry(
        task="regression",
        file="boston_house_prices.csv",
        sha256="d98212636026544fc9b9c0f372e5f819872e6fa6fa757ab025efdda22180f2d6",
        sizes_line=True,
        rows=506,
        numeric="CRIM,ZN,INDUS,CHAS,NOX,RM,AGE,DIS,RAD,TAX,PTRATIO,B,LSTAT",
        target="MEDV",
        unit="1000 USD (median value of owner-occupied homes)",
        source="harness/data/boston_house_prices.csv, from scikit-learn 1.1.3: Harrison, Rubinfeld (1978), "
        "J. Environ. Econ. Manage. 5, 81-102; Belsley, Kuh, Welsch (1980), Regression Diagnostics; StatLib.",
        note="Licence and caveats in harness/data/README.md. Column B assumes that house prices depend on "
        "the proportion of Black residents; scikit-learn removed the set in 1.2 for it. 16 rows have a MEDV of "
        "exactly 50.",
    ),
}


def names(task: str | None = None) -> tuple[str, ...]:
    """Name the registered data sets, all of them or those of one task."""
    if task is not None and task not in TASKS:
        raise DataError(f"Unknown task {task!r}; valid are: {', '.join(TASKS)}.")
    return tuple(name for name, entry in _REGISTRY.items() if task in (None, entry.task))


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


def _entry(name: str) -> _Entry:
    try:
        return _REGISTRY[name]
    except KeyError:
        raise DataError(f"Unknown data set {name!r}; valid are: {', '.join(_REGISTRY)}.") from None


def _verified(name: str, entry: _Entry) -> bytes:
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


def _records(text: str, entry: _Entry) -> list[dict[str, str]]:
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
