"""The picture of what the facts say of each answer."""

import math
from xml.etree import ElementTree

import pytest

from harness.drawing.profile_figure import profile_figure
from harness.reconstruction.search import Profile

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


def test_long_answers_are_cut() -> None:
    """An answer longer than the margin is cut, so that it does not run over its neighbour."""
    svg = profile_figure({"task": [Profile("loss", "x" * 200, -1.0, True)]})
    assert "x" * 100 not in svg
