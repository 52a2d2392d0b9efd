"""Train a block of seeds in this process, whatever state it is in; a session trains in another one that is clean."""

from harness.base.errors import HarnessError
from harness.data import registry
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed
from harness.training.trainers import batched_trainer


def train_here(config: TrainingConfig, seeds: tuple[Seed, ...]) -> Runs:
    """Train a block in this process.

    Raises
    ------
    HarnessError
        If the training fails, for whatever reason.
    """
    dataset = registry.load(config.dataset)
    splits = [registry.split(dataset, config.test_size, config.scaling, seed.split) for seed in seeds]
    try:
        return batched_trainer(config.framework)(config, splits, seeds)
    except Exception as reason:
        raise HarnessError(str(reason) or repr(reason)) from reason
