import itertools
import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from harness.sessions.past import PastReading
from harness.sessions.provenance import Difference
from harness.sessions.timeline import Stretch, commit_text, stretches, verdict_changes, what_else
from harness.verdicts.band import OUTCOMES, Outcome
from tests.builders.history import past_reading, past_session


def test_stretches_collapse_what_is_the_same() -> None:
    """Sessions in a row with the same verdicts and the same estimate; runs that diverged are the same, too."""
    line = [
        past_reading(1),
        past_reading(2),
        past_reading(4),
        past_reading(5, "refuted"),
        past_reading(6, "refuted", value=math.nan),
    ]
    line.append(replace(line[-1], session=7))
    found = stretches(line)
    assert [(one.first.session, one.last.session, one.sessions) for one in found] == [(1, 4, 3), (5, 5, 1), (6, 7, 2)]
    assert found[0] == Stretch(line[0], line[2], 3)
    assert stretches([]) == []


@given(st.lists(st.tuples(st.sampled_from(OUTCOMES), st.sampled_from([1.0, 2.0, math.nan]))))
def test_stretches_hold_every_session_once(told: list[tuple[Outcome, float]]) -> None:
    """In order, and no two in a row could be one."""
    found = stretches(
        [past_reading(number, outcome, value=value) for number, (outcome, value) in enumerate(told, start=1)]
    )
    assert sum(one.sessions for one in found) == len(told)
    assert [one.last.session - one.first.session + 1 for one in found] == [one.sessions for one in found]
    for one, other in itertools.pairwise(found):
        assert (one.last.outcome, str(one.last.value)) != (other.first.outcome, str(other.first.value))


def changed(*line: PastReading) -> list[tuple[int, int]]:
    """Return between which sessions the verdict changed."""
    return [(one.before.session, one.after.session) for one in verdict_changes({("x.y", "loss"): line})]


def test_verdicts_change_within_one_scope() -> None:
    """A session that judged some of the claims, or over other seeds, lies between two nights and changes nothing."""
    assert changed(past_reading(1), past_reading(2, "refuted"), past_reading(3, "refuted"), past_reading(4)) == [
        (3, 4),
        (1, 2),
    ]
    assert changed(past_reading(1), past_reading(2, "refuted", scope="some", claims=3), past_reading(3)) == []
    assert changed(past_reading(1), past_reading(2, scope="some", claims=3), past_reading(3, "refuted")) == [(1, 3)]


def test_a_claim_that_was_added_is_no_gap() -> None:
    """A new scope over no fewer claims goes on from the last one."""
    assert changed(past_reading(1), past_reading(2, "refuted", scope="more", claims=10)) == [(1, 2)]
    assert changed(
        past_reading(1), past_reading(2, scope="more", claims=10), past_reading(3, "refuted", scope="more", claims=10)
    ) == [(2, 3)]


def test_a_claim_that_was_added_is_compared_with_the_whole_finding() -> None:
    """Not with a session that judged some of its claims, nor with one over other seeds."""
    some = past_reading(2, "refuted", scope="some", claims=3)
    assert changed(past_reading(1), some, past_reading(3, scope="more", claims=10)) == []
    assert changed(past_reading(1), some, past_reading(3, "refuted", scope="more", claims=10)) == [(1, 3)]
    assert changed(past_reading(1), past_reading(2, "refuted", scope="few seeds", planned="3, default")) == []


def test_changes_come_newest_first() -> None:
    """Over all readings, those of one session by name."""
    line = [past_reading(1), past_reading(2, "refuted")]
    timelines = {("b", "x"): line, ("a", "x"): line, ("c", "x"): [*line, past_reading(3)]}
    assert [(one.after.session, one.finding) for one in verdict_changes(timelines)] == [
        (3, "c"),
        (2, "a"),
        (2, "b"),
        (2, "c"),
    ]


def test_what_else_changed() -> None:
    """Commit and provenance; a work tree that differs from its commit is another code."""
    before, after = past_session(1), past_session(2, modified=True, provenance={"torch": "2.14.0"})
    assert what_else(before, after) == [
        Difference("commit", "c0ffeec0", "c0ffeec0+"),
        Difference("torch", "2.13.0", "2.14.0"),
    ]
    assert what_else(before, replace(before, number=2)) == []
    assert commit_text(past_session(1, commit="")) == "nothing"
