import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from harness.base.errors import ConfigError, TrainingFailedError
from harness.training.function import trainer
from harness.training.function.trainer import (
    FIRST,
    FunctionTrainer,
    Rules,
    fingerprints_of,
    set_rules,
    take_fingerprints,
)
from harness.training.seeds import Seed
from harness.training.trainers import TimedTrainer, Trainer, packages_of, trainer_named
from tests.builders.configs import small_config
from tests.builders.functions import TRAIN, function_config, function_grid

OTHERS = (Seed(1, 1), Seed(2, 2))


@pytest.fixture(autouse=True)
def _nothing_is_imported() -> Iterator[None]:
    """Forget what a function's file was imported as."""
    path, meta_path = list(sys.path), list(sys.meta_path)
    yield
    sys.path[:], sys.meta_path[:] = path, meta_path
    sys.modules.pop("train", None)


def test_it_is_found_by_what_a_config_calls_it(tmp_path: Path) -> None:
    """It is a trainer like any other, whose trainings cannot be timed one by one."""
    config = function_config(tmp_path)
    found = trainer_named(config.trainer)
    assert found == FunctionTrainer(f"{tmp_path}/train.py:run")
    assert isinstance(found, Trainer)
    assert not isinstance(found, TimedTrainer)
    assert (found.name, found.seeds_at_once, found.most_at_once) == ("train:run", 1, 1)
    assert repr(config) == "train:run(epochs=3, rate=0.5)"


def test_a_config_has_one_digest_wherever_the_report_lies(tmp_path: Path) -> None:
    """So that stored runs are found again when its folder has moved."""
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    here, there = (function_config(tmp_path / name) for name in ("here", "there"))
    assert here.digest == there.digest
    assert here != there
    assert trainer_named(here.trainer).fingerprint(here) == trainer_named(there.trainer).fingerprint(there)


def test_any_field_may_be_given_but_what_cannot_be_read_as_an_attribute(tmp_path: Path) -> None:
    """Fields that are equal make equal configs in whatever order they come."""
    config = function_config(tmp_path)
    assert config.changed(depth=3, rate=0.1) == config.changed(rate=0.1).changed(depth=3)
    assert config.changed(depth=[1, 2]).depth == (1, 2)
    for name in ("digest", "pairs", "trainer", "learning rate"):
        with pytest.raises(ConfigError, match=f"^{name} cannot be the name of a field"):
            config.changed(**{name: 1})
    with pytest.raises(ConfigError, match=r"^depth is nan; give a finite number$"):
        config.changed(depth=float("nan"))


def test_what_determines_a_result_is_source_and_packages(tmp_path: Path) -> None:
    """An edit of a file that is imported is another fingerprint; NumPy is named by the file."""
    (tmp_path / "helper.py").write_text("A = 1\n", encoding="utf-8")
    config = function_config(tmp_path, "import helper\n" + TRAIN)
    told = dict(trainer_named(config.trainer).fingerprint(config))
    assert told == {**told, "numpy": np.__version__}
    assert set(told) == {"train.py", "helper.py", "numpy"}
    assert packages_of([config]) == {"numpy": np.__version__}
    (tmp_path / "helper.py").write_text("A = 2\n", encoding="utf-8")
    trainer._contents.cache_clear()
    now = trainer_named(config.trainer).fingerprint(config)
    assert now["train.py"] == told["train.py"]
    assert now["helper.py"] != told["helper.py"]


def test_what_is_trained_is_what_the_fingerprint_names(tmp_path: Path) -> None:
    """Whatever becomes of the file between the two."""
    config = function_config(tmp_path, "def run(config, seed):\n    return {'x': 1}\n")
    told = trainer_named(config.trainer).fingerprint(config)
    (tmp_path / "train.py").write_text("def run(config, seed):\n    return {'x': 2}\n", encoding="utf-8")
    assert FunctionTrainer(config.trainer).train(config, OTHERS).x.tolist() == [1, 1]
    assert trainer_named(config.trainer).fingerprint(config) == told


def test_the_fingerprint_of_a_session_counts_in_all_its_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not what a worker finds that starts late; a function that the session does not know has its own."""
    monkeypatch.setattr(trainer, "_of_session", {})
    config = function_config(tmp_path)
    began = fingerprints_of([config, small_config()])
    assert list(began) == [config.trainer]
    trainer._contents.cache_clear()
    (tmp_path / "train.py").write_text(TRAIN + "\n# edited\n", encoding="utf-8")
    assert fingerprints_of([config]) != began
    take_fingerprints(began)
    assert fingerprints_of([config]) == began
    other = FunctionTrainer(f"{tmp_path}/train.py:other")
    assert other.fingerprint(config) != began[config.trainer]


def test_it_is_called_for_each_seed(tmp_path: Path) -> None:
    """With config and seed; what it returns are the runs."""
    config = function_config(tmp_path)
    runs = FunctionTrainer(config.trainer).train(config, OTHERS)
    expected = [0.5 + seed.rng().normal(scale=0.01) for seed in OTHERS]
    assert runs.test_accuracy.tolist() == expected
    assert runs.seeds == OTHERS
    assert runs.test_loss.shape == (2, 3)
    assert (runs.seconds > 0).all()
    assert runs.note == ""


COUNTS = "calls = []\ndef run(config, seed):\n    calls.append(seed)\n    return {'calls': 1, 'x': %s}\n"


def test_the_first_seed_is_trained_twice_and_a_difference_is_said(tmp_path: Path) -> None:
    """Only that one; runs that agree have no note."""
    config = function_config(tmp_path, COUNTS % "seed.training")
    runs = FunctionTrainer(config.trainer).train(config, (FIRST, *OTHERS))
    assert sys.modules["train"].calls == [FIRST, *OTHERS, FIRST]
    assert runs.note == ""


def test_what_is_not_seeded_is_named(tmp_path: Path) -> None:
    """In a note on the runs, which every verdict on them shows."""
    config = function_config(tmp_path, "import random\n" + COUNTS % "random.random()")
    note = FunctionTrainer(config.trainer).train(config, (FIRST,)).note
    assert note.startswith("train:run gave two values of x, 0.")
    assert note.endswith("for one seed; seed random in it, for example by seed.everything()")


def test_of_a_long_training_the_cause_is_not_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs have to do."""
    monkeypatch.setattr(trainer, "LONG", 0.0)
    config = function_config(tmp_path, COUNTS % "len(calls)")
    assert FunctionTrainer(config.trainer).train(config, (FIRST,)).note == (
        "train:run gave two values of x, 1 and 2, for one seed; something in it is not seeded"
    )


@pytest.mark.parametrize(
    ("body", "sentence", "lines"),
    [
        ("return 1 / 0", "ZeroDivisionError: division by zero", ["    return 1 / 0"]),
        ("raise SystemExit('enough')", "SystemExit: enough", []),
        ("return deeper()", "KeyError: 'x'", ["in run", "in deeper"]),
    ],
)
def test_a_failure_is_shown_as_python_shows_it(tmp_path: Path, body: str, sentence: str, lines: list[str]) -> None:
    """From the function on: the harness's own lines are left out."""
    train = f"def run(config, seed):\n    {body}\ndef deeper():\n    return {{}}['x']\n"
    config = function_config(tmp_path, train)
    with pytest.raises(TrainingFailedError) as caught:
        FunctionTrainer(config.trainer).train(config, OTHERS)
    assert str(caught.value) == sentence
    shown = caught.value.traceback
    assert shown.startswith(f'Traceback (most recent call last):\n  File "{tmp_path}/train.py", line 2, in run\n')
    assert all(line in shown for line in lines)
    assert shown.endswith(sentence)
    assert "harness" not in shown


def test_a_file_that_cannot_be_imported_is_a_failure(tmp_path: Path) -> None:
    """With the line that is to blame."""
    config = function_config(tmp_path, "import no_such_module\n" + TRAIN)
    with pytest.raises(TrainingFailedError, match=r"train\.py cannot be imported: ModuleNotFoundError") as caught:
        FunctionTrainer(config.trainer).train(config, OTHERS)
    assert "line 1, in <module>" in caught.value.traceback


def test_a_time_limit_holds_for_a_run(tmp_path: Path) -> None:
    """The first of all seeds, which is trained more than once, may take longer; without a limit there is none."""
    config = function_config(tmp_path)
    found = FunctionTrainer(config.trainer)
    assert found.seconds_for(OTHERS) is None
    set_rules(config.trainer, Rules(time_limit=5.0))
    assert found.seconds_for(OTHERS) == 10.0
    assert found.seconds_for((FIRST,)) == 10.0 + trainer.MOST_REPEATS * trainer.LONG


def test_before_a_training_every_metric_is_a_number_a_seed(tmp_path: Path) -> None:
    """Only a call tells what is measured; a claim is asked beforehand for which cells it needs."""
    grid = function_grid(tmp_path)
    config = grid.config("0.9")
    blank = trainer_named(config.trainer).blank(config, OTHERS)
    assert blank.whatever.tolist() == blank.final_whatever.tolist() == [1.0, 1.0]
    assert blank.seeds == OTHERS
