"""A report folder under test, as a session found it: its digests, its open choices, and what it says for people."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.base.hashing import digest_of
from harness.report.folder import PROTOCOL_FILE, REGISTER_FILE, open_folder
from harness.report.register import Finding


@dataclass(frozen=True, kw_only=True)
class TakenChoice:
    """What is taken for a field of the configs that the report leaves open.

    Attributes
    ----------
    value, alternatives
        As a reader sees them.
    origin
        ``stated``, ``inferred`` or ``assumed``.
    """

    task: str
    field: str
    value: str
    alternatives: tuple[str, ...]
    origin: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FindingNotes:
    """What the register says of a finding for people.

    Attributes
    ----------
    place
        Where in the original it stands; empty if that is not said.
    verdicts, answer, because
        As of `harness.report.answers.WrittenAnswer`: all empty if nobody wrote one.
    """

    finding: str
    place: str = ""
    verdicts: tuple[str, ...] = ()
    answer: str = ""
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class ReportUnderTest:
    """A report folder as it was when the session began.

    Attributes
    ----------
    folder
        Relative to pytest's root folder.
    claims_digest, protocol_digest
        Of the report's register and claims, and of its ``protocol.toml``.
    notes
        On each finding; its answer only where all claims on it were asked for.
    """

    folder: str
    title: str
    claims_digest: str
    protocol_digest: str
    choices: tuple[TakenChoice, ...]
    notes: tuple[FindingNotes, ...] = ()


def report_under_test(root: Path, folder: Path, partial: Collection[str] = ()) -> ReportUnderTest:
    """Return a report folder as it is now.

    Parameters
    ----------
    partial
        Findings of which not all claims were asked for: what was written on their verdicts says nothing here.
    """
    opened = open_folder(folder)
    choices = (
        TakenChoice(
            task=task,
            field=field,
            value=choice.text(choice.value),
            alternatives=tuple(choice.text(value) for value in choice.alternatives),
            origin=choice.origin,
            reason=choice.reason,
        )
        for task, chosen in opened.grid.reconstruction.items()
        for field, choice in chosen.items()
    )
    return ReportUnderTest(
        folder=opened.name(root),
        title=opened.register.title,
        claims_digest=digest_of([folder / REGISTER_FILE, *folder.rglob("*.py")]),
        protocol_digest=digest_of(folder.glob(PROTOCOL_FILE)),
        choices=tuple(choices),
        notes=tuple(_note(one, not {one.id, one.premise} & set(partial)) for one in opened.register.findings.values()),
    )


def _note(finding: Finding, whole: bool) -> FindingNotes:
    if finding.answer is None or not whole:
        return FindingNotes(finding=finding.id, place=finding.place)
    told = finding.answer
    return FindingNotes(
        finding=finding.id, place=finding.place, verdicts=told.verdicts, answer=told.text, because=told.because
    )


def report_from_plain(plain: Mapping[str, Any]) -> ReportUnderTest:
    """Return the report whose fields these plain JSON values are."""
    choices = tuple(TakenChoice(**{**one, "alternatives": tuple(one["alternatives"])}) for one in plain["choices"])
    notes = tuple(FindingNotes(**{**one, "verdicts": tuple(one["verdicts"])}) for one in plain["notes"])
    return ReportUnderTest(**{**plain, "choices": choices, "notes": notes})
