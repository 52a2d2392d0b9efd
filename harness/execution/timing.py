"""Wall time of trainings, measured in turn (A B A B ...), each in a process of its own, nothing else training."""

import itertools
import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import numpy as np

from harness.base.errors import HarnessError
from harness.base.hashing import content_digest
from harness.base.sealed import seal, unseal
from harness.base.text import duration
from harness.execution.benchmark import BenchmarkEntry, Timing
from harness.storage.files import enter_lock, keep, read, set_aside
from harness.training.clean_start import clean_command, clean_environment
from harness.training.trainers import fingerprint_of

REPEATS = 5
SECONDS = "epoch_seconds"


def silent(told: object) -> None:
    """Take note of nothing: for who is told, and need not be."""


def race(
    entries: Sequence[BenchmarkEntry], folder: Path, repeats: int = REPEATS, says: Callable[[str], None] = silent
) -> list[Timing]:
    """Return the timing of each entry, all measured in turn; what was measured before is read again.

    Each repeat trains with a seed of its own, the same for all entries. A first, short training of each is not
    counted: it warms up.
    The raw seconds are kept as JSON below `folder`, with machine and versions; deleting them measures anew, and what is
    damaged is set aside with a warning and measured again. Waits for everybody who uses the `machine`; the caller must
    not.

    Parameters
    ----------
    says
        Is told before each training that is measured how far it is, and nothing at the end.

    Raises
    ------
    HarnessError
        If a process that trains fails, or the folder cannot be used.
    """
    about: dict[str, Any] = {
        "entries": [
            {
                "config": one.config.to_plain(),
                "mode": one.mode,
                "fingerprint": dict(fingerprint_of(one.config)),
            }
            for one in entries
        ],
        "repeats": repeats,
        "machine": {"name": platform.node(), "system": platform.platform(), "cores": os.cpu_count()},
    }
    file = folder / "timings" / f"{content_digest(about)}.json"
    epoch_seconds = _kept_seconds(file)
    if epoch_seconds is None:
        with machine(folder, alone=True):
            epoch_seconds = _kept_seconds(file)  # who had the machine before may have measured the same
            if epoch_seconds is None:
                epoch_seconds = _measure(entries, repeats, says)
                keep(folder, file, seal({**about, SECONDS: epoch_seconds}))
    return [Timing(np.array(one)) for one in epoch_seconds]


def _kept_seconds(file: Path) -> list[list[list[float]]] | None:
    payload = read(file, "timings")
    if payload is None:
        return None
    try:
        kept = unseal(payload, f"timings {file}")
        seconds: list[list[list[float]]] = kept.pop(SECONDS)
        if content_digest(kept) != file.stem:
            raise ValueError("it holds other timings than its name says")
        return seconds
    except (ValueError, KeyError, AttributeError) as reason:
        set_aside(file, "timings", reason, "measured again")
        return None


@contextmanager
def machine(folder: Path, *, alone: bool) -> Iterator[None]:
    """Use the machine together with other processes of this store, or alone, waiting until the others have stopped."""
    locks = folder / "locks"
    with ExitStack() as stack:
        # Who waits to be alone holds the gate, so that nobody goes in meanwhile and the wait has an end.
        with ExitStack() as gate:
            enter_lock(gate, folder, locks / "gate.lock")
            enter_lock(stack, folder, locks / "machine.lock", shared=not alone)
        yield


def _measure(entries: Sequence[BenchmarkEntry], repeats: int, says: Callable[[str], None]) -> list[list[list[float]]]:
    """Return the seconds of each epoch, by entry and repeat."""
    seconds: list[list[list[float]]] = [[] for _ in entries]
    with ExitStack() as stack:
        stack.callback(says, "")
        says(f"time is measured, and nothing else trained meanwhile: {len(entries)} kinds of training warm up")
        processes = {kind: stack.enter_context(_stopwatch(kind)) for kind in {one.process for one in entries}}
        for entry in entries:
            short = replace(entry, config=entry.trainer.shortened(entry.config))
            _ask(processes[entry.process], short, 0)
        began, total = time.monotonic(), repeats * len(entries)
        for done, (turn, place) in enumerate(itertools.product(range(repeats), range(len(entries)))):
            seconds_left = (time.monotonic() - began) / done * (total - done) if done else 0.0
            left = f", about {duration(seconds_left)} left" if done else ""
            says(f"time is measured: training {done + 1} of {total}{left}")
            entry = entries[place]
            seconds[place].append(_ask(processes[entry.process], entry, turn))
    return seconds


@dataclass(frozen=True)
class _Stopwatch:
    process: "subprocess.Popen[str]"
    errors: IO[str]


@contextmanager
def _stopwatch(kind: tuple[str, str]) -> Iterator[_Stopwatch]:
    command = clean_command(*kind)
    pipe = subprocess.PIPE
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
        subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=errors, env=clean_environment(), encoding="utf-8"
        ) as process,
    ):
        try:
            yield _Stopwatch(process, errors)
        finally:
            process.kill()


def _ask(stopwatch: _Stopwatch, entry: BenchmarkEntry, turn: int) -> list[float]:
    request = {"config": entry.config.to_json(), "mode": entry.mode, "seed": [turn, turn]}
    process = stopwatch.process
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
    except BrokenPipeError:
        answer = ""
    if not answer:
        stopwatch.errors.seek(0)
        said = stopwatch.errors.read().strip().splitlines()
        raise HarnessError(f"timing failed: {entry}: {said[-1] if said else 'its process ended'}")
    taken: list[float] = json.loads(answer)["epoch_seconds"]
    return taken
