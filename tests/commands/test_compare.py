from pathlib import Path

import pytest

from harness.__main__ import main
from harness.base.errors import SessionError
from harness.commands.compare import named_session
from harness.sessions.history import History
from harness.sessions.session_file import write_session
from tests.builders.sessions import judged_claim, session_of

FIRST, NIGHT, DESK, LAST = (f"2026-01-0{day}T03:04:05+00:00" for day in (1, 2, 3, 4))


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Return a history with two nights, a session with ``-k``, one over other seeds, and another night."""
    history = History(tmp_path / "history.sqlite")
    history.append(session_of(judged_claim("a"), judged_claim("b"), started=FIRST))
    history.append(session_of(judged_claim("a"), judged_claim("b", "refuted"), started=NIGHT))
    history.append(session_of(judged_claim("a"), started=DESK))
    history.append(session_of(judged_claim("a"), judged_claim("b"), started=DESK, planned_seeds=(5,)))
    history.append(session_of(judged_claim("a"), judged_claim("b"), judged_claim("new"), started=LAST))
    return history


def test_sessions_have_names(history: History) -> None:
    """A number, the last one, and the one before it that answers the same question."""
    named = {name: named_session(name, history.file).started for name in ("1", "5", "last", "previous")}
    assert named == {"1": FIRST, "5": LAST, "last": LAST, "previous": NIGHT}


def test_a_file_is_a_session(tmp_path: Path) -> None:
    """Such as the ``claims.json`` of a colleague; no history is needed."""
    write_session(session_of(started=FIRST), tmp_path / "claims.json")
    assert named_session(str(tmp_path / "claims.json"), tmp_path / "none").started == FIRST


def test_compare_prints_a_sentence_a_change(history: History, capsys: pytest.CaptureFixture[str]) -> None:
    """From the one before to the last."""
    assert main(["compare", "previous", "last", "--history", str(history.file)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Findings whose verdict changed",
        "  x.y (loss): refuted, now supported; over 3 claims, before over 2",
        "",
        "Claims whose verdict changed",
        "  b: refuted, now supported; estimate still 0.03123 [0.0251, 0.0374]",
        "",
        "Claims that are new",
        "  new",
        "",
        "2 claims compared; 2 of them have the very same estimate.",
    ]


def test_without_a_session_before_there_is_nothing_to_compare(tmp_path: Path) -> None:
    """A first session has no previous one, and an empty history no last one."""
    history = History(tmp_path / "history.sqlite")
    history.file.touch()
    with pytest.raises(SessionError, match="has no session yet"):
        named_session("last", history.file)
    history.append(session_of(judged_claim("a")))
    history.append(session_of(judged_claim("b")))
    with pytest.raises(SessionError, match="no session before 2 judged one of its claims over the same planned seeds"):
        named_session("previous", history.file)
