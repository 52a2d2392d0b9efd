import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness.base.errors import ConfigError, DataError, RegisterError
from harness.data import registry, splitting
from harness.report.grid import Grid
from harness.report.protocol_file import read_grid
from harness.training.config import TrainingConfig
from tests.builders.reports import DESCRIBED, FLOWERS, OWN, PROTOCOL, data_file_of, first_protocol

Open = Callable[..., Grid]


@pytest.fixture
def open_grid(tmp_path: Path) -> Open:
    """Read the grid of a report that brings its own data."""

    def open_with(data: str | bytes | None = FLOWERS, protocol: str = OWN) -> Grid:
        if data is not None:
            (tmp_path / "flowers.csv").write_bytes(data.encode() if isinstance(data, str) else data)
        (tmp_path / "protocol.toml").write_text(protocol, encoding="utf-8")
        return read_grid(tmp_path / "protocol.toml")

    return open_with


def test_a_report_brings_its_own_data(open_grid: Open) -> None:
    """Numbers stay numbers, categories become zeros and ones, and a column that is left out is not there."""
    dataset = registry.load(data_file_of(open_grid()))
    assert dataset.feature_names == ("petal", "colour=blue", "colour=red")
    assert dataset.features.tolist() == [[1, 0, 1], [2, 1, 0], [3, 0, 1], [4, 1, 0]]
    assert dataset.target.tolist() == [0, 0, 1, 1]
    assert (dataset.class_names, dataset.target_name, dataset.target_unit) == (("x", "y"), "kind", "class")
    assert (dataset.name, dataset.source) == ("flowers", "made up")


def test_a_target_of_numbers(open_grid: Open) -> None:
    """In a regression the target is read as numbers, with its unit."""
    described = DESCRIBED.replace('"classification"', '"regression"').replace('"kind"', '"petal"')
    described = described.replace('["colour"]', '["colour", "kind"]') + 'unit = "cm"\n'
    grid = open_grid(protocol=PROTOCOL + described)
    dataset = registry.load(grid.data_files["flowers"])
    assert dataset.target.tolist() == [1, 2, 3, 4]
    assert dataset.target.dtype == np.float64
    assert (dataset.task, dataset.class_names, dataset.target_unit) == ("regression", (), "cm")


def test_a_claim_may_ask_for_other_data(open_grid: Open) -> None:
    """Where a claim names a data set, it may be one of the report's own, or a registered one."""
    grid = open_grid(protocol=PROTOCOL + DESCRIBED)
    cell = {"activation": "relu"}
    assert grid.cell({**cell, "dataset": "flowers"}).config.dataset == grid.data_files["flowers"]
    assert grid.cell({**cell, "dataset": "flowers"}).name.endswith("(dataset=flowers)")
    assert grid.cell({**cell, "dataset": "iris"}).config.dataset == "iris"
    with pytest.raises(ConfigError, match="dataset is 'tulips'"):
        grid.cell({**cell, "dataset": "tulips"})


def test_the_data_may_be_what_is_left_open(open_grid: Open) -> None:
    """An alternative, and a reconstruction's answer, may be a data set of the report's own."""
    protocol = PROTOCOL.replace('"wine",', '"wine", alternatives = ["flowers"],') + DESCRIBED
    protocol = protocol.replace("value = 0.2,", "value = 0.5,")  # of four flowers
    grid = open_grid(protocol=protocol)
    assert first_protocol(grid).dataset == "wine"
    answered = grid.answering({"classification": {"dataset": "flowers"}})
    assert first_protocol(answered).dataset == grid.data_files["flowers"]


# What it is named by


def test_where_the_file_lies_does_not_matter(tmp_path: Path, open_grid: Open) -> None:
    """Two people who keep the same report in other folders share what was trained."""
    config = first_protocol(open_grid())
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "flowers.csv").write_text(FLOWERS)
    (tmp_path / "elsewhere" / "protocol.toml").write_text(OWN)
    other = first_protocol(read_grid(tmp_path / "elsewhere" / "protocol.toml"))
    assert data_file_of(open_grid()).file != other.dataset.file  # type: ignore[union-attr]
    assert (config.digest, config.to_plain()) == (other.digest, other.to_plain())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("4.0", "4.1"),
        ('["colour"]', '["colour", "name"]'),
        ('target = "kind"\ncategories = ["colour"]', 'target = "colour"\ncategories = ["kind"]'),
    ],
)
def test_what_is_read_decides_the_digest(open_grid: Open, old: str, new: str) -> None:
    """Another number in the file, or another way to read it, is another config."""
    first = first_protocol(open_grid())
    protocol = OWN.replace(old, new)
    if "name" in new:
        protocol = protocol.replace('left_out = ["name"]\n', "")
    data = FLOWERS.replace(old, new) if new == "4.1" else FLOWERS
    second = first_protocol(open_grid(data, protocol))
    assert first.digest != second.digest
    assert first != second


def test_a_remark_does_not_decide_the_digest(open_grid: Open) -> None:
    """A better source or a note asks for no new training."""
    first = first_protocol(open_grid())
    second = first_protocol(open_grid(protocol=OWN.replace('"made up"', '"from my garden"')))
    assert first.digest == second.digest


def test_a_config_survives_json(open_grid: Open) -> None:
    """Another process, such as the one that measures time, gets the config as text."""
    for config in (first_protocol(open_grid()), first_protocol(open_grid(protocol=PROTOCOL))):
        assert TrainingConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
        assert json.loads(json.dumps(config.to_plain())) == config.to_plain()


def test_a_file_that_changes_in_use_is_refused(open_grid: Open, tmp_path: Path) -> None:
    """Runs are never named after data that they were not trained on."""
    dataset = data_file_of(open_grid())
    (tmp_path / "flowers.csv").write_text(FLOWERS.replace("4.0", "5.0"))
    with pytest.raises(DataError, match=r"flowers\.csv: changed while it was in use"):
        dataset.read()
    (tmp_path / "flowers.csv").unlink()
    with pytest.raises(DataError, match=r"flowers\.csv: cannot be read \(No such file or directory\)"):
        dataset.read()


# What is refused


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (FLOWERS.replace("3.0", ""), "line 4, column 'petal': has no value (''); give one, or say missing"),
        (FLOWERS.replace("3.0", "long"), "line 4, column 'petal': is 'long'; give a number of single precision"),
        (FLOWERS.replace("c,3.0,red", "c,3.0,NA"), "line 4, column 'colour': has no value ('NA')"),
        (FLOWERS.replace("red,y", "red,"), "line 4, column 'kind': has no value ('')"),
        (FLOWERS.replace(",y", ",x"), "column 'kind': every row is of class 'x'; give rows of two classes or more"),
        (FLOWERS.replace("blue,y", "blue,z"), "column 'kind': class 'y' has one row; training and test part need one"),
        (
            FLOWERS.replace("kind", "sort"),
            "has no column 'kind', which target names; it has: name, petal, colour, sort",
        ),
        (FLOWERS.replace("colour", "color"), "has no column 'colour', which categories names"),
        (b"\xff\xfe", "not UTF-8 text (byte 0)"),
        ("", "has no rows"),
    ],
)
def test_a_file_that_is_not_as_described(open_grid: Open, tmp_path: Path, data: str | bytes, problem: str) -> None:
    """One sentence before anything is trained: which table, which file, and which line and column."""
    with pytest.raises(RegisterError) as refused:
        open_grid(data)
    said = str(refused.value)
    assert said.startswith(f"{tmp_path / 'protocol.toml'}, table [datasets.flowers], key 'file': ")
    assert f"{tmp_path / 'flowers.csv'}" in said
    assert problem in said


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('file = "flowers.csv"', "file = 1", "key 'file': is 1; give text"),
        ('"flowers.csv"', '"none.csv"', "key 'file': is 'none.csv'; there is no such file"),
        ('"flowers.csv"', '""', "key 'file': is ''; there is no such file"),
        ('"flowers.csv"', f'"{"x" * 300}"', "x', which cannot be the name of a file"),
        ('task = "classification"', 'task = "clustering"', "key 'task': is 'clustering'; give one of"),
        ('source = "made up"\n', "", "key 'source': missing; give text"),
        ('source = "made up"', 'source = "made up"\nsep = ";"', "key 'sep': unknown; known here: "),
        ('left_out = ["name"]', 'left_out = ["name", "kind"]', "a column is named twice among target, categories"),
        ('["colour"]\nleft_out = ["name"]', '["colour"]\nleft_out = ["name", "petal", "colour"]', "named twice among"),
        ("[datasets.flowers]", "[datasets.iris]", "key 'iris': a registered data set has this name; choose another"),
        ("[datasets.flowers]", "[datasets.tulips]", "dataset is 'flowers'; give one of: penguins, "),
        ('"classification"\ntarget = "kind"', '"regression"\ntarget = "petal"', "is '"),
    ],
)
def test_a_description_that_does_not_do(open_grid: Open, tmp_path: Path, old: str, new: str, problem: str) -> None:
    """A wrong key of ``[datasets]`` is told as those of all other tables are."""
    assert old in OWN
    with pytest.raises(RegisterError) as refused:
        open_grid(protocol=OWN.replace(old, new))
    assert str(refused.value).startswith(f"{tmp_path / 'protocol.toml'}, table [")
    assert problem in str(refused.value)


def test_a_file_without_a_feature(open_grid: Open) -> None:
    """Something has to be left to predict from."""
    protocol = OWN.replace('categories = ["colour"]\nleft_out = ["name"]', 'left_out = ["name", "petal", "colour"]')
    with pytest.raises(RegisterError, match="has no feature, since every column is the target or left out"):
        open_grid(protocol=protocol)


def test_data_of_another_task(open_grid: Open) -> None:
    """A regression's data are no classification's, and the sentence names those that are."""
    described = DESCRIBED.replace('"classification"', '"regression"').replace('"kind"', '"petal"')
    described = described.replace('["colour"]', '["colour", "kind"]')
    with pytest.raises(
        RegisterError, match="dataset is 'flowers', which is no classification data set; give one of: penguins, "
    ):
        open_grid(protocol=PROTOCOL.replace('"wine"', '"flowers"') + described)


# It stays inside the folder


@pytest.mark.parametrize(
    "path", ["../secret.csv", "{folder}/secret.csv", "sub/../../secret.csv", "link.csv", "sub/x.csv"]
)
def test_a_path_does_not_lead_outside(tmp_path: Path, path: str) -> None:
    """Neither upwards, nor from the root, nor by a link to a file or a folder elsewhere; nothing is read there."""
    (tmp_path / "secret.csv").write_text(FLOWERS)
    report, outside = tmp_path / "report", tmp_path / "outside"
    report.mkdir()
    outside.mkdir()
    (outside / "x.csv").write_text(FLOWERS)
    (report / "link.csv").symlink_to(tmp_path / "secret.csv")
    (report / "sub").symlink_to(outside)
    file = path.format(folder=tmp_path)
    (report / "protocol.toml").write_text(OWN.replace("flowers.csv", file))
    with pytest.raises(RegisterError) as refused:
        read_grid(report / "protocol.toml")
    problem = f"is {file!r}; give a file inside {report}: no absolute path, no '..', no link to elsewhere"
    assert str(refused.value).endswith(f"table [datasets.flowers], key 'file': {problem}")


def test_a_link_inside_the_folder_is_no_escape(open_grid: Open, tmp_path: Path) -> None:
    """The file may lie in a folder of the report's, and be a link to another file of the report's."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "real.csv").write_text(FLOWERS)
    (tmp_path / "flowers.csv").symlink_to("data/real.csv")
    assert data_file_of(open_grid(data=None)).file == str(tmp_path / "data" / "real.csv")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe with a name")
@pytest.mark.parametrize("kind", ["pipe", "folder", "circle"])
def test_what_is_no_file_is_not_read(open_grid: Open, tmp_path: Path, kind: str) -> None:
    """A pipe would never end, and a folder or a link in a circle has no content."""
    place = tmp_path / "flowers.csv"
    {"pipe": os.mkfifo, "folder": Path.mkdir, "circle": lambda path: path.symlink_to(path)}[kind](place)
    with pytest.raises(RegisterError, match=r"table \[datasets.flowers\], key 'file': is 'flowers.csv'"):
        open_grid(data=None)


def test_it_is_read_as_text_alone(open_grid: Open, tmp_path: Path) -> None:
    """A pickle under the name of a table is refused as text that is no UTF-8 or no table, and never loaded."""
    payload = b"\x80\x04cos\nsystem\n(S'touch ran'\ntR."
    with pytest.raises(RegisterError, match="not UTF-8 text"):
        open_grid(payload)
    assert not (tmp_path / "ran").exists()


# It is trained on

CLASSES = {"x": 3, "y": 3, "z": 4, "w": 4}
TRAINS = """
from pathlib import Path
import numpy as np
from harness.execution.engine import open_store, runs_of
from harness.report.protocol_file import read_grid

grid = read_grid(Path("report/protocol.toml"))
runs = runs_of(next(iter(grid.configs.values())), 2, open_store(Path("store")))
assert np.isfinite(runs.final_test_loss).all(), runs.final_test_loss
print(runs.test_predictions.shape, len(list(Path("store/runs").rglob("*.npz"))))
"""


@pytest.mark.parametrize("framework", ["keras", "torch"])
def test_a_batch_may_be_larger_than_the_data(tmp_path: Path, framework: str) -> None:
    """Fewer rows than a batch holds are one batch an epoch: the whole training part at once."""
    (tmp_path / "report").mkdir()
    rows = "".join(f"r{row},{row / 7},{'red' if row % 3 else 'blue'},{'xy'[row % 2]}\n" for row in range(20))
    (tmp_path / "report" / "flowers.csv").write_text("name,petal,colour,kind\n" + rows)
    protocol = OWN.replace('["torch"]', f'["{framework}"]').replace('framework = "torch"', f'framework = "{framework}"')
    (tmp_path / "report" / "protocol.toml").write_text(protocol)
    command = [sys.executable, "-c", TRAINS]
    for _ in range(2):  # the second finds them stored
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert result.stdout == "(2, 10, 2) 1\n", result.stderr


def test_a_split_without_a_row_of_a_class_is_one_sentence(open_grid: Open) -> None:
    """A proportion that leaves a part without a class is refused where the data are divided."""
    dataset = registry.load(data_file_of(open_grid()))
    with pytest.raises(DataError, match=r"Data set 'flowers' with test_size 0\.1: 3 training and 1 test rows"):
        splitting.split(dataset, 0.1, "standard", 0)


def test_a_class_without_a_row_is_said_when_the_protocol_is_read(open_grid: Open, tmp_path: Path) -> None:
    """Once, before anything is trained: file, table and key, and what would be right; of an alternative, too."""
    table = f"{tmp_path / 'protocol.toml'}, table [reconstruction.classification.test_size], key "
    lacking = (
        "test_size is 0.1, which leaves data set 'flowers' without a test row of class 'x' in some splits; give 0.26"
    )
    with pytest.raises(RegisterError) as refused:
        open_grid(protocol=OWN.replace("value = 0.5,", "value = 0.1,"))
    assert str(refused.value) == f"{table}'value': {lacking}"
    with pytest.raises(RegisterError) as refused:
        open_grid(protocol=OWN.replace("value = 0.5,", "value = 0.5, alternatives = [0.1],"))
    assert str(refused.value) == f"{table}'alternatives': {lacking}"


def test_the_one_split_of_a_report_may_have_a_row_of_each_class(open_grid: Open) -> None:
    """Where the seed decides it, only many splits are refused: one split shows itself when it is drawn."""
    rows = "".join(f"{kind}{row},{row}.5,red,{kind}\n" for kind, number in CLASSES.items() for row in range(number))
    data, few = "name,petal,colour,kind\n" + rows, OWN.replace("value = 0.5,", "value = 0.2,")
    with pytest.raises(RegisterError, match="without a test row of class 'x' in some splits"):
        open_grid(data, few)
    one_split = few.replace(DESCRIBED, 'splits = { value = "one", origin = "assumed", reason = "so" }\n' + DESCRIBED)
    assert open_grid(data, one_split).splits("classification") == "one"


def test_the_path_is_no_part_of_what_is_compared_by_checksum(open_grid: Open) -> None:
    """A file that was moved is the same data, and its checksum says so."""
    dataset = data_file_of(open_grid())
    assert registry.checksum(dataset) == registry.checksum(replace(dataset, file="/elsewhere/flowers.csv"))


def test_a_file_may_have_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    """It is the same data set, and another checksum, since it is read in another way."""
    (tmp_path / "flowers.csv").write_text(FLOWERS.replace(",", ";").replace(".", ","), encoding="utf-8")
    (tmp_path / "protocol.toml").write_text(OWN + 'separator = ";"\ndecimal = ","\n', encoding="utf-8")
    there = data_file_of(read_grid(tmp_path / "protocol.toml"))
    (tmp_path / "flowers.csv").write_text(FLOWERS, encoding="utf-8")
    (tmp_path / "protocol.toml").write_text(OWN, encoding="utf-8")
    here = data_file_of(read_grid(tmp_path / "protocol.toml"))
    (tmp_path / "flowers.csv").write_text(FLOWERS.replace(",", ";").replace(".", ","), encoding="utf-8")
    semicolons = there.read()
    (tmp_path / "flowers.csv").write_text(FLOWERS, encoding="utf-8")
    np.testing.assert_array_equal(semicolons.features, here.read().features)
    assert there.checksum != here.checksum


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ('separator = ";;"', "key 'separator': is ';;'; give one sign, such as"),
        ('separator = "a"', "key 'separator': is 'a'; give one sign, such as"),
        ('decimal = "_"', "key 'decimal': is '_'; give one of: ., ,"),
        ('decimal = ","', "key 'decimal': is the separator too; give another separator"),
    ],
)
def test_signs_that_cannot_be_are_one_sentence(tmp_path: Path, more: str, sentence: str) -> None:
    """With file, table and key."""
    (tmp_path / "flowers.csv").write_text(FLOWERS, encoding="utf-8")
    (tmp_path / "protocol.toml").write_text(OWN + more + "\n", encoding="utf-8")
    with pytest.raises(RegisterError) as raised:
        read_grid(tmp_path / "protocol.toml")
    assert f"protocol.toml, table [datasets.flowers], {sentence}" in str(raised.value)


def test_a_column_of_texts_of_its_own_is_no_category(tmp_path: Path) -> None:
    """It would become a feature for every row; that is said at once, however many rows there are."""
    rows = "".join(f"r{row},1.0,name {row},{'x' if row % 2 else 'y'}\n" for row in range(40_000))
    (tmp_path / "flowers.csv").write_text("name,petal,colour,kind\n" + rows, encoding="utf-8")
    (tmp_path / "protocol.toml").write_text(OWN, encoding="utf-8")
    began = time.process_time()
    with pytest.raises(RegisterError) as raised:
        read_grid(tmp_path / "protocol.toml")
    assert time.process_time() - began < 5
    assert "column 'colour': has 40000 different texts in 40000 rows: no categories; name it in " in str(raised.value)
