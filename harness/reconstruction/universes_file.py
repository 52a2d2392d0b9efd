"""Universes as they are kept beside the claims, in ``reconstruction.toml``: written, and read against the grid."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import tomlkit

from harness.base.errors import RegisterError
from harness.base.files import write_atomically
from harness.base.tables import Table
from harness.reconstruction.candidates import Answers
from harness.reconstruction.posterior import Posterior
from harness.reconstruction.search import Search
from harness.reconstruction.specification import DEFAULT
from harness.reconstruction.spread import SpreadOfFact
from harness.reconstruction.universes import UNIVERSES, Universe
from harness.report.choices import Choice
from harness.report.configs import AVERAGED_CHOICE, SPLITS_CHOICE
from harness.report.grid import Grid


def write_universes(
    file: Path,
    posteriors: Mapping[str, Posterior],
    searches: Mapping[str, Search],
    universes: list[Universe],
    spreads: Mapping[str, list[SpreadOfFact]],
    made_for: str,
) -> None:
    """Write what was found: the universes, and for each task the best candidates.

    Besides, how plausible each answer is, and the spread of each reported number over splits and trainings.

    Parameters
    ----------
    made_for
        As of `harness.reconstruction.facts.digest_of_facts`.
    """
    document = tomlkit.document()
    for line in (
        "Written by `python -m harness reconstruct`: which configs make the fitted facts likely, and a sample of",
        "these, the universes, in which `pytest --claims-universes all` judges every finding. Their weights add up to",
        "1; log_likelihood is of one repetition showing all facts; made_for names the facts.",
    ):
        document.add(tomlkit.comment(line))
    document["made_for"] = made_for
    document["universes"] = [
        {"name": one.name, "weights": _finite(one.weights), "answers": dict(one.answers)} for one in universes
    ]
    document["candidates"] = {
        task: [
            {
                "log_posterior": round(scored.log_posterior, 3),
                "log_likelihood": round(scored.log_likelihood, 3),
                "answers": scored.answers,
            }
            for _, scored in search.ranked[:UNIVERSES]
        ]
        for task, search in searches.items()
    }
    document["answers"] = {
        task: [
            {
                "choice": one.choice,
                "answer": one.answer,
                **{key: float(f"{getattr(one, key):.3g}") for key in ("prior", "posterior", "with_equal_priors")},
            }
            for one in posterior.answers
        ]
        for task, posterior in posteriors.items()
    }
    document["spreads"] = {task: [asdict(one) for one in found] for task, found in spreads.items()}
    write_atomically(file, tomlkit.dumps(document).encode())


def read_universes(file: Path, grid: Grid, made_for: str) -> list[Universe]:
    """Read the universes of a report.

    Parameters
    ----------
    made_for
        The digest of the register's fitted facts and the grid's priors, as of
        `harness.reconstruction.facts.digest_of_facts`.

    Raises
    ------
    RegisterError
        If the file is missing or malformed, or answers what `grid` does not leave open; naming file, table and key.
    """
    if not file.exists():
        raise RegisterError(f"{file} is missing; {_remedy(file)}")
    top = Table.read(file)
    if "made_for" not in top or top.get("made_for", str) != made_for:
        raise top.error("made_for", f"these universes were found for other facts or priors; {_remedy(file)}")
    for known in ("candidates", "answers", "spreads"):
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


def _remedy(file: Path) -> str:
    return f"write it with: python -m harness reconstruct {file.parent}"


def _universe(table: Table, grid: Grid) -> Universe:
    name = table.get("name", str)
    weights_table, answers_table = table.table("weights"), table.table("answers")
    answers: dict[str, Answers] = {}
    for task, fields in answers_table.named_tables():
        if task not in grid.reconstruction:
            raise answers_table.error(task, f"no task of the grid; there are: {', '.join(grid.reconstruction)}")
        choices = grid.reconstruction[task]
        still_open = {
            field
            for field, choice in choices.items()
            if (choice.alternatives and field != AVERAGED_CHOICE) or field == SPLITS_CHOICE
        }
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
    for answer in choice.answers:
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
