"""From the rows of the runs of one cell to the values of one metric, with what became of each run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from harness.base.arrays import Floats
from harness.base.errors import DataError
from harness.training.seeds import Seed

Rows = NDArray[np.int32]
UNFINISHED, SAMPLED = "unfinished", "logged at other steps"


@dataclass
class Values:
    """The values of one metric.

    Attributes
    ----------
    of_run
        By seed, a curve of shape (steps,), or a number; of one length all.
    left_out
        By seed, why a run has none.
    """

    of_run: dict[Seed, Floats] = field(default_factory=dict)
    left_out: dict[Seed, str] = field(default_factory=dict)


def single_values(
    rows_of: Mapping[Seed, Rows], values: Floats, counts: NDArray[np.bool_], place: Callable[[int], str]
) -> Values:
    """Return the one value of each run.

    Parameters
    ----------
    rows_of
        Of each run.
    values, counts : (rows,)
        Of the whole table: the metric, and whether a row has it.
    place
        Where a row stands, for people.

    Raises
    ------
    DataError
        If a run has two.
    """
    found = Values()
    for seed, rows in rows_of.items():
        own = rows[counts[rows]]
        if len(own) > 1:
            raise DataError(
                f"{place(int(own[0]))} and {place(int(own[1]))}: two runs of one config and seed; name what tells "
                "them apart, in [axes], or `step` in [logs] if they are two steps of one run; or take one out"
            )
        if len(own):
            found.of_run[seed] = np.asarray(values[own[0]])
        else:
            found.left_out[seed] = UNFINISHED
    return found


def curves(
    rows_of: Mapping[Seed, Rows],
    values: Floats,
    counts: NDArray[np.bool_],
    steps: Floats,
    place: Callable[[int], str],
    *,
    early_stopping: bool,
) -> tuple[Values, Floats]:
    """Return the curve of each run, and the steps that they have in common.

    A run with fewer steps than others is unfinished, unless runs may stop early: then its curve keeps its last value.

    Parameters
    ----------
    rows_of, values, counts, place
        As for `single_values`.
    steps : (rows,)
        Of the whole table.
    early_stopping
        Whether runs may have fewer steps than others.

    Raises
    ------
    DataError
        If a run has a step twice, or a row no step.
    """
    found, of_run = Values(), {}
    for seed, rows in rows_of.items():
        own = rows[counts[rows]]
        own = own[np.argsort(steps[own], kind="stable")]
        at = steps[own]
        if np.isnan(at).any():
            raise DataError(f"{place(int(own[np.isnan(at)][0]))}: no step, though [logs] names a column of steps")
        if (twice := np.flatnonzero(np.diff(at) == 0)).size:
            one, other = (place(int(own[twice[0] + after])) for after in (0, 1))
            raise DataError(
                f"{one} and {other}: step {at[twice[0]]:g} stands twice in one run; name in [axes] what tells two runs "
                "apart, or take one out"
            )
        of_run[seed] = own, at
    longest = max((at for _, at in of_run.values()), key=len, default=np.array([]))
    for seed, (own, at) in of_run.items():
        if not np.array_equal(at, longest[: len(at)]):
            found.left_out[seed] = SAMPLED
        elif len(at) == 0 or (len(at) < len(longest) and not early_stopping):
            found.left_out[seed] = UNFINISHED
        else:
            found.of_run[seed] = np.pad(values[own], (0, len(longest) - len(at)), mode="edge")
    return found, longest


def counting(curve: Values, steps: Floats, which: str | int, metric: str) -> Values:
    """Return the one value of each curve that counts: the last, the largest, the smallest, or that at a step.

    Parameters
    ----------
    steps
        That the curves have in common.
    metric
        What it is, for errors.

    Raises
    ------
    DataError
        If there is no such step.
    """
    if isinstance(which, int):
        at = np.flatnonzero(steps == which)
        if not at.size:
            shown = f"{steps[0]:g} to {steps[-1]:g}" if len(steps) else "none"
            raise DataError(f"[logs.counts], {metric}: is {which}, which is no step of the runs; these are: {shown}")
        return Values({seed: one[at[0]] for seed, one in curve.of_run.items()}, curve.left_out)
    return Values({seed: _PICKS[which](one) for seed, one in curve.of_run.items()}, curve.left_out)


_PICKS: Mapping[str, Callable[[Floats], Floats]] = {
    "last": lambda curve: curve[-1:].reshape(()),
    "max": lambda curve: np.asarray(curve.max()),
    "min": lambda curve: np.asarray(curve.min()),
}
