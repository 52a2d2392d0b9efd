"""Universes: whole reconstructions among which a report leaves the choice, and how plausible each is.

The multiverse analysis of Steegen et al. 2016 (Perspectives on Psychological Science 11, 702-712), for configs. They
are found by `harness.reconstruction.search` and kept in ``reconstruction.toml`` beside the claims.
"""

import itertools
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import tomlkit

from harness.base.errors import RegisterError
from harness.base.files import write_atomically
from harness.base.tables import Table
from harness.reconstruction.likelihood import weights_of
from harness.reconstruction.search import Answers, Search
from harness.reconstruction.specification import DEFAULT
from harness.reconstruction.spread import SpreadOfFact
from harness.report.choices import Choice
from harness.report.grid import SPLITS_CHOICE, Grid

UNIVERSES_FILE = "reconstruction.toml"
PROFILE_FILE = "reconstruction.svg"
LEAST_UNIVERSES = 24
# Keys of the first edition, with what took their place.
RENAMED = {"log_chance": "log_likelihood", "chances": "likelihoods", "test_share": "test_size"}


@dataclass(frozen=True, eq=False)
class Universe:
    """One answer to everything that the report leaves open.

    Attributes
    ----------
    name
        ``default`` is that of ``protocol.toml``.
    answers
        By task and field, what is taken.
    weights
        By task, how plausible that is among the universes, by the fitted facts; they add up to 1. NaN if unknown.
    """

    name: str
    answers: Mapping[str, Answers]
    weights: Mapping[str, float]


def chosen_universes(searches: Mapping[str, Search]) -> list[Universe]:
    """Return at least `LEAST_UNIVERSES` universes: the default, the best with each alternative, then the second best.

    Each alternative has a universe, however implausible, so that it shows what hangs on it; its weight says the rest.
    """
    chosen = {task: _chosen_candidates(search) for task, search in searches.items()}
    count = max(map(len, chosen.values()))
    names = [DEFAULT, *(f"universe {number}" for number in range(1, count))]
    answers: dict[str, dict[str, Answers]] = {name: {} for name in names}
    weights: dict[str, dict[str, float]] = {name: {} for name in names}
    for task, search in searches.items():
        candidates = dict(zip(names, chosen[task], strict=False))
        proportions = weights_of({name: search.scored[one].log_likelihood for name, one in candidates.items()})
        choice = search.grid.reconstruction[task][SPLITS_CHOICE]
        for number, (name, one) in enumerate(candidates.items()):
            # In turn, so that no other answer goes along with it; the facts say nothing of it.
            splits = (choice.value, *choice.alternatives)[number % (1 + len(choice.alternatives))]
            answers[name][task] = {**search.answers(one), SPLITS_CHOICE: splits}
            weights[name][task] = proportions[name]
    return [Universe(name, answers[name], weights[name]) for name in names]


def _chosen_candidates(search: Search) -> list[tuple[int, ...]]:
    # Of a candidate that was dropped only a bound is known: those whose facts are all known come first.
    best_first = sorted(
        search.scored, key=lambda one: (not search.scored[one].complete, -search.scored[one].log_likelihood, one)
    )
    alternatives = [
        (place, option) for place, values in enumerate(search.options.values()) for option in range(len(values))
    ]
    chosen = [search.default]
    for place, option in alternatives:
        if not any(one[place] == option for one in chosen):
            chosen += [one for one in best_first if one[place] == option][:1]
    # Filled up in turn, not from the top: the best candidates are alike, and would not tell one choice from another.
    for place, option in itertools.cycle(alternatives):
        if len(chosen) >= min(LEAST_UNIVERSES, len(best_first)):
            return chosen
        chosen += [one for one in best_first if one[place] == option and one not in chosen][:1]
    return chosen


def write_universes(
    file: Path, searches: Mapping[str, Search], universes: list[Universe], spreads: Mapping[str, list[SpreadOfFact]]
) -> None:
    """Write what was found: the universes, and for each task the best candidates with the likelihood of each fact.

    Besides, what the facts say of each answer, and the spread of each reported number over splits and trainings.
    """
    document = tomlkit.document()
    for line in (
        "Written by `python -m harness reconstruct`. Which configs make the fitted facts likely, and the",
        "universes in which `pytest --claims-universes all` judges every finding. Likelihoods are of one repetition",
        "showing the fact; log_likelihood is the logarithm of their product; weights add up to 1 over the universes.",
    ):
        document.add(tomlkit.comment(line))
    document["universes"] = [
        {"name": one.name, "weights": _finite(one.weights), "answers": dict(one.answers)} for one in universes
    ]
    document["candidates"] = {
        task: [
            {
                "log_likelihood": round(scored.log_likelihood, 3),
                "answers": scored.answers,
                "likelihoods": {fact: _likelihood(value) for fact, value in scored.log_likelihoods.items()},
            }
            for _, scored in search.ranked[:LEAST_UNIVERSES]
        ]
        for task, search in searches.items()
    }
    document["profiles"] = {
        task: [
            {**asdict(one), "log_likelihood": round(one.log_likelihood, 3)}
            for one in search.profile
            if math.isfinite(one.log_likelihood)
        ]
        for task, search in searches.items()
    }
    document["spreads"] = {task: [asdict(one) for one in found] for task, found in spreads.items()}
    write_atomically(file, tomlkit.dumps(document).encode())


def read_universes(file: Path, grid: Grid) -> list[Universe]:
    """Read the universes of a report.

    Raises
    ------
    RegisterError
        If the file is missing or malformed, or answers what `grid` does not leave open; naming file, table and key.
    """
    if not file.exists():
        raise RegisterError(f"{file} is missing; write it with: python -m harness reconstruct {file.parent}")
    top = Table.read(file, RENAMED)
    for known in ("candidates", "profiles", "spreads"):
        top.get_any(known)
    universes = [_universe(table, grid) for table in top.tables("universes")]
    top.close()
    if not universes or universes[0].name != DEFAULT:
        raise top.error("universes", f"the first must be named {DEFAULT!r}")
    names = [universe.name for universe in universes]
    if len(set(names)) < len(names):
        raise top.error("universes", "two have the same name")
    if any(set(universe.answers) - set(universes[0].answers) for universe in universes):
        raise top.error("universes", f"{DEFAULT!r} answers less than another")
    return universes


def _universe(table: Table, grid: Grid) -> Universe:
    name = table.get("name", str)
    weights_table, answers_table = table.table("weights"), table.table("answers")
    answers: dict[str, Answers] = {}
    for task, fields in answers_table.named_tables():
        if task not in grid.reconstruction:
            raise answers_table.error(task, f"no task of the grid; there are: {', '.join(grid.reconstruction)}")
        choices = grid.reconstruction[task]
        still_open = {field for field, choice in choices.items() if choice.alternatives or field == SPLITS_CHOICE}
        for field in sorted(still_open ^ set(fields)):
            problem = "missing" if field in still_open else "not open"
            raise fields.error(field, f"{problem}, by the alternatives in {grid.file}; reconstruct again")
        answers[task] = {field: _answer(fields, field, choices[field], grid.file) for field in fields}
        if name == DEFAULT and (changed := [field for field in fields if answers[task][field] != choices[field].value]):
            raise fields.error(changed[0], f"is no longer the value in {grid.file}; reconstruct again")
    weights = {task: _weight(weights_table, task, answers) for task in weights_table}
    table.close()
    return Universe(name, answers, {task: weights.get(task, math.nan) for task in answers})


def _answer(fields: Table, field: str, choice: Choice, file: Path) -> Any:
    value = fields.get_any(field)
    for answer in (choice.value, *choice.alternatives):
        if answer == value:
            return answer
    raise fields.error(field, f"{value!r} is neither the value nor an alternative in {file}; reconstruct again")


def _weight(weights: Table, task: str, answers: Mapping[str, Answers]) -> float:
    if task not in answers:
        raise weights.error(task, f"no task that is answered; there are: {', '.join(answers) or 'none'}")
    weight = weights.get(task, float)
    if not 0 <= weight <= 1:
        raise weights.error(task, f"is {weight!r}; give a proportion between 0 and 1")
    return weight


def _finite(weights: Mapping[str, float]) -> dict[str, float]:
    return {task: float(f"{weight:.4g}") for task, weight in weights.items() if math.isfinite(weight)}


def _likelihood(log_likelihood: float) -> float:
    return float(f"{math.exp(log_likelihood):.3g}")
