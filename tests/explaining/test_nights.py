from dataclasses import replace
from pathlib import Path

import pytest

from harness.commands.nightly import OLD_MARK
from harness.explaining.nights import CHANGED, UNCHANGED, Night, last_night, night, with_levels
from harness.sessions.history import History, open_history
from harness.sessions.levels import LevelChange
from harness.sessions.session import JudgedClaim, Session
from harness.verdicts.band import Outcome
from tests.builders.sessions import judged_claim, session_of

MARK = "--claims-store=.claims-store/nightly"


def judged(test: str, outcome: Outcome, *expected: Outcome, finding: str = "x.y", **changes: object) -> JudgedClaim:
    """Return a claim; supported is expected if nothing else is said."""
    return replace(
        judged_claim(test, outcome, finding=finding, **changes), expected=expected or ("supported",), case=test
    )


def at(day: int, *claims: JudgedClaim, **changes: object) -> Session:
    """Return the session of a night."""
    return session_of(*claims, started=f"2026-01-{day:02d}T03:00:00+00:00", arguments=("claims", MARK), **changes)


def test_nothing_changed() -> None:
    """The line says since when, and over how many claims."""
    assert night(at(1, judged("a", "supported")), at(2, judged("a", "supported"))) == Night(
        "nothing changed since the night of 2026-01-01; 1 claim", UNCHANGED
    )


def test_estimates_that_moved_over_many_nights_are_named() -> None:
    """Behind what the night came to, whose status they leave as it is."""
    moved = LevelChange("x.y", "loss", "sgd", 12, "2026-01-12T03:04:05+00:00", 0.5, 0.625)
    assert with_levels(Night("nothing changed", UNCHANGED), [moved] * 4) == Night(
        "nothing changed; moved over many nights: "
        + "; ".join(["x.y (loss) sgd: 0.625 since session 12 of 2026-01-12, before 0.5"] * 3)
        + "; and 1 more",
        UNCHANGED,
    )
    assert with_levels(Night("nothing changed", UNCHANGED), []) == Night("nothing changed", UNCHANGED)


def test_a_changed_finding_is_named_once() -> None:
    """Not again by each of its claims."""
    last = at(1, judged("a", "supported"), judged("b", "supported"))
    tonight = at(2, judged("a", "refuted"), judged("b", "inconclusive"))
    assert night(last, tonight) == Night(
        "changed since the night of 2026-01-01: x.y (loss) supported, now refuted", CHANGED
    )


def test_a_claim_that_changes_no_finding_is_a_change() -> None:
    """The finding holds without it."""
    last = at(1, judged("a", "supported", needs="some"), judged("b", "supported", needs="some"))
    tonight = at(2, judged("a", "supported", needs="some"), judged("b", "refuted", needs="some"))
    assert night(last, tonight) == Night(
        "changed since the night of 2026-01-01: x.y (loss) b supported, now refuted", CHANGED
    )


def test_to_become_what_the_register_expects_is_a_change_too() -> None:
    """The register may have been written since."""
    last, tonight = at(1, judged("a", "supported", "refuted")), at(2, judged("a", "refuted", "refuted"))
    assert night(last, tonight).status == CHANGED


def test_what_was_unexpected_last_night_too_is_no_change() -> None:
    """An xfail or a red test is not the question; the line still says so."""
    same = judged("a", "refuted")
    assert night(at(1, same), at(2, same)) == Night(
        "nothing changed since the night of 2026-01-01; 1 claim; 1 verdict not as the register expects", UNCHANGED
    )


def test_where_the_register_records_two_verdicts_either_is_no_change() -> None:
    """Noise decides between them; a third one is a change."""
    either: tuple[Outcome, Outcome] = ("supported", "inconclusive")
    last = at(1, judged("a", "supported", *either))
    assert night(last, at(2, judged("a", "inconclusive", *either))).status == UNCHANGED
    assert night(last, at(2, judged("a", "refuted", *either))).status == CHANGED


def test_claims_that_come_and_go_are_counted() -> None:
    """They change nothing by themselves, but a finding that changes with them is named."""
    last = at(1, judged("a", "supported"), judged("b", "supported"))
    assert night(last, at(2, judged("a", "supported"), judged("c", "supported"))) == Night(
        "nothing changed since the night of 2026-01-01; 2 claims; 1 claim gone; 1 claim new", UNCHANGED
    )
    assert night(last, at(2, judged("a", "supported"), judged("c", "refuted"))) == Night(
        "changed since the night of 2026-01-01: x.y (loss) supported, now refuted; 1 claim gone; 1 claim new", CHANGED
    )


def test_many_changes_fit_one_line() -> None:
    """Three are named and the rest is counted."""
    names = [f"x.{letter}" for letter in "abcde"]
    last = at(1, *(judged(name, "supported", finding=name) for name in names))
    tonight = at(2, *(judged(name, "refuted", finding=name) for name in names))
    assert night(last, tonight).line == (
        "changed since the night of 2026-01-01: x.a (loss) supported, now refuted; x.b (loss) supported, now refuted; "
        "x.c (loss) supported, now refuted; and 2 more"
    )


def test_the_first_night_is_compared_with_the_register() -> None:
    """There is nothing else that it could have changed against."""
    assert night(None, at(1, judged("a", "refuted", "refuted"))) == Night(
        "first night: 1 claim, all as the register expects", UNCHANGED
    )
    assert night(None, at(1, judged("a", "refuted"), judged("b", "supported"))) == Night(
        "first night, against the register: x.y (loss) a refuted, not supported", CHANGED
    )


# Which session was the last night's


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Return a history without sessions."""
    return open_history(tmp_path / "history.sqlite")


def test_sessions_by_day_are_no_nights(history: History) -> None:
    """Nor are those that asked something else, nor tonight itself."""
    one = judged("a", "supported")
    tonight = at(9, one)
    assert last_night(history, tonight, {MARK, "--store=of old"}) is None
    history.append(at(1, one))
    history.append(at(2, judged("a", "inconclusive")))
    history.append(at(3, one, planned_seeds=(3,)))
    history.append(session_of(one, started="2026-01-04T12:00:00+00:00", arguments=("claims",)))
    history.append(tonight)
    found = last_night(history, tonight, {MARK, "--store=of old"})
    assert found is not None
    assert found.started == "2026-01-02T03:00:00+00:00"


def test_a_night_is_known_by_the_mark_of_its_time(history: History) -> None:
    """The options of pytest got other names; the nights from before are still those to compare with."""
    one = judged("a", "supported")
    old = replace(at(1, one), arguments=("claims", "--store=.claims-store/nightly"))
    history.append(old)
    found = last_night(history, at(2, one), {MARK, OLD_MARK})
    assert found is not None
    assert found.started == old.started
