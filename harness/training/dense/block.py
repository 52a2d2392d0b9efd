"""Train a block of seeds in this process, whatever state it is in; a session trains in another one that is clean."""

from harness.base.errors import HarnessError
from harness.data import registry
from harness.training.config import Protocol, Seed
from harness.training.runs import Runs
from harness.training.trainers import ensemble_trainer


def train_here(protocol: Protocol, seeds: tuple[Seed, ...]) -> Runs:
    """Train a block in this process.

    Raises
    ------
    HarnessError
        If the training fails, for whatever reason.
    """
    dataset = registry.load(protocol.dataset)
    splits = [registry.split(dataset, protocol.test_share, protocol.scaling, seed.split) for seed in seeds]
    try:
        return ensemble_trainer(protocol.framework)(protocol, splits, seeds)
    except Exception as reason:
        raise HarnessError(str(reason) or repr(reason)) from reason
