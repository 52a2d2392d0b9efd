"""Tasks for the workers of a cluster, in place of a training: quick, and wrong in the ways that a worker can be."""

import os
import time
from unittest import mock

from harness.execution import remote_task
from harness.execution.remote_task import train_record
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed
from tests.builders.runs import runs_for

SLOW = 0.2  # seconds a block


def _slow_runs(config: TrainingConfig, seeds: tuple[Seed, ...]) -> Runs:
    time.sleep(SLOW)
    return runs_for(config, seeds)


def _runs_of_this_process(config: TrainingConfig, seeds: tuple[Seed, ...]) -> Runs:
    time.sleep(SLOW)
    return runs_for(config, seeds, value=float(os.getpid()))


def made_up(task: str) -> bytes:
    """Do all that a training does but train."""
    with mock.patch.object(remote_task, "train", runs_for):
        return train_record(task)


def made_up_slowly(task: str) -> bytes:
    """Take a while for it."""
    with mock.patch.object(remote_task, "train", _slow_runs):
        return train_record(task)


def differing(task: str) -> bytes:
    """Return other numbers from each process."""
    with mock.patch.object(remote_task, "train", _runs_of_this_process):
        return train_record(task)


def differing_elsewhere(task: str) -> bytes:
    """Return other numbers from each process, which says that its processor is one of a kind."""
    with mock.patch.object(remote_task, "processor", return_value=f"processor of {os.getpid()}"):
        return differing(task)


def other_versions(task: str) -> bytes:
    """Have a framework of another version."""
    with mock.patch.object(
        remote_task, "fingerprint_of", lambda config: {config.trainer: "0.1", "harness training": "1"}
    ):
        return made_up(task)


def damaged(task: str) -> bytes:
    """Return a record in which a bit was flipped on its way."""
    payload = bytearray(made_up(task))
    payload[-len(payload) // 2] ^= 1
    return bytes(payload)


def raises(task: str) -> bytes:
    """Break in a way that nobody foresaw."""
    raise OSError(5, "the disk of this worker is broken")


class Trap:
    """Runs code where it is unpickled."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, (self.file,))


def trap(task: str) -> object:
    """Return an object that would make the folder ``$CLAIMS_TRAP`` when it is unpickled."""
    return Trap(os.environ["CLAIMS_TRAP"])


def dies(task: str) -> bytes:
    """End the process that this is called in, as the system does when memory runs out."""
    os._exit(1)
