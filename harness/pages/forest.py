"""Where estimates of different quantities lie against their bands, on one scale: the geometry of the forest plot.

Each quantity is measured in half widths of its own band, so that every two-sided band reaches from -1 to 1. Beyond, the
scale is compressed like an inverse hyperbolic sine, and what lies farther than `FARTHEST` is told by an arrow.
"""

import math
from dataclasses import dataclass

from harness.verdicts.band import Band

FARTHEST = 10.0
TICKS = (-10.0, -3.0, -1.0, 1.0, 3.0, 10.0)


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How a quantity is brought to the common scale: `origin` comes to lie at `place`, a `unit` farther at `place` + 1.

    Attributes
    ----------
    band_given
        Whether the band gave the unit; otherwise the estimate did, and only sides can be compared with other rows.
    """

    origin: float
    unit: float
    place: float
    band_given: bool

    def at(self, value: float) -> float:
        """Return where a value lies on the common scale; infinities stay, NaN too."""
        # Halves, since the difference of two large numbers may exceed what a float holds.
        return self.place + (value / 2 - self.origin / 2) / self.unit * 2


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the plot, in percent of its width.

    Attributes
    ----------
    value
        The estimate; None where there is none.
    low, high
        The interval, cut to the plot; None where there is none.
    cut_low, cut_high
        Whether the interval goes on beyond the plot's left, and right, end; an arrow shows it.
    band_low, band_high
        The band, cut to the plot.
    band_given
        As in `Scale`.
    """

    value: float | None
    low: float | None
    high: float | None
    cut_low: bool
    cut_high: bool
    band_low: float
    band_high: float
    band_given: bool


def scale_of(band: Band, value: float, low: float, high: float) -> Scale:
    """Return the scale on which a band, an estimate and its interval are drawn.

    ===========================  ==================================  ====================================
    band                         unit                                where it lies
    ===========================  ==================================  ====================================
    from a to b                  half its width, (b - a) / 2         from -1 to 1
    at least e                   the end's distance from zero, |e|   from -1 on, open to the right
    at most e                    |e|                                 up to 1, open to the left
    exactly e                    |e|                                 a line at 0
    any of the last three, e=0   half the interval's width           as above; the row is marked
    everything                   half the interval's width           everywhere; the row is marked
    ===========================  ==================================  ====================================

    An open band has no width of its own. Measured in |e|, "at least 1.5" and an estimate of 1 are a third of a unit
    apart, as one would say it: a third short. An end at zero gives no measure at all. Then the row shows only on
    which side the estimate lies, and by how many half widths of its own interval (if that has none, by one unit).
    """
    ends = [end for end in (band.low, band.high) if math.isfinite(end)]
    if len(ends) == 2 and (half := band.high / 2 - band.low / 2) > 0:
        return Scale(origin=band.low / 2 + band.high / 2, unit=half, place=0.0, band_given=True)
    origin = ends[0] if ends else (value if math.isfinite(value) else 0.0)
    place = 0.0 if len(ends) != 1 else (-1.0 if band.high == math.inf else 1.0)
    if ends and origin != 0:
        return Scale(origin=origin, unit=abs(origin), place=place, band_given=True)
    return Scale(origin=origin, unit=_own_unit(origin, value, low, high), place=place, band_given=False)


def row_of(band: Band, value: float, low: float, high: float) -> Row:
    """Return how an estimate with its interval is drawn against its band."""
    scale = scale_of(band, value, low, high)
    at_value, at_low, at_high = (scale.at(number) for number in (value, low, high))
    missing = math.isnan(at_low) or math.isnan(at_high)
    return Row(
        value=None if math.isnan(at_value) else percent(at_value),
        low=None if missing else percent(at_low),
        high=None if missing else percent(at_high),
        cut_low=not missing and at_low < -FARTHEST,
        cut_high=not missing and at_high > FARTHEST,
        band_low=percent(scale.at(band.low)),
        band_high=percent(scale.at(band.high)),
        band_given=scale.band_given,
    )


def percent(place: float) -> float:
    """Return how far from the plot's left end a place of the common scale is drawn, in percent of its width."""
    inside = max(-FARTHEST, min(FARTHEST, place))
    return round(50 + 50 * _compressed(inside) / _compressed(FARTHEST), 2)


def _compressed(place: float) -> float:
    """Leave the band as it is; the slope is the same on both sides of its ends, so that no kink shows."""
    beyond = max(0.0, abs(place) - 1)
    return math.copysign(min(1.0, abs(place)) + math.asinh(beyond), place)


def _own_unit(origin: float, value: float, low: float, high: float) -> float:
    for length in (high / 2 - low / 2, abs(value - origin)):
        if 0 < length < math.inf:
            return length
    return 1.0
