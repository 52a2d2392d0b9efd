"""On how many splits is trained at once, and that this changes nothing."""

import numpy as np
import pytest

from harness.training.dense import divided, trainers
from harness.training.dense.divided import parts_of, splits_of
from harness.training.seeds import Seed
from harness.training.trainers import trainer_named
from tests.builders.configs import small_config, trained_by
from tests.builders.runs import arrays_of
from tests.training.dense.agreement import SEEDS, check_same_bits

CONFIG = small_config(dataset="boston", loss="squared_error", learning_rate=0.001, epochs=2)  # 506 rows of 13 features


SIZE = 506 * 13


@pytest.mark.parametrize(
    ("numbers", "seeds", "sizes"),
    [
        (1, 1, [1]),
        (1, 7, [7]),
        (1, 9, [4, 5]),
        (SIZE, 20, [4] * 5),
        (5 * SIZE - 1, 20, [4] * 5),
        (5 * SIZE, 20, [5] * 4),
        (6 * SIZE, 20, [6, 7, 7]),
        (11 * SIZE, 20, [20]),
        (10**7, 160, [160]),
    ],
)
def test_parts_fit_into_memory(monkeypatch: pytest.MonkeyPatch, numbers: int, seeds: int, sizes: list[int]) -> None:
    """None is of very few seeds, and all together are the seeds in their order."""
    monkeypatch.setattr(divided, "ENOUGH", numbers)
    block = [Seed(number, number) for number in range(seeds)]
    parts = parts_of(CONFIG, block)
    assert [len(part) for part in parts] == sizes
    assert [seed for part in parts for seed in part] == block


@pytest.mark.parametrize("trainer", ["keras", "torch"])
def test_seeds_in_parts_are_the_same_runs(monkeypatch: pytest.MonkeyPatch, trainer: str) -> None:
    """Four seeds and then five give what all nine give together, bit for bit."""
    config, parts, seeds = trained_by(trainer, CONFIG), [], tuple(Seed(number, 9 - number) for number in range(9))
    whole = trainer_named(trainer).train(config, seeds)
    monkeypatch.setattr(divided, "ENOUGH", 4 * SIZE)
    monkeypatch.setattr(
        trainers, "splits_of", lambda config, seeds: parts.append(len(seeds)) or splits_of(config, seeds)
    )
    runs = trainer_named(trainer).train(config, seeds)
    assert (parts, runs.seeds) == ([4, 5], seeds)
    check_same_bits(arrays_of(whole), arrays_of(runs))


def test_splits_of_small_data_are_made_once() -> None:
    """The next config on the same data takes them as they are; its validation rows are left out of its own."""
    first, again = splits_of(CONFIG, SEEDS), splits_of(CONFIG.changed(activation="tanh", validation_split=0.5), SEEDS)
    for one, other in zip(first, again, strict=True):
        assert np.shares_memory(one.train_features, other.train_features)
        assert len(other.train_target) == len(one.train_target) // 2


def test_splits_of_large_data_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would fill the memory for the rest of a session."""
    monkeypatch.setattr(divided, "MOST_KEPT", SIZE * len(SEEDS) - 1)
    first, again = splits_of(CONFIG, SEEDS), splits_of(CONFIG, SEEDS)
    assert not np.shares_memory(first[0].train_features, again[0].train_features)
    np.testing.assert_array_equal(first[0].train_features, again[0].train_features)
