from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harness.__main__ import main
from harness.data import registry, splitting
from harness.data.dataset import Dataset
from harness.data.leaks import leaks_in, repeated_rows
from harness.report.protocol_file import read_grid
from tests.builders.reports import DESCRIBED, FLOWERS, PROTOCOL, REPORT, protocol_toml

REPEATED = FLOWERS + "e,1.0,red,x\nf,1.0,red,x\ng,4.0,blue,x\n"
NEARLY_HALF = '{ value = 0.45, origin = "assumed", reason = "usual" }'
CLAIMS = """
@finding
def test_supported(judge):
    judge(mean_over_seeds(SUPPORTED, "ratio"))
"""


def test_rows_are_repeated_if_features_and_target_are(tmp_path: Path) -> None:
    """Twice again is two; the same features with another target are another row; a column left out does not count."""
    (tmp_path / "protocol.toml").write_text(PROTOCOL + DESCRIBED)
    (tmp_path / "flowers.csv").write_text(REPEATED)
    files = read_grid(tmp_path / "protocol.toml").data_files
    assert leaks_in(files.values()) == [
        f"Leakage: 2 of 7 rows in {tmp_path / 'flowers.csv'} repeat an earlier row; a split puts copies into training "
        "and test part alike, and test results look better than they are. Keep one of each."
    ]


def test_a_file_without_repeated_rows_is_not_spoken_of(tmp_path: Path) -> None:
    """No rows repeated, no sentence."""
    (tmp_path / "protocol.toml").write_text(PROTOCOL + DESCRIBED)
    (tmp_path / "flowers.csv").write_text(FLOWERS)
    assert leaks_in(read_grid(tmp_path / "protocol.toml").data_files.values()) == []


@pytest.mark.parametrize("name", registry.names())
def test_of_the_registered_data_only_iris_repeats_a_row(name: str) -> None:
    """And its note says so: two of its flowers measure the same."""
    dataset = registry.load(name)
    assert repeated_rows(dataset) == ("one row stands twice" in dataset.note) == (name == "iris")


def test_a_repeated_row_does_lie_in_both_parts() -> None:
    """What the sentence says happens: of ten rows twice, most splits put one copy of some row on each side."""
    values = np.tile(np.arange(10.0), 2)
    dataset = Dataset(
        name="twice",
        task="regression",
        feature_names=("a",),
        features=values[:, None],
        target=values,
        target_name="b",
        target_unit="m",
        class_names=(),
        source="",
        note="",
    )
    assert repeated_rows(dataset) == 10
    splits = [splitting.split(dataset, 0.3, "none", seed) for seed in range(20)]
    leaking = [np.isin(split.test_features, split.train_features).any() for split in splits]
    assert all(leaking)


def test_data_that_only_another_reconstruction_takes_are_not_spoken_of(tmp_path: Path) -> None:
    """What is trained on iris is no better for flowers that stand twice; unless a claim asks for flowers by name."""
    (tmp_path / "flowers.csv").write_text(REPEATED)
    file = tmp_path / "protocol.toml"
    answer = '{{ value = "{}", {} origin = "assumed", reason = "small" }}'
    told = {}
    for value, instead in (("iris", ["flowers"]), ("flowers", ["iris"]), ("iris", [])):
        dataset = answer.format(value, f"alternatives = {instead}," if instead else "")
        file.write_text(protocol_toml(dataset=dataset, test_size=NEARLY_HALF) + DESCRIBED)
        told[value, *instead] = [data.name for data in read_grid(file).data_in_use]
    assert told == {("iris", "flowers"): [], ("flowers", "iris"): ["flowers"], ("iris",): ["flowers"]}


def test_only_what_is_trained_is_spoken_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By a training of one cell: the data that it takes, not all that the report has."""
    (tmp_path / "protocol.toml").write_text(protocol_toml(test_size=NEARLY_HALF) + DESCRIBED)
    (tmp_path / "report.toml").write_text(REPORT)
    (tmp_path / "flowers.csv").write_text(REPEATED)
    command = ["train", str(tmp_path), "torch-classification-relu-adam", "--seeds", "1"]
    options = ["--store", str(tmp_path / "store")]
    assert (main([*command, *options]), capsys.readouterr().err) == (0, "")
    assert main([*command, *options, "--set", 'dataset="flowers"']) == 0
    assert capsys.readouterr().err.startswith("Leakage: 2 of 7 rows in ")


def test_a_session_tells_of_repeated_rows(pytester: pytest.Pytester, make_claims: Callable[..., None]) -> None:
    """In the terminal, and on top of the page; the session is not failed by it."""
    make_claims(CLAIMS, protocol=PROTOCOL + DESCRIBED)
    (pytester.path / "claims" / "flowers.csv").write_text(REPEATED)
    result = pytester.runpytest_subprocess("claims", "-n", "0")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["Leakage: 2 of 7 rows in */claims/flowers.csv repeat an earlier row; *"])
    page = (pytester.path / "reports" / "index.html").read_text(encoding="utf-8")
    assert "Leakage: 2 of 7 rows in " in page
