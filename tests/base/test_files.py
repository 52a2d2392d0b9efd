"""Files that are seen whole or not at all."""

import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.base import files
from harness.base.files import make_folder, whole_file, write_atomically, write_if_changed


@pytest.fixture(params=[0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Let new files have no rights for others, or for nobody else at all."""
    before = os.umask(request.param)
    files._umask.cache_clear()
    yield request.param
    os.umask(before)
    files._umask.cache_clear()


def rights(path: Path) -> int:
    """Return who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_rights_are_those_of_any_new_file(tmp_path: Path, umask: int) -> None:
    """As the umask says."""
    write_atomically(tmp_path / "a" / "b" / "file", b"text")
    assert rights(tmp_path / "a" / "b" / "file") == 0o666 & ~umask
    assert rights(tmp_path / "a" / "b") == 0o777 & ~umask


@pytest.mark.usefixtures("umask")
def test_a_shared_folder_hands_its_rights_down(tmp_path: Path) -> None:
    """What is made in it belongs to its group, which may write there, whatever the umask."""
    shared = tmp_path / "shared"
    shared.mkdir()
    os.chown(shared, -1, os.getgid())
    shared.chmod(0o2775)
    write_atomically(shared / "a" / "b" / "file", b"text")
    assert [rights(path) for path in (shared / "a", shared / "a" / "b", shared / "a" / "b" / "file")] == [
        0o2775,
        0o2775,
        0o664,
    ]


def test_a_file_in_the_way_of_a_folder_is_an_error(tmp_path: Path) -> None:
    """The error is the system's own."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        make_folder(tmp_path / "file" / "folder")
    with pytest.raises(FileExistsError):
        make_folder(tmp_path / "file")


def test_while_it_is_written_a_file_is_locked(tmp_path: Path) -> None:
    """So that nobody takes it for one that was left behind; and it is not seen in its place."""
    with whole_file(tmp_path / "file") as part:
        part.write(b"text")
        (unfinished,) = tmp_path.iterdir()
        assert unfinished.suffix == ".part"
        with unfinished.open() as again, pytest.raises(BlockingIOError):
            fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"text")]


def test_of_what_fails_nothing_is_left(tmp_path: Path) -> None:
    """Whatever the error; what stood there stays."""
    (tmp_path / "file").write_bytes(b"before")

    def fail() -> None:
        with whole_file(tmp_path / "file") as part:
            part.write(b"text")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"before")]


def test_a_part_that_was_removed_before_it_was_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if somebody had cleaned up in just that moment."""
    real = fcntl.flock
    removed = []

    def lock(part: object, operation: int) -> None:
        if not removed:
            (unfinished,) = tmp_path.iterdir()
            unfinished.unlink()
            removed.append(unfinished)
        real(part, operation)  # type: ignore[arg-type]

    monkeypatch.setattr(fcntl, "flock", lock)
    write_atomically(tmp_path / "file", b"text")
    assert (tmp_path / "file").read_bytes() == b"text"
    assert len(removed) == 1


def test_what_has_not_changed_is_not_written(tmp_path: Path) -> None:
    """The same file stays; other content, or none, gives a new one, whole."""
    file = tmp_path / "folder" / "file"
    write_if_changed(file, b"text")
    first = file.stat()
    write_if_changed(file, b"text")
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (first.st_ino, first.st_mtime_ns)
    write_if_changed(file, b"other")
    assert file.read_bytes() == b"other"
    assert file.stat().st_ino != first.st_ino


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    """A folder in the way is the error that `write_atomically` raises."""
    (tmp_path / "file").mkdir()
    with pytest.raises(IsADirectoryError):
        write_if_changed(tmp_path / "file", b"text")
