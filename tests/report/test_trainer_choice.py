from pathlib import Path

import pytest

from harness.training.function.trainer import FunctionTrainer, Rules
from harness.training.trainers import trainer_named
from tests.builders.functions import FUNCTION_PROTOCOL, function_grid
from tests.builders.protocols import BY_FRAMEWORK, complaint, read
from tests.builders.reports import PROTOCOL, protocol_toml

KNOWN = "give one of: keras, torch; or module:attribute"


def test_one_trainer_may_train_all_cells(tmp_path: Path) -> None:
    """Then its name is in no cell's."""
    axes = {"task": ["classification"], "activation": ["relu", "tanh"], "optimizer": ["adam"]}
    grid = read(tmp_path, protocol_toml(axes))
    assert list(grid.configs) == ["classification-relu-adam", "classification-tanh-adam"]
    assert {config.trainer for config in grid.configs.values()} == {"torch"}


def test_an_axis_may_say_who_trains(tmp_path: Path) -> None:
    """Its values are the trainers' names, or stand for them."""
    two = PROTOCOL.replace('framework = ["torch"]', 'framework = ["keras", "torch"]')
    named = read(tmp_path, two)
    assert {config.trainer for name, config in named.configs.items() if name.startswith("keras-")} == {"keras"}
    stands_for = 'trainer = { by = "framework", value = { old = "keras", new = "torch" } }'
    renamed = two.replace('["keras", "torch"]', '["old", "new"]').replace('framework = "torch"', 'framework = "new"')
    other = read(tmp_path, renamed.replace(BY_FRAMEWORK, stands_for))
    assert list(other.configs.values()) == list(named.configs.values())
    assert other.config("old-classification-relu-adam").trainer == "keras"


@pytest.mark.parametrize(
    ("trainer", "sentence"),
    [
        ("", "top level, key 'trainer': missing; say who trains, such as trainer = { by = \"framework\" }"),
        (
            'trainer = "jax"',
            "top level, key 'trainer': trainer is 'jax'; give one of: keras, torch; or module:attribute",
        ),
        ("trainer = 3", "top level, key 'trainer': is 3; give text"),
        ("trainer = {}", "table [trainer], key 'by': missing; give text"),
        (
            'trainer = { by = "depth" }',
            "table [trainer], key 'by': is 'depth'; give one of: framework, task, activation, optimizer",
        ),
        (
            'trainer = { by = "activation" }',
            f"top level, key 'trainer': trainer is 'relu'; {KNOWN}",
        ),
        (
            'trainer = { by = "framework", value = { keras = "keras" } }',
            "table [trainer], key 'value': give one trainer for each framework: torch",
        ),
        (
            'trainer = { by = "framework", seed = 3 }',
            "table [trainer], key 'seed': unknown; known here: by",
        ),
    ],
)
def test_a_trainer_that_is_not_to_be_had_is_one_sentence(tmp_path: Path, trainer: str, sentence: str) -> None:
    """With what would be right."""
    assert complaint(tmp_path, PROTOCOL.replace(BY_FRAMEWORK, trainer)) == sentence


def test_a_time_limit_is_for_training_functions(tmp_path: Path) -> None:
    """In seconds, more than 0."""
    grid = function_grid(tmp_path, protocol="time_limit = 60\ngpu = true\n" + FUNCTION_PROTOCOL)
    trainer = trainer_named(grid.trainer.value)
    assert isinstance(trainer, FunctionTrainer)
    assert trainer.rules == Rules(time_limit=60.0, gpu=True)
    function_grid(tmp_path)
    assert trainer.rules == Rules()
