import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from harness.base.errors import ExecutorError, HarnessError, StoreError
from harness.execution import workers
from harness.execution.engine import Block, open_store
from harness.execution.pools import WorkerPool, local_processes
from harness.execution.workers import train_blocks_with
from tests.builders import tasks
from tests.builders.clusters import say_nothing
from tests.builders.configs import BLOCK, TOO_LARGE, TORCH, blocks_of
from tests.builders.runs import runs_for

# Passes every check of a config, and cannot be trained: its weights alone would take petabytes.


class Here(Executor):
    """Does the work at once, in this process, each piece as the next of the functions does it."""

    def __init__(self, *functions: Callable[[str], Any]) -> None:
        self._functions = functions
        self.handed_out: list[str] = []

    def submit(self, function: Any, /, *arguments: Any, **_: Any) -> Future[Any]:
        """Leave aside what was to be done, which is a training."""
        assert function is workers.train_record
        (task,) = arguments
        how = self._functions[min(len(self.handed_out), len(self._functions) - 1)]
        self.handed_out.append(task)
        future: Future[Any] = Future()
        try:
            future.set_result(how(task))
        except BaseException as reason:
            future.set_exception(reason)
        return future


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a minute pass at each look at the clock."""
    clock: Iterator[float] = iter(range(0, 10**6, 60))
    monkeypatch.setattr(workers.time, "monotonic", lambda: next(clock))


def test_processes_train_into_the_store(tmp_path: Path) -> None:
    """Real ones: what can be trained is found there, and one training that fails is left out."""
    blocks = [(TORCH, BLOCK), (TOO_LARGE, BLOCK), (TORCH.changed(epochs=2), BLOCK)]
    store = open_store(tmp_path)
    with local_processes(2) as processes:
        train_blocks_with(WorkerPool(processes, 4), store, say_nothing, blocks)
    assert [store.has(*block) for block in blocks] == [True, False, True]
    runs = store.load(*blocks[2])
    assert runs is not None
    assert runs.seeds == BLOCK
    assert not runs.diverged.any()


def test_a_process_that_dies_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one sentence; nothing waits for it for ever."""
    monkeypatch.setattr(workers, "train_record", tasks.dies)
    said = pytest.raises(HarnessError, match=r"a process died while training \(.*\); ")
    with local_processes(1) as processes, said:
        train_blocks_with(WorkerPool(processes, 2), open_store(tmp_path), say_nothing, [(TORCH, BLOCK)])


def test_every_block_is_handed_out_once(tmp_path: Path) -> None:
    """Those that are stored are not; nothing is said of what takes no time, and nothing to do is done at once."""
    store, executor, said = open_store(tmp_path), Here(tasks.made_up), list[str]()
    blocks, trained = blocks_of(7), list[Block]()
    store.save(runs_for(*blocks[2]))
    train_blocks_with(WorkerPool(executor, 3), store, said.append, blocks, done=trained.append)
    assert len(executor.handed_out) == len(set(executor.handed_out)) == 6
    assert sorted(trained, key=str) == sorted((block for block in blocks if block != blocks[2]), key=str)
    assert all(store.load(*block) is not None for block in blocks)
    train_blocks_with(WorkerPool(executor, 3), store, said.append, [])
    assert said == []


def test_what_another_session_trains_is_left_to_it(tmp_path: Path) -> None:
    """Its lock shows it."""
    store, executor, (one, other) = open_store(tmp_path), Here(tasks.made_up), blocks_of(2)
    with store.reserve(*one, wait=False):
        train_blocks_with(WorkerPool(executor, 3), store, say_nothing, [one, other])
    assert (store.has(*one), store.has(*other)) == (False, True)


@pytest.mark.usefixtures("slow")
def test_it_is_said_how_many_are_done_and_how_long_the_rest_will_take(tmp_path: Path) -> None:
    """Those that failed count as done."""
    said: list[str] = []
    blocks = [*blocks_of(3), (TOO_LARGE, BLOCK)]
    train_blocks_with(WorkerPool(Here(tasks.made_up), 1), open_store(tmp_path), said.append, blocks)
    assert [line.split(",")[0] for line in said] == [f"  {n} of 4 blocks of trainings done" for n in (1, 2, 3, 4)]
    assert all(line.endswith(" left") for line in said)


def test_what_was_not_begun_is_called_off_by_an_interrupt(tmp_path: Path) -> None:
    """Ctrl-C does not wait for all that was planned, and leaves no block locked."""
    futures = [Future[Any]() for _ in range(3)]
    futures[0].set_exception(KeyboardInterrupt())

    class Interrupted(Executor):
        def submit(self, *_: Any, **__: Any) -> Future[Any]:
            return next(waiting)

    waiting, store, blocks = iter(futures), open_store(tmp_path), blocks_of(3)
    with pytest.raises(KeyboardInterrupt):
        train_blocks_with(WorkerPool(Interrupted(), 3), store, say_nothing, blocks)
    assert [future.cancelled() for future in futures] == [False, True, True]
    for block in blocks:
        with store.reserve(*block, wait=False) as free:
            assert free


@pytest.mark.parametrize("wrong", [tasks.damaged, tasks.raises, lambda task: b"no answer", lambda task: 7])
def test_what_cannot_be_trusted_is_handed_out_again(tmp_path: Path, wrong: Callable[[str], Any]) -> None:
    """Twice here; the third answer is right, and kept."""
    store, executor = open_store(tmp_path), Here(wrong, wrong, tasks.made_up)
    train_blocks_with(WorkerPool(executor, 1), store, say_nothing, [(TORCH, BLOCK)])
    assert len(executor.handed_out) == 3
    assert store.load(TORCH, BLOCK) is not None


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (tasks.damaged, r"what process \d+ on .+ returned cannot be trusted \(.+\)"),
        (tasks.raises, r"\[Errno 5\] the disk of this worker is broken"),
        (lambda task: b"no answer", r"what a worker returned is no answer to a task \(.+\)"),
    ],
)
def test_after_three_attempts_it_is_said_what_is_missing(
    tmp_path: Path, wrong: Callable[[str], Any], reason: str
) -> None:
    """At the end: what else there is to train is trained and kept first."""
    store, (one, other) = open_store(tmp_path), blocks_of(2)
    executor = Here(wrong, tasks.made_up, wrong, wrong)
    with pytest.raises(ExecutorError) as error:
        train_blocks_with(WorkerPool(executor, 1), store, say_nothing, [one, other])
    assert re.fullmatch(
        rf"1 of 2 blocks were not trained in repeated attempts, the first: {reason} \(seeds Seed.+\); "
        "what is trained is kept: run again",
        str(error.value),
    )
    assert (store.has(*one), store.has(*other)) == (False, True)


def test_a_record_of_another_block_is_not_kept(tmp_path: Path) -> None:
    """Though it is whole: a worker that mixes up its tasks is not believed."""
    store, (one, other) = open_store(tmp_path), blocks_of(2)
    of_the_other = workers.task_of(other, store.fingerprint(other[0]))
    with pytest.raises(ExecutorError, match="it holds other runs than its name says"):
        train_blocks_with(WorkerPool(Here(lambda task: tasks.made_up(of_the_other)), 1), store, say_nothing, [one])
    assert not store.has(*one)


def test_a_worker_with_other_versions_is_refused(tmp_path: Path) -> None:
    """At its first answer, with both versions named."""
    store, executor = open_store(tmp_path), Here(tasks.made_up, tasks.other_versions)
    with pytest.raises(ExecutorError) as error:
        train_blocks_with(WorkerPool(executor, 1), store, say_nothing, blocks_of(9))
    here = store.fingerprint(TORCH)["torch"]
    assert re.search(r"^worker process \d+ on .+ has other versions: .*torch 0\.1 \(here ", str(error.value))
    assert f"torch 0.1 (here {here})" in str(error.value)
    assert str(error.value).endswith("; install the same there and here, and run again")
    assert len(executor.handed_out) == 2


@pytest.mark.parametrize(
    "answers",
    [[tasks.other_versions], [tasks.raises, tasks.raises, tasks.raises]],
    ids=["other versions", "lost"],
)
def test_giving_up_is_said_before_anybody_else_may_train(
    tmp_path: Path, answers: Sequence[Callable[[str], Any]]
) -> None:
    """Who waits for the right to train a block and gets it would else train it in spite of all."""
    store, block = open_store(tmp_path), (TORCH, BLOCK)
    heard: list[tuple[str, bool]] = []

    def gives_up(reason: ExecutorError) -> None:
        with store.reserve(*block, wait=False) as free:
            heard.append((str(reason), free))

    with pytest.raises(ExecutorError) as error:
        train_blocks_with(WorkerPool(Here(*answers), 1), store, say_nothing, [block], gives_up=gives_up)
    assert heard == [(str(error.value), False)]
    with store.reserve(*block, wait=False) as free:
        assert free


def test_a_training_that_fails_everywhere_is_left_out(tmp_path: Path) -> None:
    """After three attempts: a worker may have had too little memory. Whoever needs it says why it fails."""
    store, executor = open_store(tmp_path), Here(tasks.train_record)
    train_blocks_with(WorkerPool(executor, 1), store, say_nothing, [(TOO_LARGE, BLOCK)])
    assert len(executor.handed_out) == 3
    assert not store.has(TOO_LARGE, BLOCK)


def test_a_store_that_cannot_be_written_to_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, and not after all else was trained in vain."""
    store, executor = open_store(tmp_path), Here(tasks.made_up)

    def full(*_: object) -> Path:
        raise StoreError("no space left")

    monkeypatch.setattr(store, "save_record", full)
    with pytest.raises(StoreError, match="no space left"):
        train_blocks_with(WorkerPool(executor, 1), store, say_nothing, blocks_of(5))
    assert len(executor.handed_out) == 1


def test_a_pool_that_complains_is_heard_while_nothing_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for ever for a cluster that is gone."""

    class Silent(Executor):
        def submit(self, *_: Any, **__: Any) -> Future[Any]:
            return Future()

    class Gone(WorkerPool):
        def complain(self) -> None:
            raise ExecutorError("the cluster is gone")

    monkeypatch.setattr(workers, "LOOK_EVERY", 0.01)
    with pytest.raises(ExecutorError, match="the cluster is gone"):
        train_blocks_with(Gone(Silent(), 1), open_store(tmp_path), say_nothing, blocks_of(2))


def test_the_names_of_workers_are_used_only_where_there_are_any(tmp_path: Path) -> None:
    """A plain executor knows no second worker, so nothing is trained twice, whatever proportion is asked for."""
    executor: Here = Here(tasks.made_up)
    names: Sequence[str] = WorkerPool(executor, 1).workers()
    train_blocks_with(WorkerPool(executor, 1), open_store(tmp_path), say_nothing, blocks_of(3), twice=1.0)
    assert (names, len(executor.handed_out)) == ((), 3)
