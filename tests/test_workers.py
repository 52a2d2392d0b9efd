import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import workers
from harness.engine import open_store, train_into
from harness.errors import HarnessError
from harness.protocol import Protocol, Seed, seed_blocks
from harness.workers import local_processes, train_blocks_with

TORCH = Protocol(
    framework="torch",
    dataset="iris",
    test_share=0.3,
    scaling="standard",
    hidden_widths=(2,),
    activation="relu",
    optimizer="sgd",
    learning_rate=0.1,
    batch_size=128,
    epochs=1,
    loss="cross_entropy",
)
# Passes every check of a protocol, and cannot be trained: its weights alone would take petabytes.
TOO_LARGE = replace(TORCH, hidden_widths=(10**15,))
BLOCK = seed_blocks(1)[0]


def die(*_: Any) -> None:
    """End the process that this is called in, as the system does when memory runs out."""
    os._exit(1)


class Here(Executor):
    """Does the work at once, in this process; what it is handed fails where it is told to."""

    def __init__(self, failing: Sequence[int] = ()) -> None:
        self.failing = failing
        self.done: list[tuple[Path, Any, Any]] = []

    def submit(self, function: Any, /, *arguments: Any, **_: Any) -> Future[Any]:
        """Note what would be trained where."""
        future: Future[Any] = Future()
        if len(self.done) in self.failing:
            future.set_exception(HarnessError("training failed: made up"))
        else:
            future.set_result(None)
        assert function.func is train_into
        self.done.append((*function.args, *arguments))
        return future


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a minute pass at each look at the clock."""
    clock: Iterator[float] = iter(range(0, 10**6, 60))
    monkeypatch.setattr(workers.time, "monotonic", lambda: next(clock))


def test_processes_train_into_the_store(tmp_path: Path) -> None:
    """Real ones: what can be trained is found there, and one training that fails is left out."""
    blocks = [(TORCH, BLOCK), (TOO_LARGE, BLOCK), (replace(TORCH, epochs=2), BLOCK)]
    said: list[str] = []
    with local_processes(2) as processes:
        train_blocks_with(processes, tmp_path, said.append, blocks)
    store = open_store(tmp_path)
    assert [store.has(*block) for block in blocks] == [True, False, True]
    runs = store.load(*blocks[2])
    assert runs is not None
    assert runs.seeds == BLOCK
    assert not runs.diverged.any()


def test_a_process_that_dies_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one sentence; nothing waits for it for ever."""
    monkeypatch.setattr(workers, "train_into", die)
    with local_processes(1) as processes, pytest.raises(HarnessError, match=r"a process died while training \(.*\); "):
        train_blocks_with(processes, tmp_path, lambda line: None, [(TORCH, BLOCK)])


def test_every_block_is_handed_out_once(tmp_path: Path) -> None:
    """With the folder of the store; nothing is said of what takes no time, and nothing to do is done at once."""
    executor, said = Here(), []
    blocks = [(replace(TORCH, epochs=epochs), BLOCK) for epochs in range(1, 8)]
    train_blocks_with(executor, tmp_path, said.append, blocks)
    assert executor.done == [(tmp_path, *block) for block in blocks]
    train_blocks_with(executor, tmp_path, said.append, [])
    assert said == []


@pytest.mark.usefixtures("slow")
def test_it_is_said_how_many_are_done_and_how_long_the_rest_will_take(tmp_path: Path) -> None:
    """Those that failed count as done."""
    said: list[str] = []
    blocks: list[tuple[Protocol, tuple[Seed, ...]]] = [(replace(TORCH, epochs=epochs), BLOCK) for epochs in range(1, 5)]
    train_blocks_with(Here(failing=[1, 3]), tmp_path, said.append, blocks)
    assert [line.split(",")[0] for line in said] == [f"  {n} of 4 blocks of trainings done" for n in (1, 2, 3, 4)]
    assert all(line.endswith(" left") for line in said)


def test_what_was_not_begun_is_called_off_by_an_interrupt(tmp_path: Path) -> None:
    """Ctrl-C does not wait for all that was planned."""

    class Interrupted(Here):
        def submit(self, function: Any, /, *arguments: Any, **_: Any) -> Future[Any]:
            future: Future[Any] = Future()
            if not self.done:
                future.set_exception(KeyboardInterrupt())
            self.done.append((future,))  # type: ignore[arg-type]
            return future

    executor = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        train_blocks_with(executor, tmp_path, lambda line: None, [(TORCH, BLOCK)] * 3)
    assert [future.cancelled() for (future,) in executor.done] == [False, True, True]
