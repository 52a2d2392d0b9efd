"""One panel: a history over epochs, or predictions of test rows, with bands over trainings."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from harness.base.arrays import Floats
from harness.data import registry
from harness.drawing.panels.caption import spread_told
from harness.drawing.panels.data import (
    LEVELS,
    PREDICTIONS,
    Bands,
    Marks,
    Part,
    class_proportions,
    curve_of,
    history_bands,
    prediction_bands,
    predicts_values,
    step_of,
)
from harness.drawing.panels.layout import class_rows
from harness.drawing.style import DASHES, FAINT, INK, PAPER, REPORTED, SERIES, SOFT
from harness.drawing.values import NINETY, Values, curve_values, row
from harness.training.runs import Runs, predicted_classes

NEAREST = 0.11  # of two names at the ends of lines, in heights of a panel
_OTHER: dict[str, Any] = {"color": SOFT, "linewidth": 0.9}


def draw_panel(axis: Axes, part: Part, name: str, kept: Mapping[str, Runs], marks: Marks) -> Values | None:
    """Draw one part of one panel, with the panel's name and a median over trainings above it, and return its numbers.

    Parameters
    ----------
    kept
        Of all panels the runs that did not diverge, by name.
    marks
        What the report gives, drawn into histories.
    """
    axis.set_title(name, loc="left", fontweight="bold", parse_math=False)
    runs, number = kept[name], list(kept).index(name)
    if not runs.seeds:
        axis.text(0.5, 0.5, "all diverged", transform=axis.transAxes, ha="center")
        return None
    if part != PREDICTIONS:
        _draw_history(axis, part, name, kept)
        _draw_marks(axis, part, marks.get(name, {}))
        curves = curves_of(runs, part)
        values = curve_values({label_of(runs, part): curves}, marks_told(runs, part, marks.get(name, {})))
        what, sample = "at the end", curves[:, -1]
    elif predicts_values(runs):
        values = _draw_values(axis, runs, _value_limits(kept), number)
        what, sample = "test loss", runs.final_test_loss
    else:
        values = _draw_classes(axis, runs, SERIES[number % len(SERIES)])
        what, sample = "test accuracy", runs.final_test_accuracy
    axis.set_title(f"{what} {spread_told(sample)}", loc="right")
    return values


def name_ends(axis: Axes, part: Part, kept: Mapping[str, Runs]) -> None:
    """Write the names of all panels to the right of a history, at the ends of their lines and apart from each other."""
    ends = {name: float(np.median(curves_of(runs, part)[:, -1])) for name, runs in kept.items() if runs.seeds}
    low, high = axis.get_ylim()
    levels = [(end - low) / (high - low) for end in ends.values()]
    beyond: dict[str, Any] = {"transform": axis.transAxes, "clip_on": False}
    for name, level, height in zip(ends, levels, spaced(levels, NEAREST), strict=True):
        axis.plot([1, 1.03], [level, height], color=SOFT, linewidth=0.6, **beyond)
        axis.text(1.04, height, name, transform=axis.transAxes, va="center", parse_math=False)


def spaced(heights: list[float], apart: float) -> list[float]:
    """Return heights between 0 and 1 moved as little as needed to lie at least so far apart, in the same order."""
    order = np.argsort(heights, kind="stable")
    steps = apart * np.arange(len(heights))
    # Without the steps, apart means not falling: the nearest such sequence is the mean of running maximum and minimum.
    bare = np.array(heights)[order] - steps
    level = (np.maximum.accumulate(bare) + np.minimum.accumulate(bare[::-1])[::-1]) / 2
    moved = np.clip(level, 0, max(0.0, 1 - steps[-1])) + steps
    placed = np.empty(len(heights))
    placed[order] = moved
    return [float(height) for height in placed]


def curves_of(runs: Runs, part: Part) -> Floats:
    """Return the curves of runs that a part shows, shape (seeds, epochs)."""
    return runs.curves[_curve_of(runs, part)]


def label_of(runs: Runs, part: Part) -> str:
    """Return how the curves of a part are called, such as ``test loss``."""
    return _curve_of(runs, part).replace("_", " ")


def _curve_of(runs: Runs, part: Part) -> str:
    name = curve_of(part, runs.curves)
    assert name is not None  # of runs that have none, no figure is drawn
    return name


def _draw_history(axis: Axes, part: Part, name: str, kept: Mapping[str, Runs]) -> None:
    for number, (one, runs) in enumerate(kept.items()):
        if not runs.seeds:
            continue
        bands, dashes = history_bands(curves_of(runs, part)), DASHES[number % len(DASHES)]
        if one == name:
            _draw_bands(axis, bands, number)
        else:
            axis.plot(bands.places, bands.quantiles[2], linestyle=dashes, **_OTHER)
    axis.set_xlim(0, curves_of(kept[name], part).shape[1])
    axis.set_xlabel(step_of(kept[name].config))
    axis.set_ylabel(label_of(kept[name], part), parse_math=False)
    axis.locator_params(nbins=5)


def marks_told(runs: Runs, part: Part, marks: Mapping[str, tuple[float, ...]]) -> list[str]:
    """Return what the report says of a history, a sentence a kind."""
    named = {part: label_of(runs, part), "epochs": step_of(runs.config)}
    return [
        f"the report says: {name} {', '.join(f'{one:g}' for one in marks[kind])}"
        for kind, name in named.items()
        if kind in marks
    ]


def _draw_marks(axis: Axes, part: Part, marks: Mapping[str, tuple[float, ...]]) -> None:
    for level in marks.get(part, ()):
        axis.axhline(level, **REPORTED)
    for epoch in marks.get("epochs", ()):
        axis.axvline(epoch, **REPORTED)


def _draw_values(axis: Axes, runs: Runs, limits: tuple[float, float], number: int) -> Values:
    predictions = runs.test_predictions[:, :, 0]
    bands = prediction_bands(runs.test_targets, predictions)
    axis.plot(limits, limits, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axis.plot(runs.test_targets[0], predictions[0], "o", color=SOFT, markersize=2.4, alpha=0.6, markeredgewidth=0)
    _draw_bands(axis, bands, number)
    axis.set_xlim(limits)
    axis.set_ylim(limits)
    axis.locator_params(nbins=5)
    name = registry.load(runs.config.dataset).target_name
    axis.set_xlabel(f"{name}, true", parse_math=False)
    axis.set_ylabel(f"{name}, predicted", parse_math=False)
    low, _, middle, _, high = bands.quantiles
    series = {f"{name}, predicted": (row(low), row(middle), row(high))}
    return Values(step=f"{name}, true", at=row(bands.places), told=NINETY, series=series)


def _value_limits(kept: Mapping[str, Runs]) -> tuple[float, float]:
    """Return what both axes of predicted against true value span: the true values, and all that is drawn."""
    shown = [
        array.ravel()
        for runs in kept.values()
        if runs.seeds
        for predictions in [runs.test_predictions[:, :, 0]]
        for array in (runs.test_targets, predictions[0], prediction_bands(runs.test_targets, predictions).quantiles)
    ]
    low, high = float(np.min(np.concatenate(shown))), float(np.max(np.concatenate(shown)))
    margin = 0.03 * (high - low) or 1.0
    return low - margin, high + margin


def _draw_classes(axis: Axes, runs: Runs, colour: str) -> Values:
    names = registry.load(runs.config.dataset).class_names
    proportions = class_proportions(runs.test_targets, predicted_classes(runs), len(names))
    heights = class_rows(len(names))
    found = np.full((len(LEVELS), *heights.shape), np.nan)
    for true, predicted in np.ndindex(heights.shape):
        height, right = float(heights[true, predicted]), true == predicted
        axis.axhline(height, color=FAINT, linewidth=0.6, zorder=0.5)
        known = proportions[:, true, predicted][~np.isnan(proportions[:, true, predicted])]
        if not known.size:
            axis.text(1.06, height, "no test row", va="center")
            continue
        found[:, true, predicted] = low, inner, middle, outer, high = np.quantile(known, LEVELS)
        axis.plot([low, high], [height] * 2, color=colour, linewidth=1.0)
        axis.plot([inner, outer], [height] * 2, color=colour, linewidth=3.6, alpha=0.5, solid_capstyle="butt")
        axis.plot(middle, height, "o", color=colour, markersize=4.6, markerfacecolor=colour if right else PAPER)
        axis.text(1.06, height, f"{middle:.2f}", va="center", fontweight="bold" if right else "normal")
    axis.set_yticks(heights.ravel(), names * len(names), parse_math=False)
    axis.tick_params(axis="y", length=0)
    for true, name in enumerate(names):
        text = f"of true {name}, predicted as"
        axis.text(0.0, heights[true, 0] - 1, text, va="center", fontstyle="italic", parse_math=False)
    axis.set_xlim(-0.03, 1.03)
    axis.set_ylim(heights.max() + 0.7, heights.min() - 1.6)
    axis.set_xlabel("proportion of the class's test rows")
    return Values(
        step="class",
        at=row(heights),
        labels=[f"of true {true}, predicted as {predicted}" for true in names for predicted in names],
        told=NINETY,
        series={"proportion of test rows": tuple(row(found[level]) for level in (0, 2, 4))},
        along="y",
    )


def _draw_bands(axis: Axes, bands: Bands, number: int) -> None:
    colour, dashes = SERIES[number % len(SERIES)], DASHES[number % len(DASHES)]
    low, inner, middle, outer, high = bands.quantiles
    axis.fill_between(bands.places, low, high, color=colour, alpha=0.18, linewidth=0)
    axis.fill_between(bands.places, inner, outer, color=colour, alpha=0.3, linewidth=0)
    axis.plot(bands.places, middle, color=colour, linestyle=dashes, linewidth=1.6)
