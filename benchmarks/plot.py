"""The figure of the benchmark: what one run costs, over the number of runs that are trained together."""

import io
from collections.abc import Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from benchmarks.measure import Series, Spread
from harness.drawing.style import SERIES, STYLE

MARKERS = {"keras": "o", "torch": "s"}


def cost_figure(timed: Sequence[Series]) -> str:
    """Draw seconds per run against seeds, one panel a cell.

    Parameters
    ----------
    timed
        The series of the question ``native``.

    Returns
    -------
    str
        An SVG document, the same for the same input.
    """
    cells = list(dict.fromkeys(series.case for series in timed))
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": "benchmarks"}):
        figure = Figure(figsize=(3.4 * len(cells) + 0.6, 3.4), layout="constrained")
        row = figure.subplots(1, len(cells), squeeze=False, sharey=True)[0]
        for axis, cell in zip(row, cells, strict=True):
            _draw_cell(axis, [series for series in timed if series.case == cell])
            axis.set_title(cell, fontsize=9)
            axis.set_xlabel("seeds trained together")
        row[0].set_ylabel("seconds per run")
        row[-1].legend(fontsize=7)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def _draw_cell(axis: Axes, timed: Sequence[Series]) -> None:
    for number, framework in enumerate(dict.fromkeys(series.framework for series in timed)):
        colour = SERIES[number]
        own = [series for series in timed if series.framework == framework]
        batched = sorted((series for series in own if series.side == "batched"), key=lambda series: series.seeds)
        seeds = [series.seeds for series in batched]
        spreads = [Spread.of(series.seconds) / series.seeds for series in batched]
        for native in (Spread.of(series.seconds) for series in own if series.side == "native"):
            axis.axhspan(native.low, native.high, color=colour, alpha=0.2, linewidth=0)
            axis.axhline(native.median, color=colour, linestyle="--", label=f"{framework}, one at a time")
        axis.fill_between(
            seeds,
            [spread.low for spread in spreads],
            [spread.high for spread in spreads],
            color=colour,
            alpha=0.2,
            linewidth=0,
        )
        axis.plot(
            seeds,
            [spread.median for spread in spreads],
            color=colour,
            marker=MARKERS[framework],
            markersize=4,
            label=f"{framework}, batched",
        )
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xticks(seeds)
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
