"""A session with all that its pages can show, and its pages in a browser."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page

from harness.drawing.figures import claim_figure
from harness.drawing.panels.figure import panel_figure
from harness.drawing.report_figures import ReportFigure
from harness.pages.context import Drawings, PageContext, Past
from harness.pages.figure_data import write_data
from harness.pages.figure_file import write_figure
from harness.pages.publish import publish, with_files
from harness.pages.run_table import RunTableWriter, merge
from harness.sessions.history import open_history
from harness.sessions.report_under_test import FindingNotes
from harness.sessions.session import Session
from harness.statistics.estimators import mean_over_seeds
from harness.verdicts.band import Band
from tests.builders.runs import random_runs
from tests.builders.sessions import REPORT, judged_claim, session_of


@cache
def claim_svg() -> str:
    """Return the figure of a claim on one cell: two curves and a sample."""
    estimate = mean_over_seeds(np.linspace(0.02, 0.04, 9), "test loss")
    return claim_figure({"torch-adam": random_runs()}, estimate, (0.025, 0.035), Band(0.02, 0.04, "a hundredth"))


@cache
def report_svg() -> str:
    """Return a figure of a report drawn again: two panels, in one of which the report gives an epoch."""
    panels = {"one": random_runs(), "other": random_runs()}
    return panel_figure(panels, ("loss",), "beside", {"one": {"epochs": (2.0,)}})


def a_session(folder: Path) -> Session:
    """Return a session of six readings of five findings in two sections, one of them with a figure."""
    figure = write_figure(folder, "claims/test_a.py::test_a", claim_svg())
    write_data(folder, figure, "number,loss\n1,0.5\n")
    speed = {"section": "Speed & size", "trainers": ("keras", "torch")}
    first = judged_claim("claims/test_a.py::test_a", finding="speed.first", statement="It is fast.", **speed)
    notes = (
        FindingNotes(
            finding="speed.first",
            place="first paragraph",
            verdicts=("holds",),
            answer="Fast: it takes half as long.",
            because="0.03 lies above the band.",
        ),
        FindingNotes(finding="speed.second"),
    )
    return session_of(
        replace(first, figure=figure),
        judged_claim("claims/test_a.py::test_b", "refuted", finding="speed.second", statement="It is faster.", **speed),
        judged_claim(
            "claims/test_a.py::test_c", finding="speed.second", reading="strict", statement="It is faster.", **speed
        ),
        *(
            replace(
                judged_claim(f"claims/test_b.py::test_d[{case}]", "refuted", finding="loss.third", basis="fitted"),
                case=case,
                expected=(expected,),
            )
            for case, expected in (("relu-adam", "supported"), ("relu-sgd", "refuted"), ("tanh-adam", "refuted"))
        ),
        judged_claim("claims/test_b.py::test_f", "inconclusive", finding="loss.fifth"),
        judged_claim("claims/test_b.py::test_e", "refuted", finding="loss.fourth", trainers=("keras",)),
        reports=(replace(REPORT, notes=notes),),
    )


def publish_session(folder: Path, *, figures_inside: bool = True) -> None:
    """Publish that session, with the figures of claims in the page, or in their files alone."""
    shown = a_session(folder)
    history = open_history(folder / "history.sqlite")
    history.append(session_of(*shown.claims[1:], started="2026-01-01T03:04:05+00:00"))
    history.append(shown)
    RunTableWriter(folder / "parts").add("claims", {"torch-adam": random_runs()})
    (folder / "claims.html").write_text("<!DOCTYPE html><title>Audit log</title>", encoding="utf-8")
    past = Past(
        changes=("speed.first (ratio): supported, was refuted in session 1 of 2026-01-01",),
        previous="2026-01-01T03:04:05+00:00",
        sessions=history.sessions(),
        timelines=history.timelines(),
    )
    drawings = Drawings(
        report_figures=(
            ReportFigure(
                title="Loss over epochs",
                shown="It showed two lines.",
                findings=("speed.first",),
                caption="9 trainings a panel.",
                svg=report_svg(),
            ),
            ReportFigure(
                title="Accuracy over epochs",
                shown="It showed three lines.",
                findings=("speed.second",),
                missing="some cells are not trained yet",
            ),
        ),
        claims={shown.claims[0].test: claim_svg()} if figures_inside else {},
    )
    context = PageContext(past=past, drawings=drawings, runs=merge(folder / "parts"))
    publish(shown, with_files(context, shown, folder), folder)


def opened(browser: Browser, address: str, **options: object) -> Page:
    """Open an address; whatever is requested from elsewhere, thrown, or complained about fails the test."""
    page = browser.new_page(**options)  # type: ignore[arg-type]
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: troubles.append(request.url) if _is_outside(request.url) else None)
    page.goto(address)
    page.wait_for_load_state()
    assert not troubles
    return page


def _is_outside(url: str) -> bool:
    return not url.startswith(("file:", "data:"))
