"""Locks between processes: the operating system's on a file, so that a process that dies gives its locks back.

Unlike the ``ReadWriteLock`` of the package ``filelock`` (4.2), whose file only its maker may open, they can be held by
all who may enter the folder, whoever made the file: two users can share a store.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class _OpenFile:
    number: int

    def close(self) -> None:
        os.close(self.number)


@contextmanager
def locked(file: Path, *, shared: bool = False, wait: bool = True) -> Iterator[bool]:
    """Hold a lock; yields whether it was obtained. Nothing is read from the file or written to it.

    Parameters
    ----------
    file
        Made if it is not there, in a folder that is. Who holds the lock alone may remove it.
    shared
        With all others who share it, or alone.
    wait
        Until it is free (then the answer is always True), or give up at once.

    Raises
    ------
    OSError
        If the file cannot be made or opened.
    """
    while True:
        with closing(_OpenFile(_opened(file))) as opened:
            try:
                fcntl.flock(
                    opened.number, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
                )
            except BlockingIOError:
                yield False
                return
            if os.fstat(opened.number).st_nlink:  # otherwise whoever held it has removed it: it locks out nobody
                yield True
                return


@contextmanager
def abandoned(file: Path) -> Iterator[bool]:
    """Hold the lock of a file that is there, if nobody else does; yields whether that is so.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    try:
        opened = _OpenFile(os.open(file, os.O_RDONLY | os.O_NOFOLLOW))
    except FileNotFoundError:
        yield False
        return
    with closing(opened):
        try:
            fcntl.flock(opened.number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield os.fstat(opened.number).st_nlink > 0


def _opened(file: Path) -> int:
    try:
        created = os.open(file, os.O_RDONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    except FileExistsError:
        return os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CREAT, 0o666)
    os.fchmod(created, 0o666)  # whatever the umask
    return created
