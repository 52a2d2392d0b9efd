"""From a changed verdict to its cause, in a git repository, with real sessions and real interpreters."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.__main__ import main
from harness.sessions.history import open_history
from tests.builders.reports import PROTOCOL, REPORT
from tests.builders.warm_sessions import WarmSessions

# The claim needs no training: its sample depends on the code, on the version of a package that every session records,
# and on how many seeds there are. Each version and each draw has random numbers of its own, as trainings do of which
# a last digit differs.
CLAIM = """
import numpy as np
import pytest
from importlib.metadata import version
from harness.statistics.estimators import mean_over_seeds

SHIFT, SPREAD, DRAW = {shift}, {spread}, {draw}

@pytest.mark.finding("speed.faster", reading="ratio")
def test_ratio(judge, request):
    major = int(version("matplotlib").partition(".")[0])
    random = np.random.default_rng(DRAW)
    level = 1.0 + SHIFT + (0.5 if major == {worse} else 0.0)
    judge(mean_over_seeds(random.normal(level, SPREAD, request.config.getoption("claims_seeds")), "ratio"))
"""
# Figures are none of these tests' business, and would take half of their time.
WITHOUT_FIGURES = """
import harness.judging.judge
harness.judging.judge.kept_figure = lambda *_: "<svg></svg>"
"""
SESSION = ("claims", "-q", "--claims-seeds", "20", "--claims-looks", "1")
# A version of which the claim takes no notice.
NO_VERSION = -1


class Repository:
    """A git repository with the small report, and a history of its sessions."""

    def __init__(self, path: Path, sessions: WarmSessions) -> None:
        self.path = path
        self.sessions = sessions
        (path / "claims").mkdir()
        (path / "claims" / "report.toml").write_text(REPORT, encoding="utf-8")
        (path / "claims" / "protocol.toml").write_text(PROTOCOL, encoding="utf-8")
        (path / "conftest.py").write_text(WITHOUT_FIGURES, encoding="utf-8")
        (path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        self.git("init", "--quiet")
        self.git("config", "user.email", "somebody@example.org")
        self.git("config", "user.name", "Somebody")

    def git(self, *command: str) -> str:
        """Call git, and return what it says."""
        return subprocess.run(["git", *command], cwd=self.path, check=True, capture_output=True, text=True).stdout

    def write(self, *, shift: float = 0.0, spread: float = 0.01, draw: int = 1, worse: int = NO_VERSION) -> None:
        """Write the claim."""
        text = CLAIM.format(shift=shift, spread=spread, draw=draw, worse=worse)
        (self.path / "claims" / "test_speed.py").write_text(text, encoding="utf-8")

    def commit(self, **claim: float) -> None:
        """Write the claim and commit it."""
        self.write(**claim)  # type: ignore[arg-type]
        self.git("add", "claims", "conftest.py", "pytest.ini")
        self.git("commit", "--quiet", "--allow-empty", "-m", "a claim")

    def session(self) -> None:
        """Run the claim as a user does, with one look; its session is kept in the history."""
        said = self.path.with_name(f"{self.path.name}-said")
        said.touch()
        status = self.sessions.start(SESSION, (os.devnull, str(said), str(said))).wait()
        assert status in (0, 1), said.read_text(encoding="utf-8")

    def session_of(self, interpreter: Path) -> None:
        """Run the claim likewise, in another interpreter."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        command = [interpreter, "-m", "pytest", *SESSION]
        done = subprocess.run(command, cwd=self.path, env=environment, capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stdout

    def outcomes(self) -> list[str]:
        """Return what the sessions came to."""
        history = open_history(self.path / ".claims-history.sqlite")
        return [reading.outcome for reading in history.timelines()["speed.faster", "ratio"]]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm_sessions: WarmSessions) -> Repository:
    """Return one, and work in it."""
    monkeypatch.chdir(tmp_path)
    return Repository(tmp_path, warm_sessions)


Explain = Callable[..., tuple[str, str]]


@pytest.fixture
def explain(capsys: pytest.CaptureFixture[str]) -> Explain:
    """Return a function that explains the last change; it returns both outputs."""

    def call(*arguments: str) -> tuple[str, str]:
        capsys.readouterr()
        assert main(["explain", "speed.faster", "--workers", "0", *arguments]) == 0
        captured = capsys.readouterr()
        return captured.out, captured.err

    return call


@pytest.mark.usefixtures("calls_fork")
def test_changed_code_is_named(repository: Repository, explain: Explain) -> None:
    """The second commit shifts the estimate; only what the runs came to is left behind, and a second call reads it."""
    repository.commit()
    repository.session()
    repository.commit(shift=0.5)
    repository.session()
    assert repository.outcomes() == ["supported", "refuted"]
    out, err = explain()
    assert out.splitlines()[:2] == [
        "speed.faster (ratio), session 1 and session 2",
        "The code brings the change: the old code with new versions is supported; "
        "the new code with old versions is refuted.",
    ]
    assert "20 seeds, as its session said" in out
    assert "over 80 seeds" in out
    assert "commit: " in out
    assert err.count("running 1 claims") == 4  # the versions are the same, so the mixed sides were run already
    assert len(repository.git("worktree", "list").splitlines()) == 1
    assert not list((repository.path / ".claims-store" / "explain").glob("runs/*/store"))
    again, progress = explain()
    assert again == out
    assert "running" not in progress
    assert repository.outcomes() == ["supported", "refuted"]  # what is run to explain is no session of its own


@pytest.fixture
def versions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return two interpreters that differ in the version of a package: this environment, with another one before it."""
    interpreters = {}
    # Not the folder's path alone: there are links in it to follow, such as to the harness.
    added = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
    for version in ("8.0", "9.0"):
        folder = tmp_path_factory.mktemp("versions")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        installed = folder / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
        (installed / "this_environment.pth").write_text(added, encoding="utf-8")
        described = installed / f"matplotlib-{version}.dist-info"
        described.mkdir()
        (described / "METADATA").write_text(f"Name: matplotlib\nVersion: {version}\n", encoding="utf-8")
        interpreters[version] = folder / "bin" / "python"
    return interpreters


@pytest.fixture
def made(versions: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return which versions were asked for; environments are those of `versions` instead of made by pip."""
    asked: list[str] = []

    def environment_with(python: str, pins: dict[str, str], *_: object) -> Path:
        asked.append(pins["matplotlib"])
        return versions[pins["matplotlib"]]

    monkeypatch.setattr("harness.explaining.interpreters.environment_with", environment_with)
    return asked


def test_changed_versions_are_named(
    repository: Repository, explain: Explain, versions: dict[str, Path], made: list[str]
) -> None:
    """A package's version shifts the estimate, whichever commit runs it: all four sides are run."""
    repository.commit(worse=9)
    repository.session_of(versions["8.0"])
    repository.commit(worse=9, shift=0.001)
    repository.session_of(versions["9.0"])
    assert repository.outcomes() == ["supported", "refuted"]
    out, err = explain()
    assert out.splitlines()[1] == (
        "The versions bring the change: the old code with new versions is refuted; "
        "the new code with old versions is supported."
    )
    assert "  matplotlib: 8.0, now 9.0" in out.splitlines()
    assert err.count("running 1 claims") == 6
    assert set(made) == {"8.0", "9.0"}


@pytest.mark.usefixtures("calls_fork")
def test_noise_is_called_noise(repository: Repository, explain: Explain) -> None:
    """Other random numbers change the verdict over 20 seeds; over more, both sides say the same."""
    repository.commit(spread=0.15, draw=1)
    repository.session()
    repository.commit(spread=0.15, draw=6)
    repository.session()
    assert len(set(repository.outcomes())) == 2
    out, _ = explain()
    assert out.splitlines()[1] == "It was noise: over 80 seeds both sides are supported."


@pytest.mark.usefixtures("calls_fork")
def test_code_that_was_never_committed_is_run_while_it_is_there(repository: Repository, explain: Explain) -> None:
    """The work tree at hand is what the second session ran; once it is not, its code is lost, and that is said."""
    repository.commit()
    repository.session()
    repository.write(shift=0.5)
    repository.session()
    assert explain()[0].splitlines()[1].startswith("The code brings the change: ")
    repository.write(shift=0.7)
    out, _ = explain()
    assert out.splitlines()[1] == (
        "It cannot be told: the old code with old versions is supported and the old code with new versions is "
        "supported; what is left is code or noise."
    )
    commit = repository.git("rev-parse", "HEAD")[:12]
    assert (
        "  new code with new versions: not run, since its session ran in a work tree that differed from commit "
        f"{commit}, and it differs from the one at hand; commit before a session that is to be explained"
    ) in out.splitlines()
