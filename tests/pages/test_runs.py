import re
import shlex
from pathlib import Path

import numpy as np

from harness.pages.run_table import RunRow, RunTableWriter, merge
from harness.pages.runs import cell_views, runs_html
from harness.training.runs import Runs
from tests.builders.runs import random_runs


def rows_of(folder: Path, **cells: Runs) -> list[RunRow]:
    """Return the rows of these cells."""
    RunTableWriter(folder).add("claims", {name.replace("_", " "): runs for name, runs in cells.items()})
    return merge(folder)


def test_a_cell_has_its_config_its_runs_and_a_command(tmp_path: Path) -> None:
    """A run stands there with both seeds, and the command trains the same ones again."""
    runs = random_runs()
    (view,) = cell_views(rows_of(tmp_path, net=runs), 100)
    assert (view.name, view.anchor, view.seeds, view.diverged) == ("net", "net", 2, 0)
    assert view.config["optimizer"] == "sgd"
    assert view.medians["test loss"] == float(np.median(runs.final_test_loss))
    assert view.columns[:2] == ["test loss", "test accuracy"]
    assert view.columns[-1] == "seconds"
    assert [row[:2] for row in view.rows] == [["0", "0"], ["1", "1"]]
    assert shlex.split(view.command) == ["python", "-m", "harness", "train", "claims", "net", "--seeds", "2"]


def test_the_command_of_a_variant_sets_what_the_claim_changed(tmp_path: Path) -> None:
    """The cell's name gives the fields in parentheses; widths are written as TOML has them."""
    runs = random_runs()
    changed = random_runs(config=runs.config.changed(learning_rate=0.5, hidden_widths=(4, 4)))
    writer = RunTableWriter(tmp_path)
    writer.add("claims", {"net": runs, "net (learning_rate=0.5, hidden_widths=(4, 4))": changed})
    variant = next(view for view in cell_views(merge(tmp_path), 100) if "(" in view.name)
    words = shlex.split(variant.command)
    assert words[:5] == ["python", "-m", "harness", "train", "claims"]
    assert words[5] == "net"
    settings = {words[place + 1] for place, word in enumerate(words) if word == "--set"}
    assert settings == {"learning_rate=0.5", "hidden_widths=[4, 4]"}


def test_what_diverged_is_said_and_left_out_of_medians(tmp_path: Path) -> None:
    """Its row says so in place of a loss."""
    loss = random_runs().test_loss.copy()
    loss[0, -1] = np.inf
    runs = random_runs(test_loss=loss)
    (view,) = cell_views(rows_of(tmp_path, net=runs), 100)
    assert view.diverged == 1
    assert view.medians["test loss"] == float(runs.final_test_loss[1])
    assert view.rows[0][2] == "diverged"


def test_a_page_that_would_grow_too_large_keeps_its_summaries(tmp_path: Path) -> None:
    """Cells beyond the limit have no table, and the page says where their runs are."""
    rows = rows_of(tmp_path, a=random_runs(), b=random_runs())
    html = runs_html(rows, title="A report", most_rows=2)
    assert [len(view.rows) for view in cell_views(rows, 2)] == [2, 0]
    assert html.count("<table") == 1
    assert "their runs stand in runs.csv" in re.sub("<[^>]*>", "", html)


def test_names_are_never_markup() -> None:
    """Whatever stands in a row."""
    evil = "<script>x</script>"
    row = RunRow(evil, evil, evil, evil, {evil: evil, "widths": [evil]}, 0, 1, False, {evil: 1.0})
    html = runs_html([row], title=evil)
    assert "<script>x" not in html
    assert html.count("&lt;script&gt;x") >= 3


def test_without_runs_the_page_says_so() -> None:
    """As where all claims come from numbers in the report."""
    assert "No training was needed" in runs_html([], title="A report")
