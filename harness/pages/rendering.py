"""Turns data into HTML: every text is escaped, and characters that reorder or hide others are written out."""

import base64
import functools
import hashlib
import math
import re
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from harness.base.text import counted
from harness.pages.report import SYMBOLS

TEMPLATES = Path(__file__).with_name("templates")
SCRIPTS = ("filters.js", "figures.js", "page.js")  # one after the other, as one
PAGE = "index.html"  # for reading, from which all others are reached
PAGES = {
    "index.html": "Findings",
    "report.html": "The report",
    "runs.html": "Trainings",
    "history.html": "History",
}
# Controls other than tab and line feed, halves of surrogate pairs, and what overrides the direction of text
# (Unicode 15, section 23.9): shown as they are, they hide or reorder what stands around them, or cannot be encoded.
_HIDING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_NOT_IN_ANCHORS = re.compile(r"[^A-Za-z0-9._-]")


def render(template: str, *, page: str, title: str, audit_log: str, **context: Any) -> str:
    """Return a page made of a template of this package.

    Parameters
    ----------
    template
        Its file, which extends ``base.html.jinja``.
    page
        Which of `PAGES` it is.
    title
        Of the document.
    audit_log
        The file of pytest-html's page; empty if there is none.
    context
        What the template names.
    """
    return _environment().get_template(template).render(page=page, title=title, audit_log=audit_log, **context)


def visible(text: str) -> str:
    """Return a text in which nothing hides: control characters and overrides of direction stand as ``[U+202E]``."""
    if text.isprintable():  # as almost every text is: none of those characters
        return text
    return _HIDING.sub(lambda found: f"[U+{ord(found.group()):04X}]", text)


def anchor(*names: str) -> str:
    """Return an id for an element, another for other names: ``sgd.fails`` and ``literal`` give ``sgd.fails:literal``.

    A name that could not stand in an address as it is gets a digest, so that no two fall together.
    """
    return ":".join(_anchor(name) for name in names)


def number(value: float) -> str:
    """Return a number with four significant digits and a true minus sign; a dash for none."""
    if math.isnan(value):
        return "–"
    return f"{value:.4g}".replace("inf", "∞").replace("-", "\N{MINUS SIGN}")


def interval(value: float, low: float, high: float) -> str:
    """Return an estimate with its interval; a value that is exact stands alone."""
    if value == low == high:
        return number(value)
    return f"{number(value)} [{number(low)}, {number(high)}]"


def _anchor(name: str) -> str:
    plain = _NOT_IN_ANCHORS.sub("-", name)[:120]
    if plain == name:
        return name
    return f"{plain}-{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()[:8]}"


def compile_templates() -> None:
    """Compile all templates of this package, as `render` does when it first needs one."""
    for template in _environment().list_templates(extensions=["jinja"]):
        _environment().get_template(template)


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    script = "\n".join((TEMPLATES / name).read_text(encoding="utf-8") for name in SCRIPTS)
    environment.globals.update(
        pages=PAGES,
        symbols=SYMBOLS,
        anchor=anchor,
        interval=interval,
        style=Markup(style),
        script=Markup(script),
        # Only this script may run, whatever else a text might smuggle in.
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    environment.filters.update(counted=counted, number=number)
    return environment


def _shown(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
