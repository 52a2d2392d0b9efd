"""Between which normal scores a further draw, or an average of several, prints the number that a report gives.

The normal score of a quantity is the number of which a standard normal draw is smaller with the same probability. On
this scale every printed number is an interval, whatever it is a number of: a joint distribution of several needs only
their correlations (a Gaussian copula; Nelsen 2006, An Introduction to Copulas, section 2.3).
"""

import math

import scipy

from harness.base.arrays import Floats
from harness.statistics.estimate import Interval, Reported
from harness.statistics.position import Drawn, Scale, rounding_of

NEVER: Interval = (math.inf, math.inf)
"""The scores of what no draw can print."""
TOLERANCE = 1e-9  # of hits: 0.99 + 0.005 of 200 rows is 199 hits, but for errors of arithmetic


def scores_of_number(reported: Reported, drawn: Drawn, scale: Scale) -> Interval:
    """Return the normal scores between which one further draw of a positive number is printed as reported."""
    first, last = rounding_of(reported)
    # All that lies beyond what the number can be is printed as the end of its range.
    low = drawn.lowest - drawn.mean if first > 0 else -math.inf
    high = drawn.highest - drawn.mean if last < scale.largest else math.inf
    return _score(*_tails(low, drawn)), _score(*_tails(high, drawn))


def scores_of_proportion(reported: Reported, values: Floats, rows: int, drawn: Drawn, scale: Scale) -> Interval:
    """Return the normal scores between which one further proportion of `rows` rows is printed as reported.

    `NEVER` where no number of hits is printed so (the GRIM test of Brown and Heathers 2017, Social Psychological and
    Personality Science 8, 363-369). Half of the distribution is a smooth one, with a correction for continuity, half is
    what the seeds themselves showed, which no smooth curve can tell.
    """
    first, last = (end * rows for end in rounding_of(reported))
    fewest, most = max(0, math.ceil(first - TOLERANCE)), min(rows, math.floor(last + TOLERANCE))
    if fewest > most:
        return NEVER
    hits = values * rows
    low = float(scale.forward((fewest - 0.5) / rows)) - drawn.mean if fewest > 0 else -math.inf
    high = float(scale.forward((most + 0.5) / rows)) - drawn.mean if most < rows else math.inf
    below, not_below = float((hits < fewest - 0.5).mean()), float((hits >= fewest - 0.5).mean())
    not_above, above = float((hits <= most + 0.5).mean()), float((hits > most + 0.5).mean())
    start, end = _tails(low, drawn), _tails(high, drawn)
    return (
        _score((start[0] + below) / 2, (start[1] + not_below) / 2),
        _score((end[0] + not_above) / 2, (end[1] + above) / 2),
    )


def scores_of_average(
    reported: Reported, values: Floats, runs: int, largest: float = math.inf, rows: int | None = None
) -> Interval:
    """Return the normal scores between which the average of further runs is printed as reported.

    An average is taken as normal whatever one run is, by the central limit theorem.

    Parameters
    ----------
    runs
        How many are averaged.
    largest
        What the number cannot exceed; it cannot fall below zero.
    rows
        Of how many rows each value is a proportion, if it is one: then its spread is no less than their binomial error.
    """
    count = len(values)
    deviation = float(values.std(ddof=1))
    if rows is not None:
        smoothed = (values * rows + 0.5) / (rows + 1)
        deviation = max(deviation, math.sqrt(float((smoothed * (1 - smoothed)).mean()) / rows))
    if deviation == 0:
        return NEVER
    error = deviation * math.sqrt(1 / runs + 1 / count)
    first, last = rounding_of(reported)
    ends = (first if first > 0 else -math.inf, last if last < largest else math.inf)
    low, high = (_score(*_student((end - float(values.mean())) / error, count)) for end in ends)
    return low, high


def log_likelihood_between(scores: Interval) -> float:
    """Return the logarithm of the probability that a standard normal draw lies between two numbers."""
    low, high = scores
    if low > 0:  # the tail of small probabilities is the exact one
        low, high = -high, -low
    upper, lower = float(scipy.special.log_ndtr(high)), float(scipy.special.log_ndtr(low))
    if not upper > lower:
        return -math.inf
    return upper + math.log1p(-math.exp(lower - upper))


def _tails(distance: float, drawn: Drawn) -> tuple[float, float]:
    """Return the probabilities that the next draw is less, and more, than so far above the mean."""
    count = len(drawn.scaled)
    return _student(distance / (drawn.floored * math.sqrt(1 + 1 / count)), count)


def _student(statistic: float, count: int) -> tuple[float, float]:
    below, above = (float(scipy.special.stdtr(count - 1, one)) for one in (statistic, -statistic))
    return below, above


def _score(below: float, above: float) -> float:
    """Return the normal score of a point from the probabilities on both sides; the smaller is the exact one."""
    return float(scipy.special.ndtri(below) if below < above else -scipy.special.ndtri(above))
