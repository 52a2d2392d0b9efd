"""The figure: all panels."""

from collections.abc import Mapping, Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.drawing.panels.axes import draw_panel, name_ends
from harness.drawing.panels.data import PREDICTIONS, Marks, Order, Part, finished
from harness.drawing.panels.layout import FOOT, HEAD, layout_of
from harness.drawing.style import STYLE
from harness.drawing.svg import Drawn, svg_text
from harness.training.runs import Runs


def panel_figure(panels: Mapping[str, Runs], parts: Sequence[Part], order: Order, marks: Marks) -> str:
    """Draw the parts of each panel; `harness.drawing.panels.caption.caption` says what they are.

    Parameters
    ----------
    panels
        All runs of each, of one task, by the name of what they are runs of; those that diverged are only counted.
    parts
        ``predictions`` of test rows at the end of training, and curves by their names, such as test ``loss``.
    order
        Whether the parts of a panel stand in a column, ``beside`` those of the next, or in a row, ``below`` them.
    marks
        What the report gives, drawn as dotted lines.

    Returns
    -------
    str
        An SVG document.
    """
    layout = layout_of(panels, parts, order)
    kept = {name: finished(runs) for name, runs in panels.items()}
    first: dict[Part, Axes] = {}
    drawn: list[Drawn] = []
    histories: list[tuple[Axes, Part]] = []
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(layout.width, layout.height))
        for across, top, tall in zip(layout.places, layout.tops, layout.heights, strict=True):
            for column, (part, name) in enumerate(across):
                corner = (layout.lefts[column] / layout.width, 1 - (top + tall) / layout.height)
                size = (layout.panel / layout.width, tall / layout.height)
                axis = figure.add_axes((*corner, *size), sharex=first.get(part), sharey=first.get(part))
                first.setdefault(part, axis)
                place = (layout.starts[column], top - HEAD, layout.wide, HEAD + tall + FOOT)
                values = draw_panel(axis, part, name, kept, marks)
                drawn.append(Drawn(axis=axis, name=name, place=place, values=values))
                if part != PREDICTIONS and len(panels) > 1:
                    histories.append((axis, part))
        for axis, part in histories:  # once all is drawn, the limits of shared axes stand
            name_ends(axis, part, kept)
        return svg_text(figure, drawn)
