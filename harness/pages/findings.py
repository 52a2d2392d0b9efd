"""Arranges the claims of a session as a reader looks at them: by section, finding and reading."""

import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.pages.forest import Row, row_of
from harness.pages.rendering import anchor
from harness.sessions.session import JudgedClaim, Session
from harness.verdicts.combination import Judgement, deciding
from harness.verdicts.verdict import OUTCOMES, Verdict

GROUPS = {
    "supported": "Held, in every reading",
    "refuted": "Did not hold, in any reading",
    "inconclusive": "Not decided",
    "mixed": "Depends on the reading",
}


@dataclass(frozen=True, kw_only=True)
class ReadingView:
    """A reading of a finding.

    Attributes
    ----------
    claims
        All that it rests on.
    decisive
        The one with which it stands or falls.
    row
        Of that, in the forest plot.
    trainers
        Of all its claims, sorted.
    command
        Runs its claims alone.
    """

    judgement: Judgement
    claims: Sequence[JudgedClaim]
    decisive: JudgedClaim
    row: Row
    trainers: tuple[str, ...]
    command: str

    @property
    def key(self) -> tuple[str, str]:
        """Finding and reading."""
        return self.judgement.finding, self.judgement.reading

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return anchor(*self.key)

    @property
    def verdict(self) -> Verdict:
        """On the decisive claim."""
        return self.decisive.verdict

    @property
    def surprises(self) -> int:
        """How many of its claims have another verdict than the register records."""
        return sum(not claim.as_expected for claim in self.claims)


@dataclass(frozen=True, kw_only=True)
class FindingView:
    """A finding with its readings."""

    id: str
    statement: str
    section: str
    basis: str
    readings: Sequence[ReadingView]

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return anchor(self.id)

    @property
    def group(self) -> str:
        """The outcome that all its readings proportion, or ``mixed``."""
        outcomes = {reading.judgement.outcome for reading in self.readings}
        return outcomes.pop() if len(outcomes) == 1 else "mixed"


def sections_of(session: Session) -> dict[str, list[FindingView]]:
    """Return all findings of a session by the name of their section, in the order of the session's claims."""
    claims: dict[tuple[str, str], list[JudgedClaim]] = defaultdict(list)
    for claim in session.claims:
        claims[claim.verdict.finding, claim.verdict.reading].append(claim)
    per_function = Counter(_function(claim.test) for claim in session.claims)
    readings: dict[str, list[ReadingView]] = defaultdict(list)
    for judgement in session.judgements:
        own = claims[judgement.finding, judgement.reading]
        readings[judgement.finding].append(_reading(judgement, own, per_function))
    sections: dict[str, list[FindingView]] = {claim.verdict.section: [] for claim in session.claims}
    for finding, views in readings.items():
        first = views[0].judgement
        sections[first.section].append(
            FindingView(id=finding, statement=first.statement, section=first.section, basis=first.basis, readings=views)
        )
    return sections


def tally(readings: Iterable[ReadingView], corrected: bool = False) -> dict[str, int]:
    """Return how many readings have which outcome, alone or (corrected) with the error rate held over all."""
    judgements = [reading.judgement for reading in readings]
    counts = Counter(one.corrected_outcome if corrected else one.outcome for one in judgements)
    return {outcome: counts[outcome] for outcome in OUTCOMES}


def grouped(findings: Iterable[FindingView]) -> dict[str, list[FindingView]]:
    """Return findings by what they came to, in the order of `GROUPS`."""
    found: dict[str, list[FindingView]] = {group: [] for group in GROUPS}
    for finding in findings:
        found[finding.group].append(finding)
    return found


def rerun_command(claims: Sequence[JudgedClaim], per_function: Mapping[str, int]) -> str:
    """Return a command that runs these claims and no others.

    Parameters
    ----------
    per_function
        How many claims of the session each test function has, by its node id without parameters. A function of
        which all are wanted is named as a whole.
    """
    own = Counter(_function(claim.test) for claim in claims)
    named = {
        function if own[function] == per_function[function] else claim.test: None
        for claim in claims
        for function in [_function(claim.test)]
    }
    return f"pytest {' '.join(map(shlex.quote, named))}"


def _reading(judgement: Judgement, claims: Sequence[JudgedClaim], per_function: Mapping[str, int]) -> ReadingView:
    verdict = deciding(judgement.needs, [claim.verdict for claim in claims])
    return ReadingView(
        judgement=judgement,
        claims=claims,
        decisive=next(claim for claim in claims if claim.verdict is verdict),
        row=row_of(verdict.band, verdict.value, verdict.low, verdict.high),
        trainers=tuple(sorted({trainer for claim in claims for trainer in claim.verdict.trainers})),
        command=rerun_command(claims, per_function),
    )


def _function(test: str) -> str:
    return test.partition("[")[0]
