"""Find what is damaged in a store."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.base.errors import StoreError
from harness.base.hashing import content_digest
from harness.base.sealed import unseal
from harness.execution.timing import SECONDS
from harness.storage.contents import StoredFile, check_identity, files_of
from harness.storage.record import unpack


@dataclass(frozen=True)
class Flaw:
    """A file that cannot be used, and why, in words."""

    file: StoredFile
    reason: str


@dataclass(frozen=True)
class Verified:
    """What was found in a store.

    Attributes
    ----------
    whole
        Files whose digest matches.
    damaged, newer
        Files whose digest does not match; files that only a newer version of the harness reads.
    """

    whole: tuple[StoredFile, ...]
    damaged: tuple[Flaw, ...]
    newer: tuple[Flaw, ...]


def verify(folder: Path) -> Verified:
    """Read every file of a store that holds something, whole, and compare it with its digest.

    Raises
    ------
    StoreError
        If a file may not be read.
    """
    whole, damaged, newer = [], [], []
    for file in files_of(folder):
        if file.kind not in CHECKS:
            continue
        try:
            payload = file.path.read_bytes()
        except FileNotFoundError:
            continue  # a session goes on meanwhile
        except OSError as reason:
            raise StoreError(f"{file.path} cannot be read ({reason})") from reason
        try:
            CHECKS[file.kind](file, payload)
            whole.append(file)
        except StoreError as reason:
            newer.append(Flaw(file, str(reason)))
        except Exception as reason:  # of damaged bytes, zipfile and NumPy make errors of many kinds
            damaged.append(Flaw(file, str(reason) or repr(reason)))
    return Verified(tuple(whole), tuple(damaged), tuple(newer))


def check_runs(file: StoredFile, payload: bytes) -> None:
    """Raise an error, of many kinds, unless these are the runs that the file's name says."""
    _, identity = unpack(payload, str(file.path))
    check_identity(file, identity)


def _check_timings(file: StoredFile, payload: bytes) -> None:
    kept = unseal(payload, f"timings {file.path}")
    if content_digest({name: value for name, value in kept.items() if name != SECONDS}) != file.path.stem:
        raise ValueError("it holds other timings than its name says")


def _check_sealed(file: StoredFile, payload: bytes) -> None:
    unseal(payload, f"{file.kind} {file.path}")


def _check_rows(file: StoredFile, payload: bytes) -> None:
    if hashlib.sha256(payload).hexdigest() != file.path.stem:
        raise ValueError("its checksum does not match")


CHECKS: dict[str, Callable[[StoredFile, bytes], None]] = {
    "runs": check_runs,
    "timings": _check_timings,
    "answers": _check_sealed,
    "figures": _check_sealed,
    "verdicts": _check_sealed,
    "rows": _check_rows,
}
