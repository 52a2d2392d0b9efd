"""Arranges the claims of a session as a reader looks at them: by section, finding and reading."""

import math
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.judging.claim import case_of
from harness.pages.forest import Row, row_of, scale_of
from harness.pages.rendering import anchor
from harness.sessions.report_under_test import FindingNotes
from harness.sessions.session import JudgedClaim, Session
from harness.verdicts.combination import Judgement, deciding
from harness.verdicts.finding import ANSWERS, Answer, FindingVerdict
from harness.verdicts.verdict import Verdict

GROUPS: dict[Answer, str] = {
    "holds": "Held",
    "does not hold": "Did not hold",
    "not decided": "Not decided",
    "depends": "Depends on how it is read",
    "premise not met": "What it presupposes does not hold",
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
    """A finding with its verdict and its readings, the primary one first.

    Attributes
    ----------
    notes
        What the register says of it for people.
    """

    verdict: FindingVerdict
    readings: Sequence[ReadingView]
    notes: FindingNotes

    @property
    def id(self) -> str:
        """As the register has it."""
        return self.verdict.finding

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return anchor(self.id)

    @property
    def primary(self) -> ReadingView:
        """The reading that gives the verdict."""
        return self.readings[0]

    @property
    def answered(self) -> bool:
        """Whether somebody wrote an answer, for the verdict that it has."""
        return self.verdict.answer in self.notes.verdicts

    @property
    def cells(self) -> Sequence[JudgedClaim]:
        """The claims of the reading that has most of them: what the answer is made of, cell by cell."""
        most = max(self.readings, key=lambda reading: len(reading.claims)).claims
        return most if len(most) > 1 else ()

    @property
    def trainers(self) -> tuple[str, ...]:
        """Of all its readings, sorted."""
        return tuple(sorted({trainer for reading in self.readings for trainer in reading.trainers}))

    @property
    def surprises(self) -> int:
        """How many of its claims have another verdict than the register records."""
        return sum(reading.surprises for reading in self.readings)

    @property
    def distance(self) -> float:
        """How far the decisive estimate lies from the end of its band, in half widths of it; above 0 outside."""
        return _distance(self.primary.verdict)


def _distance(verdict: Verdict) -> float:
    scale = scale_of(verdict.band, verdict.value, verdict.low, verdict.high)
    place, low, high = (scale.at(number) for number in (verdict.value, verdict.band.low, verdict.band.high))
    return 0.0 if math.isnan(place) else max(low - place, place - high)


def sections_of(session: Session) -> dict[str, list[FindingView]]:
    """Return all findings of a session by the name of their section, in the order of the register."""
    claims: dict[tuple[str, str], list[JudgedClaim]] = defaultdict(list)
    for claim in session.claims:
        claims[claim.verdict.finding, claim.verdict.reading].append(claim)
    per_function = Counter(_function(claim.test) for claim in session.claims)
    sections: dict[str, list[FindingView]] = {claim.verdict.section: [] for claim in session.claims}
    for verdict in session.findings:
        views = [_reading(one, claims[one.finding, one.reading], per_function) for one in verdict.readings]
        notes = session.notes.get(verdict.finding, FindingNotes(finding=verdict.finding))
        sections[verdict.section].append(FindingView(verdict=verdict, readings=views, notes=notes))
    return _in_order(sections, list(session.notes))


def _in_order(sections: Mapping[str, list[FindingView]], order: Sequence[str]) -> dict[str, list[FindingView]]:
    """Return sections and their findings in the order of the register; those that it does not have come last."""
    places = {finding: place for place, finding in enumerate(order)}

    def place(view: FindingView) -> int:
        return places.get(view.id, len(places))

    arranged = {name: sorted(views, key=place) for name, views in sections.items()}
    return dict(sorted(arranged.items(), key=lambda pair: min(map(place, pair[1]), default=len(places))))


def tally(findings: Iterable[FindingView]) -> dict[Answer, int]:
    """Return how many findings have which answer."""
    counts = Counter(finding.verdict.answer for finding in findings)
    return {answer: counts[answer] for answer in ANSWERS}


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
    case = case_of(test)
    return test.removesuffix(f"[{case}]")
