"""Is PyTorch always faster than Keras? What the difference is made of: ``python -m benchmarks.always``.

Native trainings, all in turn, by batch size and size of the data. Writes ``docs/always.md``.
"""

import os
import platform
import tempfile
from datetime import date
from pathlib import Path

import numpy as np

from benchmarks.settings import ROOT, grid
from harness.execution.benchmark import BenchmarkEntry, Timing
from harness.execution.timing import race
from harness.statistics.estimators import ratio_over_seeds
from harness.training.config import TrainingConfig
from harness.training.dense.trainers import KERAS, TORCH

REPEATS = 3
EPOCHS = 10
BATCH_SIZES = (4, 16, 64, 512)
DATA_SETS = ("iris", "penguins", "wine")


def variants(framework: str) -> dict[str, BenchmarkEntry]:
    """Return what is timed of one framework, by what is special about it."""
    cell = grid().config(f"{framework}-classification-relu-adam-net1")
    base = cell.changed(epochs=EPOCHS)
    named: dict[str, TrainingConfig] = {f"batch size {size}": base.changed(batch_size=size) for size in BATCH_SIZES}
    named |= {f"data set {name}": base.changed(dataset=name) for name in DATA_SETS if name != base.dataset}
    named |= {"1,024 neurons": base.changed(hidden_widths=(1024,))}
    return {name: BenchmarkEntry(config) for name, config in named.items()}


def row(name: str, keras: Timing, torch: Timing, steps: int) -> str:
    """Return one line of the table."""
    ratio = ratio_over_seeds(keras.steady_epoch_seconds, torch.steady_epoch_seconds, name)
    cells = [
        name,
        str(steps),
        *(f"{1000 * float(np.median(one.steady_epoch_seconds)):.1f}" for one in (keras, torch)),
        *(f"{max(float(np.median(one.startup_seconds)), 0):.2f}" for one in (keras, torch)),
        f"{ratio.value:.1f} [{ratio.low:.1f}, {ratio.high:.1f}]",
    ]
    return f"| {' | '.join(cells)} |"


def line_through(timings: list[Timing], steps: list[int]) -> str:
    """Return what an epoch costs by itself and for each step: a straight line through the batch sizes."""
    milliseconds = [1000 * float(np.median(one.steady_epoch_seconds)) for one in timings]
    per_step, per_epoch = np.polyfit(steps, milliseconds, 1)
    return f"{max(per_epoch, 0):.0f} ms an epoch and {per_step:.1f} ms a step"


def main() -> None:
    """Measure, and write the page."""
    keras, torch = variants("keras"), variants("torch")
    entries = [*keras.values(), *torch.values()]
    with tempfile.TemporaryDirectory() as folder:
        timings = dict(zip(entries, race(entries, Path(folder), REPEATS), strict=True))
    lines = []
    for name, entry in keras.items():
        rows = {"iris": 105, "penguins": 233, "wine": 124}[entry.config.dataset]
        steps = -(-rows // entry.config.batch_size)
        lines.append(row(name, timings[entry], timings[torch[name]], steps))
    steps = [-(-233 // size) for size in BATCH_SIZES]
    fits = {
        name: line_through([timings[field[f"batch size {size}"]] for size in BATCH_SIZES], steps)
        for name, field in (("Keras", keras), ("PyTorch", torch))
    }
    versions = {**KERAS.versions(), **TORCH.versions()}
    page = [
        "# Is PyTorch always faster?",
        "",
        f"Measured on {date.today()} with `python -m benchmarks.always`: Python {platform.python_version()}, "
        f"{os.cpu_count()} cores ({platform.processor() or platform.machine()}), one thread a process, "
        + ", ".join(f"{name} {version}" for name, version in versions.items())
        + f". Classification, Adam, {EPOCHS} epochs, {REPEATS} repeats in turn; medians, ratio with its 90 % interval.",
        "",
        "| what | steps an epoch | Keras, ms an epoch | PyTorch, ms an epoch | Keras, startup s | PyTorch, startup s "
        "| epoch, Keras over PyTorch |",
        "|---|---|---|---|---|---|---|",
        *lines,
        "",
        f"A straight line through the batch sizes gives Keras {fits['Keras']}, PyTorch {fits['PyTorch']}. So the fewer "
        "steps an epoch has, the larger the ratio.",
        "",
    ]
    (ROOT / "docs" / "always.md").write_text("\n".join(page), encoding="utf-8")
    print("\n".join(page))


if __name__ == "__main__":
    main()
