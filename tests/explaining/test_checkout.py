import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from harness.base.errors import RerunError
from harness.explaining.checkout import code_name, code_of
from tests.builders.sessions import ENVIRONMENT, session_of


def git(*command: str) -> str:
    """Call git in this folder."""
    identity = ("-c", "user.email=somebody@example.org", "-c", "user.name=Somebody")
    return subprocess.run(["git", *identity, *command], check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Work in a folder of a repository with two commits, and return the first one."""
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    git("init", "--quiet", "..")
    for text in ("first", "second"):
        Path("file.txt").write_text(text, encoding="utf-8")
        git("add", "file.txt")
        git("commit", "--quiet", "-m", text)
    return git("rev-parse", "HEAD~1")


def ran(commit: str, **changes: object) -> object:
    """Return a session of a commit."""
    return session_of(environment=replace(ENVIRONMENT, commit=commit, **changes), reports=())


def test_code_of_an_earlier_commit_comes_back(commit: str) -> None:
    """In the folder that stands for this one, and the work tree at hand stays as it is."""
    with code_of(ran(commit), Path.cwd()) as folder:
        assert folder.name == "below"
        assert (folder / "file.txt").read_text(encoding="utf-8") == "first"
        assert Path("file.txt").read_text(encoding="utf-8") == "second"
    assert not folder.exists()
    assert len(git("worktree", "list").splitlines()) == 1


def test_nothing_is_left_behind_by_an_interrupt(commit: str) -> None:
    """Neither a folder nor git's note of it."""
    with pytest.raises(KeyboardInterrupt), code_of(ran(commit), Path.cwd()) as folder:
        raise KeyboardInterrupt
    assert not folder.exists()
    assert len(git("worktree", "list").splitlines()) == 1


@pytest.mark.parametrize(
    ("recorded", "sentence"),
    [
        ({"commit": "0" * 40}, "this repository has no commit 000000000000; fetch its history"),
        ({"commit": ""}, "its session ran outside a git repository, so its code was not recorded"),
        (
            {"commit": "0" * 40, "modified": True},
            "its session ran in a work tree that differed from commit 000000000000, and it differs from the one at "
            "hand; commit before a session that is to be explained",
        ),
    ],
)
@pytest.mark.usefixtures("commit")
def test_code_that_is_lost_is_named(recorded: dict[str, object], sentence: str) -> None:
    """In one sentence, for each way to lose it."""
    with pytest.raises(RerunError) as problem:
        code_name(session_of(environment=replace(ENVIRONMENT, **recorded)), Path.cwd())
    assert str(problem.value) == sentence
