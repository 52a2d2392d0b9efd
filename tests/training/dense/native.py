"""Single networks, trained by either framework's own loop."""

import functools

from harness.data import registry, splitting
from harness.data.splitting import Split
from harness.training.config import TrainingConfig
from harness.training.dense.frameworks import native_training
from harness.training.runs import Runs
from harness.training.seeds import Seed
from tests.builders.configs import small_config

SEED = Seed(3, 4)


def protocol(trainer: str) -> TrainingConfig:
    """Return the config of a small classification."""
    # Of 133 training rows the last batch has 33.
    changes = {"hidden_widths": (5, 4), "activation": "tanh", "learning_rate": 0.5, "batch_size": 50, "epochs": 3}
    return small_config(trainer=trainer, **changes)


def regression(trainer: str) -> TrainingConfig:
    """Return the config of a small regression."""
    return protocol(trainer).changed(dataset="boston", loss="squared_error", learning_rate=0.01)


def split_of(config: TrainingConfig, seed: Seed = SEED) -> Split:
    """Split the data of a config."""
    return splitting.split(registry.load(config.dataset), config.test_size, config.scaling, seed.split)


def train(config: TrainingConfig, seed: Seed = SEED) -> Runs:
    """Train one run."""
    return native_training(config.trainer)(config, split_of(config, seed), seed)


# A training of Keras takes a second, so tests that only look at a run share it.
trained = functools.cache(train)
