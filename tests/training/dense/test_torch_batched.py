import itertools
import sys
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from harness.training.config import TrainingConfig
from harness.training.dense.frameworks import native_training
from harness.training.runs import concatenate
from harness.training.seeds import Seed
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
    member,
    name_of,
    nudged,
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


# The comparison can fail


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


# The compiler


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_no_training_imports_the_compiler(torch_ensemble: Any, monkeypatch: pytest.MonkeyPatch, optimizer: str) -> None:
    """It would take a process a second, and nothing is compiled."""
    marked = torch_ensemble.inspect.unwrap(torch_ensemble.torch.optim.Optimizer.add_param_group)
    monkeypatch.delattr(marked, "__dynamo_disable", raising=False)  # it may have been imported by another test
    monkeypatch.setitem(sys.modules, "torch._dynamo", None)
    config = cell("torch", "cross_entropy", "tanh", optimizer, (10,))
    assert train_block(config, SEEDS).seeds == SEEDS
