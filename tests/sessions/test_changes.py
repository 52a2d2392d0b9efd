"""What changed since a claim was judged last."""

from dataclasses import replace

from harness.sessions.changes import changes_since
from harness.sessions.past import PastVerdict
from tests.builders.sessions import full_claim, full_session


def test_only_what_was_judged_before_and_otherwise_has_changed() -> None:
    """A claim that is new, or came to the same, is no change."""
    claims = [replace(full_claim(f"claims/test_x.py::test_y[{case}]"), case=case) for case in ("same", "other", "new")]
    now = full_session(claims=tuple(claims))
    before = PastVerdict(7, "2026-01-31T02:00:00+00:00", "", claims[0].verdict.outcome, 0.0, 0.0, 0.0)
    last = {claims[0].test: before, claims[1].test: replace(before, outcome="inconclusive")}
    (sentence,) = changes_since(now, last)
    name = f"{claims[1].verdict.finding} ({claims[1].verdict.reading}) other"
    assert sentence == f"{name}: {claims[1].verdict.outcome}, was inconclusive in session 7 of 2026-01-31"
    assert changes_since(now, {}) == []
