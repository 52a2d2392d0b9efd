import csv
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.base.garbage import all_kept
from harness.pages.run_table import COLUMNS, RunTableWriter, merge, write_csv
from harness.training.runs import Runs
from harness.training.seeds import Seed, seed_blocks
from tests.builders.runs import EPOCHS, PROTOCOL, random_runs

FEW = (Seed(0, 0), Seed(1, 1), Seed(2, 2))


def read(file: Path) -> list[dict[str, str]]:
    """Return the rows of a table by name of column."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def table(folder: Path, *seen: dict[str, Runs]) -> list[dict[str, str]]:
    """Write what one worker has seen, and return the table."""
    writer = RunTableWriter(folder / "parts")
    for runs in seen:
        writer.add("claims", runs)
    write_csv(merge(folder / "parts"), folder / "runs.csv")
    return read(folder / "runs.csv")


def test_a_row_holds_the_config_the_seed_and_the_numbers(tmp_path: Path) -> None:
    """Every field of the config is a column; numbers read back as the same numbers."""
    runs = random_runs(FEW)
    first, *_ = table(tmp_path, {"torch-net1": runs})
    assert list(first)[:4] == list(COLUMNS)[:4]
    assert list(first)[4 : 4 + len(PROTOCOL)] == list(PROTOCOL)
    assert list(first)[4 + len(PROTOCOL) :][:3] == list(COLUMNS)[4:]
    assert (first["cell"], first["trainer"], first["dataset"]) == ("torch-net1", "torch", "wine")
    assert (first["hidden_widths"], first["learning_rate"], first["regime"]) == ("8", "0.1", "own")
    assert (first["split"], first["training"], first["diverged"]) == ("0", "0", "False")
    assert runs.config.digest.startswith(first["config"])
    expected = {
        "final_train_loss": runs.train_loss[0, -1],
        "final_test_loss": runs.test_loss[0, -1],
        "final_train_accuracy": runs.train_accuracy[0, -1],
        "final_test_accuracy": runs.test_accuracy[0, -1],
        "best_epoch": float(runs.test_loss[0].argmin() + 1),
        "best_test_loss": runs.test_loss[0].min(),
        "final_weight_norm": runs.weight_norm[0, -1],
        "seconds": runs.seconds[0],
    }
    assert {name: float(first[name]) for name in expected} == expected


def test_what_is_no_number_is_empty(tmp_path: Path) -> None:
    """A run that diverged keeps its row."""
    loss = np.full((3, EPOCHS), math.nan)
    loss[0], loss[1, :2] = [3, 2, 1, 4], [5, 6]
    rows = table(tmp_path, {"a": random_runs(FEW, test_loss=loss)})
    assert [row["diverged"] for row in rows] == ["False", "True", "True"]
    assert [row["final_test_loss"] for row in rows] == ["4", "", ""]
    assert [row["best_epoch"] for row in rows] == ["3", "1", ""]
    assert [row["best_test_loss"] for row in rows] == ["1", "5", ""]


def test_a_run_stands_once_whoever_has_seen_it(tmp_path: Path) -> None:
    """Two workers, a later look with more seeds, and the same cell again: one row a run, sorted by number."""
    (twenty,), forty = seed_blocks(20, 20), sum(seed_blocks(40, 20), ())
    for seeds in (twenty, forty):
        writer = RunTableWriter(tmp_path / "parts")
        writer.add("claims", {"b": random_runs(seeds)})
        writer.add("claims", {"b": random_runs(forty), "a": random_runs(FEW)})
        writer.add("claims", {"b": random_runs(twenty)})
    rows = merge(tmp_path / "parts")
    assert [row.cell for row in rows] == ["a"] * 3 + ["b"] * 40
    write_csv(rows, tmp_path / "runs.csv")
    assert [int(row["training"]) for row in read(tmp_path / "runs.csv")[3:]] == list(range(40))


def test_a_worker_writes_each_run_once(tmp_path: Path) -> None:
    """Many claims rest on the same runs; what is written down does not grow with their number."""
    writer = RunTableWriter(tmp_path)
    writer.add("claims", {"a": random_runs(FEW)})
    [part] = tmp_path.iterdir()
    before = part.read_bytes()
    for _ in range(5):
        writer.add("claims", {"a": random_runs(FEW)})
    assert part.read_bytes() == before


def test_configs_of_one_cell_are_kept_apart(tmp_path: Path) -> None:
    """Where another universe, or another report, has a cell of the same name, both have their rows."""
    faster = PROTOCOL.changed(learning_rate=0.2)
    rows = table(tmp_path, {"a": random_runs(FEW)}, {"a": random_runs(FEW, faster)})
    assert sorted(row["learning_rate"] for row in rows) == ["0.1"] * 3 + ["0.2"] * 3


def test_half_a_line_of_a_worker_that_died_is_left_out(tmp_path: Path) -> None:
    """What was whole before it stays."""
    RunTableWriter(tmp_path).add("claims", {"a": random_runs(FEW)})
    [part] = tmp_path.iterdir()
    part.write_bytes(part.read_bytes()[:-9])
    assert len(merge(tmp_path)) == 2


@pytest.mark.parametrize("name", ["a, b", 'says "x"', "net1 (loss=cross_entropy)", "\N{GREEK SMALL LETTER ALPHA}"])
def test_names_of_cells_survive(name: str, tmp_path: Path) -> None:
    """Commas, quotes and letters of any script are quoted as CSV asks."""
    assert {row["cell"] for row in table(tmp_path, {name: random_runs(FEW)})} == {name}


def test_runs_of_other_trainers_have_columns_of_their_own(tmp_path: Path) -> None:
    """What a run does not have is empty; a name that another column has gets a prefix."""
    mine = Runs(PROTOCOL, FEW, {"loss": np.ones((3, 2))}, {"split": np.full(3, 0.5), "epochs": np.ones(3)}, {})
    rows = table(tmp_path, {"a": random_runs(FEW), "b": mine})
    of_b = next(row for row in rows if row["cell"] == "b")
    assert (of_b["final_loss"], of_b["final_test_loss"], of_b["best_epoch"]) == ("1", "", "")
    assert (of_b["split"], of_b["metric_split"], of_b["epochs"], of_b["metric_epochs"]) == ("0", "0.5", "4", "1")
    assert {row["final_loss"] for row in rows if row["cell"] == "a"} == {""}


def test_a_session_without_runs_has_a_header(tmp_path: Path) -> None:
    """Nobody has to ask whether there is a table."""
    write_csv(merge(tmp_path / "nowhere"), tmp_path / "runs.csv")
    assert (tmp_path / "runs.csv").read_text(encoding="utf-8") == ",".join(COLUMNS) + "\n"


def test_a_large_session_is_written_down_in_no_time(tmp_path: Path) -> None:
    """130 cells of 80 seeds, asked for by four claims each: processor time, as other processes do not add to it.

    The controller merges while nothing is collected; here that also leaves out what other tests have left in memory.
    """
    seeds = sum(seed_blocks(80, 20), ())
    runs: dict[str, Any] = {
        f"cell {number}": random_runs(seeds, PROTOCOL.changed(batch_size=number + 1)) for number in range(130)
    }
    writer = RunTableWriter(tmp_path)
    started = time.process_time()
    for _ in range(4):
        for cell, its in runs.items():
            writer.add("claims", {cell: its})
    worker = time.process_time() - started
    started = time.process_time()
    with all_kept():
        write_csv(merge(tmp_path), tmp_path / "runs.csv")
    controller = time.process_time() - started
    print(f"{worker:.2f} s in a worker, {controller:.2f} s in the controller")
    assert worker < 1
    assert controller < 1


def test_the_documentation_has_every_column() -> None:
    """The page lists those of every table in their order, each with what the table itself says of it."""
    page = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    table = page.partition("| column | what |\n|---|---|\n")[2].partition("\n\n")[0]
    told = [line for line in table.splitlines() if line.partition("|")[2].split("`")[1] in COLUMNS]
    assert told == [f"| `{name}` | {text} |" for name, text in COLUMNS.items()]
