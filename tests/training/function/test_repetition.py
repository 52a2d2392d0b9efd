import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harness.training.function.gathering import one_run
from harness.training.function.repetition import MOST_REPEATS, difference_between, unseeded
from harness.training.runs import Runs
from harness.training.seeds import Seed
from tests.builders.functions import function_config

OWN = np.random.default_rng()


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Runs]:
    """Make a run of some arrays."""
    config = function_config(tmp_path)
    return lambda seconds=1.0, **returned: one_run(config, Seed(0, 0), returned, seconds)


def test_equal_numbers_are_no_difference(run: Callable[..., Runs]) -> None:
    """Nor are times, nor values that are not finite in both."""
    first, second = (run(seconds, loss=[1.0, np.nan], accuracy=0.5) for seconds in (1.0, 2.0))
    assert difference_between(first, second) == ""


def test_a_difference_is_named_to_the_last_bit(run: Callable[..., Runs]) -> None:
    """By metric and values."""
    first, second = run(loss=[1.0, 0.5]), run(loss=[1.0, 0.5000001])
    assert difference_between(first, second) == "two values of loss, 0.5 and 0.5000001,"
    assert difference_between(first, run(loss=[1.0])) == "a loss of another shape the second time"
    assert difference_between(first, run(gain=[1.0, 0.5])) == "other metrics the second time"


def draws_of(run: Callable[..., Runs], draw: Callable[[], float]) -> Callable[[], Runs]:
    """Return a training that draws from somewhere."""
    return lambda: run(accuracy=draw())


@pytest.mark.parametrize(
    ("source", "draw"),
    [("random", random.random), ("numpy.random", lambda: float(np.random.normal()))],  # noqa: NPY002 - the old ones
)
def test_what_is_not_seeded_is_found(run: Callable[..., Runs], source: str, draw: Callable[[], float]) -> None:
    """With its state put back, the same comes again."""
    assert unseeded(draws_of(run, draw)) == f"seed {source} in it, for example by seed.everything()"


def test_what_has_a_generator_of_its_own_is_not_found(run: Callable[..., Runs]) -> None:
    """That is said, after no more repeats than were announced."""
    calls = []

    def draw() -> float:
        calls.append(1)
        return float(OWN.normal())

    assert unseeded(draws_of(run, draw)).startswith("it is not for want of a seed of random, numpy.random")
    assert 4 <= len(calls) <= MOST_REPEATS
