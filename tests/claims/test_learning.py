"""When a training has learnt, and when it has finished."""

import numpy as np
import pytest

from claims.learning import finished
from harness.training.seeds import Seed
from tests.builders.configs import small_config
from tests.builders.runs import runs_for, with_arrays

EPOCHS = 10


@pytest.mark.parametrize(
    ("losses", "over"),
    [
        pytest.param([2.0, *[1.04] * 7, 1.02, 1.0], True, id="hardly any more"),
        pytest.param([2.0, *[1.06] * 7, 1.02, 1.0], False, id="a little too much"),
        pytest.param(list(np.linspace(2.0, 1.0, EPOCHS)), False, id="as before"),
        pytest.param([2.0, *[1.0] * 7, 1.1, 1.2], True, id="rises at the end"),
        pytest.param([1.0] * EPOCHS, True, id="never falls"),
        pytest.param([2.0, 1.5, *[np.nan] * 8], True, id="diverged"),
        pytest.param([2.0, 1.5, *[np.inf] * 8], True, id="diverged to infinity"),
    ],
)
def test_a_training_has_finished_where_its_loss_falls_hardly_any_more(losses: list[float], over: bool) -> None:
    """In the last fifth of its epochs by a twentieth of its whole drop at most; a run that diverged ends there."""
    seeds = [Seed(0, 0), Seed(1, 1)]
    runs = runs_for(small_config(epochs=EPOCHS), seeds)
    runs = with_arrays(runs, train_loss=np.array([losses, [2.0, *[1.0] * 9]]))
    assert list(finished(runs)) == [over, True]
