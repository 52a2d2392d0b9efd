"""Where the panels of a figure stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.base.arrays import Floats
from harness.data import registry
from harness.drawing.panels.data import PREDICTIONS, Order, Part, predicts_values
from harness.drawing.style import CHARACTER
from harness.training.runs import Runs

Place = tuple[Part, str]
GROUP_HEAD = 1.4  # in rows of a panel of classes

# All in inches.
HISTORY, ROW = 1.75, 0.145
ACROSS, NARROW, BROAD = 12.5, 3.3, 4.1  # all panels of a row together; one panel with its labels
LEAST = 1.6  # of a panel between its labels
HEAD, FOOT, LABELS, SHARES, NAMES, EDGE = 0.32, 0.5, 0.62, 0.34, 0.1, 0.12


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where the panels of a figure stand, in inches.

    Attributes
    ----------
    places
        Part and name of each panel, by row and column.
    starts, lefts
        The left edge of each column with labels, and without.
    tops
        The upper edge of each row, downwards.
    panel
        The width of each column.
    heights
        Of each row.
    wide
        The width of each column with labels.
    width, height
        Of all panels with their labels.
    """

    places: Sequence[Sequence[Place]]
    starts: Sequence[float]
    lefts: Sequence[float]
    tops: Sequence[float]
    panel: float
    heights: Sequence[float]
    wide: float
    width: float
    height: float


def layout_of(panels: Mapping[str, Runs], parts: Sequence[Part], order: Order) -> Layout:
    """Return where the parts of panels stand; arguments as of `panel_figure`."""
    runs = next(iter(panels.values()))
    places: list[list[Place]] = [[(part, name) for part in parts] for name in panels]
    if order == "beside":
        places = [list(row) for row in zip(*places, strict=True)]
    columns = [[across[column][0] for across in places] for column in range(len(places[0]))]
    labels = [max(_labels(part, runs) for part in column) for column in columns]
    beside = max(left + _right(column, panels) for left, column in zip(labels, columns, strict=True))
    panel = max(min(max(ACROSS / len(columns), NARROW), BROAD) - beside, LEAST)
    starts = [(panel + beside) * number for number in range(len(columns))]
    lefts = [start + left for start, left in zip(starts, labels, strict=True)]
    heights = [max(_height(part, runs, panel) for part, _ in across) for across in places]
    tops = [HEAD + (HEAD + FOOT) * number + sum(heights[:number]) for number in range(len(heights))]
    return Layout(
        places=places,
        starts=starts,
        lefts=lefts,
        tops=tops,
        panel=panel,
        heights=heights,
        wide=panel + beside,
        width=(panel + beside) * len(columns),
        height=tops[-1] + heights[-1] + FOOT,
    )


def class_rows(classes: int) -> Floats:
    """Return the height of each row of a panel of classes, downwards, shape (true classes, predicted classes)."""
    groups = np.arange(classes)[:, None] * (classes + GROUP_HEAD) + GROUP_HEAD
    return np.asarray(groups + np.arange(classes))


def _shows_classes(part: Part, runs: Runs) -> bool:
    return part == PREDICTIONS and not predicts_values(runs)


def _labels(part: Part, runs: Runs) -> float:
    if _shows_classes(part, runs):
        return 0.2 + CHARACTER * max(map(len, registry.load(runs.config.dataset).class_names))
    return LABELS


def _right(parts: Sequence[Part], panels: Mapping[str, Runs]) -> float:
    """Return what stands to the right of a column: proportions, or the names of several panels."""
    shares = any(_shows_classes(part, next(iter(panels.values()))) for part in parts)
    names = NAMES + CHARACTER * max(map(len, panels)) if len(panels) > 1 and set(parts) - {PREDICTIONS} else 0.0
    return EDGE + max(SHARES if shares else 0.0, names)


def _height(part: Part, runs: Runs, panel: float) -> float:
    if _shows_classes(part, runs):
        return ROW * float(class_rows(len(registry.load(runs.config.dataset).class_names)).max() + 1.5)
    return panel if part == PREDICTIONS else HISTORY
