import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from harness.__main__ import main
from harness.commands.new import CLAIMS, FUNCTION, REPORT, TITLE
from harness.commands.new_folder import IGNORE_FILE, claims_file
from harness.report.protocol_file import read_grid
from harness.report.register import read_register


def files_of(templates: Path, folder: Path) -> set[str]:
    """Return the files that a new report has; that of its claims is named after its folder."""
    return {file.stem for file in templates.glob("*.txt")} - {CLAIMS} | {claims_file(folder), IGNORE_FILE}


@pytest.mark.parametrize(
    ("folder", "file"),
    [("my-report", "test_my_report.py"), ("2. Entwurf", "test_2_entwurf.py"), ("é", "test_claims.py")],
)
def test_claims_are_in_a_file_that_is_named_after_the_report(folder: str, file: str) -> None:
    """Two reports may then be judged in one session."""
    assert claims_file(Path(folder)) == claims_file(Path("x") / folder) == file


def test_two_new_reports_are_judged_in_one_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they are written."""
    monkeypatch.chdir(tmp_path)
    assert main(["new", "one", "--trainer"]) == main(["new", "other", "--trainer"]) == 0
    command = [sys.executable, "-m", "pytest", "one", "other", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert "4 passed" in done.stdout, done.stdout


@pytest.mark.parametrize("options", [[], ["--trainer"]])
def test_a_new_folder_is_green_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]) -> None:
    """With the command that is printed; its claims come to a verdict, and nothing is expected to fail."""
    monkeypatch.chdir(tmp_path)
    assert main(["new", "mine", "--title", "Mine", *options]) == 0
    command = [sys.executable, "-m", "pytest", "mine", "-p", "no:cacheprovider", "-p", "no:xdist"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
    assert "Mine" in (tmp_path / "reports" / "index.html").read_text(encoding="utf-8")


@example(title="--")
@given(title=st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1).filter(str.isprintable))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_any_title_can_be_given(tmp_path_factory: pytest.TempPathFactory, title: str) -> None:
    """It stands in the register as it was given."""
    folder = tmp_path_factory.mktemp("new") / "mine"
    if title.strip():
        assert main(["new", str(folder), f"--title={title}"]) == 0
        assert tomllib.loads((folder / "report.toml").read_text(encoding="utf-8"))["title"] == title


def test_the_files_are_those_that_the_plugin_reads(tmp_path: Path) -> None:
    """Every template is written under its name, and both registers can be read."""
    assert main(["new", str(tmp_path)]) == 0
    assert {file.name for file in tmp_path.iterdir()} == files_of(REPORT, tmp_path)
    assert read_register(tmp_path / "report.toml").title in TITLE
    assert read_grid(tmp_path / "protocol.toml").axes["activation"] == ("relu", "tanh")


def test_a_report_with_a_training_function_has_one(tmp_path: Path) -> None:
    """It is found where the protocol says, and both registers can be read."""
    assert main(["new", str(tmp_path), "--trainer"]) == 0
    assert {file.name for file in tmp_path.iterdir()} == files_of(FUNCTION, tmp_path)
    assert read_register(tmp_path / "report.toml").title in TITLE
    grid = read_grid(tmp_path / "protocol.toml")
    assert grid.trainer.value == f"{tmp_path}/train.py:run"
    assert grid.config("0.1").learning_rate == 0.1


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is there stays as it is."""
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert main(["new", str(tmp_path)]) == 2
    assert main(["new", str(tmp_path / "notes.txt")]) == 2
    assert main(["new", str(tmp_path / "notes.txt" / "below")]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[2].partition(": ")[2] for line in errors] == [
        "is there already, and not an empty folder; give another name",
        "is there already, and not an empty folder; give another name",
        "cannot be written to (Not a directory); give another name",
    ]
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_git_leaves_out_what_a_session_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the new report is a repository of its own: pages, trainings and history are no part of it."""
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "--quiet", "mine"], check=True)
    assert main(["new", "mine"]) == 0
    (tmp_path / "mine" / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")  # makes it pytest's root folder
    command = [sys.executable, "-m", "pytest", "mine", "--collect-only", "-p", "no:xdist"]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    for name in ("reports/index.html", ".claims-store/record", ".claims-history.sqlite-journal"):
        file = tmp_path / "mine" / name
        file.parent.mkdir(exist_ok=True)
        file.touch()
    status = subprocess.run(
        ["git", "-C", "mine", "status", "--short", "--untracked-files=all"], capture_output=True, text=True, check=True
    )
    assert {line.split()[-1] for line in status.stdout.splitlines()} == {
        *files_of(REPORT, tmp_path / "mine"),
        "pytest.ini",
    }


def test_what_git_leaves_out_is_not_written_over(tmp_path: Path) -> None:
    """A .gitignore that is there stays, and does not keep a report from being started."""
    (tmp_path / IGNORE_FILE).write_text("mine\n", encoding="utf-8")
    assert main(["new", str(tmp_path)]) == 0
    assert (tmp_path / IGNORE_FILE).read_text(encoding="utf-8") == "mine\n"
    assert (tmp_path / "report.toml").exists()


@pytest.mark.parametrize("title", ["", "  ", "two\nlines", "\x00"])
def test_a_title_can_be_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str], title: str) -> None:
    """Before anything is written."""
    assert main(["new", str(tmp_path / "mine"), f"--title={title}"]) == 2
    assert "--title is empty or has characters that cannot be printed" in capsys.readouterr().err
    assert not (tmp_path / "mine").exists()
