"""The figure: all panels, and a caption under them."""

import textwrap
from collections.abc import Mapping, Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.drawing.figures import STYLE, svg_text
from harness.drawing.panels.axes import SMALL, draw_panel, name_ends
from harness.drawing.panels.caption import caption
from harness.drawing.panels.data import Marks, Order, Part, finished
from harness.drawing.panels.layout import CHARACTER, LINE, has_labels, layout_of
from harness.training.runs import Runs


def panel_figure(panels: Mapping[str, Runs], parts: Sequence[Part], order: Order, marks: Marks) -> str:
    """Draw the parts of each panel, and under them a caption.

    Parameters
    ----------
    panels
        All runs of each, of one task, by the name of what they are runs of; those that diverged are only counted.
    parts
        ``predictions`` of test rows at the end of training, test ``loss`` and ``accuracy`` over epochs.
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
    lines = textwrap.wrap(caption(panels, parts, marked=bool(marks)), int((layout.width - 0.2) / CHARACTER))
    height = layout.height + LINE * len(lines) + 0.1
    first: dict[Part, Axes] = {}
    last: list[tuple[Axes, Part]] = []
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(layout.width, height))
        for across, top, tall in zip(layout.places, layout.tops, layout.heights, strict=True):
            for column, (part, name) in enumerate(across):
                corner = (layout.lefts[column] / layout.width, 1 - (top + tall) / height)
                size = (layout.panel / layout.width, tall / height)
                axis = figure.add_axes((*corner, *size), sharex=first.get(part), sharey=first.get(part))
                first.setdefault(part, axis)
                draw_panel(axis, part, name, kept, marks)
                if not has_labels(across, column):
                    axis.tick_params(labelleft=False)
                    axis.set_ylabel("")
            last.append((axis, part))
        for axis, part in last:  # once all is drawn, the limits of shared axes stand
            if part != "predictions" and len(panels) > 1:
                name_ends(axis, part, kept)
        for number, line in enumerate(reversed(lines)):
            figure.text(0.1 / layout.width, (0.08 + LINE * number) / height, line, fontsize=SMALL, parse_math=False)
        return svg_text(figure)
