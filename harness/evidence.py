"""What a claim sees: the runs behind a finding, asked for by the axes of the grid."""

from harness.engine import runs_of
from harness.grid import Grid
from harness.runs import Runs
from harness.store import Store


class Evidence:
    """Hands out runs and remembers which were asked for.

    Parameters
    ----------
    grid
        The cells of the report.
    seeds
        Over how many every claim is judged.
    store
        Where finished runs are kept.
    """

    def __init__(self, grid: Grid, seeds: int, store: Store) -> None:
        self._grid = grid
        self._seeds = seeds
        self._store = store
        self.used: dict[str, Runs] = {}

    def __call__(self, **chosen: str) -> Runs:
        """Return the runs of one cell, training those that are missing.

        Parameters
        ----------
        chosen
            A value for each axis of the grid that matters, such as ``framework="keras"``; the others take the
            grid's defaults.

        Raises
        ------
        ProtocolError
            If an axis or a value is unknown.
        """
        name = self._grid.cell_name(**chosen)
        if name not in self.used:
            self.used[name] = runs_of(self._grid.protocol(name), self._seeds, self._store)
        return self.used[name]
