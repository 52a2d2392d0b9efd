"""What changed since a claim was judged last, a sentence a claim."""

from collections.abc import Mapping

from harness.sessions.changed import changed
from harness.sessions.past import PastVerdict
from harness.sessions.session import Session


def changes_since(session: Session, last: Mapping[str, PastVerdict]) -> list[str]:
    """Return a sentence for each claim whose verdict is another than the last time.

    Parameters
    ----------
    last
        By node id, what `harness.sessions.history.History.last_verdicts` knows; a claim that is not in it is new, not
        changed.
    """
    return [
        f"{claim.verdict.finding} ({claim.verdict.reading}) {claim.case}".rstrip()
        + f": {claim.verdict.outcome}, was {before.outcome} in session {before.session} of {before.started[:10]}"
        for claim in session.claims
        if (before := last.get(claim.test)) is not None and changed(before, claim.verdict)
    ]
