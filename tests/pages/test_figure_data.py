import csv
import io
from pathlib import Path

import numpy as np

from harness.drawing.values import Panel, Values, with_panels
from harness.pages.figure_data import data_of, panels_csv, sample_csv, specification_csv, write_data
from harness.statistics.estimators import mean_over_seeds
from tests.builders.specifications import specification_with


def rows_of(table: str) -> list[list[str]]:
    """Return what a program reads in a table."""
    return list(csv.reader(io.StringIO(table)))


def test_a_sample_is_a_row_a_seed() -> None:
    """In the order of the seeds, with all its digits; the heading says what a number is."""
    estimate = mean_over_seeds(np.array([0.1, 0.2 + 0.1, np.inf]), 'loss, "test"')
    header, *rows = rows_of(sample_csv(estimate))
    assert header == ["number", 'loss, "test"']
    assert [(int(number), float(value)) for number, value in rows] == [(1, 0.1), (2, 0.30000000000000004), (3, np.inf)]


def test_universes_are_a_row_each() -> None:
    """With their answers, and nothing where one was not asked."""
    one = specification_with(
        universe="a", choices={"loss": "mse, mean"}, outcome="supported", value=0.5, low=0.25, high=np.inf, weight=0.75
    )
    other = specification_with(
        universe="b",
        choices={"loss": "mae", "splits": "one"},
        outcome="refuted",
        value=2.0,
        low=1.0,
        high=3.0,
        weight=np.nan,
    )
    assert rows_of(specification_csv([one, other])) == [
        ["universe", "outcome", "value", "low", "high", "weight", "loss", "splits"],
        ["a", "supported", "0.5", "0.25", "inf", "0.75", "mse, mean", ""],
        ["b", "refuted", "2.0", "1.0", "3.0", "nan", "mae", "one"],
    ]


def test_data_stand_beside_their_figure(tmp_path: Path) -> None:
    """Under the same name."""
    write_data(tmp_path, "figures/a.svg", "number\n")
    assert (tmp_path / "figures" / "a.csv").read_text(encoding="utf-8") == "number\n"
    assert data_of("figures/a.svg") == "figures/a.csv"


def test_a_figure_of_panels_as_a_table() -> None:
    """A row a panel, series and stop; what has no spread leaves its ends empty, and names take the place of numbers."""
    curve = Values(step="epoch", at=(1, 2), series={"test loss": ((0.1, None), (0.2, None), (0.3, None))})
    bars = Values(step="class", at=(1.5,), labels=("a, b",), series={"proportion": ((0.5,),)}, along="y")
    place = (0.0, 0.0, 1.0, 1.0)
    panels = [Panel(name=name, place=place, values=its) for name, its in (("one", curve), ("other", bars), ("", None))]
    assert panels_csv("A figure", with_panels("<svg >", panels)) == (
        "figure,panel,series,step,at,median,low,high\n"
        "A figure,one,test loss,epoch,1,0.2,0.1,0.3\n"
        "A figure,one,test loss,epoch,2,,,\n"
        'A figure,other,proportion,class,"a, b",0.5,,\n'
    )
    assert panels_csv("Of an older version", "<svg ></svg>") == ""
