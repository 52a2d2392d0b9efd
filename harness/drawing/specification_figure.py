"""The specification curve: what each universe says of a reading, above the choices that make the universe.

After Simonsohn, Simmons and Nelson 2020, Nature Human Behaviour 4, 1208-1214, figure 2.
"""

import math
import textwrap
import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from harness.base.text import counted
from harness.drawing.specification_scale import scale_of
from harness.drawing.style import BAND, CHARACTER, FAINT, INK, PAPER, REFUTED, SOFT, STYLE, SUPPORTED
from harness.drawing.svg import Drawn, svg_text
from harness.drawing.values import Values, row
from harness.reconstruction.specification import DEFAULT, Specification, values_by_choice
from harness.verdicts.band import OUTCOMES, Band, Outcome

# All in inches.
WIDTH = 10.5
PANEL = 2.3
ROW = 0.165
RIGHT, TOP, BETWEEN, BOTTOM = 0.12, 0.54, 0.1, 0.32
GROUP_GAP = 0.5  # between two choices, in rows
LONGEST_TEXT = 54
# Shape and colour say the same, for print and for every kind of colour vision.
_MARKS: dict[Outcome, dict[str, Any]] = {
    "supported": {"marker": "o", "color": SUPPORTED},
    "refuted": {"marker": "x", "color": REFUTED, "markeredgewidth": 1.6},
    "inconclusive": {"marker": "D", "color": SOFT, "markerfacecolor": PAPER},
}
_NO_ESTIMATE: dict[str, Any] = {"marker": "_", "color": INK, "markeredgewidth": 1.6}
_BEYOND: dict[str, Any] = {"color": SOFT, "markersize": 5, "markeredgewidth": 0}
_BAND: dict[str, Any] = {"color": BAND, "linewidth": 0, "zorder": 0.5}
_STRIPE: dict[str, Any] = {"color": FAINT, "zorder": 0, "linewidth": 0}
_LEGEND: dict[str, Any] = {"borderaxespad": 0.2, "borderpad": 0.2, "columnspacing": 1.4}


def specification_curve(specifications: Sequence[Specification], band: Band, label: str) -> str:
    """Draw the estimates of all universes, sorted, and beneath which universe has which value of each choice.

    Parameters
    ----------
    specifications
        One for each universe, at least one, in any order; the universe named ``default`` is marked.
    band
        Where the estimate has to lie for the reading to hold.
    label
        Of the estimates' axis.

    Returns
    -------
    str
        An SVG document.
    """
    if not specifications:
        raise ValueError("there is no universe to draw")
    ordered = sorted(specifications, key=lambda one: (math.isnan(one.value), one.value, one.universe))
    values = values_by_choice(specifications)
    rows = sum(map(len, values.values())) + GROUP_GAP * max(0, len(values) - 1)
    matrix = rows * ROW + BETWEEN if values else 0.0
    left = _left_margin(values)
    height = TOP + PANEL + matrix + BOTTOM
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height))
        width = 1 - (left + RIGHT) / WIDTH
        upper = figure.add_axes((left / WIDTH, (BOTTOM + matrix) / height, width, PANEL / height))
        axes = [upper]
        if values:
            lower = figure.add_axes((left / WIDTH, BOTTOM / height, width, rows * ROW / height), sharex=upper)
            _draw_choices(lower, ordered, values, left)
            axes.append(lower)
        handles = _draw_estimates(upper, ordered, band)
        upper.set_ylabel(textwrap.fill(_shown(label, 66), 34), parse_math=False)
        for axis in axes:
            for place, one in enumerate(ordered):
                if one.universe == DEFAULT:
                    axis.axvspan(place - 0.5, place + 0.5, **_STRIPE)
            axis.tick_params(axis="x", bottom=False, labelbottom=False)
        axes[-1].set_xlabel("universes, sorted by their estimate")
        upper.set_xlim(-0.7, len(ordered) - 0.3)
        counts = Counter(one.outcome for one in ordered)
        told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome])
        figure.text(left / WIDTH, 1 - 0.2 / height, f"{counted(len(ordered), 'universe')}: {told}; band: {band}")
        under = (left / WIDTH, 1 - 0.22 / height)
        figure.legend(handles=handles, ncols=len(handles), loc="upper left", bbox_to_anchor=under, **_LEGEND)
        with warnings.catch_warnings():
            # Text is measured in Matplotlib's font, but drawn in the reader's, which may know what that one does not.
            warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
            whole = Drawn(axis=upper, name="", place=(0, 0, WIDTH, height), values=_values(ordered, band))
            return svg_text(figure, [whole])


def _values(ordered: Sequence[Specification], band: Band) -> Values:
    numbers = [(one.low, one.value, one.high) for one in ordered]
    return Values(
        step="universe",
        at=row(np.arange(len(ordered))),
        labels=[f"{one.universe}: {one.outcome}" for one in ordered],
        told="in brackets its interval",
        series={"estimate": tuple(row(ends) for ends in np.array(numbers).T)},
        notes=[f"band: {band}"],
    )


def _draw_estimates(axis: Axes, ordered: Sequence[Specification], band: Band) -> list[Artist]:
    """Draw the upper panel, and return what its legend has to explain."""
    scale = scale_of(ordered, band)
    if scale.logarithmic:
        axis.set_yscale("log")
        # Over few decades, powers of ten alone would leave the axis bare.
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if scale.high < 1000 * scale.low else (1,)))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:.4g}"))
        axis.yaxis.set_minor_formatter(NullFormatter())
    axis.set_ylim(scale.low, scale.high)
    shade = axis.axhspan(*scale.clipped(np.array([band.low, band.high])), label="band", **_BAND)
    common: dict[str, Any] = {"clip_on": False, "linestyle": "none"}
    size = _mark_size(ordered)
    # Each of shape (universes,).
    heights, lows, highs = np.array([(one.value, one.low, one.high) for one in ordered]).T
    places = np.arange(len(ordered))
    missing = np.isnan(heights)
    drawn: list[Artist] = []
    for outcome, mark in _MARKS.items():
        alike = np.array([one.outcome == outcome for one in ordered])
        axis.vlines(
            places[alike & ~missing],
            scale.clipped(lows[alike & ~missing]),
            scale.clipped(highs[alike & ~missing]),
            color=mark["color"],
            linewidth=1.1,
        )
        axis.plot(places[alike], scale.clipped(heights[alike]), markersize=size, **mark, **common)
        if alike.any():
            drawn.append(Line2D([], [], label=outcome, markersize=5, linewidth=1.1, **mark))
    if missing.any():
        height = [0.06] * int(missing.sum())  # of the panel, where it stands for nothing
        across = axis.get_xaxis_transform()
        drawn += axis.plot(places[missing], height, transform=across, label="no estimate", **_NO_ESTIMATE, **common)
    under = ~missing & (np.fmin(lows, heights) < scale.low)
    over = ~missing & (np.fmax(highs, heights) > scale.high)
    for beyond, end, arrow in ((under, scale.low, "v"), (over, scale.high, "^")):
        axis.plot(places[beyond], [end] * int(beyond.sum()), arrow, **_BEYOND, **common)
    if under.any() or over.any():
        drawn.append(Line2D([], [], marker="^", label="reaches further", linestyle="none", **_BEYOND))
    if any(one.universe == DEFAULT for one in ordered):
        drawn.append(Patch(label="default universe", **_STRIPE))
    return [*drawn, shade]


def _draw_choices(axis: Axes, ordered: Sequence[Specification], values: dict[str, list[str]], left: float) -> None:
    """Draw a row for each value, with a mark for each universe that has it; `left` is the margin in inches."""
    across = WIDTH - left - RIGHT
    transform = axis.get_yaxis_transform()  # across in parts of the axis, down in rows
    text: dict[str, Any] = {"transform": transform, "va": "center", "parse_math": False}
    height = 0.0
    heights: dict[tuple[str, str], float] = {}
    for choice, taken in values.items():
        axis.text(-(left - 0.1) / across, height, _shown(choice), fontweight="bold", **text)
        for number, value in enumerate(taken):
            heights[choice, value] = height + number
            axis.text(-0.06 / across, height + number, _shown(value), ha="right", **text)
            axis.axhline(height + number, color=FAINT, linewidth=0.6, zorder=0.5)
        height += len(taken) + GROUP_GAP
    for outcome, mark in _MARKS.items():
        alike = [(place, one) for place, one in enumerate(ordered) if one.outcome == outcome]
        dots = [(place, heights[choice, one.choices[choice]]) for place, one in alike for choice in values]
        across_and_down = np.array(dots).reshape(-1, 2).T
        axis.plot(*across_and_down, markersize=0.75 * _mark_size(ordered), linestyle="none", **mark)
    axis.set_ylim(height - GROUP_GAP - 0.5, -0.5)  # downwards
    axis.yaxis.set_visible(False)
    for spine in axis.spines.values():
        spine.set_visible(False)


def _mark_size(ordered: Sequence[Specification]) -> float:
    """Return the diameter of a mark in points: less where universes stand close."""
    return float(np.clip(200 / len(ordered), 2, 5.5))


def _left_margin(values: dict[str, list[str]]) -> float:
    """Return the inches that the names of choices and values take, side by side."""
    names = max((len(_shown(choice)) for choice in values), default=0)
    words = max((len(_shown(value)) for taken in values.values() for value in taken), default=0)
    return max(1.1, 0.3 + CHARACTER * (1.15 * names + words))  # bold is wider


def _shown(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return text on one line without what an XML document must not hold, shortened if it is long."""
    line = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in " ".join(text.split()))
    return line if len(line) <= longest else line[: longest - 1] + "…"
