import numpy as np
import pytest

from harness.base.errors import DataError
from harness.logs.values import SAMPLED, UNFINISHED, Values, counting, curves, single_values
from harness.training.seeds import Seed

ONE, TWO, THREE = (Seed(number, number) for number in range(3))
ROWS = {ONE: np.array([0, 1, 2]), TWO: np.array([3, 4]), THREE: np.array([5])}
STEPS = np.array([1.0, 2.0, 3.0, 1.0, 2.0, 2.0])
NUMBERS = np.arange(6.0)
ALL = np.ones(6, dtype=bool)


def of(found: Values) -> dict[Seed, list[float]]:
    """Return the values as lists."""
    return {seed: np.asarray(values).tolist() for seed, values in found.of_run.items()}


def test_runs_of_other_lengths_or_steps_are_told_apart() -> None:
    """Of those that may be compared, all have the steps of the longest."""
    found, steps = curves(ROWS, NUMBERS, ALL, STEPS, str, early_stopping=False)
    assert steps.tolist() == [1, 2, 3]
    assert of(found) == {ONE: [0, 1, 2]}
    assert found.left_out == {TWO: UNFINISHED, THREE: SAMPLED}
    found, _ = curves(ROWS, NUMBERS, ALL, STEPS, str, early_stopping=True)
    assert of(found) == {ONE: [0, 1, 2], TWO: [3, 4, 4]}
    assert found.left_out == {THREE: SAMPLED}


def test_without_a_value_there_is_no_curve() -> None:
    """Whether runs may stop early or not."""
    for early in (True, False):
        found, steps = curves(ROWS, NUMBERS, ~ALL, STEPS, str, early_stopping=early)
        assert found.left_out == dict.fromkeys(ROWS, UNFINISHED)
        assert steps.tolist() == []
        with pytest.raises(DataError, match=r"these are: none$"):
            counting(found, steps, 3, "loss")


@pytest.mark.parametrize(("which", "value"), [("last", 2.0), ("max", 2.0), ("min", 0.0), (2, 1.0)])
def test_one_value_counts(which: str | int, value: float) -> None:
    """As a number; what was left out stays so."""
    found, steps = curves(ROWS, NUMBERS, ALL, STEPS, str, early_stopping=False)
    one = counting(found, steps, which, "loss")
    assert of(one) == {ONE: value}
    assert one.left_out == found.left_out


def test_what_is_not_a_number_is_no_best_value() -> None:
    """A run that diverged somewhere has no largest value that means anything."""
    found, steps = curves(ROWS, np.array([0, np.nan, 2, 3, 4, 5]), ALL, STEPS, str, early_stopping=False)
    assert np.isnan(counting(found, steps, "max", "loss").of_run[ONE])


def test_a_single_value_is_that_of_the_only_row() -> None:
    """Rows without the metric do not count."""
    counts = np.array([False, True, False, True, False, False])
    found = single_values(ROWS, NUMBERS, counts, str)
    assert of(found) == {ONE: 1, TWO: 3}
    assert found.left_out == {THREE: UNFINISHED}
