"""What one reading of a finding came to where its claims were run, and how far two such answers are apart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.base.errors import SessionError
from harness.sessions.changed import changed
from harness.sessions.noise import p_same
from harness.sessions.session import JudgedClaim, Session
from harness.verdicts.band import Outcome, decide
from harness.verdicts.combination import combined, deciding
from harness.verdicts.error_rate import ERROR_RATE
from harness.verdicts.verdict import Needs, Verdict

STRENGTH: dict[Outcome, int] = {"refuted": -1, "inconclusive": 0, "supported": 1}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one reading of a finding came to.

    Attributes
    ----------
    outcome
        By itself: a correction would depend on what else was judged.
    needs
        How many of its claims have to hold.
    verdicts
        Of each of its claims, by test function and parameters, so that old and new have the same where a file was
        renamed in between; by node id where two files have a function of one name.
    """

    outcome: Outcome
    needs: Needs
    verdicts: Mapping[str, Verdict]

    @property
    def seeds(self) -> int:
        """The most over which one of its claims was decided."""
        return max(verdict.seeds for verdict in self.verdicts.values())

    def __str__(self) -> str:
        decided = deciding(self.needs, list(self.verdicts.values()))
        return f"{self.outcome}, {decided.interval} over {self.seeds} seeds"


@dataclass(frozen=True, kw_only=True)
class Shift:
    """How two answers differ that are not the same verdict.

    Attributes
    ----------
    by
        ``rule``: the estimates are the same, or would be judged the other way by the other's band. ``claims``: the
        claims that both have say the same, so those that only one of them has make the difference. ``estimate``
        otherwise.
    test
        Of the claims that both have and that say something else, the one whose estimates are farthest apart.
    p_value
        Of the estimates being of the same quantity (`harness.sessions.noise`), times the number of claims compared
        (Bonferroni); 1 where there is none to compare.
    """

    by: Literal["rule", "claims", "estimate"]
    test: str
    p_value: float

    @property
    def sure(self) -> bool:
        """Whether it is more than chance would bring about."""
        return self.by != "estimate" or self.p_value <= ERROR_RATE


def answer_of(session: Session, finding: str, reading: str) -> Answer:
    """Return what a session says of a reading.

    Raises
    ------
    SessionError
        If it judged none of its claims.
    """
    verdicts = _by_function(session.claims_of(finding, reading))
    if not verdicts:
        known = sorted({f"{one.finding} ({one.reading})" for one in session.judgements})
        raise SessionError(
            f"the session of {session.started} judged no claim on {finding} ({reading}); "
            f"it judged {', '.join(known) or 'none at all'}"
        )
    needs = next(iter(verdicts.values())).needs
    return Answer(outcome=_combined(needs, verdicts.values()), needs=needs, verdicts=verdicts)


def _by_function(claims: Sequence[JudgedClaim]) -> dict[str, Verdict]:
    named = {claim.test.partition("::")[2] or claim.test: claim.verdict for claim in claims}
    return named if len(named) == len(claims) else {claim.test: claim.verdict for claim in claims}


def shift(old: Answer, new: Answer) -> Shift | None:
    """Return how two answers differ; None if they are the same verdict."""
    if not changed(old, new):
        return None
    shared = sorted(old.verdicts.keys() & new.verdicts.keys())
    if old.verdicts.keys() != new.verdicts.keys() and _same_over(shared, old, new):
        return Shift(by="claims", test="", p_value=1.0)
    pairs = {test: (old.verdicts[test], new.verdicts[test]) for test in shared}
    others = {test: pair for test, pair in pairs.items() if changed(*pair)}
    compared = others or pairs  # claims that all say the same can still add up to another verdict
    if not compared:
        return Shift(by="estimate", test="", p_value=1.0)
    p_values = {test: p_same(*pair) for test, pair in compared.items()}
    test = min(compared, key=p_values.__getitem__)
    by_rule = all(_judged_by_another_rule(*pair) for pair in compared.values())
    return Shift(by="rule" if by_rule else "estimate", test=test, p_value=min(1.0, p_values[test] * len(compared)))


def _judged_by_another_rule(old: Verdict, new: Verdict) -> bool:
    """Whether two verdicts differ though their estimates do not, or because their bands do."""
    if (old.value, old.low, old.high) == (new.value, new.low, new.high):
        return True
    by_the_others = decide((old.low, old.high), new.band), decide((new.low, new.high), old.band)
    return by_the_others == (new.outcome, old.outcome) != (old.outcome, new.outcome)


def _same_over(tests: list[str], old: Answer, new: Answer) -> bool:
    """Whether the claims that two answers share come to the same verdict."""
    if not tests:
        return False
    return _combined(old.needs, [old.verdicts[test] for test in tests]) == _combined(
        new.needs, [new.verdicts[test] for test in tests]
    )


def _combined(needs: Needs, verdicts: Iterable[Verdict]) -> Outcome:
    listed = list(verdicts)
    return combined(needs, [one.p_supported for one in listed], [one.p_refuted for one in listed])[0]
