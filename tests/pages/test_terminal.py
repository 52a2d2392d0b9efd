import math
from dataclasses import replace
from pathlib import Path

import pytest

from harness.pages.report import summary_lines
from harness.pages.terminal import aligned, claims_table, findings_table, held_line, last_lines
from harness.pages.words import measured_sentence
from harness.verdicts.band import Band
from harness.verdicts.combination import judgements
from harness.verdicts.finding import finding_verdicts
from harness.verdicts.verdict import Verdict
from tests.builders.sessions import judged_claim, session_of
from tests.builders.verdicts import verdict_with

REFUTED = verdict_with(
    "refuted",
    finding="speed.faster",
    statement="A <b>is</b> faster",
    reading="ratio",
    value=0.5,
    low=0.4,
    high=0.6,
    band=Band(1.0, math.inf, "no slower"),
    p_supported=1.0,
    p_refuted=0.0123,
    power=0.875,
)
SUPPORTED = replace(REFUTED, outcome="supported", p_supported=0.01, p_refuted=1.0, finding="a.b")
LAST = "2026-01-01T03:04:05+00:00"


def test_claims_are_aligned_and_sorted() -> None:
    """One line each, by finding and case, columns below one another."""
    undecided = replace(REFUTED, finding="a.b", outcome="inconclusive")
    claims = [
        replace(judged_claim("t.py::b[x-1]"), verdict=REFUTED, case="x-1"),
        replace(judged_claim("t.py::a"), verdict=undecided),
    ]
    assert claims_table(claims) == [
        "? inconclusive  a.b (ratio)               0.5 [0.4, 0.6]  band at least 1",
        "✘ refuted       speed.faster (ratio) x-1  0.5 [0.4, 0.6]  band at least 1",
    ]
    assert claims_table([]) == []


def test_findings_have_a_line_each_below_a_header() -> None:
    """What each comes to, and with which convention it would come to the opposite; readings below where asked for."""
    fragile = replace(REFUTED, neighbours=())
    found = finding_verdicts(judgements([fragile, SUPPORTED]))
    lines = findings_table(found, readings=False)
    assert lines == [
        "answer           finding       statement",
        "✔ holds          a.b           A <b>is</b> faster",
        "✘ does not hold  speed.faster  A <b>is</b> faster",
    ]
    with_readings = findings_table(found, readings=True)
    assert [line for line in with_readings if line in lines] == lines
    assert with_readings[2] == (
        "    ratio (primary)  ✔ supported, p = 0.01  ✔ supported, p = 0.02  1 of 1 supported, 0 refuted; needs all  "
        "0.88  independent"
    )
    assert findings_table([], readings=True) == []


def test_on_what_a_finding_depends_stands_behind_it() -> None:
    """In words, since the answer alone would not say it."""
    other = replace(REFUTED, reading="strict", role="alternative")
    found = finding_verdicts(judgements([replace(SUPPORTED, finding="speed.faster"), other]))
    (_, line) = findings_table(found, readings=False)
    assert line.startswith(
        "± depends  speed.faster  A <b>is</b> faster (depends on how it is read: ratio holds, strict"
    )


def test_a_finding_without_its_premise_is_no_failure_of_its_own() -> None:
    """It has a sign and words of its own, in the table, the last line, the counts and the page's sentence."""
    without = replace(REFUTED, finding="speed.why", premise="speed.faster")
    found = finding_verdicts(judgements([REFUTED, without]))
    lines = findings_table(found, readings=False)
    assert lines[2] == (
        "∅ premise not met  speed.why     A <b>is</b> faster (premise not met: speed.faster does not hold)"
    )
    assert held_line(found) == "2 findings: 1 does not hold, 1 lacks what it presupposes."
    assert summary_lines(found)[0] == "Independent findings: 1 did not hold, 1 without what they presuppose."
    assert measured_sentence(found[1], without).endswith("But it presupposes speed.faster, which does not hold.")


def session(*verdicts: Verdict, **changes: object) -> object:
    """Return a session with these verdicts, none of them a surprise."""
    claims = [
        replace(judged_claim(f"t{place}"), verdict=one, expected=(one.outcome,)) for place, one in enumerate(verdicts)
    ]
    return session_of(*claims, **changes)


@pytest.mark.parametrize(
    ("changes", "previous", "second"),
    [
        ([], "", "There is no session before this one to compare with."),
        ([], LAST, "No verdict changed since 2026-01-01 03:04 UTC."),
        (["one"], LAST, "1 verdict changed since 2026-01-01 03:04 UTC."),
    ],
)
def test_three_lines_say_what_held_what_changed_and_where_to_read(
    changes: list[str], previous: str, second: str
) -> None:
    """In plain words, the last thing that a reader sees."""
    shown = last_lines(session(REFUTED, SUPPORTED), changes, previous, Path("reports/index.html"))  # type: ignore[arg-type]
    assert shown == ["2 findings: 1 holds, 1 does not hold.", second, "Read on: reports/index.html"]


def test_what_is_not_in_order_is_in_the_second_line() -> None:
    """Missing results, and verdicts that the register does not record."""
    surprising = session_of(replace(judged_claim("t"), verdict=REFUTED), missing=("Something.",))
    (_, second) = last_lines(surprising, [], LAST, None)
    assert second == (
        "The session is not finished: see above. 1 claim differs from what the register records. "
        "No verdict changed since 2026-01-01 03:04 UTC."
    )


def test_aligned() -> None:
    """Every column is as wide as its widest text, and no line ends in blanks."""
    assert aligned([("a", "bb", ""), ("aaa", "b", "c")]) == ["a    bb", "aaa  b   c"]
