import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from harness.statistics.estimate import Reported
from harness.statistics.reported_runs import FORMS, ReportedRuns, as_printed, runs_as_printed

ORDERED = "mean and spread from a {}, as of normal samples"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("72.9 +- 0.4 sd (n = 5)", 0.4 / math.sqrt(5)),
        ("72.9+-0.4 sd (n=5)", 0.4 / math.sqrt(5)),
        ("72.9 ± 0.4 se (n = 5)", 0.4),
    ],
)
def test_a_mean_with_its_spread(text: str, error: float) -> None:
    """A standard deviation is of one run, a standard error of the mean; the decimals of the mean count."""
    assert runs_as_printed(text) == ReportedRuns(72.9, pytest.approx(0.05), 5, pytest.approx(error), 4)


def test_the_examples_of_the_forms_are_read() -> None:
    """All that a message suggests; what is not a mean says that it was made one."""
    notes = [runs_as_printed(text).note for text in re.findall('"(.*?)"', FORMS)]
    assert notes == ["", ORDERED.format("range"), ORDERED.format("median and quartiles")]


@pytest.mark.parametrize(
    ("text", "mean"),
    [("10.0 to 30.0", 20.0), ("median 16, 10.0 to 30", 18.0), ("median 17, quartiles 10 to 30.0", 19.0)],
    ids=["range", "median and range", "median and quartiles"],
)
def test_means_are_those_of_wan_and_others(text: str, mean: float) -> None:
    """The fewest decimals count. How far the mean may be off, the intervals of `test_two_samples` show."""
    found = runs_as_printed(f"{text} (n = 20)")
    assert found.value == pytest.approx(mean)
    assert found.half_unit == pytest.approx(0.5 if "median" in text else 0.05)
    assert found.error > runs_as_printed(f"{text} (n = 200)").error
    assert 1 < found.freedom < 20


@pytest.mark.parametrize("runs", [2, 5, 20, 100])
def test_the_deviation_from_a_range_is_that_of_wan_and_others(runs: int) -> None:
    """They approximate how far the outer ones of normal numbers lie apart, to a few hundredths."""
    of_normal = 2 * norm.ppf((runs - 0.375) / (runs + 0.25))
    sample = np.random.default_rng(1).normal(size=(20_000, runs))
    expected = 20 / of_normal * (sample.min(axis=1) + sample.max(axis=1)).std() / 2
    assert runs_as_printed(f"10.0 to 30.0 (n = {runs})").error == pytest.approx(expected, rel=0.05)


def test_ten_times_as_wide_is_ten_times_as_unsure() -> None:
    """And says as much of the spread."""
    narrow, wide = (runs_as_printed(f"median {text} (n = 9)") for text in ("17, 10 to 30", "170, 100 to 300"))
    assert (wide.error, wide.freedom) == (pytest.approx(10 * narrow.error), narrow.freedom)


def test_two_runs_are_told_by_their_range() -> None:
    """It is all there is of them: so a range and a median with it say the same as mean and deviation."""
    as_range, as_mean = runs_as_printed("1.0 to 3.0 (n = 2)"), runs_as_printed("2.0 +- 1.4142 sd (n = 2)")
    assert (as_range.value, as_range.half_unit) == (as_mean.value, as_mean.half_unit)
    # The deviation that two numbers' distance tells without bias is larger than their own by the root of pi / 2.
    assert as_range.error == pytest.approx(as_mean.error * math.sqrt(math.pi / 2), rel=0.03)
    assert runs_as_printed("median 2.0, 1.0 to 3.0 (n = 2)").error == pytest.approx(as_range.error)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "72.9 +- 0.4 (n = 5)",
            "write sd behind 0.4 if it is the standard deviation of the runs, se if it is the",
        ),
        ("72.9 +- 0.4 sd (n = 1)", "n is 1, but one run has no spread; give the number alone, as printed"),
        ("72.9 to 71.8 (n = 5)", "its numbers do not rise from 72.9 to 71.8"),
        ("median 74, 71.8 to 72.9 (n = 5)", "its numbers do not rise from 71.8 to 72.9"),
        ("72.9 (0.4)", f"give what is printed of several runs as {FORMS}"),
        (
            "71.8 to 73.9 (n = 10001)",
            "n is 10001; a range or median can be given of 10000 runs at most, of more a mean",
        ),
        ("72.9 +- -0.4 sd (n = 5)", "a spread is not below 0"),
    ],
)
def test_what_cannot_be_is_refused(text: str, sentence: str) -> None:
    """In a sentence that says what would be right."""
    with pytest.raises(ValueError, match=re.escape(sentence)):
        runs_as_printed(text)


def test_what_no_number_holds_is_refused() -> None:
    """A spread as well as a mean."""
    many = "9" * 400
    for text in (f"72.9 +- {many} sd (n = 5)", f"{many} +- 0.4 sd (n = 5)", f"71.8 to {many} (n = 5)"):
        with pytest.raises(ArithmeticError):
            runs_as_printed(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**6), max_value=10**6))
def test_decimals_of_a_number_count(number: object) -> None:
    """Half a unit of the last."""
    assert as_printed(str(number)) == Reported(float(str(number)), 0.0005)
