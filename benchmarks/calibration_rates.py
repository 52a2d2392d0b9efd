"""What the counts of simulated verdicts say: rates of wrong and right ones, with their intervals."""

from collections.abc import Mapping
from typing import Any

from scipy import stats

from harness.statistics.estimate import Interval
from harness.verdicts.error_rate import ERROR_RATE

REPETITIONS = 2000  # of each row; after fewer, rates say little
CONFIDENCE = 0.99  # of the intervals around simulated rates
STAGES = {"only": "one look", "first": "first of six", "last": "up to six"}


def exceeds(row: Mapping[str, Any], stage: str) -> bool:
    """Tell whether a row's verdicts are shown to be wrong more often than the error rate allows."""
    return interval_of(row, stage)[0] > ERROR_RATE


def rate_of(row: Mapping[str, Any], stage: str, which: str = "wrong") -> float:
    """Return in which proportion of simulated sessions the verdict of a row was wrong, or right."""
    counts = row["counts"][stage]
    return float(counts[row[which]] / sum(counts.values()))


def interval_of(row: Mapping[str, Any], stage: str) -> Interval:
    """Return the interval of Clopper and Pearson around the rate of wrong verdicts, with `CONFIDENCE` in all."""
    counts = row["counts"][stage]
    low, high = stats.binomtest(counts[row["wrong"]], sum(counts.values())).proportion_ci(CONFIDENCE)
    return float(low), float(high)
