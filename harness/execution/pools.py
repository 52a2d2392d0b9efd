"""Who trains: an executor, and what is known of its workers."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor

TASKS_A_WORKER = 2  # one in work and one waiting, so that no worker waits for the next


class WorkerPool:
    """An executor, and what is known of its workers.

    Any `concurrent.futures.Executor` will do; one whose workers have names says more by a class of its own.

    Parameters
    ----------
    executor
        Hands out the tasks.
    width
        How many tasks keep it busy.
    """

    def __init__(self, executor: Executor, width: int) -> None:
        self.executor = executor
        self._width = width

    @property
    def width(self) -> int:
        """How many tasks keep it busy now."""
        return self._width

    def workers(self) -> Sequence[str]:
        """Return the names of workers to which a task can be sent (as ``submit(..., workers=[name])``); none here."""
        return ()

    def complain(self) -> None:
        """Raise an `ExecutorError` if waiting any longer is in vain; asked from time to time."""


def local_processes(count: int) -> ProcessPoolExecutor:
    """Return an executor of processes on this machine.

    They are started afresh, since a framework does not survive a fork, and end with this one, however it ends.
    """
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)


def _begin() -> None:
    # An interrupt is for whoever hands out the work: what is being trained is finished and kept.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process once that which hands out the work has died: it would wait for the next task for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
