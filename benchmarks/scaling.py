"""One multiverse on 1 and on 2 workers, and what each part of it costs.

``python -m benchmarks.scaling`` prints the tables of ``docs/beyond-one-machine.md``. It takes some minutes; whatever
else the machine does shows in the figures.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.settings import ROOT
from harness.execution.dask_here import cluster_here
from harness.execution.dask_pool import dask_pool
from harness.execution.engine import Block, open_store
from harness.execution.messages import Answer
from harness.execution.pools import WorkerPool
from harness.execution.workers import train_blocks_with
from harness.reconstruction.multiverse import open_multiverse
from harness.storage.store import Store
from harness.training.runs import Runs
from harness.training.seeds import seed_blocks

OPTIMIZERS = ("sgd", "adam", "rmsprop")
ROUND_TRIPS, TASKS = 50, 2000  # of tasks that train nothing


def blocks_of_multiverse() -> list[Block]:
    """Return one block of PyTorch's for each universe of the report under test and each optimizer."""
    cells = [{"framework": "torch", "task": "classification", "optimizer": optimizer} for optimizer in OPTIMIZERS]
    grids = open_multiverse(ROOT / "claims").grids.values()
    configs = {grid.cell(cell).config for grid in grids for cell in cells}
    return [(config, seed_blocks(1, 20)[0]) for config in sorted(configs, key=lambda one: one.digest)]


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
    some = [(config, seeds) for seeds in seed_blocks(20 * 4 * count, 20)]
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
    print(*pairs_table(pairs, len(blocks)), sep="\n")
    print(
        "\n| part | measured |\n|---|---|\n"
        f"| training of a block of 20 seeds, on one worker | {statistics.mean(times):.3f} s on average, "
        f"{min(times):.3f} to {max(times):.3f} s |\n"
        f"| a record | {size / 1000:.0f} kB |\n"
        f"| checking a record and writing it | {1000 * keeping:.1f} ms |\n"
        f"| a task that trains nothing and returns as many bytes, with many on their way | {1000 * task:.1f} ms |\n"
        f"| the same alone, there and back | {1000 * trip:.1f} ms |"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
