"""What most cells do: one number a seed, the proportion of cells in which a statement is true for that seed.

Seeds are the unit of replication. Cells that share a seed share its rows and its chance, so they are no independent
votes; one number a seed needs no assumption on how they depend on each other.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from harness.base.arrays import Floats
from harness.statistics.estimate import Estimate, Interval
from harness.statistics.sample import at_least_two, inside

# Proportions of what may be bet: between them they hold one that does well, whatever spread and distance.
_BETS = (np.arange(16) + 0.5) / 16


def proportion_of_cells(
    samples: Sequence[ArrayLike],
    region: tuple[float, float],
    label: str,
    counted: Sequence[ArrayLike] | None = None,
) -> Estimate:
    """Estimate in which proportion of cells a number falls into a region, mean over seeds, with an exact interval.

    Parameters
    ----------
    samples : (cells,) of (seeds,)
        Of each cell one number a seed, all over the same seeds; one that is not finite, from a run that diverged, is
        outside every region.
    region
        Lowest and highest number that counts, both included.
    label
        What one number of a cell is.
    counted : (cells,) of (seeds,), optional
        Whether a cell counts in a seed, for a statement that speaks only of cells that fulfil a condition; all count
        if not given. A seed in which no cell counts has the proportion 0: it speaks for nothing.

    Raises
    ------
    ValueError
        If there is no cell, the cells have different numbers of seeds, or `counted` has another shape.
    """
    numbers = [at_least_two(sample) for sample in samples]
    if len({len(one) for one in numbers}) != 1:
        raise ValueError(f"cells of one claim are over the same seeds, not over {[len(one) for one in numbers]}")
    true = np.array([inside(one, region) for one in numbers])
    counts = np.ones_like(true) if counted is None else np.asarray(counted, dtype=bool)
    if counts.shape != true.shape:
        raise ValueError(f"what is counted has shape {true.shape} (cells, seeds) as the samples, not {counts.shape}")
    proportions = (true & counts).sum(axis=0) / np.maximum(counts.sum(axis=0), 1)
    which = f"{len(numbers)} cells"
    if counted is not None:
        which = f"those of the {which} that count, {counts.sum(axis=0).mean():.3g} in a seed"

    def interval(confidence: float) -> Interval:
        tail = (1 - confidence) / 2
        return _lower_limit(proportions, tail), 1 - _lower_limit(1 - proportions, tail)

    return Estimate(
        float(proportions.mean()),
        interval,
        "proportion of cells, mean over seeds, interval by betting",
        proportions,
        f"proportion of {len(numbers)} cells",
        "cells",
        note=f"of {which}, by {label}",
    )


def _lower_limit(values: Floats, tail: float) -> float:
    """Return a lower limit of the mean of numbers from 0 to 1, too high with a probability of at most `tail`.

    Waudby-Smith and Ramdas 2024, J. R. Stat. Soc. B 86, 1-27, section 4: who bets a proportion b of what may be bet on
    the mean being above m has, after all seeds, the product of 1 + b (x - m) / m. If the mean is m or less, that is 1
    or less in expectation, and so is the average of such products over several b: it reaches 1 / tail with a
    probability of at most `tail` (Markov). The limit is the largest m at which it does; it falls as m grows.
    """
    different, counts = np.unique(values, return_counts=True)

    def rejects(mean: float) -> bool:
        gains = np.log1p(_BETS[:, None] * (different / mean - 1)) @ counts
        return float(np.logaddexp.reduce(gains)) - math.log(len(_BETS)) >= -math.log(tail)

    low, high = 0.0, float(values.mean())
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (middle, high) if rejects(middle) else (low, middle)
    return low
