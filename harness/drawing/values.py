"""The numbers behind a figure, panel by panel: pages tell them where somebody points, and tables list them."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from html import unescape
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from harness.base.arrays import Floats

MOST_STOPS = 60
NINETY = "median (central 90 %)"
_ATTRIBUTE = re.compile(r'<svg [^>]*?data-panels="([^"]*)"')
Box = tuple[float, float, float, float]
"""Left, top, width and height, in points."""
Row = tuple[float | None, ...]
"""A number at each stop; None where there is none."""


@dataclass(frozen=True, kw_only=True)
class Values:
    """What a panel shows at each of its stops along an axis.

    Attributes
    ----------
    step
        What a stop is, such as ``epoch``.
    at : (stops,)
        Where they lie on the axis.
    labels
        Their names, where numbers are none; as many as stops, or none.
    told
        What the numbers are, such as ``median (central 90 %)``.
    series
        By name, the low, the middle and the high number at each stop, or the middle one alone.
    notes
        What holds at every stop, such as a number that the report gives.
    along
        Which axis the stops lie along.
    """

    step: str
    at: Sequence[float]
    series: Mapping[str, Sequence[Row]]
    labels: Sequence[str] = ()
    told: str = ""
    notes: Sequence[str] = ()
    along: Literal["x", "y"] = "x"

    @property
    def stops(self) -> Sequence[float] | Sequence[str]:
        """Names of the stops, or the numbers where they lie."""
        return self.labels or self.at


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A panel of a figure.

    Attributes
    ----------
    name
        What it is a panel of; may be empty.
    place
        What belongs to it, with labels.
    area
        What its axes enclose.
    ends
        The numbers at the left and the right end of the area, or at the upper and the lower one, by `Values.along`.
    values
        None where there is nothing to tell.
    """

    name: str
    place: Box
    area: Box = (0.0, 0.0, 0.0, 0.0)
    ends: tuple[float, float] = (0.0, 0.0)
    values: Values | None = field(default=None)


def with_panels(svg: str, panels: Sequence[Panel]) -> str:
    """Return an SVG document that says what its panels are and show."""
    told = json.dumps([asdict(panel) for panel in panels], separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for letter, written in (("&", "&amp;"), ('"', "&quot;"), ("<", "&lt;"), (">", "&gt;")):
        told = told.replace(letter, written)
    return svg.replace("<svg ", f'<svg data-panels="{told}" ', 1)


def panels_of(svg: str) -> list[Panel]:
    """Return the panels of a figure, of which no other says what they are: none."""
    found = _ATTRIBUTE.search(svg)
    return [_panel(one) for one in json.loads(unescape(found.group(1)))] if found else []


def curve_values(curves: Mapping[str, Floats], notes: Sequence[str] = ()) -> Values:
    """Return medians and central 90 % of curves over epochs, at `MOST_STOPS` of the longest at most.

    Parameters
    ----------
    curves
        By name, arrays of shape (seeds, epochs); of each epoch the finite ones count.
    """
    longest = max((curve.shape[1] for curve in curves.values()), default=0)
    stops = places_of(longest)
    return Values(
        step="epoch",
        at=row(stops + 1),
        told=NINETY,
        series={name: _quantiles_at(curve, stops) for name, curve in curves.items()},
        notes=tuple(notes),
    )


def places_of(count: int) -> Floats:
    """Return which of so many places are shown: all, or `MOST_STOPS` from the first to the last."""
    return np.unique(np.linspace(0, max(count - 1, 0), MOST_STOPS).round().astype(int))[: max(count, 0)]


def row(numbers: ArrayLike) -> tuple[float, ...]:
    """Return numbers with four significant digits; what is not finite is None."""
    return tuple(_short(float(one)) for one in np.asarray(numbers).ravel())  # type: ignore[misc]


def _short(number: float) -> float | int | None:
    short = float(f"{number:.4g}")
    if not math.isfinite(short):
        return None
    return int(short) if short.is_integer() and abs(short) < 1e6 else short


def _quantiles_at(curve: Floats, stops: Floats) -> tuple[Row, ...]:
    found = np.full((3, len(stops)), np.nan)
    for number, stop in enumerate(stops):
        alive = curve[np.isfinite(curve[:, stop]), stop] if stop < curve.shape[1] else curve[:0, 0]
        if alive.size:
            found[:, number] = np.quantile(alive, [0.05, 0.5, 0.95])
    return tuple(row(one) for one in found)


def _panel(told: Mapping[str, object]) -> Panel:
    values = told["values"]
    return Panel(**{**told, "values": Values(**values) if isinstance(values, dict) else None})  # type: ignore[arg-type]
