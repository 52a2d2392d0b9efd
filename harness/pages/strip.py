"""Many sessions of one reading in a line of a table: its verdicts as marks in three lanes, its estimate as a curve.

Drawn as paths of SVG with a unit a session in width, and only where something changes, so that a year takes little
space. A verdict shows by its lane as well as by its colour.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.sessions.past import PastReading
from harness.verdicts.band import OUTCOMES, Outcome

LANES: tuple[Outcome, ...] = ("supported", "inconclusive", "refuted")
LANE_HEIGHT = 10
HEIGHT = LANE_HEIGHT * len(LANES)
THICK, THIN = 8, 3  # of a mark


@dataclass(frozen=True)
class Strip:
    """The path data of a timeline.

    Attributes
    ----------
    marks
        By outcome, the sessions with that verdict.
    noise, estimate
        The intervals as one area, and the estimates as one line; higher is more. Empty where none is finite.
    """

    marks: dict[Outcome, str]
    noise: str
    estimate: str


def strip(timeline: Sequence[PastReading], places: Mapping[int, int]) -> Strip:
    """Draw a timeline.

    Parameters
    ----------
    places
        By the number of a session, where it stands from the left, counted from 0.
    """
    usual = usual_reading(timeline)
    marks: dict[Outcome, str] = dict.fromkeys(OUTCOMES, "")
    runs: list[tuple[int, int, Outcome, int]] = []
    for past in timeline:
        place, height = places[past.session], THIN if is_partial(past, usual) else THICK
        if runs and runs[-1][1:] == (place, past.outcome, height):
            runs[-1] = (runs[-1][0], place + 1, past.outcome, height)
        else:
            runs.append((place, place + 1, past.outcome, height))
    for start, end, outcome, height in runs:
        top = LANES.index(outcome) * LANE_HEIGHT + (LANE_HEIGHT - height) // 2
        marks[outcome] += f"M{start} {top}h{end - start}v{height}h-{end - start}z"
    return Strip(marks, *_curves([past for past in timeline if not is_partial(past, usual)], places))


def usual_reading(timeline: Sequence[PastReading]) -> PastReading:
    """Return the newest with the most frequent scope of a timeline; of two as frequent, that over more claims."""
    counts = Counter(past.scope for past in timeline)
    return max(reversed(timeline), key=lambda past: (counts[past.scope], past.claims))


def is_partial(past: PastReading, usual: PastReading) -> bool:
    """Whether a session judged fewer claims than usual, or as many over other seeds."""
    return past.scope != usual.scope and past.claims <= usual.claims


def _curves(timeline: Sequence[PastReading], places: Mapping[int, int]) -> tuple[str, str]:
    """Return the area of the intervals and the line of the estimates, as steps a session wide."""
    numbers = [number for past in timeline for number in (past.low, past.value, past.high) if math.isfinite(number)]
    if not numbers:
        return "", ""
    lowest, highest = min(numbers), max(numbers)

    def level(number: float) -> int:
        proportion = 0.5 if highest == lowest else (min(max(number, lowest), highest) - lowest) / (highest - lowest)
        return round(HEIGHT - 1 - proportion * (HEIGHT - 2))

    noise = estimate = ""
    for start, end, (low, value, high) in _runs(timeline, places):
        if math.isnan(value):
            continue
        top, bottom = level(high), level(low)
        noise += f"M{start} {top}h{end - start}v{bottom - top}h-{end - start}z"
        estimate += f"M{start} {level(value)}h{end - start}"
    return noise, estimate


def _runs(
    timeline: Sequence[PastReading], places: Mapping[int, int]
) -> list[tuple[int, int, tuple[float, float, float]]]:
    """Return from where to where the estimate and its interval are the same."""
    found: list[tuple[int, int, tuple[float, float, float]]] = []
    for past in timeline:
        place, numbers = places[past.session], (past.low, past.value, past.high)
        if found and found[-1][1:] == (place, numbers):
            found[-1] = (found[-1][0], place + 1, numbers)
        else:
            found.append((place, place + 1, numbers))
    return found
