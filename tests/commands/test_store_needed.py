"""What the reports that share a store can find of what only they can tell."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from harness.__main__ import main
from harness.data.data_file import DataFile
from harness.execution.engine import open_store
from harness.report.folder import open_folder
from harness.storage.store import Store
from harness.training.config import TrainingConfig
from harness.training.function import trainer
from harness.training.runs import Runs
from harness.training.seeds import Seed
from tests.builders.configs import small_config
from tests.builders.functions import FUNCTION_PROTOCOL, TRAIN
from tests.builders.logs import LOGS
from tests.builders.reports import REPORT
from tests.builders.runs import runs_for

CLAIM = """
import pytest
from harness import mean_over_seeds

@pytest.mark.finding("speed.faster", reading="ratio")
def test_needed(evidence, judge):
    judge(mean_over_seeds(evidence(rate=0.5, epochs=7).test_accuracy, "accuracy"))
"""
SEEDS = (Seed(0, 0),)


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work beside a report with a training function, whose one claim asks for another number of epochs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    folder = tmp_path / "claims"
    folder.mkdir()
    write(folder)
    yield Path("claims")
    for name in [name for name in sys.modules if name.startswith("test_needed")]:
        sys.modules.pop(name)
    reread()


def write(folder: Path, *, train: str = TRAIN, protocol: str = FUNCTION_PROTOCOL, claim: str = CLAIM) -> None:
    """Write the files of a report, as if by another process."""
    (folder / "report.toml").write_text(REPORT, encoding="utf-8")
    (folder / "protocol.toml").write_text(protocol, encoding="utf-8")
    (folder / "train.py").write_text(train, encoding="utf-8")
    (folder / f"test_needed_{folder.name}.py").write_text(claim, encoding="utf-8")
    reread()


def reread() -> None:
    """Read reports and sources anew, as another process does."""
    open_folder.cache_clear()
    trainer._contents.cache_clear()


def keep(config: TrainingConfig) -> Path:
    """Keep a run of a training function in the store, and return where."""
    return open_store(Path(".claims-store")).save(Runs(config, SEEDS, {}, {"test_accuracy": np.ones(1)}, {}))


def keep_all(folder: Path) -> list[Path]:
    """Keep a run of both cells, and of what the claim asks for besides."""
    cell, other = open_folder(folder.absolute()).grid.configs.values()
    return [keep(config) for config in (cell, other, cell.changed(epochs=7))]


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Run ``store`` with these arguments, and return the lines that it prints."""
    assert main(["store", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_runs_of_other_source_are_told_by_the_reports(capsys: pytest.CaptureFixture[str], report: Path) -> None:
    """After two edits, only those of the present source stay; what the grid has not, but a claim asks for, too."""
    old = keep_all(report)
    write(report.absolute(), train=TRAIN + "\n# edited\n")
    old += keep_all(report)
    write(report.absolute(), train=TRAIN + "\n# edited again\n")
    new = keep_all(report)
    told = "no report has train:run with this source and these versions"
    listed = said(capsys, "list", "claims")
    assert [line.endswith(f"  ({told})") for line in listed[:6]] == [True, False] * 3
    removed, total = said(capsys, "prune", "claims")
    assert removed.startswith("runs: 6 files, ")
    assert removed.endswith(f": no session can find them: {told}")
    assert total.startswith("removed: 6 files, ")
    assert all(path.exists() for path in new)
    assert not any(path.exists() for path in old)
    assert said(capsys, "prune", "claims") == ["removed: 0 files, 0 B"]


def test_without_reports_nobody_can_tell_and_it_is_said(capsys: pytest.CaptureFixture[str], report: Path) -> None:
    """They are counted; ``list`` says of how much source they are."""
    old = keep_all(report)
    write(report.absolute(), train=TRAIN + "\n# edited\n")
    new = keep_all(report)
    assert said(capsys, "list")[0].endswith(", of 2 versions of its source")
    nothing, kept = said(capsys, "prune")
    assert nothing == "removed: 0 files, 0 B"
    assert kept.startswith("kept: 6 files, ")
    assert kept.endswith("name the folders of all reports that share this store")
    assert all(path.exists() for path in old + new)
    Store(Path(".claims-store"), lambda config: {"torch": "0.1"}).save(runs_for(small_config(), SEEDS))
    older = Store(Path(".claims-store"), lambda config: {"train.py": "1", "numpy": "0.1"})
    (cell, _) = open_folder(report.absolute()).grid.configs.values()
    older.save(Runs(cell, SEEDS, {}, {"test_accuracy": np.ones(1)}, {}))
    removed, _, kept = said(capsys, "prune", "--dry-run")
    assert removed.startswith("runs: 2 files, ")
    assert removed.endswith(": no session can find them: other versions, trainers or data")
    assert kept.startswith("kept: 6 files, ")


def test_a_config_that_no_claim_asks_for_any_more_is_told(capsys: pytest.CaptureFixture[str], report: Path) -> None:
    """As after an edit of the protocol; a claim's own cell stays."""
    first, second, asked = keep_all(report)
    write(report.absolute(), protocol=FUNCTION_PROTOCOL.replace("epochs = 3", "epochs = 4"))
    removed, _ = said(capsys, "prune", "claims")
    assert removed.startswith("runs: 2 files, ")
    assert removed.endswith(": no session can find them: no claim asks train:run for this config")
    assert [path.exists() for path in (first, second, asked)] == [False, False, True]


@pytest.mark.parametrize(
    "claim",
    [
        CLAIM.replace("(evidence, judge)", "(evidence, judge, tmp_path)"),
        CLAIM.replace("    judge(", "    evidence(rate=0.5).test_predictions[:, 9]\n    judge("),
    ],
)
def test_where_a_claim_does_not_say_what_it_asks_for_every_config_may_be_asked_for(
    capsys: pytest.CaptureFixture[str], report: Path, claim: str
) -> None:
    """One with fixtures of its own, or that fails on blank runs; other source is told all the same."""
    kept = keep_all(report)
    protocol = FUNCTION_PROTOCOL.replace("epochs = 3", "epochs = 4")
    write(report.absolute(), protocol=protocol, claim=claim)
    assert said(capsys, "prune", "claims") == ["removed: 0 files, 0 B"]
    assert all(path.exists() for path in kept)
    write(report.absolute(), protocol=protocol, claim=claim, train=TRAIN + "\n# edited\n")
    assert said(capsys, "prune", "claims", "--dry-run")[0].startswith("runs: 3 files, ")


def test_what_a_placebo_trains_stays(capsys: pytest.CaptureFixture[str], report: Path) -> None:
    """It stands in no cell of the grid, and no claim asks for it."""
    *_, placebo = keep_all(report)
    write(report.absolute(), claim=CLAIM.replace("rate=0.5", "rate=0.9"))
    pinned = REPORT.replace("margin = 0.1\n", 'margin = 0.1\nplacebo = { rate = "0.5" }\n')
    (report / "report.toml").write_text(pinned, encoding="utf-8")
    assert said(capsys, "prune", "claims") == ["removed: 0 files, 0 B"]
    assert placebo.exists()


RECONSTRUCTED = """
trainer = "train:run"

[axes]
task = ["classification"]
rate = [0.5, 0.9]

[default]
task = "classification"

[reconstruction.classification]
epochs = { value = 3, alternatives = [4], origin = "assumed", reason = "usual" }
"""


def test_what_a_search_for_the_reconstruction_trains_stays(capsys: pytest.CaptureFixture[str], report: Path) -> None:
    """Any answer may be the one, whatever claims ask for now."""
    write(report.absolute(), protocol=RECONSTRUCTED)
    (cell, _) = open_folder(report.absolute()).grid.configs.values()
    tried = keep(cell.changed(epochs=4))
    assert said(capsys, "prune", "claims") == ["removed: 0 files, 0 B"]
    assert tried.exists()


def test_of_a_report_without_a_function_no_claim_is_collected(capsys: pytest.CaptureFixture[str], report: Path) -> None:
    """What is wrong with its claims does not matter here."""
    keep_all(report)
    read = Path("read")
    read.mkdir()
    write(read.absolute(), protocol=LOGS, claim="raise ValueError('broken')")
    assert said(capsys, "prune", "claims", "read") == ["removed: 0 files, 0 B"]


def test_what_one_of_several_reports_can_find_stays(capsys: pytest.CaptureFixture[str], report: Path) -> None:
    """Their functions may have one name, and other sources and configs."""
    kept = keep_all(report)
    other = Path("other")
    other.mkdir()
    write(other.absolute(), train=TRAIN + "\n# other\n", protocol=FUNCTION_PROTOCOL.replace("epochs = 3", "epochs = 9"))
    kept += keep_all(other)
    assert said(capsys, "prune", "claims", "other") == ["removed: 0 files, 0 B"]
    assert said(capsys, "prune", "other", "--dry-run")[0].startswith("runs: 3 files, ")
    assert all(path.exists() for path in kept)


def test_runs_on_a_data_file_that_no_report_has_are_told(capsys: pytest.CaptureFixture[str], report: Path) -> None:
    """By its checksum; a registered data set is nobody's own."""
    data = report.absolute() / "mine.csv"
    data.write_text("x,y\n" + "".join(f"{row},{row % 2}\n" for row in range(40)), encoding="utf-8")
    described = (
        '[datasets.mine]\nfile = "mine.csv"\ntask = "regression"\ntarget = "y"\nunit = "1"\nsource = "made up"\n'
    )
    protocol = FUNCTION_PROTOCOL + 'dataset = "mine"\n\n' + described
    write(report.absolute(), protocol=protocol)
    mine: DataFile = open_folder(report.absolute()).grid.data_files["mine"]
    store = open_store(Path(".claims-store"))
    dense = small_config(dataset=mine, loss="squared_error")
    kept = [store.save(runs_for(one, SEEDS)) for one in (dense, small_config())]
    assert said(capsys, "prune", "claims") == ["removed: 0 files, 0 B"]
    assert said(capsys, "prune", "--dry-run")[1].startswith("kept: 1 file, ")
    with data.open("a") as file:
        file.write("41,0\n")
    reread()
    removed, _ = said(capsys, "prune", "claims")
    assert removed.endswith(": no session can find them: no report has their data file")
    assert [path.exists() for path in kept] == [False, True]


def test_export_takes_the_runs_of_the_present_source_alone(capsys: pytest.CaptureFixture[str], report: Path) -> None:
    """Those of older source would be found by nobody."""
    keep_all(report)
    write(report.absolute(), train=TRAIN + "\n# edited\n")
    *_, asked = keep_all(report)
    (line,) = said(capsys, "export", "claims", "--to", "theirs")
    assert line.startswith("theirs: 1 file, ")
    assert [path.name for path in Path("theirs").glob("runs/*/*.npz")] == [asked.name]
