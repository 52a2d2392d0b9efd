"""What a session says of the machine and the code that it ran on."""

import os
import subprocess
from pathlib import Path

import pytest

from harness.base.hashing import digest_of
from harness.sessions.environment import environment_of


def git(folder: Path, *command: str) -> str:
    """Run git in a folder, as somebody whom no configuration of the machine disturbs."""
    somebody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    names = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"]
    return subprocess.run(
        ["git", *names, *command], cwd=folder, env=os.environ | somebody, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_outside_of_a_repository_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is one without git; everything else is known."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    here = environment_of(tmp_path)
    assert (here.commit, here.modified) == ("", False)
    assert {"numpy", "scipy", "pytest"} <= set(here.packages)
    assert environment_of(tmp_path, {"torch": "2.6"}).packages == {**here.packages, "torch": "2.6"}
    assert here.cores >= 1
    assert here.processor
    monkeypatch.setenv("PATH", str(tmp_path))
    assert environment_of(tmp_path) == here


def test_a_changed_work_tree_is_told_from_its_commit(tmp_path: Path) -> None:
    """A verdict of uncommitted code cannot be made again from the commit alone."""
    git(tmp_path, "init", "--quiet")
    file = tmp_path / "report.toml"
    file.write_text("one")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "First")
    clean = environment_of(tmp_path)
    assert (clean.commit, clean.modified) == (git(tmp_path, "rev-parse", "HEAD"), False)
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "claims.json").write_text("what a session writes is no change")
    assert not environment_of(tmp_path).modified
    file.write_text("two")
    assert environment_of(tmp_path).modified


def test_a_digest_is_of_contents_in_a_fixed_order(tmp_path: Path) -> None:
    """Two files that swap their contents, or a letter that moves over, make another one."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("ab")
    two.write_text("c")
    first = digest_of([one, two])
    assert digest_of([two, one]) == first
    one.write_text("a")
    two.write_text("bc")
    assert digest_of([one, two]) != first
