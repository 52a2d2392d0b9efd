"""The process in which this one trains: it inherits nothing that could change a number, and lives as long as this one.

It is started when something is first trained, and again if it died.
"""

import atexit
import math
import os
import resource
import subprocess
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.base.errors import HarnessError, TrainingFailedError
from harness.execution.messages import NOBODY, Answer, differing_versions, other_versions, task_of
from harness.execution.room import ANYWHERE, Room, one_at_a_time
from harness.storage.store import Store
from harness.training.clean_start import clean_command, clean_environment
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


class _TrainingProcess:
    """One process, from its start to its end; see `harness.execution.trainee` for what it does."""

    def __init__(self, room: Room) -> None:
        pipe = subprocess.PIPE
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        ready = uuid.uuid4().hex
        self._process = subprocess.Popen(
            clean_command("harness.execution.trainee", ready),
            stdin=pipe,
            stdout=pipe,
            stderr=self._errors,
            env=clean_environment(gpu=room.gpu),
        )
        self._unsaid = ready.encode() + b"\n"
        self._first_size: int | None = None

    @property
    def ended(self) -> bool:
        """Whether it has died."""
        return self._process.poll() is not None

    @property
    def grown(self) -> int:
        """By how many bytes its memory is larger than after its first answer; 0 where the system does not tell."""
        size = self._size()
        return 0 if size is None or self._first_size is None else size - self._first_size

    def _size(self) -> int | None:
        try:
            pages = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1]
        except OSError:  # not a Linux
            return None
        return int(pages) * resource.getpagesize()

    def ask(self, task: str) -> bytes:
        """Return its answer to a task.

        Raises
        ------
        HarnessError
            If it ends before.
        """
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None
        assert answers is not None
        try:
            requests.write(task.encode() + b"\n")
            requests.flush()
            while self._unsaid and (line := answers.readline()):
                if line.endswith(self._unsaid):
                    self._unsaid = b""
            length = int(answers.readline())
            answer = answers.read(length)
        except (OSError, ValueError):
            raise self._death() from None
        if len(answer) < length:
            raise self._death()
        if self._first_size is None:
            self._first_size = self._size()
        return answer

    def _death(self) -> HarnessError:
        self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return HarnessError(f"its process ended ({lines[-1] if lines else f'status {self._process.returncode}'})")

    def kill(self) -> None:
        """Let it end, from another thread than that which asks it."""
        self._process.kill()

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._close()

    def forget(self) -> None:
        """Leave it to the process that started it, of which this one is a copy."""
        self._process.returncode = 0  # or Python would warn that it still runs
        self._close()

    def _close(self) -> None:
        for end in (self._process.stdin, self._process.stdout, self._errors):
            assert end is not None
            with suppress(OSError):  # of a task that could not be sent
                end.close()


@contextmanager
def _ended_after(limit: float | None, process: _TrainingProcess) -> Iterator[threading.Event]:
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
        self._process: _TrainingProcess | None = None
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
                self._process, self._room = _TrainingProcess(room), room
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
