"""Trainings on a real Dask cluster: a scheduler and two workers, each a process of its own, on loopback."""

import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.base.errors import ExecutorError, HarnessError, WorkersDifferWarning
from harness.execution import dask_pool as dask_pool
from harness.execution import workers
from harness.execution.engine import Block, open_store
from harness.execution.executors import pool_at
from harness.execution.messages import Answer, task_of
from harness.execution.workers import train_blocks_with
from harness.storage.store import Store
from tests.builders import ROOT, tasks
from tests.builders.clusters import Cluster, cluster, say_nothing, wait_until
from tests.builders.configs import BLOCK, TORCH, blocks_of

Function = Callable[[str], object]
TrainOn = Callable[..., None]


@pytest.fixture(scope="module")
def trap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder that a trap would make."""
    return tmp_path_factory.mktemp("trap") / "sprung"


def both_there(started: Cluster) -> None:
    """Wait until both workers of a cluster have come."""
    with pytest.MonkeyPatch.context() as patch, pool_at(started.address) as pool:
        patch.setattr(dask_pool, "ASKED_EVERY", 0.0)
        wait_until(lambda: len(pool.workers()) == 2)


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory, trap: Path) -> Iterator[Cluster]:
    """Start a cluster for all tests that leave it as it is."""
    with cluster(tmp_path_factory.mktemp("cluster"), 2, {"CLAIMS_TRAP": str(trap)}) as started:
        both_there(started)
        yield started


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Give an empty store."""
    return open_store(tmp_path / "store")


@pytest.fixture
def train_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> TrainOn:
    """Train on a cluster in the way of a function."""

    def train(
        address: str,
        function: Function,
        blocks: list[Block],
        done: Callable[[Block], None] = lambda block: None,
        twice: float = 0.0,
    ) -> None:
        monkeypatch.setattr(workers, "train_record", function)
        with pool_at(address) as pool:
            train_blocks_with(pool, store, say_nothing, blocks, done=done, twice=twice)

    return train


def test_two_workers_share_the_work(
    two_workers: Cluster, store: Store, train_on: TrainOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each process trains about half, and every record comes back whole."""
    names: list[str] = []
    read = Answer.from_bytes

    def noting(payload: object) -> Answer:
        answer = read(payload)
        names.append(answer.worker)
        return answer

    monkeypatch.setattr(Answer, "from_bytes", noting)
    train_on(two_workers.address, tasks.made_up_slowly, blocks_of(8))
    assert all(store.load(*block) is not None for block in blocks_of(8))
    assert min(Counter(names).values()) >= 2
    assert len(Counter(names)) == 2
    assert all(name.startswith("tcp://127.0.0.1:") for name in names)


def test_real_trainings_are_those_of_this_machine(two_workers: Cluster, store: Store, train_on: TrainOn) -> None:
    """To the last bit, times aside, and the second worker agrees with the first."""
    from harness.execution.agreement import differences_of
    from harness.execution.engine import train
    from harness.execution.remote_task import train_record

    train_on(two_workers.address, train_record, blocks_of(2), twice=1.0)
    stored = store.load(TORCH, BLOCK)
    assert stored is not None
    assert differences_of(stored, train(TORCH, BLOCK)) == []


def test_a_worker_that_is_killed_costs_nothing_but_time(tmp_path: Path, store: Store, train_on: TrainOn) -> None:
    """Its blocks are trained by the other one; every block is trained once and none is missing."""
    trained: list[Block] = []

    def kill_after_the_first(block: Block) -> None:
        trained.append(block)
        if len(trained) == 1:
            started.workers[0].kill()

    with cluster(tmp_path, 2) as started:
        both_there(started)
        train_on(started.address, tasks.made_up_slowly, blocks_of(10), done=kill_after_the_first)
        assert started.workers[0].wait() == -9
        assert started.workers[1].poll() is None
    assert sorted(map(str, trained)) == sorted(map(str, blocks_of(10)))
    assert all(store.load(*block) is not None for block in blocks_of(10))


def test_a_scheduler_that_is_killed_ends_it_in_one_sentence(tmp_path: Path, store: Store, train_on: TrainOn) -> None:
    """What came back before is kept."""
    with cluster(tmp_path, 1) as started, pytest.raises(ExecutorError) as error:
        train_on(started.address, tasks.made_up_slowly, blocks_of(50), done=lambda block: started.scheduler.kill())
    assert str(error.value) == (
        f"Dask at {started.address}: the scheduler is gone; what is trained is kept: start it and run again"
    )
    assert any(store.load(*block) is not None for block in blocks_of(50))


def test_a_scheduler_without_workers_is_waited_for_in_vain(
    tmp_path: Path, train_on: TrainOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a minute; the sentence has the command that starts one."""
    monkeypatch.setattr(dask_pool, "WORKERS_WITHIN", 0.5)
    with cluster(tmp_path, 0) as started, pytest.raises(ExecutorError) as error:
        train_on(started.address, tasks.made_up, blocks_of(1))
    assert str(error.value) == (
        f"Dask at {started.address}: the scheduler has had no worker for 0.5 s; what is trained is kept: start workers "
        f"with 'dask worker {started.address} --nthreads 1' and run again"
    )


def test_when_all_workers_are_gone_it_ends(
    tmp_path: Path, store: Store, train_on: TrainOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what they trained is kept."""
    monkeypatch.setattr(dask_pool, "WORKERS_WITHIN", 3.0)
    with cluster(tmp_path, 1) as started, pytest.raises(ExecutorError, match=r"has had no worker for 3 s; what is"):
        train_on(started.address, tasks.made_up_slowly, blocks_of(50), done=lambda block: started.workers[0].kill())
    assert any(store.load(*block) is not None for block in blocks_of(50))


def test_other_versions_are_refused_with_both_named(two_workers: Cluster, store: Store, train_on: TrainOn) -> None:
    """Nothing of what that worker would train is kept."""
    with pytest.raises(ExecutorError, match=r"worker tcp://.+ has other versions: .*torch 0\.1 \(here 2"):
        train_on(two_workers.address, tasks.other_versions, blocks_of(3))
    assert not any(store.has(*block) for block in blocks_of(3))


def test_workers_that_differ_are_found_by_training_twice(two_workers: Cluster, train_on: TrainOn) -> None:
    """With the same processor it is an error, with both workers named; otherwise a warning."""
    both = r"workers tcp://\S+ \(.+\) and tcp://\S+ \(.+\) trained the same block to other numbers: train_loss by "
    with pytest.raises(ExecutorError, match=both):
        train_on(two_workers.address, tasks.differing, blocks_of(4), twice=0.01)


def test_processors_that_differ_are_no_error(two_workers: Cluster, store: Store, train_on: TrainOn) -> None:
    """Between kinds of processor last digits may differ."""
    with pytest.warns(WorkersDifferWarning, match="trained the same block to other numbers"):
        train_on(two_workers.address, tasks.differing_elsewhere, blocks_of(2), twice=0.01)
    assert all(store.has(*block) for block in blocks_of(2))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (tasks.damaged, r"what tcp://\S+ returned cannot be trusted \(.+\)"),
        (tasks.raises, r"OSError: the disk of this worker is broken"),
        (tasks.trap, r"refused to unpickle posix\.mkdir: results of other machines are plain bytes"),
    ],
)
def test_what_is_damaged_breaks_or_would_run_code_is_not_kept(
    two_workers: Cluster, store: Store, train_on: TrainOn, trap: Path, wrong: Function, reason: str
) -> None:
    """After three attempts it is said why; nothing that came back was unpickled."""
    with pytest.raises(ExecutorError) as error:
        train_on(two_workers.address, wrong, [(TORCH, BLOCK)])
    assert re.fullmatch(
        rf"1 of 1 blocks were not trained in repeated attempts, the first: {reason} \(seeds Seed.+\); "
        "what is trained is kept: run again",
        str(error.value),
    )
    assert not trap.exists()
    assert not store.has(TORCH, BLOCK)


def test_the_trap_would_have_sprung(two_workers: Cluster, trap: Path, store: Store) -> None:
    """In a client of Dask that unpickles what it is sent."""
    from distributed import Client

    try:
        with Client(two_workers.address, set_as_default=False) as client:
            client.submit(tasks.trap, task_of((TORCH, BLOCK), store.fingerprint(TORCH)), pure=False).result()
        assert trap.exists()
    finally:
        if trap.exists():
            trap.rmdir()


@pytest.mark.parametrize("address", ["", "nowhere", "tcp://", "tcp://host", "tcp://host:port", "http://a:1", "a:99999"])
def test_what_is_no_address_is_said_to_be_none(address: str) -> None:
    """And what would be one."""
    said = f"Dask at {address}: no address of a Dask scheduler; give one as tcp://host:8786, or 'local'"
    with pytest.raises(ExecutorError, match=f"^{re.escape(said)}$"), pool_at(address):
        pass


def test_a_scheduler_that_cannot_be_reached() -> None:
    """Port 1 of this machine is nobody's."""
    began = time.monotonic()
    with pytest.raises(ExecutorError) as error, pool_at("tcp://127.0.0.1:1"):
        pass
    assert str(error.value).startswith("Dask at tcp://127.0.0.1:1: no Dask scheduler answers there within 10 s (")
    assert str(error.value).endswith("; start one with 'dask scheduler', or give another address")
    assert time.monotonic() - began < 5


def test_dask_is_needed_only_where_it_is_asked_for(tmp_path: Path) -> None:
    """Without it there is a sentence that says what to install; with it, nothing loads it unasked."""
    (tmp_path / "distributed.py").write_text("raise ImportError('not here')\n", encoding="utf-8")
    code = "from harness.execution.executors import pool_at\nwith pool_at('tcp://127.0.0.1:1'): pass"
    command = [sys.executable, "-c", code]
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    result = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (
        "ExecutorError: a cluster needs Dask, which is not installed (not here); run: pip install 'pytest-claims[dask]'"
    ) in result.stderr
    modules = "harness.execution.executors, harness.execution.workers, harness.__main__"
    code = f"import sys, {modules}; print('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


class Scheduler:
    """Answers like Dask's client: which workers there were each time it was asked."""

    status = "running"

    def __init__(self, *workers: tuple[str, ...]) -> None:
        self._workers = list(workers)

    def scheduler_info(self, n_workers: int) -> dict[str, Any]:
        """Tell the workers."""
        return {"workers": dict.fromkeys(self._workers.pop(0))}


def test_a_first_worker_is_seen_at_once_and_others_from_time_to_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as there is none, there is nothing to do but to look."""
    scheduler: Any = Scheduler((), (), ("one",), ("one", "other"))
    pool = dask_pool._DaskPool(scheduler, "tcp://127.0.0.1:1")
    assert [pool.workers() for _ in range(4)] == [(), (), ("one",), ("one",)]
    monkeypatch.setattr(dask_pool, "ASKED_EVERY", 0.0)
    assert pool.workers() == ("one", "other")


def test_local_starts_a_cluster_and_ends_it(store: Store, train_on: TrainOn, monkeypatch: pytest.MonkeyPatch) -> None:
    """One worker for each core; nothing is left when it is done."""
    monkeypatch.setattr(dask_pool, "ASKED_EVERY", 0.0)
    with pool_at("local") as pool:
        wait_until(lambda: len(pool.workers()) == (os.cpu_count() or 1))
        train_blocks_with(pool, store, say_nothing, [])
        address = pool.workers()[0]
    with pytest.raises(HarnessError):
        dask_pool.refuse_unreachable(address)
