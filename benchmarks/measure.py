"""Time several sides in turn, and say what was seen: a median with its spread.

Sides that are compared run in turn (A B A B), never in blocks (A A B B): what else the machine does then falls on all
of them alike, and a ratio can be taken round by round.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Side = Callable[[int], object]
"""Something to be timed; it is told the number of the round, so that it can take another seed each time."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """The repeated timings of one side.

    Attributes
    ----------
    question
        Which table they belong to.
    framework
        ``keras``, ``torch``, or empty where none is involved.
    case
        What was trained or imported.
    side
        Which of the things that are compared.
    seeds
        How many runs one timing covers.
    seconds : (repeats,)
        Wall time, round by round; the warm-up is not among them.
    """

    question: str
    framework: str = ""
    case: str
    side: str
    seeds: int = 0
    seconds: tuple[float, ...]

    def to_plain(self) -> dict[str, Any]:
        """Return the content for JSON."""
        return asdict(self)

    @staticmethod
    def from_plain(plain: Mapping[str, Any]) -> "Series":
        """Return what `to_plain` was given."""
        return Series(**{**plain, "seconds": tuple(plain["seconds"])})


@dataclass(frozen=True)
class Spread:
    """The median of a sample, with its smallest and largest value: quartiles of so few repeats would say no more."""

    median: float
    low: float
    high: float

    @staticmethod
    def of(sample: Sequence[float]) -> "Spread":
        """Return the spread of a sample that is not empty."""
        return Spread(statistics.median(sample), min(sample), max(sample))

    def __truediv__(self, number: float) -> "Spread":
        return Spread(self.median / number, self.low / number, self.high / number)

    def __str__(self) -> str:
        if self.low == self.high:
            return figures(self.median)
        return f"{figures(self.median)} ({figures(self.low)} to {figures(self.high)})"


def figures(number: float) -> str:
    """Return a number with three significant figures, never in exponents."""
    if number >= 100:
        return f"{number:.0f}"
    return f"{float(f'{number:.3g}'):.10f}".rstrip("0").rstrip(".")


def ratio(above: Series, below: Series) -> Spread:
    """Return how many times longer one side took than another, taken within each round."""
    pairs = zip(above.seconds, below.seconds, strict=True)
    return Spread.of([one / other for one, other in pairs])


def in_turn(
    sides: Mapping[str, Side],
    *,
    repeats: int,
    warm_ups: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, tuple[float, ...]]:
    """Time all sides once in each round, in their order, and return the seconds of each.

    Parameters
    ----------
    sides
        By name.
    repeats
        Rounds that count.
    warm_ups
        Rounds before these, whose times are discarded: they load modules and fill caches.
    clock
        Returns seconds.

    Returns
    -------
    dict
        For each side its seconds, shape (repeats,).
    """
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(warm_ups + repeats):
        for name, side in sides.items():
            gc.collect()  # what the side before has left behind is not charged to this one
            started = clock()
            side(number)
            elapsed = clock() - started
            if number >= warm_ups:
                seconds[name].append(elapsed)
    return {name: tuple(sample) for name, sample in seconds.items()}
