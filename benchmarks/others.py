"""How long sessions take on what others have made: logs of many runs, and a training function that does nothing."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.settings import Settings

OPTIMIZERS, PARTS = ("adam", "sgd"), ("a", "b", "c", "d", "e")
CELLS = [(optimizer, part) for optimizer in OPTIMIZERS for part in PARTS]
STEPS = 100
REPORT = """title = "Runs of others"

[sections]
optimizers = "Optimizers"

[findings."optimizers.adam"]
statement = "Adam is ahead of SGD."
basis = "independent"

[findings."optimizers.adam".readings.difference]
estimand = "difference of the mean accuracies"
low = 0.0
high = inf
reason = "ahead at all"
"""
CLAIMS = """import pytest

from harness import difference_of_means


@pytest.mark.finding("optimizers.adam", reading="difference")
@pytest.mark.parametrize("part", {parts})
def test_adam_is_ahead(evidence, judge, part):
    adam, sgd = (evidence(optimizer=name, part=part).{metric} for name in {optimizers})
    judge(difference_of_means(adam, sgd, "accuracy"))
"""
AXES = f"""
[axes]
optimizer = {list(OPTIMIZERS)}
part = {list(PARTS)}
"""
LOGS = """[logs]
files = "{file}"
seed = "seed"
metrics = ["accuracy"]
"""
NOTHING = """def run(config, seed):
    return {"accuracy": (config.optimizer == "adam") + 0.001 * seed.training}
"""
# Says at last the peak of its memory in KiB. What the system tells of a child counts what its parent was, too.
SESSION = """import sys
from pathlib import Path

import pytest

status = pytest.main(sys.argv[1:])
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
sys.exit(status)
"""


def time_sessions(sizes: Settings, environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return for each session what is judged, how many runs, its seconds, and its peak memory in bytes.

    Each is one process of pytest, from its start to its end: it reads, judges five claims and writes all pages.
    """
    few, many, function = sizes.logged_runs, sizes.many_logged_runs, sizes.function_runs
    cases: list[tuple[str, int, Callable[[Path, int], None], str]] = [
        ("CSV, a line a run", few, write_csv, "accuracy"),
        ("MLflow in SQLite", few, write_mlflow, "accuracy"),
        (f"Parquet, {STEPS} steps a run", many, write_parquet, "final_accuracy"),
        ("a training function that does nothing", function, write_function, "accuracy"),
    ]
    found = []
    for case, runs, write, metric in cases:
        with tempfile.TemporaryDirectory(prefix="bench-others-") as folder:
            report = Path(folder) / "report"
            report.mkdir()
            (report / "report.toml").write_text(REPORT, encoding="utf-8")
            claims = CLAIMS.format(parts=PARTS, optimizers=OPTIMIZERS, metric=metric)
            (report / "test_findings.py").write_text(claims, encoding="utf-8")
            write(report, runs // len(CELLS))
            found.append({"case": case, "runs": runs, **_session(Path(folder), runs // len(CELLS), environment)})
            if write is write_function:
                again = {"case": "the same, with every run stored", "runs": runs}
                found.append({**again, **_session(Path(folder), runs // len(CELLS), environment)})
    return found


def write_csv(report: Path, seeds: int) -> None:
    """Write a table with a line a run."""
    rows = [
        f"{optimizer},{part},{seed},{_accuracy(optimizer, seed)}" for optimizer, part in CELLS for seed in range(seeds)
    ]
    (report / "runs.csv").write_text("\n".join(["optimizer,part,seed,accuracy", *rows, ""]), encoding="utf-8")
    (report / "protocol.toml").write_text(LOGS.format(file="runs.csv") + AXES, encoding="utf-8")


def write_parquet(report: Path, seeds: int) -> None:
    """Write a table with a line a step, a group of rows a cell."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    names = pyarrow.schema(
        {
            **dict.fromkeys(("optimizer", "part"), pyarrow.string()),
            **dict.fromkeys(("seed", "step"), pyarrow.int64()),
            "accuracy": pyarrow.float64(),
        }
    )
    seed, step = np.repeat(np.arange(seeds), STEPS), np.tile(np.arange(STEPS), seeds)
    with ParquetWriter(report / "runs.parquet", names) as file:
        for optimizer, part in CELLS:
            curve = _accuracy(optimizer, seed) * step / STEPS
            columns = [[optimizer] * len(seed), [part] * len(seed), seed, step, curve]
            file.write_table(pyarrow.table(columns, schema=names))
    (report / "protocol.toml").write_text(LOGS.format(file="runs.parquet") + 'step = "step"\n' + AXES, encoding="utf-8")


def write_mlflow(report: Path, seeds: int) -> None:
    """Have MLflow keep the runs, each with its parameters and one value."""
    from mlflow.tracking import MlflowClient

    client = MlflowClient(f"sqlite:///{report / 'mlflow.db'}")
    experiment = client.create_experiment("others")
    for optimizer, part in CELLS:
        for seed in range(seeds):
            run = client.create_run(experiment).info.run_id
            for name, value in (("optimizer", optimizer), ("part", part), ("seed", seed)):
                client.log_param(run, name, value)
            client.log_metric(run, "accuracy", _accuracy(optimizer, seed))
            client.set_terminated(run)
    (report / "protocol.toml").write_text(LOGS.format(file="mlflow.db") + AXES, encoding="utf-8")


def write_function(report: Path, _: int) -> None:
    """Write a training function that trains nothing."""
    (report / "train.py").write_text(NOTHING, encoding="utf-8")
    (report / "protocol.toml").write_text('trainer = "train:run"\n' + AXES, encoding="utf-8")


def _accuracy(optimizer: str, seed: Any) -> Any:
    return 0.8 + 0.1 * (optimizer == "adam") + 0.001 * (seed % 7)


def _session(folder: Path, seeds: int, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what a session on the report in a folder takes.

    Raises
    ------
    RuntimeError
        If a claim is not supported, with what pytest said.
    """
    options = ["-q", "-p", "no:cacheprovider", "--claims-seeds", str(seeds), "--claims-looks", "1"]
    started = time.perf_counter()
    command = [sys.executable, "-c", SESSION, "report", *options]
    done = subprocess.run(command, cwd=folder, env=dict(environment), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"a session on {folder} failed:\n{done.stdout}{done.stderr}")
    return {"seconds": time.perf_counter() - started, "peak_bytes": int(done.stdout.splitlines()[-1]) * 1024}
