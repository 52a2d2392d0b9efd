"""The page of single trainings: each cell with its config, its runs, and the command that trains them again."""

import json
import math
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from harness.pages.rendering import anchor, number, render
from harness.pages.run_table import RunRow, field_text
from harness.training.runs import FINAL, SECONDS

PAGE = "runs.html"
# What a browser still lays out in about a second.
MOST_ROWS = 12_000


@dataclass(frozen=True, kw_only=True)
class CellView:
    """All runs of one config under one cell's name.

    Attributes
    ----------
    anchor
        That of the cell's name; of further configs under the same name, one with the config's digest.
    config
        Its trainer and fields, as text.
    command
        Trains the same runs again.
    columns
        What the table shows of a run, after its two seeds.
    rows
        The texts of a run, one row each; empty if the page would grow too large.
    seeds, diverged
        How many runs there are, and how many diverged.
    medians
        Of the first two columns, over the runs that did not diverge, by name; without those of which none is a number.
    """

    name: str
    anchor: str
    config: Mapping[str, str]
    command: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    seeds: int
    diverged: int
    medians: Mapping[str, float]


def runs_html(rows: Iterable[RunRow], *, title: str, audit_log: str = "claims.html", most_rows: int = MOST_ROWS) -> str:
    """Return the page of single trainings, as one HTML document.

    Parameters
    ----------
    rows
        Of `harness.pages.run_table`.
    title
        Of the report under test.
    audit_log
        As of `harness.pages.context.PageContext`.
    most_rows
        How many runs may be listed; of the cells beyond, only the summary is shown.
    """
    return render(
        "runs.html.jinja",
        page=PAGE,
        audit_log=audit_log,
        title=f"Trainings: {title}",
        report=title,
        cells=cell_views(rows, most_rows),
    )


def cell_views(rows: Iterable[RunRow], most_rows: int) -> list[CellView]:
    """Return one view for each config under each cell's name, in the order of the rows."""
    groups: dict[tuple[str, str, str], list[RunRow]] = {}
    for row in rows:
        groups.setdefault((row.report, row.cell, row.config), []).append(row)
    firsts: dict[str, list[RunRow]] = {}
    for (_, cell, _), runs in groups.items():
        firsts.setdefault(cell, []).append(runs[0])
    views, listed = [], 0
    for (report, cell, config), runs in groups.items():
        listed += len(runs)
        only = runs[0] is firsts[cell][0]
        views.append(
            _view(
                runs,
                anchor(cell) if only else anchor(cell, report, config),
                train_command(runs[0], len(runs), firsts[cell]),
                shown=listed <= most_rows,
            )
        )
    return views


def train_command(run: RunRow, seeds: int, namesakes: Sequence[RunRow]) -> str:
    """Return the command that trains a run's config over its first seeds.

    Parameters
    ----------
    namesakes
        One run of each config under the same cell's name. Fields in which they differ, as in other universes, are
        set, and so are those that the name gives in parentheses.
    """
    cell, _, changes = run.cell.partition(" (")
    changed = set(re.findall(r"(\w+)=", changes))
    changed |= {name for name, value in run.fields.items() if any(one.fields.get(name) != value for one in namesakes)}
    settings = [f"{name}={_as_set(value)}" for name, value in run.fields.items() if name in changed]
    words = ["python", "-m", "harness", "train", run.report, cell, "--seeds", str(seeds)]
    return shlex.join([*words, *(word for setting in settings for word in ("--set", setting))])


def _as_set(value: Any) -> str:
    """Return a value as ``--set`` takes it: as TOML has it, text without its quotes."""
    return value if isinstance(value, str) else json.dumps(value)


def _view(runs: Sequence[RunRow], place: str, command: str, shown: bool) -> CellView:
    first = runs[0]
    metrics = shown_metrics(runs)
    medians = {_label(name): _median(runs, name) for name in metrics[:2]}
    return CellView(
        name=first.cell,
        anchor=place,
        config={"trainer": first.trainer, **{name: field_text(value) for name, value in first.fields.items()}},
        command=command,
        columns=[_label(name) for name in metrics],
        rows=[_texts(run, metrics) for run in runs] if shown else [],
        seeds=len(runs),
        diverged=sum(run.diverged for run in runs),
        medians={name: middle for name, middle in medians.items() if not math.isnan(middle)},
    )


def shown_metrics(runs: Sequence[RunRow]) -> list[str]:
    """Return the metrics that a table shows: those of the test rows first, times last."""
    names = list(dict.fromkeys(name for run in runs for name in run.metrics))
    return sorted(names, key=lambda name: (name == SECONDS, not name.startswith(f"{FINAL}test_"), "loss" not in name))


def _label(metric: str) -> str:
    return metric.removeprefix(FINAL).replace("_", " ")


def _texts(run: RunRow, metrics: Sequence[str]) -> list[str]:
    texts = [_number(run.metrics.get(name, math.nan)) for name in metrics]
    told = ["diverged", *texts[1:]] if run.diverged else texts
    return [str(run.split), str(run.training), *told]


def _number(value: float) -> str:
    return "" if math.isnan(value) else number(value)


def _median(runs: Sequence[RunRow], name: str) -> float:
    values = [run.metrics.get(name, math.nan) for run in runs if not run.diverged]
    known = [value for value in values if not math.isnan(value)]
    return median(known) if known else math.nan
