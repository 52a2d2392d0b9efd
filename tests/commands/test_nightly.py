"""Nights of a small report, each with a pytest of its own."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.__main__ import main
from harness.base.locks import locked
from harness.commands.nightly import STORE
from harness.report.folder import open_folder
from harness.sessions.history import open_history
from harness.sessions.session_file import read_session
from tests.builders.plugins import OTHER_PLUGIN
from tests.builders.reports import HEAD, PROTOCOL, REPORT

CLAIM = """
@finding
def test_ratio(judge):
    judge(mean_over_seeds({sample}, "ratio"))
"""
OneNight = Callable[..., tuple[int, str]]
WITHOUT_FIGURES = """
import harness.plugin.judged
harness.plugin.judged.kept_figure = lambda *_: "<svg></svg>"
"""


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work beside the small report, and return its module of claims."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "claims"
    folder.mkdir()
    (folder / "report.toml").write_text(REPORT, encoding="utf-8")
    (folder / "protocol.toml").write_text(PROTOCOL, encoding="utf-8")
    (tmp_path / "conftest.py").write_text(WITHOUT_FIGURES, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    open_folder.cache_clear()
    return folder / "test_speed.py"


@pytest.fixture
def one_night(capsys: pytest.CaptureFixture[str]) -> OneNight:
    """Return a function that runs a night; it returns exit status and what was printed."""

    def call(*options: str) -> tuple[int, str]:
        time.sleep(1 - time.time() % 1)  # sessions are dated to the second, and a night is later than the last
        capsys.readouterr()
        status = main(["nightly", "claims", "--workers", "0", *options])
        return status, capsys.readouterr().out

    return call


def test_nights_speak_up_only_when_a_verdict_changes(report: Path, one_night: OneNight) -> None:
    """Against the register first, then against the night before; red is no change if it was red before."""
    report.write_text(HEAD + CLAIM.format(sample="SUPPORTED"), encoding="utf-8")
    STORE.mkdir(parents=True)
    (STORE / "yesterday").touch()
    assert one_night() == (0, "first night: 1 claim, all as the register expects\n")
    assert not STORE.exists()
    report.write_text(HEAD + CLAIM.format(sample="REFUTED"), encoding="utf-8")
    status, line = one_night("--pytest=-k 'ratio and not other'")
    assert status == 1
    assert line.startswith("changed since the night of ")
    assert line.endswith(": speed.faster (ratio) supported, now refuted\n")
    status, line = one_night()
    assert status == 0
    assert line.endswith("; 1 claim; 1 verdict not as the register expects\n")


def test_a_renamed_file_is_no_change(report: Path, one_night: OneNight) -> None:
    """Its claims are those that it had."""
    report.write_text(HEAD + CLAIM.format(sample="SUPPORTED"), encoding="utf-8")
    assert one_night()[0] == 0
    report.rename(report.with_name("test_renamed.py"))
    status, line = one_night()
    assert status == 0
    assert line.startswith("nothing changed since the night of ")
    assert line.endswith("; 1 claim\n")


@pytest.mark.usefixtures("calls_fork")
def test_what_moved_over_many_nights_is_said(report: Path, one_night: OneNight) -> None:
    """Behind what changed since last night, and on the page of the history; it alone is no failure."""
    report.write_text(HEAD + CLAIM.format(sample="SUPPORTED"), encoding="utf-8")
    one_night()
    first, history = read_session(Path("reports/claims.json")), open_history(Path(".claims-history.sqlite"))
    (claim,) = first.claims
    for number in range(8):
        moved = claim.verdict.value + 0.5 + number / 1000
        verdict = replace(claim.verdict, value=moved, low=moved - 0.02, high=moved + 0.02)
        environment = replace(first.environment, harness_digest=f"{number}" * 32)
        history.append(replace(first, claims=(replace(claim, verdict=verdict),), environment=environment))
    for number in range(3):  # other numbers under a new version each night, nearer to tonight's
        value = claim.verdict.value + number / 1000
        verdict = replace(claim.verdict, value=value, low=value - 0.02, high=value + 0.02)
        environment = replace(first.environment, harness_digest=f"a{number}" * 16)
        history.append(replace(first, claims=(replace(claim, verdict=verdict),), environment=environment))
    status, line = one_night()
    assert status == 0
    assert "; moved over many nights: speed.faster (ratio): 1.001 since session 10 of " in line
    page = Path("reports/history.html").read_text(encoding="utf-8")
    assert "Estimates that moved over many sessions" in page


@pytest.mark.usefixtures("calls_fork")
def test_a_claim_that_is_run_twice_is_counted_once(report: Path, one_night: OneNight) -> None:
    """Both times it fails with its verdict, so that no test failed without one."""
    report.write_text(HEAD + CLAIM.format(sample="REFUTED"), encoding="utf-8")
    with (Path.cwd() / "conftest.py").open("a", encoding="utf-8") as file:
        file.write(OTHER_PLUGIN)
    said = "first night, against the register: speed.faster (ratio) refuted, not supported\n"
    assert one_night() == (1, said)


BROKEN = "\ndef test_broken():\n    raise ZeroDivisionError\n"
KILLED = "\n@finding\ndef test_killed(judge):\n    os._exit(7)\n"


@pytest.mark.usefixtures("calls_fork")
@pytest.mark.parametrize(
    ("more", "workers", "line"),
    [
        (BROKEN, "0", "1 test failed without a verdict; see reports/nightly.txt\n"),
        ("\nimport nothing_of_that_name\n", "0", "the night did not finish: pytest ended with exit status 2; see *\n"),
        (KILLED, "1", "the night has missing results: *"),
    ],
)
def test_a_night_that_knows_not_everything_says_so(
    report: Path, one_night: OneNight, more: str, workers: str, line: str
) -> None:
    """Also where all verdicts that came in are expected; its trainings are kept to look into."""
    report.write_text(HEAD + CLAIM.format(sample="SUPPORTED") + more, encoding="utf-8")
    status, said = one_night("--workers", workers)
    assert status == 2
    pytest.LineMatcher([said]).fnmatch_lines([line])


def test_another_night_at_the_same_time_is_refused(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It would empty the other one's store."""
    report.write_text(HEAD + CLAIM.format(sample="SUPPORTED"), encoding="utf-8")
    STORE.parent.mkdir()
    with locked(STORE.with_suffix(".lock")):
        assert main(["nightly", "claims"]) == 2
    assert capsys.readouterr().err == (
        "error: .claims-store/nightly: another night is running; wait for it, or run this one in another folder\n"
    )


def test_a_folder_without_a_report_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything runs."""
    assert main(["nightly", "nowhere"]) == 2
    assert "error: nowhere/report.toml: cannot be read" in capsys.readouterr().err


@pytest.mark.usefixtures("report")
def test_an_interrupted_night_says_what_is_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The usual exit status, 128 + 2."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("harness.explaining.rerun.call", interrupted)
    assert main(["nightly", "claims"]) == 130
    assert capsys.readouterr().out == (
        "interrupted: what was trained is kept in .claims-store/nightly until the next night, which begins anew\n"
    )
