import random
import re
import time
from dataclasses import replace
from html import unescape

import pytest

from harness.pages.trend import LISTED, events, trend_html
from harness.sessions.levels import LevelChange
from harness.sessions.past import PastReading, PastSession
from harness.sessions.timeline import verdict_changes
from harness.verdicts.band import OUTCOMES
from tests.builders.history import past_reading, past_session


def text_of(html: str) -> str:
    """Return what a reader sees of a page's content, with single blanks."""
    content = re.search(r"<main.*</main>", html, re.DOTALL)
    assert content is not None
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", content.group())))


def test_the_page_shows_readings_and_changes() -> None:
    """The newest verdict with its date, then the change with what else changed, and with what it was compared."""
    sessions = [past_session(1), past_session(2), past_session(3, commit="f00d" * 10, provenance={"torch": "2.14.0"})]
    html = trend_html({("x.y", "loss"): [past_reading(1), past_reading(2), past_reading(3, "refuted")]}, sessions)
    text = text_of(html)
    assert "3 sessions, from 2026-01-01 to 2026-01-03. The last one, session 3 on commit f00df00d" in text
    assert "x.y (loss) ✘ refuted since 2026-01-03; 7 of 9 claims 1 [0.5, 1.5]" in text
    assert (
        "2026-01-03 03:04 UTC, session 3 Compared with session 2 of 2026-01-02. x.y (loss) : ✔ supported , now "
        "✘ refuted ; 7 of 9 claims supported, before 7 of 9 What else changed: commit from c0ffeec0 to f00df00d ; "
        "torch from 2.13.0 to 2.14.0 ."
    ) in text
    assert 'aria-label="3 sessions: 2 supported, 1 refuted"' in html
    assert "<title>History: A small report</title>" in html


def test_an_estimate_that_moved_over_many_sessions_is_told() -> None:
    """With its date and both levels, and with the way to its row; as text, whatever it is called."""
    sessions, line = [past_session(1)], [past_reading(1)]
    moved = LevelChange("x.y", "loss", "<b>sgd", 12, "2026-01-12T03:04:05+00:00", 0.5, 0.625)
    html = trend_html({("x.y", "loss"): line}, sessions, [moved] * (LISTED + 2))
    text = text_of(html)
    assert "Estimates that moved over many sessions" in text
    assert "x.y (loss) <b>sgd: 0.625 since session 12 of 2026-01-12, before 0.5" in text
    assert text.count("since session 12") == LISTED
    assert "2 older ones are not listed" in text
    assert "moved" not in text_of(trend_html({("x.y", "loss"): line}, sessions))


def test_without_changes_and_without_sessions_the_page_says_so() -> None:
    """Neither is an empty page."""
    text = text_of(trend_html({("x.y", "loss"): [past_reading(1)]}, [past_session(1)]))
    assert "1 session, from 2026-01-01 to 2026-01-01." in text
    assert "✔ supported never another; 7 of 9 claims" in text
    assert "No verdict changed in all these sessions." in text
    assert "No session was kept yet." in text_of(trend_html({}, []))


def test_a_session_over_some_claims_is_not_the_newest_verdict() -> None:
    """Nor is it a change."""
    line = [past_reading(1), past_reading(2, "refuted", scope="some", claims=3)]
    text = text_of(trend_html({("x.y", "loss"): line}, [past_session(1), past_session(2)]))
    assert "x.y (loss) ✔ supported never another; 7 of 9 claims" in text


def test_changes_between_the_same_sessions_stand_together() -> None:
    """The newest first; another session to compare with is another event."""
    a = [past_reading(1), past_reading(2), past_reading(3, "refuted")]
    timelines = {
        ("a", "x"): a,
        ("b", "x"): [past_reading(1), past_reading(3, "refuted")],
        ("c", "x"): [*a, past_reading(4)],
    }
    sessions = {number: past_session(number) for number in (1, 2, 3, 4)}
    found = events(verdict_changes(timelines), sessions)
    assert [(one.before.number, one.after.number, [change.finding for change in one.changes]) for one in found] == [
        (3, 4, ["c"]),
        (2, 3, ["a", "c"]),
        (1, 3, ["b"]),
    ]


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\u202egnp"])
def test_no_text_is_markup(hostile: str) -> None:
    """Names of findings, titles, commits and versions come from files that others write."""
    sessions = [
        past_session(number, title=hostile, commit=hostile * number, provenance={hostile: hostile * number})
        for number in (1, 2)
    ]
    html = trend_html({(hostile, hostile): [past_reading(1), past_reading(2, "refuted")]}, sessions)
    plain = trend_html({("x", "y"): [past_reading(1), past_reading(2, "refuted")]}, [past_session(1), past_session(2)])
    assert hostile not in html
    assert html.count("<script") == plain.count("<script")
    assert "<img" not in html


def a_year(*, restless: bool) -> tuple[dict[tuple[str, str], list[PastReading]], list[PastSession]]:
    """Return 365 nights of 45 readings: each night all new, or a change now and then."""
    draw = random.Random(20260101)
    sessions = [replace(past_session(1), number=number, commit=f"{number:040x}") for number in range(1, 366)]
    timelines = {}
    for name in range(45):
        line: list[PastReading] = []
        for session in sessions:
            one = past_reading(session.number, draw.choice(OUTCOMES), value=draw.uniform(0.5, 1.5))
            one = replace(one, low=draw.uniform(0, 0.5), high=draw.uniform(1.5, 2))
            if line and not restless and draw.random() < 0.99:
                one = replace(line[-1], session=session.number)
            line.append(one)
        timelines[f"a-section.a-finding-with-a-name-{name}", "literal"] = line
    return timelines, sessions


@pytest.mark.parametrize("restless", [False, True])
def test_a_year_is_a_small_page(restless: bool) -> None:
    """365 nights of 45 readings stay below 2 MB and 2 seconds, even if every night differs from the one before."""
    year = a_year(restless=restless)
    started = time.perf_counter()
    html = trend_html(*year)
    assert time.perf_counter() - started < 2
    assert len(html.encode()) < (1_000_000 if restless else 400_000)
    if restless:
        assert html.count('<li><a href="#') == LISTED
        assert re.search(r"\d+ older changes are not listed", html)
