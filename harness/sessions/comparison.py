"""What is not as it was between two sessions: verdicts, estimates, claims, and on what they rest."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from harness.base.errors import SessionError
from harness.base.text import p_text
from harness.sessions.changed import changed
from harness.sessions.noise import p_same
from harness.sessions.provenance import NOTHING, Difference, differences, provenance
from harness.sessions.renames import same_claims
from harness.sessions.session import JudgedClaim, Session
from harness.verdicts.combination import Judgement, holm
from harness.verdicts.error_rate import ERROR_RATE


@dataclass(frozen=True)
class ChangedReading:
    """A reading of a finding whose verdict is another one; `before` and `after` may rest on other claims."""

    before: Judgement
    after: Judgement

    def __str__(self) -> str:
        after = self.after
        over = (
            f"{after.supported} of {after.claims} claims supported, before {self.before.supported}"
            if after.claims == self.before.claims
            else f"over {after.claims} claims, before over {self.before.claims}"
        )
        return f"{after.finding} ({after.reading}): {self.before.outcome}, now {after.outcome}; {over}"


@dataclass(frozen=True)
class ComparedClaim:
    """A claim that both sessions judged, whatever its file was called (`harness.sessions.renames`).

    Attributes
    ----------
    p_value, corrected_p_value
        For its estimates being of the same quantity (`harness.sessions.noise`), and the same held over all claims by
        Holm.
    """

    before: JudgedClaim
    after: JudgedClaim
    p_value: float
    corrected_p_value: float

    @property
    def changed(self) -> bool:
        """Whether the verdict is another one."""
        return changed(self.before.verdict, self.after.verdict)

    @property
    def moved(self) -> bool:
        """Whether the estimate moved beyond its noise."""
        return self.corrected_p_value <= ERROR_RATE

    @property
    def same_estimate(self) -> bool:
        """Whether the estimate is the very same."""
        before, after = self.before.verdict.value, self.after.verdict.value
        return before == after or (math.isnan(before) and math.isnan(after))

    def __str__(self) -> str:
        before, after = self.before.verdict, self.after.verdict
        outcome = f"{before.outcome}, now {after.outcome}" if self.changed else f"still {after.outcome}"
        values = f"estimate {before.interval}, now {after.interval}"
        if self.same_estimate:
            values = f"estimate still {after.interval}"
        elif self.moved:
            values += f", beyond noise ({p_text(self.p_value)}, by Holm {p_text(self.corrected_p_value)})"
        band = "" if str(before.band) == str(after.band) else f"; band {before.band}, now {after.band}"
        return f"{self.after.test}: {outcome}; {values}{band}"


@dataclass(frozen=True)
class Comparison:
    """All that differs between two sessions.

    Attributes
    ----------
    readings
        With another verdict.
    claims
        All that both sessions judged, in the order of the later one.
    appeared, vanished
        Claims that only the later, or only the earlier session judged.
    differences
        Of versions, machine, seeds, configs and code.
    """

    readings: tuple[ChangedReading, ...]
    claims: tuple[ComparedClaim, ...]
    appeared: tuple[str, ...]
    vanished: tuple[str, ...]
    differences: tuple[Difference, ...]

    def lines(self) -> list[str]:
        """Return what differs, a sentence a line below a heading for each kind; what does not, in one sentence."""
        changed = [str(claim) for claim in self.claims if claim.changed]
        moved = [str(claim) for claim in self.claims if claim.moved and not claim.changed]
        drifted = sum(not (claim.same_estimate or claim.moved) for claim in self.claims)
        return [
            *_section("Findings whose verdict changed", self.readings),
            *_section("Claims whose verdict changed", changed),
            *_section("Estimates beyond their noise, same verdict", moved),
            *_section("Claims that are new", self.appeared),
            *_section("Claims that are gone", self.vanished),
            *_section("What else changed", self.differences),
            self._rest(drifted),
        ]

    def _rest(self, drifted: int) -> str:
        same = sum(claim.same_estimate for claim in self.claims)
        said = f"{len(self.claims)} claims compared; {same} of them have the very same estimate"
        if not drifted:
            return f"{said}."
        # The same seeds on the same code give the same bits, so this, too, has a cause.
        return f"{said}, {drifted} another one within its noise, so what they rest on is not the same."


def compare(before: Session, after: Session) -> Comparison:
    """Compare two sessions.

    Of all claims whose estimates are of the same quantity in both, one is said to have moved in `ERROR_RATE` of
    comparisons at most (Holm 1979).

    Raises
    ------
    SessionError
        If they have no claim in common.
    """
    old, new = ({claim.test: claim for claim in session.claims} for session in (before, after))
    same = same_claims(before, after)
    shared = [(old[same[test]], claim) for test, claim in new.items() if test in same]
    if not shared:
        raise SessionError(
            f"the session of {before.started} and that of {after.started} have no claim in common; "
            "compare two that judged the same report"
        )
    p_values = [p_same(one.verdict, other.verdict) for one, other in shared]
    judged = {(one.finding, one.reading): one for one in before.judgements}
    pairs = [(judged.get((one.finding, one.reading)), one) for one in after.judgements]
    return Comparison(
        readings=tuple(ChangedReading(was, now) for was, now in pairs if was and changed(was, now)),
        claims=tuple(
            ComparedClaim(one, other, p_value, corrected)
            for (one, other), p_value, corrected in zip(shared, p_values, holm(p_values), strict=True)
        ),
        appeared=tuple(test for test in new if test not in same),
        vanished=tuple(test for test in old if test not in same.values()),
        differences=tuple(differences(_all_provenance(before), _all_provenance(after))),
    )


def _all_provenance(session: Session) -> dict[str, str]:
    environment = session.environment
    commit = environment.commit[:12] + (" with changes" if environment.modified else "")
    return {"commit": commit or NOTHING, **provenance(session)}


def _section(heading: str, sentences: Sequence[object]) -> list[str]:
    return [heading, *(f"  {sentence}" for sentence in sentences), ""] if sentences else []
