"""All pages as one file, opened where nothing else is."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from harness.base.errors import SessionError
from harness.pages.one_file import one_file
from tests.builders.published import opened, publish_session


@pytest.fixture(scope="module", params=[True, False], ids=["figures in the page", "figures in files"])
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one file of all pages, and leave it alone in its folder."""
    pages = tmp_path_factory.mktemp("reports")
    publish_session(pages, figures_inside=request.param)
    file = tmp_path_factory.mktemp("sent") / "findings.html"
    file.write_text(one_file(pages), encoding="utf-8")
    return file


@pytest.fixture
def page(browser: Browser, file: Path) -> Page:
    """Open it, unfolded; whatever is requested besides the file itself fails the test."""
    asked: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    page.wait_for_load_state("networkidle")
    page.wait_for_function("!document.querySelector('.drawing > noscript')")
    assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
    return page


def test_no_link_is_dead(page: Page) -> None:
    """Each leads to another place in the file, and no two places have one name."""
    targets = [
        unquote(href) for href in page.locator("a[href]").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    ]
    names = page.locator("[id]").evaluate_all("all => all.map(one => one.id)")
    assert len(names) == len(set(names))
    assert {target[:1] for target in targets} == {"#"}
    assert {target[1:] for target in targets} <= set(names)
    assert {"#report", "#runs", "#history", "#runs:torch-adam", "#history:speed.second:strict"} <= set(targets)
    assert page.get_by_role("navigation").get_by_role("listitem").all_inner_texts() == [
        "Findings",
        "The report",
        "Trainings",
        "History",
    ]


def test_its_figures_are_in_it(page: Page) -> None:
    """Those of claims and of the report; each is seen, and what its parts refer to is there."""
    images = page.locator("img").evaluate_all(
        "all => all.map(one => { one.loading = 'eager'; return one.src.slice(0, 5); })"
    )
    assert set(images) <= {"data:"}
    panels = page.locator(".drawing svg[viewBox]").count()
    assert (len(images), panels) in ((0, 5), (1, 2))
    for picture in page.locator("img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("one => one.naturalWidth") > 1000
    referred = page.locator(".drawing use").evaluate_all("all => all.map(one => one.getAttribute('href').slice(1))")
    referred += page.locator(".drawing [clip-path]").evaluate_all(
        "all => all.map(one => one.getAttribute('clip-path').slice(5, -1))"
    )
    names = set(page.locator("[id]").evaluate_all("all => all.map(one => one.id)"))
    assert set(referred) <= names
    assert len(referred) > 10


def test_what_leads_to_other_files_is_text(page: Page) -> None:
    """It is still said that there are such."""
    assert page.get_by_text("Download").count() == 0
    assert page.get_by_text("Made from claims.json, which holds all of this as data.").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, file: Path, scheme: str) -> None:
    """Also where all pages are one, in both colour schemes; and a phone scrolls it one way."""
    page = opened(browser, file.as_uri(), color_scheme=scheme, viewport={"width": 390, "height": 844})
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_the_filter_still_filters(browser: Browser, file: Path) -> None:
    """The script is that of the page, and may run."""
    page = opened(browser, file.as_uri())
    page.locator("input[name=text]").first.fill("faster")
    assert page.locator("[data-finding]:visible").evaluate_all("all => all.map(one => one.id)") == ["speed.second"]
    page.close()


def test_a_figure_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    """By what it showed."""
    publish_session(tmp_path, figures_inside=False)
    for figure in (tmp_path / "figures").iterdir():
        figure.unlink()
    assert re.search(r"\(no picture: Curves and sample of speed\.first", one_file(tmp_path))


def test_pages_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    """With all that leads to them; without the findings there is nothing to send."""
    publish_session(tmp_path)
    (tmp_path / "history.html").unlink()
    text = one_file(tmp_path)
    assert "#history" not in text
    assert "<li>History" not in text
    (tmp_path / "index.html").unlink()
    with pytest.raises(SessionError, match=r"index\.html: there is no page of findings"):
        one_file(tmp_path)
