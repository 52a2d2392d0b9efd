"""What the columns of log files may be: a start for ``[logs]``, to be read and mended by whoever knows them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from harness.logs.files import column_names, read_columns
from harness.logs.places import find_files, is_log, pattern_in
from harness.logs.reading import with_path
from harness.logs.table import Labels, joined

SEEDS = (
    "seed",
    "config.seed",
    "params.seed",
    "random_seed",
    "random_state",
    "run",
    "run_id",
    "trial",
    "trial_id",
    "replicate",
    "run_name",
    "name",
)
STEPS = ("step", "_step", "epoch", "iteration", "global_step", "training_iteration", "timestep", "timesteps")
NAMES, VALUES = ("metric", "name", "key", "tag", "variable"), ("value", "metric_value")
STATES = ("status", "state")
TIMES = ("time", "timestamp", "_timestamp", "wall_time", "_runtime", "duration", "date", "created", "time_total_s")
OF_RAY = ("time_this_iter_s", "time_since_restore", "pid", "hostname", "node_ip")  # of its machines, with each result
MOST_VALUES = 100  # of an axis
MOST_ROWS = 100_000  # of a file that are looked at


@dataclass(frozen=True)
class Guess:
    """What the columns of a file, or of many, may be.

    Attributes
    ----------
    files
        As ``[logs]`` names them.
    rows
        How many were looked at, up to `MOST_ROWS` of each file.
    seed, step, metric, value, status
        The column of each; empty if none looks like it.
    metrics
        The names that rows give; or columns of numbers that differ within a cell, or from step to step.
    axes
        Columns whose values tell cells apart, with these.
    left_out
        Columns with one value, that follow from the axes, or look like none of these.
    states
        The values of `status`.
    cells
        Two cells that have several runs, which differ in one axis if there are such; none if no two have.
    """

    files: str
    rows: int
    seed: str
    step: str
    metric: str
    value: str
    status: str
    metrics: tuple[str, ...]
    axes: Mapping[str, tuple[str, ...]]
    left_out: tuple[str, ...]
    states: tuple[str, ...]
    cells: tuple[Mapping[str, str], ...]


def guess(place: Path) -> Guess:
    """Return what the columns of a file may be, or of the files in a folder that have one name and depth.

    Raises
    ------
    DataError
        If there is no file that can be read.
    """
    single = is_log(place)
    pattern = place.name if single else pattern_in(place)
    files = find_files(place.parent if single else place, pattern)
    columns = column_names(files[0].path)
    table = joined([with_path(read_columns(one.path, columns, (), one.shown, MOST_ROWS), one.said) for one in files])
    labels = {name: column for name, column in table.labels.items() if column.texts}
    seed, step, status, value = (_named(labels, known) for known in (SEEDS, STEPS, STATES, VALUES))
    metric = _named([name for name in labels if name != seed], NAMES) if value else ""
    value = value if metric else ""
    known = {name for name in labels if name.lower() in (*STEPS, *SEEDS, *TIMES, *OF_RAY)}
    special = {seed, step, status, value, metric, *known}
    rest = {name: column for name, column in labels.items() if name not in special and len(column.texts) > 1}
    if seed and len(labels[seed].texts) > 1:
        rest = {name: column for name, column in rest.items() if not _follows(column, labels.get(step))}
    texts = [name for name, column in rest.items() if not all(map(_is_number, column.texts))]
    numbers = [name for name in rest if name not in texts]
    measured = () if metric else tuple(_measured(rest, texts, numbers, labels.get(seed), labels.get(step)))
    settings = {name: column for name, column in rest.items() if name not in measured}
    axes = _telling_apart(rest, _settings(settings, labels.get(seed)))
    return Guess(
        files=pattern,
        rows=table.count,
        seed=seed,
        step=step,
        metric=metric,
        value=value,
        status=status,
        metrics=labels[metric].texts if metric else measured,
        axes={name: rest[name].texts for name in axes},
        left_out=tuple(name for name in labels if name not in (seed, step, metric, value, status, *measured, *axes)),
        states=labels[status].texts if status else (),
        cells=_two_cells({name: rest[name] for name in axes}, labels.get(seed)),
    )


def _settings(columns: Mapping[str, Labels], seed: Labels | None) -> list[str]:
    """Return the columns that may be settings: few values, each of several runs."""
    if not columns:
        return []
    rows = len(next(iter(columns.values())).codes)
    runs = int(_together([*columns.values(), *([seed] if seed else [])], rows).max()) + 1
    return [name for name, column in columns.items() if len(column.texts) <= min(MOST_VALUES, max(2, runs / 2))]


def _named(names: Iterable[str], known: Sequence[str]) -> str:
    """Return the first of the known names that is there, in whatever case; empty if none is."""
    there = {name.lower(): name for name in reversed(list(names))}
    return next((there[name] for name in known if name in there), "")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _measured(
    columns: Mapping[str, Labels],
    texts: Sequence[str],
    numbers: Sequence[str],
    seed: Labels | None,
    step: Labels | None,
) -> list[str]:
    """Return the columns of numbers that are results: they differ within what the settings of a run have in common.

    Where rows are steps, a result differs from step to step of a run, or is blank at some: a setting stands at each.
    """
    # What was set comes back in all rows of a run or more, what was measured seldom does.
    often = len(step.texts) if step else 2
    several = [name for name in numbers if len(columns[name].texts) <= min(MOST_VALUES, len(columns[name].codes) / 2)]
    found = []
    for name in numbers:
        if step is not None and (columns[name].codes < 0).any():
            found.append(name)
            continue
        if np.bincount(columns[name].codes + 1)[1:].min() >= often:
            continue
        if seed is not None and step is not None:
            keys = [seed, *(columns[other] for other in texts)]
        else:
            keys = [columns[other] for other in (*texts, *several) if other != name]
        if _differs_within(columns[name], _together(keys, len(columns[name].codes))):
            found.append(name)
    return found


def _follows(column: Labels, step: Labels | None) -> bool:
    """Whether a column is the same in all runs at each step, as a rate with a schedule: it tells none apart."""
    if step is None:
        return False
    rows = len(step.codes)
    return bool(_together([step, column], rows).max() == _together([step], rows).max())


def _differs_within(column: Labels, groups: NDArray[np.int64]) -> bool:
    """Whether a column has several values in most groups of at least two rows."""
    given = column.codes >= 0
    _, places, sizes = np.unique(groups[given], return_inverse=True, return_counts=True)
    pairs = np.unique(np.stack([places, column.codes[given]]), axis=1)[0]
    values = np.bincount(pairs, minlength=len(sizes))
    several = sizes > 1
    return bool(several.any() and (values[several] > 1).mean() > 0.5)


def _together(columns: Sequence[Labels], rows: int) -> NDArray[np.int64]:
    """Return a number for each row, the same where all columns are the same."""
    key = np.zeros(rows, dtype=np.int64)
    for column in columns:
        _, key = np.unique(key * (len(column.texts) + 1) + column.codes + 1, return_inverse=True)
    return key


def _telling_apart(columns: Mapping[str, Labels], names: Sequence[str]) -> list[str]:
    """Return the columns that are needed to tell cells apart, without those that follow from the others."""
    kept = list(names)
    for name in sorted(names, key=lambda name: -len(columns[name].texts)):
        rows = len(columns[name].codes)
        fewer = [columns[other] for other in kept if other != name]
        if _together(fewer, rows).max() == _together([columns[other] for other in kept], rows).max():
            kept.remove(name)
    return kept


def _two_cells(axes: Mapping[str, Labels], seed: Labels | None) -> tuple[Mapping[str, str], ...]:
    if not axes or seed is None:
        return ()
    codes = np.stack([column.codes for column in axes.values()])
    runs = np.unique(np.stack([*codes, seed.codes]), axis=1)[:-1]
    cells, counts = np.unique(runs, axis=1, return_counts=True)
    several = cells[:, (counts > 1) & (cells >= 0).all(axis=0)].T
    apart = ((one, other) for one, other in combinations(several[:MOST_VALUES], 2) if (one != other).sum() == 1)
    pair = next(apart, tuple(several[:2]))
    if len(pair) < 2:
        return ()
    return tuple(
        {name: column.texts[code] for (name, column), code in zip(axes.items(), cell, strict=True)} for cell in pair
    )
