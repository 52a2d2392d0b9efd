import random
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.training.seeds import SPLITS, TRAININGS_ON_EACH, TRAININGS_PER_SPLIT, Seed, Splits, seed_blocks


def test_every_run_has_a_split_and_a_training_of_its_own() -> None:
    """Seeds are paired off, so that runs are independent draws of both."""
    first, second, third = seed_blocks(1, 20)[0][:3]
    assert (first, second, third) == (Seed(split=0, training=0), Seed(split=1, training=1), Seed(split=2, training=2))
    assert seed_blocks(0, 20) == []


@given(st.integers(1, 200), st.integers(1, 200))
def test_more_seeds_continue_fewer_in_whole_blocks(few: int, more: int) -> None:
    """Blocks are whole, and asking for more seeds keeps those there were, so that their runs are found in the store."""
    few, more = sorted((few, more))
    blocks = seed_blocks(more, 20)
    assert blocks[: len(seed_blocks(few, 20))] == seed_blocks(few, 20)
    assert {len(block) for block in blocks} == {20}
    assert len(blocks) == -(-more // 20)
    assert len({seed for block in blocks for seed in block}) == 20 * len(blocks)


def test_seeds_may_share_a_split() -> None:
    """Their trainings are those of seeds with splits of their own, and the blocks are no less whole."""
    many, one = seed_blocks(40, 20), seed_blocks(40, 20, "one")
    assert many == seed_blocks(40, 20, "many")
    assert {seed.split for block in one for seed in block} == {0}
    assert [[seed.training for seed in block] for block in one] == [[seed.training for seed in block] for block in many]
    assert not set(one) & set(many)


def test_seeds_may_cross_splits_and_trainings() -> None:
    """Each split has as many trainings as the next, and no training is that of another split."""
    seeds = [seed for block in seed_blocks(40, 20, "crossed") for seed in block]
    splits = [seed.split for seed in seeds]
    assert splits == sorted(splits)
    assert {splits.count(split) for split in splits} == {TRAININGS_PER_SPLIT}
    assert len(set(seeds)) == 40


def test_splits_may_be_trained_on_again() -> None:
    """Each further training is on the split of the first with the same number, and no two share a training's seed."""
    seeds = [[seed for block in seed_blocks(40, 20, splits) for seed in block] for splits in TRAININGS_ON_EACH]
    assert seeds[0] == [Seed(number, number) for number in range(40)]
    assert all([seed.split for seed in again] == list(range(40)) for again in seeds)
    assert len({seed.training for again in seeds for seed in again}) == 4 * 40


@given(st.integers(1, 200), st.integers(1, 200), st.sampled_from(SPLITS))
def test_more_seeds_continue_fewer_whatever_the_splits(few: int, more: int, splits: Splits) -> None:
    """So that their runs are found in the store."""
    few, more = sorted((few, more))
    blocks = seed_blocks(more, 20, splits)
    assert blocks[: len(seed_blocks(few, 20, splits))] == seed_blocks(few, 20, splits)
    assert len({seed for block in blocks for seed in block}) == 20 * len(blocks)


@given(st.integers(1, 200), st.integers(1, 40), st.sampled_from(SPLITS))
def test_blocks_have_the_size_that_a_trainer_takes(count: int, size: int, splits: Splits) -> None:
    """All of them, whatever is asked for; seeds do not depend on it."""
    blocks = seed_blocks(count, size, splits)
    assert {len(block) for block in blocks} == {size}
    assert len(blocks) == -(-count // size)
    one_each = [seed for (seed,) in seed_blocks(size * len(blocks), 1, splits)]
    assert [seed for block in blocks for seed in block] == one_each


@given(st.integers(1, 700), st.integers(1, 700), st.sampled_from(SPLITS))
def test_blocks_grow_up_to_the_largest_and_hold_the_same_seeds(few: int, more: int, splits: Splits) -> None:
    """So each look at twice as many seeds is whole blocks, and a seed stands in the same block whoever asks."""
    few, more = sorted((few, more))
    blocks = seed_blocks(more, 20, splits, 160)
    assert blocks[: len(seed_blocks(few, 20, splits, 160))] == seed_blocks(few, 20, splits, 160)
    of_one_size = [seed for block in seed_blocks(more + 160, 20, splits) for seed in block]
    seeds = [seed for block in blocks for seed in block]
    assert seeds == of_one_size[: len(seeds)]
    assert len(seeds) - len(blocks[-1]) < more <= len(seeds)


def test_blocks_double_and_then_stay() -> None:
    """Up to the largest that a trainer takes; where that is the first, all are alike."""
    assert [len(block) for block in seed_blocks(640, 20, largest=160)] == [20, 20, 40, 80, 160, 160, 160]
    assert [len(block) for block in seed_blocks(5, 1, largest=1)] == [1] * 5
    assert [len(block) for block in seed_blocks(50, 20, largest=30)] == [20, 20, 30]


def test_a_seed_makes_generators_that_begin_anew() -> None:
    """Of the training; the split decides nothing but the split."""
    assert Seed(0, 3).rng().random() == Seed(5, 3).rng().random() == np.random.default_rng(3).random()
    assert Seed(3, 0).rng().random() != Seed(3, 1).rng().random()


def test_a_seed_seeds_everything_that_is_there() -> None:
    """Python's, NumPy's and PyTorch's functions give the same again; the whole number is for what else there is."""
    import torch

    def draws() -> list[float]:
        return [random.random(), float(np.random.random()), float(torch.rand(()))]  # noqa: NPY002 - the old ones

    seeds = (Seed(0, 3), Seed(5, 3), Seed(0, 4))
    first, again, other = ((seed.everything(), draws()) for seed in seeds)
    assert first == again == (3, first[1])
    assert not set(first[1]) & set(other[1])


def test_only_frameworks_that_are_in_use_are_seeded(monkeypatch: pytest.MonkeyPatch) -> None:
    """None is imported for it."""
    seeded = []
    tensorflow = SimpleNamespace(random=SimpleNamespace(set_seed=seeded.append))
    monkeypatch.setitem(sys.modules, "tensorflow", tensorflow)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    Seed(1, 7).everything()
    assert seeded == [7]
    assert "torch" not in sys.modules
