"""Figures as readers meet them: their numbers by pointer and keyboard, in the dark, on a phone, on paper."""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from harness.drawing.profile_figure import profile_figure
from harness.drawing.style import TYPE
from harness.pages.context import Drawings, PageContext
from harness.pages.index import index_html
from harness.pages.original import PAGE as REPORT
from harness.pages.publish import with_files
from harness.reconstruction.scored import Profile
from tests.builders.published import opened, publish_session
from tests.builders.sessions import judged_claim, session_of

INDEX = "index.html"
PIXELS = TYPE * 4 / 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish a session with a figure of a claim and one of the report."""
    folder = tmp_path_factory.mktemp("reports")
    publish_session(folder)
    return folder


def shown(browser: Browser, folder: Path, name: str, **options: Any) -> Page:
    """Open a page with its figure unfolded."""
    page = opened(browser, (folder / name).as_uri(), **options)
    if name == INDEX:
        page.locator("[id='speed.first'] summary").first.click()
    expect(page.locator(".drawing svg[viewBox]").first).to_be_visible()
    return page


def reader_of(page: Page) -> Locator:
    """Return what tells the numbers of the first figure."""
    return page.get_by_role("slider").first


def test_a_folded_figure_is_text_until_it_is_unfolded(browser: Browser, folder: Path) -> None:
    """It costs nothing to open the page, and has no stop of the tabulator."""
    page = opened(browser, (folder / INDEX).as_uri())
    assert page.locator(".drawing svg").count() == page.locator("[role=slider]").count() == 0
    assert page.locator(".drawing > noscript").count() == 1
    page.locator("[id='speed.first'] summary").first.click()
    expect(page.locator(".drawing svg[viewBox]")).to_have_count(3)
    assert page.locator("[role=slider]").count() == 1
    page.close()


def test_a_link_to_a_finding_shows_its_figure(browser: Browser, folder: Path) -> None:
    """Before the page is scrolled there, so that the figure does not push it away."""
    page = opened(browser, f"{(folder / INDEX).as_uri()}#speed.first:loss")
    assert page.locator(".drawing svg[viewBox]").count() == 3
    assert page.locator("[id='speed.first:loss']").evaluate("one => one.getBoundingClientRect().top") < 300
    page.close()


def test_the_pointer_tells_the_numbers_at_an_epoch(browser: Browser, folder: Path) -> None:
    """Median and central 90 % of the nearest, at a line through it; nothing once the pointer has left."""
    page = shown(browser, folder, REPORT)
    panel = page.locator(".drawing svg[viewBox]").first
    told = page.locator(".tip").first
    assert not told.is_visible()
    values = panel.evaluate("one => JSON.parse(one.dataset.values)")
    left, top, width, height = values["area"]
    low, high = values["ends"]
    for number, epoch in enumerate(values["at"]):
        x = (left + (epoch + 0.3 - low) / (high - low) * width) * 4 / 3
        panel.hover(position={"x": min(x, (left + width) * 4 / 3), "y": (top + height / 2) * 4 / 3})
        least, middle, most = (row[number] for row in values["series"]["test loss"])
        assert told.locator("div").all_inner_texts() == [
            "one",
            f"epoch: {epoch}",
            f"test loss: {middle} ({least} to {most})",
            "median (central 90 %)",
            "the report says: epoch 2",
        ]
        line = page.locator(".cursor").first.bounding_box()
        box = panel.bounding_box()
        assert line is not None
        assert box is not None
        assert line["x"] - box["x"] == pytest.approx((left + (epoch - low) / (high - low) * width) * 4 / 3, abs=1.5)
    page.mouse.move(2, 2)
    assert not told.is_visible()
    assert not page.locator(".cursor").first.is_visible()
    page.close()


def test_the_keyboard_tells_the_same(browser: Browser, folder: Path) -> None:
    """One stop of the tabulator a figure; arrows lead along the epochs and on to the next panel, other keys farther."""
    page = shown(browser, folder, REPORT)
    reader = reader_of(page)
    assert reader.get_attribute("aria-label") == "Values of Loss over epochs"
    assert page.locator(".drawing [tabindex]").count() == 1
    reader.focus()
    expect(page.locator(".tip").first).to_be_visible()
    first = str(reader.get_attribute("aria-valuetext"))
    assert first.startswith("one; epoch: 1; test loss: ")
    assert first.endswith("; median (central 90 %); the report says: epoch 2")

    def after(key: str) -> str:
        page.keyboard.press(key)
        said = str(reader.get_attribute("aria-valuetext"))
        assert "; ".join(page.locator(".tip div").all_inner_texts()) == said
        return ", ".join(said.split("; ")[:2])

    keys = ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "End", "ArrowRight", "Home", "PageUp", "PageDown", "End")
    places = [after(key) for key in keys]
    assert places == [
        *("one, epoch: 1", "one, epoch: 2", "one, epoch: 3", "one, epoch: 2", "one, epoch: 4"),
        *("other, epoch: 1", "other, epoch: 1", "one, epoch: 1", "other, epoch: 1", "other, epoch: 4"),
    ]
    assert after("ArrowRight") == "other, epoch: 4"
    assert reader.get_attribute("aria-valuenow") == reader.get_attribute("aria-valuemax") == "7"
    page.keyboard.press("Escape")
    assert not page.locator(".tip").first.is_visible()
    page.keyboard.press("Home")
    assert page.locator(".tip").first.is_visible()
    reader.blur()
    assert not page.locator(".tip").first.is_visible()
    page.close()


def test_the_sample_tells_what_was_judged(browser: Browser, folder: Path) -> None:
    """Estimate with interval, and band, at every seed."""
    page = shown(browser, folder, INDEX)
    reader_of(page).focus()
    for key in ("PageDown", "PageDown"):
        page.keyboard.press(key)
    assert page.locator(".tip div").all_inner_texts() == [
        "test loss",
        "test loss: 0.02",
        "proportion of seeds at or below: 0.1111",
        "estimate 0.03 [0.025, 0.035]",
        "band 0.02 to 0.04",
    ]
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_what_is_told_stays_on_the_screen(browser: Browser, folder: Path, width: int) -> None:
    """Also at the right end of the last panel."""
    page = shown(browser, folder, INDEX, viewport={"width": width, "height": 844})
    reader_of(page).focus()
    for key in ("End", "PageDown", "End", "PageDown", "End"):
        page.keyboard.press(key)
        box = page.locator(".tip").first.bounding_box()
        assert box is not None
        assert 0 <= box["x"] < box["x"] + box["width"] <= width
    page.close()


def type_sizes(page: Page) -> set[float]:
    """Return how large all type of figures is seen, in pixels: its size times the scale of its drawing."""
    found = page.locator(".drawing svg text").evaluate_all(
        "all => all.map(one => { const { a, b } = one.getScreenCTM();"
        " return parseFloat(getComputedStyle(one).fontSize) * Math.hypot(a, b); })"
    )
    assert len(found) > 10
    return {round(size, 1) for size in found}


def test_all_type_is_of_one_size(browser: Browser, folder: Path) -> None:
    """In every panel of every figure on both pages; on a phone it can still be read."""
    for name in (INDEX, REPORT):
        page = shown(browser, folder, name, viewport={"width": 1280, "height": 900})
        (size,) = type_sizes(page)
        assert size == pytest.approx(PIXELS, abs=0.1)
        page.set_viewport_size({"width": 390, "height": 844})
        assert min(type_sizes(page)) >= 9
        page.close()


def test_panels_stand_beside_each_other_or_below(browser: Browser, folder: Path) -> None:
    """Side by side on a desk, one below the other on a phone, where each is as wide as the screen lets it be."""
    page = shown(browser, folder, INDEX, viewport={"width": 1280, "height": 900})
    boxes = "all => all.map(one => one.getBoundingClientRect()).map(({ x, y, right }) => [x, y, right].map(Math.round))"
    panels = page.locator(".drawing svg[viewBox]")
    desk = np.array(panels.evaluate_all(boxes))
    assert len(set(desk[:, 1])) == 1
    assert (np.diff(desk[:, 0]) > 300).all()
    page.set_viewport_size({"width": 390, "height": 844})
    phone = np.array(panels.evaluate_all(boxes))
    assert len(set(phone[:, 0])) == 1
    assert (np.diff(phone[:, 1]) > 200).all()
    assert phone[:, 2].max() <= 390
    page.close()


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_figures_follow_the_theme(browser: Browser, folder: Path, scheme: str, dark: bool) -> None:
    """Their paper is that of the page, their ink that of its text; on paper both are as they were drawn."""
    page = shown(browser, folder, REPORT, color_scheme=scheme)
    drawing = page.locator(".drawing").first
    pixels = np.asarray(Image.open(io.BytesIO(drawing.screenshot())).convert("L"))
    assert ((pixels < 60).mean() > 0.8) == dark
    assert ((pixels > 200).mean() > 0.8) == (not dark)
    ink = "getComputedStyle(document.querySelector('.drawing text')).fill"
    assert page.evaluate(ink) == page.evaluate("getComputedStyle(document.body).color")
    assert page.locator(".drawing").evaluate("one => getComputedStyle(one).filter") == "none"
    page.emulate_media(media="print", color_scheme=scheme)
    assert page.evaluate(ink) == "rgb(0, 0, 0)"
    page.close()


def test_without_scripts_figures_are_there(browser: Browser, folder: Path) -> None:
    """As drawings that follow the theme, too, with no stop of the tabulator."""
    page = browser.new_page(java_script_enabled=False, color_scheme="dark")
    page.goto((folder / REPORT).as_uri())
    assert page.locator(".drawing svg[viewBox]").count() == 2
    assert page.locator(".drawing svg[viewBox]").first.is_visible()
    pixels = np.asarray(Image.open(io.BytesIO(page.locator(".drawing").screenshot())).convert("L"))
    assert (pixels < 60).mean() > 0.8
    page.close()


def test_on_paper_all_figures_are_there(browser: Browser, folder: Path) -> None:
    """Also those that nobody unfolded before, since findings are unfolded on paper."""
    page = opened(browser, (folder / INDEX).as_uri())
    page.pdf()
    assert page.locator(".drawing svg[viewBox]").count() == 3
    page.emulate_media(media="print")
    assert page.locator(".drawing svg[viewBox]").first.is_visible()
    assert not page.locator(".reader").is_visible()
    page.set_viewport_size({"width": 688, "height": 1000})  # A4 without its margins
    boxes = [panel.bounding_box() for panel in page.locator(".drawing svg[viewBox]").all()]
    first, second, third = (box for box in boxes if box is not None)
    assert first["y"] == second["y"] < third["y"]
    assert second["x"] + second["width"] <= 688
    assert min(type_sizes(page)) >= 9
    page.close()


def test_the_filter_does_not_search_figures(browser: Browser, folder: Path) -> None:
    """Neither what they are made of nor what is written in them, unfolded or not."""
    for page in (opened(browser, (folder / INDEX).as_uri()), shown(browser, folder, INDEX)):
        for text in ("stroke", "proportion of seeds"):
            page.locator("input[name=text]").fill(text)
            assert page.locator(".filter output").text_content() == "0 of 5 findings"
        page.locator("input[name=text]").fill("it takes half as long")
        assert page.locator(".filter output").text_content() == "1 of 5 findings"
        page.close()


def test_a_caption_is_text_of_the_page(browser: Browser, folder: Path) -> None:
    """Beside what the report's own figure showed."""
    page = shown(browser, folder, REPORT)
    caption = page.locator("figure.of-report figcaption").first.inner_text()
    assert re.match(r"Loss over epochs\. Reported: It showed two lines\. Here: .*9 trainings a panel\.", caption)
    assert page.locator(".drawing", has_text="trainings a panel").count() == 0
    page.close()


@pytest.fixture(scope="module")
def page_of_choices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page with the figure of the open choices of two tasks, whose stops are rows."""
    found = [Profile("loss", name, -float(number), True) for number, name in enumerate("abc")]
    drawings = Drawings(profiles={"Open choices": profile_figure({"one": found, "other": found})})
    folder = tmp_path_factory.mktemp("choices")
    session = session_of(judged_claim("claims/test_a.py::test_a"))
    context = with_files(PageContext(drawings=drawings), session, folder)
    (folder / INDEX).write_text(index_html(session, context), encoding="utf-8")
    return folder / INDEX


def test_rows_are_told_too(browser: Browser, page_of_choices: Path) -> None:
    """Down is on, the line lies across, and what is told stays within the figure."""
    page = opened(browser, page_of_choices.as_uri())
    page.locator("summary", has_text="Reconstruction").click()
    expect(page.locator(".drawing svg[viewBox]")).to_have_count(2)
    reader = reader_of(page)
    reader.focus()
    assert reader.get_attribute("aria-valuetext") == (
        "one; loss: a; log likelihood below the best: 0; plausible: at least -3"
    )
    for key, told in (("ArrowDown", "loss: b"), ("ArrowRight", "loss: c"), ("ArrowUp", "loss: b"), ("End", "loss: c")):
        page.keyboard.press(key)
        assert str(reader.get_attribute("aria-valuetext")).split("; ")[1] == told
    assert str(reader.get_attribute("aria-valuetext")).split("; ")[2].endswith(": \N{MINUS SIGN}2")
    line, tip = (page.locator(name).first.bounding_box() for name in (".cursor", ".tip"))
    whole = page.locator(".drawing").bounding_box()
    assert line is not None
    assert tip is not None
    assert whole is not None
    assert line["width"] > 100 > 2 > line["height"]
    assert whole["y"] <= tip["y"] < tip["y"] + tip["height"] <= whole["y"] + whole["height"] + 1
    panel = page.locator(".drawing svg[viewBox]").nth(1)
    values = panel.evaluate("one => JSON.parse(one.dataset.values)")
    rows = [(at - values["ends"][0]) / (values["ends"][1] - values["ends"][0]) for at in values["at"]]
    for number, row in enumerate(rows):
        left, top, width, height = (size * 4 / 3 for size in values["area"])
        panel.hover(position={"x": width / 2 + left - values_left(panel), "y": top + row * height + 2})
        assert page.locator(".tip div").all_inner_texts()[:2] == ["other", f"loss: {'abc'[number]}"]
    page.close()


def values_left(panel: Locator) -> float:
    """Return where a panel begins in its figure, in pixels."""
    return float(panel.evaluate("one => one.viewBox.baseVal.x")) * 4 / 3


def test_what_is_broad_is_scrolled_on_a_phone(browser: Browser, page_of_choices: Path) -> None:
    """Its type stays as large, the page is not wider than the screen, and axe-core has nothing against it."""
    page = opened(browser, page_of_choices.as_uri(), viewport={"width": 390, "height": 844})
    page.locator("summary", has_text="Reconstruction").click()
    expect(page.locator(".drawing svg.broad")).to_have_count(2)
    assert type_sizes(page) == {round(PIXELS, 1)}
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()


def test_open_choices_have_their_numbers_beside_them(browser: Browser, page_of_choices: Path) -> None:
    """As a table to download."""
    page = opened(browser, page_of_choices.as_uri())
    page.locator("summary", has_text="Reconstruction").click()
    href = page.get_by_role("link", name="numbers as CSV").get_attribute("href")
    table = (page_of_choices.parent / str(href)).read_text(encoding="utf-8").splitlines()
    assert table[2] == "Open choices,one,log likelihood below the best,answer,loss: b,-1,,"
    assert len(table) == 7
    page.close()


def test_a_figure_of_a_file_is_shown_as_large(browser: Browser, tmp_path: Path) -> None:
    """It is scrolled where it does not fit, and its white is dark in the dark."""
    publish_session(tmp_path, figures_inside=False)
    page = opened(browser, (tmp_path / INDEX).as_uri(), viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.locator("[id='speed.first'] summary").first.click()
    image = page.locator("[id='speed.first'] img")
    image.scroll_into_view_if_needed()
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("one => one.getBoundingClientRect().width") == pytest.approx(1152, abs=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    pixels = np.asarray(Image.open(io.BytesIO(image.locator("..").screenshot())).convert("L"))
    assert (pixels < 60).mean() > 0.7
    assert page.locator("[id='speed.first'] .downloads button").count() == 0
    page.close()
