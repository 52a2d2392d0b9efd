"""Figures of runs and estimates, as SVG text that is the same for the same input."""

import textwrap
from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.base.arrays import Floats
from harness.base.text import counted
from harness.drawing.style import BAND, DASHES, INK, REPORTED, SERIES, SOFT, STYLE
from harness.drawing.svg import Drawn, svg_text
from harness.drawing.values import Values, curve_values, places_of, row
from harness.statistics.estimate import Estimate, Interval
from harness.training.runs import Runs
from harness.verdicts.band import Band

MOST_CELLS = 9  # whose curves a reader can tell apart
LONGEST_LINE = 42  # of a legend, in characters
# All in inches.
WIDTH, HEIGHT = 4.0, 3.2  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 0.62, 0.1, 0.28, 0.5


def claim_figure(runs_by_cell: Mapping[str, Runs], estimate: Estimate, interval: Interval, band: Band) -> str:
    """Draw what a claim rests on: the curves of its cells over epochs, if they are few, and its sample over seeds.

    Parameters
    ----------
    runs_by_cell
        The evidence, by the name of the cell.
    estimate, interval, band
        What was judged, with the interval that decided, and against what.

    Returns
    -------
    str
        An SVG document.
    """
    names = curves_shown(list(runs_by_cell.values())) if len(runs_by_cell) <= MOST_CELLS else []
    with matplotlib.rc_context(STYLE):
        width = WIDTH * (len(names) + 1)
        figure = Figure(figsize=(width, HEIGHT))
        size = ((WIDTH - LEFT - RIGHT) / width, 1 - (TOP + BOTTOM) / HEIGHT)
        corners = [((WIDTH * number + LEFT) / width, BOTTOM / HEIGHT) for number in range(len(names) + 1)]
        axes = [figure.add_axes((*corner, *size)) for corner in corners]
        shown: list[tuple[str, Values]] = []
        for axis, name in zip(axes, names, strict=False):
            curves = {cell: runs.curves[name] for cell, runs in runs_by_cell.items() if name in runs.curves}
            label = name.replace("_", " ")
            shown.append((label, draw_curves(axis, curves, label)))
            axis.legend(loc="upper right" if "loss" in name else "lower right")
        shown.append((estimate.sample_label, draw_sample(axes[-1], estimate, interval, band)))
        drawn = [
            Drawn(axis=axis, name=name, place=(WIDTH * number, 0, WIDTH, HEIGHT), values=values)
            for number, (axis, (name, values)) in enumerate(zip(axes, shown, strict=True))
        ]
        return svg_text(figure, drawn)


def curves_shown(evidence: Sequence[Runs]) -> list[str]:
    """Return which curves a claim's figure shows, losses first: those over test rows, else the first that there is."""
    names = list(dict.fromkeys(name for runs in evidence for name in runs.curves))
    tested = [name for name in names if name.startswith("test_")]
    return sorted(tested or names[:1], key=lambda name: "loss" not in name)


def draw_curves(axis: Axes, curves: Mapping[str, Floats], label: str) -> Values:
    """Draw curves over epochs as a median line with a band that holds the central 90 % of the seeds, and return them.

    Parameters
    ----------
    curves
        By name, arrays of shape (seeds, epochs); seeds that diverged are left out from that epoch on.
    label
        Of the vertical axis.
    """
    for number, (name, curve) in enumerate(curves.items()):
        colour, dashes = SERIES[number % len(SERIES)], DASHES[number % len(DASHES)]
        alive = np.isfinite(curve).any(axis=0)
        if not alive.any():  # every seed diverged in its first epoch
            axis.plot([], [], color=colour, label=f"{name}: all diverged")
            continue
        places = np.flatnonzero(alive)
        # More points than a reader can tell apart would only make the page larger.
        shown = places[places_of(len(places))]
        epochs = shown + 1
        low, middle, high = np.nanquantile(curve[:, shown], [0.05, 0.5, 0.95], axis=0)
        axis.fill_between(epochs, low, high, color=colour, alpha=0.2, linewidth=0)
        axis.plot(epochs, middle, color=colour, linestyle=dashes, label=textwrap.fill(name, LONGEST_LINE))
    axis.locator_params(nbins=5)
    axis.set_xlabel("epoch")
    axis.set_ylabel(label)
    return curve_values(curves)


def draw_sample(axis: Axes, estimate: Estimate, interval: Interval, band: Band) -> Values:
    """Draw one dot a seed, sorted, with what was judged: region or band, interval, reported value; and return them."""
    finite = np.sort(estimate.sample[np.isfinite(estimate.sample)])
    below = int(np.isneginf(estimate.sample).sum())
    heights = (below + np.arange(len(finite)) + 0.5) / estimate.seeds
    axis.plot(finite, heights, "o", color=SOFT, markersize=4, label="one seed")
    shown = [*finite]
    if estimate.reported is not None:
        axis.axvline(estimate.reported, label="reported", **REPORTED)
        shown.append(estimate.reported)
    if estimate.region is None:
        limits, name = (band.low, band.high), "band"
        axis.errorbar(
            estimate.value,
            0.5,
            xerr=[[estimate.value - interval[0]], [interval[1] - estimate.value]]
            if np.isfinite(interval).all()
            else None,
            fmt="D",
            color=INK,
            capsize=4,
            label="estimate and interval",
        )
    else:
        limits = estimate.region
        name = "a seed in here agrees" if estimate.reported is None else "95 % prediction interval"
    shown += [limit for limit in limits if np.isfinite(limit)]
    if shown:
        reach = 0.08 * (max(shown) - min(shown)) or 0.5
        axis.set_xlim(min(shown) - reach, max(shown) + reach)
    left, right = axis.get_xlim()
    axis.axvspan(max(limits[0], left), min(limits[1], right), color=BAND, linewidth=0, zorder=0.5, label=name)
    axis.set_ylim(0, 1)
    axis.locator_params(nbins=5)
    axis.set_xlabel(estimate.sample_label)
    axis.set_ylabel("proportion of seeds below")
    # Only of a time can infinity be said to be late; of anything else it is a divergence.
    never = int(np.isinf(estimate.sample).sum()) if estimate.kind in ("median", "proportion") else 0
    diverged = estimate.seeds - len(finite) - never
    counts = [f"{never} never got there"] * (never > 0) + [f"{diverged} diverged"] * (diverged > 0)
    axis.set_title(", ".join([counted(estimate.seeds, "seed"), *counts]))
    axis.legend(loc="upper left")  # sorted dots leave it free
    stops = places_of(len(finite))
    return Values(
        step=estimate.sample_label,
        at=row(finite[stops]),
        series={"proportion of seeds at or below": (row((below + stops + 1) / estimate.seeds),)},
        notes=_notes(estimate, interval, band, name),
    )


def _notes(estimate: Estimate, interval: Interval, band: Band, name: str) -> list[str]:
    """Return what holds of the sample as a whole."""
    told = [f"estimate {estimate.value:.4g} [{interval[0]:.4g}, {interval[1]:.4g}]", f"band {band}"]
    if estimate.region is not None:
        told.append(f"{name}: {estimate.region[0]:.4g} to {estimate.region[1]:.4g}")
    return told if estimate.reported is None else [*told, f"reported {estimate.reported:.4g}"]
