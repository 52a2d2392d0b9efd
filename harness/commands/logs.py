"""``logs``: look at runs that were logged, and start the folder of a report on them."""

import argparse
import json
import os
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
    metric = found.metrics[0]
    sample = f"final_{metric}" if found.step else metric
    return {
        "protocol.toml": _protocol(found, files),
        "report.toml": _REPORT.replace("METRIC", metric),
        claims: _claims(found, sample),
    }


def _protocol(found: "Guess", files: str) -> str:
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
    columns = {name: _key(name) for name in found.axes if _key(name) != name}
    if columns:
        lines += ["[logs.columns]", *(f"{key} = {json.dumps(name)}" for name, key in columns.items()), ""]
    lines += ["[axes] # each combination that was run is a cell"]
    lines += [f"{_key(name)} = {_toml(values)}" for name, values in found.axes.items()]
    return "\n".join([*lines, ""])


def _toml(values: tuple[str, ...]) -> str:
    """Return values as TOML writes them, numbers as numbers."""
    try:
        return f"[{', '.join(str(json.loads(value) + 0) for value in values)}]"
    except (ValueError, TypeError):
        return json.dumps(list(values), ensure_ascii=False)


def _key(name: str) -> str:
    """Return a name by which a claim can ask for a column's values."""
    key = "".join(one if one.isalnum() else "_" for one in name).strip("_")
    return key if key.isidentifier() else f"column_{key}"


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


def _claims(found: "Guess", sample: str) -> str:
    asked = [", ".join(f"{_key(name)}={value!r}" for name, value in cell.items()) for cell in found.cells or ({}, {})]
    return f'''\
"""Each finding as a claim: it asks for runs, estimates one quantity, and has it judged."""

import pytest

from harness import probability_of_larger


@pytest.mark.finding("runs.larger", reading="runs")
def test_the_first_is_larger(evidence, judge):
    """Two samples. Where runs of one seed belong together, compare `paired(first, second)` by mean_over_seeds."""
    first = evidence({asked[0]})
    second = evidence({asked[1]})
    judge(probability_of_larger(first.{sample}, second.{sample}, "{sample.replace("_", " ")}"))
'''
