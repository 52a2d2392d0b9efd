import math
from dataclasses import replace
from pathlib import Path

import pytest

from harness.base.errors import HarnessError
from harness.reconstruction.posterior import Posterior
from harness.reconstruction.universes import DEFAULT, ON_ONE_SPLIT, UNIVERSES
from harness.report.grid import Grid
from harness.report.protocol_file import read_grid
from tests.builders.universes import MORE, sampled, search_with, searches_with


@pytest.fixture
def grid(tmp_path: Path) -> Grid:
    """Read a grid of two tasks, of which each leaves five choices open, with 108 combinations."""
    (tmp_path / "protocol.toml").write_text(MORE, encoding="utf-8")
    return read_grid(tmp_path / "protocol.toml")


def test_the_first_universe_is_that_of_the_config(grid: Grid) -> None:
    """Whatever likelihood it has, its answers are the values of the file."""
    first, *others = sampled(searches_with(grid, classification=60, regression=60))
    assert first.name == DEFAULT
    for task, choices in grid.reconstruction.items():
        assert first.answers[task] == {field: choices[field].value for field in first.answers[task]}
        assert grid.answering(first.answers).configs == grid.configs
    names = [one.name for one in (first, *others)]
    assert len(set(names)) == len(names)


def test_universes_are_different_and_their_weights_add_up_to_1(grid: Grid) -> None:
    """As many as asked for of each task, or all there are, each on many splits; the default has no weight."""
    universes = sampled(searches_with(grid, classification=60, regression=7))
    for task, count in (("classification", UNIVERSES), ("regression", 7)):
        drawn = [one for one in universes if one.weights.get(task, 0.0) > 0]
        assert len(drawn) == count
        assert sum(one.weights[task] for one in drawn) == pytest.approx(1)
        answers = [str(sorted(one.answers[task].items())) for one in drawn]
        assert len(set(answers)) == len(answers)
        assert {one.answers[task]["splits"] for one in drawn} == {"many"}
    assert set(universes[0].weights.values()) == {0.0}


def test_a_candidate_that_was_dropped_is_no_universe(grid: Grid) -> None:
    """Only a bound is known of it, and that it is far behind."""
    search = search_with(grid, "classification", 60, dropped=55)
    universes = sampled({"classification": search})
    known = [scored.answers for scored in search.scored.values() if scored.complete]
    for one in universes[1:]:
        assert {field: one.answers["classification"][field] for field in search.candidates.choices} in known


def test_the_most_plausible_protocols_come_again_on_one_split(grid: Grid) -> None:
    """Without weight, since a single split is another population; not where splits are settled."""
    search = search_with(grid, "classification", 60)
    universes = sampled({"classification": search})
    on_one = [one for one in universes if one.answers["classification"]["splits"] == "one"]
    best = [scored.answers for _, scored in search.ranked[:ON_ONE_SPLIT]]
    assert [
        {field: one.answers["classification"][field] for field in search.candidates.choices} for one in on_one
    ] == best
    assert {one.weights["classification"] for one in on_one} == {0.0}
    settled = replace(grid.reconstruction["classification"]["splits"], alternatives=())
    only = replace(
        grid, reconstruction={"classification": {**grid.reconstruction["classification"], "splits": settled}}
    )
    universes = sampled({"classification": search_with(only, "classification", 30)})
    assert {one.answers["classification"]["splits"] for one in universes} == {"many"}


def test_a_report_that_nothing_explains_has_no_universes(grid: Grid) -> None:
    """One sentence says so."""
    search = search_with(grid, "classification", 5)
    for one, scored in search.scored.items():
        search.scored[one] = replace(scored, log_likelihoods=dict.fromkeys(scored.log_likelihoods, -math.inf))
    with pytest.raises(HarnessError, match="none of 5 candidates for classification can show all fitted facts"):
        Posterior(search)
