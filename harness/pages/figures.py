"""Figures of a page: part of it as long as it stays small, else shown from their files."""

from html import escape
from urllib.parse import quote

from markupsafe import Markup

from harness.pages.inlined import inlined
from harness.pages.rendering import visible

BUDGET = 3_600_000  # bytes of figures in one page


class Figures:
    """Hands out the figures of a page as HTML, and keeps count of how much of the page they take.

    Parameters
    ----------
    budget
        How many bytes of them may be part of the page.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self._left = budget
        self._count = 0

    def html(self, svg: str, file: str, alternative: str) -> Markup:
        """Return a figure; empty if there is nothing to show.

        Browsers that run scripts take what stands in ``noscript`` for text, which costs nothing until the script of the
        page makes a figure of it: once it is unfolded.

        Parameters
        ----------
        svg
            An SVG document; may be empty.
        file
            Where the same stands, relative to the page; may be empty.
        alternative
            What is said of it to those who do not see it.
        """
        self._count += 1
        alternative = visible(alternative)
        figure = inlined(svg, alternative, f"figure-{self._count}") if svg else ""
        if figure and len(figure) <= self._left:
            self._left -= len(figure)
            said = escape(alternative)
            return Markup(f'<div class="drawing" role="group" aria-label="{said}"><noscript>{figure}</noscript></div>')
        return picture(quote(file), alternative) if file else Markup()


def picture(address: str, alternative: str) -> Markup:
    """Return an image that is shown as it is drawn, on white."""
    said = escape(alternative)
    image = f'<img src="{escape(address)}" loading="lazy" decoding="async" alt="{said}">'
    return Markup(f'<div class="scroll drawn-on-white" tabindex="0" role="region" aria-label="{said}">{image}</div>')
