"""Which trainings give the same bits again, and which do not: ``python -m benchmarks.determinism``.

A sample of the report's cells is trained under several conditions, each time as a session trains it, and compared with
the first time, array by array, seconds aside. Writes ``docs/determinism.md``; the exit status is 1 if bits differ where
the store relies on their being the same.
"""

import argparse
import logging
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.bench import machine
from benchmarks.settings import ROOT, grid
from harness.execution.agreement import differences_of
from harness.execution.engine import open_store
from harness.training.clean_start import clean_environment
from harness.training.config import TrainingConfig
from harness.training.dense.frameworks import batched_training
from harness.training.dense.trainers import KERAS, TORCH
from harness.training.runs import Runs
from harness.training.seeds import Seed, seed_blocks
from harness.training.trainers import trainer_named

CELLS = tuple(
    f"{framework}-{cell}"
    for framework in ("keras", "torch")
    for cell in ("classification-relu-adam-net1", "classification-tanh-sgd-net2", "regression-sigmoid-rmsprop-net3")
)
EPOCHS = 5
AT_ONCE = 3
VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
PAGE = ROOT / "docs" / "determinism.md"


@dataclass(frozen=True)
class Condition:
    """One way to train the sample again.

    Attributes
    ----------
    text
        What is different, for the reader.
    relied_on
        Whether the harness relies on the same bits.
    """

    text: str
    relied_on: bool


CONDITIONS = {
    "again": Condition("again in the same process", True),
    "fresh": Condition("in a fresh process", True),
    **{f"at-once-{number}": Condition(f"{AT_ONCE} processes at once, no. {number}", True) for number in (1, 2, 3)},
    "asked": Condition("two threads asked for by environment variables, which the harness sets to one", True),
    "two": Condition("two threads in fact", False),
    "half": Condition("half as many seeds in the block", False),
}


def sample() -> dict[str, TrainingConfig]:
    """Return the configs that are trained, by cell."""
    return {cell: grid().config(cell).changed(epochs=EPOCHS) for cell in CELLS}


def seeds_of(condition: str) -> tuple[Seed, ...]:
    """Return the block that is trained under a condition."""
    block = seed_blocks(1, 20)[0]
    return block[: len(block) // 2] if condition == "half" else block


def train_sample(folder: Path, conditions: Sequence[str]) -> None:
    """Train the whole sample once for each of the conditions, one after the other, into a store for each."""
    # TensorFlow warns of every program that is traced anew, as each config's must be.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    for condition in conditions:
        store = open_store(folder / condition)
        for config in sample().values():
            if condition == "two":
                _let_two_threads_compute(config.trainer)
            store.save(trainer_named(config.trainer).train(config, seeds_of(condition)))


def _let_two_threads_compute(framework: str) -> None:
    batched_training(framework)  # sets one thread when it is imported
    if framework == "torch":
        import torch

        torch.set_num_threads(2)
        return
    import tensorflow as tf

    # TensorFlow takes it only before it computes for the first time.
    if tf.config.threading.get_intra_op_parallelism_threads() != 2:
        tf.config.threading.set_intra_op_parallelism_threads(2)


def process(folder: Path, *conditions: str, threads: int = 1) -> "subprocess.Popen[bytes]":
    """Begin to train in a process of its own, in whose environment so many threads are asked for."""
    command = [sys.executable, "-m", "benchmarks.determinism", "--into", str(folder), *conditions]
    environment = {**clean_environment(), **dict.fromkeys(VARIABLES, str(threads))}
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def finish(*processes: "subprocess.Popen[bytes]") -> None:
    """Wait for processes; what one of them could not train ends the audit."""
    for one in processes:
        if one.wait() != 0:
            raise SystemExit(f"a process ended with status {one.returncode}: nothing can be said")


def compared(first: Runs, again: Runs) -> list[str]:
    """Return what differs of the seeds that both have, as `harness.execution.agreement.differences_of` does."""
    return differences_of(first.first(len(again.seeds)), again)


def table(found: Mapping[str, Mapping[str, Sequence[str]]]) -> list[str]:
    """Return a Markdown table: a row a condition, a column a cell.

    Parameters
    ----------
    found
        By condition and cell, the differences.
    """
    cells = list(next(iter(found.values())))
    lines = [f"| trained | {' | '.join(cells)} |", "|---" * (1 + len(cells)) + "|"]
    for condition, differences in found.items():
        told = [_told(differences[cell]) for cell in cells]
        lines.append(f"| {CONDITIONS[condition].text} | {' | '.join(told)} |")
    return lines


def _told(differences: Sequence[str]) -> str:
    return f"**differs**: {differences[0]}, {len(differences)} arrays in all" if differences else "same bits"


def broken(found: Mapping[str, Mapping[str, Sequence[str]]]) -> list[str]:
    """Return where bits differ although the harness relies on them."""
    return [
        f"{cell}, {CONDITIONS[condition].text}: {', '.join(told)}"
        for condition, differences in found.items()
        for cell, told in differences.items()
        if told and CONDITIONS[condition].relied_on
    ]


def audit(folder: Path) -> dict[str, dict[str, list[str]]]:
    """Train the sample under all conditions, and return the differences by condition and cell."""
    finish(process(folder, "first", "again", "half"))
    finish(process(folder, "fresh"))
    finish(*(process(folder, f"at-once-{number}") for number in range(1, AT_ONCE + 1)))
    finish(process(folder, "asked", threads=2))
    finish(process(folder, "two", threads=2))
    return {
        condition: {
            cell: compared(_loaded(folder / "first", config, "first"), _loaded(folder / condition, config, condition))
            for cell, config in sample().items()
        }
        for condition in CONDITIONS
    }


def _loaded(folder: Path, config: TrainingConfig, condition: str) -> Runs:
    runs = open_store(folder).load(config, seeds_of(condition))
    assert runs is not None  # a process that did not train them all has ended the audit
    return runs


def page(found: Mapping[str, Mapping[str, Sequence[str]]], seconds: float) -> list[str]:
    """Return the page, in lines."""
    its = machine()
    versions = {**KERAS.versions(), **TORCH.versions()}
    wrong = broken(found)
    return [
        "# Which trainings give the same bits again",
        "",
        f"Measured on {date.today().isoformat()} with `make determinism` in {seconds:.0f} s: {its['processor']}, "
        f"{its['cores']} cores, {its['system']}, Python {platform.python_version()}, "
        f"{', '.join(f'{name} {version}' for name, version in versions.items())}.",
        "",
        f"Each cell is trained as a session trains it, a block of {len(seeds_of('first'))} seeds, but over "
        f"{EPOCHS} epochs; then again, and all arrays but the seconds are compared with those of the first time, bit "
        "for bit. A number is how far the farthest values of the first array that differs are apart.",
        "",
        *table(found),
        "",
        *(
            ["Bits differ where the harness relies on them:", "", *(f"- {one}" for one in wrong)]
            if wrong
            else [RELIED_ON]
        ),
        "",
        WHY,
    ]


RELIED_ON = (
    "So a training that is repeated with the same versions on the same machine gives the same bits: in one process or "
    "another, alone or beside others, whatever the environment says of threads. The store, and the check of workers "
    "against each other, rely on no more than that."
)
WHY = (
    "The last two rows are why the harness trains with one thread, and always in whole blocks in which a seed has the "
    "same place: threads, and the size of a block, may decide in which order sums are taken, and rounding depends on "
    "that order (Goldberg 1991, ACM Computing Surveys 23(1)). Where such a row says the same bits, these versions and "
    "sizes do not show it; nothing relies on that. Another processor may give other last bits, too: what a worker "
    "elsewhere trains is compared, not trusted."
)


def main() -> int:
    """Audit, print the table and write the page; or, as one of its processes, train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("conditions", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.into is not None:
        train_sample(options.into, options.conditions)
        return 0
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        found = audit(Path(scratch))
    lines = page(found, time.monotonic() - started)
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    return 1 if broken(found) else 0


if __name__ == "__main__":
    sys.exit(main())
