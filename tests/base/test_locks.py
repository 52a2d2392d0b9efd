"""Locks between processes."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.base.locks import abandoned, locked

CONTEXT = multiprocessing.get_context("spawn")
NOBODY = 65534


def hold(file: Path, shared: bool, connection: Any) -> None:
    """Hold a lock until told to let go."""
    with locked(file, shared=shared) as obtained:
        connection.send(obtained)
        connection.recv()


@pytest.fixture
def holding(tmp_path: Path) -> Any:
    """Let another process hold a lock on the file ``lock`` of the test's folder; all are ended with the test."""
    started = []

    def start(*, shared: bool) -> Any:
        here, there = CONTEXT.Pipe()
        process = CONTEXT.Process(target=hold, args=(tmp_path / "lock", shared, there))
        process.start()
        started.append((process, here))
        assert here.recv() is True
        return process

    yield start
    for process, _ in started:
        process.kill()
        process.join()


@pytest.mark.parametrize(
    ("other", "mine", "obtained"),
    [(False, False, False), (False, True, False), (True, False, False), (True, True, True)],
)
def test_only_those_who_proportion_hold_a_lock_together(
    holding: Callable[..., Any], tmp_path: Path, other: bool, mine: bool, obtained: bool
) -> None:
    """One who is alone locks out everybody; and whoever held it is killed, the lock is free."""
    process = holding(shared=other)
    with locked(tmp_path / "lock", shared=mine, wait=False) as answer:
        assert answer is obtained
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    with locked(tmp_path / "lock", wait=False) as answer:
        assert answer


def test_a_lock_that_was_removed_locks_out_nobody(tmp_path: Path) -> None:
    """Whoever waited for a file that its holder then removed gets a lock on the new one."""
    file = tmp_path / "lock"
    with locked(file):
        file.unlink()
        with locked(file, wait=False) as answer:
            assert answer  # on a file of its own: the removed one is nobody's any more
    assert file.exists()


def wait_and_look(file: Path, connection: Any) -> None:
    """Wait for a lock, and tell whether the file that is locked is the one that stands there."""
    connection.send("waiting")
    with locked(file), locked(file, wait=False) as another:
        connection.send(another)


def test_who_waits_for_a_removed_lock_locks_the_new_file(tmp_path: Path) -> None:
    """Otherwise two would hold what they take for the same lock."""
    here, there = CONTEXT.Pipe()
    file = tmp_path / "lock"
    process = CONTEXT.Process(target=wait_and_look, args=(file, there))
    with locked(file):
        process.start()
        assert here.recv() == "waiting"
        assert not here.poll(0.3)
        file.unlink()
    assert here.recv() is False
    process.join()


def test_a_lock_is_left_behind_when_nobody_holds_it(holding: Callable[..., Any], tmp_path: Path) -> None:
    """A file that is not there was not left behind, and is not made."""
    with abandoned(tmp_path / "nothing") as free:
        assert not free
    assert not (tmp_path / "nothing").exists()
    process = holding(shared=True)
    with abandoned(tmp_path / "lock") as free:
        assert not free
    process.kill()
    process.join()
    with abandoned(tmp_path / "lock") as free:
        assert free


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_everybody_may_hold_a_lock_whoever_made_it(tmp_path: Path, umask: int) -> None:
    """Whatever the umask of who did."""
    before = os.umask(umask)
    try:
        with locked(tmp_path / "lock"):
            pass
    finally:
        os.umask(before)
    assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o666


def test_a_lock_is_no_link(tmp_path: Path) -> None:
    """A link in a shared folder leads nobody to make or lock a file elsewhere."""
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"), locked(tmp_path / "lock"):
        pass
    assert not (tmp_path / "elsewhere").exists()
