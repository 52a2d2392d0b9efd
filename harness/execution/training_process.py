"""The process in which this one trains: it inherits nothing that could change a number, and lives as long as this one.

It is started when something is first trained, and again if it died.
"""

import atexit
import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from harness.base.errors import HarnessError, TrainingFailedError
from harness.execution.messages import NOBODY, Answer, differing_versions, other_versions, task_of
from harness.execution.room import ANYWHERE, Room, one_at_a_time
from harness.execution.trainee_process import TraineeProcess
from harness.storage.store import Store
from harness.training.config import TrainingConfig
from harness.training.function.trainer import FunctionTrainer
from harness.training.runs import Runs
from harness.training.seeds import Seed
from harness.training.trainers import fingerprint_of, trainer_named

MOST_GROWN = 10**9  # bytes since its first answer: TensorFlow keeps 5 MB of each program for ever


def train_there(config: TrainingConfig, seeds: tuple[Seed, ...]) -> Runs:
    """Train a block in the process that is kept for it.

    Raises
    ------
    HarnessError
        If the training fails, or the process ends.
    ExecutorError
        If other versions of the libraries are found there.
    """
    fingerprint = fingerprint_of(config)
    trainer = trainer_named(config.trainer)
    task = task_of((config, seeds), fingerprint)
    if isinstance(trainer, FunctionTrainer):
        with one_at_a_time(trainer.rules.gpu):
            payload = _kept.ask(task, Room(trainer.home, trainer.rules.gpu), trainer.seconds_for(seeds))
    else:
        payload = _kept.ask(task)
    answer = Answer.from_bytes(payload)
    if answer.fingerprint and (differing := differing_versions(fingerprint, answer.fingerprint)):
        raise other_versions(answer.worker, differing)
    if answer.problem:
        raise TrainingFailedError(answer.problem, answer.traceback)
    return Store(NOBODY).read_record(config, seeds, answer.record, f"from {answer.worker}")


def is_there() -> bool:
    """Whether this process has had anything trained."""
    return _kept.is_there


def end() -> None:
    """End the training process, if there is one, before this process ends."""
    _kept.end()


@contextmanager
def _ended_after(limit: float | None, process: TraineeProcess) -> Iterator[threading.Event]:
    """End a process after some seconds, unless the work with it is done before; gives whether it was so."""
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(limit, end) if limit is not None else None
    if timer is not None:
        timer.daemon = True
        timer.start()
    try:
        yield late
    finally:
        if timer is not None:
            timer.cancel()


class _Kept:
    """The one training process of this process, if there is any yet; threads take turns."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: TraineeProcess | None = None
        self._room = ANYWHERE

    def ask(self, task: str, room: Room = ANYWHERE, limit: float | None = None) -> bytes:
        """Return the answer to a task, starting the process where there is none.

        Parameters
        ----------
        room
            What the process may come near.
        limit
            Seconds that it may take; None for any time.

        Raises
        ------
        HarnessError
            If the process ends, or takes longer.
        """
        with self._turn:
            # What a training function keeps is its own matter.
            most = MOST_GROWN if room == ANYWHERE else math.inf
            if self._process is not None and (self._process.ended or self._room != room or self._process.grown > most):
                self.end()
            if self._process is None:
                self._process, self._room = TraineeProcess(room), room
            try:
                with _ended_after(limit, self._process) as late:
                    return self._process.ask(task)
            except BaseException:  # after an interrupt, its answer would be taken for that to the next task
                self.end()
                if late.is_set():
                    raise HarnessError(f"it was ended after {limit:g} s, which is all that time_limit allows") from None
                raise

    def end(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.end()
            self._process = None

    def forget(self) -> None:
        """Start another process for a fork of this one."""
        if self._process is not None:
            self._process.forget()
        self._turn, self._process = threading.Lock(), None

    @property
    def is_there(self) -> bool:
        """Whether a process was started."""
        return self._process is not None


_kept = _Kept()
atexit.register(_kept.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_kept.forget)
