"""What earlier sessions came to, as data; `harness.sessions.history` finds it."""

from dataclasses import dataclass

from harness.verdicts.band import Outcome


@dataclass(frozen=True)
class PastReading:
    """What one reading of a finding came to in one session.

    Attributes
    ----------
    session
        Its number.
    started
        When the session began; ISO 8601, in UTC.
    commit
        Of the repository; empty if there was none.
    outcome, corrected_outcome
        Alone, and with the error rate held over all findings of that session.
    supported, claims
        How many of how many claims were supported.
    value, low, high
        Estimate and interval of the claim that decided (`harness.verdicts.combination.deciding`).
    scope
        Digest of which claims were judged, over which planned seeds, in which universes. Only what has the same scope
        answers the same question: a session with ``-k`` judges a finding over some of its claims.
    planned
        Over which planned seeds, and in which universes, in words.
    """

    session: int
    started: str
    commit: str
    outcome: Outcome
    corrected_outcome: Outcome
    supported: int
    claims: int
    value: float
    low: float
    high: float
    scope: str
    planned: str


@dataclass(frozen=True)
class PastVerdict:
    """What one claim came to in one session; the fields are those of `PastReading`."""

    session: int
    started: str
    commit: str
    outcome: Outcome
    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class PastSession:
    """A session in short.

    Attributes
    ----------
    number
        Counted from 1, in the order in which sessions ended.
    started
        ISO 8601, in UTC.
    modified
        Whether the work tree differed from the commit.
    supported, refuted, inconclusive
        How many claims had which verdict.
    missing
        For how many causes something is missing; such a session is not finished.
    provenance
        On what its verdicts may depend besides the commit, as text by name (`harness.sessions.provenance`).
    """

    number: int
    started: str
    commit: str
    modified: bool
    title: str
    supported: int
    refuted: int
    inconclusive: int
    missing: int
    provenance: dict[str, str]

    @property
    def claims(self) -> int:
        """How many were judged."""
        return self.supported + self.refuted + self.inconclusive
