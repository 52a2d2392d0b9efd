import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from benchmarks.measure import Series, Spread, figures, in_turn, ratio
from benchmarks.page import page
from benchmarks.part import block, distance
from benchmarks.sections import against_jax, times_faster
from benchmarks.settings import FULL, ROOT, settings
from tests.training.dense.agreement import (
    SEEDS,
    cell,
    check_agreement,
    member,
    name_of,
    splits_of,
    train_alone,
    train_block,
)


class Work:
    """Sides that say when they ran, and take as long on a clock of their own as they are told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.log: list[str] = []

    def side(self, name: str, durations: list[float]) -> Any:
        """Return a side that takes the next of `durations` each time."""
        left: Iterator[float] = iter(durations)

        def run(number: int) -> None:
            self.log.append(f"{name}{number}")
            self.now += next(left)

        return run


# Timing in turn


def test_sides_run_in_turn() -> None:
    """Every round runs every side once, in the same order, and tells it the number of the round."""
    work = Work()
    sides = {"a": work.side("a", [1] * 3), "b": work.side("b", [1] * 3)}
    in_turn(sides, repeats=2, warm_ups=1, clock=lambda: work.now)
    assert work.log == ["a0", "b0", "a1", "b1", "a2", "b2"]


def test_the_warm_up_is_discarded() -> None:
    """What the first round took is in no sample; each side is charged with its own time only."""
    work = Work()
    sides = {"a": work.side("a", [50, 1, 2]), "b": work.side("b", [70, 10, 20])}
    assert in_turn(sides, repeats=2, clock=lambda: work.now) == {"a": (1, 2), "b": (10, 20)}


def test_a_ratio_is_taken_round_by_round() -> None:
    """A machine that is slow for a whole round does not show in a ratio."""
    above = Series(question="", case="", side="a", seconds=(2, 20, 4))
    below = Series(question="", case="", side="b", seconds=(1, 10, 2))
    assert ratio(above, below) == Spread(2, 2, 2)


def test_a_native_run_is_compared_with_one_run_of_the_ensemble() -> None:
    """Twenty seeds in two seconds are ten times as fast as one seed in one second."""
    batched = Series(question="", case="", side="batched", seeds=20, seconds=(2, 4))
    native = Series(question="", case="", side="native", seeds=1, seconds=(1, 4))
    assert times_faster(batched, native) == Spread(15, 10, 20)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.012345, "0.0123"), (0.1, "0.1"), (1, "1"), (99.96, "100"), (1234.5, "1234"), (0.00012344, "0.000123")],
)
def test_numbers_have_three_figures(number: float, text: str) -> None:
    """No exponents, no trailing zeros, and never fewer digits before the point than there are."""
    assert figures(number) == text


# The alternative


@pytest.mark.parametrize(
    "config",
    [
        cell("torch", "squared_error", "tanh", "adam", (10,)),
        cell("torch", "cross_entropy", "sigmoid", "rmsprop", (10, 10)),
        cell("torch", "cross_entropy_on_softmax", "relu", "sgd", (128,)),
    ],
    ids=name_of,
)
def test_vmap_trains_the_same_networks(config: Any) -> None:
    """Every member that `torch.func` trains is the run of its seed, so that the comparison is one of equals."""
    from benchmarks import vmap_batched

    runs = vmap_batched.train(config, splits_of(config, SEEDS), SEEDS)
    for number, seed in enumerate(SEEDS):
        check_agreement(member(runs, number), train_alone(config, seed))
    assert distance(runs, train_block(config, SEEDS))["apart"] > 0


@pytest.mark.parametrize(
    "config",
    [
        cell("torch", "squared_error", "relu", "adam", (10,)),
        cell("torch", "cross_entropy_on_softmax", "relu", "adam", (128,)),
        cell("keras", "squared_error", "relu", "adam", (10, 10)),
        cell("keras", "cross_entropy_on_softmax", "relu", "adam", (10,)),
    ],
    ids=name_of,
)
def test_jax_trains_the_same_networks(config: Any) -> None:
    """Curves, norms and predictions of each seed are those of the framework whose weights and orders it takes."""
    jax_batched = pytest.importorskip("benchmarks.jax_batched", exc_type=ImportError)
    runs, theirs = jax_batched.train(config, splits_of(config, SEEDS), SEEDS), train_block(config, SEEDS)
    for number in range(len(SEEDS)):
        check_agreement(member(runs, number), member(theirs, number))
    assert distance(runs, theirs)["apart"] > 0


@pytest.mark.parametrize(
    "changes",
    [
        {"activation": "tanh"},
        {"optimizer": "sgd"},
        {"loss": "cross_entropy"},
        {"dropout": 0.5},
        {"initial_weights": "normal"},
        {"shuffle": False},
    ],
)
def test_what_jax_does_not_know_is_refused(changes: dict[str, Any]) -> None:
    """In place of another training."""
    jax_batched = pytest.importorskip("benchmarks.jax_batched", exc_type=ImportError)
    config = cell("torch", "cross_entropy_on_softmax", "relu", "adam", (10,)).changed(**changes)
    with pytest.raises(ValueError, match="the program in JAX knows"):
        jax_batched.train(config, splits_of(config, SEEDS), SEEDS)


def test_where_jax_is_absent_one_sentence_says_so() -> None:
    """With the command that installs it, in place of the table."""
    assert against_jax([], []).splitlines()[2:] == [
        "JAX was not installed: `pip install -e '.[bench]' -c constraints.txt`."
    ]


def test_the_ratio_is_the_batched_time_over_that_of_jax() -> None:
    """Of each framework with the program that took its weights, round by round."""
    timed = [
        Series(question="jax", framework=name, case="net", side=side, seeds=20, seconds=seconds)
        for name, side, seconds in [
            *(("keras", "batched", (6.0, 12.0)), ("keras", "jax", (2.0, 4.0))),
            *(("torch", "batched", (3.0, 6.0)), ("torch", "jax", (2.0, 4.0))),
        ]
    ]
    agreement = [
        {"question": "jax", "framework": name, "case": "net", "seeds": 20, "apart": 1e-7, "allowed": 1e-5}
        for name in ("keras", "torch")
    ]
    assert against_jax(timed, agreement).splitlines()[-2:] == [
        "| keras-net | 20 | 9 (6 to 12) | 3 (2 to 4) | 3 | 1.0e-07 | 1.0e-05 |",
        "| torch-net | 20 | 4.5 (3 to 6) | 3 (2 to 4) | 1.5 | 1.0e-07 | 1.0e-05 |",
    ]


def test_networks_that_differ_are_not_compared() -> None:
    """Losses further apart than rounding allows stop the benchmark."""
    config = cell("torch", "squared_error", "tanh", "adam", (10,))
    runs = train_block(config, SEEDS)
    with pytest.raises(ValueError, match="losses are apart by"):
        distance(runs, train_block(config, SEEDS[::-1]))


def test_rows_are_repeated_in_both_parts() -> None:
    """Repeated rows are what the name says: more test rows, and each of them again."""
    from harness.training.dense.frameworks import batched_training

    config = settings(quick=True).config("torch-classification-relu-adam-net1")
    once, thrice = (block(batched_training("torch"), config, 2, copies)(0) for copies in (1, 3))
    assert thrice.test_rows.shape[1] == 3 * once.test_rows.shape[1]


def test_the_full_benchmark_trains_the_whole_grid() -> None:
    """All 108 cells, each with its own config and all its epochs."""
    configs = FULL.grid_configs()
    assert len(set(configs)) == len(configs) == 108
    assert {config.epochs for config in configs} == {50, 200}


# The whole


def test_quick_writes_page_samples_and_figure(tmp_path: Path) -> None:
    """The command writes a page with a table for each question and, elsewhere, every sample behind it."""
    docs, reports = tmp_path / "docs", tmp_path / "reports"
    subprocess.run(
        [sys.executable, "-m", "benchmarks.bench", "--quick", "--out", str(docs), "--samples", str(reports)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    assert [file.name for file in docs.iterdir()] == ["benchmarks.md"]
    assert sorted(file.name for file in reports.iterdir()) == ["benchmarks.json", "benchmarks.svg"]
    results = json.loads((reports / "benchmarks.json").read_text(encoding="utf-8"))
    text = (docs / "benchmarks.md").read_text(encoding="utf-8")
    assert text == page(results)  # the page says nothing that does not stand in the samples
    assert "A quick run" in text
    for head in (
        "| cell | seeds | one run natively | the batched training | one run of it | times faster | twice the seeds |",
        "| cell | seeds | the batched training | `torch.func` | ratio | losses apart by | rounding allows |",
        "| data | keras | keras, ratio | torch | torch, ratio |",
        "| width | seeds | keras | keras, ratio | torch | torch, ratio |",
        "| what is imported | seconds |",
        "| runs | how many | seconds | peak memory, MiB |",
        "| repeat | seconds | blocks trained | peak memory, MiB |",
    ):
        assert head in text
    questions = {(series["question"], series["framework"]) for series in results["series"]}
    both = ("native", "rows", "width", *(["jax"] if find_spec("jax") else []))
    assert questions == {("imports", ""), ("vmap", "torch")} | {
        (question, framework) for question in both for framework in ("keras", "torch")
    }
    assert all(series["seconds"] for series in results["series"])
    assert [session["runs"] for session in results["sessions"]] == [20, 20, 30, 20, 20]
    assert sum(sum(worker["blocks"].values()) for worker in results["grid"][0]["workers"]) == 2
    assert (reports / "benchmarks.svg").read_text(encoding="utf-8").startswith("<?xml")
