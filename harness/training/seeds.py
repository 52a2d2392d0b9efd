"""The two sources of chance in a run, and which seeds a claim is judged over."""

import random
import sys
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

Splits = Literal["many", "one", "crossed", "second", "third", "fourth"]
SPLITS: tuple[str, ...] = get_args(Splits)
TRAININGS_ON_EACH: tuple[Splits, ...] = ("many", "second", "third", "fourth")
TRAININGS_PER_SPLIT = 4
_APART = 1_000_000  # between the seeds of trainings on the same split; nobody asks for so many runs


class Seed(NamedTuple):
    """The two sources of chance in a run, kept apart since their parts of the spread differ by far.

    Attributes
    ----------
    split
        Decides which rows are training rows and which are test rows.
    training
        Decides the initial weights and the order of the batches.
    """

    split: int
    training: int

    def rng(self) -> np.random.Generator:
        """Return NumPy's generator of this training, always at its beginning."""
        return np.random.default_rng(self.training)

    def everything(self) -> int:
        """Seed what a training may draw from without being asked, and return the seed, ``training``.

        That is `random`, NumPy's functions, and PyTorch, TensorFlow and Keras where they are imported already.
        """
        random.seed(self.training)
        np.random.seed(self.training)  # noqa: NPY002 - functions use the old ones
        frameworks: dict[str, Any] = {name: sys.modules.get(name) for name in ("torch", "tensorflow")}
        if frameworks["torch"] is not None:
            frameworks["torch"].manual_seed(self.training)
        if frameworks["tensorflow"] is not None:
            frameworks["tensorflow"].random.set_seed(self.training)
        return self.training


def seed_blocks(count: int, size: int, splits: Splits = "many", largest: int | None = None) -> list[tuple[Seed, ...]]:
    """Return the blocks that hold the first `count` seeds.

    Blocks are always whole and a seed always has the same place: where many seeds are trained as one program, the last
    bits of a result depend on both, and so a seed's result is the same whoever asks for how many.

    Parameters
    ----------
    size
        How many seeds the first block has.
    splits
        ``many``: each run draws a split and a training of its own, so runs are independent draws, and what is said
        over them generalizes over splits and trainings. ``one``: all runs share a split, as the networks of a
        report may have done; what is said over them holds for that split. ``crossed``: `TRAININGS_PER_SPLIT` trainings
        on each of several splits, which shows the two sources of chance apart. ``second``, ``third``, ``fourth``: one
        more training on each split of ``many``, which differs from the others in nothing but its seed.
    largest
        How many seeds a block may have: each is as large as all before it together, up to this. Then a look at twice
        as many seeds is one block more, which costs less than many small ones. If not given, all are of one size.
    """
    blocks, start = [], 0
    while start < count:
        end = start + max(size, min(start, largest or size))
        blocks.append(_block(start, end, splits))
        start = end
    return blocks


@lru_cache(maxsize=1024)  # a session asks for the same thousands of times
def _block(start: int, end: int, splits: Splits) -> tuple[Seed, ...]:
    return tuple(_seed(number, splits) for number in range(start, end))


def _seed(number: int, splits: Splits) -> Seed:
    if splits == "crossed":
        return Seed(*divmod(number, TRAININGS_PER_SPLIT))
    if splits in TRAININGS_ON_EACH:
        return Seed(number, number + _APART * TRAININGS_ON_EACH.index(splits))
    return Seed(number if splits == "many" else 0, number)
