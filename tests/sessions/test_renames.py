"""Which claims are the same after their file was renamed."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.base.errors import SessionError
from harness.sessions.comparison import compare
from harness.sessions.history import open_history
from harness.sessions.renames import same_claims
from harness.sessions.session import Session
from harness.sessions.timeline import stretches
from tests.builders.sessions import REPORT, judged_claim, session_of

OLD, NEW = "claims/test_old.py::test_x", "claims/new/test_new.py::test_x"


def at(day: int, *tests: str, finding: str = "x.y", folder: str = "claims", outcome: str = "supported") -> Session:
    """Return a session that judged these claims."""
    claims = [judged_claim(test, outcome, finding=finding) for test in tests]  # type: ignore[arg-type]
    started = f"2026-01-{day:02d}T03:00:00+00:00"
    return session_of(*claims, started=started, reports=(replace(REPORT, folder=folder),))


def test_a_renamed_file_has_the_claims_that_it_had() -> None:
    """With their parameters, in whatever folder of the report."""
    before, after = at(1, f"{OLD}[a]", f"{OLD}[b]"), at(2, f"{NEW}[b]", f"{NEW}[a]", f"{NEW}[c]")
    assert same_claims(before, after) == {f"{NEW}[a]": f"{OLD}[a]", f"{NEW}[b]": f"{OLD}[b]"}
    comparison = compare(before, after)
    assert len(comparison.claims) == 2
    assert (comparison.appeared, comparison.vanished) == ((f"{NEW}[c]",), ())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (at(1, OLD), at(2, NEW, finding="x.other")),
        (at(1, OLD), at(2, "other/test_new.py::test_x", folder="other")),
        (at(1, OLD), at(2, "claims/test_new.py::test_other")),
    ],
    ids=["finding", "report", "function"],
)
def test_another_claim_is_no_renamed_one(before: Session, after: Session, tmp_path: Path) -> None:
    """One of another finding, another report or another function; neither between two sessions nor in the history."""
    with pytest.raises(SessionError, match="have no claim in common"):
        compare(before, after)
    history = open_history(tmp_path / "history.sqlite")
    history.append(before)
    assert history.last_verdicts(after) == {}


def test_doubt_makes_two_claims(tmp_path: Path) -> None:
    """Of two files with a function of one name that are both renamed, or a copy: nobody can tell which is which."""
    one, other = "claims/test_one.py::test_x", "claims/test_other.py::test_x"
    renamed = [test.replace(".py", "_new.py") for test in (one, other)]
    both = at(1, one, other)
    assert same_claims(both, at(2, *renamed)) == {}
    assert same_claims(both, at(2, one, renamed[1])) == {one: one, renamed[1]: other}
    assert same_claims(at(1, one), at(2, one, other)) == {one: one}
    history = open_history(tmp_path / "history.sqlite")
    history.append(both)
    assert history.last_verdicts(at(2, *renamed)) == {}
    assert history.last_verdicts(at(2, one, renamed[1])).keys() == {one, renamed[1]}


def test_a_history_goes_on_through_renames(tmp_path: Path) -> None:
    """The last verdict is found, the session before is comparable, and the timeline is one stretch."""
    newest = "claims/test_newest.py::test_x"
    history = open_history(tmp_path / "history.sqlite")
    history.append(at(1, OLD))
    assert history.last_verdicts(at(2, NEW))[NEW].session == 1
    history.append(at(2, NEW))
    assert history.last_verdicts(at(3, newest))[newest].session == 2
    history.append(at(3, newest))
    assert history.comparable_before(3) == 2
    (timeline,) = history.timelines().values()
    assert [one.sessions for one in stretches(timeline)] == [3]
    assert [claim.test for claim in history.session(3).claims] == [newest]


def test_a_name_that_stands_for_another_claim_now_is_not_taken(tmp_path: Path) -> None:
    """The history has renamed a claim; a new one under the old name is told from it."""
    history = open_history(tmp_path / "history.sqlite")
    history.append(at(1, OLD))
    both = at(2, OLD, NEW)
    assert history.last_verdicts(both).keys() == {OLD}
    history.append(both)
    assert history.last_verdicts(at(3, OLD, NEW)).keys() == {OLD, NEW}
