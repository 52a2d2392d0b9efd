"""The drawings beside a session's verdicts: of its claims, of all universes, and the reports' own figures again."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from harness.base.errors import HarnessError
from harness.drawing.drawn import kept_specification_curve
from harness.drawing.report_figures import ReportFigure, report_figures
from harness.reconstruction.universes import PROFILE_FILE
from harness.report.folder import ReportFolder, open_folder
from harness.sessions.session import Session
from harness.storage.store import Store


def claim_figures(session: Session, pages: Path) -> dict[str, str]:
    """Return the figure of each claim that has one, as SVG text by node id.

    Parameters
    ----------
    pages
        The folder relative to which the session names its figures.
    """
    found = {}
    for claim in session.claims:
        if claim.figure:
            with suppress(OSError, UnicodeDecodeError):  # the page then refers to the file
                found[claim.test] = (pages / claim.figure).read_text(encoding="utf-8")
    return found


def specification_figures(
    session: Session, folders: Mapping[str, Path], store_folder: Path
) -> dict[tuple[str, str], str]:
    """Return the specification curve of each reading that was judged in all universes, as SVG text.

    Parameters
    ----------
    folders
        The report folders of the claims, by node id.
    """
    found = {}
    for key, specified in sorted(session.specified.items()):
        reading = open_folder(_folders_of_readings(session, folders)[key]).register.findings[key[0]].readings[key[1]]
        found[key] = kept_specification_curve(store_folder, specified, reading.band, reading.estimand)
    return found


def profile_figures(session: Session, folders: Mapping[str, Path]) -> dict[str, str]:
    """Return what fitted findings say of each open choice, as SVG text by a title, where there are universes.

    Parameters
    ----------
    folders
        The report folders of the claims, by node id.
    """
    of_readings = _folders_of_readings(session, folders)
    files = {of_readings[key]: of_readings[key] / PROFILE_FILE for key in session.specified}
    return {
        f"What the fitted findings say of each open choice in {folder.name}": file.read_text(encoding="utf-8")
        for folder, file in files.items()
        if file.exists()
    }


def report_figures_of(folders: Iterable[ReportFolder], seeds: int, store: Store) -> list[ReportFigure]:
    """Return the figures of several reports, as `harness.drawing.report_figures.report_figures` does.

    What cannot be read is told in place of the drawings: verdicts must not be lost for a picture.
    """
    found: list[ReportFigure] = []
    for folder in folders:
        try:
            found += report_figures(folder.path, seeds, store)
        except HarnessError as problem:
            found.append(ReportFigure(title=folder.register.title, shown="", findings=(), missing=str(problem)))
    return found


def _folders_of_readings(session: Session, folders: Mapping[str, Path]) -> Mapping[tuple[str, str], Path]:
    return {(claim.verdict.finding, claim.verdict.reading): folders[claim.test] for claim in session.claims}
