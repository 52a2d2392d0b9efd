"""What the counts of simulated verdicts say: rates of wrong and right ones, with their intervals."""

from collections.abc import Mapping
from typing import Any

from scipy import special

from harness.statistics.estimate import Interval
from harness.verdicts.error_rate import ERROR_RATE

REPETITIONS = 2000  # of each row; after fewer, rates say little
CONFIDENCE = 0.99  # of the intervals around simulated rates
STAGES = {"only": "one look", "first": "first of six", "last": "up to six"}


def clopper_pearson(hits: int, repetitions: int) -> Interval:
    """Return the exact interval for a simulated rate, with `CONFIDENCE` for its two ends together."""
    tail, misses = (1 - CONFIDENCE) / 2, repetitions - hits
    low = float(special.betaincinv(hits, misses + 1, tail)) if hits else 0.0
    return low, float(special.betaincinv(hits + 1, misses, 1 - tail)) if misses else 1.0


def exceeds(row: Mapping[str, Any], stage: str) -> bool:
    """Tell whether a row's verdicts are shown to be wrong more often than the error rate allows."""
    return interval_of(row, stage)[0] > ERROR_RATE


def rate_of(row: Mapping[str, Any], stage: str, which: str = "wrong") -> float:
    """Return in which proportion of simulated sessions the verdict of a row was wrong, or right."""
    counts = row["counts"][stage]
    return float(counts[row[which]] / sum(counts.values()))


def interval_of(row: Mapping[str, Any], stage: str) -> Interval:
    """Return the interval around the rate of wrong verdicts."""
    counts = row["counts"][stage]
    return clopper_pearson(counts[row["wrong"]], sum(counts.values()))
