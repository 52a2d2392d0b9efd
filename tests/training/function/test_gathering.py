from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.base.errors import HarnessError
from harness.training.config import TrainingConfig
from harness.training.function.gathering import one_run
from harness.training.seeds import Seed
from tests.builders.functions import function_config

SEED = Seed(3, 3)


@pytest.fixture
def config(tmp_path: Path) -> TrainingConfig:
    """Return some config of a training function."""
    return function_config(tmp_path)


def test_numbers_lists_and_arrays_become_scalars_curves_and_outputs(config: TrainingConfig) -> None:
    """Whatever library they are of, and as whole numbers or not."""
    returned = {
        "accuracy": np.float32(0.5),
        "epochs": 7,
        "passed": True,
        "loss": [3, 2, 1.5],
        "steps": np.arange(2),
        "table": np.zeros((4, 2), dtype=np.int8),
    }
    runs = one_run(config, SEED, returned, 1.5)
    assert runs.seeds == (SEED,)
    assert {name: curve.shape for name, curve in runs.curves.items()} == {"loss": (1, 3), "steps": (1, 2)}
    assert {name: scalar.tolist() for name, scalar in runs.scalars.items()} == {
        "accuracy": [0.5],
        "epochs": [7.0],
        "passed": [1.0],
        "seconds": [1.5],
    }
    assert runs.table.shape == (1, 4, 2)
    assert runs.table.dtype == np.int8
    assert runs.loss.dtype == np.float64


def test_what_is_not_finite_is_a_divergence(config: TrainingConfig) -> None:
    """And is kept: it is the worst value, not a missing one."""
    assert one_run(config, SEED, {"loss": [1.0, np.nan]}, 1.0).diverged.tolist() == [True]
    assert one_run(config, SEED, {"accuracy": np.inf}, 1.0).diverged.tolist() == [True]


EXAMPLE = 'return a mapping such as {"test_loss": [0.9, 0.5], "test_accuracy": 0.97}'
WANTED = "give a number, a list of numbers, or an array of numbers"


@pytest.mark.parametrize(
    ("returned", "sentence"),
    [
        (None, f"the function returned a NoneType; {EXAMPLE}"),
        ([1, 2], f"the function returned a list; {EXAMPLE}"),
        ({}, f"the function returned nothing; {EXAMPLE}"),
        ({3: 1.0}, "the function returned 3 as a name; give names such as 'test_loss'"),
        ({"test loss": 1.0}, "the function returned 'test loss' as a name; give names such as 'test_loss'"),
        ({"_x": 1.0}, "the function returned '_x' as a name; give names such as 'test_loss'"),
        ({"seconds": 1.0}, "the function returned 'seconds', which the harness measures itself; give another name"),
        ({"seeds": 1.0}, "the function returned 'seeds', which is a word of runs themselves; give another name"),
        ({"diverged": 1.0}, "the function returned 'diverged', which is a word of runs themselves; give another name"),
        ({"accuracy": "high"}, f"accuracy is 'high'; {WANTED}"),
        ({"accuracy": None}, f"accuracy is None; {WANTED}"),
        ({"accuracy": "x" * 100}, f"accuracy is '{'x' * 59}...; {WANTED}"),
        ({"loss": []}, f"loss is empty; {WANTED}"),
    ],
)
def test_what_is_no_result_of_a_run_is_one_sentence(config: TrainingConfig, returned: Any, sentence: str) -> None:
    """With what would be right."""
    with pytest.raises(HarnessError) as caught:
        one_run(config, SEED, returned, 1.0)
    assert str(caught.value) == sentence


def test_lists_of_unequal_lengths_are_no_array(config: TrainingConfig) -> None:
    """NumPy says why."""
    with pytest.raises(HarnessError, match=rf"^table cannot be made an array \(.*\); {WANTED}$"):
        one_run(config, SEED, {"table": [[1, 2], [3]]}, 1.0)
