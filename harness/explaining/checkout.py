"""The code of a session, brought back: a work tree of its commit, or the one at hand if that is what ran."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.base.errors import HarnessError, RerunError
from harness.sessions.environment import environment_of
from harness.sessions.report_under_test import report_under_test
from harness.sessions.session import Session


def code_name(session: Session, root: Path) -> str:
    """Return what names the code of a session: its commit, or the digests of a work tree that is still as it was.

    Raises
    ------
    RerunError
        If it cannot be brought back.
    """
    environment = session.environment
    if environment.commit and not environment.modified:
        if _git(root, "cat-file", "-e", f"{environment.commit}^{{commit}}").returncode:
            raise RerunError(f"this repository has no commit {environment.commit[:12]}; fetch its history")
        return environment.commit
    if _still_there(session, root):
        digests = (f"{one.claims_digest}-{one.protocol_digest}" for one in session.reports)
        return f"{environment.harness_digest}-{'-'.join(digests)}"
    if not environment.commit:
        raise RerunError("its session ran outside a git repository, so its code was not recorded")
    raise RerunError(
        f"its session ran in a work tree that differed from commit {environment.commit[:12]}, and it differs from the "
        "one at hand; commit before a session that is to be explained"
    )


@contextmanager
def code_of(session: Session, root: Path) -> Iterator[Path]:
    """Give the folder in which pytest is to be called so that it runs the code of a session.

    Parameters
    ----------
    root
        Pytest's root folder in the work tree at hand.

    Raises
    ------
    RerunError
        If the code cannot be brought back.
    """
    if code_name(session, root) != session.environment.commit:
        yield root
        return
    prefix = _git(root, "rev-parse", "--show-prefix").stdout.strip()
    with tempfile.TemporaryDirectory(prefix="claims-code-") as temporary:
        tree = Path(temporary) / "tree"
        made = _git(root, "worktree", "add", "--quiet", "--detach", str(tree), session.environment.commit)
        try:
            if made.returncode:
                raise RerunError(f"git makes no work tree of its commit ({made.stderr.strip().splitlines()[-1]})")
            yield tree / prefix
        finally:
            _git(root, "worktree", "remove", "--force", str(tree))


def _still_there(session: Session, root: Path) -> bool:
    """Whether the work tree at hand is, to the byte, what a session ran."""
    if environment_of(root).harness_digest != session.environment.harness_digest:
        return False
    for then in session.reports:
        try:
            now = report_under_test(root, root / then.folder)
        except HarnessError:
            return False
        if (now.claims_digest, now.protocol_digest) != (then.claims_digest, then.protocol_digest):
            return False
    return True


def _git(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["git", "-C", str(root), *command], capture_output=True, text=True)
    except OSError as reason:
        raise RerunError(f"git cannot be called ({reason})") from reason
