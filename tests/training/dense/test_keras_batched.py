import functools
import itertools
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from harness.statistics.estimators import ratio_over_seeds
from harness.training.dense.frameworks import native_training
from harness.training.runs import concatenate
from harness.training.seeds import Seed
from tests.builders.runs import arrays_of
from tests.training.dense.agreement import (
    ACTIVATIONS,
    LOSSES,
    OPTIMIZERS,
    SEEDS,
    TWENTY,
    WIDTHS,
    cell,
    check_agreement,
    check_same_bits,
    fit_in_order,
    member,
    name_of,
    splits_of,
    step_by_step,
    train_alone,
    train_block,
)

# To trace a `fit` costs a second, so not all 81 cells: nine of each kind in which all pairs of values meet.
NINES = [[(i, j, (i + j + k) % 3, (i + 2 * j + k) % 3) for i in range(3) for j in range(3)] for k in range(2)]
VALUES = (tuple(LOSSES), ACTIVATIONS, OPTIMIZERS, WIDTHS)
BY_EPOCH, BY_STEP = (
    [cell("keras", VALUES[0][i], ACTIVATIONS[j], OPTIMIZERS[k], WIDTHS[n]) for i, j, k, n in nine] for nine in NINES
)
CELLS = [*BY_EPOCH, *map(step_by_step, BY_STEP)]
CLASSIFICATION = cell("keras", "cross_entropy", "tanh", "adam", (10,))
QUICK = CLASSIFICATION.changed(dataset="wine", learning_rate=0.01, epochs=10)

# A training takes a second, so tests that only look at a block share it.
trained = functools.cache(train_block)


@pytest.fixture
def keras_ensemble() -> Any:
    """Import the module under test; late, so that collecting tests imports no framework."""
    native_training("keras")
    return import_module("harness.training.dense.keras_batched")


# A member is the fit of its seed alone


def test_the_cells_cover_all_pairs() -> None:
    """Epoch by epoch, and step by step, each two values of two different axes are together in some cell."""
    for configs in (BY_EPOCH, BY_STEP):
        rows = [(each.loss, each.activation, each.optimizer, each.hidden_widths) for each in configs]
        for one, other in itertools.combinations(range(4), 2):
            assert {(row[one], row[other]) for row in rows} == set(itertools.product(VALUES[one], VALUES[other]))
    assert len({name_of(each) for each in CELLS}) == 18


@pytest.mark.parametrize("number", range(len(CELLS)), ids=map(name_of, CELLS))
def test_a_member_is_the_fit_of_its_seed(keras_ensemble: Any, number: int) -> None:
    """With the same weights and order of rows, curves and predictions are those of ``fit``, by epoch or by step."""
    config, place = CELLS[number], number % 3
    split = splits_of(config, SEEDS)[place]
    reference = fit_in_order(config, split, SEEDS[place])
    check_agreement(member(train_block(config, SEEDS), place), reference)


@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("initial_weights", ["own", "he_normal", "normal"])
@pytest.mark.parametrize("widths", [(10,), (128,), (10, 10), (3, 5, 7)])
def test_initial_weights_are_those_of_the_models(
    keras_ensemble: Any, widths: tuple[int, ...], initial_weights: str, dropout: float
) -> None:
    """Weights, biases and what zeros are drawn from are, bit for bit, those that the reference's model begins with."""
    keras_fit = import_module("harness.training.dense.keras_native")
    config = CLASSIFICATION.changed(hidden_widths=widths, initial_weights=initial_weights, dropout=dropout)
    seeds = (Seed(9, 0), Seed(9, 33))
    drawn = keras_ensemble.first_draws((8, *widths, 3), seeds, initial_weights, dropout)
    for own, mask_seeds, seed in zip(*drawn, seeds, strict=True):
        keras_fit.keras.utils.set_random_seed(seed.training)
        model = keras_fit.build(config, 8, 3)
        assert own.tobytes() == np.concatenate([array.ravel() for array in model.get_weights()]).tobytes()
        states = [layer.seed_generator.state.numpy() for layer in model.layers if hasattr(layer, "seed_generator")]
        assert [[seed, 0] for seed in mask_seeds] == [list(state) for state in states]
        assert len(states) == (len(widths) if dropout else 0)


def test_orders_of_rows(keras_ensemble: Any) -> None:
    """Each epoch takes every row once, in an order of its own, which only the training seed decides."""
    orders = keras_ensemble.matched.epoch_orders(Seed(3, 4), 133, 50)
    np.testing.assert_array_equal(np.sort(orders, axis=1), np.tile(np.arange(133), (50, 1)))
    assert len({order.tobytes() for order in orders}) == 50
    np.testing.assert_array_equal(keras_ensemble.matched.epoch_orders(Seed(5, 4), 133, 7), orders[:7])
    assert (keras_ensemble.matched.epoch_orders(Seed(3, 5), 133, 50) != orders).any(axis=1).all()
    # Every row comes early and late: the mean place of 50 uniform ones is 66 with a standard error of 5.4.
    places = np.argsort(orders, axis=1).mean(axis=0)
    assert places.min() > 66 - 5 * 5.4
    assert places.max() < 66 + 5 * 5.4


def test_whole_trainings_end_alike() -> None:
    """After a whole training, members of a block have the test losses of ``fit``, which shuffles by itself.

    Ten of the twenty, since each ``fit`` takes seconds; and as long as losses are not so small that their ratio for
    one seed depends much on the order of rows.
    """
    runs = train_block(QUICK, TWENTY).first(10)
    alone = concatenate([train_alone(QUICK, seed) for seed in runs.seeds])
    assert alone.final_test_loss.mean() < 0.4  # it has learnt: ln 3 = 1.1 is guessing
    np.testing.assert_allclose(runs.weight_norm[:, 0], alone.weight_norm[:, 0], rtol=1e-6)
    ratio = ratio_over_seeds(runs.final_test_loss, alone.final_test_loss, "test loss of a member / of fit")
    low, high = ratio.interval(0.9)
    assert 0.9 < low < high < 1.1
    assert runs.final_test_accuracy.mean() == pytest.approx(alone.final_test_accuracy.mean(), abs=0.02)


# The comparison can fail


def test_another_order_of_rows_does_not_agree(keras_ensemble: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rows in another order, in the last epoch alone, are noticed."""
    runs = trained(CLASSIFICATION, SEEDS)
    real = keras_ensemble.matched.epoch_orders

    def last_one_turned(*arguments: Any) -> Any:
        orders = real(*arguments)
        orders[-1] = orders[-1][::-1]
        return orders

    monkeypatch.setattr(keras_ensemble.matched, "epoch_orders", last_one_turned)
    split = splits_of(CLASSIFICATION, SEEDS)[0]
    reference = fit_in_order(CLASSIFICATION, split, SEEDS[0])
    with pytest.raises(AssertionError, match="weight_norm"):
        check_agreement(member(runs, 0), reference)


# One program for configs that differ in numbers


@pytest.fixture
def kept(keras_ensemble: Any) -> Any:
    """Return the module that keeps programs, without any."""
    module = import_module("harness.training.dense.stacked_training")
    module._kept.cache_clear()
    return module


DROPPING = CLASSIFICATION.changed(dropout=0.4)
ONE_PROGRAM = [
    DROPPING,
    DROPPING.changed(learning_rate=0.01, epochs=2),
    DROPPING.changed(batch_size=70, test_size=0.4, scaling="min-max"),
]


def test_configs_that_differ_in_numbers_share_a_program(kept: Any) -> None:
    """With the bits that each has alone: rate, epochs, batches, data, seeds and zeros of dropout are handed in."""
    trained_by_it = [(config, train_block(config, seeds)) for config in ONE_PROGRAM for seeds in (SEEDS, TWENTY[:3])]
    assert kept._kept.cache_info().misses == 1
    for config, runs in trained_by_it:
        kept._kept.cache_clear()
        check_same_bits(arrays_of(runs), arrays_of(train_block(config, runs.seeds)))
    assert len({arrays_of(runs)["test_loss"].tobytes() for _, runs in trained_by_it}) == len(trained_by_it)


@pytest.mark.parametrize(
    "changes",
    [
        {"activation": "relu"},
        {"optimizer": "sgd"},
        {"loss": "cross_entropy_on_softmax"},
        {"hidden_widths": (11,)},
        {"weight_decay": 0.01},
        {"dropout": 0.1},
        {"regime": "matched"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_other_configs_have_another_program(kept: Any, changes: dict[str, Any]) -> None:
    """And neither changes the bits of the other's."""
    before, other = trained(CLASSIFICATION, SEEDS), train_block(CLASSIFICATION.changed(**changes), SEEDS)
    check_same_bits(arrays_of(before), arrays_of(train_block(CLASSIFICATION, SEEDS)))
    assert kept._kept.cache_info().currsize == 2
    assert not np.array_equal(other.test_loss, before.test_loss)
