"""Writes what a session came to: for machines, and for people."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from harness.base.files import write_if_changed
from harness.pages import index, original, runs, trend
from harness.pages.context import DrawingFiles, PageContext
from harness.pages.figure_data import data_of, panels_csv, specification_csv, write_data
from harness.pages.figure_file import FIGURES_FOLDER, write_figure
from harness.pages.rendering import PAGE
from harness.pages.run_table import write_csv
from harness.pages.summary import summary_markdown
from harness.sessions.session import Session
from harness.sessions.session_file import SESSION_FILE, write_session

RUNS_FILE = "runs.csv"
SUMMARY_FILE = "summary.md"


def publish(session: Session, context: PageContext, folder: Path) -> None:
    """Write everything that is made of a session into a folder: first as data, then as pages.

    Parameters
    ----------
    beside
        What the pages show besides, as `with_files` returns it.
    """
    write_session(session, folder / SESSION_FILE)
    write_csv(context.runs, folder / RUNS_FILE)
    _write(folder / SUMMARY_FILE, summary_markdown(session, context.past.changes))
    _write(folder / PAGE, index.index_html(session, context))
    _write(folder / original.PAGE, original.original_html(session, context))
    _write(folder / runs.PAGE, runs.runs_html(context.runs, title=session.title, audit_log=context.audit_log))
    past = context.past
    history = trend.trend_html(past.timelines, past.sessions, past.levels, audit_log=context.audit_log)
    _write(folder / trend.PAGE, history)
    files = context.files
    drawn = (*files.specifications.values(), *files.profiles.values(), *files.report_figures.values())
    _tidy(folder, {*drawn, *(claim.figure for claim in session.claims)})


def with_files(context: PageContext, session: Session, folder: Path) -> PageContext:
    """Write the drawings that pages refer to into a folder, and return where they stand along with the rest."""
    drawings = context.drawings
    specifications = {
        key: write_figure(folder, f"universes-{'-'.join(key)}", svg) for key, svg in drawings.specifications.items()
    }
    for key, file in specifications.items():
        write_data(folder, file, specification_csv(session.specified[key]))
    profiles = {title: _write_with_numbers(folder, title, title, svg) for title, svg in drawings.profiles.items()}
    report_figures = {
        one.title: _write_with_numbers(folder, f"report-{one.title}", one.title, one.svg)
        for one in drawings.report_figures
        if one.svg
    }
    of_claims = [claim.figure for claim in session.claims if claim.figure]
    shown = [*specifications.values(), *profiles.values(), *report_figures.values(), *of_claims]
    files = DrawingFiles(
        specifications=specifications,
        profiles=profiles,
        report_figures=report_figures,
        data=frozenset(table for file in shown if (folder / (table := data_of(file))).is_file()),
    )
    return replace(context, files=files)


def _write_with_numbers(folder: Path, name: str, title: str, svg: str) -> str:
    """Write a figure, and the numbers that it tells beside it; return where it stands."""
    file = write_figure(folder, name, svg)
    if table := panels_csv(title, svg):
        write_data(folder, file, table)
    else:  # those of a figure that stood there before
        (folder / data_of(file)).unlink(missing_ok=True)
    return file


def _tidy(folder: Path, shown: Collection[str]) -> None:
    """Remove the figures of sessions before, with their data."""
    kept = {*shown, *map(data_of, shown)}
    for file in (folder / FIGURES_FOLDER).glob("*.*"):
        if file.suffix in (".svg", ".csv") and f"{FIGURES_FOLDER}/{file.name}" not in kept:
            file.unlink(missing_ok=True)


def _write(file: Path, text: str) -> None:
    write_if_changed(file, text.encode())
