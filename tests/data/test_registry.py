import dataclasses
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from harness.base.errors import DataError
from harness.data import registry
from harness.data.registry import load
from harness.data.shipped import SHIPPED, Shipped
from tests.builders.datasets import numbered

ROOT = Path(__file__).resolve().parents[2]

# name: task, rows, features
REMEDY = registry.REMEDY
SHAPES = {
    "penguins": ("classification", 333, 9),
    "penguins-numeric": ("classification", 342, 4),
    "wine": ("classification", 178, 13),
    "iris": ("classification", 150, 4),
    "auto-mpg": ("regression", 392, 9),
    "boston": ("regression", 506, 13),
}


@pytest.fixture
def fresh() -> Iterator[None]:
    """Nothing loaded under an altered registry stays in the cache."""
    load.cache_clear()
    yield
    load.cache_clear()


# The registered sets


def test_names_are_complete() -> None:
    """The registered names are the documented ones, and each task has its own."""
    assert set(registry.names()) == set(SHAPES)
    assert set(registry.names("regression")) == {"auto-mpg", "boston"}
    assert set(registry.names("classification")) == set(SHAPES) - {"auto-mpg", "boston"}


@pytest.mark.parametrize("name", SHAPES)
def test_shape_and_types(name: str) -> None:
    """Task, row count, feature count, dtypes and the description of each set are as documented."""
    task, rows, features = SHAPES[name]
    data = load(name)
    assert (data.name, data.task, registry.task(name)) == (name, task, task)
    assert data.features.shape == (rows, features)
    assert data.features.dtype == np.float64
    assert np.isfinite(data.features).all()
    assert data.target.shape == (rows,)
    assert data.target.dtype == (np.int64 if task == "classification" else np.float64)
    assert len(set(data.feature_names)) == features
    assert bool(data.class_names) == (task == "classification")
    assert all((data.source, data.note, data.target_name, data.target_unit))


@pytest.mark.parametrize("name", SHAPES)
def test_arrays_are_read_only(name: str) -> None:
    """No caller can change the data set that all callers proportion."""
    data = load(name)
    assert load(name) is data
    for array in (data.features, data.target):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_a_dataset_copies_its_arrays() -> None:
    """Making a data set does not freeze the caller's array, and later changes to it do not reach the set."""
    target = np.arange(3.0)
    data = dataclasses.replace(numbered(3), target=target)
    target[0] = 9.0
    assert data.target[0] == 0.0


@pytest.mark.parametrize(
    "change",
    [
        {"target": np.zeros(4)},
        {"feature_names": ("a", "b")},
        {"class_names": ("a",)},
        {"task": "classification"},
    ],
)
def test_a_dataset_that_contradicts_itself_is_refused(change: dict[str, object]) -> None:
    """Shapes that do not fit and class names that do not fit the task are refused at construction."""
    with pytest.raises(DataError, match="'numbered'"):
        dataclasses.replace(numbered(3), **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "class_names", "counts"),
    [
        ("penguins", ("Adelie", "Chinstrap", "Gentoo"), [146, 68, 119]),
        ("penguins-numeric", ("Adelie", "Chinstrap", "Gentoo"), [151, 68, 123]),
        ("wine", ("class_0", "class_1", "class_2"), [59, 71, 48]),
        ("iris", ("setosa", "versicolor", "virginica"), [50, 50, 50]),
    ],
)
def test_class_counts(name: str, class_names: tuple[str, ...], counts: list[int]) -> None:
    """Each class has the published number of rows."""
    data = load(name)
    assert data.class_names == class_names
    assert np.bincount(data.target).tolist() == counts
    assert data.target_unit == "class"


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("penguins", [39.1, 18.7, 181, 3750, 0, 0, 1, 0, 1]),
        ("penguins-numeric", [39.1, 18.7, 181, 3750]),
        ("wine", [14.23, 1.71, 2.43, 15.6, 127, 2.8, 3.06, 0.28, 2.29, 5.64, 1.04, 3.92, 1065]),
        ("iris", [5.1, 3.5, 1.4, 0.2]),
        ("auto-mpg", [8, 307, 130, 3504, 12, 70, 0, 0, 1]),
        ("boston", [0.00632, 18, 2.31, 0, 0.538, 6.575, 65.2, 4.09, 1, 296, 15.3, 396.9, 4.98]),
    ],
)
def test_first_row(name: str, first: list[float]) -> None:
    """The first row is the first row of the published set, in the documented column order."""
    assert load(name).features[0].tolist() == first


def test_penguins_columns() -> None:
    """Island and sex are one-hot with no category left out, the year is not used."""
    data = load("penguins")
    assert data.feature_names == (
        "bill_length_mm",
        "bill_depth_mm",
        "flipper_length_mm",
        "body_mass_g",
        "island=Biscoe",
        "island=Dream",
        "island=Torgersen",
        "sex=female",
        "sex=male",
    )
    # counts of the complete cases: 163 + 123 + 47 and 165 + 168 make 333
    assert data.features[:, 4:].sum(axis=0).tolist() == [163, 123, 47, 165, 168]


def test_penguins_numeric_means() -> None:
    """The means are those that R's palmerpenguins gives with na.rm = TRUE."""
    assert load("penguins-numeric").features.mean(axis=0) == pytest.approx(
        [43.92193, 17.15117, 200.9152, 4201.754], abs=5e-4
    )


def test_auto_mpg_values() -> None:
    """Mean, range and origins are those of the 392 complete cars; the file dates 1981's cars to 1982."""
    data = load("auto-mpg")
    assert data.target[0] == 18.0
    assert data.target.mean() == pytest.approx(23.44592, abs=1e-5)
    assert (data.target.min(), data.target.max()) == (9.0, 46.6)
    assert data.feature_names[5:] == ("model_year", "origin=Europe", "origin=Japan", "origin=USA")
    assert data.features[:, 6:].sum(axis=0).tolist() == [68, 79, 245]
    years, counts = np.unique(data.features[:, 5], return_counts=True)
    assert years.tolist() == [70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 82]
    assert counts[-1] == 58
    assert data.target_unit == "miles per gallon"


def test_boston_values() -> None:
    """First target, mean and unit are the published ones, and the note speaks of column B."""
    data = load("boston")
    assert data.target[0] == 24.0
    assert data.target.mean() == pytest.approx(22.53, abs=0.005)
    assert (data.target.min(), data.target.max()) == (5.0, 50.0)
    assert data.feature_names[11] == "B"
    assert data.target_unit == "1000 USD (median value of owner-occupied homes)"
    assert "Column B" in data.note


@pytest.mark.parametrize("name", ["wine", "iris"])
def test_same_as_scikit_learn(name: str) -> None:
    """Our reading of scikit-learn's files gives what scikit-learn's own loader gives."""
    import sklearn.datasets

    theirs = getattr(sklearn.datasets, f"load_{name}")()
    ours = load(name)
    np.testing.assert_array_equal(ours.features, theirs.data)
    np.testing.assert_array_equal(ours.target, theirs.target)
    assert ours.feature_names == tuple(theirs.feature_names)
    assert ours.class_names == tuple(theirs.target_names)


def test_data_readme_names_the_checksum() -> None:
    """The checksum in the folder's README is the registered one."""
    readme = (ROOT / "harness" / "data" / "README.md").read_text(encoding="utf-8")
    assert registry.checksum("boston") in readme


# Files that are not what is registered


def copied(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **changes: object) -> tuple[Path, Shipped]:
    """Register a set in a copy of its file; return file and old entry."""
    entry = SHIPPED[name]
    content = registry._verified(name, entry)
    copy = tmp_path / entry.file
    copy.write_bytes(content)
    monkeypatch.setattr(registry, "FOLDER", tmp_path)
    changed = dataclasses.replace(entry, **changes)  # type: ignore[arg-type]
    monkeypatch.setitem(SHIPPED, name, changed)
    return copy, entry


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("name", SHAPES)
def test_altered_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One changed byte is refused with file, both checksums and the remedy; the unchanged copy is read."""
    copy, entry = copied(name, tmp_path, monkeypatch)
    assert len(load(name).target) == entry.rows
    load.cache_clear()

    content = bytearray(copy.read_bytes())
    content[-2] ^= 1
    copy.write_bytes(content)
    with pytest.raises(DataError) as error:
        load(name)
    assert str(error.value) == (
        f"{copy} is not the file registered for data set {name!r}: expected sha256 {entry.sha256}, "
        f"found {hashlib.sha256(content).hexdigest()}; {REMEDY}."
    )


@pytest.mark.usefixtures("fresh")
def test_missing_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file is refused with its path, the expected checksum and the remedy."""
    copy, entry = copied("penguins", tmp_path, monkeypatch)
    copy.unlink()
    with pytest.raises(DataError) as error:
        load("penguins")
    assert str(error.value) == (
        f"{copy} is not the file registered for data set 'penguins': expected sha256 {entry.sha256}, "
        f"found no file; {REMEDY}."
    )


@pytest.mark.usefixtures("fresh")
def test_row_count_mismatch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that gives another number of complete rows than registered is refused with both numbers."""
    copied("penguins", tmp_path, monkeypatch, rows=344)
    with pytest.raises(DataError, match=r"penguins\.csv gives 333 complete rows .* where 344 are registered; "):
        load("penguins")


def test_unknown_names_list_the_valid_ones() -> None:
    """An unknown data set or task is refused with all valid names."""
    valid = "penguins, penguins-numeric, wine, iris, auto-mpg, boston"
    for function in (load, registry.task, registry.checksum):
        with pytest.raises(DataError) as error:
            function("bosten")
        assert str(error.value) == f"Unknown data set 'bosten'; valid are: {valid}."
    with pytest.raises(DataError, match=r"'ranking'; valid are: classification, regression\."):
        registry.names("ranking")


@pytest.mark.usefixtures("fresh")
def test_checksum_and_task_read_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checksum and task come from the registry; the same block on reading files does stop a load."""

    def refuse(path: Path) -> bytes:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    for name in SHAPES:
        assert len(registry.checksum(name)) == 64
        assert registry.task(name) in ("classification", "regression")
    with pytest.raises(AssertionError, match="was read"):
        load("iris")


# Laziness

HEAVY = ("torch", "tensorflow", "keras", "pandas", "sklearn")
LOAD_ALL = "import harness.data.registry as d; sets = [d.load(name) for name in d.names()]"


SPLIT = "from harness.data.splitting import split; split(sets[0], 0.2, 'none', 0)"


def heavy_modules_after(code: str) -> list[str]:
    """Run code in a fresh interpreter and tell which heavy packages it imported."""
    report = f"import sys, json; print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return list(json.loads(done.stdout))


def test_loading_imports_no_framework() -> None:
    """Importing the module and loading every set imports no framework, no pandas and no scikit-learn."""
    assert heavy_modules_after(LOAD_ALL) == []


def test_the_laziness_check_can_fail() -> None:
    """The same check finds scikit-learn after a split, and nothing before."""
    assert "sklearn" in heavy_modules_after(f"{LOAD_ALL}; {SPLIT}")
