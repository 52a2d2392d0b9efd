"""What the fitted facts say of each answer to each open choice, as one picture."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from harness.drawing.figures import COLOURS, STYLE, svg_text
from harness.reconstruction.search import HOPELESS, Profile

PLAUSIBLE = 3.0  # a likelihood of e**-3, a twentieth, of the best
ROW, HEAD = 0.17, 0.42  # inches
LONGEST_ANSWER = 62
_MARKS: Mapping[bool, dict[str, Any]] = {
    True: {"marker": "o", "color": COLOURS[0]},
    False: {"marker": "<", "color": COLOURS[1], "markerfacecolor": "white"},
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
        figure = Figure(figsize=(6.4 * len(profiles), max(heights.values()) + 0.9))
        axes = figure.subplots(1, len(profiles), squeeze=False)[0]
        figure.subplots_adjust(left=0.56 / len(profiles), right=0.98, top=0.94, bottom=0.12, wspace=1.4)
        for axis, (task, found) in zip(axes, profiles.items(), strict=True):
            _draw(axis, task, found)
        return svg_text(figure)


def _height(found: Sequence[Profile]) -> float:
    return ROW * len(found) + HEAD * len({one.choice for one in found}) / 2


def _draw(axis: Any, task: str, found: Sequence[Profile]) -> None:
    best = max(one.log_likelihood for one in found)
    position, positions, labels = 0.0, [], []
    for number, one in enumerate(found):
        new = number == 0 or one.choice != found[number - 1].choice
        position -= 2.2 if new else 1.0
        if new:
            axis.text(-1.02 * HOPELESS, position + 1, one.choice, fontsize=7, weight="bold", ha="right", va="center")
        positions.append(position)
        labels.append(one.answer if len(one.answer) <= LONGEST_ANSWER else f"{one.answer[: LONGEST_ANSWER - 1]}\u2026")
        behind = max(one.log_likelihood - best, -HOPELESS) if math.isfinite(one.log_likelihood) else -HOPELESS
        axis.plot(behind, position, markersize=5, linestyle="none", **_MARKS[one.complete and behind > -HOPELESS])
    axis.axvspan(-PLAUSIBLE, 0, color=COLOURS[2], alpha=0.15, linewidth=0)
    axis.set_yticks(positions, labels, fontsize=7)
    axis.set_xlim(-HOPELESS - 0.3, 0.3)
    axis.set_ylim(min(positions) - 1, 0)
    axis.set_xlabel("log likelihood of the facts, below the best\n(\u25c1: dropped there or below)", fontsize=8)
    axis.set_title(task, fontsize=9)
