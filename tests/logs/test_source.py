from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.base.errors import DataError, HarnessError
from harness.logs.trainer import LOGGED
from harness.training.seeds import Seed
from tests.builders.logs import WIDE, logged, logged_config, runs_of

STEPS = """optimizer,seed,epoch,accuracy,loss
adam,0,1,0.5,
adam,0,2,0.6,1.0
adam,1,2,0.7,0.9
adam,1,1,0.4,
sgd,0,1,0.3,
sgd,0,2,0.4,1.5
sgd,1,1,0.2,
sgd,1,2,0.3,1.6
"""
TIDY = """optimizer,run,name,value
adam,a,accuracy,0.9
adam,a,loss,0.3
adam,b,accuracy,0.8
adam,b,loss,0.4
"""


def test_runs_are_found_by_their_cell(tmp_path: Path) -> None:
    """With their seeds, which are splits of their own, and their metrics; all that there are."""
    source = logged(tmp_path, WIDE, metrics=("accuracy", "loss"))
    adam, sgd = (runs_of(source, optimizer=name) for name in ("adam", "sgd"))
    assert adam.seeds == (Seed(0, 0), Seed(1, 1), Seed(2, 2))
    assert adam.accuracy.tolist() == [0.9, 0.92, 0.91]
    assert sgd.loss.tolist() == [0.5, 0.45, 0.47, 0.44]
    assert adam.note == ""
    assert (source.grows, source.planned_seeds) == (False, None)
    assert runs_of(source, optimizer="adam") is adam


def test_a_run_that_failed_is_counted(tmp_path: Path) -> None:
    """And not used; how many of how many is said."""
    source = logged(tmp_path, WIDE, status="state", finished=("finished",))
    sgd = runs_of(source, optimizer="sgd")
    assert [seed.training for seed in sgd.seeds] == [0, 2, 3]
    assert sgd.note == "3 of 4 logged runs used: 1 failed"
    assert runs_of(source, optimizer="adam").note == ""


def test_a_run_without_a_value_is_unfinished_and_one_that_diverged_is_not(tmp_path: Path) -> None:
    """Infinity and what is not a number are values, the worst ones."""
    text = WIDE.replace("adam,0,0.9,", "adam,0,,").replace("adam,1,0.92,", "adam,1,nan,")
    runs = runs_of(logged(tmp_path, text), optimizer="adam")
    assert runs.seeds == (Seed(1, 1), Seed(2, 2))
    assert runs.diverged.tolist() == [True, False]
    assert runs.note == "2 of 3 logged runs used: 1 unfinished"


@pytest.mark.parametrize(
    ("planned", "used", "note"),
    [
        (3, 3, "3 of 3 planned runs used: 1 not among the planned"),
        (4, 4, "4 of 4 planned runs used"),
        (6, 4, "4 of 6 planned runs used: 2 absent"),
    ],
)
def test_what_was_planned_counts(tmp_path: Path, planned: int, used: int, note: str) -> None:
    """More runs are not used, since they may have been made until something showed; fewer are said."""
    source = logged(tmp_path, WIDE, planned_seeds=planned)
    sgd = runs_of(source, optimizer="sgd")
    assert len(sgd.seeds) == used
    assert sgd.note == note
    assert source.planned_seeds == planned


def test_of_the_planned_all_reasons_are_said(tmp_path: Path) -> None:
    """Failed, unfinished, and not there."""
    text = WIDE.replace("sgd,3,0.83", "sgd,3,")
    source = logged(tmp_path, text, status="state", finished=("finished",), planned_seeds=6)
    assert runs_of(source, optimizer="sgd").note == "2 of 6 planned runs used: 1 failed, 1 unfinished; 2 absent"


def test_rows_may_be_steps(tmp_path: Path) -> None:
    """A metric is then a curve over those steps that have it, in their order."""
    source = logged(tmp_path, STEPS, step="epoch", metrics=("accuracy", "loss"))
    adam = runs_of(source, optimizer="adam")
    assert adam.accuracy.tolist() == [[0.5, 0.6], [0.4, 0.7]]
    assert adam.loss.tolist() == [[1.0], [0.9]]
    assert adam.final_accuracy.tolist() == [0.6, 0.7]


@pytest.mark.parametrize(
    ("which", "values"), [("last", [0.6, 0.7]), ("max", [0.6, 0.7]), ("min", [0.5, 0.4]), (1, [0.5, 0.4])]
)
def test_one_value_of_a_curve_may_count(tmp_path: Path, which: str | int, values: list[float]) -> None:
    """Then it is a number a run."""
    source = logged(tmp_path, STEPS, step="epoch", counts={"accuracy": which})
    assert runs_of(source, optimizer="adam").accuracy.tolist() == values


def test_a_step_that_no_run_has_is_one_sentence(tmp_path: Path) -> None:
    """With those that there are."""
    source = logged(tmp_path, STEPS, step="epoch", counts={"accuracy": 7})
    with pytest.raises(DataError, match=r"^\[logs\.counts\], accuracy: is 7, which is no step .*; these are: 1 to 2$"):
        runs_of(source, optimizer="adam")


@pytest.mark.parametrize(
    ("lost", "early", "used", "note"),
    [
        ("adam,0,2,0.6,1.0\n", False, [1, 2], "2 of 3 logged runs used: 1 unfinished"),
        ("adam,0,2,0.6,1.0\n", True, [0, 1, 2], ""),
        ("adam,0,1,0.5,\n", False, [1, 2], "2 of 3 logged runs used: 1 logged at other steps"),
        ("adam,0,1,0.5,\n", True, [1, 2], "2 of 3 logged runs used: 1 logged at other steps"),
    ],
)
def test_a_run_with_fewer_steps_is_unfinished_or_stopped_early(
    tmp_path: Path, lost: str, early: bool, used: list[int], note: str
) -> None:
    """As the mapping says; a run that was logged more rarely than others is never compared with them."""
    text = STEPS.replace(lost, "") + "adam,2,1,0.1,\nadam,2,2,0.2,1.0\n"
    runs = runs_of(logged(tmp_path, text, step="epoch", early_stopping=early), optimizer="adam")
    assert [seed.training for seed in runs.seeds] == used
    assert runs.note == note
    if early and 0 in used:
        assert runs.accuracy[0].tolist() == [0.5, 0.5]


def test_rows_may_name_their_metric(tmp_path: Path) -> None:
    """Seeds may be words, in the order of the alphabet."""
    source = logged(tmp_path, TIDY, seed="run", metrics=(), metric="name", value="value")
    runs = runs_of(source, optimizer="adam")
    assert (runs.accuracy.tolist(), runs.loss.tolist()) == ([0.9, 0.8], [0.3, 0.4])
    assert runs.seeds == (Seed(0, 0), Seed(1, 1))


def test_a_split_may_have_a_column(tmp_path: Path) -> None:
    """Then runs may share one."""
    text = "optimizer,fold,seed,accuracy\nadam,0,7,0.9\nadam,0,8,0.8\nadam,1,7,0.7\n"
    runs = runs_of(logged(tmp_path, text, split="fold"), optimizer="adam")
    assert runs.seeds == (Seed(0, 7), Seed(1, 7), Seed(0, 8))
    assert runs.accuracy.tolist() == [0.9, 0.7, 0.8]


def test_a_path_may_be_a_column(tmp_path: Path) -> None:
    """As of runs in folders of their own."""
    for seed in (0, 1):
        (tmp_path / f"adam-{seed}").mkdir()
        (tmp_path / f"adam-{seed}" / "log.csv").write_text(f"epoch,accuracy\n1,0.{seed + 1}\n", encoding="utf-8")
    source = logged(tmp_path, "", files="{optimizer}-{seed}/log.csv", step="epoch")
    assert runs_of(source, optimizer="adam").accuracy.tolist() == [[0.1], [0.2]]
    missing = logged(tmp_path, "", files="{optimizer}-{seed}/log.csv", step="step")
    with pytest.raises(DataError, match=r"^adam-0/log\.csv: no column 'step'; there are: epoch, accuracy"):
        runs_of(missing, optimizer="adam")
    other = logged(tmp_path, "", files="{optimizer}-{seed}/log.csv", fields=("optimizer", "rate"), step="epoch")
    with pytest.raises(
        DataError, match=r"no column 'rate'; there are: epoch, accuracy; and of its path: optimizer, seed"
    ):
        runs_of(other, optimizer="adam", rate=0.1)


@pytest.mark.parametrize(
    ("text", "changed", "sentence"),
    [
        (
            WIDE + "adam,0,0.95,0.2,finished\n",
            {},
            "runs.csv, line 2 and runs.csv, line 9: two runs of one config and seed; name what tells them apart, in "
            "[axes], or `step` in [logs] if they are two steps of one run; or take one out",
        ),
        (
            STEPS + "adam,0,2,0.9,\n",
            {"step": "epoch"},
            "runs.csv, line 3 and runs.csv, line 10: step 2 stands twice in one run; name in [axes] what tells "
            "two runs apart, or take one out",
        ),
        (
            STEPS + "adam,0,,0.9,\n",
            {"step": "epoch"},
            "runs.csv, line 10: no step, though [logs] names a column of steps",
        ),
        (WIDE.replace("adam,1,", "adam,,"), {}, "runs.csv, line 3: column 'seed' is blank; give each run its own"),
        (WIDE, {"seed": "run"}, "runs.csv: no column 'run'; there are: optimizer, seed, accuracy, loss, state"),
        (WIDE, {"metrics": ("f1",)}, "runs.csv: no column 'f1'; there are: optimizer, seed, accuracy, loss, state"),
        (
            "optimizer,seed,accuracy\nadam,0,0.9\nsgd,0,0.8\n",
            {},
            "runs.csv: of logged(optimizer=adam), 1 of 1 logged runs used; two are the least (column 'seed' holds 0 "
            "only: name the column that tells runs apart)",
        ),
        (
            "optimizer,seed,accuracy\nsgd,0,0.9\nsgd,1,0.8\n",
            {},
            "runs.csv: no run has optimizer = adam; column 'optimizer' holds: sgd",
        ),
    ],
)
def test_runs_that_cannot_be_used_are_one_sentence(
    tmp_path: Path, text: str, changed: dict[str, object], sentence: str
) -> None:
    """With file and line."""
    with pytest.raises(DataError) as caught:
        runs_of(logged(tmp_path, text, **changed), optimizer="adam")
    assert str(caught.value) == sentence


def test_a_cell_that_was_not_run_is_one_sentence(tmp_path: Path) -> None:
    """Each of its values may be there with others."""
    text = "optimizer,rate,seed,accuracy\nadam,0.1,0,0.9\nadam,0.1,1,0.9\nsgd,0.2,0,0.8\n"
    source = logged(tmp_path, text, fields=("optimizer", "rate"))
    assert runs_of(source, optimizer="adam", rate=0.10).accuracy.tolist() == [0.9, 0.9]
    with pytest.raises(DataError, match=r"of logged\(optimizer=adam, rate=0\.2\), 0 of 0 logged runs used; two are"):
        runs_of(source, optimizer="adam", rate=0.2)


def test_a_metric_that_a_cell_does_not_have_is_no_fault_of_its_runs(tmp_path: Path) -> None:
    """It is missing there, and not elsewhere; runs that lack what others of their cell have are unfinished."""
    text = TIDY + "sgd,a,f1,0.7\nsgd,b,f1,0.6\nsgd,c,f1,0.5\nsgd,b,accuracy,0.5\nsgd,c,accuracy,0.4\n"
    source = logged(tmp_path, text, seed="run", metrics=(), metric="name", value="value")
    assert runs_of(source, optimizer="adam").metrics() == ["accuracy", "loss"]
    sgd = runs_of(source, optimizer="sgd")
    assert sgd.metrics() == ["accuracy", "f1"]
    assert sgd.note == "2 of 3 logged runs used: 1 unfinished"
    empty = logged(tmp_path, WIDE.replace("adam,0,0.9", "adam,0,").replace("adam,1,0.92", "adam,1,"))
    with pytest.raises(DataError, match=r"1 of 3 logged runs used: 2 unfinished; two are the least"):
        runs_of(empty, optimizer="adam")


def test_a_status_may_be_true_or_a_number(tmp_path: Path) -> None:
    """However the file writes it."""
    text = WIDE.replace("finished", "True").replace("crashed", "False")
    source = logged(tmp_path, text, status="state", finished=("true",))
    assert len(runs_of(source, optimizer="sgd").seeds) == 3


def test_cells_of_many_columns_are_told_apart(tmp_path: Path) -> None:
    """Also where their numbers of values multiply to more than a whole number can hold."""
    fields = tuple(f"f{number}" for number in range(12))
    lines = [",".join([*fields, "seed", "accuracy"])]
    for cell in range(60):
        settings = [str((cell * (place + 7)) % 61) for place in range(len(fields))]
        lines += [",".join([*settings, str(seed), str(cell)]) for seed in range(2)]
    source = logged(tmp_path, "\n".join(lines) + "\n", fields=fields)
    for cell in range(60):
        runs = runs_of(source, **{name: (cell * (place + 7)) % 61 for place, name in enumerate(fields)})
        assert runs.accuracy.tolist() == [cell, cell]


def test_parts_of_runs_are_no_runs(tmp_path: Path) -> None:
    """Where they are taken for such, every verdict says so, and names the column that may be meant."""
    text = "optimizer,seed,episode,accuracy\n" + "".join(f"adam,{i // 5},{i},{i / 10}\n" for i in range(10))
    runs = runs_of(logged(tmp_path, text, seed="episode"), optimizer="adam")
    assert runs.note == (
        "seeds are taken from column 'episode', and each episode of a run is no run of its own; "
        "column 'seed' may tell runs apart"
    )
    assert runs_of(logged(tmp_path, WIDE), optimizer="adam").note == ""


def test_the_best_on_test_rows_is_too_good(tmp_path: Path) -> None:
    """It is said with every verdict; the best on other rows may be chosen."""
    for name, said in (("test_acc", True), ("val_acc", False)):
        text = STEPS.replace("accuracy", name)
        runs = runs_of(logged(tmp_path, text, step="epoch", metrics=(name,), counts={name: "max"}), optimizer="adam")
        assert runs.note == (f"{name} is the max over steps, chosen on test rows: too good" if said else "")


def test_nobody_trains_what_is_logged() -> None:
    """It is said where somebody tries; before runs are read, every metric is a number a seed."""
    config = logged_config(optimizer="adam")
    with pytest.raises(HarnessError, match="read from logs"):
        LOGGED.train(config, (Seed(0, 0),))
    assert LOGGED.blank(config, (Seed(0, 0), Seed(1, 1))).accuracy.tolist() == [1, 1]
    assert LOGGED.fingerprint(config) == {}


@given(
    rows=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9)), unique=True, min_size=4),
    shuffled=st.randoms(use_true_random=False),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_the_order_of_rows_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int]], shuffled: object
) -> None:
    """Runs come in the order of their seeds, each with its own value."""
    shuffled.shuffle(rows)  # type: ignore[attr-defined]
    text = "optimizer,seed,accuracy\n" + "".join(f"{name},{seed},{seed / 10}\n" for name, seed in rows)
    source = logged(tmp_path_factory.mktemp("logs"), text)
    for name in "ab":
        seeds = sorted(seed for other, seed in rows if other == name)
        if len(seeds) > 1:
            runs = runs_of(source, optimizer=name)
            assert [seed.training for seed in runs.seeds] == seeds
            assert np.array_equal(runs.accuracy, np.array(seeds) / 10)
