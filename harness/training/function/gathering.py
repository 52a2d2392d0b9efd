"""From what a training function returns, one mapping a run, to runs."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.base.arrays import Array
from harness.base.errors import HarnessError
from harness.training.config import TrainingConfig
from harness.training.runs import SECONDS, Runs
from harness.training.seeds import Seed

EXPECTED = 'return a mapping such as {"test_loss": [0.9, 0.5], "test_accuracy": 0.97}'
LONGEST = 60  # characters of a value that a sentence quotes
_WANTED = "give a number, a list of numbers, or an array of numbers"


def one_run(config: TrainingConfig, seed: Seed, returned: Any, seconds: float) -> Runs:
    """Return what a training function returned as the runs of one seed.

    A number becomes a scalar, a list of numbers a curve, an array of more dimensions an output.

    Parameters
    ----------
    seconds
        How long the call took.

    Raises
    ------
    HarnessError
        If it is no mapping from names to numbers or arrays of numbers.
    """
    if not isinstance(returned, Mapping):
        raise HarnessError(f"the function returned a {type(returned).__name__}; {EXPECTED}")
    if not returned:
        raise HarnessError(f"the function returned nothing; {EXPECTED}")
    arrays: dict[str, Any] = {_checked_name(name): _numbers(name, value) for name, value in returned.items()}
    return Runs(
        config=config,
        seeds=(seed,),
        curves={name: array[None] for name, array in arrays.items() if array.ndim == 1},
        scalars={
            **{name: array[None] for name, array in arrays.items() if array.ndim == 0},
            SECONDS: np.array([seconds]),
        },
        outputs={name: array[None] for name, array in arrays.items() if array.ndim > 1},
    )


def _checked_name(name: Any) -> str:
    if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
        raise HarnessError(f"the function returned {name!r} as a name; give names such as 'test_loss'")
    if name == SECONDS:
        raise HarnessError(f"the function returned {name!r}, which the harness measures itself; give another name")
    if hasattr(Runs, name) or name in Runs.__dataclass_fields__:
        raise HarnessError(f"the function returned {name!r}, which is a word of runs themselves; give another name")
    return name


def _numbers(name: str, value: Any) -> Array:
    try:
        array = np.asarray(value)
    except Exception as reason:  # of lists of unequal lengths, or tensors that lie elsewhere
        raise HarnessError(f"{name} cannot be made an array ({reason}); {_WANTED}") from reason
    if array.dtype.kind not in "biuf":
        raise HarnessError(f"{name} is {_shown(value)}; {_WANTED}")
    if array.size == 0:
        raise HarnessError(f"{name} is empty; {_WANTED}")
    return array.astype(np.float64) if array.ndim < 2 else array


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
