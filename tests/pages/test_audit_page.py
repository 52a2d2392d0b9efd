"""The audit log as readers meet it: read aloud, in the dark, on a phone."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from harness.pages.audit_page import readable

CLAIMS = """
@finding
def test_supported(judge):
    judge(mean_over_seeds(SUPPORTED, "ratio"))

@finding
@pytest.mark.parametrize("cell", ["a-cell-of-a-name-that-is-far-too-long-for-any-telephone" * 3])
def test_refuted(judge, cell):
    judge(mean_over_seeds(REFUTED, "ratio"))

@finding
def test_broken(judge):
    raise ValueError("it broke")
"""


@pytest.fixture
def page_file(pytester: pytest.Pytester, make_claims: Callable[..., None]) -> Path:
    """Run a session with a claim of each kind, and return its audit log."""
    make_claims(CLAIMS)
    pytester.runpytest_subprocess("claims", "-n", "0")
    return pytester.path / "reports" / "claims.html"


def test_the_audit_log_is_for_all_readers(browser: Browser, page_file: Path) -> None:
    """Unfolded, axe-core finds nothing, in both colour schemes, on a desk and on a phone, which scrolls one way."""
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
            page.goto(page_file.as_uri())
            page.get_by_role("button", name="Show all details").click()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            shade = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (int(re.findall(r"\d+", shade)[0]) < 40) == (scheme == "dark")
            page.close()


def test_on_a_phone_each_row_says_which_claim_it_is(browser: Browser, page_file: Path) -> None:
    """By its finding, or by its test where it came to no verdict; a tap still filters by what it came to."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(page_file.as_uri())
    rows = page.locator("tr.collapsible")
    shown = [row.inner_text() for row in rows.all()]
    assert len(shown) == 3
    assert all(("speed.faster" in row) != ("test_broken" in row) for row in shown), shown
    page.get_by_label("Passed").click()
    assert rows.count() == 2
    page.close()


def test_pages_of_another_form_stay_as_they_are(page_file: Path) -> None:
    """Those that were mended before, and those that another version of pytest-html wrote."""
    page = page_file.read_text(encoding="utf-8")
    assert readable(page) == page
    assert readable("<html><p>one</p></html>") == "<html><p>one</p></html>"
