"""The page of single trainings: each cell with its config, its runs, and the command that trains them again."""

import math
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from harness.pages.rendering import anchor, number, render
from harness.pages.run_table import COLUMNS, CONFIG_COLUMNS, RunRow

PAGE = "runs.html"
SHOWN = {
    "split": "split",
    "training": "training",
    "final_test_loss": "test loss",
    "final_test_accuracy": "test accuracy",
    "final_train_loss": "training loss",
    "best_epoch": "best epoch",
    "final_weight_norm": "weight norm",
    "seconds": "seconds",
}
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
        Its fields, as text.
    command
        Trains the same runs again.
    rows
        The texts of `SHOWN`, a row a run; empty if the page would grow too large.
    seeds, diverged
        How many runs there are, and how many diverged.
    test_loss, test_accuracy
        Medians over the runs that did not diverge; NaN where there is none.
    """

    name: str
    anchor: str
    config: Mapping[str, str]
    command: str
    rows: Sequence[Sequence[str]]
    seeds: int
    diverged: int
    test_loss: float
    test_accuracy: float


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
        columns=list(SHOWN.values()),
        described={name: COLUMNS[name] for name in SHOWN},
    )


def cell_views(rows: Iterable[RunRow], most_rows: int) -> list[CellView]:
    """Return one view for each config under each cell's name, in the order of the rows."""
    groups: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for row in rows:
        run = dict(zip(COLUMNS, row, strict=True))
        groups.setdefault((run["report"], run["cell"], run["config"]), []).append(run)
    firsts: dict[str, list[dict[str, str]]] = {}
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


def train_command(run: Mapping[str, str], seeds: int, namesakes: Sequence[Mapping[str, str]]) -> str:
    """Return the command that trains a run's config over its first seeds.

    Parameters
    ----------
    namesakes
        One run of each config under the same cell's name. Fields in which they differ, as in other universes, are
        set, and so are those that the name gives in parentheses.
    """
    cell, _, changes = run["cell"].partition(" (")
    changed = set(re.findall(r"(\w+)=", changes))
    changed |= {name for name in CONFIG_COLUMNS if len({other[name] for other in namesakes}) > 1}
    settings = [f"{name}={_as_set(name, run[name])}" for name in CONFIG_COLUMNS if name in changed]
    words = ["python", "-m", "harness", "train", run["report"], cell, "--seeds", str(seeds)]
    return shlex.join([*words, *(word for setting in settings for word in ("--set", setting))])


def _as_set(name: str, text: str) -> str:
    return f"[{text.replace('-', ', ')}]" if name == "hidden_widths" else text


def _view(runs: Sequence[Mapping[str, str]], place: str, command: str, shown: bool) -> CellView:
    return CellView(
        name=runs[0]["cell"],
        anchor=place,
        config={name: runs[0][name] for name in CONFIG_COLUMNS},
        command=command,
        rows=[_texts(run) for run in runs] if shown else [],
        seeds=len(runs),
        diverged=sum(_diverged(run) for run in runs),
        test_loss=_median(runs, "final_test_loss"),
        test_accuracy=_median(runs, "final_test_accuracy"),
    )


def _texts(run: Mapping[str, str]) -> list[str]:
    texts = [run[name] if name in ("split", "training") else _number(run[name]) for name in SHOWN]
    return [*texts[:2], "diverged", *texts[3:]] if _diverged(run) else texts


def _diverged(run: Mapping[str, str]) -> bool:
    return run["diverged"] == "True"


def _number(text: str) -> str:
    return number(float(text)) if text else ""


def _median(runs: Sequence[Mapping[str, str]], name: str) -> float:
    values = [float(run[name]) for run in runs if run[name] and not _diverged(run)]
    return median(values) if values else math.nan
