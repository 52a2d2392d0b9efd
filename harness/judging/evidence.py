"""What a claim sees: the runs behind a finding, asked for by the axes of the grid."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.base.errors import HarnessError
from harness.execution.engine import runs_of
from harness.execution.timing import BenchmarkEntry, Timing, race
from harness.report.grid import Grid
from harness.storage.store import Store
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Splits

# Many claims of a session rest on the same runs; their arrays are read-only, so they can be shared.
shared_runs_of = functools.lru_cache(maxsize=512)(runs_of)


RunsOf = Callable[[TrainingConfig, int, Store, Splits], Runs]


class Evidence:
    """Hands out runs and timings, and remembers which were asked for.

    Parameters
    ----------
    grid
        The cells of the report.
    seeds
        Over how many every claim is judged.
    store
        Where finished runs are kept.
    may_time
        Whether the claim may wait to have the machine alone, to measure time.
    runs_of
        Gives the runs of a config's first seeds, as `shared_runs_of` does.

    Attributes
    ----------
    used
        The runs that were handed out, by the name of the cell.
    timed
        The entries whose timings were handed out, by the name of the cell and the mode.
    """

    def __init__(
        self, grid: Grid, seeds: int, store: Store, *, may_time: bool = False, runs_of: RunsOf = shared_runs_of
    ) -> None:
        self._grid = grid
        self._seeds = seeds
        self._store = store
        self._may_time = may_time
        self._runs_of = runs_of
        self.used: dict[str, Runs] = {}
        self.timed: dict[str, BenchmarkEntry] = {}

    def __call__(self, **chosen: Any) -> Runs:
        """Return the runs of one cell, training those that are missing.

        Parameters
        ----------
        chosen
            A value for each axis of the grid that matters, such as ``framework="keras"``; the others take the
            grid's defaults. Besides, fields of `harness.training.config.TrainingConfig` that differ from the cell's,
            such as ``learning_rate=0.1``.

        Raises
        ------
        ConfigError
            If an axis or a value is unknown.
        """
        name, config = self._grid.variant(chosen)
        if name not in self.used:
            self.used[name] = self._runs_of(config, self._seeds, self._store, self._grid.splits(config.task))
        return self.used[name]

    @property
    def frameworks(self) -> tuple[str, ...]:
        """Of all that was handed out, each once."""
        trained = {runs.config.framework for runs in self.used.values()}
        return tuple(sorted(trained | {entry.config.framework for entry in self.timed.values()}))

    @property
    def splits(self) -> int:
        """How many splits of the data are among the seeds of the runs that were handed out."""
        return len({seed.split for runs in self.used.values() for seed in runs.seeds})

    def extend(self, seeds: int) -> None:
        """From now on hand out the runs of so many seeds."""
        self._seeds = seeds
        self.used.clear()
        self.timed.clear()

    def race(self, cells: Sequence[Mapping[str, str]]) -> list[Timing]:
        """Return how long the native training of each cell takes, all measured in turn.

        Parameters
        ----------
        cells
            For each entry a value for each axis that matters, as in a call; and, where it is not the default, a
            ``mode`` of `harness.execution.timing.BenchmarkEntry`.

        Raises
        ------
        HarnessError
            If the claim is not marked ``timed``, so that other work might go on beside it.
        """
        if not self._may_time:
            raise HarnessError("a claim that measures time is marked @pytest.mark.timed, to have the machine alone")
        entries = []
        for cell in cells:
            name = self._grid.cell_name(**{axis: value for axis, value in cell.items() if axis != "mode"})
            entries.append(BenchmarkEntry(self._grid.config(name), cell.get("mode", "default")))
            self.timed[f"{name} ({entries[-1].mode})"] = entries[-1]
        return race(entries, self._store.folder)
