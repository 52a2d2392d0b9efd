"""How far the trainings of a session are, told by its workers through a file and read by the controller.

What a worker prints is never seen under xdist. A line appended in one write is never torn by another process.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.base.text import duration


@dataclass(frozen=True)
class Progress:
    """The state of a session's trainings, counted in runs.

    Attributes
    ----------
    needed
        By the selected claims, at all looks that they have come to.
    stored
        Of these, found in the store when they were first asked for: when the session began, or at a later look.
    trained
        Since then.
    now
        By worker, what it is training, in words.
    problems
        Why trainings were given up, each once.
    notes
        What is to be known of them besides, each once.
    """

    needed: int
    stored: int
    trained: int
    now: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def done(self) -> int:
        """Stored or trained."""
        return self.stored + self.trained

    def line(self, seconds: float) -> str:
        """Return how far the trainings are, `seconds` after they began."""
        text = f"{self.done} of {self.needed} done, {self.stored} from the store"
        left = self.needed - self.done
        if self.trained and left > 0:
            text += f", about {duration(seconds * left / self.trained)} left"
        return text

    def proof(self) -> str:
        """Return what was done, in one line for the end of a session."""
        return " ".join(
            [
                f"Planned trainings: {self.needed}, of which {self.trained} done now and {self.stored} before.",
                *self.notes,
            ]
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
        self._worker = os.environ.get("PYTEST_XDIST_WORKER", "")

    def planned(self, needed: Iterable[tuple[str, int]], missing: Iterable[str]) -> None:
        """Say which blocks are needed, with the number of runs of each, and which of them are missing."""
        self._append({"needed": dict(needed), "missing": list(missing)})

    def begins(self, words: str) -> None:
        """Say what this worker is training from now on, for people."""
        self._append({"worker": self._worker, "begins": words})

    def rests(self) -> None:
        """Say that this worker trains nothing more."""
        self._append({"worker": self._worker, "begins": ""})

    def trained(self, block: str) -> None:
        """Say that a block is trained."""
        self._append({"trained": block})

    def failed(self, problem: str) -> None:
        """Say why this worker gives up training."""
        self._append({"problem": problem})

    def note(self, sentence: str) -> None:
        """Say what is to be known of the trainings at the end."""
        self._append({"note": sentence})

    def given_up(self) -> tuple[str, ...]:
        """Return why workers of this session, whichever, have given up training."""
        told = read_progress(self._file)
        return told.problems if told else ()

    def _append(self, entry: dict[str, Any]) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def read_progress(file: Path) -> Progress | None:
    """Return what the workers have said so far, or None if nothing."""
    try:
        # What follows the last end of a line is still being written.
        lines = file.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()
    except FileNotFoundError:
        return None
    now: dict[str, str] = {}
    runs: dict[str, int] = {}
    missing: set[str] = set()
    planned = False
    trained: set[str] = set()
    problems: dict[str, None] = {}
    notes: dict[str, None] = {}
    for line in lines:
        entry = json.loads(line)
        if "needed" in entry:
            planned = True
            # Who asks for a block first knows whether it was stored; later ones may find what was trained meanwhile.
            missing.update(set(entry["missing"]) - runs.keys())
            runs.update(entry["needed"])
        if "trained" in entry:
            trained.add(entry["trained"])
        if "problem" in entry:
            problems[entry["problem"]] = None
        if "note" in entry:
            notes[entry["note"]] = None
        if "begins" in entry:
            now[entry["worker"]] = entry["begins"]
    if not planned:
        return None
    return Progress(
        needed=sum(runs.values()),
        stored=sum(count for block, count in runs.items() if block not in missing),
        trained=sum(count for block, count in runs.items() if block in missing and block in trained),
        now={worker: words for worker, words in sorted(now.items()) if words},
        problems=tuple(problems),
        notes=tuple(sorted(notes)),
    )
