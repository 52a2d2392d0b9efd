"""What stands under the panels: of how many trainings they are made, and what is drawn."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from harness.base.text import counted
from harness.data import registry
from harness.drawing.panels.data import LEVELS, PREDICTIONS, Part, differences, predicts_values, step_of
from harness.training.runs import Runs

_SPREAD = "Numbers above a panel: median over trainings (and central 90 %)."
_HISTORIES = (
    "Over {step}s: median of the trainings, in bands that hold the central 50 % and 90 % of them at each {step}."
)
_OTHERS = "Thin grey lines: medians of the other panels."
_MARKS = "Dotted: what the report says."
_VALUES = (
    "Grey dots: the test rows of one training, the first. Line and bands: median, central 50 % and 90 % of the test "
    "predictions of all trainings, among neighbouring true values; dashed: predictions without error. {name} is in "
    "{unit}."
)
_CLASSES = (
    "Predictions: of the test rows of each class, the proportion that gets each class, with a filled dot where it is "
    "the right one: median (also on the right), central 50 % and 90 % of the trainings."
)


def caption(panels: Mapping[str, Runs], parts: Sequence[Part], *, marked: bool) -> str:
    """Return the text under a figure.

    Parameters
    ----------
    panels
        All runs of each, by name; those that diverged are counted.
    parts
        What is drawn of each.
    marked
        Whether numbers of the report are drawn, too.
    """
    told = [_trainings(list(panels.values())), *_diverged(panels), _SPREAD]
    runs = next(iter(panels.values()))
    if PREDICTIONS in parts and predicts_values(runs):
        data = registry.load(runs.config.dataset)
        told.append(_VALUES.format(name=data.target_name, unit=data.target_unit))
    elif PREDICTIONS in parts:
        told.append(_CLASSES)
    if PREDICTIONS in parts:
        told += _difference(list(panels.values()))
    if set(parts) - {PREDICTIONS}:
        histories = _HISTORIES.format(step=step_of(runs.config))
        told += [histories, *([_OTHERS] if len(panels) > 1 else []), *([_MARKS] if marked else [])]
    return " ".join(told)


def spread_told(sample: ArrayLike) -> str:
    """Return the median of a sample and its central 90 %, such as ``0.31 (0.29 to 0.36)``."""
    numbers = np.asarray(sample, dtype=float)
    low, middle, high = (_number(one) for one in np.quantile(numbers, (LEVELS[0], LEVELS[2], LEVELS[-1])))
    return f"{middle} ({low} to {high})"


def _trainings(panels: Sequence[Runs]) -> str:
    each = " a panel" if len(panels) > 1 else ""
    if "test_rows" not in panels[0].outputs:
        return f"{counted(len(panels[0].seeds), 'training')}{each}."
    count, splits = len(panels[0].seeds), len({seed.split for seed in panels[0].seeds})
    drawn = "each on a random split of its own" if splits == count else "all on one split"
    rows, data = panels[0].test_targets.shape[1], registry.load(panels[0].config.dataset).name
    return f"{count} trainings{each}, {drawn} of the data set {data}, with {rows} test rows."


def _diverged(panels: Mapping[str, Runs]) -> list[str]:
    counts = {name: int(runs.diverged.sum()) for name, runs in panels.items()}
    told = [f"{count}{f' of {name}' if name else ''}" for name, count in counts.items() if count]
    return [f"Diverged and not drawn: {', '.join(told)}."] if told else []


def _difference(panels: Sequence[Runs]) -> list[str]:
    found = differences(panels)
    if found is None:
        return []
    if predicts_values(panels[0]):
        middle, high = np.quantile(found, (LEVELS[2], LEVELS[-1]))
        name = registry.load(panels[0].config.dataset).target_name
        return [
            f"Between panels, predictions of the same row with the same seed differ by {_number(middle)} {name} in the "
            f"median, and by more than {_number(high)} for one row in twenty."
        ]
    return [f"With the same seed, {spread_told(found)} of the rows do not get the same class in all panels."]


def _number(number: float) -> str:
    """Return a number with three significant digits, of which at most three are decimals."""
    return f"{number:.3f}" if abs(number) < 1 else f"{number:#.3g}".rstrip(".")
