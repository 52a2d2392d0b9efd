import sys
from pathlib import Path

import pytest

from harness.__main__ import main
from tests.builders.logs import WIDE


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Start a report on logged runs, and go there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "test_mine", raising=False)  # of another test's report
    (tmp_path / "runs.csv").write_text(WIDE, encoding="utf-8")
    assert main(["logs", "runs.csv", "mine"]) == 0
    return tmp_path


def test_each_claim_has_a_line(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what these runs show, and how many would decide."""
    capsys.readouterr()
    assert main(["power", "mine"]) == 0
    header, line, *explained = capsys.readouterr().out.splitlines()
    assert header.split("  ")[0] == "claim"
    assert line.split()[:3] == ["runs.larger", "(runs)", "3"]
    assert line.split()[3:7] == ["1", "0.5", "to", "1"]
    assert all(number.isdecimal() for number in line.split()[7:])
    assert explained[1].startswith("How many seeds come to a verdict with a probability of 0.8")


def test_a_claim_that_cannot_be_tried_is_named(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The others have their lines."""
    claims = report / "mine" / "test_mine.py"
    claims.write_text(claims.read_text(encoding="utf-8").replace("'sgd'", "'none'"), encoding="utf-8")
    assert main(["power", "mine"]) == 0
    assert "optimizer is 'none'" in capsys.readouterr().err


def test_a_spread_that_is_known_needs_no_report(capsys: pytest.CaptureFixture[str]) -> None:
    """As of a paper; more precise claims need more seeds."""
    assert main(["power", "--deviation", "0.02", "--low", "-0.01", "--high", "0.01"]) == 0
    told = capsys.readouterr().out
    assert told == "36 seeds, looked at once, support a true finding with a probability of 0.8\n"
    assert main(["power", "--deviation", "0.02", "--low", "0.01"]) == 0
    assert int(capsys.readouterr().out.split()[0]) < 36


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "give the folder of a report, or --deviation with --low and --high"),
        (["mine", "--seeds", "1"], "--seeds is 1; give a whole number of at least 2"),
        (
            ["--deviation", "0", "--low", "1"],
            "give a --deviation above 0, and a --low below a --high, one of which may be",
        ),
        (["--deviation", "1"], "give a --deviation above 0, and a --low below a --high, one of which may be left out"),
        (["--deviation", "1", "--low", "2", "--high", "1"], "give a --deviation above 0, and a --low below a --high"),
    ],
)
def test_wrong_options_are_one_sentence(
    report: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    """And the exit status is 2."""
    assert main(["power", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"error: {sentence}")
