"""When a member of a batched training counts as the run of its seed alone: the cells, the comparison and its tolerance.

Two programs that do the same arithmetic in another order part by rounding: float32 keeps 24 bits, so each number is
off by up to 2**-24 of itself. Independent errors of n steps add up like a random walk, to sqrt(n) of one step's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

import harness.training.dense.matched as matched
from harness.base.arrays import Floats
from harness.data import registry, splitting
from harness.data.splitting import Split
from harness.training.config import TrainingConfig
from harness.training.dense.fields import task_of
from harness.training.dense.frameworks import batched_training, native_training
from harness.training.runs import Runs
from harness.training.seeds import Seed, seed_blocks
from tests.builders.configs import small_config

# At these seeds no kind of cell is chaotic; see `CHAOTIC`.
SEEDS = (Seed(1, 33), Seed(5, 22), Seed(7, 3))
(TWENTY,) = seed_blocks(20, 20)  # what the engine trains at once

# Data set, proportion of the test rows and learning rate for each loss, as the claims have them.
LOSSES = {
    "squared_error": ("boston", 0.2, 0.01),
    "cross_entropy": ("penguins", 0.3, 0.001),
    "cross_entropy_on_softmax": ("penguins", 0.3, 0.001),
}
WIDTHS = ((10,), (128,), (10, 10))
# Those that the claims of the report under test have; the others are in `test_new_fields`.
ACTIVATIONS = ("relu", "sigmoid", "tanh")
OPTIMIZERS = ("sgd", "adam", "rmsprop")

ROUNDINGS = 32 * 2.0**-24  # what one step may add: five times the most that was seen
CHAOS = 8  # a nudge is one rounding of each feature, a step rounds some ten times as many numbers


def cell(trainer: str, loss: Any, activation: Any, optimizer: Any, widths: tuple[int, ...]) -> TrainingConfig:
    """Return the config of one kind of cell, for three epochs."""
    dataset, test_size, learning_rate = LOSSES[loss]
    return small_config(
        trainer=trainer,
        dataset=dataset,
        test_size=test_size,
        hidden_widths=widths,
        activation=activation,
        optimizer=optimizer,
        learning_rate=learning_rate,
        batch_size=16,  # divides neither number of rows: the last batch is smaller
        epochs=3,
        loss=loss,
    )


# Here a rounding may grow a thousandfold within an epoch, in the reference as in the batched training: relu units
# switch on for one row in one program only, while gradients are some hundred; and RMSprop gives the gradient of a
# saturated unit, which is all rounding, the size of any other.
CHAOTIC = (
    (cell("torch", "squared_error", "relu", "sgd", (10, 10)), Seed(20, 8)),
    (cell("torch", "squared_error", "tanh", "rmsprop", (10, 10)), Seed(8, 50)),
)


def step_by_step(config: TrainingConfig) -> TrainingConfig:
    """Return the config with all rows in one batch: each epoch is one step, and the curves show every step."""
    return config.changed(batch_size=1000, epochs=6)


def name_of(config: TrainingConfig) -> str:
    """Return a short name for the ids of tests."""
    widths = "x".join(map(str, config.hidden_widths))
    return f"{config.loss}-{config.activation}-{config.optimizer}-{widths}-{config.batch_size}"


def splits_of(config: TrainingConfig, seeds: Sequence[Seed]) -> list[Split]:
    """Split the data of a config for each seed."""
    data = registry.load(config.dataset)
    return [splitting.split(data, config.test_size, config.scaling, seed.split) for seed in seeds]


def train_block(config: TrainingConfig, seeds: Sequence[Seed], splits: Sequence[Split] | None = None) -> Runs:
    """Train a block of seeds as a batched training."""
    runs = batched_training(config.trainer)(config, splits or splits_of(config, seeds), seeds)
    assert runs.seeds == tuple(seeds)
    return runs


def train_alone(config: TrainingConfig, seed: Seed) -> Runs:
    """Train one seed with the reference trainer."""
    return native_training(config.trainer)(config, splits_of(config, [seed])[0], seed)


def alone(config: TrainingConfig, seed: Seed) -> Runs:
    """Train one seed by the framework's own loop, on rows in the order of the batched training."""
    if config.trainer == "torch" or not config.shuffle:
        return train_alone(config, seed)
    return fit_in_order(config, splits_of(config, [seed])[0], seed)


def fit_in_order(config: TrainingConfig, split: Split, seed: Seed) -> Runs:
    """Train the reference's model with ``fit`` on rows in the batched training's order of each epoch."""
    keras_fit, recording = (import_module(f"harness.training.dense.{name}") for name in ("keras_native", "recording"))
    keras_fit.keras.backend.clear_session()
    keras_fit.keras.utils.set_random_seed(seed.training)
    model = keras_fit.build(config, split.train_features.shape[1], recording.outputs_of(config, split))
    norms = [_norm_of(model)]
    orders = matched.epoch_orders(seed, len(split.train_target), config.epochs)
    history = model.fit(
        _batches_in_order(config, split, orders),
        steps_per_epoch=-(-orders.shape[1] // config.batch_size),
        shuffle=False,
        validation_data=(split.test_features, split.test_target),
        validation_batch_size=len(split.test_target),
        epochs=config.epochs,
        callbacks=[keras_fit.keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: norms.append(_norm_of(model)))],
        verbose=0,
    ).history
    curves = {name: history.get(key, [np.nan] * config.epochs) for name, key in keras_fit.HISTORY_NAMES.items()}
    curves["weight_norm"] = norms
    predictions = np.asarray(model(split.test_features))
    run: Runs = recording.one_run(config, split, seed, curves=curves, test_predictions=predictions, seconds=0.0)
    return run


def _norm_of(model: Any) -> float:
    return float(np.sqrt(sum((array.astype(np.float64) ** 2).sum() for array in model.get_weights())))


def _batches_in_order(config: TrainingConfig, split: Split, orders: NDArray[np.int32]) -> Iterator[tuple[Any, Any]]:
    """Give the batches of one epoch after the other; a ``fit`` for each epoch would take twice as long."""
    for order in orders:
        for start in range(0, len(order), config.batch_size):
            rows = order[start : start + config.batch_size]
            yield split.train_features[rows], split.train_target[rows]


def member(runs: Runs, number: int) -> Runs:
    """Return one run of a block."""
    return runs.at(np.array([number]))


def check_agreement(run: Runs, reference: Runs, roundings: float = ROUNDINGS) -> None:
    """Assert that two single runs have the same curves and predictions, but for what rounding may add in a step.

    Losses and norms are compared relative to themselves at each epoch, predictions relative to the largest; an
    accuracy may differ by one row, whose two likeliest classes tie. What is not finite agrees with nothing.
    """
    np.testing.assert_array_equal(run.test_rows, reference.test_rows)
    np.testing.assert_array_equal(run.test_targets, reference.test_targets)
    for name, steps in apart(run, reference).items():
        assert (steps <= roundings).all(), f"{name}: apart by {steps} in a step, tolerance {roundings}"
    config, test_rows = reference.config, reference.test_rows.shape[1]
    if task_of(config) == "classification":
        train_rows = len(registry.load(config.dataset).target) - test_rows
        for name, rows in (("train_accuracy", train_rows), ("test_accuracy", test_rows)):
            differing = np.abs(getattr(run, name) - getattr(reference, name)) * rows
            assert (differing <= 1.001).all(), f"{name}: apart by {differing} rows"


def check_agreement_or_chaos(
    config: TrainingConfig, seeds: Sequence[Seed], block: Runs, number: int, alone: Runs
) -> None:
    """Assert that a member of a block is the run of its seed, as far as it would be the run of a nudged block.

    How far that is, `roundings_of` finds by training once more: only where the usual tolerance is not enough.
    """
    try:
        check_agreement(member(block, number), alone)
    except AssertionError:
        check_agreement(member(block, number), alone, roundings_of(config, seeds, block))


def apart(run: Runs, reference: Runs) -> dict[str, Floats]:
    """Return how far two single runs part in a step, by name of the array: the distance over the root of the steps."""
    config = reference.config
    train_rows = len(registry.load(config.dataset).target) - reference.test_rows.shape[1]
    steps = np.arange(config.epochs + 1) * -(-train_rows // config.batch_size)
    walk = np.sqrt(np.maximum(steps, 1))
    compared = {
        "weight_norm": (reference.weight_norm, walk),
        "train_loss": (reference.train_loss, walk[1:]),
        "test_loss": (reference.test_loss, walk[1:]),
        "test_predictions": (np.abs(reference.test_predictions).max(), walk[-1]),
    }
    return {
        name: np.abs(getattr(run, name) - getattr(reference, name)) / scale / root
        for name, (scale, root) in compared.items()
    }


def nudged(splits: Sequence[Split]) -> list[Split]:
    """Return the splits with each training feature off by its last bit."""
    return [replace(split, train_features=np.nextafter(split.train_features, np.float32(np.inf))) for split in splits]


def roundings_of(config: TrainingConfig, seeds: Sequence[Seed], block: Runs) -> float:
    """Return what one step may add in these runs, which may be chaotic: several times what a nudge of the data adds.

    Of random cells some are chaotic (see `CHAOTIC`), at any seed: there two programs cannot agree better than one
    does with itself, when its data are off by a rounding.
    """
    nearby = train_block(config, seeds, nudged(splits_of(config, seeds)))
    most = max(
        float(array.max())
        for number in range(len(seeds))
        for array in apart(member(nearby, number), member(block, number)).values()
    )
    return max(ROUNDINGS, CHAOS * most)


def check_same_bits(one: Any, other: Any, members: Any = slice(None)) -> None:
    """Assert that all arrays by name but the wall time are the same, bit for bit, for some members."""
    assert set(one) == set(other)
    for name in one:
        if name != "seconds":
            assert one[name][members].tobytes() == other[name][members].tobytes(), name
