"""What is seen of a store under fire: which files are whole after each kill, and what must never happen."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from harness.commands.store_verify import verify
from harness.storage.contents import files_of


@dataclass
class Outcome:
    """What was seen.

    Attributes
    ----------
    moments
        By kind of kill and what went on at that moment, how many kills.
    unfinished
        Kills that left a file behind that was being written.
    checked
        Files that were read whole and compared with their digest, over all kills.
    sessions
        That were left to finish, and were compared with the undisturbed one.
    problems
        What must never happen, in words.
    """

    moments: Counter[tuple[str, str]] = field(default_factory=Counter)
    unfinished: int = 0
    checked: int = 0
    sessions: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """How many there were, of all kinds."""
        return sum(self.moments.values())


class Watch:
    """Remembers which files were whole, and looks at a store again after each kill."""

    def __init__(self, folder: Path, outcome: Outcome) -> None:
        self._folder = folder
        self._outcome = outcome
        self._whole: dict[Path, str] = {}
        self._unfinished: set[Path] = set()

    def look(self) -> int:
        """Note what is damaged, lost or changed; returns how many blocks are whole."""
        if not self._folder.exists():
            return 0
        found = verify(self._folder)
        self._outcome.checked += len(found.whole)
        self._outcome.problems += [f"damaged: {flaw.file.path}: {flaw.reason}" for flaw in found.damaged]
        now = {file.path: hashlib.sha256(file.path.read_bytes()).hexdigest() for file in found.whole}
        for path, digest in self._whole.items():
            if path.suffix == ".npz" and now.get(path) != digest:
                self._outcome.problems.append(f"{'lost' if path not in now else 'changed'}: {path}")
        self._whole = now
        kinds = {file.path: file.kind for file in files_of(self._folder)}
        self._outcome.problems += [f"set aside: {path}" for path, kind in kinds.items() if kind == "unreadable"]
        unfinished = {path for path, kind in kinds.items() if kind == "unfinished"}
        self._outcome.unfinished += bool(unfinished - self._unfinished)
        self._unfinished = unfinished
        return sum(path.suffix == ".npz" for path in now)
