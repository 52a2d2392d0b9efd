"""Hand blocks to an executor, here or elsewhere, and keep what comes back once it is known to be right."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from harness.base.errors import ExecutorError, HarnessError
from harness.base.text import duration
from harness.execution.agreement import checked_twice, refuse_disagreement
from harness.execution.engine import Block
from harness.execution.messages import Answer, differing_versions, other_versions, task_of
from harness.execution.pools import WorkerPool
from harness.execution.remote_task import train_record
from harness.execution.unpickling import error_in
from harness.storage.store import Store

SAY_EVERY = 10.0  # seconds
ATTEMPTS = 3  # at a block that is lost on its way, or fails
TWICE = 0.03  # proportion of the blocks that a second worker trains as well
LOOK_EVERY = 1.0  # seconds, at whether waiting is in vain


def train_blocks_with(
    pool: WorkerPool,
    store: Store,
    say: Callable[[str], None],
    blocks: Sequence[Block],
    *,
    twice: float = TWICE,
    done: Callable[[Block], None] = lambda block: None,
    gives_up: Callable[[ExecutorError], None] = lambda reason: None,
) -> None:
    """Train blocks into the store, leaving out those that another session is training or has trained in the meantime.

    What comes back is kept if it is whole and is what was asked for: this config, data, seeds and versions. A block
    that is lost, as when its worker dies, is handed out again. A training that fails so often is left out: whoever
    needs its runs meets the same error.

    Parameters
    ----------
    pool
        Who trains.
    say
        Takes a line on how far it is, every few seconds.
    twice
        Proportion of the blocks of each framework, at least one, that a second worker trains too, if there is one.
        Numbers that are not the same to the last bit are an error between workers with the same kind of processor, and
        a `harness.base.errors.WorkersDifferWarning` otherwise; the first are kept.
    done
        Called after each block that was trained.
    gives_up
        Called with the error that ends the work, before anybody else may train what is left.

    Raises
    ------
    HarnessError
        If a process of this machine dies, or the store cannot be written to.
    ExecutorError
        If a worker has other versions, two workers differ, the scheduler or all workers are gone, or blocks are lost
        again and again. What is trained is kept in each case.
    """
    _HandingOut(pool, store, say, blocks, checked_twice(blocks, twice), done).run(gives_up)


@dataclass
class _Work:
    """A block on its way: how often it was handed out, who trained it first, and our right to train it."""

    block: Block
    first: Answer | None = None
    others: list[str] = field(default_factory=list)
    attempts: int = 0
    right: ExitStack = field(default_factory=ExitStack)


class _HandingOut:
    """The state of one call of `train_blocks_with`."""

    def __init__(
        self,
        pool: WorkerPool,
        store: Store,
        say: Callable[[str], None],
        blocks: Sequence[Block],
        twice: frozenset[Block],
        done: Callable[[Block], None],
    ) -> None:
        self._pool, self._store, self._say, self._twice, self._done = pool, store, say, twice, done
        self._waiting = deque(_Work(block) for block in blocks)
        self._running: dict[Future[bytes], _Work] = {}
        self._finished: SimpleQueue[Future[bytes]] = SimpleQueue()
        self._lost: list[str] = []
        self._kept = ExitStack()  # our rights to train what is lost, until that is said
        self._count, self._ended = len(blocks), 0
        self._started = self._said = time.monotonic()

    def run(self, gives_up: Callable[[ExecutorError], None]) -> None:
        try:
            self._train_all()
        except ExecutorError as reason:
            gives_up(reason)
            raise
        finally:
            for future in self._running:
                future.cancel()
            for work in (*self._running.values(), *self._waiting):
                work.right.close()
            self._kept.close()

    def _train_all(self) -> None:
        while self._waiting or self._running:
            self._hand_out()
            if self._running:
                self._take_one()
        if self._lost:
            raise ExecutorError(
                f"{len(self._lost)} of {self._count} blocks were not trained in repeated attempts, the first: "
                f"{self._lost[0]}; what is trained is kept: run again"
            )

    def _hand_out(self) -> None:
        while self._waiting and len(self._running) < self._pool.width:
            work = self._waiting.popleft()
            if work.first is None and not work.attempts and not self._may_train(work):
                self._ended += 1
                continue
            # Any other worker would do if all of these die: a task bound to them would wait for ever.
            options = {"workers": work.others, "allow_other_workers": True} if work.others else {}
            work.attempts += 1
            try:
                task = task_of(work.block, self._store.fingerprint(work.block[0]))
                future: Future[bytes] = self._pool.executor.submit(train_record, task, **options)
            except BaseException as reason:
                work.right.close()
                if isinstance(reason, BrokenExecutor):
                    raise _died(reason) from reason
                raise
            self._running[future] = work
            future.add_done_callback(self._finished.put)

    def _may_train(self, work: _Work) -> bool:
        """Whether nobody else trains a block or has trained it; then the right to train it is held."""
        if self._store.has(*work.block):
            return False
        if work.right.enter_context(self._store.reserve(*work.block, wait=False)) and not self._store.has(*work.block):
            return True
        work.right.close()
        return False

    def _take_one(self) -> None:
        try:
            future = self._finished.get(timeout=LOOK_EVERY)
        except Empty:
            self._pool.complain()
            return
        work = self._running[future]
        self._take(work, future)
        del self._running[future]
        self._tell()

    def _take(self, work: _Work, future: "Future[bytes]") -> None:
        try:
            answer = Answer.from_bytes(future.result())
        except BrokenExecutor as reason:
            raise _died(reason) from reason
        except Exception as reason:
            self._pool.complain()
            self._again(work, _in_words(reason), lost=True)
            return
        fingerprint = self._store.fingerprint(work.block[0])
        if answer.fingerprint and (differing := differing_versions(fingerprint, answer.fingerprint)):
            raise other_versions(answer.worker, differing)
        if answer.problem:
            self._again(work, answer.problem, lost=False)
            return
        try:
            runs = self._store.read_record(*work.block, answer.record, f"from {answer.worker}")
        except Exception as reason:  # of damaged bytes, zipfile and NumPy make errors of many kinds
            self._again(work, f"what {answer.worker} returned cannot be trusted ({reason})", lost=True)
            return
        if work.first is not None:
            if work.first.worker != answer.worker:
                before = self._store.read_record(*work.block, work.first.record, f"from {work.first.worker}")
                refuse_disagreement(work.block, (work.first, before), (answer, runs))
            return
        self._store.save_record(*work.block, answer.record)
        self._end(work)
        self._done(work.block)
        if work.block in self._twice:
            others = [worker for worker in self._pool.workers() if worker != answer.worker]
            if others:
                self._waiting.appendleft(_Work(work.block, first=answer, others=others))

    def _again(self, work: _Work, reason: str, *, lost: bool) -> None:
        # Before Dask says that a worker died, it has tried others, four in all.
        if work.attempts < ATTEMPTS and not reason.startswith("KilledWorker"):
            self._waiting.append(work)
            return
        if work.first is not None:
            return  # it is trained; only the second opinion is missing
        if lost:
            config, seeds = work.block
            self._lost.append(f"{reason} (seeds {seeds[0]} to {seeds[-1]}, {config})")
            self._kept.push(work.right.pop_all())
        self._end(work)

    def _end(self, work: _Work) -> None:
        work.right.close()
        self._ended += 1

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self._said >= SAY_EVERY and self._ended:
            left = (now - self._started) * (self._count - self._ended) / self._ended
            self._say(f"  {self._ended} of {self._count} blocks of trainings done, about {duration(left)} left")
            self._said = now


def _died(reason: BaseException) -> HarnessError:
    return HarnessError(f"a process died while training ({reason}); what is trained is kept: run again")


def _in_words(reason: Exception) -> str:
    if reason.args and isinstance(reason.args[0], bytes):
        return error_in(reason.args[0])  # Dask hands on what it could not unpickle
    return str(reason) or repr(reason)
