import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.base.errors import ConfigError, RegisterError
from harness.report.choices import Choice
from harness.report.configs import REPORTING_CHOICES
from harness.report.grid import Cell, Grid
from harness.report.protocol_file import read_grid
from harness.training.dense.fields import ACTIVATIONS, LOSSES_OF_TASK
from harness.training.dense.fields import FIELDS as DENSE_FIELDS
from tests.builders.configs import small_config

AXES = {
    "framework": ["keras", "torch"],
    "task": ["regression", "classification"],
    "activation": ["relu", "tanh"],
    "optimizer": ["sgd", "adam", "rmsprop"],
    "network": ["small", "deep"],
}

FIELDS = {
    "regression": {
        "dataset": "'boston'",
        "test_size": "0.2",
        "scaling": "'standard'",
        "hidden_widths": "{ small = [10], deep = [10, 10] }",
        "learning_rate": "0.01",
        "batch_size": "16",
        "epochs": "100",
        "loss": "'squared_error'",
    },
    "classification": {
        "dataset": "'iris'",
        "test_size": "0.3",
        "scaling": "'min-max'",
        "hidden_widths": "{ small = [10], deep = [10, 10] }",
        "learning_rate": "{ sgd = 0.1, adam = 0.001, rmsprop = 0.002 }",
        "batch_size": "8",
        "epochs": "50",
        "loss": "{ keras = 'cross_entropy', torch = 'cross_entropy_on_softmax' }",
    },
}

BY = {"small": "network", "sgd": "optimizer", "keras": "framework"}


def document() -> str:
    """Write a small grid that is complete."""
    lines = [
        'trainer = { by = "framework" }',
        "[axes]",
        *(f"{axis} = {json.dumps(values)}" for axis, values in AXES.items()),
    ]
    lines += ["[default]", 'optimizer = "adam"', 'network = "small"']
    for task, fields in FIELDS.items():
        for field, value in fields.items():
            lines += [f"[reconstruction.{task}.{field}]", f"value = {value}"]
            lines += [f'by = "{axis}"' for word, axis in BY.items() if value.startswith("{ " + word)]
            lines += ['origin = "assumed"', f'reason = "why {field}"']
    return "\n".join(lines) + "\n"


PROTOCOL = document()

fuzzed = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(folder: Path, text: str = PROTOCOL) -> Grid:
    """Read a grid from text."""
    file = folder / "protocol.toml"
    file.write_text(text, encoding="utf-8")
    return read_grid(file)


# A valid grid


def test_every_cell_has_a_config(tmp_path: Path) -> None:
    """There are as many cells as the axes span, each with a name of its own that leads to its config."""
    grid = read(tmp_path)
    assert len(grid.configs) == 2 * 2 * 2 * 3 * 2
    assert len(set(grid.configs.values())) == len(grid.configs)
    for values in itertools.product(*AXES.values()):
        cell = dict(zip(AXES, values, strict=True))
        name = grid.cell_name(**cell)
        assert name == "-".join(values)
        config = grid.config(name)
        assert (config.trainer, grid.named_cell(name, {}).task, config.activation, config.optimizer) == values[:4]
        assert config.hidden_widths == ((10,) if cell["network"] == "small" else (10, 10))


def test_a_config_in_full(tmp_path: Path) -> None:
    """Axes, fixed values and values by axis come together."""
    assert read(tmp_path).config("torch-classification-tanh-rmsprop-deep") == small_config(
        dataset="iris",
        test_size=0.3,
        scaling="min-max",
        hidden_widths=(10, 10),
        activation="tanh",
        optimizer="rmsprop",
        learning_rate=0.002,
        batch_size=8,
        epochs=50,
        loss="cross_entropy_on_softmax",
    )


def test_the_choices_are_kept_with_their_reasons(tmp_path: Path) -> None:
    """What was reconstructed can be shown: value, axis that decides, origin and reason."""
    grid = read(tmp_path)
    assert grid.reconstruction["regression"]["epochs"] == Choice(100, None, "assumed", "why epochs")
    rate = grid.reconstruction["classification"]["learning_rate"]
    assert (rate.by, rate.at({"optimizer": "sgd"}), rate.at({"optimizer": "adam"})) == ("optimizer", 0.1, 0.001)
    assert set(grid.reconstruction["regression"]) == {*FIELDS["regression"], *REPORTING_CHOICES}
    assert (grid.axes, grid.default) == (
        {axis: tuple(values) for axis, values in AXES.items()},
        {"optimizer": "adam", "network": "small"},
    )


def test_defaults_fill_a_name(tmp_path: Path) -> None:
    """An axis that is not named has its default; a named one goes before it."""
    grid = read(tmp_path)
    named = {"framework": "keras", "task": "regression", "activation": "relu"}
    assert grid.cell_name(**named) == "keras-regression-relu-adam-small"
    assert grid.cell_name(**named, optimizer="sgd") == "keras-regression-relu-sgd-small"


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (
            {"depth": "3"},
            "the grid in {file} has no axis 'depth'; it has: framework, task, activation, optimizer, network",
        ),
        ({"framework": "jax"}, "framework is 'jax'; the grid in {file} has: keras, torch"),
        ({"framework": "keras"}, "say which task: regression, classification ({file} sets no default)"),
    ],
)
def test_a_cell_that_cannot_be_named(tmp_path: Path, chosen: dict[str, str], message: str) -> None:
    """An unknown axis or value, or a missing one, is answered with the valid ones."""
    with pytest.raises(ConfigError) as error:
        read(tmp_path).cell_name(**chosen)
    assert str(error.value) == message.format(file=tmp_path / "protocol.toml")


def test_an_unknown_cell(tmp_path: Path) -> None:
    """An unknown name is answered with the pattern of all names."""
    with pytest.raises(ConfigError) as error:
        read(tmp_path).config("keras-regression-relu-adam")
    assert str(error.value) == (
        f"no cell 'keras-regression-relu-adam' in {tmp_path / 'protocol.toml'}; a cell's name is "
        "{keras,torch}-{regression,classification}-{relu,tanh}-{sgd,adam,rmsprop}-{small,deep}"
    )


# A cell with something changed

NAMED = {"framework": "torch", "task": "classification", "activation": "tanh"}
NAME = "torch-classification-tanh-adam-small"


def test_a_variant_without_changes_is_its_cell(tmp_path: Path) -> None:
    """Axes alone name a cell of the grid, and give its config."""
    grid = read(tmp_path)
    assert grid.cell(NAMED) == Cell(NAME, "classification", grid.config(NAME), "many")
    deep = NAME.replace("adam-small", "sgd-deep")
    asked = grid.cell({**NAMED, "optimizer": "sgd", "network": "deep"})
    assert asked == grid.named_cell(deep, {}) == Cell(deep, "classification", grid.config(deep), "many")


def test_a_cell_may_be_asked_for_on_other_splits(tmp_path: Path) -> None:
    """Its config is the same, its name says so; together with what is changed, and only with splits that there are."""
    grid = read(tmp_path)
    crossed = grid.cell({**NAMED, "splits": "crossed"})
    assert crossed == Cell(f"{NAME} (splits=crossed)", "classification", grid.config(NAME), "crossed")
    longer = grid.cell({**NAMED, "splits": "one", "epochs": 3})
    assert (longer.splits, longer.name, longer.config.epochs) == ("one", f"{NAME} (epochs=3) (splits=one)", 3)
    with pytest.raises(ConfigError, match=r"^splits is 'two'; give one of: many, one, crossed, second, third, fourth$"):
        grid.cell({**NAMED, "splits": "two"})


@pytest.mark.parametrize(
    ("changed", "described"),
    [
        ({"learning_rate": 0.1}, "learning_rate=0.1"),
        ({"epochs": 3, "hidden_widths": (4, 4)}, "epochs=3, hidden_widths=(4, 4)"),
        ({"dataset": "wine"}, "dataset=wine"),
        ({"regime": "matched"}, "regime=matched"),
    ],
)
def test_a_variant_differs_in_what_its_name_tells(tmp_path: Path, changed: dict[str, Any], described: str) -> None:
    """The name is the cell's with the changes behind it, and the config the cell's but for them."""
    grid = read(tmp_path)
    cell = grid.cell({**NAMED, **changed})
    name, config = cell.name, cell.config
    assert cell == grid.named_cell(NAME, changed)
    assert name == f"{NAME} ({described})"
    assert config == grid.config(NAME).changed(**changed)
    assert config not in grid.configs.values()
    assert name not in grid.configs


def test_a_field_that_is_an_axis_is_one(tmp_path: Path) -> None:
    """A config has the fields activation and optimizer; where the grid has these axes, they name cells.

    So only the grid's values will do, the name has no parentheses, and what hangs on the axis follows it.
    """
    grid = read(tmp_path)
    cell = grid.cell({**NAMED, "optimizer": "sgd", "epochs": 3})
    config = cell.config
    assert cell.name == "torch-classification-tanh-sgd-small (epochs=3)"
    assert (config.optimizer, config.learning_rate, config.epochs) == ("sgd", 0.1, 3)
    with pytest.raises(ConfigError, match=r"^activation is 'sigmoid'; the grid in .* has: relu, tanh$"):
        grid.cell({**NAMED, "activation": "sigmoid"})
    without = PROTOCOL.replace('activation = ["relu", "tanh"]', "")
    for task in FIELDS:
        without += f"[reconstruction.{task}.activation]\nvalue = 'relu'\norigin = 'stated'\nreason = 'so'\n"
    cell = read(tmp_path, without).cell(NAMED)
    assert (cell.name, cell.config.activation) == ("torch-classification-adam-small (activation=tanh)", "tanh")


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (
            {"learning_speed": 0.1},
            "the grid in {file} has no axis 'learning_speed'; it has: framework, task, activation, optimizer, network",
        ),
        ({"learning_rate": -1}, "learning_rate is -1; give a finite number above 0"),
        ({"epochs": 0}, "epochs is 0; give a whole number of at least 1"),
        ({"dataset": "cars"}, None),
        (
            {"loss": "squared_error"},
            "loss is 'squared_error', but data set 'iris' is a classification task; give one of: "
            + ", ".join(LOSSES_OF_TASK["classification"]),
        ),
    ],
)
def test_a_variant_that_cannot_be_trained(tmp_path: Path, chosen: dict[str, Any], message: str | None) -> None:
    """An unknown field, or a value that it cannot have, is refused with one sentence that names it."""
    with pytest.raises(ConfigError) as error:
        read(tmp_path).cell({**NAMED, **chosen})
    if message is None:
        assert str(error.value).startswith("dataset is 'cars'; give one of: ")
    else:
        assert str(error.value).startswith(message.format(file=tmp_path / "protocol.toml"))


# Malformed grids

AXIS = "give a list of texts, of numbers, or of true and false"
TOP = "unknown; known here: axes, config, datasets, default, gpu, logs, reconstruction, tempering, time_limit, trainer"
EPOCHS = "[reconstruction.regression.epochs]\nvalue = 100"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[axes]", "[axis]", "top level, key 'axes': missing; give a table"),
        ("[default]", "[defaults]", f"top level, key 'defaults': {TOP}"),
        ("[axes]", "[extra]\n[axes]", f"top level, key 'extra': {TOP}"),
        (
            "[axes]",
            "tempering = { classification = 1.5 }\n[axes]",
            "table [tempering], key 'classification': is 1.5; give a power above 0 and up to 1",
        ),
        (
            "[axes]",
            "tempering = { clustering = 0.5 }\n[axes]",
            "table [tempering], key 'clustering': nothing is reconstructed for it; there are: regression, "
            "classification",
        ),
        (
            "task = ",
            "tasks = ",
            "table [axes], key 'task': a reconstruction is by task; give some of: classification, regression",
        ),
        (
            '"regression", ',
            '"clustering", ',
            "table [axes], key 'task': a reconstruction is by task; give some of: classification, regression",
        ),
        (
            '["relu", "tanh"]',
            "[]",
            f"table [axes], key 'activation': is []; {AXIS}",
        ),
        (
            '["relu", "tanh"]',
            '["relu", 2]',
            f"table [axes], key 'activation': is ['relu', 2]; {AXIS}",
        ),
        ('["relu", "tanh"]', '"relu"', "table [axes], key 'activation': is 'relu'; give a list"),
        (
            '["relu", "tanh"]',
            '["relu", "tanhh"]',
            "table [axes], key 'activation': activation is 'tanhh'; give one of: " + ", ".join(ACTIVATIONS),
        ),
        (
            '["relu", "tanh"]',
            '["relu", "relu"]',
            "table [axes], key 'activation': two cells are named 'keras-regression-relu-sgd-small'; rename a value",
        ),
        (
            'optimizer = "adam"',
            'optimizer = "adamw"',
            "table [default], key 'optimizer': is 'adamw'; give one of: sgd, adam, rmsprop",
        ),
        (
            'optimizer = "adam"',
            'optimiser = "adam"',
            "table [default], key 'optimiser': no axis of the grid; the axes are: "
            "framework, task, activation, optimizer, network",
        ),
        (
            "[reconstruction.regression.epochs]",
            "[reconstruction.regression.epoch]",
            "table [reconstruction.regression], key 'epochs': missing; give a table",
        ),
        (
            "[reconstruction.regression.epochs]",
            "[reconstruction.regression.impulse]\n[reconstruction.regression.epochs]",
            "table [reconstruction.regression], key 'impulse': unknown; known here: "
            + ", ".join(sorted({*DENSE_FIELDS, *REPORTING_CHOICES} - set(AXES))),
        ),
        (
            "[reconstruction.regression.epochs]",
            "[reconstruction.clustering]\n[reconstruction.regression.epochs]",
            "table [reconstruction], key 'clustering': unknown; known here: classification, regression",
        ),
        (
            EPOCHS,
            EPOCHS.replace("100", "0"),
            "table [reconstruction.regression.epochs], key 'value': epochs is 0; give a whole number of at least 1",
        ),
        (
            EPOCHS,
            EPOCHS.replace("100", "{ a = 1 }"),
            "table [reconstruction.regression.epochs], key 'value': epochs is {'a': 1}; "
            "give a whole number of at least 1",
        ),
        (
            "value = 'boston'",
            "value = 'iris'",
            "table [reconstruction.regression.dataset], key 'value': dataset is 'iris', which is no regression data "
            "set; give one of: auto-mpg, boston",
        ),
        (
            "value = 'squared_error'",
            "value = 'cross_entropy'",
            "table [reconstruction.regression.loss], key 'value': loss is 'cross_entropy', but data set 'boston' is a "
            "regression task; give one of: " + ", ".join(LOSSES_OF_TASK["regression"]),
        ),
        (
            "deep = [10, 10]",
            "deep = [10, 0]",
            "table [reconstruction.regression.hidden_widths], key 'value': hidden_widths is (10, 0); "
            "give a list of whole numbers of at least 1, one for each hidden layer; [] is none",
        ),
        (
            "deep = [10, 10]",
            "wide = [10, 10]",
            "table [reconstruction.regression.hidden_widths], key 'value': "
            "give one value for each network: small, deep",
        ),
        (
            'by = "network"',
            'by = "depth"',
            "table [reconstruction.regression.hidden_widths], key 'by': is 'depth'; give one of: "
            "framework, task, activation, optimizer, network",
        ),
        (
            EPOCHS,
            EPOCHS + '\nby = "network"',
            "table [reconstruction.regression.epochs], key 'value': is 100; give a table",
        ),
        (EPOCHS, EPOCHS.split("\n")[0], "table [reconstruction.regression.epochs], key 'value': missing"),
        (
            '"assumed"',
            '"guessed"',
            "table [reconstruction.regression.dataset], key 'origin': is 'guessed'; "
            "give one of: stated, inferred, assumed",
        ),
        (
            'reason = "why dataset"',
            "",
            "table [reconstruction.regression.dataset], key 'reason': missing; give text",
        ),
    ],
)
def test_a_malformed_grid(tmp_path: Path, old: str, new: str, message: str) -> None:
    """One change makes one sentence that names file, table and key, and says what would be right."""
    assert old in PROTOCOL
    with pytest.raises(RegisterError) as error:
        read(tmp_path, PROTOCOL.replace(old, new, 1))
    assert str(error.value) == f"{tmp_path / 'protocol.toml'}, {message}"


def test_names_that_run_together(tmp_path: Path) -> None:
    """Values with hyphens are allowed until two cells would have one name; then none is lost in silence."""
    rows = [("a", "b-c"), ("a-b", "c")]
    axes = ["side = [" + ", ".join(f'"{row[0]}"' for row in rows) + "]"]
    fine = read(tmp_path, PROTOCOL.replace("[default]", axes[0] + "\n[default]"))
    assert len(fine.configs) == 2 * 48
    axes.append("hand = [" + ", ".join(f'"{row[1]}"' for row in rows) + "]")
    with pytest.raises(RegisterError) as error:
        read(tmp_path, PROTOCOL.replace("[default]", "\n".join(axes) + "\n[default]"))
    assert str(error.value) == (
        f"{tmp_path / 'protocol.toml'}, table [axes], key 'side': two cells are named "
        "'keras-regression-relu-sgd-small-a-b-c'; rename a value"
    )


def test_not_toml(tmp_path: Path) -> None:
    """A syntax error or a missing file is told as one."""
    with pytest.raises(RegisterError, match=r"protocol\.toml: not valid TOML \("):
        read(tmp_path, PROTOCOL.replace("[axes]", "[axes"))
    with pytest.raises(RegisterError, match=r"none\.toml: cannot be read \("):
        read_grid(tmp_path / "none.toml")


# Whatever the file holds, it is a grid or one clear error

words = [*AXES, *itertools.chain(*AXES.values()), *FIELDS["regression"], "value", "by", "origin", "reason"]
words += ["axes", "default", "reconstruction", "boston", "iris", "x"]
scalars = st.one_of(
    st.sampled_from(words).map(json.dumps),
    st.integers(-5, 10**20).map(str),
    st.floats().map(repr),
    st.sampled_from(
        ["true", "2026-01-31", "2026-01-31T07:32:00", "inf", "nan", "-1", "[]", "{}", '""', "1" + "0" * 400]
    ),
    st.text(max_size=5).map(lambda value: json.dumps(value, ensure_ascii=False)),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: "[" + ", ".join(parts) + "]"),
        st.dictionaries(st.sampled_from(words), inner, max_size=3).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        ),
    ),
    max_leaves=6,
)


def outcome_of(folder: Path, text: str) -> Any:
    """Return the grid, or the error, whose text must name the file."""
    try:
        return read(folder, text)
    except RegisterError as error:
        if not str(error).startswith(str(folder / "protocol.toml")):
            raise AssertionError(f"names no file: {error}") from error
        return error


@fuzzed
@given(st.dictionaries(st.sampled_from(words), values, max_size=4))
def test_any_document(tmp_path: Path, document: dict[str, str]) -> None:
    """A document of random tables, which is never a whole grid, is a RegisterError."""
    outcome = outcome_of(tmp_path, "\n".join(f"{key} = {value}" for key, value in document.items()))
    assert isinstance(outcome, RegisterError)


@fuzzed
@given(data=st.data())
def test_any_value_anywhere(tmp_path: Path, data: st.DataObject) -> None:
    """With one or two values of a valid grid replaced, it is a grid with all of its cells, or a RegisterError."""
    lines = PROTOCOL.splitlines()
    places = [n for n, line in enumerate(lines) if " = " in line]
    for number in data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=2)):
        lines[number] = lines[number].split(" = ")[0] + " = " + data.draw(values)
    outcome = outcome_of(tmp_path, "\n".join(lines))
    assert isinstance(outcome, Grid | RegisterError)
    if isinstance(outcome, Grid):
        names = ["-".join(cell) for cell in itertools.product(*outcome.axes.values())]
        assert list(outcome.configs) == names
        assert all(hash(outcome.config(name)) for name in names)


@fuzzed
@given(data=st.data())
def test_any_line_missing(tmp_path: Path, data: st.DataObject) -> None:
    """A valid grid without some of its lines, or with lines moved, is a grid or a RegisterError."""
    lines = PROTOCOL.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        line = lines.pop(data.draw(st.integers(0, len(lines) - 1)))
        if data.draw(st.booleans()):
            lines.insert(data.draw(st.integers(0, len(lines))), line)
    assert isinstance(outcome_of(tmp_path, "\n".join(lines)), Grid | RegisterError)


@fuzzed
@given(start=st.integers(0, len(PROTOCOL)), length=st.integers(0, 40), text=st.text(max_size=12))
def test_any_damage(tmp_path: Path, start: int, length: int, text: str) -> None:
    """A valid grid with a piece cut out and another put in is a grid or a RegisterError."""
    outcome = outcome_of(tmp_path, PROTOCOL[:start] + text + PROTOCOL[start + length :])
    assert isinstance(outcome, Grid | RegisterError)


@fuzzed
@given(st.text(max_size=60))
def test_any_text(tmp_path: Path, text: str) -> None:
    """Random text is a RegisterError."""
    assert isinstance(outcome_of(tmp_path, text), RegisterError)


# Other reconstructions

ALTERNATIVES = {
    "epochs": "[50, 200]",
    "learning_rate": "[0.03, { sgd = 0.1, adam = 0.001, rmsprop = 0.001 }]",
    "hidden_widths": "[[4], { small = [8], deep = [8, 8] }]",
}
SPLITS = """[reconstruction.regression.splits]
value = "one"
alternatives = ["many"]
origin = "assumed"
reason = "most reports have one split"
"""


def with_alternatives(alternatives: dict[str, str]) -> str:
    """Return the small grid with alternatives for some fields of the regression."""
    text = PROTOCOL
    for field, options in alternatives.items():
        head = f"[reconstruction.regression.{field}]\n"
        text = text.replace(head, f"{head}alternatives = {options}\n")
    return text + SPLITS


def differing(one: Grid, other: Grid) -> set[str]:
    """Return the names of the cells whose configs differ."""
    return {name for name, config in one.configs.items() if config != other.configs[name]}


def test_a_grid_without_answers_is_the_grid(tmp_path: Path) -> None:
    """Nor do the answers that it gives itself change anything."""
    grid = read(tmp_path, with_alternatives(ALTERNATIVES))
    same = {
        task: {field: choice.value for field, choice in choices.items()}
        for task, choices in grid.reconstruction.items()
    }
    for answers in ({}, {"regression": {}}, same):
        again = grid.answering(answers)
        assert again.configs == grid.configs
        assert again.reconstruction == grid.reconstruction


def test_an_answer_changes_its_task_alone(tmp_path: Path) -> None:
    """Each cell of the task has the other value, the other task is what it was, and so is the grid that was asked."""
    grid = read(tmp_path, with_alternatives(ALTERNATIVES))
    before = dict(grid.configs)
    other = grid.answering({"regression": {"epochs": 200}})
    assert differing(grid, other) == {name for name in grid.configs if "regression" in name}
    assert {config.epochs for name, config in other.configs.items() if "regression" in name} == {200}
    assert grid.configs == before
    assert list(other.configs) == list(grid.configs)


def test_a_table_answers_by_its_axis(tmp_path: Path) -> None:
    """Whether the value was a table or not, and a single answer in place of a table holds everywhere."""
    grid = read(tmp_path, with_alternatives(ALTERNATIVES))
    rates = {"sgd": 0.1, "adam": 0.001, "rmsprop": 0.001}
    other = grid.answering({"regression": {"learning_rate": rates, "hidden_widths": [4]}})
    for name, config in other.configs.items():
        if "regression" in name:
            assert config.learning_rate == rates[config.optimizer]
            assert config.hidden_widths == (4,)
    wider = other.answering({"regression": {"hidden_widths": {"small": [8], "deep": [8, 8]}}})
    assert wider.config("torch-regression-relu-adam-deep").hidden_widths == (8, 8)
    assert wider.config("torch-regression-relu-adam-deep").learning_rate == 0.001


def test_of_two_axes_with_the_same_values_the_one_that_decided_still_does(tmp_path: Path) -> None:
    """A reconstruction that answers what the file says is that of the file, also where a table would fit two axes."""
    text = PROTOCOL.replace('network = ["small", "deep"]', 'teacher = ["small", "deep"]\nnetwork = ["small", "deep"]')
    grid = read(tmp_path, text.replace('network = "small"', 'network = "small"\nteacher = "small"'))
    widths = grid.reconstruction["regression"]["hidden_widths"].value
    assert not differing(grid, grid.answering({"regression": {"hidden_widths": widths}}))
    turned = grid.answering({"regression": {"hidden_widths": {"small": [10, 10], "deep": [10]}}})
    assert turned.config("torch-regression-relu-adam-deep-small").hidden_widths == (10, 10)


def test_how_many_splits_there_are_is_a_choice(tmp_path: Path) -> None:
    """It is no field of a config: no cell changes with it, and where nothing is said there are many."""
    grid = read(tmp_path, with_alternatives({}))
    assert (grid.splits("regression"), grid.splits("classification")) == ("one", "many")
    other = grid.answering({"regression": {"splits": "many"}, "classification": {"splits": "one"}})
    assert (other.splits("regression"), other.splits("classification")) == ("many", "one")
    assert not differing(grid, other)
    assert grid.configs == read(tmp_path).configs


def test_a_field_with_a_default_may_be_reconstructed(tmp_path: Path) -> None:
    """The regime is optional; where it stands, it counts, and only for its task."""
    regime = "[reconstruction.regression.regime]\nvalue = 'matched'\nalternatives = ['own']\n"
    grid = read(tmp_path, PROTOCOL + regime + "origin = 'assumed'\nreason = 'so'\n")
    assert {config.regime for name, config in grid.configs.items() if "regression" in name} == {"matched"}
    assert {config.regime for name, config in grid.configs.items() if "regression" not in name} == {"own"}
    assert not differing(read(tmp_path), grid.answering({"regression": {"regime": "own"}}))


@pytest.mark.parametrize(
    ("field", "alternatives", "problem"),
    [
        ("epochs", "[0]", "epochs is 0; give a whole number of at least 1"),
        ("epochs", "[50, 2.5]", "epochs is 2.5; give a whole number of at least 1"),
        ("epochs", "3", "is 3; give a list"),
        ("epochs", "[100]", "100 stands twice, or is the value itself; keep one"),
        ("dataset", "['iris']", "dataset is 'iris', which is no regression data set; give one of: auto-mpg, boston"),
        (
            "hidden_widths",
            "[{ small = [8], deep = [8, 0] }]",
            "hidden_widths is (8, 0); give a list of whole numbers of at least 1, one for each hidden layer; *",
        ),
        ("loss", "['cross_entropy']", "loss is 'cross_entropy', but data set 'boston' is a regression task; *"),
    ],
)
def test_an_alternative_that_cannot_be_trained(tmp_path: Path, field: str, alternatives: str, problem: str) -> None:
    """It is refused when the file is read, not when the search comes to it; the sentence names its key."""
    with pytest.raises(RegisterError) as error:
        read(tmp_path, with_alternatives({field: alternatives}))
    place = f"{tmp_path / 'protocol.toml'}, table [[]reconstruction.regression.{field}[]], key 'alternatives'"
    pytest.LineMatcher([str(error.value)]).fnmatch_lines([f"{place}: {problem}"])


@pytest.mark.parametrize("old", ['"one"', '"many"'])
@pytest.mark.parametrize("new", ['"few"', '"crossed"', "1", '{ small = "one", deep = "one" }'])
def test_splits_are_many_or_one(tmp_path: Path, old: str, new: str) -> None:
    """Another word, as value or as alternative, or a table, is answered with those that will do."""
    with pytest.raises(RegisterError, match=r"protocol\.toml, table \[reconstruction\.regression\], key 'splits': is "):
        read(tmp_path, with_alternatives({}).replace(old, new))


@fuzzed
@given(data=st.data())
def test_any_alternatives(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever stands there, it is a grid all of whose alternatives can be taken, or a RegisterError."""
    fields = data.draw(st.lists(st.sampled_from(sorted(FIELDS["regression"])), min_size=1, max_size=2, unique=True))
    alternatives = {field: "[" + ", ".join(data.draw(st.lists(values, max_size=3))) + "]" for field in fields}
    outcome = outcome_of(tmp_path, with_alternatives(alternatives))
    assert isinstance(outcome, Grid | RegisterError)
    if isinstance(outcome, Grid):
        for field, choice in outcome.reconstruction["regression"].items():
            for alternative in choice.alternatives:
                assert len(outcome.answering({"regression": {field: alternative}}).configs) == 48


# How a report made its numbers


def test_a_printed_number_is_of_one_run_unless_it_may_be_an_average(tmp_path: Path) -> None:
    """It is no field of a config: no training hangs on it."""
    grid = read(tmp_path)
    assert grid.reconstruction["regression"]["runs_averaged"].answers == (1,)
    averages = SPLITS.replace("splits", "runs_averaged").replace('"one"', "1").replace('["many"]', "[5, 10]")
    averaged = read(tmp_path, PROTOCOL + averages)
    assert averaged.reconstruction["regression"]["runs_averaged"].answers == (1, 5, 10)
    assert averaged.configs == grid.configs


@pytest.mark.parametrize("wrong", ["0", "-1", "1.5", '"five"'])
def test_a_number_is_the_average_of_at_least_one_run(tmp_path: Path, wrong: str) -> None:
    """One sentence names file, table and key."""
    averages = SPLITS.replace("splits", "runs_averaged").replace('"one"', "1").replace('["many"]', f"[{wrong}]")
    with pytest.raises(RegisterError) as error:
        read(tmp_path, PROTOCOL + averages)
    message = str(error.value)
    assert message.startswith(
        f"{tmp_path / 'protocol.toml'}, table [reconstruction.regression], key 'runs_averaged': is "
    )
    assert message.endswith("; give a whole number of at least 1")
