"""A session in short Markdown, fit for the summary of a CI job or a comment on a pull request."""

import re
import shlex
import unicodedata
from collections import Counter
from collections.abc import Sequence

from harness.base.text import counted
from harness.judging.claim import case_of
from harness.pages.report import LOOKS_LIKE, SYMBOLS, answer_text
from harness.reconstruction.specification import on_many_splits
from harness.sessions.session import JudgedClaim, Session
from harness.verdicts.combination import deciding
from harness.verdicts.finding import ANSWERS, FindingVerdict

LARGEST = 60_000  # bytes; a comment on GitHub may have 65,536 characters
SHOWN = (100, 50, 25, 12, 6, 3, 1, 0)  # entries of each list; the first number is taken with which all of it fits
LONGEST = 160  # characters of one text
BASES = {"independent": "independent", "related": "related to fitted ones", "fitted": "fitted (no evidence)"}

# In front of what GitHub would turn into something else after Markdown was rendered: a mention, the number of an
# issue, an address, an emoji. A comment in between keeps the text and takes the meaning.
_MEANINGS = re.compile(r"(@|#(?=\w)|:(?=//|[\w+-]+:)|www(?=\.)|(?<=GH)-(?=\d))", re.IGNORECASE)
_MARKUP = re.compile(r"[\\`*_{}\[\]#|~$]")
_LIST_OR_RULE = re.compile(r"^(?=[-+=](?!\w|\.\w))|^\d{1,9}(?=[.)](\s|$))")  # where a line would begin one
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def summary_markdown(session: Session, changes: Sequence[str] = ()) -> str:
    """Return a session as GitHub flavoured Markdown of at most `LARGEST` bytes.

    Parameters
    ----------
    changes
        What changed since the last session, a sentence each, as plain text.
    """
    for shown in SHOWN:
        text = "\n\n".join(part for part in _parts(session, changes, shown) if part) + "\n"
        if len(text.encode()) <= LARGEST:
            break
    return text


def plain(text: str) -> str:
    """Return a text so that Markdown shows it as it is, on one line, shortened if it is long."""
    line = " ".join("".join(" " if _unseen(character) else character for character in text).split())
    if len(line) > LONGEST:
        line = f"{line[:LONGEST]}..."
    # Escaped piece by piece, since a comment that takes a meaning is markup of our own.
    escaped = "".join(
        f"{_escaped(piece)}<!-- -->" if place % 2 else _escaped(piece)
        for place, piece in enumerate(_MEANINGS.split(line))
    )
    return _LIST_OR_RULE.sub(r"\g<0>\\", escaped)


def code(text: str) -> str:
    """Return a text as code, on one line."""
    line = "".join(" " if _unseen(character) else character for character in text).strip()
    longest = max(map(len, re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{line}{space}{fence}"


def _parts(session: Session, changes: Sequence[str], shown: int) -> list[str]:
    unexpected = [claim for claim in session.claims if not claim.as_expected]
    open_findings = [one for one in session.findings if one.answer != "holds"]
    return [
        _items("### ✘ This session is not finished", [plain(sentence) for sentence in session.missing], shown),
        f"### Claims: {plain(session.title)}",
        _headline(session, unexpected),
        _counts(session),
        _items("#### Changed since the last session", [plain(change) for change in changes], shown),
        _items("#### Not as the register expects", [_unexpected(claim) for claim in unexpected], shown),
        _findings(session, open_findings, shown),
        _foot(session),
    ]


def _headline(session: Session, unexpected: Sequence[JudgedClaim]) -> str:
    claims = counted(len(session.claims), "claim")
    if not session.claims:
        return "No claim came to a verdict."
    if not unexpected and session.missing:
        return f"{claims} judged, each as the register expects; **other results are missing**, as said on top."
    if not unexpected:
        return f"✔ {claims} judged, each as the register expects."
    return f"✘ {claims} judged, **{len(unexpected)} not as the register expects**."


def _counts(session: Session) -> str:
    rows = ["| Findings | " + " | ".join(f"{SYMBOLS[LOOKS_LIKE[answer]]} {answer}" for answer in ANSWERS) + " |"]
    rows.append("|---" * (1 + len(ANSWERS)) + "|")
    for basis, name in BASES.items():
        counter = Counter(one.answer for one in session.findings if one.basis == basis)
        rows.append(f"| {name} | " + " | ".join(str(counter[answer]) for answer in ANSWERS) + " |")
    return "\n".join(rows)


def _items(title: str, entries: Sequence[str], shown: int) -> str:
    if not entries:
        return ""
    more = [f"- and {len(entries) - shown} more"] if len(entries) > shown else []
    return "\n".join([title, "", *(f"- {entry}" for entry in entries[:shown]), *more])


def _unexpected(claim: JudgedClaim) -> str:
    verdict = claim.verdict
    name = plain(f"{verdict.finding} ({verdict.reading}) {case_of(claim.test)}".rstrip())
    numbers = plain(f"{verdict.interval}, band {verdict.band}")
    return (
        f"{SYMBOLS[verdict.outcome]} {verdict.outcome}, not {' or '.join(claim.expected)}: {name}: {numbers}. "
        f"Again: {code(verdict.rerun)}"
    )


def _findings(session: Session, findings: Sequence[FindingVerdict], shown: int) -> str:
    if not findings:
        return ""
    names = ["Answer", "Finding", "Claims supported", "The claim that decides", "Band"]
    if session.specified:
        names.append("Universes that support it")
    rows = ["| " + " | ".join(names) + " |", "|---" * len(names) + "|"]
    rows += [f"| {' | '.join(_row(session, one))} |" for one in findings[:shown]]
    more = [f"and {len(findings) - shown} more"] if len(findings) > shown else []
    return "\n\n".join(["#### Findings that do not hold, or not surely", "\n".join(rows), *more])


def _row(session: Session, finding: FindingVerdict) -> list[str]:
    primary = finding.primary
    verdict = deciding(primary.needs, [one.verdict for one in session.claims_of(primary.finding, primary.reading)])
    universes = on_many_splits(session.specified.get((primary.finding, primary.reading), ()))
    held = sum(one.outcome == "supported" for one in universes)
    return [
        plain(answer_text(finding)),
        f"**{plain(finding.finding)}**: {plain(finding.statement)}",
        f"{primary.supported} of {primary.claims}, needs {primary.needs}",
        plain(verdict.interval),
        plain(str(verdict.band)),
        *([f"{held} of {len(universes)}" if universes else ""] if session.specified else []),
    ]


def _foot(session: Session) -> str:
    its = session.environment
    packages = ", ".join(f"{name} {version}" for name, version in its.packages.items())
    commit = f"; commit {its.commit[:12]}{', modified' if its.modified else ''}" if its.commit else ""
    machine = f"{its.processor}, {counted(its.cores, 'core')}"
    trainings = f"{session.needed} trainings, {session.trained} of them done now"
    return "\n".join(
        [
            f"{session.started}, {session.seconds:.0f} s; {trainings}. {plain(machine)}{plain(commit)}. "
            f"{plain(f'Python {its.python}')}; {code(packages)}",
            "",
            f"Again: {code(shlex.join(['pytest', *session.arguments]))}",
        ]
    )


def _escaped(text: str) -> str:
    return "".join(_ENTITIES.get(character, character) for character in _MARKUP.sub(r"\\\g<0>", text))


def _unseen(character: str) -> bool:
    """Whether a character breaks a line, or steers how others are shown."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
