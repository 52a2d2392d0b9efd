"""The workers of a Dask cluster: who they are, how a task gets to them, and in which words they are missing."""

import logging
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from harness.base.errors import ExecutorError
from harness.execution.pools import TASKS_A_WORKER, WorkerPool
from harness.execution.unpickling import refusing_pickles

if TYPE_CHECKING:
    from distributed import Client

REACHED_WITHIN = 10.0  # seconds, for a scheduler
WORKERS_WITHIN = 60.0  # seconds, for the first worker, and for another one when all are gone
ASKED_EVERY = 2.0  # seconds between two looks at which workers there are, once there are any
# Of what Dask sends, only this is loaded by a pickle: the type of the bytes that a task returns.
BYTES = ("builtins", "bytes")


@contextmanager
def dask_pool(address: str) -> Iterator[WorkerPool]:
    """Give the workers of a Dask scheduler, for as long as they are needed.

    Raises
    ------
    ExecutorError
        If Dask is not installed, or the scheduler cannot be reached or has no workers; and, wherever a block is handed
        out or waited for, if scheduler or workers are gone.
    """
    client_of = client_class()
    with _quiet_dask(), refusing_pickles(BYTES):
        try:
            client: Any = client_of(address, timeout=REACHED_WITHIN, set_as_default=False)
        except Exception as reason:  # Dask's are of many kinds, for a version or TLS that does not fit
            raise ExecutorError(f"Dask at {address}: whoever answers there is no Dask scheduler ({reason})") from reason
        try:
            pool = _DaskPool(client, address)
            while not pool.workers():
                pool.complain()
                time.sleep(0.1)
            yield pool
        finally:
            client.close(timeout=REACHED_WITHIN)


def refuse_unreachable(address: str) -> None:
    """Raise an `ExecutorError` if nobody answers at the address of a scheduler."""
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme not in ("tcp", "tls") or not host or port is None:
        raise ExecutorError(
            f"Dask at {address}: no address of a Dask scheduler; give one as tcp://host:8786, or 'local'"
        )
    try:
        socket.create_connection((host, port), timeout=REACHED_WITHIN).close()
    except OSError as reason:
        raise ExecutorError(
            f"Dask at {address}: no Dask scheduler answers there within {REACHED_WITHIN:g} s ({reason}); "
            "start one with 'dask scheduler', or give another address"
        ) from reason


def client_class() -> "type[Client]":
    """Return Dask's client.

    Raises
    ------
    ExecutorError
        If Dask is not installed.
    """
    try:
        from distributed import Client
    except ImportError as reason:
        raise ExecutorError(
            f"a cluster needs Dask, which is not installed ({reason}); run: pip install 'pytest-claims[dask]'"
        ) from reason
    return Client


@contextmanager
def _quiet_dask() -> Iterator[None]:
    """Keep Dask from telling of what we say in a sentence of our own."""
    logger = logging.getLogger("distributed")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


class _DaskPool(WorkerPool):
    """The workers of a cluster; they may come and go."""

    def __init__(self, client: "Client", address: str) -> None:
        super().__init__(_DaskExecutor(client), 0)
        self._client, self._address = client, address
        self._workers: tuple[str, ...] = ()
        self._asked = -float("inf")
        self._seen = time.monotonic()

    @property
    def width(self) -> int:
        return TASKS_A_WORKER * max(1, len(self.workers()))

    def workers(self) -> Sequence[str]:
        now = time.monotonic()
        stale = not self._workers or now - self._asked >= ASKED_EVERY
        if stale and self._client.status == "running":
            self._workers = tuple(self._client.scheduler_info(n_workers=-1)["workers"])
            self._asked = now
        if self._workers:
            self._seen = now
        return self._workers

    def complain(self) -> None:
        if self._client.status != "running":
            raise ExecutorError(
                f"Dask at {self._address}: the scheduler is gone; what is trained is kept: start it and run again"
            )
        if not self.workers() and time.monotonic() - self._seen > WORKERS_WITHIN:
            raise ExecutorError(
                f"Dask at {self._address}: the scheduler has had no worker for {WORKERS_WITHIN:g} s; what is trained "
                f"is kept: start workers with 'dask worker {self._address} --nthreads 1' and run again"
            )


class _DaskExecutor(Executor):
    """Hands tasks to Dask as ``Client.get_executor()`` does, whose futures never end if a result is refused."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> "Future[Any]":
        """Hand out a task; the options are those of ``Client.submit``."""
        settled: Future[Any] = Future()
        # Every training is asked for once, or on purpose twice: Dask must not take two for one.
        task: Any = self._client.submit(function, *arguments, pure=False, **options)
        settled.add_done_callback(lambda future: task.cancel() if future.cancelled() else None)
        task.add_done_callback(partial(_settle, settled))
        return settled


def _settle(settled: "Future[Any]", task: Any) -> None:
    if not settled.set_running_or_notify_cancel():
        return
    try:
        settled.set_result(task.result())
    except CancelledError:
        settled.set_exception(ExecutorError("the scheduler has given it up"))
    except Exception as reason:
        settled.set_exception(reason)
