"""What lies in a store's folder: files by kind, told from their place and name, and the runs among them in words."""

import importlib.metadata
import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.base.errors import HarnessError, StoreError
from harness.base.hashing import content_digest
from harness.base.text import counted
from harness.storage.record import read_identity
from harness.storage.store import Store
from harness.training.config import TrainingConfig
from harness.training.function.source import FILE
from harness.training.trainers import Fingerprint

PLACES = {
    "runs": r"runs/([0-9a-f]{2})/\1[0-9a-f]{62}\.npz",
    "answers": r"answers/[0-9a-f]{12}-[0-9a-f]{64}\.json",
    "figures": r"figures/[0-9a-f]{12}-[0-9a-f]{64}\.json",
    "verdicts": r"verdicts/[0-9a-f]{12}-[0-9a-f]{64}\.json",
    "rows": r"rows/[0-9a-f]{64}\.jsonl",
    "timings": r"timings/[0-9a-f]{64}\.json",
    "locks": r"locks/([0-9a-f]{64}|machine|gate)\.lock",
    "unreadable": r"(runs/[0-9a-f]{2}|timings)/[0-9a-f]{64}\.unreadable",
    "unfinished": r"(runs/[0-9a-f]{2}|answers|figures|verdicts|rows|timings)/\w+\.part",
}


@dataclass(frozen=True)
class StoredFile:
    """A file of a store.

    Attributes
    ----------
    kind
        One of `PLACES`; ``other`` for what is not the store's.
    path, size
        Where it is, and how many bytes it has.
    """

    kind: str
    path: Path
    size: int


@dataclass(frozen=True, eq=False)
class StoredRuns:
    """A file of runs, as its header tells it.

    Attributes
    ----------
    file
        Where it stands.
    identity
        What determines the runs, as plain values: ``config``, ``seeds`` and ``fingerprint``.
    """

    file: StoredFile
    identity: Mapping[str, Any]

    @property
    def config_digest(self) -> str:
        """As `harness.training.config.TrainingConfig.digest`."""
        return content_digest(self.identity["config"])

    @property
    def words(self) -> str:
        """The config, field by field."""
        config = self.identity["config"]
        names = ["trainer", *sorted(set(config) - {"trainer"})]
        return printable(", ".join(f"{name.replace('_', ' ')} {_text(config[name])}" for name in names))

    @property
    def is_of_function(self) -> bool:
        """Whether a report's own training function made them: its source, told by name and checksum, decided them."""
        return _names_source(self.identity["fingerprint"])

    @property
    def data_checksums(self) -> tuple[str, ...]:
        """The checksums of the data sets of a report's own that they rest on."""
        values = self.identity["config"].values()
        return tuple(str(value.get("checksum")) for value in values if isinstance(value, Mapping))

    def usable(self, store: Store) -> bool:
        """Whether a session with these versions, trainers and data sets would take these runs."""
        return is_current(self.identity["config"], self.identity["fingerprint"], store.fingerprint_of)


def is_current(told: Mapping[str, Any], fingerprint: Mapping[str, str], current: Fingerprint) -> bool:
    """Whether a config, as `TrainingConfig.to_plain` has told it, has this fingerprint here now."""
    if _names_source(fingerprint) or any(isinstance(value, Mapping) for value in told.values()):
        # A report's own file, of source or data, is told by name and checksum alone: the versions have to do.
        return all(_installed(name) in (None, version) for name, version in fingerprint.items())
    given = {name: value for name, value in told.items() if name != "trainer"}
    try:
        return dict(current(TrainingConfig.make(told["trainer"], given))) == dict(fingerprint)
    except (HarnessError, KeyError, TypeError):
        return False


def _names_source(fingerprint: Mapping[str, str]) -> bool:
    return any(name.endswith(FILE) for name in fingerprint)


def _installed(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return None


def files_of(folder: Path) -> list[StoredFile]:
    """Return every file below a store's folder, sorted by path; links are followed nowhere, and are ``other``.

    Raises
    ------
    StoreError
        If the folder is not there, or a part of it may not be read.
    """

    def refuse(reason: OSError) -> None:
        raise StoreError(f"store {folder} cannot be read ({reason})") from reason

    found = []
    for place, folders, names in os.walk(folder, onerror=refuse):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in (*names, *links):
            path = Path(place) / name
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue  # a session goes on meanwhile
            kind = _kind(path.relative_to(folder).as_posix()) if stat.S_ISREG(status.st_mode) else "other"
            found.append(StoredFile(kind, path, status.st_size))
    return sorted(found, key=lambda file: file.path)


def read_runs(file: StoredFile) -> StoredRuns:
    """Read what a file of runs says of itself, but not the arrays.

    Raises
    ------
    StoreError
        If it may not be read, or was written by a newer version of the harness.
    ValueError
        If it is damaged, or is not what its name says.
    FileNotFoundError
        If it is there no more.
    """
    try:
        with file.path.open("rb") as opened:
            identity = read_identity(opened, str(file.path))
    except (StoreError, FileNotFoundError):
        raise
    except PermissionError as reason:
        raise StoreError(f"stored runs {file.path} cannot be read ({reason})") from reason
    except Exception as reason:  # of damaged bytes, zipfile and NumPy make errors of many kinds
        raise ValueError(str(reason) or repr(reason)) from reason
    check_identity(file, identity)
    if not _describes_runs(identity):
        raise ValueError("its header does not describe runs")
    return StoredRuns(file, identity)


def check_identity(file: StoredFile, identity: Any) -> None:
    """Raise a `ValueError` unless runs are those that the name of their file says: it is a digest of what they are."""
    if content_digest(identity) != file.path.stem:
        raise ValueError("it holds other runs than its name says")


def _describes_runs(identity: Any) -> bool:
    return (
        isinstance(identity, dict)
        and identity.keys() == {"config", "seeds", "fingerprint"}
        and isinstance(identity["config"], dict)
        and isinstance(identity["config"].get("trainer"), str)
        and isinstance(identity["seeds"], list)
        and all(isinstance(seed, list) and list(map(type, seed)) == [int, int] for seed in identity["seeds"])
    )


def printable(text: str) -> str:
    """Return text from a file without the characters with which it could steer a terminal."""
    return "".join(one if one.isprintable() else "?" for one in text)


def size_in_words(size: int) -> str:
    """Return a number of bytes in a unit that suits it."""
    value, unit = float(size), "B"
    for larger in ("kB", "MB", "GB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.3g} {unit}"


def count_and_size(files: Iterable[StoredFile]) -> str:
    """Return how many files these are, and how many bytes in all."""
    sizes = [file.size for file in files]
    return f"{counted(len(sizes), 'file')}, {size_in_words(sum(sizes))}"


def _kind(place: str) -> str:
    return next((kind for kind, pattern in PLACES.items() if re.fullmatch(pattern, place)), "other")


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value.get('name')} ({str(value.get('checksum'))[:8]})"
    return "-".join(map(str, value)) if isinstance(value, list) else str(value)
