"""How long a multiverse takes on many workers: a simulation of how blocks are handed out and records taken back."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.execution.pools import TASKS_A_WORKER

SIZES = (5, 10, 20, 40, 80)  # seeds a block; no claim looks at more than 80


@dataclass(frozen=True)
class Costs:
    """What was measured; all times in seconds.

    Attributes
    ----------
    start
        Of the training of a block, however many seeds it has.
    seed
        More for each seed of a block.
    serial
        For a block, of the one process that hands out and takes back: Dask's part and the record's check and writing.
    travel
        From handing out to the worker, and the same back.
    spread
        Times of the blocks of a multiverse, divided by their mean.
    """

    start: float
    seed: float
    serial: float
    travel: float
    spread: Sequence[float]

    def block(self, seeds: int) -> float:
        """Return how long the training of a block takes."""
        return self.start + self.seed * seeds


def makespan(costs: Costs, runs: int, seeds: int, workers: int, generator: np.random.Generator) -> float:
    """Return how many seconds so many runs take, in blocks of so many seeds, on so many workers.

    List scheduling (Graham 1969, SIAM J. Appl. Math. 17, 416-429) with a server in front: one process hands out blocks
    and takes records back, one after the other, and `TASKS_A_WORKER` blocks a worker are on their way. It cannot end
    before ``runs / seeds * serial``, nor before ``runs / seeds * block(seeds) / workers``.
    """
    count = -(-runs // seeds)
    drawn = generator.choice(np.asarray(costs.spread), size=count)
    durations = costs.block(seeds) * drawn / drawn.mean()
    free, finished, now, handed_out = [0.0] * workers, list[float](), 0.0, 0
    for _ in range(count):
        while handed_out < count and len(finished) < TASKS_A_WORKER * workers:
            now += costs.serial / 2
            end = max(heapq.heappop(free), now + costs.travel) + durations[handed_out]
            heapq.heappush(free, end)
            heapq.heappush(finished, end + costs.travel)
            handed_out += 1
        now = max(now, heapq.heappop(finished)) + costs.serial / 2
    return now


def efficiency(costs: Costs, runs: int, seeds: int, workers: int, generator: np.random.Generator) -> float:
    """Return the proportion of the workers' time in which they train."""
    training = -(-runs // seeds) * costs.block(seeds)
    return training / (workers * makespan(costs, runs, seeds, workers, generator))


def suggested(costs: Costs, runs: int, workers: int, generator: np.random.Generator) -> int:
    """Return the number of seeds a block with which it is over first."""
    return min(SIZES, key=lambda seeds: makespan(costs, runs, seeds, workers, generator))
