import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from harness.base.errors import DataError, MissingPackageError
from harness.logs.files import column_names, read_columns

ROWS: list[dict[str, Any]] = [
    {"optimizer": "adam", "seed": 0, "lr": 0.1, "loss": 0.5},
    {"optimizer": "adam", "seed": 1, "lr": 0.1, "loss": None},
    {"optimizer": None, "seed": 0, "lr": 0.01, "loss": float("nan")},
]
CSV = "optimizer,seed,lr,loss\nadam,0,0.1,0.5\nadam,1,0.10,\n,0,0.01,nan\n"


def write(folder: Path, kind: str) -> Path:
    """Write the rows in a format."""
    file = folder / f"runs.{kind.partition(' ')[0]}"
    texts = {
        "csv": CSV,
        "csv with semicolons": CSV.replace(",", ";"),
        "csv with a mark": "\ufeff" + CSV,
        "tsv": CSV.replace(",", "\t"),
        "jsonl": "\n".join(map(json.dumps, ROWS)) + "\n",
        "json": json.dumps(ROWS),
        "json in a record": json.dumps({"best": 1, "log_history": ROWS}),
    }
    if kind == "parquet":
        parquet.write_table(pa.Table.from_pylist(ROWS), file)
    else:
        file.write_text(texts[kind], encoding="utf-8")
    return file


FORMATS = ["csv", "csv with semicolons", "csv with a mark", "tsv", "jsonl", "json", "json in a record", "parquet"]


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_the_same_columns(tmp_path: Path, kind: str) -> None:
    """What is blank is told from what is not a number."""
    file = write(tmp_path, kind)
    assert column_names(file) == ("optimizer", "seed", "lr", "loss")
    table = read_columns(file, ["optimizer", "seed", "lr"], ["loss", "seed"], "runs")
    labels = {name: [*column.texts, ""] for name, column in table.labels.items()}
    texts = {name: [labels[name][code] for code in table.labels[name].codes] for name in labels}
    assert texts == {"optimizer": ["adam", "adam", ""], "seed": ["0", "1", "0"], "lr": ["0.1", "0.1", "0.01"]}
    assert np.array_equal(table.numbers["loss"].values, [0.5, np.nan, np.nan], equal_nan=True)
    assert table.numbers["loss"].given.tolist() == [True, False, True]
    assert table.numbers["seed"].values.tolist() == [0, 1, 0]
    assert table.count == 3
    assert table.names == ("optimizer", "seed", "lr", "loss")
    assert table.place(1) == f"runs, line {3 if kind[1:3] == 'sv' else 2}"


@pytest.mark.parametrize("kind", FORMATS)
def test_the_first_rows_can_be_read_alone(tmp_path: Path, kind: str) -> None:
    """As to see what a large file holds."""
    table = read_columns(write(tmp_path, kind), ["seed"], ["loss"], "runs", 2)
    assert table.count == 2
    assert [table.labels["seed"].texts[code] for code in table.labels["seed"].codes] == ["0", "1"]
    assert table.numbers["loss"].given.tolist() == [True, False]


def test_records_within_records_are_found_by_names_with_dots(tmp_path: Path) -> None:
    """As Ray Tune writes the settings of a trial into each of its results."""
    file = tmp_path / "result.json"
    lines = [{"config": {"lr": 0.1, "net": {"width": 3}}, "loss": loss} for loss in (1.0, 0.5)]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert column_names(file) == ("config.lr", "config.net.width", "loss")
    assert read_columns(file, ["config.net.width"], ["loss"], "r").labels["config.net.width"].texts == ("3",)


def test_columns_that_come_later_are_blank_before(tmp_path: Path) -> None:
    """A log may have rows of several kinds."""
    file = tmp_path / "runs.jsonl"
    file.write_text('{"step": 1, "loss": 2}\n\n{"step": 1, "eval": 3}\n', encoding="utf-8")
    table = read_columns(file, [], ["loss", "eval"], "runs")
    assert [table.numbers[name].given.tolist() for name in ("loss", "eval")] == [[True, False], [False, True]]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("runs.csv", b"", "{file}: empty; its first line names the columns"),
        ("runs.csv", b"\n", "{file}: empty; its first line names the columns"),
        ("runs.csv", b"seed,loss\n", "runs: no row; every run stands in a row of its own, or every step of one"),
        ("runs.csv", b"seed,loss\n1,2\n1,2,3\n", "runs, line 3: 3 fields, but 2 columns"),
        ("runs.csv", b"seed,loss\n1,high\n", "runs, line 2, column 'loss': is 'high'; give a number"),
        ("runs.csv", b"seed,seed,loss\n1,2,3\n", "{file}: two columns are called 'seed'; rename one"),
        ("runs.csv", b"seed,lo\xffss\n", "{file}: not text in UTF-8 (*"),
        ("runs.csv", b"seed,loss\n1,\xff\n", "{file}: not text in UTF-8 (*"),
        ("runs.csv", b"run,loss\n1,2\n", "runs: no column 'seed'; there are: run, loss"),
        ("runs.json", b"{", "{file}: no JSON (*"),
        ("runs.json", b"[]", "{file}: holds no records; give a list of objects, or one object a line"),
        ("runs.json", b"3", "{file}: holds no records; give a list of objects, or one object a line"),
        ("runs.json", b'{"seed": "1", "loss": "high"}', "runs, line 1, column 'loss': is 'high'; give a number"),
        ("runs.parquet", b"no such thing", "{file}: cannot be read as Parquet (*"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    """With file, line and column."""
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_columns(file, ["seed"], ["loss"], "runs")
    expected = sentence.format(file=file)
    assert str(caught.value) == expected or (expected[-1] == "*" and str(caught.value).startswith(expected[:-1]))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Whatever its format."""
    for name in ("runs.csv", "runs.json", "runs.parquet"):
        with pytest.raises(DataError, match=rf"{name}: cannot be read"):
            column_names(tmp_path / name)


@pytest.mark.parametrize("rows", [[], [{"seed": [1], "loss": 1.0}], [{"seed": 1, "loss": "high"}]])
def test_parquet_of_no_use_is_one_sentence(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    """No rows, lists for labels, texts for numbers."""
    schema = pa.schema([("seed", pa.int64()), ("loss", pa.float64())]) if not rows else None
    parquet.write_table(pa.Table.from_pylist(rows, schema=schema), tmp_path / "runs.parquet")
    with pytest.raises(DataError, match=r"^runs(: no row; |, column '(seed|loss)': cannot be used \()"):
        read_columns(tmp_path / "runs.parquet", ["seed"], ["loss"], "runs")


def test_what_parquet_needs_is_named_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(MissingPackageError, match=r"run: pip install 'pytest-claims\[parquet\]'$"):
        column_names(tmp_path / "runs.parquet")
