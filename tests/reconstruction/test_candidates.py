from dataclasses import replace
from pathlib import Path

import pytest

from harness.reconstruction.candidates import Candidates, candidates_of
from harness.report.protocol_file import read_grid
from tests.builders.reconstructions import PROTOCOL


@pytest.fixture
def candidates(tmp_path: Path) -> Candidates:
    """Return 18 candidates: of two, three and three answers."""
    (tmp_path / "protocol.toml").write_text(PROTOCOL, encoding="utf-8")
    return candidates_of(read_grid(tmp_path / "protocol.toml").reconstruction["classification"])


def test_random_candidates_are_balanced_and_the_same_each_time(candidates: Candidates) -> None:
    """Each option of each field is as frequent as the others, but for candidates that came twice."""
    assert candidates.random(0) == []
    drawn = candidates.random(12)
    assert drawn == candidates.random(12)
    assert len(set(drawn)) == len(drawn) >= 8
    for place, choice in enumerate(candidates.choices.values()):
        counts = [sum(candidate[place] == option for candidate in drawn) for option in range(len(choice.answers))]
        assert max(counts) - min(counts) <= 1 + 12 - len(drawn)


def test_random_candidates_do_not_depend_on_what_is_taken_today(candidates: Candidates) -> None:
    """Whoever takes the best candidate as the value finds it again."""
    swapped = {
        name: replace(choice, value=choice.answers[-1], alternatives=choice.answers[:-1])
        for name, choice in candidates.choices.items()
    }
    other = Candidates(swapped)
    drawn = [[each.answers(candidate) for candidate in each.random(12)] for each in (candidates, other)]
    assert drawn[0] == drawn[1]
    assert candidates.random(12) != other.random(12)


def test_neighbours_differ_in_one_answer(candidates: Candidates) -> None:
    """There is one for each alternative of each field."""
    near = candidates.neighbours((1, 0, 2))
    assert len(near) == len(set(near)) == 1 + 2 + 2
    for candidate in near:
        assert sum(one != other for one, other in zip(candidate, (1, 0, 2), strict=True)) == 1


def test_how_many_splits_there_are_is_not_searched_for(candidates: Candidates) -> None:
    """That a certain split fits says nothing of the config."""
    assert candidates.default == (0, 0, 0)
    assert list(candidates.choices) == ["scaling", "learning_rate", "epochs"]
    assert candidates.answers((1, 0, 2)) == {"scaling": "min-max", "learning_rate": 0.03, "epochs": 12}
    assert candidates.described((1, 0, 2)) == "scaling min-max, learning_rate 0.03, epochs 12"
