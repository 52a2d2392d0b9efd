import hashlib
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from harness.base.errors import DataError
from harness.data import registry, splitting
from harness.data.class_rows import training_rows, without_rows
from harness.data.data_file import DataFile


def flowers(folder: Path, counts: dict[str, int]) -> DataFile:
    """Return a data file with this many rows of each class."""
    rows = [f"{place}.0,{kind}" for kind, number in counts.items() for place in range(number)]
    content = "\n".join(["petal,kind", *rows, ""]).encode()
    (folder / "flowers.csv").write_bytes(content)
    return DataFile(
        name="flowers",
        file=str(folder / "flowers.csv"),
        sha256=hashlib.sha256(content).hexdigest(),
        task="classification",
        target="kind",
        categories=(),
        left_out=(),
        unit="",
        source="made up",
        note="",
    )


@given(
    rows=st.lists(st.integers(2, 9), min_size=2, max_size=5),
    test_size=st.floats(0.05, 0.95),
    seeds=st.lists(st.integers(0, 2**32 - 1), min_size=5, max_size=5),
)
def test_no_split_has_more_or_fewer(rows: list[int], test_size: float, seeds: list[int]) -> None:
    """As scikit-learn draws them; what a seed cannot change is known exactly."""
    everything, classes = sum(rows), np.repeat(np.arange(len(rows)), rows)
    test = math.ceil(test_size * everything)
    if min(test, everything - test) < len(rows):
        return  # scikit-learn refuses it
    least, most = training_rows(np.array(rows), test_size)
    for seed in seeds:
        training, _ = train_test_split(classes, test_size=test_size, random_state=seed, stratify=classes)
        drawn = np.bincount(training, minlength=len(rows))
        assert (least <= drawn).all()
        assert (drawn <= most).all()
    assert least.sum() <= everything - test <= most.sum()


def test_equal_remainders_are_up_to_the_seed() -> None:
    """Three classes of three rows, and seven training rows: one class has all of its own there in some splits."""
    least, most = training_rows(np.array([3, 3, 3]), 2 / 9)
    assert (least.tolist(), most.tolist()) == ([2, 2, 2], [3, 3, 3])
    assert [bound.tolist() for bound in training_rows(np.array([3, 3, 3]), 1 / 3)] == [[2, 2, 2], [2, 2, 2]]


@pytest.mark.parametrize(
    ("counts", "test_size", "said"),
    [
        ({"x": 18, "y": 2}, 0.1, "which leaves data set 'flowers' without a test row of class 'y'; give 0.26"),
        ({"x": 18, "y": 2}, 0.5, ""),
        ({"x": 18, "y": 2}, 0.8, "which leaves data set 'flowers' without a training row of class 'y'; give 0.7"),
        (
            {"x": 3, "y": 3, "z": 4, "w": 4},
            0.2,
            "which leaves data set 'flowers' without a test row of class 'x' in some splits; give 0.22",
        ),
    ],
)
def test_a_class_without_rows_is_named(tmp_path: Path, counts: dict[str, int], test_size: float, said: str) -> None:
    """With a proportion near the given one that gives every class rows in both parts, and no split refuses."""
    data = flowers(tmp_path, counts)
    found = without_rows(data, test_size)
    assert found == said
    better = float(found.rpartition(" ")[2]) if found else test_size
    for seed in range(20):
        splitting.split(registry.load(data), better, "none", seed)
    if found and " in some splits" not in found:
        with pytest.raises(DataError):
            splitting.split(registry.load(data), test_size, "none", 0)


def test_what_some_seeds_spare_is_said_of_many_splits(tmp_path: Path) -> None:
    """Of one split it is not certain: the seed may be one that spares the class."""
    data = flowers(tmp_path, {"x": 3, "y": 3, "z": 4, "w": 4})
    assert without_rows(data, 0.2)
    assert without_rows(data, 0.2, in_all_splits=True) == ""
    assert without_rows(data, 0.05) == without_rows(data, 0.05, in_all_splits=True) != ""


def test_a_regression_needs_rows_in_both_parts() -> None:
    """Whatever they are."""
    assert without_rows("auto-mpg", 0.2) == ""
    assert without_rows("auto-mpg", 0.999) == ("which leaves data set 'auto-mpg' without a training row; give 0.99")
