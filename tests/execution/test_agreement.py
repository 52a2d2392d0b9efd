import numpy as np
import pytest

from harness.base.errors import ExecutorError, WorkersDifferWarning
from harness.execution.agreement import checked_twice, differences_of, refuse_disagreement
from harness.execution.messages import Answer
from harness.training.runs import Runs
from tests.builders.configs import BLOCK, TORCH, blocks_of, trained_by
from tests.builders.runs import runs_for, with_arrays


def changed(**arrays: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> Runs:
    """Return made-up runs with other arrays."""
    return with_arrays(runs_for(TORCH, BLOCK), **arrays)


def test_of_each_framework_a_proportion_is_checked_and_always_the_same() -> None:
    """Rounded up, so at least one of each; whatever order they come in."""
    torch = blocks_of(100)
    keras = [(trained_by("keras", config), seeds) for config, seeds in torch[:2]]
    chosen = checked_twice([*torch, *keras], 0.03)
    assert [sum(config.trainer == name for config, _ in chosen) for name in ("torch", "keras")] == [3, 1]
    assert checked_twice([*keras, *torch[::-1]], 0.03) == chosen
    assert checked_twice(torch, 0.0) == frozenset()


def test_the_same_numbers_agree_whatever_time_they_took() -> None:
    """NaN is the same as NaN of the same bits."""
    nan = np.full((len(BLOCK), TORCH.epochs), np.nan)
    assert differences_of(changed(test_loss=nan), changed(test_loss=nan, seconds=np.arange(20.0))) == []


def test_a_last_bit_is_a_difference() -> None:
    """It is said in which array, and how far the farthest numbers are apart."""
    ones = np.ones((len(BLOCK), TORCH.epochs))
    far = ones.copy()
    far[3, 0] = np.nextafter(1.0, 2.0)
    assert differences_of(changed(test_loss=ones), changed(test_loss=far)) == ["test_loss by up to 2.2e-16"]


def test_predictions_of_other_shapes_differ() -> None:
    """Nothing is subtracted then."""
    rows = {"test_targets": np.zeros((20, 4)), "test_rows": np.zeros((20, 4), dtype=np.int64)}
    other = with_arrays(changed(), test_predictions=np.ones((20, 4, 3)), **rows)
    assert "test_predictions in shape" in differences_of(changed(), other)


@pytest.mark.parametrize("processor", ["one kind", "another kind"])
def test_workers_that_differ_are_named(processor: str) -> None:
    """An error between processors of the same kind, where bits must agree, and a warning between others."""
    first, second = Answer("tcp://a", "one kind", {}), Answer("tcp://b", processor, {})
    args = (TORCH, BLOCK), (first, runs_for(TORCH, BLOCK, 0.5)), (second, runs_for(TORCH, BLOCK, 0.75))
    text = (
        rf"workers tcp://a \(one kind\) and tcp://b \({processor}\) trained the same block to other numbers: "
        r"train_loss by up to 0\.25, .*; seeds Seed\(split=0, training=0\) to "
    )
    if processor == "one kind":
        with pytest.raises(ExecutorError, match=text + ".*; find out which is right, and delete what the other has"):
            refuse_disagreement(*args)
    else:
        with pytest.warns(WorkersDifferWarning, match=text + ".*; the first are kept$"):
            refuse_disagreement(*args)
    refuse_disagreement((TORCH, BLOCK), args[1], (second, runs_for(TORCH, BLOCK, 0.5)))
