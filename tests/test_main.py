"""The command line."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from harness.__main__ import main
from harness.report.folder import open_folder


def test_cells_lists_every_cell_of_the_report(
    capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    """The report under test has 108 cells, each with a name."""
    assert main(["cells", str(request.config.rootpath / "claims")]) == 0
    names = capsys.readouterr().out.split()
    assert len(names) == len(set(names)) == 108
    assert "keras-regression-tanh-rmsprop-net3" in names


@pytest.fixture
def beside_the_report(small_report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in the folder that holds the small report as ``claims``."""
    monkeypatch.chdir(small_report.parent)
    open_folder.cache_clear()  # whoever was in another folder may have opened its ``claims``


@pytest.mark.usefixtures("beside_the_report")
def test_train_trains_a_cell_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """Each seed's end is printed, and a second call finds the same in the store."""
    arguments = ["train", "claims", "torch-classification-tanh-adam", "--seeds", "2"]
    assert main(arguments) == 0
    first = capsys.readouterr().out
    assert "split   1  training   1  test loss" in first
    *_, one, other, mean = first.splitlines()
    assert mean.startswith("  mean of 2                test loss ")
    ends = [float(line.partition("test loss ")[2].split()[0]) for line in (one, other, mean)]
    assert ends[2] == pytest.approx((ends[0] + ends[1]) / 2, rel=1e-3)
    assert main(arguments) == 0
    assert capsys.readouterr().out == first


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["cells", "nowhere"], "error: nowhere/report.toml: cannot be read (No such file or directory)\n"),
        (
            ["train", "claims", "torch-x"],
            "error: no cell 'torch-x' in claims/protocol.toml; a cell's name is "
            "{torch}-{classification}-{relu,tanh}-{adam}\n",
        ),
        (
            ["train", "claims", "torch-classification-tanh-adam", "--seeds", "0"],
            "error: --seeds is 0; give a whole number of at least 1\n",
        ),
    ],
)
@pytest.mark.usefixtures("beside_the_report")
def test_bad_input_gets_one_sentence(capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str) -> None:
    """What the user can mend is said in one sentence on standard error, with exit status 2."""
    assert main(arguments) == 2
    assert capsys.readouterr().err == sentence


CLAIM = """
import pytest
from harness.statistics.estimators import mean_over_seeds

@pytest.mark.finding("speed.faster", reading="ratio")
def test_one(evidence, judge):
    judge(mean_over_seeds(evidence(activation="relu").final_test_loss, "loss"))
"""


@pytest.mark.parametrize(
    ("basis", "candidates", "sentence"),
    [
        ("fitted", "0", "error: --candidates is 0; give a whole number of at least 1\n"),
        ("fitted", "-5", "error: --candidates is -5; give a whole number of at least 1\n"),
        ("fitted", "3", "claims/protocol.toml: nothing to reconstruct for classification: no choice has *"),
        ("independent", "3", "claims/protocol.toml: nothing to reconstruct for classification: no fitted finding *"),
    ],
)
@pytest.mark.usefixtures("beside_the_report")
def test_what_cannot_be_reconstructed_gets_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, basis: str, candidates: str, sentence: str
) -> None:
    """Nothing is trained or written, and the sentence names what is missing, for each task and for all."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    register = Path("claims/report.toml")
    register.write_text(register.read_text(encoding="utf-8").replace("independent", basis), encoding="utf-8")
    Path("claims/test_reconstructed_claims.py").write_text(CLAIM, encoding="utf-8")
    open_folder.cache_clear()
    try:
        assert main(["reconstruct", "claims", "--candidates", candidates]) == 2
    finally:
        sys.modules.pop("test_reconstructed_claims", None)
    *said, last = capsys.readouterr().err.splitlines()
    if "candidates is" in sentence:
        assert (said, last + "\n") == ([], sentence)
    else:
        pytest.LineMatcher(said).fnmatch_lines([sentence])
        assert last == "error: claims: nothing is left open that a fitted finding speaks of"
    assert not Path("claims/reconstruction.toml").exists()
    assert not list(Path(".claims-store").glob("runs/*"))


@pytest.mark.usefixtures("beside_the_report")
def test_candidates_are_counted_in_whole_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    """Anything else is an error of usage."""
    with pytest.raises(SystemExit, match="2"):
        main(["reconstruct", "claims", "--candidates", "many"])
    assert "argument --candidates: invalid int value: 'many'" in capsys.readouterr().err


@pytest.mark.usefixtures("beside_the_report")
def test_an_interrupted_search_says_that_nothing_is_lost(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C ends it with one sentence and the usual exit status, 128 + 2."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("harness.reconstruction.all_tasks.reconstruct", interrupted)
    assert main(["reconstruct", "claims"]) == 130
    assert capsys.readouterr().err == (
        "interrupted: finished trainings are kept; the same command goes on from there\n"
    )


COMMAND = [sys.executable, "-m", "harness"]


@pytest.mark.usefixtures("beside_the_report")
def test_output_that_cannot_be_written_is_no_changed_verdict() -> None:
    """Its status is 2, not 1, and it is one sentence."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "cells", "claims"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert re.fullmatch(r"error: OSError: \[Errno 28\] .* \(\w+\.py, line \d+\)\n", done.stderr)


@pytest.mark.usefixtures("beside_the_report")
def test_a_reader_may_stop_reading() -> None:
    """Quietly, as with any program."""
    with subprocess.Popen([*COMMAND, "cells", "claims"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_what_a_terminal_cannot_show_is_written_out(tmp_path: Path) -> None:
    """And the rest is shown."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [*COMMAND, "cells", "naïve"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: na\\xefve/report.toml: cannot be read (No such file or directory)\n"
