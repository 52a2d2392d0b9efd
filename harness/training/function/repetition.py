"""Whether a training function gives the same numbers twice for one seed; and if not, what it did not seed."""

import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from harness.training.runs import SECONDS, Runs

MOST_REPEATS = 6  # two for each source of random numbers


def difference_between(first: Runs, second: Runs) -> str:
    """Return in words where two runs of one seed differ most; empty if they are the same to the last bit."""
    ours, theirs = ({name: array for _, name, array in runs.arrays() if name != SECONDS} for runs in (first, second))
    if ours.keys() != theirs.keys():
        return "other metrics the second time"
    for name, array in ours.items():
        other = theirs[name]
        if array.shape != other.shape:
            return f"a {name} of another shape the second time"
        if not np.array_equal(array, other, equal_nan=True):
            place = np.unravel_index(np.argmax(array != other), array.shape)
            return f"two values of {name}, {array[place]:.10g} and {other[place]:.10g},"
    return ""


def unseeded(again: Callable[[], Runs]) -> str:
    """Return what a function seems not to have seeded, in a sentence.

    With the state of one source of random numbers put back before each of two calls, these agree if it was that one.
    """
    for name, (state, put_back) in _sources().items():
        before = state()
        first = again()
        put_back(before)
        if not difference_between(first, again()):
            return f"seed {name} in it, for example by seed.everything()"
    return f"it is not for want of a seed of {', '.join(_sources())}: look for generators of its own, and for threads"


def _sources() -> dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]]:
    """Return how the state of each source of random numbers that is in use is read and put back."""
    found: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
        "random": (random.getstate, random.setstate),
        "numpy.random": (np.random.get_state, np.random.set_state),
    }
    if "torch" in sys.modules:
        torch: Any = sys.modules["torch"]
        found["torch"] = (torch.get_rng_state, torch.set_rng_state)
    return found
