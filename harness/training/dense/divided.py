"""The rows on which a network is trained and tested, for each seed of a config."""

import itertools
from collections.abc import Sequence
from functools import lru_cache

from harness.data import registry, splitting
from harness.data.data_file import DataFile
from harness.data.splitting import Split
from harness.training.config import TrainingConfig
from harness.training.seeds import Seed

MOST_KEPT = 10**6  # numbers in the splits of a block that are kept for the next config
ENOUGH = 10**7  # numbers in the splits of a part; training copies them four or five times
FEWEST = 4


def splits_of(config: TrainingConfig, seeds: Sequence[Seed]) -> list[Split]:
    """Return the split of each seed, without the rows that are kept for validation.

    Raises
    ------
    DataError
        As `harness.data.splitting.split` and `harness.data.splitting.without_validation`.
    """
    where = (config.dataset, config.test_size, config.scaling, tuple(seed.split for seed in seeds))
    small = registry.load(config.dataset).features.size * len(seeds) <= MOST_KEPT
    whole = (_kept_splits if small else _splits)(*where)
    return [splitting.without_validation(split, config.validation_split) for split in whole]


def parts_of(config: TrainingConfig, seeds: Sequence[Seed]) -> list[Sequence[Seed]]:
    """Return the seeds in parts that are trained one after the other, so that their splits fit into memory.

    Each has the splits of `ENOUGH` numbers, and not twice as many, but `FEWEST` seeds where there are so many: of one
    or two networks the frameworks round some sums in another way than of more.
    """
    size = max(FEWEST, ENOUGH // registry.load(config.dataset).features.size)
    count = max(1, len(seeds) // size)
    ends = [len(seeds) * number // count for number in range(count + 1)]
    return [seeds[start:end] for start, end in itertools.pairwise(ends)]


def _splits(
    dataset: str | DataFile, test_size: float | str, scaling: str, numbers: tuple[int, ...]
) -> tuple[Split, ...]:
    """Return the splits with these numbers."""
    loaded = registry.load(dataset)
    return tuple(splitting.split(loaded, test_size, scaling, number) for number in numbers)


# All configs on one data set are trained on the same.
_kept_splits = lru_cache(maxsize=8)(_splits)
