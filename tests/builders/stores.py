"""What a store is given to keep."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from harness.storage.store import Store
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed
from harness.training.trainers import Fingerprint
from tests.builders.configs import small_config
from tests.builders.runs import random_runs, with_arrays

VERSIONS = {"torch": {"torch": "2.6", "harness training": "1"}, "keras": {"keras": "3.10", "harness training": "1"}}
PROTOCOL = small_config(epochs=3)
SEEDS = (Seed(0, 0), Seed(0, 1))


def versions_of(by_trainer: Mapping[str, Mapping[str, str]]) -> Fingerprint:
    """Return what says these versions for each trainer."""
    return lambda config: by_trainer[config.trainer]


fingerprint = versions_of(VERSIONS)


def runs_hard_to_keep(seeds: Sequence[Seed] = SEEDS, config: TrainingConfig = PROTOCOL, rows: int = 4) -> Runs:
    """Build runs with values that a careless file would change: zeros with a sign, infinity, NaNs that differ."""
    runs = random_runs(seeds, config, rows=rows)
    train_loss, test_loss = runs.train_loss.copy(), runs.test_loss.copy()
    train_loss[0] = [-0.0, np.inf, 5e-324]
    # Two NaNs that differ in their bits.
    test_loss[0, :2] = np.array([0x7FF8000000000000, 0xFFF8000000000001], dtype=np.uint64).view(np.float64)
    return with_arrays(runs, train_loss=train_loss, test_loss=test_loss, test_rows=runs.test_rows + 2**40)


def filled_store(folder: Path) -> Store:
    """Build a store that holds the runs that are hard to keep."""
    store = Store(folder, fingerprint)
    store.save(runs_hard_to_keep())
    return store
