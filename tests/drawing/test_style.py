"""Colours of figures, and those that pages have for them in the dark."""

import re

import pytest

from harness.drawing.style import DASHES, INK, MEANINGS, PAPER, SERIES
from harness.pages.rendering import TEMPLATES

LEAST = 3.0  # WCAG 2.2, success criterion 1.4.11: parts of a graphic
AREAS = {"paper", "faint", "band"}  # behind what has to be told from them
CSS = (TEMPLATES / "page.css").read_text(encoding="utf-8")
ROOTS = dict(zip(("light", "dark", "print"), re.findall(r":root \{(.*?)\}", CSS, flags=re.DOTALL), strict=True))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 defines it."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast() -> None:
    """Black on white has 21 to 1, and the grey #767676 is known to have 4.54."""
    assert contrast(INK, PAPER) == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", ROOTS)
def test_every_meaning_has_a_colour_that_is_seen(theme: str) -> None:
    """On the paper of the page, and where it lies on a band."""
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", ROOTS[theme]))
    assert set(MEANINGS) <= set(colours)
    for name in MEANINGS.keys() - AREAS:
        assert contrast(colours[name], colours["paper"]) >= LEAST, name
    for name in ("ink", "soft", "supported", "refuted"):
        assert contrast(colours[name], colours["band"]) >= LEAST, name


def test_as_drawn_every_colour_is_seen_on_white() -> None:
    """Each meaning has its own."""
    assert len(set(MEANINGS.values())) == len(MEANINGS)
    assert all(contrast(colour, PAPER) >= LEAST for name, colour in MEANINGS.items() if name not in AREAS)


def test_colour_and_dashes_tell_curves_apart() -> None:
    """More of them together than a figure shows."""
    assert len({(SERIES[n % len(SERIES)], str(DASHES[n % len(DASHES)])) for n in range(20)}) == 20
