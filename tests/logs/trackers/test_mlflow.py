import os
import sqlite3
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from harness.base.errors import DataError, MissingPackageError
from harness.logs.files import column_names, read_columns
from harness.logs.guessing import guess
from tests.builders.logs import logged, runs_of


@pytest.fixture(scope="module", params=["mlflow.db", "mlruns"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Have MLflow keep runs, one of which failed, in each kind of store."""
    patch = pytest.MonkeyPatch()
    patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    patch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    from mlflow.tracking import MlflowClient

    warnings.simplefilter("ignore")  # of what MLflow does with SQLAlchemy; pytest puts the filters back
    folder: Path = tmp_path_factory.mktemp("mlflow")
    place = folder / request.param
    client = MlflowClient(f"sqlite:///{place}" if request.param.endswith(".db") else place.as_uri())
    experiment = client.create_experiment("mine")
    for optimizer in ("adam", "sgd"):
        for seed in range(3):
            run = client.create_run(experiment, run_name=f"{optimizer}-{seed}").info.run_id
            for name, value in (("optimizer", optimizer), ("seed", seed), ("status", "mine")):
                client.log_param(run, name, value)
            for step in range(3):
                client.log_metric(run, "accuracy", 0.5 + 0.1 * step + 0.01 * seed, step=step)
            client.log_metric(run, "optimizer", 1.0)
            client.set_terminated(run, "FAILED" if (optimizer, seed) == ("sgd", 2) else "FINISHED")
    patch.undo()
    return place


def read(place: Path, **changed: Any) -> Any:
    """Return the logged runs of a store."""
    known = {"files": place.name, "status": "status", "finished": ("FINISHED",)}
    return logged(place.parent, "", **{**known, **changed})


def test_the_environment_is_left_as_it_was(store: Path) -> None:
    """What MLflow has to be told for this is told for this alone."""
    before = dict(os.environ)
    column_names(store)
    assert dict(os.environ) == before


def test_last_values_are_numbers_of_runs(store: Path) -> None:
    """One that failed is counted; parameters are columns, and what has a name that is taken has its kind before it."""
    sgd = runs_of(read(store), optimizer="sgd")
    assert sgd.accuracy.tolist() == pytest.approx([0.7, 0.71])
    assert sgd.note == "2 of 3 logged runs used: 1 failed"
    assert {"optimizer", "seed", "params.status", "metrics.optimizer", "accuracy", "run_name"} <= set(
        column_names(store)
    )


def test_every_step_is_read(store: Path) -> None:
    """As curves, where steps are named."""
    source = read(store, step="step", metrics=(), metric="metric", value="value")
    adam = runs_of(source, optimizer="adam")
    assert adam.accuracy.shape == (3, 3)
    assert adam.accuracy[1].tolist() == pytest.approx([0.51, 0.61, 0.71])


def test_it_is_understood(store: Path) -> None:
    """What is there is found without a mapping."""
    found = guess(store)
    assert (found.files, found.seed, found.step, found.status) == (store.name, "seed", "step", "status")
    assert set(found.metrics) == {"accuracy", "optimizer"}
    assert {name: set(values) for name, values in found.axes.items()} == {"optimizer": {"adam", "sgd"}}


def test_a_store_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    """No database, one of somebody else, and one of another version."""
    (tmp_path / "runs.db").write_text("no database", encoding="utf-8")
    with pytest.raises(DataError, match=r"runs\.db: cannot be read as a database \("):
        column_names(tmp_path / "runs.db")
    for name, table, sentence in (
        ("other.db", "things", r"other\.db: a database of neither MLflow, Optuna nor Trackio$"),
        ("old.db", "experiments", r"old\.db: MLflow cannot read it \("),
        ("study.db", "studies", r"study\.db: Optuna cannot read it \("),
    ):
        with sqlite3.connect(tmp_path / name) as database:
            database.execute(f"CREATE TABLE {table} (x INTEGER)")
        database.close()
        with pytest.raises(DataError, match=sentence):
            read_columns(tmp_path / name, ["x"], [], name)


def test_what_is_not_installed_is_named(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    monkeypatch.setitem(sys.modules, "mlflow.tracking", None)
    with pytest.raises(MissingPackageError, match=r"run: pip install 'pytest-claims\[mlflow\]'$"):
        column_names(store)
