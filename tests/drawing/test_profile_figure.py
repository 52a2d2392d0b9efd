"""The picture of what the facts say of each answer."""

import math
from xml.etree import ElementTree

import pytest

from harness.drawing.profile_figure import profile_figure
from harness.drawing.values import panels_of
from harness.reconstruction.scored import Profile
from tests.builders.figures import texts_of

FOUND = [
    Profile("dataset", "wine", -12.0, True),
    Profile("dataset", "<script>alert(1)</script>", -14.0, True),
    Profile("batch_size", "1", -40.0, False),
    Profile("batch_size", "16", -math.inf, False),
]


def test_names_stand_in_the_picture_as_text() -> None:
    """It is valid XML in which every choice and answer can be read, hostile ones as text."""
    svg = profile_figure({"classification": FOUND, "regression": FOUND[:2]})
    texts = "".join(ElementTree.fromstring(svg).itertext())
    for name in ("dataset", "batch_size", "wine", "<script>alert(1)</script>", "classification", "regression"):
        assert name in texts
    assert "<script" not in svg


def test_the_same_input_gives_the_same_picture() -> None:
    """Nothing in it depends on time or likelihood."""
    assert profile_figure({"task": FOUND}) == profile_figure({"task": FOUND})


@pytest.mark.parametrize("found", [FOUND[:1], FOUND[2:3]])
def test_a_single_answer_can_be_drawn(found: list[Profile]) -> None:
    """One answer, complete or dropped, is no special case."""
    ElementTree.fromstring(profile_figure({"task": found}))


def test_it_tells_its_numbers() -> None:
    """How far each answer falls behind the best, and which were dropped; none where none is known."""
    (panel,) = panels_of(profile_figure({"task": FOUND}))
    assert panel.values is not None
    assert panel.values.series == {"log likelihood below the best": [[0, -2, -28, None]]}
    assert panel.values.labels[0] == "dataset: wine"
    assert panel.values.labels[2] == "batch_size: 1 (dropped there or below)"
    assert panel.ends[0] > panel.values.at[0] > panel.values.at[-1] > panel.ends[1]


def test_long_answers_are_cut() -> None:
    """An answer longer than the margin is cut, so that it does not run over its neighbour."""
    svg = profile_figure({"task": [Profile("loss", "x" * 200, -1.0, True)]})
    assert "x" * 100 not in texts_of(svg)
    (panel,) = panels_of(svg)
    assert panel.values is not None
    assert list(panel.values.labels) == ["loss: " + "x" * 200]
