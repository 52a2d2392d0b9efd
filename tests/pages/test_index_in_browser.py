"""The pages as readers meet them: by keyboard, on a phone, in the dark, on paper, without scripts, read aloud."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from harness.drawing.values import panels_of
from harness.pages.index import index_html
from tests.builders.published import claim_svg, opened, publish_session, report_svg
from tests.builders.runs import random_runs
from tests.builders.sessions import judged_claim, session_of

PAGES = ("index.html", "report.html", "runs.html", "history.html")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish a session, with all that a page can show beside it, after two others."""
    folder = tmp_path_factory.mktemp("reports")
    publish_session(folder)
    return folder


def findings_shown(page: Page) -> list[str]:
    """Return the findings that are not filtered out, which are those of the table of answers."""
    rows = page.locator("table.answers [data-of]:visible").evaluate_all("rows => rows.map(row => row.dataset.of)")
    findings = page.locator("[data-finding]:visible").evaluate_all("all => all.map(one => one.id)")
    assert sorted(rows) == sorted(findings)
    return list(rows)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(browser: Browser, folder: Path, name: str, scheme: str) -> None:
    """All rules of axe-core hold, in both colour schemes, with everything unfolded."""
    page = opened(browser, (folder / name).as_uri(), color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    page.wait_for_function("!document.querySelector('.drawing > noscript')")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()


def test_dark_mode_is_dark(browser: Browser, folder: Path) -> None:
    """The background follows what the reader's system asks for."""
    shades = []
    for scheme in ("light", "dark"):
        page = opened(browser, (folder / "index.html").as_uri(), color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        shades.append(sum(map(int, re.findall(r"\d+", colour)[:3])) / 3)
        page.close()
    light, dark = shades
    assert light > 240
    assert dark < 40


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("text", "faster", ["speed.second"]),
        ("text", "FAST :strict", ["speed.second"]),
        ("section", "Speed & size", ["speed.first", "speed.second"]),
        ("trainer", "keras", ["speed.first", "speed.second", "loss.fourth"]),
        ("basis", "fitted", ["loss.third"]),
        ("answer", "not decided", ["loss.fifth"]),
        ("only", "changed", ["speed.second", "loss.fifth", "loss.fourth", "loss.third"]),
        ("only", "fragile", []),
    ],
)
def test_a_filter_leaves_what_fits(browser: Browser, folder: Path, field: str, value: str, expected: list[str]) -> None:
    """How many are left is said; the address keeps what was asked, and one button shows all again."""
    page = opened(browser, (folder / "index.html").as_uri())
    everything = findings_shown(page)
    assert len(everything) == 5
    if field == "text":
        page.locator("input[name=text]").fill(value)
    else:
        page.locator(f"select[name={field}]").select_option(value)
    assert findings_shown(page) == expected
    assert page.locator(".filter output").text_content() == f"{len(expected)} of 5 findings"
    assert page.get_by_text("No finding fits.").is_visible() == (not expected)
    again = opened(browser, page.url)
    assert findings_shown(again) == expected
    again.close()
    page.get_by_role("button", name="Show all").first.click()
    expect(page.locator("[data-finding][hidden]")).to_have_count(0)
    assert findings_shown(page) == everything
    page.close()


def test_lists_of_the_other_pages_are_searched(browser: Browser, folder: Path) -> None:
    """How many are left is said, and that nothing is; a link leads to what was filtered out."""
    page = opened(browser, (folder / "history.html").as_uri())
    rows = page.locator("[data-listed]:visible")
    everything = rows.count()
    page.locator("input[name=text]").fill("speed.second STRICT")
    assert rows.evaluate_all("all => all.map(one => one.id)") == ["speed.second:strict"]
    assert page.locator(".filter output").text_content() == f"1 of {everything}"
    page.locator("input[name=text]").fill("nothing has this")
    assert page.get_by_text("Nothing fits.").is_visible()
    page.evaluate("location.hash = 'loss.third:loss'")
    expect(page.locator("[id='loss.third:loss']")).to_be_visible()
    page.close()


@pytest.mark.parametrize(
    ("by", "first"),
    [("answer", "speed.second"), ("distance", "speed.first"), ("surprises", "speed.second"), ("", "speed.first")],
)
def test_answers_can_be_sorted(browser: Browser, folder: Path, by: str, first: str) -> None:
    """By verdict, by distance from the band, by surprises; and back to the order of the report."""
    page = opened(browser, (folder / "index.html").as_uri())
    everything = findings_shown(page)
    page.locator("select[name=sort]").select_option(by or "answer")
    page.locator("select[name=sort]").select_option(by)
    assert findings_shown(page)[0] == first
    assert sorted(findings_shown(page)) == sorted(everything)
    if not by:
        assert findings_shown(page) == everything
    page.close()


def test_a_finding_is_a_line_until_it_is_unfolded(browser: Browser, folder: Path) -> None:
    """Its readings are behind it, and few things can be reached by the tabulator before."""
    page = opened(browser, (folder / "index.html").as_uri())
    finding = page.locator("[id='speed.second']")
    assert not finding.locator("[data-reading]").first.is_visible()
    finding.locator("summary").first.click()
    assert finding.locator("[data-reading]").first.is_visible()
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_screen_has_answers(browser: Browser, folder: Path, width: int) -> None:
    """Verdict, answer and reason of the first finding are seen without scrolling."""
    page = opened(browser, (folder / "index.html").as_uri(), viewport={"width": width, "height": 844})
    row = page.locator("table.answers [data-of]").first.bounding_box()
    assert row is not None
    assert row["y"] + row["height"] < 844
    assert page.get_by_text("Fast: it takes half as long.").first.is_visible()
    page.close()


def test_answers_stay_in_sight_whatever_is_missing(browser: Browser, tmp_path: Path) -> None:
    """Of many sentences above them a few are shown, and how many more there are; a click shows all."""
    session = session_of(missing=tuple(f"result {number} is missing" for number in range(30)))
    (tmp_path / "index.html").write_text(index_html(session), encoding="utf-8")
    page = opened(browser, (tmp_path / "index.html").as_uri(), viewport={"width": 1280, "height": 844})
    attention = page.get_by_role("region", name="Not finished")
    assert attention.locator("li:visible").all_inner_texts() == [f"result {number} is missing" for number in range(4)]
    expect(page.locator("table.answers [data-of]").first).to_be_in_viewport()
    attention.get_by_text("and 26 more").click()
    expect(attention.locator("li:visible")).to_have_count(30)
    page.close()


def test_a_link_to_a_reading_leads_there_whatever_is_filtered_out(browser: Browser, folder: Path) -> None:
    """The filter gives way to the address."""
    page = opened(browser, f"{(folder / 'index.html').as_uri()}#speed.second:strict")
    assert page.locator("[id='speed.second:strict']").evaluate("one => one.getBoundingClientRect().top") < 300
    page.locator("input[name=text]").fill("nothing has this")
    page.evaluate("location.hash = 'loss.third:loss'")
    expect(page.locator("[id='loss.third:loss']")).to_be_visible()
    page.wait_for_timeout(100)  # after which nothing of the filter is still to come
    assert page.url.endswith("#loss.third:loss")
    page.close()


def test_from_a_claim_down_to_its_single_trainings(browser: Browser, folder: Path) -> None:
    """The link of a cell opens the folded table of its runs on the page of trainings."""
    page = opened(browser, (folder / "index.html").as_uri())
    page.locator("[id='speed.first'] summary").first.click()
    reading = page.locator("[id='speed.first:loss']")
    reading.locator("details.claims > summary").click()
    reading.get_by_role("link", name="torch-adam", exact=True).click()
    page.wait_for_load_state()
    table = page.locator("[id='torch-adam'] table")
    assert table.is_visible()
    assert table.locator("tbody tr").count() == len(random_runs().seeds)
    page.close()


@pytest.mark.parametrize(
    ("name", "svg", "table"),
    [
        ("index.html", claim_svg, "number,loss\n1,0.5\n"),
        (
            "report.html",
            report_svg,
            "figure,panel,series,step,at,median,low,high\nLoss over epochs,one,test loss,epoch,1,",
        ),
    ],
)
def test_figures_can_be_downloaded(
    browser: Browser, folder: Path, name: str, svg: Callable[[], str], table: str
) -> None:
    """As they are, as the numbers behind them, and as points, which the browser draws; each under its own name."""
    page = opened(browser, (folder / name).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    offered = page.locator(".downloads").first
    links = [unquote(str(link.get_attribute("href"))) for link in offered.get_by_role("link").all()]
    assert [Path(link).suffix for link in links] == [".svg", ".csv"]
    assert (folder / links[0]).read_text(encoding="utf-8") == svg()
    assert (folder / links[1]).read_text(encoding="utf-8").startswith(table)
    with page.expect_download() as given:
        offered.get_by_role("button", name="Download as PNG").click()
    assert given.value.suggested_filename == Path(links[0]).with_suffix(".png").name
    picture = Image.open(given.value.path())
    places = np.array([panel.place for panel in panels_of(svg())])
    whole = (places[:, :2] + places[:, 2:]).max(axis=0) * 8 / 3  # twice the size on the page
    assert picture.format == "PNG"
    np.testing.assert_allclose(picture.size, whole, atol=2)
    shades = np.asarray(picture.convert("L"))
    assert (shades > 250).mean() > 0.5
    assert (shades[:, -shades.shape[1] // 3 :] < 100).any()  # the last panel is there too
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_claims_of_a_finding_at_a_glance(browser: Browser, folder: Path, scheme: str) -> None:
    """A table says verdict, estimate and side of the band as text, and colours it."""
    page = opened(browser, (folder / "index.html").as_uri(), color_scheme=scheme)
    page.locator("[id='loss.third'] summary").first.click()
    table = page.locator("[id='loss.third'] table.heat")
    assert table.get_by_role("columnheader").all_inner_texts() == ["adam", "sgd"]
    cells = table.get_by_role("cell").all()
    assert re.fullmatch(r"✘\s*refuted,\s*0\.03123 .*(inside|below|above) its band", cells[1].text_content() or "")
    shades = [one.evaluate("one => getComputedStyle(one).backgroundColor") for one in (cells[1], cells[-1])]
    assert shades[0] != shades[1]
    assert page.locator("[id='speed.first'] table.heat").count() == 0
    page.close()


def test_a_wide_table_of_claims_scrolls_by_itself(browser: Browser, tmp_path: Path) -> None:
    """With what only a screen reader says in it."""
    cases = [f"{row}-column{column}" for row in ("one", "two") for column in range(12)]
    claims = [replace(judged_claim(f"claims/test_a.py::test_a[{case}]"), case=case) for case in cases]
    (tmp_path / "index.html").write_text(index_html(session_of(*claims)), encoding="utf-8")
    page = opened(browser, (tmp_path / "index.html").as_uri(), viewport={"width": 390, "height": 844})
    page.locator(".finding summary").first.click()
    assert page.locator("table.heat").evaluate("one => one.getBoundingClientRect().width") > 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_without_scripts_everything_is_shown(browser: Browser, folder: Path) -> None:
    """There is no filter then, and nothing else is missing."""
    page = browser.new_page(java_script_enabled=False)
    page.goto((folder / "index.html").as_uri())
    assert not page.locator("form.filter").is_visible()
    assert page.locator("[data-finding]:visible").count() == page.locator(".answers [data-of]:visible").count() == 5
    assert page.locator("[data-reading]").count() == 6
    assert page.locator(".downloads a").count() == 2
    assert page.locator(".downloads button").count() == 0
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_scrolls_one_way(browser: Browser, folder: Path, name: str) -> None:
    """Nothing makes the page wider than the screen; wide tables scroll by themselves."""
    page = opened(browser, (folder / name).as_uri(), viewport={"width": 360, "height": 740})
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_text_keeps_off_the_edge_of_the_screen(browser: Browser, folder: Path, name: str) -> None:
    """On a phone, and on a desk, where lines are no longer than can be read."""
    page = opened(browser, (folder / name).as_uri(), viewport={"width": 390, "height": 844})
    assert page.locator("h1").evaluate("one => one.getBoundingClientRect().left") >= 16
    page.set_viewport_size({"width": 1900, "height": 900})
    assert page.locator("main").evaluate("one => one.getBoundingClientRect().width") < 1400
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_shows_the_way_to_every_page(browser: Browser, folder: Path, name: str) -> None:
    """Each name in the navigation is seen whole, without scrolling it sideways."""
    page = opened(browser, (folder / name).as_uri(), viewport={"width": 390, "height": 844})
    tabs = page.get_by_role("navigation", name="Pages").get_by_role("link")
    assert tabs.count() == len(PAGES) + 1
    boxes = tabs.evaluate_all(
        "tabs => tabs.map(tab => tab.getBoundingClientRect()).map(({left, right}) => [left, right])"
    )
    assert all(0 <= left < right <= 390 for left, right in boxes), boxes
    page.close()


def test_on_paper_there_is_what_can_be_read_there(browser: Browser, folder: Path) -> None:
    """Buttons and navigation are left out, the config is unfolded, and a reading is not torn off its heading."""
    page = opened(browser, (folder / "index.html").as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator("nav.pages").is_visible()
    assert not page.locator("form.filter").is_visible()
    assert page.locator("button:visible").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") in (
        "rgb(255, 255, 255)",
        "rgba(0, 0, 0, 0)",
    )
    assert page.get_by_text("batch size", exact=True).is_visible()
    assert len(page.pdf()) > 10_000
    page.close()


class _Links(HTMLParser):
    """All addresses and ids of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value for name, value in attrs if name in ("href", "src") and value]
        self.ids += [value for name, value in attrs if name == "id" and value]


def test_every_link_leads_somewhere(folder: Path) -> None:
    """Each file is there, each anchor is on its page, and no two things share one."""
    links = {name: _Links((folder / name).read_text(encoding="utf-8")) for name in (*PAGES, "claims.html")}
    for name, its in links.items():
        assert len(its.ids) == len(set(its.ids)), name
        for address in its.addresses:
            if address.startswith("data:"):
                continue
            file, anchor = urldefrag(address)
            file = unquote(file) or name
            assert (folder / file).is_file(), (name, address)
            assert not anchor or unquote(anchor) in links[file].ids, (name, address)
