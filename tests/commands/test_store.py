"""The command ``store``."""

import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.__main__ import main
from harness.execution.engine import open_store
from harness.report.folder import open_folder
from harness.storage.store import Store
from harness.training.seeds import seed_blocks
from tests.builders.runs import runs_for

CLAIM = """
import pytest
from harness.statistics.estimators import mean_over_seeds

@pytest.mark.finding("speed.faster", reading="ratio")
def test_one(evidence, judge):
    judge(mean_over_seeds(evidence(activation="relu").final_test_loss, "loss"))
"""


def fill(folder: Path, report: Path, *, blocks: int = 2) -> None:
    """Keep runs for both cells of the report, and for one of other versions."""
    store = open_store(folder)
    for config in open_folder(report).grid.configs.values():
        for seeds in seed_blocks(20 * blocks, 20):
            store.save(runs_for(config, seeds))
    old = Store(folder, lambda config: {"torch": "0.1"})
    old.save(runs_for(config, seeds))


@pytest.fixture
def report(small_report: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work beside the small report, which has one claim on one of its two cells, and a filled store."""
    monkeypatch.chdir(small_report.parent)
    monkeypatch.setattr(sys, "path", [*sys.path])
    (small_report / "test_exported_claims.py").write_text(CLAIM, encoding="utf-8")
    open_folder.cache_clear()
    fill(Path(".claims-store"), Path("claims"))
    yield Path("claims")
    sys.modules.pop("test_exported_claims", None)
    open_folder.cache_clear()


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> list[str]:
    """Run ``store`` with these arguments, and return the lines that it prints."""
    assert main(["store", *arguments]) == status
    return capsys.readouterr().out.splitlines()


def some_runs(folder: str = ".claims-store") -> list[Path]:
    """Return all files of runs, sorted."""
    return sorted(Path(folder).glob("runs/*/*.npz"))


@pytest.mark.usefixtures("report")
def test_list_tells_configs_in_words_and_counts_files(capsys: pytest.CaptureFixture[str]) -> None:
    """One line a config, those that no session can find told apart, then one line a kind."""
    relu, *tanh, runs, everything = said(capsys, "list")
    assert relu.startswith("trainer torch, activation relu, batch size 32, dataset wine, ")
    assert "activation relu, " in relu
    assert ": 40 seeds over 40 splits, 2 files, " in relu
    assert [line.rpartition("test size 0.2: ")[2].partition(",")[0] for line in tanh] == [
        "20 seeds over 20 splits",
        "40 seeds over 40 splits",
    ]
    assert tanh[0].endswith("(other versions, trainers or data)")
    assert runs.startswith("runs: 5 files, ")
    assert everything.startswith("in all: 5 files, ")


@pytest.mark.usefixtures("report")
def test_list_names_what_it_cannot_read(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error; the rest is listed."""
    broken = some_runs()[0]
    broken.write_bytes(b"")
    assert main(["store", "list"]) == 0
    captured = capsys.readouterr()
    assert captured.err.startswith(f"{broken}: ")
    assert "runs: 5 files, " in captured.out


@pytest.mark.usefixtures("report")
def test_verify_names_what_is_damaged(capsys: pytest.CaptureFixture[str]) -> None:
    """With exit status 1, and 0 while nothing is."""
    assert said(capsys, "verify")[0].startswith("whole: 5 files, ")
    broken = some_runs()[2]
    payload = bytearray(broken.read_bytes())
    payload[len(payload) // 2] ^= 1
    broken.write_bytes(payload)
    damaged, whole = said(capsys, "verify", status=1)
    assert damaged.startswith(f"damaged: {broken}: ")
    assert whole.startswith("whole: 4 files, ")
    assert whole.endswith("; damaged: 1; of newer versions: 0")


@pytest.mark.usefixtures("report")
def test_prune_removes_what_no_session_can_find(capsys: pytest.CaptureFixture[str]) -> None:
    """And says of what kind, why and how much; a dry run says the same and removes nothing."""
    Path(".claims-store/locks").mkdir()
    Path(f".claims-store/locks/{'a' * 64}.lock").touch()
    before = some_runs()
    locks, runs, total = said(capsys, "prune", "--dry-run")
    assert locks == "locks: 1 file, 0 B: nobody holds them"
    assert runs.startswith("runs: 1 file, ")
    assert runs.endswith(": no session can find them: other versions, trainers or data")
    assert total.startswith("would be removed: 2 files, ")
    assert some_runs() == before
    *what, total = said(capsys, "prune")
    assert what == [locks, runs]
    assert total.startswith("removed: 2 files, ")
    assert len(some_runs()) == 4
    assert said(capsys, "prune") == ["removed: 0 files, 0 B"]


def test_export_makes_a_store_for_somebody_else(capsys: pytest.CaptureFixture[str], report: Path) -> None:
    """It holds the runs that the claims rest on, over all seeds, and no others; the same as a tar file, bit for bit."""
    (line,) = said(capsys, "export", "claims", "--to", "theirs")
    assert line.startswith("theirs: 2 files, ")
    assert line.endswith("; of 1 configs that the claims need, 0 are not stored")
    relu = open_folder(report).grid.configs["torch-classification-relu-adam"]
    theirs = open_store(Path("theirs"))
    assert all(theirs.load(relu, seeds) is not None for seeds in seed_blocks(40, 20))
    assert len(some_runs("theirs")) == 2
    said(capsys, "export", "claims", "--to", "theirs.tar")
    said(capsys, "export", "claims", "--to", "again.tar")
    assert Path("theirs.tar").read_bytes() == Path("again.tar").read_bytes()
    with tarfile.open("theirs.tar") as tar:
        tar.extractall("unpacked", filter="data")
    assert [path.read_bytes() for path in some_runs("unpacked")] == [path.read_bytes() for path in some_runs("theirs")]


@pytest.mark.usefixtures("report")
def test_export_leaves_out_what_is_damaged_and_counts_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    """It says so, with exit status 1; what is whole is copied all the same."""
    relu = open_folder(Path("claims")).grid.configs["torch-classification-relu-adam"]
    store = open_store(Path(".claims-store"))
    broken, other = (store.path(relu, seeds) for seeds in seed_blocks(40, 20))
    payload = bytearray(broken.read_bytes())
    payload[len(payload) // 2] ^= 1
    broken.write_bytes(payload)
    assert main(["store", "export", "claims", "--to", "theirs"]) == 1
    assert capsys.readouterr().err.startswith(f"left out: {broken}: ")
    assert [path.name for path in some_runs("theirs")] == [other.name]
    broken.unlink()
    other.unlink()
    (line,) = said(capsys, "export", "claims", "--to", "nothing.tar")
    assert line == "nothing.tar: 0 files, 0 B; of 1 configs that the claims need, 1 are not stored"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["list", "--store", "nowhere"], "--store nowhere is no folder; give that of a store, such as .claims-store"),
        (
            ["verify", "--store", "claims/report.toml"],
            "--store claims/report.toml is no folder; give that of a store, *",
        ),
        (["export", "nowhere", "--to", "x"], "nowhere/report.toml: cannot be read (No such file or directory)"),
        (["export", "claims", "--to", "x.tar.gz"], "--to is x.tar.gz; give a folder, or a file that ends in .tar: *"),
        (
            ["export", "claims", "--to", "claims/report.toml"],
            "claims/report.toml cannot be written (*); give another --to",
        ),
        (["export", "claims", "--to", "x", "--universes", "all"], "claims/reconstruction.toml is missing; *"),
    ],
)
@pytest.mark.usefixtures("report")
def test_what_the_user_can_mend_is_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    """On standard error, with exit status 2."""
    assert main(["store", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    pytest.LineMatcher([line]).fnmatch_lines([f"error: {sentence}"])


def test_nothing_is_trained_or_imported_to_look(report: Path) -> None:
    """A store can be looked at where neither framework is."""
    shutil.rmtree(report)
    code = (
        "import sys; from harness.__main__ import main\n"
        "assert main(['store', 'list']) == main(['store', 'verify']) == main(['store', 'prune']) == 0\n"
        "assert not {'torch', 'tensorflow', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
