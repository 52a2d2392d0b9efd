"""What the terminal says of a session: what is not as recorded, the findings, and three lines to end with."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from harness.base.text import counted
from harness.pages.report import LOOKS_LIKE, SYMBOLS, judgement_texts
from harness.pages.universes import headlines
from harness.pages.words import moment
from harness.sessions.session import JudgedClaim, Session, Specified
from harness.verdicts.finding import Answer, FindingVerdict

NAMES = ("answer", "finding", "statement")
_COUNTS: dict[Answer, tuple[str, str]] = {
    "holds": ("holds", "hold"),
    "does not hold": ("does not hold", "do not hold"),
    "not decided": ("is not decided", "are not decided"),
    "depends": ("depends on how it is read", "depend on how they are read"),
    "premise not met": ("lacks what it presupposes", "lack what they presuppose"),
}


def findings_table(found: Sequence[FindingVerdict], *, readings: bool) -> list[str]:
    """Return what each finding comes to, a line each below a header; with its readings below it, where asked for."""
    if not found:
        return []
    rows = [
        (f"{SYMBOLS[LOOKS_LIKE[one.answer]]} {one.answer}", one.finding, " ".join([one.statement, *_asides(one)]))
        for one in found
    ]
    header, *lines = aligned([NAMES, *rows])
    if not readings:
        return [header, *lines]
    each = [one for finding in found for one in finding.readings]
    below = iter(aligned([(f"    {one.reading} ({one.role})", *judgement_texts(one)) for one in each]))
    table = [header]
    for finding, line in zip(found, lines, strict=True):
        table += [line, *(next(below) for _ in finding.readings)]
    return table


def _asides(finding: FindingVerdict) -> list[str]:
    fragile = f"fragile: the opposite {finding.fragile}" if finding.fragile else ""
    words = finding.words if finding.words != finding.answer else ""
    return [f"({text})" for text in (words, fragile) if text]


def universes_table(specified: Specified) -> list[str]:
    """Return one line a reading on what it comes to in all universes."""
    return aligned(
        [
            (f"{finding} ({reading})", told.text, told.numbers)
            for (finding, reading), told in sorted(headlines(specified).items())
        ]
    )


def claims_table(claims: Iterable[JudgedClaim]) -> list[str]:
    """Return one line for each claim, sorted by finding."""
    rows = [
        (
            f"{SYMBOLS[claim.verdict.outcome]} {claim.verdict.word}",
            f"{claim.verdict.finding} ({claim.verdict.reading}) {claim.case}".rstrip(),
            claim.verdict.interval,
            f"band {claim.verdict.band}",
        )
        for claim in sorted(claims, key=lambda one: (one.verdict.finding, one.test))
    ]
    return aligned(rows)


def last_lines(session: Session, changes: Sequence[str], previous: str, page: Path | None) -> list[str]:
    """Return what somebody reads who reads three lines: what held, what changed, and where the rest is.

    Parameters
    ----------
    changes
        A sentence for each verdict that changed since the last session.
    previous
        When the last session began; empty if there was none.
    page
        The page for reading, as it is called from here; None if it was not written.
    """
    read = [] if page is None else [f"Read on: {page}"]
    return [held_line(session.findings), _changed(session, changes, previous), *read]


def held_line(found: Sequence[FindingVerdict]) -> str:
    """Return how many findings came to what, in a sentence."""
    counter = Counter(one.answer for one in found)
    counts = [f"{counter[answer]} {_COUNTS[answer][counter[answer] > 1]}" for answer in _COUNTS if counter[answer]]
    return f"{counted(len(found), 'finding')}: {', '.join(counts) or 'none was judged'}."


def _changed(session: Session, changes: Sequence[str], previous: str) -> str:
    parts = []
    if session.missing:
        parts.append("The session is not finished: see above.")
    if unexpected := sum(not claim.as_expected for claim in session.claims):
        differs = "differs" if unexpected == 1 else "differ"
        parts.append(f"{counted(unexpected, 'claim')} {differs} from what the register records.")
    if changes:
        parts.append(f"{counted(len(changes), 'verdict')} changed since {moment(previous)}.")
    elif previous:
        parts.append(f"No verdict changed since {moment(previous)}.")
    else:
        parts.append("There is no session before this one to compare with.")
    return " ".join(parts)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines in which the columns stand below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
