"""The command line."""

from pathlib import Path

import pytest

from harness.__main__ import main


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


@pytest.mark.usefixtures("beside_the_report")
def test_train_trains_a_cell_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """Each seed's end is printed, and a second call finds the same in the store."""
    arguments = ["train", "claims", "torch-classification-tanh-adam", "--seeds", "2"]
    assert main(arguments) == 0
    first = capsys.readouterr().out
    assert "split   1  training   1  test loss" in first
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
