"""Kill what writes to a store: processes that train blocks, and whole sessions."""

import json
import mmap
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.execution import engine
from harness.execution.engine import Block, train_blocks
from harness.storage.contents import files_of
from harness.storage.store import Store
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed
from harness.training.trainers import trainer_named

WRITERS = 3
LONGEST_WAIT = 0.4  # seconds until writers are killed: about ten blocks
PATIENCE = 1.0  # seconds to wait beyond that for one of them to write
STAGES = ("starting or between two blocks", "training", "writing", "finished")
STARTING, TRAINING, WRITING, FINISHED = range(len(STAGES))


class TellingStore(Store):
    """A store that tells in a byte, which outlives its process, what is being done."""

    def __init__(self, store: Store, stages: mmap.mmap, number: int) -> None:
        super().__init__(store.folder, store.fingerprint)
        self._stages = stages
        self._number = number

    def tell(self, stage: int) -> None:
        """Say what goes on from now on."""
        self._stages[self._number] = stage

    def save_record(self, config: TrainingConfig, seeds: tuple[Seed, ...], record: bytes) -> Path:
        """Keep a record, and tell so."""
        self.tell(WRITING)
        path = super().save_record(config, seeds, record)
        self.tell(STARTING)
        return path


def kill_writers(store: Store, blocks: Sequence[Block], probability: random.Random, *, aimed: bool) -> str:
    """Let several processes train the same blocks, and kill them all; returns what they were doing.

    Parameters
    ----------
    aimed
        Wait until one of them writes, then a little; otherwise kill at a moment drawn from all up to `LONGEST_WAIT`.
    """
    stages = mmap.mmap(-1, WRITERS)
    orders = [probability.sample(blocks, len(blocks)) for _ in range(WRITERS)]
    wait, little = probability.uniform(0, LONGEST_WAIT), probability.uniform(0, 0.004)
    leader = os.fork()
    if leader == 0:
        os.setpgid(0, 0)
        writers = [_start(_write, TellingStore(store, stages, number), order) for number, order in enumerate(orders)]
        for writer in writers:
            os.waitpid(writer, 0)
        os._exit(0)
    started = time.monotonic()
    time.sleep(wait)
    if aimed:
        while WRITING not in stages[:] and time.monotonic() - started < wait + PATIENCE:
            time.sleep(0.0001)
        time.sleep(little)
    at_that_moment = max((stage for stage in stages[:] if stage != FINISHED), default=FINISHED)
    _kill(leader)
    os.waitpid(leader, 0)
    return STAGES[at_that_moment]


def _start(work: Any, *arguments: Any) -> int:
    child = os.fork()
    if child == 0:
        try:
            work(*arguments)
        finally:
            os._exit(0)
    return child


def train_now(config: TrainingConfig, seeds: tuple[Seed, ...]) -> Runs:
    """Train a block in this process."""
    return trainer_named(config.trainer).train(config, seeds)


def _write(store: TellingStore, blocks: Sequence[Block]) -> None:
    engine.train = train_now  # a process that trains for a writer would start longer than the writer lives
    train_blocks(blocks, store, done=lambda block: None, begins=lambda block: store.tell(TRAINING))
    store.tell(FINISHED)


def _kill(group: int) -> None:
    """Kill a process group, and wait until none of it is left."""
    while True:
        try:
            os.killpg(group, signal.SIGKILL)
            break
        except ProcessLookupError:
            time.sleep(0.001)  # it has not made its group yet
    while any(_runs_in(group, folder) for folder in Path("/proc").iterdir() if folder.name.isdigit()):
        time.sleep(0.001)


def _runs_in(group: int, process: Path) -> bool:
    try:
        state, _, its_group = (process / "stat").read_text().rpartition(")")[2].split()[:3]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return int(its_group) == group and state != "Z"


def start_session(folder: Path, store: Path) -> "subprocess.Popen[bytes]":
    """Start a session with two workers on the report in `folder`, in a process group of its own."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "claims",
        "-n",
        "2",
        "-p",
        "no:cacheprovider",
        "--claims-store",
        str(store),
    ]
    environment = {**os.environ, "TMPDIR": str(folder)}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=quiet, stderr=quiet, start_new_session=True)


def verdicts_of(folder: Path, store: Path) -> dict[str, Any]:
    """Let a session finish, and return its verdicts by claim; none if it did not."""
    file = folder / "reports" / "claims.json"
    file.unlink(missing_ok=True)
    start_session(folder, store).wait()
    if not file.exists():
        return {}
    return {claim["test"]: claim["verdict"] for claim in json.loads(file.read_text(encoding="utf-8"))["claims"]}


def kill_sessions(folder: Path, store: Path, seconds: float, needed: int, *, count: int, aimed: bool) -> str | None:
    """Start `count` sessions at once on a store and kill them after so long.

    Parameters
    ----------
    needed
        How many blocks a session needs.
    aimed
        Count the seconds from the first block that they have trained, not from their start, of which the imports take
        the most.

    Returns
    -------
    str
        What they had done until then, or None if all had ended.
    """
    before = stored(store)
    sessions = [start_session(folder, store) for _ in range(count)]
    while aimed and stored(store) == before and any(session.poll() is None for session in sessions):
        time.sleep(0.002)
    time.sleep(seconds)
    ended = all(session.poll() is not None for session in sessions)
    for session in sessions:
        if session.poll() is None:
            _kill(session.pid)
        session.wait()
    after = stored(store)
    if ended:
        return None
    if before >= needed:
        return "with nothing left to train"
    if after == before:
        return "before the first block"
    return "after the last block" if after >= needed else "between the first and the last block"


def stored(store: Path) -> int:
    """Return how many blocks are there."""
    return sum(file.kind == "runs" for file in files_of(store)) if store.exists() else 0
