"""The register of findings: what a report says, as data (``report.toml``)."""

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.base.errors import RegisterError
from harness.base.tables import Table
from harness.report.answers import WrittenAnswer, read_answer, refuse_gaps
from harness.report.reading import Reading, readings_of
from harness.statistics.estimate import Reported
from harness.statistics.reported_runs import as_printed, runs_as_printed
from harness.verdicts.band import OUTCOMES, Outcome

# What the reconstruction was fitted to; what shares a training with that; and what shares none.
Basis = Literal["fitted", "related", "independent"]
BASES = ("fitted", "related", "independent")


@dataclass(frozen=True)
class Expected:
    """A verdict other than supported that is known, with the reason and the day it was recorded.

    Attributes
    ----------
    cases
        Parameters of the claims that it is known of, as pytest prints them in brackets.
    also
        The other verdict that noise alone may give, where more evidence is not to be had; None where there is none.
    """

    reading: str
    cases: tuple[str, ...]
    verdict: Outcome
    reason: str
    date: datetime.date
    also: Outcome | None = None

    @property
    def verdicts(self) -> tuple[Outcome, ...]:
        """The verdicts that are no change."""
        return (self.verdict,) if self.also is None else (self.verdict, self.also)


@dataclass(frozen=True)
class Finding:
    """One statement of the report.

    Attributes
    ----------
    place
        Where in the original it stands; empty if that is not said.
    answer
        What somebody wrote on its verdict; None if nobody did.
    premise
        The id of another finding without which this one says nothing; empty if there is none.
    implied
        Parameters of its claims, as of `Expected`, that follow from other fitted findings: a reconstruction that is
        fitted to those is not fitted to these as well.
    """

    id: str
    section: str
    statement: str
    basis: Basis
    reported: dict[str, Reported]
    readings: dict[str, Reading]
    expected: tuple[Expected, ...]
    place: str = ""
    answer: WrittenAnswer | None = None
    implied: tuple[str, ...] = ()
    premise: str = ""

    def expectation(self, reading: str, case: str) -> Expected | None:
        """Return the verdict recorded for one case of a reading, or None where supported is expected."""
        for expected in self.expected:
            if expected.reading == reading and case in expected.cases:
                return expected
        return None


@dataclass(frozen=True)
class Register:
    """All findings of a report, by id."""

    file: Path
    title: str
    findings: dict[str, Finding]

    def find(self, finding_id: str, reading: str, where: str) -> tuple[Finding, Reading]:
        """Return a finding and one of its readings; `where` names who asks.

        Raises
        ------
        RegisterError
            If the register has no such finding or reading.
        """
        if finding_id not in self.findings:
            known = ", ".join(self.findings)
            raise RegisterError(f"{where}: no finding {finding_id!r} in {self.file}; there are: {known}")
        finding = self.findings[finding_id]
        if reading not in finding.readings:
            known = ", ".join(finding.readings)
            raise RegisterError(
                f"{where}: finding {finding_id!r} has no reading {reading!r} in {self.file}; there are: {known}"
            )
        return finding, finding.readings[reading]


def read_register(file: Path) -> Register:
    """Read and validate a ``report.toml``.

    Raises
    ------
    RegisterError
        Naming file, table and key of what is wrong, and what would be right.
    """
    top = Table.read(file)
    title = top.get("title", str)
    sections_table, findings_table = top.table("sections"), top.table("findings")
    sections = {section: sections_table.get(section, str) for section in sections_table}
    findings = {finding_id: _finding(finding_id, findings_table, sections) for finding_id in findings_table}
    refuse_gaps(dict(findings_table.named_tables()))
    top.close()
    return Register(file, title, findings)


def _finding(finding_id: str, findings: Table, sections: dict[str, str]) -> Finding:
    section, _, name = finding_id.partition(".")
    if section not in sections or not name:
        raise findings.error(finding_id, f"an id is a section, a dot and a name; sections: {', '.join(sections)}")
    table = findings.table(finding_id)
    readings = readings_of(table)
    finding = Finding(
        id=finding_id,
        section=sections[section],
        statement=table.get("statement", str),
        basis=table.get("basis", str, among=BASES),  # type: ignore[arg-type]
        place=table.get("place", str) if "place" in table else "",
        answer=read_answer(table),
        reported=_reported(table.table("reported")) if "reported" in table else {},
        readings=readings,
        expected=_all_expected(table, readings),
        implied=_implied(table) if "implied" in table else (),
        premise=_premise(finding_id, table, findings) if "premise" in table else "",
    )
    table.close(known=("answer", "expected", "implied", "place", "premise", "primary", "reported"))
    return finding


def _premise(finding_id: str, finding: Table, findings: Table) -> str:
    premise = finding.get("premise", str)
    others = [other for other in findings if other != finding_id and "premise" not in findings.table(other)]
    if premise not in others:
        raise finding.error("premise", f"is {premise!r}; name another finding, which has no premise itself")
    return premise


def _implied(table: Table) -> tuple[str, ...]:
    if table.get("basis", str) != "fitted":
        raise table.error("implied", "is for fitted findings: no other one is counted as a fact")
    cases = table.get("implied", list)
    if not cases or not all(isinstance(case, str) for case in cases):
        raise table.error("implied", f'is {cases!r}; list the parameters of claims, "" for one without any')
    return tuple(cases)


def _reported(table: Table) -> dict[str, Reported]:
    return {key: _number(table, key) for key in table}


def _number(table: Table, key: str) -> Reported:
    text = table.get(key, str)
    try:
        return runs_as_printed(text) if "(" in text else as_printed(text)
    except ArithmeticError:
        raise table.error(key, f'is {text!r}; give the number as printed, in quotes, such as "0.50"') from None
    except ValueError as problem:
        raise table.error(key, f"is {text!r}; {problem}") from None


def _all_expected(finding: Table, readings: dict[str, Reading]) -> tuple[Expected, ...]:
    tables = finding.tables("expected")
    entries = tuple(_expected(table, readings) for table in tables)
    seen = set()
    for table, entry in zip(tables, entries, strict=True):
        for case in entry.cases:
            if (entry.reading, case) in seen:
                raise table.error("cases", f"holds {case!r}, which is given already for the same reading; keep one")
            seen.add((entry.reading, case))
    return entries


def _expected(table: Table, readings: dict[str, Reading]) -> Expected:
    expected = Expected(
        reading=table.get("reading", str, among=tuple(readings)),
        cases=table.texts("cases"),
        verdict=table.get("verdict", str, among=OUTCOMES[1:]),  # type: ignore[arg-type]
        reason=table.get("reason", str),
        date=table.get("date", datetime.date),
        also=table.get("also", str, among=OUTCOMES) if "also" in table else None,  # type: ignore[arg-type]
    )
    if isinstance(expected.date, datetime.datetime):
        raise table.error("date", f"is {expected.date!r}; give a date such as 2026-01-31, without a time")
    table.close()
    return expected
