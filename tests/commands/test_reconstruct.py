from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from harness.__main__ import main
from harness.drawing.profile_figure import profile_figure
from harness.reconstruction import all_tasks
from harness.reconstruction.scored import Profile

PROFILE = [Profile("dataset", "wine", -12.0, True), Profile("dataset", "iris", -14.0, False)]


def test_the_profile_is_drawn_beside_the_claims(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of each task that was searched; what came out is said on the standard output, and nothing else."""
    found = SimpleNamespace(searches={"classification": SimpleNamespace(profile=PROFILE)})
    monkeypatch.setattr(all_tasks, "reconstruct", lambda *_: found)
    monkeypatch.setattr(all_tasks, "summary", lambda told: ["wine it was"] if told is found else [])
    assert main(["reconstruct", str(tmp_path)]) == 0
    svg = (tmp_path / "reconstruction.svg").read_text(encoding="utf-8")
    assert svg == profile_figure({"classification": PROFILE})
    ElementTree.fromstring(svg)
    assert capsys.readouterr().out == "wine it was\n"


@pytest.mark.parametrize("number", ["0", "-1"])
def test_a_search_tries_something(tmp_path: Path, capsys: pytest.CaptureFixture[str], number: str) -> None:
    """One sentence says what is wrong, and nothing is written."""
    assert main(["reconstruct", str(tmp_path), f"--candidates={number}"]) == 2
    assert capsys.readouterr().err == f"error: --candidates is {number}; give a whole number of at least 1\n"
    assert not list(tmp_path.iterdir())
