"""Record verdicts in the register as expected, with a reason and the day, leaving all else in the file as it is."""

import datetime
import re
import tomllib
from codecs import BOM_UTF8
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit

from harness.base.errors import RegisterError
from harness.base.files import write_atomically
from harness.base.tables import Table
from harness.verdicts.band import Outcome

LONGEST_LINE = 120  # of a list of cases; longer ones stand below each other


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
        If two claims cannot be told apart, or the reason holds what could not be read again. The file then stays as it
        is.
    """
    # As bytes: line ends, and what else looks like one, stay as they are.
    raw = file.read_bytes()
    mark = BOM_UTF8 if raw.startswith(BOM_UTF8) else b""
    text = raw.removeprefix(mark).decode()
    document = tomlkit.parse(text)
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
    for (finding, reading, outcome), its_cases in cases.items():
        if outcome != "supported":
            expected = document["findings"][finding].setdefault("expected", tomlkit.aot())
            expected.append(_entry(reading, its_cases, outcome, reason, date))
    content = tomlkit.dumps(document)
    if "\r\n" in text and text.count("\r\n") == text.count("\n"):  # which tomlkit's own lines do not have
        content = re.sub(r"(?<!\r)\n", "\r\n", content)
    Table(tomllib.loads(content), file).refuse_what_cannot_be_shown()
    write_atomically(file, mark + content.encode())


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


def _entry(
    reading: str, cases: Sequence[str], outcome: Outcome, reason: str, date: datetime.date
) -> tomlkit.items.Table:
    entry = tomlkit.table()
    array = tomlkit.item(list(cases))
    entry.update({"reading": reading, "cases": array.multiline(len(array.as_string()) > LONGEST_LINE)})
    entry.update({"verdict": outcome, "reason": reason, "date": date})
    entry.add(tomlkit.nl())
    return entry
