"""The format of a file of runs: a NumPy archive with a header that says what it holds, and a digest of it all."""

import hashlib
import io
import json
from collections.abc import Mapping
from typing import IO, Any

import numpy as np

from harness.base.errors import StoreError
from harness.training.runs import ARRAY_NAMES, Array

SCHEMA = 1


def pack(arrays: Mapping[str, Array], identity: Mapping[str, Any]) -> bytes:
    """Return the content of a file.

    Parameters
    ----------
    arrays
        By name.
    identity
        What they are, as plain JSON values.
    """
    header = {"schema": SCHEMA, "identity": identity, "sha256": _arrays_digest(arrays)}
    buffer = io.BytesIO()
    encoded = np.frombuffer(json.dumps(header, sort_keys=True).encode(), dtype=np.uint8)
    np.savez(buffer, header=encoded, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def unpack(payload: bytes, place: str) -> tuple[dict[str, Array], Any]:
    """Return the arrays of a file and what they are.

    Raises
    ------
    StoreError
        If a newer version of the harness wrote it; `place` is named.
    Exception
        Of many kinds, from zipfile and NumPy, if the bytes are damaged.
    """
    with np.load(io.BytesIO(payload), allow_pickle=False) as archive:
        if any(member.file_size > len(payload) for member in archive.zip.infolist()):
            raise ValueError("it claims to hold more than it can")  # and would fill the memory
        header = _header(archive, place)
        arrays = {name: archive[name] for name in ARRAY_NAMES}
    if _arrays_digest(arrays) != header["sha256"]:
        raise ValueError("its checksum does not match")
    return arrays, header["identity"]


def read_identity(file: IO[bytes], place: str) -> Any:
    """Return what a file holds, without reading the arrays; raises as `unpack` does."""
    with np.load(file, allow_pickle=False) as archive:
        return _header(archive, place)["identity"]


def _header(archive: Any, place: str) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(archive["header"].tobytes())
    if header["schema"] > SCHEMA:
        raise StoreError(
            f"stored runs {place} have schema {header['schema']}, newer than this harness reads ({SCHEMA}); "
            "update pytest-claims or give another folder for the store"
        )
    return header


def _arrays_digest(arrays: Mapping[str, Array]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
