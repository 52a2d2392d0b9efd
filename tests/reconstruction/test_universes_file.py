import math
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.base.errors import RegisterError
from harness.reconstruction.posterior import Posterior
from harness.reconstruction.search import Search
from harness.reconstruction.spread import SpreadOfFact
from harness.reconstruction.universes import Universe
from harness.reconstruction.universes_file import read_universes, write_universes
from harness.report.grid import Grid
from harness.report.protocol_file import read_grid
from tests.builders.universes import MORE, sampled, search_with, searches_with

SPREADS = {"classification": [SpreadOfFact("test_one", "loss", 0.5, 0.6, 0.1, 0.05)], "regression": []}

MADE_FOR = "these facts"

fuzzed = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def grid(tmp_path: Path) -> Grid:
    """Read a grid of two tasks, of which each leaves five choices open, with 108 combinations."""
    (tmp_path / "protocol.toml").write_text(MORE, encoding="utf-8")
    return read_grid(tmp_path / "protocol.toml")


def written(grid: Grid, folder: Path, searches: dict[str, Search]) -> tuple[Path, list[Universe]]:
    """Write universes, and return the file with them."""
    universes = sampled(searches)
    file = folder / "reconstruction.toml"
    posteriors = {task: Posterior(search) for task, search in searches.items()}
    write_universes(file, posteriors, searches, universes, SPREADS, MADE_FOR)
    return file, universes


def test_what_is_written_is_read_again(grid: Grid, tmp_path: Path) -> None:
    """Names and answers to the letter, weights to four digits."""
    file, universes = written(grid, tmp_path, searches_with(grid, classification=60, regression=7))
    again = read_universes(file, grid, MADE_FOR)
    assert [(one.name, one.answers) for one in again] == [(one.name, one.answers) for one in universes]
    for one, other in zip(again, universes, strict=True):
        assert one.weights == pytest.approx(other.weights, rel=1e-3)
        assert grid.answering(one.answers).configs == grid.answering(other.answers).configs
    assert sum(one.weights["classification"] for one in again) == pytest.approx(1, abs=1e-3)


def test_universes_of_other_facts_are_refused(grid: Grid, tmp_path: Path) -> None:
    """Whoever changed a fitted finding, or brings the file of another register, is told what to run."""
    file, _ = written(grid, tmp_path, searches_with(grid, classification=9))
    with pytest.raises(RegisterError) as error:
        read_universes(file, grid, "of others")
    assert str(error.value) == (
        f"{file}, top level, key 'made_for': these universes were found for other facts or priors; "
        f"write it with: python -m harness reconstruct {file.parent}"
    )


def test_the_file_tells_the_best_candidates_and_what_speaks_for_them(grid: Grid, tmp_path: Path) -> None:
    """With how plausible each answer is, and spreads, below a line on its source."""
    searches = {"classification": search_with(grid, "classification", 60, dropped=50)}
    file, _ = written(grid, tmp_path, searches)
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# Written by `python -m harness reconstruct`: ")
    document = tomllib.loads(text)
    candidates = document["candidates"]["classification"]
    assert [one["log_likelihood"] for one in candidates] == pytest.approx(
        [-0.05 * number for number in range(10)], abs=1e-3
    )
    assert all(one["log_posterior"] < one["log_likelihood"] for one in candidates)
    assert document["spreads"]["classification"][0]["splits"] == 0.1
    answers = document["answers"]["classification"]
    assert {one["choice"] for one in answers} == {*searches["classification"].candidates.choices, "splits"}
    for choice in {one["choice"] for one in answers}:
        for key in ("prior", "posterior", "with_equal_priors"):
            assert sum(one[key] for one in answers if one["choice"] == choice) == pytest.approx(1, abs=0.01)


def test_a_missing_file_gets_one_sentence(grid: Grid, tmp_path: Path) -> None:
    """It says how to write it."""
    file = tmp_path / "claims" / "reconstruction.toml"
    with pytest.raises(RegisterError) as error:
        read_universes(file, grid, MADE_FOR)
    assert str(error.value) == f"{file} is missing; write it with: python -m harness reconstruct {file.parent}"


def change(document: Any, *path: str | int, to: Any) -> None:
    """Change one place of a document; to None removes it."""
    *upper, last = path
    for key in upper:
        document = document[key]
    if to is None:
        del document[last]
    else:
        document[last] = to


@pytest.mark.parametrize(
    ("path", "to", "problem"),
    [
        (["candidates"], None, "top level, key 'candidates': missing"),
        (["extra"], 1, "top level, key 'extra': unknown; *"),
        (["universes"], None, "top level, key 'universes': the first must be named 'default'"),
        (["universes"], [], "top level, key 'universes': the first must be named 'default'"),
        (["universes"], 3, "top level, key 'universes': is 3; give a list"),
        (["universes"], [3], "top level, key 'universes': give tables, each headed [[][[]universes[]][]]"),
        (["universes", 0], None, "top level, key 'universes': the first must be named 'default'"),
        (["universes", 0, "name"], "standard", "top level, key 'universes': the first must be named 'default'"),
        (["universes", 2, "name"], "universe 1", "top level, key 'universes': two have the same name"),
        (["universes", 2, "name"], "default", "table [[]universes #3.answers.*[]], key '*': is no longer the value *"),
        (["universes", 2, "name"], 3, "table [[]universes #3[]], key 'name': is 3; give text"),
        (["universes", 2, "name"], None, "table [[]universes #3[]], key 'name': missing; give text"),
        (["universes", 2, "note"], "x", "table [[]universes #3[]], key 'note': unknown; *"),
        (["universes", 2, "answers"], None, "table [[]universes #3[]], key 'answers': missing; give a table"),
        (["universes", 2, "answers", "regression"], 3, "*answers[]], key 'regression': is 3; give a table"),
        (["universes", 2, "answers", "clustering"], {}, "*answers[]], key 'clustering': no task of the grid; *"),
        (
            ["universes", 0, "answers", "regression"],
            None,
            "table [[]universes #1.weights[]], key 'regression': no task that is answered; there are: classification",
        ),
        (
            ["universes", 2, "answers", "regression", "epochs"],
            7,
            "table [[]universes #3.answers.regression[]], key 'epochs': 7 is neither the value nor an alternative in "
            "*protocol.toml; reconstruct again",
        ),
        (
            ["universes", 0, "answers", "regression", "epochs"],
            12,
            "table [[]universes #1.answers.regression[]], key 'epochs': is no longer the value in *; reconstruct again",
        ),
        (
            ["universes", 2, "answers", "regression", "epochs"],
            None,
            "table [[]universes #3.answers.regression[]], key 'epochs': missing, by the alternatives in *",
        ),
        (
            ["universes", 2, "answers", "regression", "momentum"],
            0.9,
            "table [[]universes #3.answers.regression[]], key 'momentum': not open, by the alternatives in *",
        ),
        (
            ["universes", 2, "answers", "regression", "loss"],
            "squared_error",
            "table [[]universes #3.answers.regression[]], key 'loss': not open, by the alternatives in *",
        ),
        (["universes", 2, "weights"], None, "table [[]universes #3[]], key 'weights': missing; give a table"),
        (["universes", 2, "weights", "clustering"], 0.1, "*weights[]], key 'clustering': no task that is answered; *"),
        (["universes", 2, "weights", "regression"], -0.1, "*'regression': is -0.1; give a proportion between 0 and 1"),
        (
            ["universes", 2, "weights", "regression"],
            math.nan,
            "*'regression': is nan; give a proportion between 0 and 1",
        ),
        (
            ["universes", 2, "weights", "regression"],
            math.inf,
            "*'regression': is inf; give a proportion between 0 and 1",
        ),
        (["universes", 2, "weights", "regression"], "much", "*'regression': is 'much'; give a number"),
    ],
)
def test_a_malformed_file_gets_one_sentence(
    grid: Grid, tmp_path: Path, path: list[str | int], to: Any, problem: str
) -> None:
    """It names file, table and key."""
    file, _ = written(grid, tmp_path, searches_with(grid, classification=30, regression=30))
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    change(document, *path, to=to)
    file.write_text(tomlkit.dumps(document), encoding="utf-8")
    with pytest.raises(RegisterError) as error:
        read_universes(file, grid, MADE_FOR)
    pytest.LineMatcher([str(error.value)]).fnmatch_lines([f"{file}, {problem}"])


def test_another_universe_answers_no_more_than_the_default(grid: Grid, tmp_path: Path) -> None:
    """A task that the default leaves out is not reconstructed."""
    file, _ = written(grid, tmp_path, searches_with(grid, classification=30, regression=30))
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    for part in ("answers", "weights"):
        change(document, "universes", 0, part, "regression", to=None)
    file.write_text(tomlkit.dumps(document), encoding="utf-8")
    with pytest.raises(RegisterError, match="key 'universes': 'default' answers less than another"):
        read_universes(file, grid, MADE_FOR)


def test_answers_are_those_of_the_grid(grid: Grid, tmp_path: Path) -> None:
    """A number that was written otherwise, such as 12.0 for 12, is the grid's, so that it can be trained."""
    file, universes = written(grid, tmp_path, searches_with(grid, classification=30, regression=30))
    text = file.read_text(encoding="utf-8")
    head, _, tail = text.partition("[candidates")
    file.write_text(head.replace("epochs = 12\n", "epochs = 12.0\n") + "[candidates" + tail, encoding="utf-8")
    assert "epochs = 12.0" in file.read_text(encoding="utf-8")
    again = read_universes(file, grid, MADE_FOR)
    assert [one.answers for one in again] == [one.answers for one in universes]
    assert all(type(one.answers["regression"]["epochs"]) is int for one in again)
    assert all(grid.answering(one.answers) for one in again)


def test_a_stale_file_is_refused(grid: Grid, tmp_path: Path) -> None:
    """Where the config now takes another value, or leaves more open, the universes are those of another day."""
    file, _ = written(grid, tmp_path, searches_with(grid, classification=30, regression=30))
    for old, new in (
        ("value = 6, alternatives = [3, 12]", "value = 3, alternatives = [6, 12]"),
        ("value = 6, alternatives = [3, 12]", "value = 6, alternatives = [3]"),
        ("value = 6, alternatives = [3, 12]", "value = 6"),
        ("test_size = { value = 0.3,", "test_size = { value = 0.3, alternatives = [0.2],"),
    ):
        assert old in MORE
        grid.file.write_text(MORE.replace(old, new), encoding="utf-8")
        with pytest.raises(RegisterError, match=r"protocol\.toml; reconstruct again"):
            read_universes(file, read_grid(grid.file), MADE_FOR)


# Whatever the file holds, it is universes or one clear error


def outcome_of(file: Path, text: str, grid: Grid) -> list[Universe] | RegisterError:
    """Return the universes, which must all be ones that can be trained, or the error, whose text must name the file."""
    file.write_text(text, encoding="utf-8")
    try:
        universes = read_universes(file, grid, MADE_FOR)
    except RegisterError as error:
        if not str(error).startswith(str(file)):
            raise AssertionError(f"names no file: {error}") from error
        return error
    for universe in universes:
        grid.answering(universe.answers)
    return universes


values = st.one_of(
    st.sampled_from(["true", "0", "1", "-1", "inf", "nan", "[]", "{}", '""', "[4]", "[4.0]", "12", "12.0", "6", "0.5"]),
    st.sampled_from(["many", "one", "crossed", "default", "universe 1", "standard"]).map(lambda word: f'"{word}"'),
    st.text(max_size=4),
)


@pytest.fixture
def lines(grid: Grid, tmp_path: Path) -> list[str]:
    """Return the lines of a good file with few universes."""
    file, _ = written(grid, tmp_path, searches_with(grid, classification=4, regression=3))
    return file.read_text(encoding="utf-8").splitlines()


@fuzzed
@given(data=st.data())
def test_any_value_anywhere(grid: Grid, tmp_path: Path, lines: list[str], data: st.DataObject) -> None:
    """With one or two values of a good file replaced, it is good or a RegisterError."""
    changed = list(lines)
    places = [number for number, line in enumerate(changed) if " = " in line]
    for number in data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=2)):
        changed[number] = changed[number].split(" = ")[0] + " = " + data.draw(values)
    outcome_of(tmp_path / "reconstruction.toml", "\n".join(changed), grid)


@fuzzed
@given(data=st.data())
def test_any_line_missing(grid: Grid, tmp_path: Path, lines: list[str], data: st.DataObject) -> None:
    """A good file without some of its lines, or with lines moved, is good or a RegisterError."""
    changed = list(lines)
    for _ in range(data.draw(st.integers(1, 3))):
        line = changed.pop(data.draw(st.integers(0, len(changed) - 1)))
        if data.draw(st.booleans()):
            changed.insert(data.draw(st.integers(0, len(changed))), line)
    outcome_of(tmp_path / "reconstruction.toml", "\n".join(changed), grid)


@fuzzed
@given(st.text(max_size=80))
def test_any_text(grid: Grid, tmp_path: Path, text: str) -> None:
    """Random text is a RegisterError."""
    assert isinstance(outcome_of(tmp_path / "reconstruction.toml", text, grid), RegisterError)
