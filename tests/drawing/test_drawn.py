from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.drawing import figures, specification_figure
from harness.drawing.drawn import drawing_marks, kept_figure, kept_specification_curve
from harness.statistics.draws import plausible_draw
from harness.statistics.estimate import Reported
from harness.statistics.estimators import mean_over_seeds
from harness.verdicts.band import Band
from tests.builders.runs import random_runs
from tests.builders.specifications import specification_with

BAND = Band(0.9, 1.1, "a tenth either way")
ESTIMATE = mean_over_seeds([0.9, 1.0, 1.2], "ratio")


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count what is drawn; each drawing is the text ``drawing`` and its number."""
    drawn: list[str] = []

    def draw(*_: Any) -> str:
        drawn.append(f"<svg>drawing {len(drawn)}</svg>\n")
        return drawn[-1]

    monkeypatch.setattr(figures, "claim_figure", draw)
    monkeypatch.setattr(specification_figure, "specification_curve", draw)
    return drawn


def test_the_same_picture_is_drawn_once(drawings: list[str], tmp_path: Path) -> None:
    """The second time, the file is read, and gives the same text."""
    pictures = [kept_figure(tmp_path, {"cell": random_runs()}, ESTIMATE, (0.8, 1.3), BAND) for _ in range(2)]
    assert pictures == [drawings[0]] * 2
    assert len(drawings) == 1


def test_the_picture_of_a_reported_number_is_drawn_once(drawings: list[str], tmp_path: Path) -> None:
    """Which draws are printed so is a function, made anew each time: it is no part of the picture."""
    twice = [plausible_draw(Reported(1.0, 0.05), [0.9, 1.0, 1.2], "loss") for _ in range(2)]
    for estimate in twice:
        kept_figure(tmp_path, {}, estimate, (0.0, 1.3), BAND)
    assert len(drawings) == 1


@pytest.mark.parametrize(
    ("runs", "estimate", "interval", "band"),
    [
        ({"other": random_runs()}, ESTIMATE, (0.8, 1.3), BAND),
        ({"cell": random_runs(test_loss=random_runs().test_loss + 1)}, ESTIMATE, (0.8, 1.3), BAND),
        ({"cell": random_runs()}, mean_over_seeds([0.9, 1.0, 1.3], "ratio"), (0.8, 1.3), BAND),
        ({"cell": random_runs()}, replace(ESTIMATE, note="noted"), (0.8, 1.3), BAND),
        ({"cell": random_runs()}, ESTIMATE, (0.8, 1.4), BAND),
        ({"cell": random_runs()}, ESTIMATE, (0.8, 1.3), Band(0.9, 1.2, BAND.reason)),
    ],
    ids=["name", "curves", "sample", "note", "interval", "band"],
)
def test_another_picture_is_drawn(
    drawings: list[str], tmp_path: Path, runs: Any, estimate: Any, interval: Any, band: Any
) -> None:
    """Whatever changes in what is shown, the old picture is not taken for it."""
    kept_figure(tmp_path, {"cell": random_runs()}, ESTIMATE, (0.8, 1.3), BAND)
    assert kept_figure(tmp_path, runs, estimate, interval, band) == drawings[1]


@pytest.mark.parametrize("damage", [b"", b"<svg>", b"<svg>drawing 9</svg>\n\n<!-- sha256 0 -->"])
def test_a_damaged_file_is_drawn_again(drawings: list[str], tmp_path: Path, damage: bytes) -> None:
    """A file that does not hold what was written is replaced."""
    kept_figure(tmp_path, {}, ESTIMATE, (0.8, 1.3), BAND)
    (file,) = (tmp_path / "figures").iterdir()
    file.write_bytes(damage)
    assert kept_figure(tmp_path, {}, ESTIMATE, (0.8, 1.3), BAND) == drawings[1]
    assert kept_figure(tmp_path, {}, ESTIMATE, (0.8, 1.3), BAND) == drawings[1]


@pytest.fixture
def kept(drawings: list[str], tmp_path: Path) -> Path:
    """Draw a picture and return the file in which it is kept."""
    kept_figure(tmp_path, {}, ESTIMATE, (0.8, 1.3), BAND)
    (file,) = (tmp_path / "figures").iterdir()
    return file


def shown_after(kept: Path, payload: bytes, drawings: list[str]) -> bool:
    """Tell whether a file with other bytes is shown; the file then holds again what it held, or a new drawing."""
    before = len(drawings)
    kept.write_bytes(payload)
    picture = kept_figure(kept.parent.parent, {}, ESTIMATE, (0.8, 1.3), BAND)
    assert picture in drawings  # never anything that was not drawn
    return len(drawings) == before


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_is_never_shown(kept: Path, drawings: list[str], place: float, bit: int) -> None:
    """Wherever it is."""
    flipped = bytearray(kept.read_bytes())
    flipped[int(place * len(flipped))] ^= 1 << bit
    assert not shown_after(kept, bytes(flipped), drawings)


@given(proportion=st.floats(0, 1, exclude_max=True))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cut_file_is_never_shown(kept: Path, drawings: list[str], proportion: float) -> None:
    """However much of it is left; the whole file is shown."""
    payload = kept.read_bytes()
    assert shown_after(kept, payload, drawings)
    assert not shown_after(kept, payload[: int(proportion * len(payload))], drawings)


def test_what_cannot_be_kept_is_shown_all_the_same(drawings: list[str], tmp_path: Path) -> None:
    """A picture is not worth an error: it is drawn again the next time."""
    (tmp_path / "figures").write_text("in the way")
    assert kept_figure(tmp_path, {}, ESTIMATE, (0.8, 1.3), BAND) == drawings[0]
    assert kept_figure(tmp_path, {}, ESTIMATE, (0.8, 1.3), BAND) == drawings[1]


def test_the_name_of_a_figure_begins_with_what_drew_it(drawings: list[str], tmp_path: Path) -> None:
    """So pictures of older code can be told from those that are still shown."""
    kept_figure(tmp_path, {}, ESTIMATE, (0.8, 1.3), BAND)
    kept_specification_curve(tmp_path, [specification_with()], BAND, "ratio")
    marks = {file.name.partition("-")[0] for file in (tmp_path / "figures").iterdir()}
    assert len(marks) == 2
    assert marks <= drawing_marks()


def test_the_same_specification_curve_is_drawn_once(drawings: list[str], tmp_path: Path) -> None:
    """It is kept as figures of claims are, in the same folder."""
    pictures = [kept_specification_curve(tmp_path, [specification_with()], BAND, "ratio") for _ in range(2)]
    assert pictures == [drawings[0]] * 2
    assert len(drawings) == 1
    assert len(list((tmp_path / "figures").iterdir())) == 1


@pytest.mark.parametrize(
    ("specifications", "band", "label"),
    [
        ([specification_with(value=1.25)], BAND, "ratio"),
        ([specification_with(high=float("inf"))], BAND, "ratio"),
        ([specification_with(outcome="inconclusive")], BAND, "ratio"),
        ([specification_with(choices={"batch_size": "32"})], BAND, "ratio"),
        ([specification_with(), specification_with(universe="another")], BAND, "ratio"),
        ([specification_with()], Band(0.9, 1.2, BAND.reason), "ratio"),
        ([specification_with()], BAND, "growth"),
    ],
    ids=["value", "interval", "outcome", "choices", "universes", "band", "label"],
)
def test_another_specification_curve_is_drawn(
    drawings: list[str], tmp_path: Path, specifications: Any, band: Any, label: str
) -> None:
    """Whatever changes in what is shown, the old picture is not taken for it."""
    kept_specification_curve(tmp_path, [specification_with()], BAND, "ratio")
    assert kept_specification_curve(tmp_path, specifications, band, label) == drawings[1]
