"""Runs that nobody trained."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.training.config import TrainingConfig
from harness.training.runs import ARRAY_NAMES, Runs
from harness.training.seeds import Seed
from tests.builders.configs import small_protocol

EPOCHS, ROWS, OUTPUTS = 4, 5, 3
PROTOCOL = small_protocol(epochs=EPOCHS)
SEEDS = (Seed(0, 0), Seed(1, 1))


def runs_for(config: TrainingConfig, seeds: Sequence[Seed], value: float = 0.5, *, rows: int = 3, **given: Any) -> Runs:
    """Build runs of the right shapes with the given arrays; every other number is the value.

    Parameters
    ----------
    rows
        Number of test rows.
    """
    count = len(seeds)
    arrays = {name: np.full((count, *shape), value) for name, shape in array_shapes(config.epochs, rows).items()}
    plain = {
        **arrays,
        "test_targets": np.zeros((count, rows)),
        "test_rows": np.tile(np.arange(rows), (count, 1)),
        "seconds": np.ones(count),
    }
    return Runs(config, tuple(seeds), **{**plain, **given})


def array_shapes(epochs: int, rows: int = ROWS, outputs: int = OUTPUTS) -> dict[str, tuple[int, ...]]:
    """Return the shape that each array has for one seed."""
    return {
        "train_loss": (epochs,),
        "test_loss": (epochs,),
        "train_accuracy": (epochs,),
        "test_accuracy": (epochs,),
        "weight_norm": (epochs + 1,),
        "test_predictions": (rows, outputs),
        "test_targets": (rows,),
        "test_rows": (rows,),
        "seconds": (),
    }


def random_runs(
    seeds: Sequence[Seed] = SEEDS, config: TrainingConfig = PROTOCOL, *, rows: int = ROWS, **given: Any
) -> Runs:
    """Build runs of random numbers, the same each time, with some arrays given."""
    random = np.random.default_rng(1).random
    shapes = array_shapes(config.epochs, rows)
    numbers = {name: random((len(seeds), *shape)) for name, shape in shapes.items() if name != "test_rows"}
    return runs_for(config, seeds, rows=rows, **{**numbers, **given})


def runs_with_one_value(name: str, place: tuple[int, int], value: float) -> Runs:
    """Build runs of random numbers with one value put into one array."""
    array = random_runs().arrays()[name].copy()
    array[place] = value
    return random_runs(**{name: array})


def same_bits(one: Runs, other: Runs) -> bool:
    """Tell whether two runs agree in every bit."""
    pairs = [(one.arrays()[name], other.arrays()[name]) for name in ARRAY_NAMES]
    same = all(a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes() for a, b in pairs)
    return same and one.seeds == other.seeds and one.config == other.config
