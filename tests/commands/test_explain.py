from pathlib import Path

import pytest

from harness.__main__ import main
from harness.base.errors import SessionError
from harness.commands.explain import change_of, newest_changes
from harness.sessions.history import History, open_history
from harness.verdicts.band import Outcome
from tests.builders.sessions import judged_claim, session_of


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Return a history without sessions."""
    return open_history(tmp_path / "history.sqlite")


def append(history: History, *outcomes: Outcome, reading: str = "loss", **changes: object) -> None:
    """Append a session for each outcome of a finding with one claim."""
    for outcome in outcomes:
        history.append(session_of(judged_claim(f"test_{reading}", outcome, reading=reading), **changes))


def test_the_last_change_is_taken(history: History) -> None:
    """Of several, and whatever came after it."""
    append(history, "supported", "refuted", "refuted", "supported", "supported")
    assert change_of(history, "x.y", None, None, None) == ("loss", 3, 4)
    assert change_of(history, "x.y", None, 1, None) == ("loss", 1, 2)
    assert change_of(history, "x.y", None, None, 2) == ("loss", 1, 2)
    assert change_of(history, "x.y", None, 2, 5) == ("loss", 2, 5)


def test_sessions_that_asked_otherwise_are_passed_over(history: History) -> None:
    """A session over three seeds in between changes nothing between the other two."""
    append(history, "supported")
    append(history, "inconclusive", planned_seeds=(3,))
    append(history, "refuted")
    assert change_of(history, "x.y", None, None, None) == ("loss", 1, 3)


def test_a_change_that_is_not_there_is_said(history: History) -> None:
    """With what there is instead."""
    with pytest.raises(SessionError, match=r"no session judged x\.y; judged were none$"):
        change_of(history, "x.y", None, None, None)
    append(history, "supported", "supported")
    with pytest.raises(SessionError, match=r"x\.y came to the same in all sessions that compare; give --before and"):
        change_of(history, "x.y", None, None, None)
    with pytest.raises(SessionError, match=r"no session judged x\.y \(ratio\); judged were x\.y \(loss\)$"):
        change_of(history, "x.y", "ratio", None, None)


def test_one_of_several_changed_readings_is_to_be_chosen(history: History) -> None:
    """A reading that did not change is no choice."""
    append(history, "supported", "supported", reading="steady")
    append(history, "supported", "refuted", reading="first")
    assert change_of(history, "x.y", None, None, None) == ("first", 3, 4)
    append(history, "supported", "refuted", reading="second")
    with pytest.raises(SessionError, match=r"x\.y changed in the readings first, second; give one as --reading$"):
        change_of(history, "x.y", None, None, None)
    assert change_of(history, "x.y", "second", None, None) == ("second", 5, 6)


@pytest.mark.parametrize("factor", ["1", "-2", "many"])
def test_more_seeds_are_more(capsys: pytest.CaptureFixture[str], factor: str) -> None:
    """At least twice as many."""
    with pytest.raises(SystemExit, match="2"):
        main(["explain", "x.y", "--more-seeds", factor])
    assert f"argument --more-seeds: is '{factor}'; give a whole number of at least 2" in capsys.readouterr().err


def test_without_a_finding_all_that_the_newest_session_changed_is_taken(history: History) -> None:
    """A finding that changed earlier, or not at all, is left out; sessions that asked otherwise do not count."""
    before = [
        judged_claim("a", "supported", finding="a.a"),
        judged_claim("b", "refuted", finding="b.b"),
        judged_claim("c", finding="c.c"),
    ]
    after = [
        judged_claim("a", "refuted", finding="a.a"),
        judged_claim("b", "supported", finding="b.b"),
        judged_claim("c", finding="c.c"),
    ]
    history.append(session_of(*before))
    history.append(session_of(*before, planned_seeds=(3,)))
    history.append(session_of(*after))
    assert newest_changes(history) == [("a.a", "loss", 1, 3), ("b.b", "loss", 1, 3)]
    history.append(session_of(*after))
    with pytest.raises(SessionError, match="the newest session changed no verdict on a finding; name one"):
        newest_changes(history)
