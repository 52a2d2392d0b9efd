from dataclasses import replace
from pathlib import Path

import pytest

from harness.sessions.history import History, open_history
from harness.sessions.history_file import connection_to
from harness.sessions.measured import NIGHTS, measured
from harness.sessions.session import Session
from tests.builders.sessions import ENVIRONMENT, judged_claim, session_of


def night(number: int, *claims: str, value: float | None = None, **changes: object) -> Session:
    """Return the session of a night; every estimate is another one if none is given."""
    judged = [judged_claim(test, value=number / 10 if value is None else value) for test in claims]
    return session_of(*judged, started=f"2026-01-{number:02d}T03:00:00+00:00", **changes)


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Return a history without sessions."""
    return open_history(tmp_path / "history.sqlite")


def test_every_claim_has_its_estimates_in_order(history: History) -> None:
    """Under whatever name its file has, with what it was measured under; a session that left it out has none."""
    for number in range(1, 2 * NIGHTS + 1):
        tests = ("claims/a.py::x", "claims/b.py::y") if number % 2 else ("claims/renamed.py::x",)
        environment = replace(ENVIRONMENT, python=f"3.11.{number}")
        history.append(night(number, *tests, environment=environment))
    found = measured(history)
    one, other = (found["claims", name, "x.y", "loss"] for name in "xy")
    assert [past.session for past in one] == [1, 2, 3, 4, 5, 6]
    assert [past.verdict.value for past in one] == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    assert [past.session for past in other] == [1, 3, 5]
    assert [("Python", f"3.11.{past.session}") in past.surroundings for past in one] == [True] * 6


def test_only_what_was_planned_like_the_last_is_compared(history: History) -> None:
    """Other seeds make other estimates."""
    for number in range(1, 2 * NIGHTS + 2):
        history.append(night(number, "a", planned_seeds=(5,) if number == 2 else (20, 40, 80)))
    ((_, nights),) = measured(history).items()
    assert [past.session for past in nights] == [1, 3, 4, 5, 6, 7]


def test_a_session_that_cannot_be_read_is_left_out(history: History) -> None:
    """It is no reason to end each later session in an error."""
    for number in range(1, 2 * NIGHTS + 1):
        history.append(night(number, "a"))
    with connection_to(history.file, "rw") as connection:
        connection.execute("UPDATE sessions SET content = X'00' WHERE number = 2")
    ((_, nights),) = measured(history).items()
    assert [past.session for past in nights] == [1, 3, 4, 5, 6]


def test_without_estimates_that_vary_nothing_is_read(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bits night after night are the usual case, and every session ends with a look at them."""
    for number in range(1, 30):
        history.append(night(number, "a", value=float(number % (2 * NIGHTS - 1))))
    monkeypatch.setattr(History, "session", None)
    assert measured(history) == {}
