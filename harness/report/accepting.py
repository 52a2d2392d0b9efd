"""Record verdicts in the register as expected, with a reason and the day, leaving all else in the file as it is."""

import datetime
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit

from harness.base.errors import RegisterError
from harness.base.files import write_atomically
from harness.base.tables import Table
from harness.verdicts.verdict import Outcome


@dataclass(frozen=True)
class Change:
    """A verdict that differs from the one that the register expects."""

    finding: str
    reading: str
    case: str
    outcome: Outcome


def accept(file: Path, changes: Iterable[Change], reason: str, date: datetime.date) -> None:
    """Write changes into a ``report.toml``: what it expected of these cases is replaced.

    Parameters
    ----------
    reason
        Why these verdicts are right, in one sentence; it stands beside each of them.

    Raises
    ------
    RegisterError
        If the file has no header ``[findings."..."]`` for one of the findings, two claims cannot be told apart, or the
        reason holds what could not be read again. The file then stays as it is.
    """
    # As bytes: line ends, and what else looks like one, stay as they are.
    document = tomlkit.parse(file.read_bytes().decode())
    cases: dict[tuple[str, str, Outcome], list[str]] = defaultdict(list)
    outcomes: dict[tuple[str, str, str], Outcome] = {}
    for change in changes:
        place = (change.finding, change.reading, change.case)
        if outcomes.setdefault(place, change.outcome) != change.outcome:
            raise RegisterError(
                f"{file}: two claims on {change.finding} ({change.reading}) have the same case {change.case!r} and "
                "different verdicts; give their parameters different ids"
            )
        _forget(document["findings"][change.finding], change.reading, change.case)
        cases[change.finding, change.reading, change.outcome].append(change.case)
    text = tomlkit.dumps(document)
    line_end = "\r\n" if "\r\n" in text else "\n"
    lines = text.removesuffix(line_end).split(line_end)
    for (finding, reading, outcome), its_cases in cases.items():
        if outcome != "supported":
            end = _end_of_block(lines, finding, file)
            lines[end:end] = ["", *_entry(finding, reading, its_cases, outcome, reason, date)]
    content = line_end.join(lines) + line_end
    Table(tomllib.loads(content), file).refuse_what_cannot_be_shown()
    write_atomically(file, content.encode())


def _forget(finding: Any, reading: str, case: str) -> None:
    entries = finding.get("expected", [])
    for entry in entries:
        if entry["reading"] == reading and case in entry["cases"]:
            entry["cases"].remove(case)
    for number in reversed(range(len(entries))):
        if not entries[number]["cases"]:
            del entries[number]
    if "expected" in finding and not entries:
        del finding["expected"]


def _end_of_block(lines: Sequence[str], finding: str, file: Path) -> int:
    """Return behind which line the tables of a finding end; what follows may be a comment on the next one."""
    own = tuple(f'{bracket}findings."{finding}"{end}' for bracket in ("[", "[[") for end in ("]", "."))
    headers = list(_headers(lines))
    of_finding = [number for number in headers if lines[number].startswith(own)]
    if not of_finding:
        raise RegisterError(f'{file}: no table is headed [findings."{finding}"]; write its id in double quotes')
    end = min((number for number in headers if number > of_finding[-1]), default=len(lines))
    while not lines[end - 1].strip() or lines[end - 1].startswith("#"):
        end -= 1
    return end


def _headers(lines: Sequence[str]) -> Iterator[int]:
    """Yield the numbers of the lines that head a table; a text of several lines may hold such as only look so."""
    quotes = ""
    for number, line in enumerate(lines):
        if not quotes and line.startswith("["):
            yield number
        for mark in re.findall(r'"""|\'\'\'', line):
            quotes = "" if mark == quotes else quotes or mark


def _entry(
    finding: str, reading: str, cases: Sequence[str], outcome: Outcome, reason: str, date: datetime.date
) -> list[str]:
    quoted = [tomlkit.item(case).as_string() for case in cases]
    together = f"cases = [{', '.join(quoted)}]"
    return [
        f'[[findings."{finding}".expected]]',
        f"reading = {tomlkit.item(reading).as_string()}",
        *([together] if len(together) <= 120 else ["cases = [", *(f"    {case}," for case in quoted), "]"]),
        f'verdict = "{outcome}"',
        f"reason = {tomlkit.item(reason).as_string()}",
        f"date = {date.isoformat()}",
    ]
