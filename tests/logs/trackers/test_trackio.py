import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.__main__ import main
from harness.base.errors import DataError
from harness.logs.files import column_names, read_columns
from harness.logs.guessing import guess
from harness.logs.source import LoggedRuns
from tests.builders.logs import logged, runs_of

WRITTEN = Path(__file__).with_name("trackio.sql")  # by Trackio itself


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Put a database in place as Trackio has written it."""
    file = tmp_path / "mine.db"
    with closing(sqlite3.connect(file)) as database:
        database.executescript(WRITTEN.read_text(encoding="utf-8"))
    return file


def source(project: Path, **changed: Any) -> LoggedRuns:
    """Return the logged runs of a project."""
    return logged(project.parent, "", **{"files": project.name, "step": "step", "metrics": ("loss",), **changed})


def change(project: Path, *statement: Any) -> None:
    """Change a database."""
    with closing(sqlite3.connect(project)) as database, database:
        database.execute(*statement)


def test_every_step_is_read(project: Path) -> None:
    """As curves, by the settings of the runs; one that ended early is counted."""
    adam, sgd = (runs_of(source(project), optimizer=name) for name in ("adam", "sgd"))
    assert adam.loss.tolist() == [[1 / step + seed / 100 for step in (1, 2, 3)] for seed in range(3)]
    assert [seed.training for seed in sgd.seeds] == [0, 2]
    assert sgd.note == "2 of 3 logged runs used: 1 unfinished"


def test_what_is_logged_apart_belongs_to_its_step(project: Path) -> None:
    """Also within a record, and where it is not a number: Trackio writes that as text."""
    accuracy = source(project, metrics=("val.acc",), early_stopping=True)
    sgd = getattr(runs_of(accuracy, optimizer="sgd"), "val.acc")
    assert np.array_equal(sgd, [[0.903], [np.nan]], equal_nan=True)


def test_columns_have_names_of_their_own(project: Path) -> None:
    """What is taken has its kind before it; what Trackio adds to the settings, and lists, are none."""
    assert column_names(project) == (
        *("project", "run", "run_name", "step", "optimizer", "seed", "lr", "net.width", "config.step"),
        *("loss", "metrics.lr", "phase", "val.acc"),
    )
    table = read_columns(project, ["project", "run_name", "config.step", "lr"], ["metrics.lr", "step"], "mine")
    assert table.labels["project"].texts == ("mine",)
    assert set(table.labels["run_name"].texts) == {f"{name}-{seed}" for name in ("adam", "sgd") for seed in range(3)}
    assert (table.labels["config.step"].texts, table.labels["lr"].texts) == (("7",), ("0.1",))
    assert table.numbers["metrics.lr"].values[5:7].tolist() == [0.1, 0.05]


def test_a_group_is_a_column(project: Path) -> None:
    """Where a run is in one."""
    config = json.dumps({"optimizer": "adam", "_Group": "first"}).encode()
    change(project, "UPDATE configs SET config = ? WHERE run_name = 'adam-1'", (config,))
    assert read_columns(project, ["group"], [], "mine").labels["group"].texts == ("first",)


def test_without_steps_the_last_values_count(project: Path) -> None:
    """Those of each metric, whenever it was logged last."""
    last = source(project, step="", metrics=("loss", "metrics.lr"))
    assert runs_of(last, optimizer="sgd").loss.tolist() == pytest.approx([1 / 3, 0.51, 1 / 3 + 0.02])


def test_it_is_understood(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Seed, step, metrics and axes are found, in the file or its folder, without a mapping."""
    found = guess(project)
    assert (found.files, found.seed, found.step) == ("mine.db", "seed", "step")
    assert found.metrics == ("loss", "metrics.lr", "val.acc")
    assert dict(found.axes) == {"optimizer": ("adam", "sgd")}
    project.with_name("mine.lock").touch()
    assert main(["logs", str(project.parent)]) == 0
    assert capsys.readouterr().out.startswith("files           mine.db (22 rows looked at)\nseed            seed\n")


def test_projects_beside_each_other_are_one_pattern(project: Path) -> None:
    """As they lie in Trackio's folder; what it exports beside them is left out."""
    for name in ("other.db", "mine.parquet", "mine_configs.parquet"):
        project.with_name(name).write_bytes(project.read_bytes())
    found = guess(project.parent)
    assert (found.files, found.rows) == ("*.db", 44)


def test_reading_leaves_the_folder_as_it_was(project: Path) -> None:
    """SQLite would make two files beside a database with a write-ahead log; the mere look at what it is, too."""
    before = {path.name: path.read_bytes() for path in project.parent.iterdir()}
    column_names(project)
    assert {path.name: path.read_bytes() for path in project.parent.iterdir()} == before


def test_what_is_not_yet_in_the_file_itself_is_read(project: Path) -> None:
    """As while a run goes on, or after it was killed: it stands in the log beside the file."""
    with closing(sqlite3.connect(project)) as writer:
        writer.execute("UPDATE configs SET config = '{\"fresh\": 1}'")
        writer.commit()
        assert "fresh" in column_names(project)


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("PRAGMA user_version = 3", r"mine\.db: Trackio's schema 3, newer than is read here \(2\); export it as CSV$"),
        ("PRAGMA user_version = 1", r"mine\.db: Trackio's schema 1, older .* by a newer Trackio: trackio show$"),
        ("UPDATE metrics SET metrics = 'no json'", r"mine\.db: Trackio's rows cannot be read \(Expecting value"),
        ("UPDATE metrics SET metrics = '[1]'", r"mine\.db: Trackio's rows cannot be read \("),
        ("ALTER TABLE metrics DROP COLUMN metrics", r"mine\.db: cannot be read as a database \(no such column"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(project: Path, statement: str, sentence: str) -> None:
    """Of another schema, or damaged."""
    change(project, statement)
    with pytest.raises(DataError, match=sentence):
        column_names(project)
