"""How far the trainings of a session are, told by its workers through a file and shown by the controller.

What a worker prints is never seen under xdist. A line appended in one write is never torn by another process.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INTERVAL = 0.5
QUIET_INTERVAL = 15.0  # where lines cannot be overwritten, as in a log


@dataclass(frozen=True)
class Progress:
    """The state of a session's trainings, counted in runs.

    Attributes
    ----------
    needed
        By the selected claims.
    stored
        Of these, found in the store when the session began.
    trained
        Since then.
    """

    needed: int
    stored: int
    trained: int

    def line(self, seconds: float) -> str:
        """Return the progress in one line, `seconds` after the trainings began."""
        done = self.stored + self.trained
        text = f"trainings: {done} of {self.needed} done, {self.stored} from the store"
        left = self.needed - done
        if self.trained and left > 0:
            text += f", about {duration(seconds * left / self.trained)} left"
        return text

    def proof(self) -> str:
        """Return what was done, in one line for the end of a session."""
        return (
            f"Planned trainings: {self.needed}, of which {self.trained} done now and {self.stored} before. All "
            "comparisons are between the same seeds, each with a split and a training of its own."
        )


class ProgressWriter:
    """A worker's side: appends to the file of its session.

    Parameters
    ----------
    file
        The same for all workers of a session.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def planned(self, needed: Iterable[tuple[str, int]], missing: Iterable[str]) -> None:
        """Say which blocks are needed, with the number of runs of each, and which of them are missing."""
        self._append({"needed": dict(needed), "missing": list(missing)})

    def trained(self, block: str) -> None:
        """Say that a block is trained."""
        self._append({"trained": block})

    def _append(self, entry: dict[str, Any]) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def read_progress(file: Path) -> Progress | None:
    """Return what the workers have said so far, or None if nothing."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    runs: dict[str, int] = {}
    missing: set[str] | None = None
    trained: set[str] = set()
    for line in lines:
        entry = json.loads(line)
        runs.update(entry.get("needed", {}))
        if "missing" in entry and missing is None:
            missing = set(entry["missing"])  # what later workers miss, the first have begun to train
        if "trained" in entry:
            trained.add(entry["trained"])
    if missing is None:
        return None
    return Progress(
        needed=sum(runs.values()),
        stored=sum(count for block, count in runs.items() if block not in missing),
        trained=sum(count for block, count in runs.items() if block in missing and block in trained),
    )


class ProgressLine:
    """The controller's side: shows the progress of a session until all is trained.

    Parameters
    ----------
    file
        Where the workers write.
    show
        Takes a line, and whether it may overwrite the one before.
    overwrite
        Whether the terminal can.
    """

    def __init__(self, file: Path, show: Callable[[str], None], overwrite: bool) -> None:
        self._file = file
        self._show = show
        self._least_wait = 0.0 if overwrite else QUIET_INTERVAL
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to show."""
        self._thread.start()

    def stop(self) -> None:
        """Show the last state, if there was anything to train, and end."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        started = shown = time.monotonic()
        while True:
            stopped = self._stop.wait(INTERVAL)
            progress, now = read_progress(self._file), time.monotonic()
            if progress is not None and progress.needed > progress.stored:
                finished = progress.stored + progress.trained >= progress.needed
                if finished or stopped or now - shown >= self._least_wait:
                    self._show(progress.line(now - started))
                    shown = now
                if finished:
                    return
            if stopped:
                return


def duration(seconds: float) -> str:
    """Return a time in minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
