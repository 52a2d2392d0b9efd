"""What a report prints of several runs: a mean with its spread, a range, a median between quartiles."""

import functools
import math
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

import numpy as np

from harness.base.arrays import Floats
from harness.statistics.estimate import Reported

FORMS = '"72.9 +- 0.4 sd (n = 5)", "71.8 to 73.9 (n = 5)" or "median 72.9, quartiles 72.1 to 73.3 (n = 5)"'
SAMPLES, MOST_NUMBERS = 10_000, 10_000_000  # simulated; ten thousand tell a standard deviation to 0.7 %
MOST_RUNS = 10_000  # of which a range is simulated: a thousand samples
_NUMBER = r"([-+]?\d+(?:\.\d+)?)"
_RUNS = r"\(n ?= ?(\d+)\)"
_SPREAD = re.compile(rf"{_NUMBER} ?(?:\+-|±) ?{_NUMBER}(?: (sd|se))? {_RUNS}")
_ORDERED = re.compile(rf"(?:median {_NUMBER}, )?(quartiles )?{_NUMBER} to {_NUMBER} {_RUNS}")


@dataclass(frozen=True)
class ReportedRuns(Reported):
    """The mean of several runs, as the report prints it or as what it prints tells it.

    Attributes
    ----------
    runs
        How many there were.
    error
        Standard error of the mean.
    freedom
        Degrees of freedom of that error.
    note
        What the mean was told by, if it was not printed.
    """

    runs: int
    error: float
    freedom: float
    note: str = ""


def as_printed(text: str) -> Reported:
    """Return a number as printed: the decimals count.

    Raises
    ------
    ArithmeticError
        If it is no finite number.
    """
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        raise InvalidOperation
    reported = Reported(float(number), float(Decimal(5).scaleb(exponent - 1)))
    if math.isinf(reported.value) or math.isinf(reported.half_unit) or reported.half_unit == 0:
        raise InvalidOperation
    return reported


def runs_as_printed(text: str) -> ReportedRuns:
    """Return what is printed of several runs, in one of `FORMS`.

    Of a range, and of a median with a range or quartiles, mean and spread are estimated as for normal samples (Wan and
    others 2014, BMC Medical Research Methodology 14, 135).

    Raises
    ------
    ValueError
        If it is in none of the forms, or cannot be; the text says what is wrong.
    ArithmeticError
        If a number in it is too large to be one.
    """
    if spread := _SPREAD.fullmatch(text):
        return _with_spread(*spread.groups())
    if ordered := _ORDERED.fullmatch(text):
        return _with_order(*ordered.groups())
    raise ValueError(f"give what is printed of several runs as {FORMS}")


def _with_spread(mean: str, spread: str, kind: str | None, count: str) -> ReportedRuns:
    runs = _at_least_two(count)
    if kind is None:
        raise ValueError(
            f"write sd behind {spread} if it is the standard deviation of the runs, se if it is the standard error of "
            "the mean"
        )
    printed, deviation = as_printed(mean), as_printed(spread).value
    if deviation < 0:
        raise ValueError(f"a spread is not below 0, as {spread} is")
    error = deviation / (math.sqrt(runs) if kind == "sd" else 1)
    return ReportedRuns(printed.value, printed.half_unit, runs, error, runs - 1)


def _with_order(median: str | None, quartiles: str | None, low: str, high: str, count: str) -> ReportedRuns:
    runs = _at_least_two(count)
    if runs > MOST_RUNS:
        raise ValueError(f"n is {count}; a range or median can be given of {MOST_RUNS} runs at most, of more a mean")
    printed = [as_printed(one) for one in (low, median, high) if one is not None]
    values = [one.value for one in printed]
    if values != sorted(values):
        raise ValueError(f"its numbers do not rise from {low} to {high}")
    of_normal = _of_normal(runs, median is not None, quartiles is not None)
    deviation = (values[-1] - values[0]) / of_normal.width
    centre = _centre(np.array(values)[:, None], quartiles is not None)
    half_unit = max(one.half_unit for one in printed)
    told_by = f"{'median and ' if median else ''}{'quartiles' if quartiles else 'range'}"
    return ReportedRuns(
        float(centre[0]),
        half_unit,
        runs,
        deviation * of_normal.error,
        of_normal.freedom,
        f"mean and spread from a {told_by}, as of normal samples",
    )


class _OfNormal(NamedTuple):
    """What ordered numbers of standard normal samples are: mean distance of the outer ones, error of the centre."""

    width: float
    error: float
    freedom: float


@functools.cache
def _of_normal(runs: int, median: bool, quartiles: bool) -> _OfNormal:
    sample = np.random.default_rng(0).normal(size=(min(SAMPLES, MOST_NUMBERS // runs), runs))
    low, middle, high = np.quantile(sample, (0.25, 0.5, 0.75) if quartiles else (0, 0.5, 1), axis=1)
    centre = _centre(np.array([low, middle, high] if median else [low, high]), quartiles)
    width = high - low
    freedom = width.mean() ** 2 / (2 * width.var())  # of a variance with that relative spread (Patnaik 1950)
    return _OfNormal(float(width.mean()), float(centre.std()), float(freedom))


def _centre(ordered: Floats, quartiles: bool) -> Floats:
    """Return the mean as the ordered numbers tell it, shape (samples,) from (numbers, samples)."""
    if len(ordered) == 3 and not quartiles:
        return np.asarray(ordered[0] + 2 * ordered[1] + ordered[2]) / 4
    return np.asarray(ordered.mean(axis=0))


def _at_least_two(count: str) -> int:
    if int(count) < 2:
        raise ValueError(f"n is {count}, but one run has no spread; give the number alone, as printed")
    return int(count)
