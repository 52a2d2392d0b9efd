"""Logged runs by config: which count, which do not, and why."""

import functools
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from harness.base.arrays import Floats
from harness.base.errors import DataError
from harness.logs.mapping import LogMapping
from harness.logs.reading import read_logs
from harness.logs.table import Labels, LogTable, label_of
from harness.logs.values import Rows, Values, counting, curves, single_values
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed

LARGEST = 2**62  # of a key that is made of codes
NOT_PLANNED, FAILED = "not among the planned", "failed"
# Columns that are taken for seeds by mistake, and those that seeds are found in.
PARTS_OF_A_RUN = ("episode", "fold", "epoch", "step", "batch", "sample")
NAMES_OF_RUNS = ("seed", "run", "run_id", "trial", "trial_id", "random_seed", "random_state")


class LoggedRuns:
    """Where a report's runs come from that were logged. They are what they are: more cannot be had.

    Parameters
    ----------
    mapping
        Where they are, and which columns are what.
    fields
        The axes and fields of the config, which tell cells apart.

    Attributes
    ----------
    grows
        False: a claim on them is looked at once.
    planned_seeds
        As of `harness.logs.mapping.LogMapping`; a claim on fewer is not decided.
    """

    grows = False

    def __init__(self, mapping: LogMapping, fields: Sequence[str]) -> None:
        self._mapping = mapping
        self._fields = tuple(fields)
        self._known: dict[TrainingConfig, Runs] = {}
        self.planned_seeds = mapping.planned_seeds

    def runs(self, wanted: tuple[TrainingConfig, str], count: int) -> Runs:
        """Return the runs of a config: all that count, however many are asked for, up to those that were planned.

        Raises
        ------
        DataError
            If there are fewer than two, or one cannot be used; naming file and line.
        """
        config, _ = wanted
        if config not in self._known:
            self._known[config] = self._read(config)
        return self._known[config]

    def _read(self, config: TrainingConfig) -> Runs:
        rows_of = self._rows_by_run(self._rows_of(config))
        left_out = {seed: FAILED for seed, rows in rows_of.items() if self._has_failed(rows)}
        rows_of = {seed: rows for seed, rows in rows_of.items() if seed not in left_out}
        metrics = self._metrics(rows_of)
        for values in metrics.values():
            left_out |= values.left_out
        seeds = sorted((seed for seed in rows_of if seed not in left_out), key=lambda seed: seed[::-1])
        left_out |= dict.fromkeys(seeds[self.planned_seeds :], NOT_PLANNED) if self.planned_seeds else {}
        used = tuple(seed for seed in seeds if seed not in left_out)
        told = self._count(len(used), Counter(left_out.values()))
        if len(used) < 2:
            raise DataError(f"{self._mapping.files}: of {config}, {told}; two are the least{self._constant_seed()}")
        arrays = {name: np.array([values.of_run[seed] for seed in used]) for name, values in metrics.items()}
        return Runs(
            config=config,
            seeds=used,
            curves={name: array for name, array in arrays.items() if array.ndim == 2},
            scalars={name: array for name, array in arrays.items() if array.ndim == 1},
            outputs={},
            note="; ".join(note for note in (told if left_out or self.planned_seeds else "", *self._doubts) if note),
        )

    # Which rows

    @functools.cached_property
    def _table(self) -> LogTable:
        return read_logs(self._mapping, self._fields)

    @property
    def _columns(self) -> list[Labels]:
        return [self._table.labels[self._mapping.column_of(field)] for field in self._fields]

    @functools.cached_property
    def _rows_of_cells(self) -> dict[tuple[int, ...], Rows]:
        keys, size = np.zeros(self._table.count, dtype=np.int64), 1
        for column in self._columns:
            if size * (len(column.texts) + 1) > LARGEST:
                keys = np.unique(keys, return_inverse=True)[1]
                size = int(keys.max()) + 1
            keys = keys * (len(column.texts) + 1) + column.codes + 1
            size *= len(column.texts) + 1
        groups = _grouped(np.arange(len(keys), dtype=np.int32), keys).values()
        return {tuple(int(column.codes[rows[0]]) for column in self._columns): rows for rows in groups}

    def _rows_of(self, config: TrainingConfig) -> Rows:
        codes = []
        for field, column in zip(self._fields, self._columns, strict=True):
            code = column.code_of(config[field])
            if code is None:
                there = ", ".join(sorted(column.texts)[:20])
                raise DataError(
                    f"{self._mapping.files}: no run has {field} = {config[field]}; column "
                    f"{self._mapping.column_of(field)!r} holds: {there}"
                )
            codes.append(code)
        return self._rows_of_cells.get(tuple(codes), np.array([], dtype=np.int32))

    def _rows_by_run(self, rows: Rows) -> dict[Seed, Rows]:
        seeds = self._table.labels[self._mapping.seed]
        splits = self._table.labels[self._mapping.split] if self._mapping.split else None
        for column in (seeds, splits):
            if column is not None and (blank := rows[column.codes[rows] < 0]).size:
                name = self._mapping.seed if column is seeds else self._mapping.split
                raise DataError(f"{self._table.place(int(blank[0]))}: column {name!r} is blank; give each run its own")
        keys, numbers = seeds.codes[rows].astype(np.int64), _numbers_of(seeds.texts)
        if splits is None:
            return {Seed(numbers[code], numbers[code]): own for code, own in _grouped(rows, keys).items()}
        size = len(splits.texts)
        grouped = _grouped(rows, keys * size + splits.codes[rows])
        split_numbers = _numbers_of(splits.texts)
        return {Seed(split_numbers[key % size], numbers[key // size]): own for key, own in grouped.items()}

    def _has_failed(self, rows: Rows) -> bool:
        """Whether the last row of a run says that it is not among those that count."""
        if not self._mapping.status:
            return False
        status = self._table.labels[self._mapping.status]
        code = int(status.codes[rows[-1]])
        return code < 0 or status.texts[code] not in map(label_of, self._mapping.finished)

    # What of them

    def _metrics(self, rows_of: Mapping[Seed, Rows]) -> dict[str, Values]:
        """Return the values of each metric that the cell has; of those that no run of it has, nothing is unfinished."""
        found = {name: self._values(name, rows_of) for name in self._names_of_metrics}
        return {name: values for name, values in found.items() if values.of_run} or found

    @functools.cached_property
    def _names_of_metrics(self) -> tuple[str, ...]:
        return self._mapping.metrics or self._table.labels[self._mapping.metric].texts

    def _values(self, metric: str, rows_of: Mapping[Seed, Rows]) -> Values:
        mapping, table = self._mapping, self._table
        column = table.numbers[mapping.value or metric]
        counts = column.given
        if mapping.metric:
            names = table.labels[mapping.metric]
            counts = counts & (names.codes == names.texts.index(metric))
        if not mapping.step:
            return single_values(rows_of, column.values, counts, table.place)
        steps: Floats = table.numbers[mapping.step].values
        found, common = curves(
            rows_of, column.values, counts, steps, table.place, early_stopping=mapping.early_stopping
        )
        which = mapping.counts.get(metric)
        return found if which is None else counting(found, common, which, metric)

    # What a reader should know

    def _count(self, used: int, left_out: Mapping[str, int]) -> str:
        planned = self.planned_seeds or used + sum(left_out.values())
        why = ", ".join(f"{count} {reason}" for reason, count in sorted(left_out.items()))
        absent = self.planned_seeds - used - sum(left_out.values()) if self.planned_seeds else 0
        reasons = "; ".join(text for text in (why, f"{absent} absent" if absent > 0 else "") if text)
        kind = "planned" if self.planned_seeds else "logged"
        return f"{used} of {planned} {kind} runs used" + (f": {reasons}" if reasons else "")

    def _constant_seed(self) -> str:
        texts = self._table.labels[self._mapping.seed].texts
        if len(texts) != 1:
            return ""
        return f" (column {self._mapping.seed!r} holds {texts[0]} only: name the column that tells runs apart)"

    @functools.cached_property
    def _doubts(self) -> tuple[str, ...]:
        """What is taken for something that it may not be."""
        seed = self._mapping.seed
        found = []
        if part := next((part for part in PARTS_OF_A_RUN if part in seed.lower()), ""):
            better = [name for name in self._table.names if name.lower() in NAMES_OF_RUNS and name != seed]
            instead = f"; column {better[0]!r} may tell runs apart" if better else ""
            found.append(
                f"seeds are taken from column {seed!r}, and each {part} of a run is no run of its own{instead}"
            )
        for metric, which in self._mapping.counts.items():
            if which in ("max", "min") and "test" in metric.lower():
                found.append(f"{metric} is the {which} over steps, chosen on test rows: too good")
        return tuple(found)


def _grouped(rows: Rows, keys: NDArray[np.int64]) -> dict[int, Rows]:
    """Return the rows of each key, in their order."""
    if not len(rows):
        return {}
    order = np.argsort(keys, kind="stable").astype(np.int32)
    ordered = keys[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[0] - 1))
    return dict(zip(ordered[starts].tolist(), np.split(rows[order], starts[1:]), strict=True))


def _numbers_of(texts: Sequence[str]) -> list[int]:
    """Return a whole number for each text: its own, or, where one has none, its place in the alphabet."""
    if all(text.isdecimal() for text in texts):
        return [int(text) for text in texts]
    places = {text: place for place, text in enumerate(sorted(texts))}
    return [places[text] for text in texts]
