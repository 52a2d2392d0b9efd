"""Figures of runs and estimates, as SVG text that is the same for the same input."""

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.base.arrays import Floats
from harness.statistics.estimate import Estimate, Interval
from harness.training.runs import Runs
from harness.verdicts.verdict import Band

# Okabe and Ito 2008, "Color Universal Design": distinguishable with all common kinds of colour vision.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("-", "--", ":", "-.", (0, (5, 1)), (0, (1, 1)))
MOST_POINTS = 60
MOST_CELLS = 9  # whose curves a reader can tell apart
STYLE: Any = {
    "svg.fonttype": "none",  # text stays text: small files, and a reader can search them
    "svg.hashsalt": "harness",
    "font.size": 9.0,
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}


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
        width = 4.2 * (len(names) + 1)
        figure = Figure(figsize=(width, 3.2))
        axes = figure.subplots(1, len(names) + 1, squeeze=False)[0]
        # Margins of fixed size: looking for the best ones takes as long again as drawing.
        figure.subplots_adjust(left=0.6 / width, right=1 - 0.1 / width, bottom=0.16, top=0.92, wspace=0.22)
        for axis, name in zip(axes, names, strict=False):
            curves = {cell: runs.curves[name] for cell, runs in runs_by_cell.items() if name in runs.curves}
            draw_curves(axis, curves, name.replace("_", " "))
            axis.legend(fontsize=7, loc="upper right" if "loss" in name else "lower right")
        draw_sample(axes[-1], estimate, interval, band)
        return svg_text(figure)


def curves_shown(evidence: Sequence[Runs]) -> list[str]:
    """Return which curves a claim's figure shows, losses first: those over test rows, else the first that there is."""
    names = list(dict.fromkeys(name for runs in evidence for name in runs.curves))
    tested = [name for name in names if name.startswith("test_")]
    return sorted(tested or names[:1], key=lambda name: "loss" not in name)


def draw_curves(axis: Axes, curves: Mapping[str, Floats], label: str) -> None:
    """Draw curves over epochs as a median line with a band that holds the central 90 % of the seeds.

    Parameters
    ----------
    curves
        By name, arrays of shape (seeds, epochs); seeds that diverged are left out from that epoch on.
    label
        Of the vertical axis.
    """
    for number, (name, curve) in enumerate(curves.items()):
        alive = np.isfinite(curve).any(axis=0)
        if not alive.any():  # every seed diverged in its first epoch
            axis.plot([], [], color=COLOURS[number % len(COLOURS)], label=f"{name}: all diverged")
            continue
        places = np.flatnonzero(alive)
        # More points than a reader can tell apart would only make the page larger.
        shown = places[np.unique(np.linspace(0, len(places) - 1, MOST_POINTS).round().astype(int))]
        epochs = shown + 1
        low, middle, high = np.nanquantile(curve[:, shown], [0.05, 0.5, 0.95], axis=0)
        colour = COLOURS[number % len(COLOURS)]
        axis.fill_between(epochs, low, high, color=colour, alpha=0.2, linewidth=0)
        axis.plot(epochs, middle, color=colour, linestyle=DASHES[number % len(DASHES)], label=name)
    axis.locator_params(nbins=5)
    axis.set_xlabel("epoch")
    axis.set_ylabel(label)


def draw_sample(axis: Axes, estimate: Estimate, interval: Interval, band: Band) -> None:
    """Draw one dot a seed, sorted, with what was judged: region or band, interval, reported value."""
    finite = np.sort(estimate.sample[np.isfinite(estimate.sample)])
    below = int(np.isneginf(estimate.sample).sum())
    heights = (below + np.arange(len(finite)) + 0.5) / estimate.seeds
    axis.plot(finite, heights, "o", color=COLOURS[0], markersize=4, label="one seed")
    shown = [*finite]
    if estimate.reported is not None:
        axis.axvline(estimate.reported, color=COLOURS[1], linestyle="--", label="reported")
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
            color="black",
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
    axis.axvspan(max(limits[0], left), min(limits[1], right), color=COLOURS[0], alpha=0.13, label=name)
    axis.set_ylim(0, 1)
    axis.locator_params(nbins=5)
    axis.set_xlabel(estimate.sample_label)
    axis.set_ylabel("proportion of seeds below")
    # Only of a time can infinity be said to be late; of anything else it is a divergence.
    never = int(np.isinf(estimate.sample).sum()) if estimate.kind in ("median", "proportion") else 0
    diverged = estimate.seeds - len(finite) - never
    counts = [f"{never} never got there"] * (never > 0) + [f"{diverged} diverged"] * (diverged > 0)
    axis.set_title(", ".join([f"{estimate.seeds} seeds", *counts]), fontsize=9)
    axis.legend(fontsize=7, loc="upper left")  # sorted dots leave it free


def svg_text(figure: Figure) -> str:
    """Return a figure as an SVG document that is the same for the same figure."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    # A tenth of a point is enough, since a page holds hundreds of figures; texts between tags stay as they are.
    return re.sub(r"<[^>]+>", lambda tag: _DECIMALS.sub(r"\1", tag.group()), buffer.getvalue())


_DECIMALS = re.compile(r"(?<![\w.])(-?\d+\.\d)\d+")
