"""Where finished runs are kept: one file for each protocol and block of seeds.

A file is named by the digest of all that determines its content and carries a digest of that content. It is written
beside its place and renamed into it, so a reader sees a whole file or none. Deleting the folder is always safe.
"""

import functools
import hashlib
import io
import json
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from harness import datasets
from harness.errors import StoreError, StoreWarning
from harness.protocol import Protocol, Seed, content_digest
from harness.runs import ARRAY_NAMES, Array, Runs

SCHEMA = 1


class Store:
    """A folder of finished runs.

    Parameters
    ----------
    folder
        Made when the first run is kept.
    origin
        What else determines a result besides protocol, data and seeds: versions of the trainers and frameworks,
        by framework.
    """

    def __init__(self, folder: Path, origin: Mapping[str, Mapping[str, str]]) -> None:
        self.folder = folder
        self.origin = origin

    def path(self, protocol: Protocol, seeds: tuple[Seed, ...]) -> Path:
        """Return where these runs stand or would stand."""
        digest = content_digest(self._identity(protocol, seeds))
        return self.folder / "runs" / digest[:2] / f"{digest}.npz"

    def has(self, protocol: Protocol, seeds: tuple[Seed, ...]) -> bool:
        """Whether there is a file for these runs; whether it can be trusted shows when it is loaded."""
        return self.path(protocol, seeds).exists()

    def load(self, protocol: Protocol, seeds: tuple[Seed, ...]) -> Runs | None:
        """Return the stored runs, or None if they are not there.

        A file whose content does not match its digest is set aside with a warning, and counts as not there.

        Raises
        ------
        StoreError
            If the file may not be read, or was written by a newer version of the harness.
        """
        path = self.path(protocol, seeds)
        try:
            payload = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as reason:
            raise StoreError(f"stored runs {path} cannot be read ({reason})") from reason
        try:
            return self.read_record(protocol, seeds, payload, str(path))
        except StoreError:
            raise
        except Exception as reason:  # of damaged bytes, zipfile and NumPy make errors of many kinds
            aside = path.with_suffix(".unreadable")
            try:
                with suppress(FileNotFoundError):  # another process has set it aside
                    path.replace(aside)
            except OSError as refusal:
                raise StoreError(
                    f"stored runs {path} cannot be trusted ({reason}) and not be set aside ({refusal}); "
                    "give another --store"
                ) from refusal
            warnings.warn(
                f"stored runs {path} cannot be trusted ({reason}); set aside as {aside.name}, trained again",
                StoreWarning,
                stacklevel=2,
            )
            return None

    def save(self, runs: Runs) -> Path:
        """Keep these runs, and return where.

        Raises
        ------
        StoreError
            If the folder cannot be written to.
        """
        return self.save_record(runs.protocol, runs.seeds, self.record(runs))

    def save_record(self, protocol: Protocol, seeds: tuple[Seed, ...], record: bytes) -> Path:
        """Keep a record of these runs that was made elsewhere and read before, as it is, and return where.

        Raises
        ------
        StoreError
            If the folder cannot be written to.
        """
        path = self.path(protocol, seeds)
        try:
            write_atomically(path, record)
        except OSError as reason:
            raise StoreError(
                f"store {self.folder} cannot be written to ({reason}); free space there or give another --store"
            ) from reason
        return path

    def record(self, runs: Runs) -> bytes:
        """Return the bytes in which these runs are kept: arrays, what determines them, and a digest."""
        return _pack(runs.arrays(), self._identity(runs.protocol, runs.seeds))

    def read_record(self, protocol: Protocol, seeds: tuple[Seed, ...], record: bytes, place: str) -> Runs:
        """Return the runs of a record once it is known to be whole, and to be these runs. Nothing in it is executed.

        Parameters
        ----------
        place
            Where the record comes from, for errors.

        Raises
        ------
        StoreError
            If it was written by a newer version of the harness.
        Exception
            Of many kinds, if it is damaged or holds other runs; NumPy and zipfile have their own.
        """
        arrays, identity = _unpack(record, place)
        if identity != _as_json(self._identity(protocol, seeds)):
            raise ValueError("it holds other runs than its name says")
        return Runs(protocol=protocol, seeds=seeds, **arrays)  # type: ignore[arg-type]

    @contextmanager
    def reserve(self, protocol: Protocol, seeds: tuple[Seed, ...], *, wait: bool) -> Iterator[bool]:
        """Hold the right to train these runs, across processes; yields whether it was obtained.

        The right is the operating system's lock on a file: a process that dies gives it back.

        Parameters
        ----------
        wait
            Wait for whoever holds it (then the answer is always True), or give up at once.
        """
        path = self.path(protocol, seeds)
        lock_path = self.folder / "locks" / f"{path.stem}.lock"
        lock = FileLock(lock_path)
        try:
            lock_path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=-1 if wait else 0)
        except Timeout:
            yield False
            return
        except OSError as reason:
            raise StoreError(
                f"store {self.folder} cannot be made ({reason}); give a folder that can be written to as --store"
            ) from reason
        try:
            yield True
        finally:
            lock.release()

    def _identity(self, protocol: Protocol, seeds: tuple[Seed, ...]) -> dict[str, Any]:
        return {
            "protocol": protocol.to_plain(),
            "data": datasets.checksum(protocol.dataset),
            "seeds": [list(seed) for seed in seeds],
            "origin": dict(self.origin[protocol.framework]),
        }


def write_atomically(path: Path, payload: bytes) -> None:
    """Write a file beside its place and rename it into it, so that a reader sees a whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        try:
            part.write(payload)
            part.flush()
            os.fsync(part.fileno())
            os.fchmod(part.fileno(), 0o666 & ~_umask())  # a temporary file is for its owner's eyes only
            Path(part.name).replace(path)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise


@functools.cache
def _umask() -> int:
    """Return which rights new files of this process do not get; to read it, it has to be set for a moment."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _pack(arrays: Mapping[str, Array], identity: dict[str, Any]) -> bytes:
    header = {"schema": SCHEMA, "identity": identity, "sha256": _arrays_digest(arrays)}
    buffer = io.BytesIO()
    encoded = np.frombuffer(json.dumps(header, sort_keys=True).encode(), dtype=np.uint8)
    np.savez(buffer, header=encoded, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def _unpack(payload: bytes, place: str) -> tuple[dict[str, Array], Any]:
    with np.load(io.BytesIO(payload), allow_pickle=False) as archive:
        header = json.loads(archive["header"].tobytes())
        if header["schema"] > SCHEMA:
            raise StoreError(
                f"stored runs {place} have schema {header['schema']}, newer than this harness reads ({SCHEMA}); "
                "update pytest-claims or give another --store"
            )
        arrays = {name: archive[name] for name in ARRAY_NAMES}
    if _arrays_digest(arrays) != header["sha256"]:
        raise ValueError("its checksum does not match")
    return arrays, header["identity"]


def _arrays_digest(arrays: Mapping[str, Array]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _as_json(content: Any) -> Any:
    return json.loads(json.dumps(content))
