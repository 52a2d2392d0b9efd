from collections.abc import Callable
from pathlib import Path

import pytest

from harness.base.errors import SessionError
from harness.commands.explain import change_of, newest_changes
from harness.commands.history import session_lines
from harness.explaining.answer import answer_of, shift
from harness.explaining.nights import CHANGED, UNCHANGED, night
from harness.pages.words import timeline_sentence
from harness.sessions.changes import changes_since
from harness.sessions.comparison import compare
from harness.sessions.history import History, open_history
from harness.sessions.session import Session
from harness.sessions.timeline import verdict_changes
from harness.verdicts.band import Outcome
from tests.builders.sessions import judged_claim, session_of

KEY = ("x.y", "loss")


def judged(outcome: Outcome, tests: str, day: int, **changes: object) -> Session:
    """Return a session of a finding with a claim for each letter, all with one verdict."""
    return session_of(
        *(judged_claim(test, outcome) for test in tests), started=f"2026-01-0{day}T03:00:00+00:00", **changes
    )


def explained(history: History, before: Session, after: Session) -> bool:
    """Whether ``explain`` finds a change to explain."""
    try:
        assert change_of(history, "x.y", None, None, None) == ("loss", 1, 2)
    except SessionError:
        with pytest.raises(SessionError, match="the newest session changed no verdict"):
            newest_changes(history)
        return False
    assert newest_changes(history) == [("x.y", "loss", 1, 2)]
    return shift(answer_of(before, *KEY), answer_of(after, *KEY)) is not None


def on_the_pages(history: History, before: Session, after: Session) -> bool:
    """Whether the sentence beside a finding tells of a change."""
    return "before 2026-01-02" in timeline_sentence(history.timelines()[KEY])


def in_the_history(history: History, before: Session, after: Session) -> bool:
    """Whether ``history`` and its page tell of a change."""
    changes = verdict_changes(history.timelines())
    assert [(one.before.session, one.after.session) for one in changes] in ([], [(1, 2)])
    assert ("none" in session_lines(history.sessions(), history.timelines())[-1]) == (not changes)
    return bool(changes)


def in_the_comparison(history: History, before: Session, after: Session) -> bool:
    """Whether ``compare`` tells of a changed finding."""
    return bool(compare(before, after).readings)


def at_the_session_s_end(history: History, before: Session, after: Session) -> bool:
    """Whether the sentences at the end of a session name the claims that both judged."""
    said = changes_since(after, history.last_verdicts(after, before=2))
    assert len(said) in (0, len(before.claims))
    return bool(said)


def by_night(history: History, before: Session, after: Session) -> bool:
    """Whether a night tells of a changed finding."""
    told = night(before, after)
    assert told.status in (CHANGED, UNCHANGED)
    return told.status == CHANGED


CALLERS = [explained, on_the_pages, in_the_history, in_the_comparison, at_the_session_s_end, by_night]


@pytest.mark.parametrize("tells", CALLERS)
@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (("supported", "abc"), ("refuted", "abcd"), True),  # a claim was added
        (("supported", "abc"), ("refuted", "abc"), True),
        (("supported", "abc"), ("supported", "abcd"), False),
        (("supported", "abc"), ("supported", "abc"), False),
    ],
    ids=["a claim more and refuted", "refuted", "a claim more", "the same"],
)
def test_all_agree_on_what_a_change_is(
    tmp_path: Path,
    tells: Callable[[History, Session, Session], bool],
    before: tuple[Outcome, str],
    after: tuple[Outcome, str],
    changed: bool,
) -> None:
    """Whoever tells of changes: three claims supported, then four refuted, are a change."""
    history = open_history(tmp_path / "history.sqlite")
    first, second = judged(*before, 1), judged(*after, 2)
    history.append(first)
    history.append(second)
    assert tells(history, first, second) is changed


@pytest.mark.parametrize("tells", [explained, on_the_pages, in_the_history, at_the_session_s_end])
def test_who_goes_over_all_sessions_passes_over_those_over_other_seeds(
    tmp_path: Path, tells: Callable[[History, Session, Session], bool]
) -> None:
    """They ask something else, even over the same claims."""
    history = open_history(tmp_path / "history.sqlite")
    first, second = judged("supported", "abc", 1), judged("refuted", "abc", 2, planned_seeds=(3,))
    history.append(first)
    history.append(second)
    assert not tells(history, first, second)
