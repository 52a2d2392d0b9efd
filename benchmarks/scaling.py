"""One multiverse on 1 and on 2 workers, what each part of it costs, and a model of 1,000 workers.

``python -m benchmarks.scaling`` prints the tables of ``docs/beyond-one-machine.md``. It takes some minutes; whatever
else the machine does shows in the figures.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.scaling_model import SIZES, Costs, efficiency, makespan, suggested
from benchmarks.settings import ROOT
from harness.execution.agreement import checked_twice
from harness.execution.dask_here import cluster_here
from harness.execution.dask_pool import dask_pool
from harness.execution.engine import Block, open_store, train
from harness.execution.messages import Answer
from harness.execution.pools import WorkerPool
from harness.execution.workers import train_blocks_with
from harness.reconstruction.multiverse import open_multiverse
from harness.storage.store import Store
from harness.training.config import seed_blocks
from harness.training.runs import Runs

OPTIMIZERS = ("sgd", "adam", "rmsprop")
WORKERS = (1, 2, 10, 100, 1000)
PLANNED = 24 * 108 * 80  # runs: all universes and cells of the report under test, to the last look
LENGTHS = (0.3, 1, 3, 10, 30)  # seconds a block
BLOCKS_A_WORKER = 20
ROUND_TRIPS, TASKS = 50, 2000  # of tasks that train nothing
SEED = 1


def blocks_of_multiverse() -> list[Block]:
    """Return one block of PyTorch's for each universe of the report under test and each optimizer."""
    cells = [{"framework": "torch", "task": "classification", "optimizer": optimizer} for optimizer in OPTIMIZERS]
    grids = open_multiverse(ROOT / "claims").grids.values()
    configs = {grid.variant(cell)[1] for grid in grids for cell in cells}
    return [(config, seed_blocks(1)[0]) for config in sorted(configs, key=lambda one: one.digest)]


def seconds_on(count: int, blocks: Sequence[Block], folder: Path) -> tuple[float, list[float]]:
    """Train blocks on so many workers that have loaded the framework; return the seconds, and those of each block."""
    store = open_store(folder / "blocks")
    with cluster_here(count) as address, dask_pool(address) as pool:
        while len(pool.workers()) < count:
            time.sleep(0.1)
        warm(pool, open_store(folder / "warm"), blocks[0], count)
        started = time.perf_counter()
        train_blocks_with(pool, store, lambda line: None, blocks, twice=0.0)
        seconds = time.perf_counter() - started
    return seconds, [float(runs_in(store, block).seconds.sum()) for block in blocks]


def warm(pool: WorkerPool, store: Store, block: Block, count: int) -> None:
    """Let every worker train a block that does not count."""
    config, _ = block
    some = [(config, seeds) for seeds in seed_blocks(20 * 4 * count)]
    train_blocks_with(pool, store, lambda line: None, some, twice=0.0)


def runs_in(store: Store, block: Block) -> Runs:
    """Return runs that are stored."""
    runs = store.load(*block)
    assert runs is not None
    return runs


def dask_costs(size: int) -> tuple[float, float]:
    """Return the round trip of a task that trains nothing, and the time a task takes while many are on their way.

    Parameters
    ----------
    size
        How many bytes come back.
    """
    with cluster_here(1) as address, dask_pool(address) as pool:
        trips = []
        for _ in range(ROUND_TRIPS):
            started = time.perf_counter()
            pool.executor.submit(bytes, size).result()
            trips.append(time.perf_counter() - started)
        started = time.perf_counter()
        for waiting in [pool.executor.submit(bytes, size) for _ in range(TASKS)]:
            waiting.result()
        return statistics.median(trips), (time.perf_counter() - started) / TASKS


def keeping_costs(blocks: Sequence[Block], folder: Path) -> tuple[float, float]:
    """Return the bytes of a record, and the seconds to check one that came back and to write it; means."""
    store, elsewhere = open_store(folder / "blocks"), open_store(folder / "elsewhere")
    answers = [
        Answer("tcp://worker", "", store.fingerprint, record=store.record(runs_in(store, one))) for one in blocks
    ]
    payloads = [answer.to_bytes() for answer in answers]
    started = time.perf_counter()
    for block, payload in zip(blocks, payloads, strict=True):
        record = Answer.from_bytes(payload).record
        elsewhere.read_record(*block, record, "here")
        elsewhere.save_record(*block, record)
    return statistics.mean(map(len, payloads)), (time.perf_counter() - started) / len(blocks)


def block_costs(blocks: Sequence[Block]) -> tuple[float, float]:
    """Return the seconds of a block of no seed, and of each seed: a line through the means at `SIZES`, one a size."""
    some = sorted(checked_twice(blocks, 0.2), key=str)
    train(some[0][0], seed_blocks(1)[0])  # loads the framework
    means = []
    for size in SIZES:
        seeds = tuple(seed for block in seed_blocks(size) for seed in block)[:size]
        times = []
        for config, _ in some:
            started = time.perf_counter()
            train(config, seeds)
            times.append(time.perf_counter() - started)
        means.append(statistics.mean(times))
    seed, start = np.polyfit(SIZES, means, 1)
    return max(0.0, float(start)), float(seed)


def pairs_table(pairs: Sequence[dict[int, tuple[float, float]]], count: int) -> list[str]:
    """Return the table of the runs on one and on two workers.

    Parameters
    ----------
    pairs
        By number of workers: seconds of the whole, and those that the workers trained, in sum.
    """
    lines = ["| pair | 1 worker | training | 2 workers | training | efficiency |", "|---|---|---|---|---|---|"]
    ratios = [pair[1][0] / (2 * pair[2][0]) for pair in pairs]
    for number, (pair, ratio) in enumerate(zip(pairs, ratios, strict=True), start=1):
        cells = " | ".join(f"{whole:.1f} s | {busy / workers / whole:.0%}" for workers, (whole, busy) in pair.items())
        lines.append(f"| {number} | {cells} | {ratio:.2f} |")
    proportions = [
        statistics.median(pair[workers][1] / workers / pair[workers][0] for pair in pairs) for workers in (1, 2)
    ]
    return [
        *lines,
        "",
        f"{count} blocks of 20 seeds; medians: efficiency {statistics.median(ratios):.2f}; one worker trained during "
        f"{proportions[0]:.0%} of the time, two during {proportions[1]:.0%}.",
    ]


def model_table(costs: Costs) -> list[str]:
    """Return how long the whole multiverse would take, by workers and seeds a block."""
    lines = [
        "| workers | " + " | ".join(f"{size} seeds a block" for size in SIZES) + " | best | its efficiency |",
        "|---|" + "---|" * (len(SIZES) + 2),
    ]
    for workers in WORKERS:
        spans = [makespan(costs, PLANNED, size, workers, np.random.default_rng(SEED)) for size in SIZES]
        best = suggested(costs, PLANNED, workers, np.random.default_rng(SEED))
        proportion = efficiency(costs, PLANNED, best, workers, np.random.default_rng(SEED))
        cells = " | ".join(f"{span / 60:.1f} min" for span in spans)
        lines.append(f"| {workers:,} | {cells} | {best} | {proportion:.2f} |")
    return lines


def lengths_table(costs: Costs) -> list[str]:
    """Return which proportion of their time workers train, by how long a block takes: the overheads stay what they are."""
    lines = [
        "| workers | " + " | ".join(f"{seconds:g} s a block" for seconds in LENGTHS) + " |",
        "|---|" + "---|" * len(LENGTHS),
    ]
    for workers in WORKERS[2:]:
        proportions = [
            efficiency(
                replace(costs, start=seconds, seed=0.0),
                BLOCKS_A_WORKER * workers,
                1,
                workers,
                np.random.default_rng(SEED),
            )
            for seconds in LENGTHS
        ]
        lines.append(f"| {workers:,} | " + " | ".join(f"{proportion:.2f}" for proportion in proportions) + " |")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3, metavar="N", help="of runs on 1 and 2 workers (default: 3)")
    parser.add_argument("--blocks", type=int, metavar="N", help="of the multiverse (default: all)")
    options = parser.parse_args(arguments)
    blocks = blocks_of_multiverse()[: options.blocks]
    pairs, times = [], list[float]()
    for number in range(options.pairs):
        with tempfile.TemporaryDirectory(prefix="claims-scaling-") as name:
            folder, taken = Path(name), {}
            for count in (1, 2) if number % 2 == 0 else (2, 1):  # in turn, so that neither has the quieter machine
                seconds, each = seconds_on(count, blocks, folder / str(count))
                taken[count] = (seconds, sum(each))
                times += each if count == 1 else []
            pairs.append({count: taken[count] for count in (1, 2)})
            size, keeping = keeping_costs(blocks, folder / "1")
    trip, task = dask_costs(round(size))
    start, seed = block_costs(blocks)
    mean = statistics.mean(times)
    # Those few blocks tell how the time grows with the seeds; how long a block of 20 takes, all of them tell.
    start, seed = (part * mean / (start + 20 * seed) for part in (start, seed))
    costs = Costs(start, seed, task + keeping, trip / 2, tuple(one / mean for one in times))
    print(*pairs_table(pairs, len(blocks)), sep="\n")
    print(
        "\n| part | measured |\n|---|---|\n"
        f"| training of a block of 20 seeds, on one worker | {mean:.3f} s on average, "
        f"{min(times):.3f} to {max(times):.3f} s |\n"
        f"| of it, by seeds | {start:.3f} s and {seed:.4f} s for each seed |\n"
        f"| a record | {size / 1000:.0f} kB |\n"
        f"| checking a record and writing it | {1000 * keeping:.1f} ms |\n"
        f"| a task that trains nothing and returns as many bytes, with many on their way | {1000 * task:.1f} ms |\n"
        f"| the same alone, there and back | {1000 * trip:.1f} ms |\n"
    )
    print(*model_table(costs), "", *lengths_table(costs), sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
