"""What a session of claims came to, as data: the one source of every page, of the history and of ``claims.json``."""

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from harness.base.text import plain_number
from harness.reconstruction.specification import Specification
from harness.sessions.environment import Environment
from harness.sessions.migration import SCHEMA, migrated
from harness.sessions.report_under_test import FindingNotes, ReportUnderTest, report_from_plain
from harness.verdicts.band import Outcome
from harness.verdicts.combination import Judgement, judgements
from harness.verdicts.finding import FindingVerdict, finding_verdicts
from harness.verdicts.verdict import Verdict

Specified = Mapping[tuple[str, str], Sequence[Specification]]
"""By finding and reading, what it comes to in each universe."""
ONLY_DEFAULT: Specified = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class JudgedClaim:
    """A claim with its verdict.

    Attributes
    ----------
    test
        Its node id.
    case
        Its parameters, as pytest prints them in brackets; empty if it has none.
    expected
        The verdicts that the register records as no change.
    recorded
        Why it records another verdict than supported, and since when; empty where it does not.
    seconds
        That the test took, trainings before the first claim not counted.
    figure
        Where its figure stands, relative to the page; empty if it has none.
    """

    test: str
    case: str
    verdict: Verdict
    expected: tuple[Outcome, ...]
    recorded: str
    seconds: float
    figure: str = ""

    @property
    def as_expected(self) -> bool:
        """Whether nothing changed against the register."""
        return self.verdict.outcome in self.expected


@dataclass(frozen=True, kw_only=True)
class Session:
    """All that came out of one call of pytest.

    Attributes
    ----------
    started
        ISO 8601, in UTC.
    seconds
        From start to finish.
    arguments
        Of pytest.
    planned_seeds
        At each look.
    universes
        ``default`` or ``all``.
    needed, stored, trained
        How many trainings the claims rest on at all their looks, and of these, how many were found stored and how many
        were done.
    missing
        What is missing, a sentence for each cause; a session that has some is not finished.
    """

    started: str
    seconds: float
    arguments: tuple[str, ...]
    planned_seeds: tuple[int, ...]
    universes: str
    needed: int
    stored: int
    trained: int
    environment: Environment
    reports: tuple[ReportUnderTest, ...]
    claims: tuple[JudgedClaim, ...]
    specified: Specified
    missing: tuple[str, ...]

    @property
    def title(self) -> str:
        """Of all reports under test."""
        return "; ".join(report.title for report in self.reports)

    @functools.cached_property
    def judgements(self) -> list[Judgement]:
        """One for each reading of each finding, sorted by finding."""
        return judgements([claim.verdict for claim in self.claims])

    @functools.cached_property
    def findings(self) -> list[FindingVerdict]:
        """One verdict for each finding, sorted by finding."""
        return finding_verdicts(self.judgements)

    @functools.cached_property
    def notes(self) -> dict[str, FindingNotes]:
        """What the registers say of findings for people, by finding."""
        return {note.finding: note for report in self.reports for note in report.notes}

    @property
    def outdated_answers(self) -> list[str]:
        """A sentence for each finding whose answer was written for another verdict than it has."""
        return [
            f"{one.finding}: its answer in the register was written for {note.verdicts[0]!r}; the verdict is "
            f"{one.answer!r}"
            for one in self.findings
            if (note := self.notes.get(one.finding)) and note.verdicts and one.answer not in note.verdicts
        ]

    def claims_of(self, finding: str, reading: str) -> list[JudgedClaim]:
        """Return the claims on one reading of a finding."""
        return [one for one in self.claims if (one.verdict.finding, one.verdict.reading) == (finding, reading)]

    def to_plain(self) -> dict[str, Any]:
        """Return plain JSON values, as ``session.schema.json`` describes them."""
        claims = [{**vars(claim), "verdict": claim.verdict.to_plain()} for claim in self.claims]
        readings = [
            {
                **_finite(vars(judgement)),
                "universes": [one.to_plain() for one in self.specified.get((judgement.finding, judgement.reading), ())],
            }
            for judgement in self.judgements
        ]
        computed = ("judgements", "findings", "notes", "specified")
        shallow = {name: value for name, value in vars(self).items() if name not in computed}
        plain = {
            **shallow,
            "schema": SCHEMA,
            "environment": asdict(self.environment),
            "reports": [asdict(report) for report in self.reports],
            "claims": claims,
            "readings": readings,
            "findings": [_finding(one) for one in self.findings],
        }
        lists: dict[str, Any] = json.loads(json.dumps(plain, allow_nan=False))
        return lists

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Session":
        """Return the session that `to_plain` wrote, now or in an earlier edition."""
        plain = migrated(plain)
        specified = {
            (one["finding"], one["reading"]): [Specification.from_plain(universe) for universe in one["universes"]]
            for one in plain["readings"]
            if one["universes"]
        }
        told = {name: value for name, value in plain.items() if name not in ("schema", "readings", "findings")}
        return cls(
            **{
                **told,
                **{name: tuple(told[name]) for name in ("arguments", "planned_seeds", "missing")},
                "environment": Environment(**told["environment"]),
                "reports": tuple(report_from_plain(report) for report in told["reports"]),
                "claims": tuple(_claim(claim) for claim in told["claims"]),
                "specified": specified,
            }
        )


def _finite(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain_number(value) if isinstance(value, float) else value for name, value in plain.items()}


_OF_A_FINDING = ("finding", "section", "statement", "basis", "answer", "words", "fragile")


def _finding(verdict: FindingVerdict) -> dict[str, Any]:
    return {
        **{name: getattr(verdict, name) for name in _OF_A_FINDING},
        "primary": verdict.primary.reading,
        "opposed": [one.reading for one in verdict.opposed],
    }


def _claim(plain: Mapping[str, Any]) -> JudgedClaim:
    told = {**plain, "verdict": Verdict.from_plain(plain["verdict"]), "expected": tuple(plain["expected"])}
    return JudgedClaim(**told)
