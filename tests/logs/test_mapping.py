from pathlib import Path

import pytest

from harness.base.errors import RegisterError
from harness.report.grid import Grid
from harness.report.protocol_file import read_grid
from tests.builders.logs import LOGS

ALL = """
[logs]
files = "logs/{optimizer}/*.csv"
seed = "run"
split = "fold"
step = "epoch"
metric = "name"
value = "value"
status = "state"
finished = ["done"]
early_stopping = true
planned_seeds = 5

[logs.columns]
rate = "params.lr"

[logs.counts]
accuracy = "last"
loss = 10

[axes]
optimizer = ["adam", "sgd"]
rate = [0.1, 0.01]

[config]
data = "digits"
"""


def read(folder: Path, text: str) -> Grid:
    """Read a protocol from text."""
    (folder / "protocol.toml").write_text(text, encoding="utf-8")
    return read_grid(folder / "protocol.toml")


def test_a_mapping_says_which_columns_are_what(tmp_path: Path) -> None:
    """All keys; columns are called as axes are, unless it says otherwise."""
    logs = read(tmp_path, ALL).logs
    assert logs is not None
    assert (logs.folder, logs.files, logs.seed, logs.split) == (tmp_path, "logs/{optimizer}/*.csv", "run", "fold")
    assert (logs.step, logs.metrics, logs.metric, logs.value) == ("epoch", (), "name", "value")
    assert (logs.status, logs.finished, logs.early_stopping, logs.planned_seeds) == ("state", ("done",), True, 5)
    assert (logs.column_of("rate"), logs.column_of("optimizer")) == ("params.lr", "optimizer")
    assert logs.counts == {"accuracy": "last", "loss": 10}


def test_most_of_it_need_not_be_said(tmp_path: Path) -> None:
    """Nobody trains, and there is nothing to reconstruct."""
    grid = read(tmp_path, LOGS)
    assert grid.trainer.value == "logged"
    assert dict(grid.config("adam")) == {"optimizer": "adam"}
    assert grid.logs is not None
    assert (grid.logs.step, grid.logs.planned_seeds, grid.logs.early_stopping, grid.logs.counts) == (
        "",
        None,
        False,
        {},
    )


LOG = 'seed = "seed"'


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (LOG, "", "table [logs], key 'seed': missing; give text"),
        ("[axes]", 'value = "v"\n[axes]', "table [logs], key 'metric': missing; `metric` and `value` go together"),
        ("[axes]", 'metric = "v"\n[axes]', "table [logs], key 'value': missing; `metric` and `value` go together"),
        (
            'metrics = ["accuracy", "loss"]',
            "",
            "table [logs], key 'metrics': give the columns of metrics, or `metric` and `value` where rows name theirs",
        ),
        (
            "[axes]",
            'status = "s"\n[axes]',
            "table [logs], key 'finished': missing; `status` and `finished` go ",
        ),
        ("[axes]", 'finished = ["s"]\n[axes]', "table [logs], key 'status': missing; `status` and `finished` go "),
        ("[axes]", "planned_seeds = 1\n[axes]", "table [logs], key 'planned_seeds': is 1; give a whole number of at "),
        ("[axes]", "early_stopping = true\n[axes]", "table [logs], key 'early_stopping': is for metrics with steps; "),
        ("[axes]", '[logs.counts]\nloss = "last"\n[axes]', "table [logs], key 'counts': is for metrics with steps; "),
        (
            "[axes]",
            'step = "s"\n[logs.counts]\nloss = "best"\n[axes]',
            "table [logs.counts], key 'loss': is 'best'; give a step, or one of: last, max, min",
        ),
        (
            "[axes]",
            '[logs.columns]\nrate = "lr"\n[axes]',
            "table [logs.columns], key 'rate': neither an axis nor in [config]; these are: optimizer",
        ),
        ("runs.csv", "{a}/{a}.csv", "table [logs], key 'files': is '{a}/{a}.csv'; name each part once"),
        ("[axes]", "seeds = 3\n[axes]", "table [logs], key 'seeds': unknown; known here: columns, counts, "),
        ("[logs]", 'trainer = "torch"\n[logs]', "top level, key 'trainer': the runs of this report are logged, as "),
    ],
)
def test_a_wrong_mapping_is_one_sentence(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    """With file, table and key."""
    with pytest.raises(RegisterError) as caught:
        read(tmp_path, LOGS.replace(old, new))
    assert str(caught.value).startswith(f"{tmp_path}/protocol.toml, {sentence}")
