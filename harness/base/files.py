"""Files that are seen whole or not at all, in folders that a group may share."""

import fcntl
import functools
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

UNFINISHED = ".part"


def write_atomically(path: Path, payload: bytes) -> None:
    """Write a file beside its place and rename it into it, so that a reader sees a whole file or none."""
    with whole_file(path) as part:
        part.write(payload)


def write_if_changed(path: Path, payload: bytes) -> None:
    """Write a file as `write_atomically` does, unless it holds that already: to read is many times as fast."""
    try:
        unchanged = path.read_bytes() == payload
    except OSError:  # not there, or not to be read; what cannot be written either is said by who writes
        unchanged = False
    if not unchanged:
        write_atomically(path, payload)


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file beside its place, to be renamed into it when all is written; of what fails, nothing is left."""
    make_folder(path.parent)
    with _part_in(path.parent) as part:
        try:
            yield part
            part.flush()
            os.fsync(part.fileno())
            Path(part.name).replace(path)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise


def _part_in(folder: Path) -> IO[bytes]:
    """Open a new file, locked: one that nobody holds was left behind by a process that died."""
    while True:
        part = tempfile.NamedTemporaryFile(dir=folder, suffix=UNFINISHED, delete=False)  # noqa: SIM115 - returned
        os.fchmod(part.fileno(), _rights_in(folder))  # a temporary file is for its owner's eyes only
        fcntl.flock(part, fcntl.LOCK_EX)
        if os.fstat(part.fileno()).st_nlink:  # otherwise it was taken for left behind before it was locked
            return part
        part.close()


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing; one that a group shares hands its rights down.

    A folder is shared with a group by ``chmod g+ws``: what is made in it belongs to the group, and the group may write
    there, whatever the umask of whoever made it.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    try:
        folder.mkdir()
    except FileExistsError:
        if not folder.is_dir():
            raise
        return  # another process has made it meanwhile
    above = folder.parent.stat().st_mode
    if above & stat.S_ISGID:
        folder.chmod(stat.S_IMODE(above))


def _rights_in(folder: Path) -> int:
    """Return the rights of a new file: those of a folder that is shared with a group, or as the umask says."""
    mode = folder.stat().st_mode
    return mode & 0o666 if mode & stat.S_ISGID else 0o666 & ~_umask()


@functools.cache
def _umask() -> int:
    """Return which rights new files of this process do not get; to read it, it has to be set for a moment."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
