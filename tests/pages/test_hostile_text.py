"""Whatever a report says, its pages show it as text: nothing of it runs, loads, or pushes the page off the screen."""

import json
import re
import unicodedata
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Page

from tests.builders.reports import AXES, HEAD, protocol_toml

MARKUP = (
    "<script>window.hacked = 1</script>\"><img src=x onerror='window.hacked = 1'></style></title></textarea>-->"
    '<a href="javascript:window.hacked=1">go</a><svg onload=window.hacked=1> {{ 7 * 7 }} {% raw %} ${7*7} &lt;b&gt;'
)
MARKDOWN = (
    "[go](javascript:window.hacked=1) ![x](http://outside.invalid/x.png) <https://outside.invalid> **b** | `c` @x"
)
SCRIPTS = "\u202egnp\u202c שלום عربى 👩‍🔬 日本語"
LONG = "W" * 10_000
HOSTILE = f"{MARKUP} {MARKDOWN} {SCRIPTS} {LONG}"
SHOWN = {  # which page shows what the files say
    "title": ("index.html", "runs.html", "claims.html", "summary.html"),
    "section": ("index.html", "claims.html"),
    "statement": ("index.html", "claims.html", "summary.html"),
    "estimand": ("index.html", "claims.html"),
    "reason": ("index.html", "claims.html"),
    "known": ("claims.html",),
    "assumed": ("index.html",),
}
PAGES = ("index.html", "runs.html", "history.html", "claims.html")
# No `/` in it, and no control character: it is part of a node id.
NAME = "<script>window.hacked=1<script>\"><img src=x onerror='window.hacked=1'> {{7*7}} | **b** `c`"


def text(place: str) -> str:
    """Return a hostile text as TOML, with a word that tells where it came from."""
    return json.dumps(f"{place}-begins {HOSTILE} {place}-ends", ensure_ascii=False)


FINDING = f"speed.{NAME}"
REPORT = f"""
title = {text("title")}
[sections]
speed = {text("section")}
[findings.{json.dumps(FINDING)}]
statement = {text("statement")}
basis = "independent"
reported = {{ {json.dumps(NAME)} = "0.50" }}
[findings.{json.dumps(FINDING)}.readings.{json.dumps(NAME)}]
estimand = {text("estimand")}
low = 0.9
high = 1.1
reason = {text("reason")}
[[findings.{json.dumps(FINDING)}.expected]]
reading = {json.dumps(NAME)}
cases = ["known"]
verdict = "refuted"
reason = {text("known")}
date = 2026-01-31
"""
DATA = f"""
[datasets.{json.dumps(NAME)}]
file = "flowers.csv"
task = "classification"
target = {json.dumps(NAME)}
source = {text("source")}
"""
PROTOCOL = protocol_toml(
    {**AXES, "activation": ["relu"], NAME: [NAME]},
    DATA,
    dataset=f'{{ value = {json.dumps(NAME)}, origin = "assumed", reason = {text("assumed")} }}',
)
CLAIMS = f"""
NAME = {NAME!r}
hostile = pytest.mark.finding("speed." + NAME, reading=NAME)

@hostile
def test_supported(judge):
    judge(mean_over_seeds(SUPPORTED, NAME))

@hostile
@pytest.mark.parametrize("case", [NAME, "known"])
def test_refuted(judge, case):
    judge(mean_over_seeds(REFUTED, NAME))

@hostile
def test_broken(judge):
    raise ValueError({HOSTILE!r})
"""


@pytest.fixture
def session(pytester: pytest.Pytester) -> tuple[Path, str]:
    """Run claims of a report that is hostile wherever it may say something; return its pages, and the terminal."""
    folder = pytester.mkdir("claims")
    (folder / "report.toml").write_text(REPORT, encoding="utf-8")
    (folder / "protocol.toml").write_text(PROTOCOL, encoding="utf-8")
    rows = "".join(f"{row},{'ab'[row % 2]}\n" for row in range(20))
    (folder / "flowers.csv").write_text('petal,"' + NAME.replace('"', '""') + '"\n' + rows, encoding="utf-8")
    (folder / "test_speed.py").write_text(HEAD + CLAIMS, encoding="utf-8")
    pytester.makeini("[pytest]\n")
    result = pytester.runpytest_subprocess("claims", "-n", "0")
    result.assert_outcomes(passed=1, failed=2, xfailed=1)
    reports = pytester.path / "reports"
    # As GitHub shows it, but for its sanitizer: what that would take out must not be there.
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    rendered = markdown.render((reports / "summary.md").read_text(encoding="utf-8"))
    (reports / "summary.html").write_text(f'<!DOCTYPE html><meta charset="utf-8">{rendered}', encoding="utf-8")
    return reports, result.stdout.str() + result.stderr.str()


def opened(browser: Browser, file: Path, width: int) -> Page:
    """Open a page and unfold it; a dialog, an error, a request to elsewhere or a script that ran fails the test."""
    page = browser.new_page(viewport={"width": width, "height": 800})
    troubles: list[str] = []
    page.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda one: troubles.append(one.url) if not one.url.startswith(("file:", "data:")) else None)
    page.on("requestfailed", lambda one: troubles.append(one.url))
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    page.wait_for_load_state("networkidle")
    assert not troubles, [trouble[:300] for trouble in troubles]
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert page.locator("[onerror], [onload], a[href^='javascript:'], img[src='x']").count() == 0
    return page


def test_hostile_text_is_text(browser: Browser, session: tuple[Path, str]) -> None:
    """On every page, on a desk and on a phone; and what was written is what is read."""
    reports, terminal = session
    shown = {}
    for name in (*PAGES, "summary.html"):
        for width in (1280, 390):
            page = opened(browser, reports / name, width)
            too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            # How wide a comment is, is GitHub's affair.
            assert too_wide <= 0 or name == "summary.html", (name, width)
            shown[name] = page.locator("body").text_content() or ""
            page.close()
    for place, pages in SHOWN.items():
        for name in pages:
            assert f"{place}-begins {MARKUP[:100]}" in re.sub(r"\s+", " ", shown[name]), (place, name)
    steering = {one for one in terminal if unicodedata.category(one) == "Cc"} - set("\n\t")
    assert not steering
