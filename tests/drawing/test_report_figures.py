import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.base.errors import RegisterError
from harness.drawing.figures_file import FIGURES_FILE, open_figures
from harness.drawing.illustrations import claim_figures, report_figures_of
from harness.drawing.report_figures import report_figures
from harness.execution.engine import open_store
from harness.report.folder import open_folder
from harness.training.seeds import seed_blocks
from tests.builders.figures import FIGURES_TOML, texts_of
from tests.builders.runs import random_runs
from tests.builders.sessions import judged_claim, session_of


def keep(folder: Path, store_folder: Path, *cells: str) -> None:
    """Put made up runs of the first twenty seeds into a store."""
    store, grid = open_store(store_folder), open_folder(folder).grid
    for cell in cells:
        named = grid.named_cell(cell, {})
        for seeds in seed_blocks(20, 20, named.splits):
            store.save(random_runs(seeds, named.config))


def test_a_figure_is_drawn_from_what_is_stored(folder: Path, tmp_path: Path) -> None:
    """With a line on what the original showed, and on what rests on it."""
    cells = list(open_figures(folder)[0].cells.values())
    keep(folder, tmp_path / "store", *cells)
    (figure,) = report_figures(folder, 20, open_store(tmp_path / "store"))
    assert (figure.title, figure.missing) == ("Losses", "")
    assert (figure.shown, figure.findings) == ("It showed two lines.", ("speed.faster",))
    assert figure.svg.startswith("<?xml") or "<svg" in figure.svg
    assert "relu" in figure.svg
    assert "tanh" in figure.svg


def test_what_is_missing_is_told_with_the_command_that_trains_it(folder: Path, tmp_path: Path) -> None:
    """Nothing is trained for a picture."""
    first, second = open_figures(folder)[0].cells.values()
    keep(folder, tmp_path / "store", first)
    (figure,) = report_figures(folder, 20, open_store(tmp_path / "store"))
    assert figure.svg == ""
    assert f"python -m harness train {folder} {second} --seeds 20" in figure.missing
    assert first not in figure.missing


def test_a_damaged_file_costs_the_drawings_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    """The page of a session says why they are missing."""
    (folder / FIGURES_FILE).write_text("[figures", encoding="utf-8")
    open_figures.cache_clear()
    (figure,) = report_figures_of([open_folder(folder)], 20, open_store(tmp_path / "store"))
    assert figure.title == "A small report"
    assert FIGURES_FILE in figure.missing


def test_the_figure_of_a_claim_is_read_from_its_file(tmp_path: Path) -> None:
    """One that is not there is left to the page, which refers to the file."""
    from dataclasses import replace

    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "a.svg").write_text("<svg/>", encoding="utf-8")
    claims = [replace(judged_claim(name), figure=f"figures/{name}.svg") for name in ("a", "gone")]
    assert claim_figures(session_of(*claims, judged_claim("none")), tmp_path) == {"a": "<svg/>"}
    shutil.rmtree(tmp_path / "figures")
    assert claim_figures(session_of(*claims), tmp_path) == {}


LOGGED = """
[logs]
files = "runs.csv"
seed = "seed"
step = "step"
metrics = ["reward", "entropy"]

[axes]
rate = [0.1, 1]
"""
FIGURE = """
[figures.rewards]
title = "Rewards"
shown = "They rose."
findings = ["speed.faster"]
cell = {}
along = "rate"
values = [1, 0.1]
order = "below"
parts = ["reward"]
marks = { reward = [3.5] }
"""


@pytest.fixture
def of_logs(small_report: Path) -> Path:
    """Let the report be about four runs of each of two rates, whose rewards rise by the rate a step."""
    lines = [
        f"{rate},{seed},{step},{rate * step + 0.01 * seed},0.5"
        for rate, seed, step in itertools.product((0.1, 1), range(4), range(6))
    ]
    (small_report / "runs.csv").write_text("rate,seed,step,reward,entropy\n" + "\n".join(lines), encoding="utf-8")
    (small_report / "protocol.toml").write_text(LOGGED, encoding="utf-8")
    (small_report / FIGURES_FILE).write_text(FIGURE, encoding="utf-8")
    return small_report


def test_any_curve_of_runs_that_were_logged_is_drawn(of_logs: Path, tmp_path: Path) -> None:
    """By its name, along an axis of numbers, over steps; nothing is said of data that nobody knows."""
    (figure,) = report_figures(of_logs, 20, open_store(tmp_path / "store"))
    assert figure.missing == ""
    assert figure.caption.startswith("4 trainings a panel. Numbers above a panel")
    assert "Over steps: median of the trainings" in figure.caption
    text = texts_of(figure.svg)
    assert text.index("at the end 5.01") < text.index(
        "at the end 0.515"
    )  # the last of the medians: 5 and 0.5, and 0.015
    assert "reward" in text
    assert "the report says: reward 3.5" in figure.svg


def test_a_curve_that_no_run_has_is_told_with_those_there_are(of_logs: Path, tmp_path: Path) -> None:
    """Naming file, table and key: only the runs tell what a function or a log measures."""
    (of_logs / FIGURES_FILE).write_text(FIGURE.replace("reward", "return"), encoding="utf-8")
    (figure,) = report_figures(of_logs, 20, open_store(tmp_path / "store"))
    assert figure.svg == ""
    assert figure.missing == (
        "figures.toml, table [figures.returns], key 'parts': holds 'return', but the curves of its runs are: reward, "
        "entropy"
    )


def test_predictions_of_runs_that_were_logged_are_refused(of_logs: Path) -> None:
    """Nobody knows what they would be of."""
    (of_logs / FIGURES_FILE).write_text(FIGURE.replace('["reward"]', '["predictions"]'), encoding="utf-8")
    with pytest.raises(RegisterError, match="key 'parts': holds 'predictions'; give some of: the curves of its runs"):
        open_figures(of_logs)


def test_a_curve_of_a_training_function_is_drawn(pytester: pytest.Pytester, make_claims: Callable[..., None]) -> None:
    """From the runs that the claims rest on; a curve of test rows goes by its name without `test_`, too."""
    claim = """
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@finding
def test_loss(evidence, judge, activation):
    judge(mean_over_seeds(evidence(activation=activation).final_test_loss, "loss"))
"""
    make_claims(claim)
    figures = FIGURES_TOML.replace('["loss"]', '["loss", "train_loss"]')
    (pytester.path / "claims" / FIGURES_FILE).write_text(figures, encoding="utf-8")
    pytester.runpytest_subprocess("claims", "-n", "0", "--claims-seeds", "4", "--claims-looks", "1")
    page = (pytester.path / "reports" / "report.html").read_text(encoding="utf-8")
    assert "Not drawn" not in page
    assert "4 trainings a panel" in page
    assert ">test loss<" in page
    assert ">train loss<" in page
