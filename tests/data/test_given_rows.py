"""Test rows that a report brings, and rows that lack a value."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harness.base.errors import ConfigError, RegisterError
from harness.data import registry, splitting
from harness.data.data_file import DataFile
from harness.data.leaks import leaks_in
from harness.execution.engine import open_store, runs_of
from harness.execution.messages import task_of
from harness.execution.remote_task import answer_to
from harness.report.grid import Grid
from harness.report.protocol_file import read_grid
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed
from harness.training.trainers import fingerprint_of, trainer_named
from tests.builders.reports import DESCRIBED, FLOWERS, OWN, PROTOCOL, data_file_of

TESTED = """kind,name,colour,petal
y,e,green,5.0
x,f,red,6.0
y,g,red,7.0
"""
ONE_SPLIT = 'splits = { value = "one", origin = "stated", reason = "the test rows are given" }\n'
GIVEN = (
    OWN.replace("value = 0.5,", 'value = "given",').replace(DESCRIBED, ONE_SPLIT + DESCRIBED)
    + 'test_file = "tested.csv"\n'
)
Open = Callable[..., Grid]


@pytest.fixture
def open_grid(tmp_path: Path) -> Open:
    """Read the grid of a report that brings its own data, with test rows of their own if they are given."""

    def open_with(protocol: str = GIVEN, data: str = FLOWERS, tested: str = TESTED) -> Grid:
        (tmp_path / "flowers.csv").write_text(data, encoding="utf-8")
        (tmp_path / "tested.csv").write_text(tested, encoding="utf-8")
        (tmp_path / "protocol.toml").write_text(protocol, encoding="utf-8")
        return read_grid(tmp_path / "protocol.toml")

    return open_with


def test_given_test_rows_are_those_of_every_split(open_grid: Open) -> None:
    """All rows of the one file are trained on, all of the other tested, by the columns' names and not their order."""
    dataset = registry.load(data_file_of(open_grid()))
    assert dataset.feature_names == ("petal", "colour=blue", "colour=green", "colour=red")
    assert dataset.features.tolist() == [
        [1, 0, 0, 1],
        [2, 1, 0, 0],
        [3, 0, 0, 1],
        [4, 1, 0, 0],
        [5, 0, 1, 0],
        [6, 0, 0, 1],
        [7, 0, 0, 1],
    ]
    assert dataset.target.tolist() == [0, 0, 1, 1, 1, 0, 1]
    for seed in (0, 7):
        split = splitting.split(dataset, splitting.GIVEN, "standard", seed)
        assert split.test_rows.tolist() == [4, 5, 6]
        assert split.train_target.tolist() == [0, 0, 1, 1]
        assert split.test_target.tolist() == [1, 0, 1]
        # Scaled by the training rows alone, of which the mean is 2.5.
        assert split.train_features[:, 0].mean() == pytest.approx(0, abs=1e-6)
        assert split.test_features[:, 0] == pytest.approx(np.array([2.5, 3.5, 4.5]) / np.std([1, 2, 3, 4]))


def test_a_target_of_numbers_has_given_rows_too(open_grid: Open) -> None:
    """In a regression no class has to be in both files."""
    described = GIVEN.replace('task = "classification"\ntarget = "kind"', 'task = "regression"\ntarget = "petal"')
    table = described[described.index("[datasets.flowers]") :].replace('["name"]', '["name", "kind"]')
    grid = open_grid(PROTOCOL + table)
    dataset = registry.load(grid.data_files["flowers"])
    assert dataset.target.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert dataset.test_from == 4


def test_a_run_that_was_not_trained_has_as_many_test_rows(open_grid: Open) -> None:
    """What a claim needs is found on blank runs, which have the shapes of trained ones."""
    (config, *_) = open_grid().configs.values()
    blank = trainer_named(config.trainer).blank(config, [Seed(0, 0)])
    assert blank.test_predictions.shape == (1, 3, 2)


def test_the_test_rows_are_part_of_what_is_compared(open_grid: Open) -> None:
    """Other test rows, and rows left out, are other data; a file elsewhere is the same."""
    given = data_file_of(open_grid())
    other = data_file_of(open_grid(tested=TESTED.replace("7.0", "8.0")))
    drawn = data_file_of(open_grid(OWN))
    lenient = data_file_of(open_grid(OWN + 'missing = "leave out"\n'))
    assert len({one.checksum for one in (given, other, drawn, lenient)}) == 4
    assert given.lying_in(["/a.csv", "/b.csv"]).checksum == given.checksum
    assert given.lying_in(["/a.csv", "/b.csv"]).files == ("/a.csv", "/b.csv")
    assert drawn.lying_in(["/a.csv"]).files == ("/a.csv",)


def test_both_files_go_to_another_machine(open_grid: Open) -> None:
    """A worker reads training and test rows from what came with its task."""
    config = next(iter(open_grid().configs.values()))
    seeds = (Seed(0, 0),)
    read: list[tuple[list[str], int | None]] = []

    def train(there: TrainingConfig, _: tuple[Seed, ...]) -> Runs:
        data: DataFile = there.dataset
        texts = [Path(file).read_text(encoding="utf-8") for file in data.files]
        read.append((texts, registry.load(data).test_from))
        return trainer_named(there.trainer).blank(there, seeds)

    task = task_of((config, seeds), fingerprint_of(config))
    assert len(json.loads(task)["files"]["dataset"]) == 2
    answer_to(task, train)
    assert read == [([FLOWERS, TESTED], 4)]


MANY = GIVEN.replace(ONE_SPLIT, "")


@pytest.mark.parametrize(
    ("protocol", "place", "problem"),
    [
        (
            GIVEN.replace('value = "given",', "value = 0.5,"),
            "[reconstruction.classification.test_size], key 'value'",
            "test_size is 0.5, but data set 'flowers' has a test_file; give 'given'",
        ),
        (
            OWN.replace("value = 0.5,", 'value = "given",'),
            "[reconstruction.classification.test_size], key 'value'",
            "test_size is 'given', but data set 'flowers' has no test_file; give a proportion between 0 and 1",
        ),
        (
            GIVEN.replace('value = "given",', "value = 2,"),
            "[reconstruction.classification.test_size], key 'value'",
            "test_size is 2; give a number between 0 and 1, or 'given' where the data set has a test_file",
        ),
        (
            MANY,
            "[reconstruction.classification.splits], key 'value'",
            "splits is 'many', but data set 'flowers' has a test_file, so that there is one split; give 'one'",
        ),
        (
            GIVEN.replace("tested.csv", "none.csv"),
            "[datasets.flowers], key 'test_file'",
            "is 'none.csv'; there is no such file",
        ),
        (
            GIVEN.replace("tested.csv", "../tested.csv"),
            "[datasets.flowers], key 'test_file'",
            "is '../tested.csv'; give a file inside",
        ),
        (OWN + 'missing = "mean"\n', "[datasets.flowers], key 'missing'", "is 'mean'; give one of: refuse, leave out"),
    ],
)
def test_what_does_not_go_together(open_grid: Open, protocol: str, place: str, problem: str) -> None:
    """One sentence with the place, before anything is trained."""
    with pytest.raises(RegisterError) as refused:
        open_grid(protocol)
    assert f"table {place}: {problem}" in str(refused.value)


@pytest.mark.parametrize(
    ("data", "tested", "problem"),
    [
        (FLOWERS, TESTED.replace("colour", "hue"), "tested.csv: has no column 'colour', which categories names"),
        (FLOWERS, TESTED.replace("petal", "leaf"), "tested.csv: has no column 'petal', which "),
        (FLOWERS, "size," + TESTED.replace("\n", "\n1,", 3), "flowers.csv: has no column 'size', which "),
        (FLOWERS, TESTED.replace("x,", "y,"), "tested.csv, column 'kind': has no row of class 'x'; give one"),
        (FLOWERS, TESTED.replace("x,", "z,"), "flowers.csv, column 'kind': has no row of class 'z'; give one"),
        (FLOWERS, TESTED + "z,h,red,8.0\n", "flowers.csv, column 'kind': has no row of class 'z'; give one"),
        (FLOWERS, TESTED.replace("7.0", "long"), "tested.csv, line 4, column 'petal': is 'long'"),
        (FLOWERS, TESTED.replace("7.0", ""), "tested.csv, line 4, column 'petal': has no value ('')"),
    ],
)
def test_files_that_do_not_fit(open_grid: Open, data: str, tested: str, problem: str) -> None:
    """What is wrong with the test rows is said of their file."""
    with pytest.raises(RegisterError) as refused:
        open_grid(GIVEN, data, tested)
    assert problem in str(refused.value)


def test_a_claim_cannot_have_more_splits_than_there_are(open_grid: Open) -> None:
    """Neither by asking for them, nor by asking for data with given rows where each seed has a split of its own."""
    grid = open_grid()
    cell = {"activation": "relu"}
    assert grid.cell(cell).splits == "one"
    with pytest.raises(ConfigError, match="splits is 'crossed', but data set 'flowers' has a test_file"):
        grid.cell({**cell, "splits": "crossed"})
    wine = open_grid(GIVEN.replace('"flowers"', '"wine"', 1).replace('"given"', "0.2").replace(ONE_SPLIT, ""))
    assert wine.cell(cell).splits == "many"
    with pytest.raises(ConfigError, match="splits is 'many', but data set 'flowers' has a test_file"):
        wine.cell({**cell, "dataset": "flowers", "test_size": "given"})
    assert wine.cell({**cell, "dataset": "flowers", "test_size": "given", "splits": "one"}).splits == "one"


def test_only_test_rows_that_were_trained_on_leak(open_grid: Open) -> None:
    """Copies within the training rows, or within the test rows, tell a test nothing that it should not know."""
    data, tested = FLOWERS + "e,1.0,red,x\n", TESTED + "y,h,red,7.0\n"
    assert leaks_in(open_grid(GIVEN, data, tested).data_files.values()) == []
    (said,) = leaks_in(open_grid(GIVEN, data, tested + "x,i,red,1.0\n").data_files.values())
    assert said.startswith("Leakage: 1 of 5 rows in ")
    assert said.endswith("too; test results look better than they are. Take them out of one.")
    assert "tested.csv stand in " in said


@pytest.mark.parametrize("framework", ["keras", "torch"])
def test_given_rows_are_trained_and_tested_on(open_grid: Open, tmp_path: Path, framework: str) -> None:
    """Every seed has the same test rows and a training of its own."""
    grid = open_grid(GIVEN.replace('["torch"]', f'["{framework}"]').replace('"torch"', f'"{framework}"'))
    runs = runs_of(next(iter(grid.configs.values())), 3, open_store(tmp_path / "store"), "one")
    assert runs.test_rows.tolist() == [[4, 5, 6]] * 3
    assert len({tuple(losses) for losses in runs.test_loss.tolist()}) == 3


# Rows that lack a value


def test_rows_without_a_value_are_left_out(open_grid: Open) -> None:
    """Where the table says so; a value that lacks in a column that is not used is no fault, and the note counts."""
    data = FLOWERS.replace("\na,", "\n,") + "e,,red,x\nf,6.0,?,x\ng,7.0,blue,NA\nh,8.0,blue,y\n"
    dataset = registry.load(data_file_of(open_grid(OWN + 'missing = "leave out"\nnote = "public"\n', data)))
    assert dataset.features[:, 0].tolist() == [1, 2, 3, 4, 8]
    assert dataset.target.tolist() == [0, 0, 1, 1, 1]
    assert dataset.note == "public; 3 rows without a value left out"
    whole = registry.load(data_file_of(open_grid(OWN + 'missing = "leave out"\n')))
    assert whole.note == ""
    given = registry.load(data_file_of(open_grid(GIVEN + 'missing = "leave out"\n', data, TESTED + "x,h,NA,8.0\n")))
    assert (given.test_from, len(given.target), given.note) == (5, 8, "4 rows without a value left out")


def test_some_row_has_to_be_whole(open_grid: Open) -> None:
    """Otherwise a column that is used is empty, and the sentence says what to do."""
    with pytest.raises(RegisterError, match="no row has a value in every column that is used; name some in left_out"):
        open_grid(OWN + 'missing = "leave out"\n', "name,petal,colour,kind\na,,red,x\nb,2.0,,y\n")


def test_a_row_without_a_value_says_how_to_leave_it_out(open_grid: Open) -> None:
    """File, line, column and both ways out."""
    with pytest.raises(RegisterError) as refused:
        open_grid(OWN, FLOWERS.replace("3.0", ""))
    said = "line 4, column 'petal': has no value (''); give one, or say missing = \"leave out\" in the data set's table"
    assert said in str(refused.value)
