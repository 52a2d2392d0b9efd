import subprocess
import sys
from pathlib import Path

import pytest

from harness.__main__ import main
from harness.commands.logs import _keys
from harness.report.protocol_file import read_grid
from harness.report.register import read_register
from tests.builders.logs import WIDE


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write runs, and go there."""
    (tmp_path / "runs.csv").write_text(WIDE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_says_what_is_there(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And writes nothing unless a folder is named."""
    assert main(["logs", "runs.csv"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "files           runs.csv (7 rows looked at)",
        "seed            seed",
        "step            none: one row a run",
        "metrics         accuracy, loss",
        "status          state: finished, crashed",
        "axis optimizer  adam, sgd",
    ]
    assert [file.name for file in logs.iterdir()] == ["runs.csv"]


def test_what_it_writes_comes_to_a_verdict_at_once(logs: Path) -> None:
    """With the command that is printed; nothing is trained, and no framework is there."""
    assert main(["logs", "runs.csv", "mine"]) == 0
    grid = read_grid(logs / "mine" / "protocol.toml")
    assert grid.logs is not None
    assert (grid.logs.files, grid.logs.status, grid.logs.finished) == ("../runs.csv", "state", ("finished", "crashed"))
    assert read_register(logs / "mine" / "report.toml").findings
    command = [sys.executable, "-m", "pytest", "mine", "-p", "no:cacheprovider", "-p", "no:xdist"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout
    assert "holds  runs.larger" in done.stdout
    assert not (logs / ".claims-store" / "runs").exists()


def test_names_that_python_cannot_ask_for_get_others(logs: Path) -> None:
    """The mapping says which column each is; numbers are written as numbers."""
    text = WIDE.replace("optimizer,", "params.lr,").replace("adam", "0.1").replace("sgd", "1e-2")
    (logs / "runs.csv").write_text(text, encoding="utf-8")
    assert main(["logs", "runs.csv", "mine"]) == 0
    grid = read_grid(logs / "mine" / "protocol.toml")
    assert grid.logs is not None
    assert grid.logs.columns == {"params_lr": "params.lr"}
    assert grid.config("0.1").params_lr == 0.1
    assert "evidence(params_lr='0.1')" in (logs / "mine" / "test_mine.py").read_text(encoding="utf-8")


def test_columns_of_any_name_come_to_a_verdict(logs: Path) -> None:
    """Words of Python, names that differ in signs alone, and metrics that are no attribute's name."""
    lines = ["lambda,a-b,a b,seed,'val/\\acc'"]
    for cell in range(2):
        lines += [f"x{cell},y{seed % 2},z{seed % 3},{seed},{cell + seed / 100}" for seed in range(12)]
    (logs / "runs.csv").write_text("\n".join(lines), encoding="utf-8")
    assert main(["logs", "runs.csv", "mine"]) == 0
    assert "column_lambda = " in (logs / "mine" / "protocol.toml").read_text(encoding="utf-8")
    claims = (logs / "mine" / "test_mine.py").read_text(encoding="utf-8")
    assert "getattr(first, \"'val/\\\\acc'\")" in claims
    command = [sys.executable, "-m", "pytest", "mine", "-p", "no:cacheprovider", "-p", "no:xdist"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert "inconclusive  runs.larger (runs)" in done.stdout, done.stdout
    assert _keys(["lambda", "a-b", "a b", "a_b_2", "a.b"]) == {
        "lambda": "column_lambda",
        "a-b": "a_b",
        "a b": "a_b_2",
        "a_b_2": "a_b_2_2",
        "a.b": "a_b_3",
    }


def test_what_cannot_be_guessed_is_one_sentence(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing is written."""
    (logs / "runs.csv").write_text("optimizer,accuracy\nadam,0.9\nsgd,0.8\n", encoding="utf-8")
    assert main(["logs", "runs.csv", "mine"]) == 2
    error = capsys.readouterr().err
    assert error == "error: runs.csv: no column looks as if it tells runs apart, such as a seed; write [logs] by hand\n"
    (logs / "runs.csv").write_text("optimizer,seed\nadam,0\nsgd,0\n", encoding="utf-8")
    assert main(["logs", "runs.csv", "mine"]) == 2
    assert "no column looks as if it holds a metric; write [logs] by hand" in capsys.readouterr().err
    assert not (logs / "mine").exists()
