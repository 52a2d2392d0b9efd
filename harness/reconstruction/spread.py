"""How much of the spread over seeds comes from the split of the data, and how much from initial weights and order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from harness.base.errors import HarnessError
from harness.execution.engine import Block, missing_blocks
from harness.judging.claim import Claim
from harness.judging.evidence import Evidence, TrainedRuns
from harness.judging.plan import cells_asked, wanted_of
from harness.report.configs import SPLITS_CHOICE
from harness.report.grid import Grid
from harness.storage.store import Store
from harness.training.seeds import TRAININGS_PER_SPLIT

SEEDS = 20  # crossed: five splits, on each of which four trainings


@dataclass(frozen=True)
class Spread:
    """Two standard deviations, in the unit of the sample.

    Attributes
    ----------
    splits
        Between splits, of the mean over all trainings on each.
    trainings
        Between trainings on the same split.
    """

    splits: float
    trainings: float


def spread_over(sample: ArrayLike) -> Spread:
    """Estimate both spreads from a sample over crossed seeds (one-way random effects, by analysis of variance).

    Searle, Casella and McCulloch 1992, Variance Components, section 3.5. A variance between splits that comes out
    below zero, which noise may do, counts as zero.

    Parameters
    ----------
    sample : (seeds,)
        Of the seeds that `harness.training.seeds.seed_blocks` gives for ``crossed`` splits, whole blocks of them.

    Raises
    ------
    ValueError
        If the seeds are not whole groups of at least two splits.
    """
    values = np.asarray(sample, dtype=np.float64)
    if values.ndim != 1 or values.size % TRAININGS_PER_SPLIT or values.size < 2 * TRAININGS_PER_SPLIT:
        raise ValueError(
            f"a crossed sample has shape (seeds,) with {TRAININGS_PER_SPLIT} trainings on each of at least two splits, "
            f"not {values.shape}"
        )
    by_split = values.reshape(-1, TRAININGS_PER_SPLIT)
    within = float(by_split.var(axis=1, ddof=1).mean())
    between = float(by_split.mean(axis=1).var(ddof=1)) - within / TRAININGS_PER_SPLIT
    return Spread(splits=max(0.0, between) ** 0.5, trainings=within**0.5)


@dataclass(frozen=True)
class SpreadOfFact:
    """The spread of one quantity of which the report prints a number.

    Attributes
    ----------
    test
        The claim on it.
    label
        What the quantity is.
    reported, mean
        The number of the report, and the mean over the crossed seeds.
    splits, trainings
        As in `Spread`.
    """

    test: str
    label: str
    reported: float
    mean: float
    splits: float
    trainings: float


def spreads_of_facts(
    claims: Sequence[Claim], grid: Grid, task: str, store: Store, train: Callable[[Sequence[Block]], None]
) -> list[SpreadOfFact]:
    """Return the two spreads of each reported number of a task, each over `SEEDS` crossed seeds.

    Parameters
    ----------
    claims
        Those without a reported number are left out.
    grid
        Of the reconstruction in question.
    train
        Trains blocks into the store.
    """
    crossed = grid.answering({task: {SPLITS_CHOICE: "crossed"}})
    cells = [cell for claim in claims for cell in cells_asked(claim, crossed)]
    train(missing_blocks(wanted_of(cells, crossed), SEEDS, store))
    found, source = [], TrainedRuns(store)
    for claim in claims:
        try:
            estimates = claim.estimates(Evidence(crossed, SEEDS, source))
        except (HarnessError, ValueError):  # such as a ratio of losses that are zero
            continue
        for one in estimates:
            if one.reported is not None and np.isfinite(one.sample).all():
                spread, mean = spread_over(one.sample), float(one.sample.mean())
                found.append(
                    SpreadOfFact(claim.test, one.sample_label, one.reported, mean, spread.splits, spread.trainings)
                )
    return found
