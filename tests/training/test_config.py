import os
import subprocess
import sys
from collections.abc import Mapping
from copy import copy, deepcopy
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.base.errors import ConfigError, HarnessError
from harness.base.hashing import content_digest
from harness.data import registry, splitting
from harness.training.config import TrainingConfig
from harness.training.dense.fields import ACTIVATIONS, BINARY, FIELDS, LOSSES_OF_TASK, OPTIMIZERS, task_of

GIVEN: dict[str, Any] = {
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
}
CONFIG = TrainingConfig.make("torch", GIVEN)
# Of the canonical JSON of GIVEN and the trainer, computed with coreutils' sha256sum.
DIGEST = "8fd0994be45a3a7153950e583128b792c752a4a85b20a51087fbc7e3d0340876"

# For each field other values that can be trained, near ones among them.
OTHERS: dict[str, list[Any]] = {
    "dataset": ["iris", "penguins", "penguins-numeric"],
    "test_size": [0.26, 0.25000000000000006],
    "scaling": ["none", "min-max"],
    "hidden_widths": [(9,), (8, 8), (4, 4), (80,), ()],
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
        lambda trainer, **given: TrainingConfig.make(trainer, given),
        trainer=st.sampled_from(["keras", "torch"]),
        dataset=st.just(dataset),
        test_size=st.floats(0, 1, exclude_min=True, exclude_max=True),
        scaling=st.sampled_from(splitting.SCALINGS),
        hidden_widths=st.lists(st.integers(min_value=1), max_size=3).map(tuple),
        activation=st.sampled_from(ACTIVATIONS),
        optimizer=st.sampled_from(OPTIMIZERS),
        learning_rate=st.integers(min_value=1, max_value=10**300)
        | st.floats(min_value=0, exclude_min=True, allow_infinity=False),
        batch_size=st.integers(min_value=1),
        epochs=st.integers(min_value=1),
        # No registered data set has two classes.
        loss=st.sampled_from(sorted(set(LOSSES_OF_TASK[registry.task(dataset)]) - {BINARY})),
        regime=st.sampled_from(["own", "matched"]),
    )
)


# The digest


def test_digest_is_pinned() -> None:
    """The digest of a config never changes between versions: a change would orphan every stored run."""
    assert CONFIG.digest == DIGEST


@pytest.mark.parametrize("hash_seed", ["0", "1", "random"])
def test_digest_is_the_same_in_every_process(hash_seed: str) -> None:
    """The digest does not depend on the hash seed of the process."""
    made = f"TrainingConfig.make('torch', {GIVEN!r})"
    done = subprocess.run(
        [sys.executable, "-c", f"from harness.training.config import TrainingConfig; print({made}.digest)"],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == DIGEST


def test_others_cover_every_field_that_has_to_be_given() -> None:
    """A new one must be added to the cases of the next test."""
    assert set(GIVEN) <= set(OTHERS) <= set(FIELDS)


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in OTHERS.items() for value in values])
def test_every_field_changes_the_digest(field: str, value: object) -> None:
    """Two configs that differ in one field, however little, have different digests."""
    changed = CONFIG.changed(**{field: value})
    assert changed.digest != DIGEST
    assert changed != CONFIG


def test_the_trainer_changes_the_digest() -> None:
    """The same fields are trained to other numbers by another."""
    other = TrainingConfig.make("keras", GIVEN)
    assert other.digest != DIGEST
    assert other != CONFIG


@pytest.mark.parametrize("name", sorted(set(FIELDS) - set(GIVEN)))
def test_a_field_at_its_default_is_not_in_the_digest(name: str) -> None:
    """Whether it was given or not, so that a new field gives no stored run another name."""
    said = CONFIG.changed(**{name: FIELDS[name].default})
    assert (said.digest, said) == (DIGEST, CONFIG)
    assert name not in CONFIG.to_plain()
    assert CONFIG[name] == FIELDS[name].default


@settings(deadline=None)
@given(configs, configs)
def test_digests_are_equal_where_configs_are(one: TrainingConfig, other: TrainingConfig) -> None:
    """Digests agree exactly where configs do, and a config made again from its fields has its digest."""
    assert (one.digest == other.digest) == (one == other)
    assert TrainingConfig.make(one.trainer, one).digest == one.digest
    assert TrainingConfig.from_json(one.to_json()) == one


@pytest.mark.parametrize("rate", [1, 10])
def test_whole_and_decimal_learning_rates_are_the_same(rate: int) -> None:
    """A learning rate of 1 and one of 1.0 are the same config, and are kept as a decimal number."""
    whole, decimal = CONFIG.changed(learning_rate=rate), CONFIG.changed(learning_rate=float(rate))
    assert whole.digest == decimal.digest
    assert whole == decimal
    assert type(whole.learning_rate) is float


def test_lists_and_tuples_are_the_same() -> None:
    """A file has lists, a claim may have either."""
    assert CONFIG.changed(hidden_widths=[8]) == CONFIG


@pytest.mark.parametrize("content", [float("nan"), float("inf"), {"a": [float("nan")]}])
def test_digest_refuses_what_json_cannot_say(content: object) -> None:
    """Numbers that are not finite have no canonical JSON, hence no digest."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        content_digest(content)


def test_digest_ignores_the_order_of_keys() -> None:
    """Contents that are equal have equal digests, in whatever order their keys were written."""
    assert content_digest({"a": 1, "b": (2, 3)}) == content_digest({"b": [2, 3], "a": 1})
    assert content_digest({"a": 1, "b": (2, 3)}) != content_digest({"a": 1, "b": [3, 2]})


def test_the_order_of_fields_does_not_matter() -> None:
    """A config is what it holds."""
    assert TrainingConfig.make("torch", dict(reversed(GIVEN.items()))) == CONFIG


# A config is a mapping


def test_a_field_is_read_by_its_name() -> None:
    """As an attribute and as a key; all of them, defaults filled in."""
    assert isinstance(CONFIG, Mapping)
    assert CONFIG.epochs == CONFIG["epochs"] == 3
    assert dict(CONFIG) == {**{name: field.default for name, field in FIELDS.items()}, **GIVEN}
    assert len(CONFIG) == len(FIELDS)


def test_a_field_that_is_not_there_is_an_error() -> None:
    """Of the kind that Python has for it."""
    with pytest.raises(AttributeError, match="a config of trainer 'torch' has no field 'depth'"):
        CONFIG.depth  # noqa: B018
    with pytest.raises(KeyError):
        CONFIG["depth"]


def test_copies_are_equal() -> None:
    """Also where a copy is made before there is anything in it."""
    assert copy(CONFIG) == deepcopy(CONFIG) == CONFIG
    assert hash(copy(CONFIG)) == hash(CONFIG)


def test_a_config_tells_what_is_not_at_its_default() -> None:
    """Trainer first, widths as a reader writes them."""
    assert str(CONFIG.changed(hidden_widths=(8, 4), regime="matched")) == (
        "torch(dataset=wine, test_size=0.25, scaling=standard, hidden_widths=8-4, activation=relu, optimizer=sgd, "
        "learning_rate=0.1, batch_size=32, epochs=3, loss=cross_entropy, regime=matched)"
    )


# Values that cannot be trained

WHOLE = "give a whole number of at least 1"
RATE = "give a finite number above 0"
SHARE = "give a number between 0 and 1, or 'given' where the data set has a test_file"
WIDTHS = "give a list of whole numbers of at least 1, one for each hidden layer; [] is none"


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
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
        ("hidden_widths", "", f"hidden_widths is ''; {WIDTHS}"),
        ("hidden_widths", 8, f"hidden_widths is 8; {WIDTHS}"),
        ("hidden_widths", (8, 0), f"hidden_widths is (8, 0); {WIDTHS}"),
        ("hidden_widths", (8, 2.0), f"hidden_widths is (8, 2.0); {WIDTHS}"),
        ("activation", "swish", f"activation is 'swish'; give one of: {', '.join(ACTIVATIONS)}"),
        ("optimizer", "SGD", f"optimizer is 'SGD'; give one of: {', '.join(OPTIMIZERS)}"),
        ("optimizer", None, f"optimizer is None; give one of: {', '.join(OPTIMIZERS)}"),
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
        ("loss", "hinge", f"loss is 'hinge'; give one of: {', '.join(sum(LOSSES_OF_TASK.values(), ()))}"),
        (
            "loss",
            "squared_error",
            "loss is 'squared_error', but data set 'wine' is a classification task; "
            f"give one of: {', '.join(LOSSES_OF_TASK['classification'])}",
        ),
        (
            "dataset",
            "boston",
            "loss is 'cross_entropy', but data set 'boston' is a regression task; "
            f"give one of: {', '.join(LOSSES_OF_TASK['regression'])}",
        ),
        ("depth", 2, f"depth is no field of trainer 'torch'; it has: {', '.join(FIELDS)}"),
    ],
)
def test_error_names_field_value_and_what_would_do(field: str, value: object, text: str) -> None:
    """A value that cannot be trained is refused in one sentence with the field, the value and valid values."""
    with pytest.raises(ConfigError) as caught:
        TrainingConfig.make("torch", {**GIVEN, field: value})
    assert str(caught.value) == text
    assert isinstance(caught.value, HarnessError)


@pytest.mark.parametrize("name", GIVEN)
def test_a_field_that_is_missing_is_named_with_its_meaning(name: str) -> None:
    """One sentence says which, and what it is."""
    with pytest.raises(ConfigError) as caught:
        TrainingConfig.make("torch", {key: value for key, value in GIVEN.items() if key != name})
    assert str(caught.value) == f"{name} is missing: {FIELDS[name].meaning}"


def test_an_unknown_trainer_is_refused() -> None:
    """With the names of those that there are."""
    with pytest.raises(ConfigError, match=r"^trainer is 'jax'; give one of: keras, torch; or module:attribute$"):
        TrainingConfig.make("jax", GIVEN)


def test_a_change_is_validated_again() -> None:
    """A changed copy of a config passes the same validation."""
    with pytest.raises(ConfigError, match="epochs is 0"):
        CONFIG.changed(epochs=0)


@pytest.mark.parametrize("field", ["trainer", "pairs", *GIVEN])
def test_a_config_cannot_be_changed(field: str) -> None:
    """No field of a config can be set: what was trained stays what its digest says."""
    with pytest.raises(FrozenInstanceError):
        setattr(CONFIG, field, GIVEN.get(field))


@pytest.mark.parametrize(("dataset", "task"), [("wine", "classification"), ("boston", "regression")])
def test_data_set_fixes_the_task(dataset: str, task: str) -> None:
    """The task is the one that the data set is registered with."""
    loss = {"classification": "cross_entropy", "regression": "squared_error"}[task]
    assert task_of(CONFIG.changed(dataset=dataset, loss=loss)) == task
