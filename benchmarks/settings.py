"""How much is measured: all of it, or a tiny version that only shows that everything works."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.report.folder import open_folder
from harness.report.grid import Grid
from harness.training.config import TrainingConfig

ROOT = Path(__file__).resolve().parents[1]
FRAMEWORKS = ("keras", "torch")
# Threads change what is measured; these are read when NumPy or a framework is imported, so processes start with them.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
}
# What the program in JAX can train: one of these for each field.
DRAWN_ALIKE: Mapping[str, tuple[Any, ...]] = {
    "optimizer": ("adam",),
    "activation": ("relu",),
    "loss": ("cross_entropy_on_softmax", "squared_error"),
    "regime": ("own",),
    "initial_weights": ("own",),
    "shuffle": (True,),
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The sizes of one benchmark.

    Attributes
    ----------
    cells
        What is trained, by the names of the grid's cells without the framework.
    seeds
        Sizes of the batched trainings.
    native_seeds
        Over how many seeds the trainer of one seed goes; its time is that of one run already.
    repeats
        Rounds that count, by framework; a run with Keras takes ten times as long as one with PyTorch.
    vmap_cases
        Cell and size of the batched trainings that are compared with `torch.func.vmap`.
    jax_cases
        Cell and size of the batched trainings that are compared with JAX, where it is installed.
    warm_ups
        Rounds before those that count.
    other_repeats
        Rounds that count where the alternative or growth is measured.
    row_cases
        Data set and how often its rows are repeated.
    row_seeds
        Size of the batched trainings for `row_cases`.
    widths, width_seeds
        Width of the hidden layer, and size of the batched trainings for each.
    import_repeats
        Rounds that count for the imports.
    logged_runs, many_logged_runs, function_runs
        On how many runs the sessions are that judge logs, large logs, and those of a training function.
    grid_cells
        How many cells of the whole grid are trained, or None for all.
    grid_repeats
        How often.
    epochs
        In place of the config's own, or None.
    """

    cells: tuple[str, ...]
    seeds: tuple[int, ...]
    native_seeds: int
    repeats: Mapping[str, int]
    vmap_cases: tuple[tuple[str, int], ...]
    jax_cases: tuple[tuple[str, int], ...]
    warm_ups: int
    other_repeats: int
    row_cases: tuple[tuple[str, int], ...]
    row_seeds: int
    widths: tuple[int, ...]
    width_seeds: tuple[int, ...]
    import_repeats: int
    logged_runs: int
    many_logged_runs: int
    function_runs: int
    grid_cells: int | None
    grid_repeats: int
    epochs: int | None

    def config(self, cell_name: str) -> TrainingConfig:
        """Return the config of a cell of the report under test."""
        return self.adapted(grid().config(cell_name))

    def grid_configs(self) -> list[TrainingConfig]:
        """Return the configs of the whole grid, or of as many cells from both of its ends as are asked for."""
        configs = list(grid().configs.values())
        if self.grid_cells is not None:
            half = self.grid_cells // 2
            configs = configs[:half] + configs[-half:]
        return [self.adapted(config) for config in configs]

    def adapted(self, config: TrainingConfig) -> TrainingConfig:
        """Return a config with the number of epochs that is asked for."""
        return config if self.epochs is None else config.changed(epochs=self.epochs)


def grid() -> Grid:
    """Return the grid of the report under test."""
    return open_folder(ROOT / "claims").grid


_CELLS = ("classification-relu-adam-net1", "classification-relu-adam-net2", "regression-relu-adam-net1")
FULL = Settings(
    cells=_CELLS,
    seeds=(1, 10, 20, 40, 80),
    native_seeds=3,
    repeats={"keras": 3, "torch": 3},
    jax_cases=((_CELLS[0], 20), (_CELLS[0], 80), (_CELLS[1], 20), (_CELLS[1], 80), (_CELLS[2], 20)),
    vmap_cases=((_CELLS[0], 1), (_CELLS[0], 20), (_CELLS[0], 80), (_CELLS[1], 20), (_CELLS[2], 20)),
    warm_ups=1,
    other_repeats=3,
    row_cases=(("wine", 1), ("penguins", 1), ("boston", 1), ("penguins", 2), ("penguins", 4)),
    row_seeds=20,
    widths=(10, 32, 128, 512),
    width_seeds=(20, 80),
    import_repeats=3,
    logged_runs=1000,
    many_logged_runs=100_000,
    function_runs=600,
    grid_cells=None,
    grid_repeats=1,
    epochs=None,
)
QUICK = Settings(
    cells=_CELLS[:1],
    seeds=(1, 2),
    native_seeds=1,
    repeats={"keras": 1, "torch": 2},
    vmap_cases=((_CELLS[0], 2),),
    jax_cases=((_CELLS[0], 2),),
    warm_ups=0,
    other_repeats=1,
    row_cases=(("wine", 1), ("penguins", 2)),
    row_seeds=2,
    widths=(10, 32),
    width_seeds=(2,),
    import_repeats=1,
    logged_runs=20,
    many_logged_runs=30,
    function_runs=20,
    grid_cells=2,
    grid_repeats=1,
    epochs=2,
)


def settings(*, quick: bool) -> Settings:
    """Return the sizes of the full or of the tiny benchmark."""
    return QUICK if quick else FULL
