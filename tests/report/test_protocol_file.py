from pathlib import Path

import pytest

from harness.base.errors import ConfigError, RegisterError
from harness.training.trainers import trainer_named
from tests.builders.configs import small_config, trained_by
from tests.builders.functions import FUNCTION_PROTOCOL, function_grid
from tests.builders.protocols import BY_FRAMEWORK, complaint, read
from tests.builders.reports import DESCRIBED, FLOWERS, PROTOCOL

PLAIN = """
trainer = "torch"

[axes]
activation = ["relu", "tanh"]

[config]
dataset = "wine"
test_size = 0.25
scaling = "standard"
hidden_widths = [8]
optimizer = "sgd"
learning_rate = { value = 0.1, alternatives = [0.01], origin = "assumed", reason = "usual" }
batch_size = 32
epochs = 4
loss = "cross_entropy"
"""


# A grid without tasks


def test_a_config_may_stand_plainly(tmp_path: Path) -> None:
    """Each field by itself, or with the reason for its value and what might be taken instead."""
    grid = read(tmp_path, PLAIN)
    assert grid.configs == {
        "relu": small_config(),
        "tanh": small_config(activation="tanh"),
    }
    assert grid.cell({"activation": "tanh"}).task == ""
    assert grid.answering({"": {"learning_rate": 0.01}}).config("relu") == small_config(learning_rate=0.01)


def test_a_plain_value_may_hang_on_an_axis(tmp_path: Path) -> None:
    """A table by its values is taken as one."""
    by = PLAIN.replace("epochs = 4", "epochs = { relu = 4, tanh = 9 }")
    assert [config.epochs for config in read(tmp_path, by).configs.values()] == [4, 9]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("epochs = 4", "", "table [config], key 'epochs': missing; give a table"),
        (
            "epochs = 4",
            "epochs = 0",
            "table [config.epochs], key 'value': epochs is 0; give a whole number of at least 1",
        ),
        (
            '"wine"',
            '"boston"',
            "table [config.loss], key 'value': loss is 'cross_entropy', but data set 'boston' is a regression task; "
            "give one of: *",
        ),
        ("epochs = 4", "epochs = 4\ndepth = 2", "table [config], key 'depth': unknown; known here: *"),
    ],
)
def test_a_plain_config_that_cannot_be_trained_is_one_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    """Naming table and key."""
    assert old in PLAIN
    pytest.LineMatcher([complaint(tmp_path, PLAIN.replace(old, new))]).fnmatch_lines([sentence.replace("[", "[[]", 1)])


# A file of the first edition


def test_a_file_of_the_first_edition_is_told_each_new_name(tmp_path: Path) -> None:
    """All at once, with the first place of each; nothing of it is read."""
    old = PROTOCOL.replace(BY_FRAMEWORK, "").replace("test_size", "test_share").replace("origin", "provenance")
    file = tmp_path / "protocol.toml"
    assert complaint(tmp_path, old) == (
        "table [reconstruction.classification.dataset], key 'provenance': is called 'origin' now; "
        f"{file}, table [reconstruction.classification], key 'test_share': is called 'test_size' now"
    )


def test_trainers_of_all_cells_give_the_fields(tmp_path: Path) -> None:
    """A field is known if one of them has it."""
    grid = read(tmp_path, PROTOCOL)
    assert set(next(iter(grid.configs.values()))) == set(trainer_named("torch").fields)
    assert trained_by("keras", small_config()).trainer == "keras"


# Training functions


def test_a_training_function_takes_any_field(tmp_path: Path) -> None:
    """Axes may have numbers, which it gets as numbers; texts are what cells are called by."""
    grid = function_grid(tmp_path)
    assert grid.axes == {"rate": ("0.5", "0.9")}
    assert dict(grid.config("0.9")) == {"rate": 0.9, "epochs": 3}
    assert grid.cell({"rate": 0.9}).config == grid.cell({"rate": "0.9"}).config == grid.config("0.9")
    assert grid.cell({"rate": 0.9, "epochs": 5}).config.epochs == 5
    with pytest.raises(ConfigError, match=r"has no axis 'depth'; it has: rate; a config has besides: epochs$"):
        grid.cell({"rate": 0.9, "depth": 2})


def test_a_report_may_vary_all_that_a_function_takes(tmp_path: Path) -> None:
    """Then nothing else need be given; true and false are written as in TOML."""
    protocol = (
        'trainer = "train:run"\n[axes]\nnesterov = [true, false]\nname = ["a", "b"]\n[default]\nnesterov = true\n'
    )
    grid = function_grid(tmp_path, protocol=protocol)
    assert dict(grid.config("false-a")) == {"nesterov": False, "name": "a"}
    assert grid.cell({"name": "b"}).config == grid.config("true-b")
    assert grid.cell({"name": "b", "nesterov": False}).config == grid.config("false-b")


def test_what_a_report_leaves_open_may_be_a_choice_with_alternatives(tmp_path: Path) -> None:
    """As for the trainers that come with the harness, and it may hang on an axis."""
    choice = '{ value = 3, origin = "assumed", reason = "quick", alternatives = [5] }'
    protocol = FUNCTION_PROTOCOL.replace("epochs = 3", f"epochs = {choice}\nsteps = {{ 0.5 = 1, 0.9 = 2 }}")
    grid = function_grid(tmp_path, protocol=protocol.replace("0.5 = 1", '"0.5" = 1').replace("0.9 = 2", '"0.9" = 2'))
    assert [grid.config(rate).steps for rate in ("0.5", "0.9")] == [1, 2]
    assert grid.answering({"": {"epochs": 5}}).config("0.5").epochs == 5


def test_a_function_may_get_a_data_file_of_the_report(tmp_path: Path) -> None:
    """By the name that the report gives it; another text stays what it is."""
    (tmp_path / "flowers.csv").write_text(FLOWERS, encoding="utf-8")
    protocol = FUNCTION_PROTOCOL.replace("epochs = 3", 'dataset = "flowers"') + DESCRIBED
    config = function_grid(tmp_path, protocol=protocol).config("0.5")
    assert config.dataset.file == str(tmp_path / "flowers.csv")
    assert (
        function_grid(tmp_path, protocol=protocol.replace('dataset = "flowers"', 'dataset = "cifar"'))
        .config("0.5")
        .dataset
        == "cifar"
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "train:run",
            "train:main",
            "top level, key 'trainer': {folder}/train.py has no function 'main'; it has: run",
        ),
        (
            "\n[axes]",
            "\ntime_limit = 0\n[axes]",
            "top level, key 'time_limit': is 0; give the seconds that a run may take",
        ),
        (
            '"train:run"',
            '"torch"\ntime_limit = 60',
            "top level, key 'time_limit': is for a training function, such as trainer = \"train:run\"; take it out",
        ),
        ('"train:run"', '"torch"\ngpu = true', "top level, key 'gpu': is for a training function, such as "),
        ('trainer = "train:run"', 'gpu = true\n[logs]\nfiles = "x.csv"', "top level, key 'gpu': is for a training "),
        ("epochs = 3", "digest = 3", "table [config.digest], key 'value': digest cannot be the name of a field: "),
        (
            "[0.5, 0.9]",
            "[0.5, true]",
            "table [axes], key 'rate': is [0.5, True]; give a list of texts, of numbers, or ",
        ),
        ("[0.5, 0.9]", "[0.5, 0.5]", "table [axes], key 'rate': two cells are named '0.5'; rename a value"),
        ("epochs = 3", "splits = 3", "table [config], key 'splits': is 3; give one of: many, one"),
    ],
)
def test_a_wrong_protocol_of_a_function_is_one_sentence(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    """With file, table and key."""
    with pytest.raises(RegisterError) as caught:
        function_grid(tmp_path, protocol=FUNCTION_PROTOCOL.replace(old, new))
    assert str(caught.value).startswith(f"{tmp_path}/protocol.toml, {sentence.format(folder=tmp_path)}")
