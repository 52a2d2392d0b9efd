"""The page of the original: what the report states, in its own order, each statement beside what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from harness.pages.context import PageContext, ShownFigure
from harness.pages.figures import Figures
from harness.pages.findings import FindingView, sections_of
from harness.pages.rendering import render
from harness.pages.report import LOOKS_LIKE
from harness.sessions.session import Session

PAGE = "report.html"


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A figure of the report, drawn again.

    Attributes
    ----------
    html
        What is shown; empty if there is nothing.
    findings
        Those that rest on it and were judged.
    """

    figure: ShownFigure
    html: Markup
    findings: Sequence[FindingView]


def original_html(session: Session, context: PageContext | None = None) -> str:
    """Return the page, as one HTML document that needs no network and no script.

    Parameters
    ----------
    session
        What the page is about.
    context
        What other modules supply; None for nothing.
    """
    context = context or PageContext()
    sections = sections_of(session)
    return render(
        "report.html.jinja",
        page=PAGE,
        audit_log=context.audit_log,
        title=f"The report: {session.title}",
        session=session,
        sections=sections,
        figures=_figures_of(sections, context),
        files=context.files.report_figures,
        table_of=context.files.table_of,
        looks_like=LOOKS_LIKE,
    )


def _figures_of(sections: Mapping[str, Sequence[FindingView]], context: PageContext) -> dict[str, list[Drawn]]:
    """Return the figures of each section, that in which the first finding that rests on it stands."""
    page_figures = Figures()
    views = {view.id: (name, view) for name, its in sections.items() for view in its}
    found: dict[str, list[Drawn]] = {name: [] for name in sections}
    for figure in context.drawings.report_figures:
        resting = [views[finding] for finding in figure.findings if finding in views]
        name = resting[0][0] if resting else next(iter(found), "")
        if name:
            html = page_figures.html(figure.svg, context.files.report_figures.get(figure.title, ""), figure.title)
            found[name].append(Drawn(figure=figure, html=html, findings=[view for _, view in resting]))
    return found
