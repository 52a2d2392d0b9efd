"""The format of a file of runs: a NumPy archive whose sealed header says what it holds, with a digest."""

import hashlib
import io
from collections.abc import Mapping
from typing import IO, Any

import numpy as np

from harness.base.arrays import Array
from harness.base.sealed import seal, unseal

HEADER = "header"


def pack(arrays: Mapping[str, Array], identity: Mapping[str, Any]) -> bytes:
    """Return the content of a file.

    Parameters
    ----------
    arrays
        By kind and name, such as ``curves.test_loss``.
    identity
        What they are, as plain JSON values.
    """
    header = seal({"identity": identity, "arrays": _arrays_digest(arrays)})
    buffer = io.BytesIO()
    np.savez(buffer, **{HEADER: np.frombuffer(header, dtype=np.uint8)}, **arrays)  # type: ignore[arg-type]
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
        arrays = {name: archive[name] for name in archive.files if name != HEADER}
    if _arrays_digest(arrays) != header["arrays"]:
        raise ValueError("its checksum does not match")
    return arrays, header["identity"]


def read_identity(file: IO[bytes], place: str) -> Any:
    """Return what a file holds, without reading the arrays; raises as `unpack` does."""
    with np.load(file, allow_pickle=False) as archive:
        return _header(archive, place)["identity"]


def _header(archive: Any, place: str) -> dict[str, Any]:
    header: dict[str, Any] = unseal(archive[HEADER].tobytes(), f"stored runs {place}")
    return header


def _arrays_digest(arrays: Mapping[str, Array]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
