"""Processes that train blocks into a store, outside of a pytest session."""

import logging
import multiprocessing
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path

from harness.engine import Block, train_into
from harness.errors import HarnessError
from harness.progress import duration

SAY_EVERY = 10.0  # seconds


def local_processes(count: int) -> ProcessPoolExecutor:
    """Return an executor of processes on this machine.

    They are started afresh, since a framework does not survive a fork.
    """
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"), initializer=_prepare_process)


def _prepare_process() -> None:
    # TensorFlow warns of every program that is traced anew, as each protocol's must be.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    # An interrupt is for whoever hands out the work: what is being trained is finished and kept.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def train_blocks_with(executor: Executor, folder: Path, say: Callable[[str], None], blocks: Sequence[Block]) -> None:
    """Train blocks into the store at `folder`, saying every few seconds how many are done.

    A training that fails is left out: whoever needs its runs meets the same error.

    Raises
    ------
    HarnessError
        If a process dies.
    """
    started = said = time.monotonic()
    waiting = [executor.submit(partial(train_into, folder), *block) for block in blocks]
    try:
        for number, future in enumerate(as_completed(waiting), start=1):
            try:
                future.result()
            except BrokenExecutor as reason:
                raise HarnessError(
                    f"a process died while training ({reason}); what is trained is kept: run again"
                ) from reason
            except HarnessError:
                pass
            now = time.monotonic()
            if now - said >= SAY_EVERY:
                left = (now - started) * (len(blocks) - number) / number
                say(f"  {number} of {len(blocks)} blocks of trainings done, about {duration(left)} left")
                said = now
    finally:
        for future in waiting:
            future.cancel()
