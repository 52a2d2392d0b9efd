"""What a claim sees: the runs behind a finding, asked for by the axes of the grid."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from harness.base.errors import HarnessError
from harness.execution.benchmark import BenchmarkEntry, Timing
from harness.execution.engine import Wanted, runs_of
from harness.execution.timing import race, silent
from harness.report.grid import Grid
from harness.storage.store import Store
from harness.training.function.source import short_name
from harness.training.runs import Runs


class RunSource(Protocol):
    """Where runs come from; a claim, and what judges it, know nothing else of that.

    Attributes
    ----------
    grows
        Whether more seeds can be had; if not, a claim is looked at once.
    planned_seeds
        How many there were to be of each config, where that was fixed beforehand; a claim on fewer is not decided.
    """

    @property
    def grows(self) -> bool: ...  # noqa: D102 - told above

    @property
    def planned_seeds(self) -> int | None: ...  # noqa: D102 - told above

    def runs(self, wanted: Wanted, count: int) -> Runs:
        """Return the runs of the first `count` seeds of a config, on the splits that are wanted.

        Raises
        ------
        HarnessError
            If they are not to be had; naming config and seeds.
        """
        ...


class TrainedRuns:
    """Runs from a store, trained where they are missing.

    Many claims rest on the same runs; their arrays are read-only, so each is read once a process.
    """

    grows = True
    planned_seeds = None

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[Wanted, Runs] = {}

    def runs(self, wanted: Wanted, count: int) -> Runs:
        """Return runs as `harness.execution.engine.runs_of` does."""
        known = self._read.get(wanted)
        if known is None or len(known.seeds) < count:
            config, splits = wanted
            self._read[wanted] = known = runs_of(config, count, self._store, splits, known)
        return known.first(count)


class NotedRuns:
    """Runs from a source, with a note of what was taken.

    Attributes
    ----------
    counts
        Over how many seeds at most, by config and splits.
    """

    def __init__(self, source: RunSource) -> None:
        self._source = source
        self.grows, self.planned_seeds = source.grows, source.planned_seeds
        self.counts: dict[Wanted, int] = {}

    def runs(self, wanted: Wanted, count: int) -> Runs:
        """Return runs as the source does."""
        self.counts[wanted] = max(count, self.counts.get(wanted, 0))
        return self._source.runs(wanted, count)


class Evidence:
    """Hands out runs and timings, and remembers which were asked for.

    Parameters
    ----------
    grid
        The cells of the report.
    seeds
        Over how many every claim is judged.
    source
        Where runs come from.
    timings
        Where timings are kept; None for a claim that may not have the machine alone, to measure time.
    says
        Is told how far a measurement is.

    Attributes
    ----------
    used
        The runs that were handed out, by the name of the cell.
    timed
        The entries whose timings were handed out, by the name of the cell and the mode.
    tasks
        The parts of the grid that were asked for.
    """

    def __init__(
        self,
        grid: Grid,
        seeds: int,
        source: RunSource,
        timings: Path | None = None,
        says: Callable[[str], None] = silent,
    ) -> None:
        self._grid = grid
        self._seeds = seeds
        self._source = source
        self._timings = timings
        self._says = says
        self.used: dict[str, Runs] = {}
        self.timed: dict[str, BenchmarkEntry] = {}
        self.tasks: set[str] = set()

    def __call__(self, **chosen: Any) -> Runs:
        """Return the runs of one cell, training those that are missing.

        Parameters
        ----------
        chosen
            A value for each axis of the grid that matters, such as ``framework="keras"``; the others take the
            grid's defaults. Besides, fields of its config that differ from the cell's, such as ``learning_rate=0.1``;
            and ``splits="crossed"`` for `harness.training.seeds.TRAININGS_PER_SPLIT` trainings on each split, one after
            the other, which are no independent draws: a claim on them makes one number a split.

        Raises
        ------
        ConfigError
            If an axis, a field or a value is unknown.
        """
        cell = self._grid.cell(chosen)
        self.tasks.add(cell.task)
        if cell.name not in self.used:
            self.used[cell.name] = self._source.runs((cell.config, cell.splits), self._seeds)
        return self.used[cell.name]

    @property
    def trainers(self) -> tuple[str, ...]:
        """Names of those who made what was handed out, each once."""
        configs = [*(runs.config for runs in self.used.values()), *(entry.config for entry in self.timed.values())]
        return tuple(sorted({short_name(config.trainer) for config in configs}))

    @property
    def grows(self) -> bool:
        """Whether more seeds of what was handed out can be had."""
        return self._source.grows and bool(self.used)

    @property
    def lacking(self) -> str:
        """Why what was handed out decides nothing, in a sentence; empty if it may."""
        planned = self._source.planned_seeds
        if planned is None or all(len(runs.seeds) >= planned for runs in self.used.values()):
            return ""
        return f"not decided, since fewer runs were made than the {planned} that were planned"

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of the runs that were handed out, each once."""
        return tuple(dict.fromkeys(runs.note for runs in self.used.values() if runs.note))

    @property
    def splits(self) -> int:
        """How many splits of the data are among the seeds of the runs that were handed out."""
        return len({seed.split for runs in self.used.values() for seed in runs.seeds})

    def extend(self, seeds: int) -> None:
        """From now on hand out the runs of so many seeds."""
        self._seeds = seeds
        self.used.clear()
        self.timed.clear()

    def afresh(self, seeds: int) -> "Evidence":
        """Return evidence of the same cells from the same source, of which nothing was handed out."""
        return Evidence(self._grid, seeds, self._source)

    def race(self, cells: Sequence[Mapping[str, str]]) -> list[Timing]:
        """Return how long a single training of each cell takes, all measured in turn.

        Parameters
        ----------
        cells
            For each entry a value for each axis that matters, as in a call; and, where it is not the default, a
            ``mode`` of `harness.execution.benchmark.BenchmarkEntry`.

        Raises
        ------
        HarnessError
            If the claim is not marked ``timed``, so that other work might go on beside it.
        """
        if self._timings is None:
            raise HarnessError("a claim that measures time is marked @pytest.mark.timed, to have the machine alone")
        entries = []
        for cell in cells:
            name = self._grid.cell_name(**{axis: value for axis, value in cell.items() if axis != "mode"})
            entries.append(BenchmarkEntry(self._grid.config(name), cell.get("mode", "default")))
            self.timed[f"{name} ({entries[-1].mode})"] = entries[-1]
        return race(entries, self._timings, says=self._says)
