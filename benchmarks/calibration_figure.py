"""The figure of how often verdicts are wrong."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.calibration_rates import CONFIDENCE, STAGES, interval_of, rate_of
from harness.drawing.style import REFUTED, STYLE, SUPPORTED
from harness.verdicts.error_rate import ERROR_RATE


def calibration_figure(results: Mapping[str, Any]) -> str:
    """Draw wrong verdicts against the error rate and right ones where the truth is clear, as SVG text."""
    rows = results["rows"]
    names = list(dict.fromkeys((row["check"], row["distribution"]) for row in rows))
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": "calibration"}):
        figure = Figure(figsize=(11, 0.2 * len(names) + 1.2), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        for colour, wrong, shift in ((SUPPORTED, "supported", -0.15), (REFUTED, "refuted", 0.15)):
            own = [row for row in rows if row["wrong"] == wrong]
            _draw_wrong(left, own, names, colour, shift)
            clear = [row for row in own if row["clear"]]
            heights = [names.index((row["check"], row["distribution"])) + shift for row in clear]
            for stage, filled in (("first", "none"), ("last", colour)):
                right.plot(
                    [100 * rate_of(row, stage, "right") for row in clear],
                    heights,
                    "o",
                    color=colour,
                    markerfacecolor=filled,
                    markersize=4,
                    label=f"{'refuted' if wrong == 'supported' else 'supported'} rightly, {STAGES[stage]}",
                )
        left.axvline(100 * ERROR_RATE, color="black", linestyle="--", linewidth=1)
        left.set_xlabel(f"wrong verdicts, % of sessions, with {CONFIDENCE:.0%} interval")
        labels = [f"{check.removesuffix('_over_seeds').removesuffix('_of_seeds')}: {name}" for check, name in names]
        left.set_yticks(range(len(names)), labels, fontsize=7)
        left.set_ylim(len(names), -1)
        right.set_xlabel("right verdicts where the truth is clear, % of sessions")
        for axis in (left, right):
            axis.grid(axis="y", linewidth=0.3)
            axis.legend(fontsize=7, loc="center right" if axis is left else "center left")
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def _draw_wrong(
    axis: Axes, rows: Sequence[Mapping[str, Any]], names: Sequence[tuple[str, str]], colour: str, shift: float
) -> None:
    """Draw the highest rate of each distribution."""
    ordered = sorted(rows, key=lambda row: rate_of(row, "last"))
    worst = {names.index((row["check"], row["distribution"])): row for row in ordered}
    rates = np.array([rate_of(row, "last") for row in worst.values()])
    ends = np.array([interval_of(row, "last") for row in worst.values()]).T
    axis.errorbar(
        100 * rates,
        np.array(list(worst)) + shift,
        xerr=100 * np.abs(ends - rates),
        fmt="o",
        color=colour,
        markersize=4,
        label=f"{rows[0]['wrong']} wrongly, up to six looks",
    )
