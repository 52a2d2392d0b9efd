import itertools
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.training.config import TrainingConfig
from harness.training.dense.fields import task_of
from harness.training.dense.frameworks import native_training
from harness.training.runs import concatenate, predicted_classes
from harness.training.seeds import Seed
from tests.builders.runs import arrays_of
from tests.training.dense.agreement import (
    ACTIVATIONS,
    CHAOTIC,
    LOSSES,
    OPTIMIZERS,
    SEEDS,
    TWENTY,
    WIDTHS,
    cell,
    check_agreement,
    check_same_bits,
    member,
    name_of,
    nudged,
    roundings_of,
    splits_of,
    step_by_step,
    train_alone,
    train_block,
)

CELLS = [cell("torch", *values) for values in itertools.product(LOSSES, ACTIVATIONS, OPTIMIZERS, WIDTHS)]
CLASSIFICATION = cell("torch", "cross_entropy", "tanh", "adam", (10, 10))
REGRESSION = cell("torch", "squared_error", "tanh", "sgd", (10,))
QUICK = CLASSIFICATION.changed(dataset="wine", hidden_widths=(10,), learning_rate=0.01, epochs=30)

every_cell = pytest.mark.parametrize("config", CELLS, ids=name_of)


@pytest.fixture
def torch_ensemble() -> Any:
    """Import the module under test; late, so that collecting tests imports no framework."""
    return import_module("harness.training.dense.torch_batched")


# A member is the run of its seed alone


@every_cell
def test_a_member_is_the_run_of_its_seed(config: TrainingConfig) -> None:
    """In every kind of cell, curves and predictions of each member are those of the reference, epoch by epoch."""
    runs = train_block(config, SEEDS)
    for number, seed in enumerate(SEEDS):
        check_agreement(member(runs, number), train_alone(config, seed))


@every_cell
def test_a_member_takes_the_steps_of_its_seed(config: TrainingConfig) -> None:
    """In every kind of cell, each single step (an epoch of one batch) leads where the reference's step leads."""
    config = step_by_step(config)
    runs = train_block(config, SEEDS)
    for number, seed in enumerate(SEEDS):
        check_agreement(member(runs, number), train_alone(config, seed))


@pytest.mark.parametrize("batch_size", [1, 16, 19, 133, 1000])
@pytest.mark.parametrize("seed", [0, 12345])
def test_rows_come_in_the_order_of_a_data_loader(torch_ensemble: Any, batch_size: int, seed: int) -> None:
    """Epoch after epoch, rows come as a shuffling `DataLoader` with the same generator yields them."""
    torch, rows, epochs = torch_ensemble.torch, 133, 4
    data = import_module("torch.utils.data")
    loader = data.DataLoader(
        data.TensorDataset(torch.arange(rows)),
        batch_size=batch_size,
        shuffle=True,
        generator=torch.Generator().manual_seed(seed),
    )
    yielded = [torch.cat([batch for (batch,) in loader]).tolist() for _ in range(epochs)]
    generator = torch.Generator().manual_seed(seed)
    assert [torch_ensemble._epoch_order(generator, rows).tolist() for _ in range(epochs)] == yielded
    assert len(set(map(tuple, yielded))) == epochs


def test_whole_trainings_end_alike() -> None:
    """After a training to the end, every one of twenty members has the test loss and accuracy of its reference."""
    runs = train_block(QUICK, TWENTY)
    alone = concatenate([train_alone(QUICK, seed) for seed in TWENTY])
    assert alone.final_test_loss.mean() < 0.2  # it has learnt: ln 3 = 1.1 is guessing
    np.testing.assert_allclose(runs.final_test_loss, alone.final_test_loss, rtol=1e-4)
    one_row = 1.001 / runs.test_rows.shape[1]
    np.testing.assert_allclose(runs.final_test_accuracy, alone.final_test_accuracy, rtol=0, atol=one_row)


@pytest.mark.parametrize("config", [CLASSIFICATION, REGRESSION], ids=name_of)
def test_accuracies_are_proportions_of_rows(config: TrainingConfig) -> None:
    """An accuracy is a number of rows over all rows in double precision, so equal proportions are equal numbers."""
    runs = train_block(config, SEEDS)
    if task_of(config) == "regression":
        assert not [name for name in runs.metrics() if "accuracy" in name]
    else:
        hits = (predicted_classes(runs) == runs.test_targets).sum(axis=1)
        np.testing.assert_array_equal(runs.final_test_accuracy, hits / runs.test_rows.shape[1])


def test_the_splits_are_not_changed() -> None:
    """Training leaves the arrays it was given as they were."""
    splits = splits_of(REGRESSION, SEEDS)
    train_block(REGRESSION, SEEDS, splits)
    for used, fresh in zip(splits, splits_of(REGRESSION, SEEDS), strict=True):
        np.testing.assert_array_equal(used.train_features, fresh.train_features)
        np.testing.assert_array_equal(used.train_target, fresh.train_target)
        np.testing.assert_array_equal(used.test_features, fresh.test_features)


# The comparison can fail


@pytest.mark.parametrize("other", [Seed(1, 34), Seed(2, 33)], ids=["training", "split"])
@pytest.mark.parametrize("config", [CLASSIFICATION, REGRESSION], ids=name_of)
def test_another_seed_does_not_agree(config: TrainingConfig, other: Seed) -> None:
    """A member does not pass for the run of a seed that has only its split, or only its training, in common."""
    run = member(train_block(config, SEEDS), 0)
    check_agreement(run, train_alone(config, SEEDS[0]))
    with pytest.raises(AssertionError):
        check_agreement(run, train_alone(config, other))


@pytest.mark.parametrize("config", [CLASSIFICATION, REGRESSION], ids=name_of)
def test_another_order_of_rows_does_not_agree(
    torch_ensemble: Any, monkeypatch: pytest.MonkeyPatch, config: TrainingConfig
) -> None:
    """The same rows in another order, from the second epoch on, are noticed."""

    def one_draw_too_few(generator: Any, rows: int) -> Any:
        torch_ensemble.torch.empty((), dtype=torch_ensemble.torch.int64).random_(generator=generator)
        return torch_ensemble.torch.randperm(rows, generator=generator)

    monkeypatch.setattr(torch_ensemble, "_epoch_order", one_draw_too_few)
    with pytest.raises(AssertionError, match="weight_norm"):
        check_agreement(member(train_block(config, SEEDS), 0), train_alone(config, SEEDS[0]))


@pytest.mark.parametrize("config", [CLASSIFICATION, REGRESSION], ids=name_of)
def test_another_learning_rate_does_not_agree(config: TrainingConfig) -> None:
    """A learning rate that differs by a thousandth is noticed."""
    near = config.changed(learning_rate=config.learning_rate * 1.001)
    with pytest.raises(AssertionError, match="weight_norm"):
        check_agreement(member(train_block(near, SEEDS), 0), train_alone(config, SEEDS[0]))


@pytest.mark.parametrize(("config", "seed"), CHAOTIC, ids=["relu", "rmsprop"])
def test_chaos_is_the_networks_own(config: TrainingConfig, seed: Seed) -> None:
    """Where a rounding grows, the reference parts from itself, with features off by their last bit, even farther."""
    (nearby,) = nudged(splits_of(config, [seed]))
    alone, beside = train_alone(config, seed), native_training("torch")(config, nearby, seed)
    runs = train_block(config, [*SEEDS, seed])
    with pytest.raises(AssertionError, match="apart"):
        check_agreement(beside, alone)
    by_nudge, by_block = (
        np.abs(run.test_predictions - alone.test_predictions).max() for run in (beside, member(runs, 3))
    )
    assert by_block < by_nudge


# Same seeds, same bits


@pytest.mark.parametrize("config", [CLASSIFICATION, REGRESSION], ids=name_of)
def test_same_seeds_same_bits(config: TrainingConfig) -> None:
    """Trained again in one process, after a training of something else, a block gives the same bits."""
    first = train_block(config, SEEDS)
    train_block(config.changed(hidden_widths=(3,), optimizer="rmsprop"), TWENTY[:2])
    check_same_bits(arrays_of(first), arrays_of(train_block(config, SEEDS)))


FRESH = """
import numpy as np
from tests.builders.runs import arrays_of
from tests.training.dense.test_torch_batched import CLASSIFICATION, SEEDS, train_block
np.savez({file!r}, **arrays_of(train_block(CLASSIFICATION, SEEDS)))
"""


def test_same_seeds_same_bits_in_a_fresh_process(tmp_path: Path) -> None:
    """A block gives the same bits in another process."""
    file = str(tmp_path / "fresh.npz")
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", FRESH.format(file=file)], check=True, timeout=120, cwd=root)
    with np.load(file) as arrays:
        check_same_bits(arrays_of(train_block(CLASSIFICATION, SEEDS)), arrays)


# Blocks


@settings(max_examples=20)
@given(
    loss=st.sampled_from(sorted(LOSSES)),
    optimizer=st.sampled_from(OPTIMIZERS),
    widths=st.lists(st.integers(1, 40), min_size=1, max_size=2).map(tuple),
    batch_size=st.sampled_from([7, 16, 50, 150, 1000]),
    size=st.sampled_from([1, 2, 7]),
    start=st.integers(0, 13),
)
def test_a_seed_in_another_block(
    loss: str, optimizer: str, widths: tuple[int, ...], batch_size: int, size: int, start: int
) -> None:
    """In smaller blocks, at other places, a seed has the run that it has in the block of twenty, but for rounding.

    The last bits do differ: vector instructions round the tail of an array otherwise than its body.
    """
    config = cell("torch", loss, "tanh", optimizer, widths).changed(batch_size=batch_size, epochs=1)
    twenty = train_block(config, TWENTY)
    seeds = TWENTY[start : start + size]
    block = train_block(config, seeds)
    roundings = roundings_of(config, seeds, block)
    for number in range(size):
        check_agreement(member(block, number), member(twenty, start + number), roundings)


# Divergence


def test_a_member_that_diverges_does_not_disturb_the_others() -> None:
    """Beside a member whose losses overflow, the others are finite and the same, bit for bit, as without it."""
    config = REGRESSION.changed(scaling="none", learning_rate=1e-7)
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
