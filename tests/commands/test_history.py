from dataclasses import replace
from pathlib import Path

import pytest

from harness.__main__ import main
from harness.sessions.history import History
from tests.builders.sessions import ENVIRONMENT, judged_claim, session_of


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    """Work in a folder with a history under its default name."""
    monkeypatch.chdir(tmp_path)
    return History(tmp_path / ".claims-history.sqlite")


@pytest.fixture
def some_nights(history: History) -> None:
    """Three nights alike, a night with another version and another verdict, and a session with ``-k``."""
    for night in (1, 2, 3):
        history.append(session_of(judged_claim("a"), judged_claim("b"), started=f"2026-01-0{night}T03:04:05+00:00"))
    newer = replace(ENVIRONMENT, packages={"numpy": "2.4.6", "torch": "2.14.0"}, modified=True)
    claims = judged_claim("a"), judged_claim("b", "refuted", value=0.5, low=0.4, high=0.6)
    history.append(session_of(*claims, started="2026-01-04T03:04:05+00:00", environment=newer, missing=("x", "y")))
    history.append(session_of(judged_claim("a"), started="2026-01-04T12:00:00+00:00", environment=newer))


@pytest.mark.usefixtures("some_nights")
def test_without_a_finding_sessions_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Number, time, commit, verdicts on claims, and how many findings changed against the last whole session."""
    assert main(["history"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "session  started (UTC)     commit   claims  ✔  ✘  ?  findings changed",
        "1        2026-01-01 03:04  c0ffee   2       2  0  0  none",
        "2        2026-01-02 03:04  c0ffee   2       2  0  0  none",
        "3        2026-01-03 03:04  c0ffee   2       2  0  0  none",
        "4        2026-01-04 03:04  c0ffee+  2       1  1  0  1                 not finished: 2 missing",
        "5        2026-01-04 12:00  c0ffee+  1       1  0  0  none",
    ]


@pytest.mark.usefixtures("some_nights")
def test_a_finding_has_a_line_a_stretch(capsys: pytest.CaptureFixture[str]) -> None:
    """Nights alike are one line; before each other one stands what else changed."""
    assert main(["history", "x.y"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "loss:",
        "  sessions 1 to 3 (3)  2026-01-01 03:04 to 2026-01-03 03:04  ✔ supported  by Holm ✔ supported  2 of 2  "
        "0.03123 [0.0251, 0.0374]",
        "      commit: c0ffee, now c0ffee+",
        "      torch: 2.13.0, now 2.14.0",
        "  session 4            2026-01-04 03:04                      ✘ refuted    by Holm ✘ refuted    1 of 2  "
        "0.5 [0.4, 0.6]",
        "  session 5            2026-01-04 12:00                      ✔ supported  by Holm ✔ supported  1 of 1  "
        "0.03123 [0.0251, 0.0374]",
    ]


def test_an_estimate_that_moved_over_many_nights_is_told(history: History, capsys: pytest.CaptureFixture[str]) -> None:
    """Below the sessions, and below its finding alone."""
    for night in range(1, 13):
        value = night / 1000 + (night > 7)
        still = judged_claim("b", finding="x.z")
        moving = judged_claim("a", value=value, low=value - 0.1, high=value + 0.1)
        history.append(session_of(moving, still, started=f"2026-01-{night:02d}T03:04:05+00:00"))
    said = ["", "estimates that moved over many sessions:"]
    said += ["  x.y (loss): 1.01 since session 8 of 2026-01-08, before 0.004"]
    assert main(["history"]) == main(["history", "x.y"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[13:16] == lines[-3:] == said
    assert main(["history", "x.z"]) == 0
    assert "moved" not in capsys.readouterr().out


@pytest.mark.usefixtures("some_nights")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["history", "x.z"], ".claims-history.sqlite: the finding 'x.z' was never judged; there are x.y"),
        (
            ["history", "--history", "none"],
            "none: there is no history yet; a session of claims makes it, or give --history",
        ),
        (["compare", "1", "7"], ".claims-history.sqlite: has no session 7; see `python -m harness history`"),
        (
            ["compare", "1", "yesterday"],
            "'yesterday' is no session; give a number, last, previous, or the path of a claims.json",
        ),
    ],
)
def test_bad_input_gets_one_sentence(capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str) -> None:
    """What the user can mend is said on standard error, with exit status 2."""
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"error: {sentence}\n"


def test_a_damaged_history_gets_one_sentence(history: History, capsys: pytest.CaptureFixture[str]) -> None:
    """As every other input."""
    history.file.write_bytes(b"damaged " * 1000)
    assert main(["history"]) == 2
    assert capsys.readouterr().err == (
        "error: .claims-history.sqlite: cannot be used as a history of claims (file is not a database); "
        "move it away, or give another file for the history\n"
    )
