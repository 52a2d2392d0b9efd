"""Files and locks in a store's folder: what cannot be read, written or trusted is said, with what to do about it."""

import warnings
from contextlib import ExitStack, suppress
from pathlib import Path

from harness.base.errors import StoreError, StoreWarning
from harness.base.files import make_folder, write_atomically
from harness.base.locks import locked

UNREADABLE = ".unreadable"


def read(path: Path, what: str) -> bytes | None:
    """Return the content of a file of a store, or None if it is not there.

    Parameters
    ----------
    what
        What the file holds, in words.

    Raises
    ------
    StoreError
        If it may not be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as reason:
        raise cannot_be_read(path, what, reason) from reason


def cannot_be_read(path: Path, what: str, reason: OSError) -> StoreError:
    """Return what is raised where a file of a store may not be read."""
    return StoreError(f"{what} {path} cannot be read ({reason}); give another folder for the store")


def set_aside(path: Path, what: str, reason: Exception, remedy: str) -> None:
    """Rename a file that cannot be trusted, so that nobody reads it again, with a `StoreWarning`.

    Parameters
    ----------
    what, remedy
        What the file holds and what is done about it, in words.
    reason
        Why it cannot be trusted.

    Raises
    ------
    StoreError
        If it cannot be renamed.
    """
    aside = path.with_suffix(UNREADABLE)
    try:
        with suppress(FileNotFoundError):  # another process has set it aside
            path.replace(aside)
    except OSError as refusal:
        raise StoreError(
            f"{what} {path} cannot be trusted ({reason}) and not be set aside ({refusal}); "
            "give another folder for the store"
        ) from refusal
    warnings.warn(
        f"{what} {path} cannot be trusted ({reason}); set aside as {aside.name}, {remedy}", StoreWarning, stacklevel=3
    )


def keep(folder: Path, path: Path, payload: bytes) -> None:
    """Write a file of the store at `folder`.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    try:
        write_atomically(path, payload)
    except OSError as reason:
        raise StoreError(
            f"store {folder} cannot be written to ({reason}); free space there or give another folder for the store"
        ) from reason


def enter_lock(stack: ExitStack, folder: Path, file: Path, *, shared: bool = False, wait: bool = True) -> bool:
    """Hold a lock of the store at `folder` until `stack` ends, as `harness.base.locks.locked` does.

    Raises
    ------
    StoreError
        If its file cannot be made or opened.
    """
    try:
        make_folder(file.parent)
        return stack.enter_context(locked(file, shared=shared, wait=wait))
    except OSError as reason:
        raise StoreError(
            f"store {folder} cannot be made ({reason}); give a folder for it that can be written to"
        ) from reason
