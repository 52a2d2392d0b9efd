"""``logs``: look at runs that were logged, and start the folder of a report on them."""

import argparse
import json
import keyword
import os
from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from harness.base.errors import DataError
from harness.commands.new_folder import claims_file, fill_new_folder

if TYPE_CHECKING:
    from harness.logs.guessing import Guess

HELP = "look at runs that were logged, and start the folder of a report on them"
SHOWN = 8  # values of a column


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("place", type=Path, help="a file of runs (CSV, Parquet, JSON), or a folder of such")
    parser.add_argument("folder", type=Path, nargs="?", help="of the report, to be made; without it, only look")


def run(options: argparse.Namespace) -> int:
    """Say what is there and, where a folder is given, write the files of a report on it.

    Raises
    ------
    HarnessError
        If nothing there can be read, or the folder cannot be written to.
    """
    from harness.logs.guessing import guess

    found = guess(options.place.absolute())
    for line in _described(found):
        print(line)
    if options.folder is None:
        return 0
    if not found.seed or not found.metrics:
        lacking = "tells runs apart, such as a seed" if not found.seed else "holds a metric"
        raise DataError(f"{options.place}: no column looks as if it {lacking}; write [logs] by hand")
    base = options.place.parent if found.files == options.place.name else options.place
    files = (Path(os.path.relpath(base, options.folder)) / found.files).as_posix()
    fill_new_folder(options.folder, _files(found, files, claims_file(options.folder)))
    print(f"{options.folder}: mapping and a first finding, to be read and replaced by yours. Next:")
    print(f"  pytest {options.folder}")
    return 0


def _described(found: "Guess") -> list[str]:
    metrics = ", ".join(found.metrics)
    told = {
        "files": f"{found.files} ({found.rows} rows looked at)",
        "seed": found.seed or "none found",
        "step": found.step or "none: one row a run",
        "metrics": (metrics or "none found") + (f", named by {found.metric}" if found.metric else ""),
        "status": f"{found.status}: {', '.join(found.states)}" if found.status else "",
        **{f"axis {name}": _few(values) for name, values in found.axes.items()},
        "left out": ", ".join(found.left_out),
    }
    width = max(map(len, told))
    return [f"{name:{width}}  {text}" for name, text in told.items() if text]


def _few(values: tuple[str, ...]) -> str:
    more = f", ... ({len(values)} in all)" if len(values) > SHOWN else ""
    return ", ".join(values[:SHOWN]) + more


def _files(found: "Guess", files: str, claims: str) -> dict[str, str]:
    keys = _keys(found.axes)
    return {
        "protocol.toml": _protocol(found, files, keys),
        "report.toml": _REPORT.replace("METRIC", _escaped(found.metrics[0])),
        claims: _claims(found, keys),
    }


def _escaped(text: str) -> str:
    """Return a text as it stands between the quotes of a string, in TOML and in Python."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _protocol(found: "Guess", files: str, keys: Mapping[str, str]) -> str:
    lines = ["# Where the runs are logged, and which columns are what: a guess, to be read and mended.", "", "[logs]"]
    lines += [f"files = {json.dumps(files)}", f"seed = {json.dumps(found.seed)} # tells the runs of a cell apart"]
    if found.step:
        lines += [f"step = {json.dumps(found.step)} # a metric is then a curve"]
    if found.metric:
        lines += [f"metric = {json.dumps(found.metric)}", f"value = {json.dumps(found.value)}"]
    else:
        lines += [f"metrics = {json.dumps(list(found.metrics))}"]
    if found.status:
        lines += [f"status = {json.dumps(found.status)}"]
        lines += [f"finished = {json.dumps(list(found.states))} # keep those that count"]
    lines += ["# planned_seeds = 20 # if it was fixed beforehand how many runs of each cell there would be", ""]
    columns = {name: key for name, key in keys.items() if key != name}
    if columns:
        lines += ["[logs.columns]", *(f"{key} = {json.dumps(name)}" for name, key in columns.items()), ""]
    lines += ["[axes] # each combination that was run is a cell"]
    lines += [f"{keys[name]} = {_toml(values)}" for name, values in found.axes.items()]
    return "\n".join([*lines, ""])


def _toml(values: tuple[str, ...]) -> str:
    """Return values as TOML writes them, numbers as numbers."""
    try:
        return f"[{', '.join(str(json.loads(value) + 0) for value in values)}]"
    except (ValueError, TypeError):
        return json.dumps(list(values), ensure_ascii=False)


def _keys(columns: Iterable[str]) -> dict[str, str]:
    """Return names by which a claim can ask for the values of columns, no two the same and none a word of Python."""
    keys: dict[str, str] = {}
    for name in columns:
        plain = "".join(one if one.isascii() and one.isalnum() else "_" for one in name).strip("_")
        key = plain if plain.isidentifier() and not keyword.iskeyword(plain) else f"column_{plain}"
        numbered = (f"{key}_{number}" for number in count(2))
        keys[name] = key if key not in keys.values() else next(one for one in numbered if one not in keys.values())
    return keys


def _sample(found: "Guess", cell: str) -> str:
    """Return the code for the values of the first metric, one a run."""
    metric = f"final_{found.metrics[0]}" if found.step else found.metrics[0]
    if metric.isidentifier() and not keyword.iskeyword(metric):
        return f"{cell}.{metric}"
    return f'getattr({cell}, "{_escaped(metric)}")'


_REPORT = """\
# What is said of these runs: a table for each finding, a reading for each way to understand it. Write estimand, band
# and the band's reason before you look at a number.

title = "A report on logged runs"

[sections]
runs = "Logged runs"

[findings."runs.larger"] # its section, a dot, and a name
statement = "The first cell has a larger METRIC than the second." # in your words
basis = "independent"

[findings."runs.larger".readings.runs]
estimand = "probability that a run of the first cell has a larger METRIC than one of the second; equal counts half"
low = 0.5 # supported if the interval lies inside this band, refuted if outside
high = 1.0
reason = "more often than not"
"""


def _claims(found: "Guess", keys: Mapping[str, str]) -> str:
    asked = [", ".join(f"{keys[name]}={value!r}" for name, value in cell.items()) for cell in found.cells or ({}, {})]
    called = ("final " if found.step else "") + _escaped(found.metrics[0].replace("_", " "))
    return f'''\
"""Each finding as a claim: it asks for runs, estimates one quantity, and has it judged."""

import pytest

from harness import probability_of_larger


@pytest.mark.finding("runs.larger", reading="runs")
def test_the_first_is_larger(evidence, judge):
    """Two samples. Where runs of one seed belong together, compare `paired(first, second)` by mean_over_seeds."""
    first = evidence({asked[0]})
    second = evidence({asked[1]})
    judge(probability_of_larger({_sample(found, "first")}, {_sample(found, "second")}, "{called}"))
'''
