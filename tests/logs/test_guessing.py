import itertools
import json
import random
from pathlib import Path

import pytest

from harness.base.errors import DataError
from harness.logs.guessing import guess
from tests.builders.logs import WIDE

RUNS = 6


def test_a_table_of_runs_is_understood(tmp_path: Path) -> None:
    """Numbers that differ within a cell are metrics, what tells cells apart are axes, and words of state are found."""
    (tmp_path / "runs.csv").write_text(WIDE, encoding="utf-8")
    found = guess(tmp_path / "runs.csv")
    assert (found.files, found.rows, found.seed, found.step) == ("runs.csv", 7, "seed", "")
    assert (found.metrics, found.axes) == (("accuracy", "loss"), {"optimizer": ("adam", "sgd")})
    assert (found.status, found.states) == ("state", ("finished", "crashed"))
    assert found.cells == ({"optimizer": "adam"}, {"optimizer": "sgd"})


def test_settings_that_are_numbers_are_no_metrics_and_what_follows_is_left_out(tmp_path: Path) -> None:
    """A name of the config, or a rate that goes with each batch, tells nothing more apart."""
    rng = random.Random(0)
    lines = ["name,batch,rate,width,machine,seed,epochs"]
    for batch, rate in ((32, 0.1), (64, 0.2), (128, 0.4)):
        for width in (8, 16):
            lines += [f"b{batch}w{width},{batch},{rate},{width},here,{s},{rng.randint(5, 50)}" for s in range(RUNS)]
    (tmp_path / "runs.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = guess(tmp_path / "runs.csv")
    assert found.metrics == ("epochs",)
    assert {frozenset(found.axes)} <= {frozenset({"batch", "width"}), frozenset({"rate", "width"})}
    assert {"name", "machine"} <= set(found.left_out)
    one, other = found.cells
    assert sum(one[axis] != other[axis] for axis in one) == 1


def test_folders_of_runs_are_understood(tmp_path: Path) -> None:
    """A part of the path that varies is a column; rows are steps, and other counts of steps are no metrics."""
    for name in ("adam", "sgd"):
        for seed in range(RUNS):
            folder = tmp_path / name / f"version_{seed}"
            folder.mkdir(parents=True)
            rows = "".join(f"{step},{step // 2},{random.random()}\n" for step in range(4))
            (folder / "metrics.csv").write_text("step,epoch,loss\n" + rows, encoding="utf-8")
    (tmp_path / "notes.json").write_text("{}", encoding="utf-8")
    found = guess(tmp_path)
    assert found.files == "{part1}/version_{seed}/metrics.csv"
    assert (found.seed, found.step, found.metrics) == ("seed", "step", ("loss",))
    assert found.axes == {"part1": ("adam", "sgd")}
    assert found.rows == 2 * RUNS * 4


def test_a_rate_is_a_setting_of_steps_too(tmp_path: Path) -> None:
    """Its values come back in whole runs; runs of one seed may have several."""
    rng = random.Random(0)
    runs = [(rate, seed) for rate in (0.1, 0.01, 0.001) for seed in range(RUNS)]
    rows = [f"{rate},{seed},{step},{rng.random()}" for rate, seed in runs for step in range(5)]
    (tmp_path / "runs.csv").write_text("\n".join(["rate,seed,step,loss", *rows]) + "\n", encoding="utf-8")
    found = guess(tmp_path / "runs.csv")
    assert (found.metrics, set(found.axes)) == (("loss",), {"rate"})


def test_rows_that_name_their_metric_are_understood(tmp_path: Path) -> None:
    """As trackers export them."""
    lines = [{"run": r, "model": m, "metric": n, "value": 0.5} for r in range(3) for m in "ab" for n in ("f1", "auc")]
    (tmp_path / "runs.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    found = guess(tmp_path / "runs.jsonl")
    assert (found.seed, found.metric, found.value, found.metrics) == ("run", "metric", "value", ("f1", "auc"))
    assert found.axes == {"model": ("a", "b")}


def test_files_with_names_of_their_own_are_one_pattern(tmp_path: Path) -> None:
    """A run a file."""
    for number in range(3):
        (tmp_path / f"run{number}.csv").write_text("epoch,loss\n1,0.5\n2,0.25\n", encoding="utf-8")
    assert guess(tmp_path).files == "*.csv"


def test_of_a_single_run_every_curve_is_a_metric(tmp_path: Path) -> None:
    """There is nothing by which a schedule could be told."""
    lines = ["seed,step,loss", *(f"0,{step},{1 / (step + 1)}" for step in range(6))]
    (tmp_path / "runs.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert guess(tmp_path / "runs.csv").metrics == ("loss",)


def test_a_setting_may_be_blank_in_a_table_of_runs(tmp_path: Path) -> None:
    """Where it has no meaning: only with steps is what is blank a result."""
    rng = random.Random(0)
    lines = ["momentum,seed,loss"]
    lines += [f"{rate},{seed},{rng.random()}" for rate, seed in itertools.product(("", 0.5, 0.9), range(6))]
    (tmp_path / "runs.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = guess(tmp_path / "runs.csv")
    assert (found.metrics, dict(found.axes)) == (("loss",), {"momentum": ("0.5", "0.9")})


def test_a_folder_of_ray_tune_is_understood(tmp_path: Path) -> None:
    """Of the files of a trial, that with its steps and settings; what Ray tells of its machines is no metric."""
    for place, (lr, seed) in enumerate(itertools.product((0.1, 0.01), range(3))):
        trial = tmp_path / f"train_36921_0000{place}_{place}_lr={lr},seed={seed}_2026-11-27_00-55-17"
        trial.mkdir()
        config = {"lr": lr, "seed": seed}
        results = [
            {
                "loss": lr + seed / 100 + 1 / step,
                "timestamp": 1795740922 + step,
                "done": step == 4,
                "training_iteration": step,
                "trial_id": f"36921_0000{place}",
                "pid": 22887 + place,
                "config": config,
                "time_this_iter_s": 0.1 / step + place,
                "hostname": "vm",
                "iterations_since_restore": step,
            }
            for step in range(1, 5)
        ]
        (trial / "params.json").write_text(json.dumps(config), encoding="utf-8")
        (trial / "result.json").write_text("\n".join(map(json.dumps, results)), encoding="utf-8")
        (trial / "progress.csv").write_text("loss\n1\n", encoding="utf-8")
        (trial / f"events.out.tfevents.{place}.vm").touch()
    (tmp_path / "experiment_state-2026-11-27_00-55-17.json").write_text("{}", encoding="utf-8")
    found = guess(tmp_path)
    assert (found.files, found.seed, found.step) == ("{part1}/result.json", "config.seed", "training_iteration")
    assert (found.metrics, dict(found.axes)) == (("loss",), {"config.lr": ("0.1", "0.01")})


def test_files_that_only_wandb_reads_are_one_sentence(tmp_path: Path) -> None:
    """With what gives a table of them; beside a table they do not matter."""
    offline = tmp_path / "wandb" / "offline-run-20261127_005330-gz25q181"
    offline.mkdir(parents=True)
    (offline / "run-gz25q181.wandb").write_bytes(b":W&B\x01\xbe\x00")
    for place in (tmp_path, offline / "run-gz25q181.wandb"):
        with pytest.raises(DataError, match=rf"^{place}: files of W&B's own, .*: wandb sync, then export .* as CSV$"):
            guess(place)
    (tmp_path / "runs.csv").write_text(WIDE, encoding="utf-8")
    assert guess(tmp_path).files == "runs.csv"


def test_what_is_no_log_is_one_sentence(tmp_path: Path) -> None:
    """That says what would be."""
    with pytest.raises(DataError, match=r"nothing: no such file or folder; give the place where runs are logged$"):
        guess(tmp_path / "nothing")
    with pytest.raises(DataError, match=r": no file that ends in \.csv, .*; give the place where runs are logged$"):
        guess(tmp_path)


def test_a_schedule_is_no_axis(tmp_path: Path) -> None:
    """What follows from the step, the same in all runs, tells none apart; what is blank at a step is a result."""
    lines = ["seed,width,step,rate,loss,final"]
    for seed, width, step in itertools.product(range(4), (8, 16), range(6)):
        final = seed % 2 if step == 5 else ""
        lines += [f"{seed},{width},{step},{0.1 / (step // 2 + 1)},{seed + width + step}.5,{final}"]
    (tmp_path / "runs.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = guess(tmp_path / "runs.csv")
    assert dict(found.axes) == {"width": ("8", "16")}
    assert found.metrics == ("loss", "final")
    assert found.left_out == ("rate",)
