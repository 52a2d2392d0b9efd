"""Where the panels of a figure stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.base.arrays import Floats
from harness.data import registry
from harness.drawing.panels.data import Order, Part, predicts_values
from harness.training.runs import Runs

Place = tuple[Part, str]
GROUP_HEAD = 1.4  # in rows of a panel of classes

# All in inches.
HISTORY, ROW = 1.75, 0.145
ACROSS, NARROW, BROAD = 8.6, 2.75, 4.2  # all panels of a row together; one panel
HEAD, FOOT, LABELS, BETWEEN, SHARES, EDGE = 0.32, 0.5, 0.62, 0.25, 0.3, 0.15
CHARACTER, LINE = 0.059, 0.165  # of text at 8 points, on average


@dataclass(frozen=True)
class Layout:
    """Where the panels of a figure stand, in inches.

    Attributes
    ----------
    places
        Part and name of each panel, by row and column.
    lefts
        The left edge of each column.
    tops
        The upper edge of each row, downwards.
    panel
        The width of each column.
    heights
        Of each row.
    width, height
        Of all panels with their labels.
    """

    places: Sequence[Sequence[Place]]
    lefts: Sequence[float]
    tops: Sequence[float]
    panel: float
    heights: Sequence[float]
    width: float
    height: float


def layout_of(panels: Mapping[str, Runs], parts: Sequence[Part], order: Order) -> Layout:
    """Return where the parts of panels stand; arguments as of `panel_figure`."""
    runs = next(iter(panels.values()))
    places: list[list[Place]] = [[(part, name) for part in parts] for name in panels]
    if order == "beside":
        places = [list(row) for row in zip(*places, strict=True)]
    panel = min(max(ACROSS / len(places[0]), NARROW), BROAD)
    lefts, right = [], 0.0
    for column in range(len(places[0])):
        parts_here = [across[column][0] for across in places]
        own = [part for part, across in zip(parts_here, places, strict=True) if has_labels(across, column)]
        right += max((_labels(part, runs) for part in own), default=BETWEEN)
        lefts.append(right)
        right += panel + (SHARES if any(_shows_classes(part, runs) for part in parts_here) else 0)
    heights = [max(_height(part, runs, panel) for part, _ in across) for across in places]
    tops = [HEAD + (HEAD + FOOT) * number + sum(heights[:number]) for number in range(len(heights))]
    names = CHARACTER * max(map(len, panels)) if set(parts) - {"predictions"} else 0.0
    return Layout(places, lefts, tops, panel, heights, right + names + EDGE, tops[-1] + heights[-1] + FOOT)


def class_rows(classes: int) -> Floats:
    """Return the height of each row of a panel of classes, downwards, shape (true classes, predicted classes)."""
    groups = np.arange(classes)[:, None] * (classes + GROUP_HEAD) + GROUP_HEAD
    return np.asarray(groups + np.arange(classes))


def has_labels(across: Sequence[Place], column: int) -> bool:
    """Whether a panel has labels of its own on the left: one beside its like does not."""
    return column == 0 or across[column - 1][0] != across[column][0]


def _shows_classes(part: Part, runs: Runs) -> bool:
    return part == "predictions" and not predicts_values(runs)


def _labels(part: Part, runs: Runs) -> float:
    if _shows_classes(part, runs):
        return 0.2 + CHARACTER * max(map(len, registry.load(runs.config.dataset).class_names))
    return LABELS


def _height(part: Part, runs: Runs, panel: float) -> float:
    if _shows_classes(part, runs):
        return ROW * float(class_rows(len(registry.load(runs.config.dataset).class_names)).max() + 1.5)
    return panel if part == "predictions" else HISTORY
