"""Figures written anew as part of a page."""

import re

import numpy as np
import pytest

from harness.drawing.figures import claim_figure
from harness.drawing.panels.figure import panel_figure
from harness.drawing.profile_figure import profile_figure
from harness.drawing.specification_figure import specification_curve
from harness.drawing.style import MEANINGS
from harness.drawing.values import Panel, Values, with_panels
from harness.pages.figures import Figures
from harness.pages.inlined import inlined
from harness.reconstruction.scored import Profile
from harness.statistics.draws import plausible_draw
from harness.statistics.estimate import Reported
from harness.verdicts.band import OUTCOMES, Band
from tests.builders.published import claim_svg, report_svg
from tests.builders.runs import random_runs
from tests.builders.specifications import specification_with

BAND = Band(0.9, 1.1, "a tenth either way")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40pt" height="20pt">{}</svg>'


def every_figure() -> list[str]:
    """Draw one of each kind, with all that it can show."""
    reported = plausible_draw(Reported(1.0, 0.05), np.linspace(0.8, 1.2, 9), "ratio")
    cells = {f"cell {number}": random_runs() for number in range(5)}
    universes = [specification_with(universe=outcome, outcome=outcome) for outcome in OUTCOMES]
    return [
        claim_figure(cells, reported, (0.9, 1.1), BAND),
        claim_svg(),
        report_svg(),
        specification_curve([*universes, specification_with(value=np.nan)], BAND, "growth"),
        profile_figure({"task": [Profile("loss", "a", -1.0, True), Profile("loss", "b", -90.0, False)]}),
    ]


def test_every_colour_is_one_of_the_page() -> None:
    """Which has another for it in the dark; and as it was drawn where there is no page."""
    for svg in every_figure():
        html = inlined(svg, "a figure", "f")
        assert set(re.findall(r"#[0-9a-fA-F]{6}\b", html)) <= set(MEANINGS.values())
        assert not re.search(r":#[0-9a-f]{6}", html)
    assert "var(--ink,#000000)" in html


def test_one_size_of_type() -> None:
    """In every figure, so that the page shows all of them alike."""
    sizes = {size for svg in every_figure() for size in re.findall(r"font-size:([^;\"]+)", inlined(svg, "", "f"))}
    assert sizes == {"8.5px"}


def test_two_figures_share_no_id() -> None:
    """What refers to a part refers to that of its own figure, also where another is alike; other parts have no id."""
    figures = Figures()
    html = "".join(figures.html(svg, "", "a figure") for svg in (claim_svg(), claim_svg(), report_svg()))
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', html)) == set(ids)


def test_a_panel_is_a_drawing_of_its_own() -> None:
    """With its name, its numbers, and its size in pixels of four thirds of a point, in rows as it was drawn."""
    html = inlined(report_svg(), "a figure", "f")
    assert re.findall(r'aria-label="([^"]*)"', html) == ["one, test loss", "other, test loss"]
    assert html.count('<div class="row">') == 1
    assert html.count("data-values='") == 2
    left, width, pixels = re.findall(r'viewBox="([\d.]+) 0 ([\d.]+) [\d.]+" width="(\d+)"', html)[1]
    assert float(left) == float(width)
    assert int(pixels) == round(float(width) * 4 / 3)
    assert html.count("test loss</text>") == 2


def test_a_figure_that_says_nothing_of_itself_is_one_drawing() -> None:
    """It has the size of its document, and what is said of it as a whole."""
    html = inlined(SVG.format('<g><rect width="3" height="4" style="fill: #ffffff"/></g>'), 'a "figure"', "f")
    assert html == (
        '<div class="row"><svg role="img" aria-label="a &quot;figure&quot;" viewBox="0 0 40 20" width="53" height="27">'
        '<rect width="3" height="4" style="fill:var(--paper,#ffffff)"/></svg></div>'
    )


def test_panels_that_are_not_the_axes_are_no_panels() -> None:
    """The drawing is then shown whole."""
    panel = Panel(name="one", place=(0.0, 0.0, 9.0, 9.0))
    html = inlined(with_panels(SVG.format('<g id="axes_1"><path d="M 1 1"/></g>'), [panel, panel]), "a figure", "f")
    assert re.findall('aria-label="([^"]*)" viewBox="([^"]*)"', html) == [("a figure", "0 0 40 20")]


def test_the_white_of_the_paper_is_left_out() -> None:
    """It is the page's; so is text that stands in no element for it."""
    white = '<g id="figure_1">a<g id="patch_1"><path d="M 9 9"/></g><g id="patch_2">b<path d="M 1 1"/></g></g>'
    assert inlined(SVG.format(white), "", "f").endswith('><path d="M 1 1"/></svg></div>')


def test_rows_stay_rows() -> None:
    """However narrow the page is, a panel does not slip into the row above."""
    drawn = panel_figure({"one": random_runs(), "other": random_runs()}, ("loss", "accuracy"), "below", {})
    rows = inlined(drawn, "", "f").split('<div class="row">')[1:]
    assert [re.findall(r'aria-label="([^"]*)"', row) for row in rows] == [
        ["one, test loss", "one, test accuracy"],
        ["other, test loss", "other, test accuracy"],
    ]


@pytest.mark.parametrize(("width", "broad"), [(400.0, False), (401.0, True)])
def test_what_is_broader_than_a_phone_is_marked(width: float, broad: bool) -> None:
    """So that it is scrolled there."""
    panel = Panel(name="", place=(0.0, 0.0, width, 9.0))
    assert ('class="broad"' in inlined(with_panels(SVG, [panel]), "", "f")) == broad


@pytest.mark.parametrize(("at", "told"), [((), False), ((1,), True)])
def test_where_there_is_no_stop_nothing_is_told(at: tuple[float, ...], told: bool) -> None:
    """As of curves that diverged at once."""
    values = Values(step='it\'s <a> & "b"', at=at, series={})
    svg = with_panels(SVG, [Panel(name="", place=(0.0, 0.0, 9.0, 9.0), values=values)])
    html = inlined(svg, "", "f")
    assert ("data-values='" in html) == told
    assert ("it&apos;s &lt;a&gt; &amp; " in html) == told


def test_what_is_referred_to_is_there_once() -> None:
    """Also in a drawing that is not Matplotlib's; what nothing refers to has no id."""
    html = inlined(SVG.format('<defs><path id="a" d="M 0 0"/></defs><use href="#a" id="b"/>'), "", "f")
    assert html.endswith('<defs><path id="f-0" d="M 0 0"/></defs><use href="#f-0"/></svg></div>')


@pytest.mark.parametrize(
    "part",
    [
        "<script>alert(1)</script>",
        "<foreignObject><p>x</p></foreignObject>",
        '<a href="javascript:alert(1)"/>',
        '<image href="https://example.org/x.png"/>',
        '<g onload="alert(1)"/>',
        '<use href="https://example.org/x.svg#a"/>',
        '<g fill="url(example.svg)"/>',
        '<g style="fill: url(example.svg)"/>',
        '<style>*{fill: url("https://example.org")}</style>',
    ],
)
def test_what_no_figure_is_made_of_is_left_out(part: str) -> None:
    """A report's own picture comes from a file."""
    html = inlined(SVG.format(f'{part}<path d="M 0 0" onclick="x()" style="fill: url(https://example.org)"/>'), "", "f")
    assert not re.search(r"alert|example|on\w+=|<p>", html.replace('href="#f-0"', ""))
    assert '<path d="M 0 0"/>' in html


def test_a_document_may_begin_elsewhere() -> None:
    """Its view is kept."""
    html = inlined('<svg xmlns="http://www.w3.org/2000/svg" width="9pt" viewBox="1 -2.5 3 4"/>', "", "f")
    assert 'viewBox="1 -2.5 3 4" width="4" height="5"' in html


def test_text_stays_text() -> None:
    """Nothing in a figure can end it."""
    html = inlined(SVG.format("<text>&lt;/noscript&gt;&lt;script&gt;</text>"), "", "f")
    assert "<text>&lt;/noscript&gt;&lt;script&gt;</text>" in html


def test_type_as_older_versions_of_matplotlib_write_it() -> None:
    """All in one property, with the page's family in place of a list of them."""
    html = inlined(SVG.format("""<text style="font: 700 8.5px 'DejaVu Sans', sans-serif">a</text>"""), "", "f")
    assert 'style="font:700 8.5px var(--sans,sans-serif)"' in html


def test_what_cannot_be_read_is_shown_from_its_file() -> None:
    """So is what would make the page too large; without a file there is nothing to show."""
    assert inlined("<svg", "", "f") == ""
    assert 'src="a%20b.svg"' in Figures().html("<svg", "a b.svg", "a figure")
    small = Figures(budget=1000)
    assert 'src="a.svg"' in small.html(claim_svg(), "a.svg", "a figure")
    assert small.html(claim_svg(), "", "a figure") == ""
    assert "<noscript>" in small.html(SVG.format("<g/>"), "a.svg", "a figure")


def test_the_budget_is_of_the_page() -> None:
    """Figures together take no more."""
    figures = Figures(budget=len(inlined(claim_svg(), "a", "figure-1")))
    assert ["noscript" in figures.html(claim_svg(), "a.svg", "a") for _ in range(2)] == [True, False]


def test_what_is_said_hides_nothing() -> None:
    """A text that overrides the direction of what follows is written out."""
    assert 'aria-label="a [U+202E]b"' in Figures().html(claim_svg(), "", "a \u202eb")
