"""What the plausible reconstructions said of each reading of a report, kept beside it.

To judge every finding in all universes takes the better part of an hour, so most sessions do not. They show what the
last one that did has found, with its date, and whether claims or universes have changed since.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from harness.base.errors import RegisterError
from harness.base.files import write_atomically
from harness.base.hashing import content_digest, digest_of
from harness.base.tables import Table
from harness.report.folder import HEADLINES_FILE, UNIVERSES_FILE, ReportFolder
from harness.report.reading import Reading
from harness.verdicts.band import OUTCOMES, Outcome

Key = tuple[str, str]
"""Finding and reading."""
_NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Headline:
    """What a reading comes to over the plausible reconstructions.

    Attributes
    ----------
    text
        Whether it holds there, or on what that depends; empty if nothing is known.
    numbers
        In how many universes it has which outcome, by weight too, and what decides it. Universes whose seeds share one
        split of the data are told apart: what they say holds for that split alone.
    most
        The outcome in more than half of them, by weight; None if there is no such.
    judged
        The day on which they were judged; empty for this session.
    outdated
        Whether the reading, the claims or the universes have changed since.
    """

    text: str
    numbers: str
    most: Outcome | None
    judged: str = ""
    outdated: bool = False

    def disagrees_with(self, outcome: Outcome) -> bool:
        """Whether the default reconstruction says one thing, and most of the plausible ones the opposite."""
        return (outcome, self.most) in (("supported", "refuted"), ("refuted", "supported"))


def write_headlines(report: ReportFolder, headlines: Mapping[Key, Headline], day: str) -> None:
    """Keep what a session in all universes has found of a report.

    Parameters
    ----------
    headlines
        Of its readings.
    day
        On which they were judged.

    Raises
    ------
    RegisterError
        If the file cannot be written.
    """
    import tomlkit  # which a session that only reads does without

    document = tomlkit.document()
    for line in (
        "Written by `pytest --claims-universes all`: what each reading of a finding comes to over the plausible",
        "reconstructions. Pages of other sessions show it; made_for tells them whether it still holds.",
    ):
        document.add(tomlkit.comment(line))
    document["judged"] = day
    found = tomlkit.table(is_super_table=True)
    for (finding, reading), one in sorted(headlines.items()):
        told = {
            "text": one.text,
            "numbers": one.numbers,
            "most": one.most or _NONE,
            "made_for": _made_for(report, report.register.findings[finding].readings[reading]),
        }
        found.setdefault(finding, tomlkit.table(is_super_table=True))[reading] = told
    document["findings"] = found
    file = report.path / HEADLINES_FILE
    try:
        write_atomically(file, tomlkit.dumps(document).encode())
    except OSError as reason:
        raise RegisterError(f"{file} cannot be written ({reason}); what universes say is not kept") from reason


def read_headlines(report: ReportFolder) -> dict[Key, Headline]:
    """Return what the last session in all universes has found, by finding and reading; nothing if there was none.

    Readings that the register has no more are left out.

    Raises
    ------
    RegisterError
        If the file is malformed; naming file, table and key.
    """
    file = report.path / HEADLINES_FILE
    if not file.exists():
        return {}
    top = Table.read(file)
    day = top.get("judged", str)
    found = {
        (finding, reading): (table.get("made_for", str), _headline(table, day))
        for finding, readings in top.table("findings").named_tables()
        for reading, table in readings.named_tables()
    }
    top.close()
    known = {
        (finding.id, name): reading
        for finding in report.register.findings.values()
        for name, reading in finding.readings.items()
    }
    return {
        key: replace(headline, outdated=made_for != _made_for(report, known[key]))
        for key, (made_for, headline) in found.items()
        if key in known
    }


def _headline(table: Table, day: str) -> Headline:
    most = table.get("most", str, among=(*OUTCOMES, _NONE))
    headline = Headline(
        text=table.get("text", str),
        numbers=table.get("numbers", str),
        most=None if most == _NONE else most,  # type: ignore[arg-type]
        judged=day,
    )
    table.close(["made_for"])
    return headline


def _made_for(report: ReportFolder, reading: Reading) -> str:
    """Return a short digest of a reading, and of the claims and universes of its report."""
    told = [reading.needs, reading.margin, str(reading.band.low), str(reading.band.high)]
    return content_digest([told, _sources(report.path)])[:12]


@functools.cache
def _sources(folder: Path) -> str:
    """Return a digest of a report's claims and universes, as they were when they were first asked for."""
    files = [*folder.rglob("*.py"), folder / UNIVERSES_FILE]
    return digest_of(file for file in files if file.exists())
