"""What the fitted facts say of each answer to each open choice, as one picture."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from harness.drawing.style import BAND, INK, PAPER, STYLE
from harness.drawing.svg import Drawn, svg_text
from harness.drawing.values import Values, row
from harness.reconstruction.scored import Profile
from harness.reconstruction.search import HOPELESS

PLAUSIBLE = 3.0  # a likelihood of e**-3, a twentieth, of the best
ROW, HEAD = 0.18, 0.42  # inches
WIDTH, LEFT, RIGHT, TOP, BOTTOM = 6.2, 3.6, 0.1, 0.32, 0.62
LONGEST_ANSWER = 50
_MARKS: Mapping[bool, dict[str, Any]] = {
    True: {"marker": "o", "color": INK},
    False: {"marker": "<", "color": INK, "markerfacecolor": PAPER},
}


def profile_figure(profiles: Mapping[str, Sequence[Profile]]) -> str:
    """Draw one column a task, and in it one row an answer: how far its best candidate falls behind the best of all.

    Parameters
    ----------
    profiles
        By task.

    Returns
    -------
    str
        An SVG document.
    """
    heights = {task: _height(found) for task, found in profiles.items()}
    with matplotlib.rc_context(STYLE):
        width, height = WIDTH * len(profiles), max(heights.values()) + TOP + BOTTOM
        figure = Figure(figsize=(width, height))
        drawn = []
        for number, (task, found) in enumerate(profiles.items()):
            left, tall = WIDTH * number, heights[task] / height
            corner = ((left + LEFT) / width, 1 - TOP / height - tall)
            axis = figure.add_axes((*corner, (WIDTH - LEFT - RIGHT) / width, tall))
            values = _draw(axis, task, found)
            place = (left, 0, WIDTH, TOP + heights[task] + BOTTOM)
            drawn.append(Drawn(axis=axis, name=task, place=place, values=values))
        return svg_text(figure, drawn)


def _height(found: Sequence[Profile]) -> float:
    return ROW * len(found) + HEAD * len({one.choice for one in found}) / 2


def _draw(axis: Any, task: str, found: Sequence[Profile]) -> Values:
    best = max(one.log_likelihood for one in found)
    position, positions, labels = 0.0, [], []
    for number, one in enumerate(found):
        new = number == 0 or one.choice != found[number - 1].choice
        position -= 2.2 if new else 1.0
        if new:
            beside = axis.get_yaxis_transform()  # across in parts of the axis
            text = {"weight": "bold", "ha": "right", "va": "center", "parse_math": False}
            axis.text(-0.04, position + 1, one.choice, transform=beside, **text)
        positions.append(position)
        labels.append(one.answer if len(one.answer) <= LONGEST_ANSWER else f"{one.answer[: LONGEST_ANSWER - 1]}\u2026")
        behind = max(one.log_likelihood - best, -HOPELESS) if math.isfinite(one.log_likelihood) else -HOPELESS
        axis.plot(behind, position, markersize=5, linestyle="none", **_MARKS[one.complete and behind > -HOPELESS])
    axis.axvspan(-PLAUSIBLE, 0, color=BAND, linewidth=0, zorder=0.5)
    axis.set_yticks(positions, labels, parse_math=False)
    axis.set_xlim(-HOPELESS - 0.3, 0.3)
    axis.set_ylim(min(positions) - 1, 0)
    axis.set_xlabel("log likelihood of the facts, below the best\n(\u25c1: dropped there or below)")
    axis.set_title(task, parse_math=False)
    return Values(
        step="answer",
        at=row(positions),
        labels=[f"{one.choice}: {one.answer}{'' if one.complete else ' (dropped there or below)'}" for one in found],
        series={"log likelihood below the best": (row([one.log_likelihood - best for one in found]),)},
        notes=[f"plausible: at least {-PLAUSIBLE:g}"],
        along="y",
    )
