from pathlib import Path

import pytest

from harness.base.errors import DataError
from harness.logs.places import find_files

FILES = [
    "runs/adam/seed-0/metrics.csv",
    "runs/adam/seed-10/metrics.csv",
    "runs/sgd/seed-0/metrics.csv",
    "runs/notes.csv",
]


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Write files at several depths."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x\n", encoding="utf-8")
    return tmp_path


def test_a_path_says_what_the_pattern_names(logs: Path) -> None:
    """Also within the name of a folder."""
    found = find_files(logs, "runs/{optimizer}/seed-{seed}/metrics.csv")
    assert [one.said for one in found] == [
        {"optimizer": "adam", "seed": "0"},
        {"optimizer": "adam", "seed": "10"},
        {"optimizer": "sgd", "seed": "0"},
    ]
    assert found[0].path == logs / FILES[0]
    assert found[0].shown == "adam/seed-0/metrics.csv"


@pytest.mark.parametrize(
    ("pattern", "count"),
    [
        ("runs/*/*/metrics.csv", 3),
        ("runs/{optimizer}/*/metrics.csv", 3),
        ("runs/*.csv", 1),
        ("runs/{name}.csv", 1),
        ("runs/notes.csv", 1),
        ("runs/adam/seed-{seed}/{file}.csv", 2),
    ],
)
def test_parts_may_be_anything(logs: Path, pattern: str, count: int) -> None:
    """A part never reaches over a folder; one file needs no pattern."""
    assert len(find_files(logs, pattern)) == count


def test_logs_may_lie_elsewhere(logs: Path) -> None:
    """Beside the report, or anywhere."""
    (logs / "report").mkdir()
    assert len(find_files(logs / "report", "../runs/{optimizer}/{seed}/metrics.csv")) == 3
    assert len(find_files(Path("/"), f"{logs}/runs/{{optimizer}}/{{seed}}/metrics.csv")) == 3


@pytest.mark.parametrize("pattern", ["nothing.csv", "runs", "runs/{x}/nothing.csv", "nowhere/*.csv", "runs/s[0-9].csv"])
def test_no_file_is_one_sentence(logs: Path, pattern: str) -> None:
    """That names the place and the key."""
    with pytest.raises(DataError, match=r": no (such file|file like .*); say in \[logs\], files = \.\.\., where "):
        find_files(logs, pattern)
