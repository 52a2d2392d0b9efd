"""The estimates of every claim over many sessions, each with its interval and with what it was measured under."""

from collections import defaultdict
from dataclasses import dataclass

from harness.base.errors import SessionError
from harness.sessions.history import History
from harness.sessions.provenance import provenance
from harness.sessions.renames import Identity, identity
from harness.verdicts.verdict import Verdict

MOST = 100  # sessions, the newest; each has to be unpacked, which takes some 15 ms
NIGHTS = 3  # that a level has to last, so that it is no single night; what one night changes, the next comparison says


@dataclass(frozen=True)
class Measured:
    """An estimate of a claim in one session.

    Attributes
    ----------
    session, started, case
        As of `harness.sessions.history.PastReading` and `harness.sessions.session.JudgedClaim`.
    surroundings
        On what it may depend besides the commit (`harness.sessions.provenance`).
    """

    session: int
    started: str
    case: str
    verdict: Verdict
    surroundings: frozenset[tuple[str, str]]


def measured(history: History) -> dict[Identity, list[Measured]]:
    """Return the estimates of each claim over the newest sessions that were planned like the last, the oldest first.

    A session that cannot be read is left out. Nothing is read, and nothing returned, where no claim has as many
    different estimates as two levels need.

    Raises
    ------
    SessionError
        If the history itself cannot be used.
    """
    found: dict[Identity, list[Measured]] = defaultdict(list)
    for number in history.varied(2 * NIGHTS, MOST):
        try:
            session = history.session(number)
        except SessionError:
            continue  # damaged, or of a newer harness: said by whoever asks for that session
        surroundings = frozenset(provenance(session).items())
        for claim in session.claims:
            one = Measured(number, session.started, claim.case, claim.verdict, surroundings)
            found[identity(claim, session)].append(one)
    return dict(found)
