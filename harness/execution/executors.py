"""Who trains for a session: processes of this machine, or the workers of a Dask cluster."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from harness.execution.dask_here import cluster_here
from harness.execution.dask_pool import client_class, dask_pool, refuse_unreachable
from harness.execution.pools import TASKS_A_WORKER, WorkerPool, local_processes

LOCAL = "local"  # the address that means: start a cluster here


@contextmanager
def pool_at(address: str | None) -> Iterator[WorkerPool]:
    """Give the pool of an address as ``--claims-dask`` has it, for as long as it is needed.

    Parameters
    ----------
    address
        Of a Dask scheduler, as ``tcp://host:8786``; ``local`` to start a cluster on this machine; None for processes of
        this machine without Dask.

    Raises
    ------
    ExecutorError
        If Dask is not installed, or the scheduler cannot be reached or has no workers.
    """
    if address is None:
        count = os.cpu_count() or 1
        with local_processes(count) as processes:
            yield WorkerPool(processes, TASKS_A_WORKER * count)
    else:
        with cluster_at(address) as reached, dask_pool(reached) as pool:
            yield pool


@contextmanager
def cluster_at(address: str) -> Iterator[str]:
    """Give the address of a scheduler that answers, starting one here for ``local``.

    Raises
    ------
    ExecutorError
        If Dask is not installed, or no scheduler answers.
    """
    if address == LOCAL:
        with cluster_here(os.cpu_count() or 1) as started:
            yield started
    else:
        client_class()
        refuse_unreachable(address)
        yield address
