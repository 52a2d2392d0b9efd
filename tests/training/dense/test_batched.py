"""What blocks of both frameworks have in common; how each agrees with its framework's own loop, its own tests show."""

import functools
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.training.config import TrainingConfig
from harness.training.dense.fields import task_of
from harness.training.runs import predicted_classes
from harness.training.seeds import Seed
from tests.builders.runs import arrays_of
from tests.training.dense.agreement import (
    LOSSES,
    OPTIMIZERS,
    SEEDS,
    TWENTY,
    alone,
    cell,
    check_agreement,
    check_same_bits,
    member,
    roundings_of,
    splits_of,
    train_block,
)

TRAINERS = ("keras", "torch")
CLASSIFICATION, REGRESSION = (
    {trainer: cell(trainer, loss, "tanh", optimizer, (10,)) for trainer in TRAINERS}
    for loss, optimizer in (("cross_entropy", "adam"), ("squared_error", "sgd"))
)

# Keras traces a program for each, which takes half a second, so tests that only look at a block share it.
trained = functools.cache(train_block)

each_trainer = pytest.mark.parametrize("trainer", TRAINERS)
each_config = pytest.mark.parametrize(
    "config",
    [*CLASSIFICATION.values(), *REGRESSION.values()],
    ids=lambda config: f"{config.trainer}-{task_of(config)}",
)


@each_config
def test_accuracies_are_proportions_of_rows(config: TrainingConfig) -> None:
    """An accuracy is a number of rows over all rows in double precision, so equal proportions are equal numbers."""
    runs = trained(config, SEEDS)
    if task_of(config) == "regression":
        assert not [name for name in runs.metrics() if "accuracy" in name]
    else:
        hits = (predicted_classes(runs) == runs.test_targets).sum(axis=1)
        np.testing.assert_array_equal(runs.final_test_accuracy, hits / runs.test_rows.shape[1])


@each_trainer
def test_the_splits_are_not_changed(trainer: str) -> None:
    """Training leaves the arrays it was given as they were."""
    config = REGRESSION[trainer]
    splits = splits_of(config, SEEDS)
    train_block(config, SEEDS, splits)
    for used, fresh in zip(splits, splits_of(config, SEEDS), strict=True):
        np.testing.assert_array_equal(used.train_features, fresh.train_features)
        np.testing.assert_array_equal(used.train_target, fresh.train_target)
        np.testing.assert_array_equal(used.test_features, fresh.test_features)


@pytest.mark.parametrize("other", [Seed(1, 34), Seed(2, 33)], ids=["training", "split"])
@each_config
def test_another_seed_does_not_agree(config: TrainingConfig, other: Seed) -> None:
    """A member does not pass for the run of a seed that has only its split, or only its training, in common."""
    with pytest.raises(AssertionError):
        check_agreement(member(trained(config, SEEDS), 0), alone(config, other))


# Same seeds, same bits


@each_config
def test_same_seeds_same_bits(config: TrainingConfig) -> None:
    """Trained again in one process, after a training of something else, a block gives the same bits."""
    first = trained(config, SEEDS)
    train_block(config.changed(hidden_widths=(3,), optimizer="rmsprop"), TWENTY[:2])
    check_same_bits(arrays_of(first), arrays_of(train_block(config, SEEDS)))


FRESH = """
import numpy as np
from tests.builders.runs import arrays_of
from tests.training.dense.test_batched import CLASSIFICATION, SEEDS, train_block
np.savez({file!r}, **arrays_of(train_block(CLASSIFICATION[{trainer!r}], SEEDS)))
"""


@each_trainer
def test_same_seeds_same_bits_in_a_fresh_process(trainer: str, tmp_path: Path) -> None:
    """A block gives the same bits in another process, whatever backend of Keras its environment names."""
    file = str(tmp_path / "fresh.npz")
    subprocess.run(
        [sys.executable, "-c", FRESH.format(file=file, trainer=trainer)],
        check=True,
        timeout=120,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "KERAS_BACKEND": "torch"},
    )
    with np.load(file) as arrays:
        check_same_bits(arrays_of(trained(CLASSIFICATION[trainer], SEEDS)), arrays)


# Blocks

any_place_in_a_block = given(
    loss=st.sampled_from(sorted(LOSSES)),
    optimizer=st.sampled_from(OPTIMIZERS),
    widths=st.lists(st.integers(1, 40), min_size=1, max_size=2).map(tuple),
    batch_size=st.sampled_from([7, 16, 50, 150, 1000]),
    size=st.sampled_from([1, 2, 7]),
    start=st.integers(0, 13),
)


@settings(max_examples=4)  # each traces two programs
@any_place_in_a_block
def test_a_seed_in_another_block_with_keras(**place: Any) -> None:
    """It has the run that it has in the block of twenty, but for rounding."""
    check_another_block("keras", **place)


@settings(max_examples=20)
@any_place_in_a_block
def test_a_seed_in_another_block_with_torch(**place: Any) -> None:
    """It has the run that it has in the block of twenty, but for rounding."""
    check_another_block("torch", **place)


def check_another_block(
    trainer: str, loss: str, optimizer: str, widths: tuple[int, ...], batch_size: int, size: int, start: int
) -> None:
    """Compare a smaller block with its part of the block of twenty.

    The last bits do differ: vector instructions round the tail of an array otherwise than its body.
    """
    config = cell(trainer, loss, "tanh", optimizer, widths).changed(batch_size=batch_size, epochs=1)
    twenty = train_block(config, TWENTY)
    seeds = TWENTY[start : start + size]
    block = train_block(config, seeds)
    roundings = roundings_of(config, seeds, block)
    for number in range(size):
        check_agreement(member(block, number), member(twenty, start + number), roundings)


# Divergence


@each_trainer
def test_a_member_that_diverges_does_not_disturb_the_others(trainer: str) -> None:
    """Beside a member whose losses overflow, the others are finite and the same, bit for bit, as without it."""
    config = REGRESSION[trainer].changed(scaling="none", learning_rate=1e-7)
    splits = splits_of(config, SEEDS)
    calm = train_block(config, SEEDS, splits)
    large = np.float32(1e20)
    splits[1] = replace(
        splits[1], train_features=splits[1].train_features * large, train_target=splits[1].train_target * large
    )
    runs = train_block(config, SEEDS, splits)
    assert calm.diverged.tolist() == [False, False, False]
    assert runs.diverged.tolist() == [False, True, False]
    assert np.isnan(runs.train_loss[1]).all()
    check_same_bits(arrays_of(runs), arrays_of(calm), [0, 2])
