"""The page for reading: what held and what did not, and from there down to a single training."""

from collections.abc import Mapping

from markupsafe import Markup

from harness.pages import words
from harness.pages.context import PageContext
from harness.pages.figures import Figures
from harness.pages.findings import GROUPS, FindingView, sections_of, tally
from harness.pages.forest import FARTHEST, TICKS, percent
from harness.pages.glossary import GLOSSARY
from harness.pages.heat import heat_of
from harness.pages.rendering import PAGE, interval, render
from harness.pages.report import LOOKS_LIKE, RULE, prediction_lines
from harness.pages.universes import dated, headlines
from harness.reconstruction.headlines import Headline
from harness.sessions.report_under_test import TakenChoice
from harness.sessions.session import JudgedClaim, Session

LONGEST_TIMELINE = 30
ORIGINS = ("stated", "inferred", "assumed")
BASES = {
    "independent": "Evidence: they share no training with a fitted one.",
    "related": "Weak evidence: they share trainings with fitted ones.",
    "fitted": "No evidence: the reconstruction was chosen to reproduce these.",
}


def index_html(session: Session, context: PageContext | None = None) -> str:
    """Return the page for reading, as one HTML document that needs no network and no script.

    Parameters
    ----------
    session
        What the page is about.
    context
        What other modules supply; None for nothing.
    """
    context = context or PageContext()
    sections = sections_of(session)
    findings = [finding for section in sections.values() for finding in section]
    figures, told = Figures(), {**context.headlines, **headlines(session.specified)}
    return render(
        "index.html.jinja",
        page=PAGE,
        audit_log=context.audit_log,
        title=f"Findings: {session.title}",
        session=session,
        context=context,
        sections=sections,
        findings=findings,
        readings=[reading for finding in findings for reading in finding.readings],
        answers={finding.verdict.answer for finding in findings},
        bases={basis: of for basis in BASES if (of := _of_basis(findings, basis)) or basis == "independent"},
        basis_notes=BASES,
        groups=GROUPS,
        looks_like=LOOKS_LIKE,
        choices=_by_task(session),
        origins=ORIGINS,
        origin_counts=_origin_counts(session),
        ticks={tick: percent(tick) for tick in TICKS},
        farthest=FARTHEST,
        surprises=[reading for finding in findings for reading in finding.readings if reading.surprises],
        # Drawings of findings come first: those are what a reader who has nothing but this file cannot do without.
        own_figures=_own_figures(findings, context, figures),
        curves=_curves(session, context, told, figures),
        profiles={
            title: figures.html(context.drawings.profiles.get(title, ""), file, title)
            for title, file in context.files.profiles.items()
        },
        table_of=context.files.table_of,
        cells_with_runs={row.cell for row in context.runs},
        timelines={key: past[-LONGEST_TIMELINE:] for key, past in context.past.timelines.items()},
        headlines=told,
        dated=dated,
        in_universes=prediction_lines(session.findings, session.specified),
        rule=RULE,
        glossary=GLOSSARY,
        tally=tally,
        heat_of=heat_of,
        words=words,
    )


def _of_basis(findings: list[FindingView], basis: str) -> list[FindingView]:
    return [finding for finding in findings if finding.verdict.basis == basis]


def _by_task(session: Session) -> dict[tuple[str, str], list[TakenChoice]]:
    """Return what is taken for each field, by title of the report and task."""
    found: dict[tuple[str, str], list[TakenChoice]] = {}
    for report in session.reports:
        for choice in report.choices:
            found.setdefault((report.title, choice.task), []).append(choice)
    return found


def _origin_counts(session: Session) -> dict[str, int]:
    choices = [choice for report in session.reports for choice in report.choices]
    return {name: sum(choice.origin == name for choice in choices) for name in ORIGINS}


def _own_figures(findings: list[FindingView], context: PageContext, figures: Figures) -> dict[str, Markup]:
    """Return each reading's figure, by the node id of its decisive claim."""
    decisive = {reading.decisive.test: reading.decisive for finding in findings for reading in finding.readings}
    return {
        test: figures.html(context.drawings.claims.get(test, ""), claim.figure, _said(claim))
        for test, claim in decisive.items()
        if claim.figure or test in context.drawings.claims
    }


def _said(claim: JudgedClaim) -> str:
    judged = claim.verdict
    estimate = interval(judged.value, judged.low, judged.high)
    return f"Curves and sample of {claim.case or judged.finding}: {estimate}, band {words.band_text(judged.band)}"


def _curves(
    session: Session, context: PageContext, told: Mapping[tuple[str, str], Headline], figures: Figures
) -> dict[tuple[str, str], Markup]:
    """Return each specification curve that can be shown, by finding and reading."""
    drawings, files = context.drawings.specifications, context.files.specifications
    return {
        key: figure
        for key in session.specified
        if (figure := figures.html(drawings.get(key, ""), files.get(key, ""), _told(told.get(key))))
    }


def _told(universes: Headline | None) -> str:
    return f"Specification curve: {universes.numbers}" if universes else "Specification curve"
