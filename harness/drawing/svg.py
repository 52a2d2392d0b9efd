"""From a drawn figure to the text of an SVG document, which is the same for the same figure and tells its numbers."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.drawing.values import Box, Panel, Values, with_panels

POINTS = 72  # an inch
_DECIMALS = re.compile(r"(?<![\w.])(-?\d+\.\d)\d+")


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Axes of a figure that make a panel.

    Attributes
    ----------
    place
        Left, top, width and height of all that belongs to it, in inches.
    values
        What it shows.
    """

    axis: Axes
    name: str
    place: Box
    values: Values | None


def svg_text(figure: Figure, drawn: Sequence[Drawn]) -> str:
    """Return a figure as an SVG document that is the same for the same figure.

    Parameters
    ----------
    drawn
        Its panels in the order of their axes; or one that is the whole figure, however many axes it has.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    # A tenth of a point is enough, since a page holds hundreds of figures; texts between tags stay as they are.
    text = re.sub(r"<[^>]+>", lambda tag: _DECIMALS.sub(r"\1", tag.group()), buffer.getvalue())
    return with_panels(text, [_panel(one, figure) for one in drawn])


def _panel(drawn: Drawn, figure: Figure) -> Panel:
    width, height = (float(inches) * POINTS for inches in figure.get_size_inches())
    box = drawn.axis.get_position()
    area = (box.x0 * width, (1 - box.y1) * height, box.width * width, box.height * height)
    across = drawn.values is None or drawn.values.along == "x"
    ends = drawn.axis.get_xlim() if across else drawn.axis.get_ylim()[::-1]
    return Panel(
        name=drawn.name,
        place=_points(tuple(POINTS * inches for inches in drawn.place)),
        area=_points(area),
        ends=(round(float(ends[0]), 6), round(float(ends[1]), 6)),
        values=drawn.values,
    )


def _points(box: tuple[float, ...]) -> Box:
    left, top, width, height = (round(float(number), 1) for number in box)
    return left, top, width, height
