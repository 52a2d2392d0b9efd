import os
import subprocess
import sys
from dataclasses import FrozenInstanceError, asdict, fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.base.errors import ConfigError, HarnessError
from harness.base.hashing import content_digest
from harness.data import registry
from harness.training.config import (
    ACTIVATIONS,
    FRAMEWORKS,
    LOSSES_OF_TASK,
    OPTIMIZERS,
    TrainingConfig,
)
from harness.training.seeds import BLOCK_SIZE, SPLITS, TRAININGS_PER_SPLIT, Seed, Splits, seed_blocks

FIELDS: dict[str, Any] = {
    "framework": "torch",
    "dataset": "wine",
    "test_size": 0.25,
    "scaling": "standard",
    "hidden_widths": (8,),
    "activation": "relu",
    "optimizer": "sgd",
    "learning_rate": 0.1,
    "batch_size": 32,
    "epochs": 3,
    "loss": "cross_entropy",
    "regime": "own",
}
# Of the canonical JSON of FIELDS, computed with coreutils' sha256sum.
DIGEST = "a7cdcba41bc92e7163de71db85dbb438ba51994d6dd4e916c66a7d0c9a091da0"

# For each field other values that can be trained, near ones among them.
OTHERS: dict[str, list[Any]] = {
    "framework": ["keras"],
    "dataset": ["iris", "penguins", "penguins-numeric"],
    "test_size": [0.26, 0.25000000000000006],
    "scaling": ["none", "min-max"],
    "hidden_widths": [(9,), (8, 8), (4, 4), (80,)],
    "activation": ["sigmoid", "tanh"],
    "optimizer": ["adam", "rmsprop"],
    "learning_rate": [0.10000000000000002, 1],
    "batch_size": [31, 33],
    "epochs": [2, 4],
    "loss": ["cross_entropy_on_softmax"],
    "regime": ["matched"],
}

configs = st.sampled_from(registry.names()).flatmap(
    lambda dataset: st.builds(
        TrainingConfig,
        framework=st.sampled_from(FRAMEWORKS),
        dataset=st.just(dataset),
        test_size=st.floats(0, 1, exclude_min=True, exclude_max=True),
        scaling=st.sampled_from(registry.SCALINGS),
        hidden_widths=st.lists(st.integers(min_value=1), min_size=1, max_size=3).map(tuple),
        activation=st.sampled_from(ACTIVATIONS),
        optimizer=st.sampled_from(OPTIMIZERS),
        learning_rate=st.integers(min_value=1, max_value=10**300)
        | st.floats(min_value=0, exclude_min=True, allow_infinity=False),
        batch_size=st.integers(min_value=1),
        epochs=st.integers(min_value=1),
        loss=st.sampled_from(LOSSES_OF_TASK[registry.task(dataset)]),
    )
)


# The digest


def test_digest_is_pinned() -> None:
    """The digest of a config never changes between versions: a change would orphan every stored run."""
    assert TrainingConfig(**FIELDS).digest == DIGEST


@pytest.mark.parametrize("hash_seed", ["0", "1", "random"])
def test_digest_is_the_same_in_every_process(hash_seed: str) -> None:
    """The digest does not depend on the hash seed of the process."""
    program = f"from harness.training.config import TrainingConfig; print(TrainingConfig(**{FIELDS!r}).digest)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == DIGEST


def test_others_cover_every_field() -> None:
    """A new field must be added to the cases of the next test."""
    assert list(OTHERS) == [field.name for field in fields(TrainingConfig)]


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in OTHERS.items() for value in values])
def test_every_field_changes_the_digest(field: str, value: object) -> None:
    """Two configs that differ in one field, however little, have different digests."""
    changed = replace(TrainingConfig(**FIELDS), **{field: value})
    assert changed.digest != DIGEST
    assert changed != TrainingConfig(**FIELDS)


@settings(deadline=None)
@given(configs, configs)
def test_digests_are_equal_where_configs_are(one: TrainingConfig, other: TrainingConfig) -> None:
    """Digests agree exactly where configs do, and a config made again from its fields has its digest."""
    assert (one.digest == other.digest) == (one == other)
    assert TrainingConfig(**asdict(one)).digest == one.digest


@pytest.mark.parametrize("rate", [1, 10])
def test_whole_and_decimal_learning_rates_are_the_same(rate: int) -> None:
    """A learning rate of 1 and one of 1.0 are the same config, and are kept as a decimal number."""
    whole = TrainingConfig(**{**FIELDS, "learning_rate": rate})
    decimal = TrainingConfig(**{**FIELDS, "learning_rate": float(rate)})
    assert whole.digest == decimal.digest
    assert whole == decimal
    assert type(whole.learning_rate) is float


@pytest.mark.parametrize("content", [float("nan"), float("inf"), {"a": [float("nan")]}])
def test_digest_refuses_what_json_cannot_say(content: object) -> None:
    """Numbers that are not finite have no canonical JSON, hence no digest."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        content_digest(content)


def test_digest_ignores_the_order_of_keys() -> None:
    """Contents that are equal have equal digests, in whatever order their keys were written."""
    assert content_digest({"a": 1, "b": (2, 3)}) == content_digest({"b": [2, 3], "a": 1})
    assert content_digest({"a": 1, "b": (2, 3)}) != content_digest({"a": 1, "b": [3, 2]})


# Values that cannot be trained

WHOLE = "give a whole number of at least 1"
RATE = "give a finite number above 0"
SHARE = "give a number between 0 and 1"
WIDTHS = "give a tuple of whole numbers, one for each hidden layer"


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("framework", "jax", "framework is 'jax'; give one of: keras, torch"),
        ("framework", None, "framework is None; give one of: keras, torch"),
        (
            "dataset",
            "mnist",
            "dataset is 'mnist'; give one of: penguins, penguins-numeric, wine, iris, auto-mpg, boston",
        ),
        ("test_size", 0, f"test_size is 0; {SHARE}"),
        ("test_size", 1.0, f"test_size is 1.0; {SHARE}"),
        ("test_size", float("nan"), f"test_size is nan; {SHARE}"),
        ("test_size", "0.2", f"test_size is '0.2'; {SHARE}"),
        ("scaling", "log", "scaling is 'log'; give one of: none, standard, min-max"),
        ("hidden_widths", (), f"hidden_widths is (); {WIDTHS}"),
        ("hidden_widths", [8], f"hidden_widths is [8]; {WIDTHS}"),
        ("hidden_widths", 8, f"hidden_widths is 8; {WIDTHS}"),
        ("hidden_widths", (8, 0), f"hidden_widths is 0; {WHOLE}"),
        ("hidden_widths", (8, 2.0), f"hidden_widths is 2.0; {WHOLE}"),
        ("activation", "gelu", "activation is 'gelu'; give one of: relu, sigmoid, tanh"),
        ("optimizer", "SGD", "optimizer is 'SGD'; give one of: sgd, adam, rmsprop"),
        ("regime", "Own", "regime is 'Own'; give one of: own, matched"),
        ("learning_rate", 0, f"learning_rate is 0; {RATE}"),
        ("learning_rate", -0.1, f"learning_rate is -0.1; {RATE}"),
        ("learning_rate", float("inf"), f"learning_rate is inf; {RATE}"),
        ("learning_rate", float("nan"), f"learning_rate is nan; {RATE}"),
        ("learning_rate", True, f"learning_rate is True; {RATE}"),
        ("learning_rate", "0.1", f"learning_rate is '0.1'; {RATE}"),
        ("learning_rate", 10**309, f"learning_rate is 1{'0' * 309}; {RATE}"),
        ("batch_size", 0, f"batch_size is 0; {WHOLE}"),
        ("batch_size", 32.0, f"batch_size is 32.0; {WHOLE}"),
        ("batch_size", True, f"batch_size is True; {WHOLE}"),
        ("epochs", -1, f"epochs is -1; {WHOLE}"),
        ("epochs", None, f"epochs is None; {WHOLE}"),
        (
            "loss",
            "hinge",
            "loss is 'hinge'; give one of: squared_error, cross_entropy, cross_entropy_on_softmax",
        ),
        (
            "loss",
            "squared_error",
            "loss is 'squared_error', but data set 'wine' is a classification task; "
            "give one of: cross_entropy, cross_entropy_on_softmax",
        ),
        (
            "dataset",
            "boston",
            "loss is 'cross_entropy', but data set 'boston' is a regression task; give one of: squared_error",
        ),
    ],
)
def test_error_names_field_value_and_what_would_do(field: str, value: object, text: str) -> None:
    """A value that cannot be trained is refused in one sentence with the field, the value and valid values."""
    with pytest.raises(ConfigError) as caught:
        TrainingConfig(**{**FIELDS, field: value})
    assert str(caught.value) == text
    assert isinstance(caught.value, HarnessError)


def test_replace_validates_again() -> None:
    """A changed copy of a config passes the same validation."""
    with pytest.raises(ConfigError, match="epochs is 0"):
        replace(TrainingConfig(**FIELDS), epochs=0)


@pytest.mark.parametrize("field", FIELDS)
def test_a_config_cannot_be_changed(field: str) -> None:
    """No field of a config can be set: what was trained stays what its digest says."""
    config = TrainingConfig(**FIELDS)
    with pytest.raises(FrozenInstanceError):
        setattr(config, field, FIELDS[field])


@pytest.mark.parametrize(("dataset", "task"), [("wine", "classification"), ("boston", "regression")])
def test_data_set_fixes_the_task(dataset: str, task: str) -> None:
    """The task is the one that the data set is registered with."""
    loss = {"classification": "cross_entropy", "regression": "squared_error"}[task]
    assert TrainingConfig(**{**FIELDS, "dataset": dataset, "loss": loss}).task == task


# Seeds


def test_every_run_has_a_split_and_a_training_of_its_own() -> None:
    """Seeds are paired off, so that runs are independent draws of both."""
    assert seed_blocks(1)[0][:3] == (Seed(split=0, training=0), Seed(split=1, training=1), Seed(split=2, training=2))
    assert seed_blocks(0) == []


@given(st.integers(1, 200), st.integers(1, 200))
def test_more_seeds_continue_fewer_in_whole_blocks(few: int, more: int) -> None:
    """Blocks are whole, and asking for more seeds keeps those there were, so that their runs are found in the store."""
    few, more = sorted((few, more))
    blocks = seed_blocks(more)
    assert blocks[: len(seed_blocks(few))] == seed_blocks(few)
    assert {len(block) for block in blocks} == {BLOCK_SIZE}
    assert len(blocks) == -(-more // BLOCK_SIZE)
    assert len({seed for block in blocks for seed in block}) == BLOCK_SIZE * len(blocks)


def test_seeds_may_share_a_split() -> None:
    """Their trainings are those of seeds with splits of their own, and the blocks are no less whole."""
    many, one = seed_blocks(40), seed_blocks(40, "one")
    assert many == seed_blocks(40, "many")
    assert {seed.split for block in one for seed in block} == {0}
    assert [[seed.training for seed in block] for block in one] == [[seed.training for seed in block] for block in many]
    assert not set(one) & set(many)


def test_seeds_may_cross_splits_and_trainings() -> None:
    """Each split has as many trainings as the next, and no training is that of another split."""
    seeds = [seed for block in seed_blocks(40, "crossed") for seed in block]
    splits = [seed.split for seed in seeds]
    assert splits == sorted(splits)
    assert {splits.count(split) for split in splits} == {TRAININGS_PER_SPLIT}
    assert len(set(seeds)) == 40


@given(st.integers(1, 200), st.integers(1, 200), st.sampled_from(SPLITS))
def test_more_seeds_continue_fewer_whatever_the_splits(few: int, more: int, splits: Splits) -> None:
    """So that their runs are found in the store."""
    few, more = sorted((few, more))
    blocks = seed_blocks(more, splits)
    assert blocks[: len(seed_blocks(few, splits))] == seed_blocks(few, splits)
    assert len({seed for block in blocks for seed in block}) == BLOCK_SIZE * len(blocks)
