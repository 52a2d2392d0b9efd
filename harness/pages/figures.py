"""Pictures of a page: part of it as long as it stays small, else shown from their files."""

import base64
from urllib.parse import quote

from markupsafe import Markup

# What stands for itself in a data address within double quotes; all else is escaped.
_PLAIN = " !$'()*+,-./:;=?@[]^_`{|}~"
BUDGET = 3_600_000  # bytes of pictures in one page


class Pictures:
    """Hands out addresses of pictures, and keeps count of how much of the page they take.

    Parameters
    ----------
    budget
        How many bytes of them may stand in the page.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self._left = budget

    def address(self, svg: str, file: str = "") -> Markup:
        """Return what goes into the ``src`` of an image; empty if there is nothing to show.

        Parameters
        ----------
        svg
            An SVG document; may be empty.
        file
            Where the same stands, relative to the page; may be empty.
        """
        inlined = data_address(svg) if svg else ""
        if inlined and len(inlined) <= self._left:
            self._left -= len(inlined)
            return Markup(inlined)
        return Markup(quote(file))


def data_address(svg: str) -> str:
    """Return an SVG document as a ``data:`` address, in whichever of the two encodings is shorter."""
    escaped = f"data:image/svg+xml,{quote(svg, safe=_PLAIN)}"
    packed = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    return min(escaped, packed, key=len)
