"""What ``[logs]`` in ``protocol.toml`` says: where runs are logged, and which columns are what."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.base.tables import Table

PLACE = re.compile(r"\{(\w+)\}")
COUNTS = ("last", "max", "min")


@dataclass(frozen=True)
class LogMapping:
    """Where runs are logged, and which columns are what.

    Attributes
    ----------
    folder
        The report's, from which `files` is found.
    files
        The name of one, or a pattern of many: ``runs/{optimizer}/{seed}/metrics.csv`` gives each of these files two
        columns more, ``*`` stands for anything.
    seed
        The column that tells the runs of a cell apart.
    split
        The column of the split of the data, if runs share some; empty if each run has its own.
    step
        The column that counts the steps of a curve; empty if there is one row a run.
    metrics
        Columns of numbers, each a metric; none where rows name their metric.
    metric, value
        The columns that name the metric of a row, and hold its value; both empty where each metric has a column.
    status, finished
        The column that says what became of a run, and what it says of those that count; empty if there is none.
    early_stopping
        Whether a run may have fewer steps than others of its cell; if not, it counts as unfinished.
    planned_seeds
        How many runs of each cell there were to be, fixed before they were made; None if it was not.
    columns
        The column of an axis or field, where it is called otherwise.
    counts
        Of a metric with steps, which value counts, where it is not to be a curve: a step, or one of `COUNTS`.
    """

    folder: Path
    files: str
    seed: str
    split: str
    step: str
    metrics: tuple[str, ...]
    metric: str
    value: str
    status: str
    finished: tuple[str, ...]
    early_stopping: bool
    planned_seeds: int | None
    columns: Mapping[str, str]
    counts: Mapping[str, str | int]

    def column_of(self, field: str) -> str:
        """Return the column of an axis or field of the config."""
        return self.columns.get(field, field)


def read_mapping(table: Table, fields: tuple[str, ...]) -> LogMapping:
    """Read ``[logs]``.

    Parameters
    ----------
    fields
        The axes and fields of the config.

    Raises
    ------
    RegisterError
        Naming file, table and key of what is wrong, and what would be right.
    """
    columns = table.table("columns") if "columns" in table else Table({}, table.file, "logs.columns")
    for field in columns:
        if field not in fields:
            raise columns.error(field, f"neither an axis nor in [config]; these are: {', '.join(fields)}")
    counts = table.table("counts") if "counts" in table else Table({}, table.file, "logs.counts")
    mapping = LogMapping(
        folder=table.file.parent.absolute(),
        files=table.get("files", str),
        seed=table.get("seed", str),
        split=_optional(table, "split"),
        step=_optional(table, "step"),
        metrics=table.texts("metrics") if "metrics" in table else (),
        metric=_optional(table, "metric"),
        value=_optional(table, "value"),
        status=_optional(table, "status"),
        finished=table.texts("finished") if "finished" in table else (),
        early_stopping=table.get("early_stopping", bool) if "early_stopping" in table else False,
        planned_seeds=table.get("planned_seeds", int) if "planned_seeds" in table else None,
        columns={field: columns.get(field, str) for field in columns},
        counts={metric: _count(counts, metric) for metric in counts},
    )
    table.close(known=(*(one.name for one in dataclasses.fields(LogMapping) if one.name != "folder"),))
    _check(mapping, table)
    return mapping


def _optional(table: Table, key: str) -> str:
    return table.get(key, str) if key in table else ""


def _count(table: Table, metric: str) -> str | int:
    value = table.get_any(metric)
    if value not in COUNTS and (not isinstance(value, int) or isinstance(value, bool)):
        raise table.error(metric, f"is {value!r}; give a step, or one of: {', '.join(COUNTS)}")
    found: str | int = value
    return found


def _check(mapping: LogMapping, table: Table) -> None:
    if bool(mapping.metric) != bool(mapping.value):
        raise table.error("value" if mapping.metric else "metric", "missing; `metric` and `value` go together")
    if bool(mapping.metrics) == bool(mapping.metric):
        raise table.error("metrics", "give the columns of metrics, or `metric` and `value` where rows name theirs")
    if bool(mapping.status) != bool(mapping.finished):
        raise table.error("finished" if mapping.status else "status", "missing; `status` and `finished` go together")
    if mapping.planned_seeds is not None and mapping.planned_seeds < 2:
        raise table.error("planned_seeds", f"is {mapping.planned_seeds}; give a whole number of at least 2")
    if mapping.counts and not mapping.step:
        raise table.error("counts", "is for metrics with steps; give `step`, or take it out")
    if mapping.early_stopping and not mapping.step:
        raise table.error("early_stopping", "is for metrics with steps; give `step`, or take it out")
    named = PLACE.findall(mapping.files)
    if len(set(named)) < len(named):
        raise table.error("files", f"is {mapping.files!r}; name each part once")
