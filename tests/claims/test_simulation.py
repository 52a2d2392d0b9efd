"""Simulated evidence is of the same form as that of trainings, agrees with itself and differs only where it should."""

import subprocess
import sys

import numpy as np
import pytest

from harness.data import registry, splitting
from harness.training.runs import Runs, predicted_classes
from tests.builders.runs import arrays_of
from tests.claims.catalogue import FOLDER, GRID
from tests.claims.conditions import KERAS, world
from tests.claims.simulation import SEEDS, SimulatedEvidence
from tests.claims.worlds import AS_REPORTED

CELLS = (
    {"framework": "torch", "task": "classification"},
    {"framework": "keras", "task": "classification", "optimizer": "sgd", "learning_rate": 0.1, "epochs": 7},
    {"framework": "keras", "task": "regression", "network": "net2", "activation": "tanh"},
)


def runs_of(cell: dict[str, object], seeds: int = SEEDS) -> Runs:
    """Return simulated runs of the world as reported, made anew."""
    return SimulatedEvidence(GRID, AS_REPORTED, seeds)(**cell)


@pytest.mark.parametrize("cell", CELLS)
def test_the_same_world_gives_the_same_runs(cell: dict[str, object]) -> None:
    """Two evidences of one world agree in every bit, so that a verdict is the same whenever it is asked for."""
    one, again = arrays_of(runs_of(cell)), arrays_of(runs_of(cell))
    assert all(np.array_equal(one[name], again[name], equal_nan=True) for name in one)


@pytest.mark.parametrize("cell", CELLS)
def test_test_rows_are_as_many_as_in_a_real_split(cell: dict[str, object]) -> None:
    """Rows, outputs and targets are those of the data set that the config names."""
    runs = runs_of(cell)
    dataset = registry.load(runs.config.dataset)
    real = splitting.split(dataset, runs.config.test_size, runs.config.scaling, 0)
    assert runs.test_predictions.shape == (SEEDS, len(real.test_target), len(dataset.class_names) or 1)
    assert (runs.test_targets == dataset.target[runs.test_rows]).all()
    assert all(len(set(rows)) == len(rows) for rows in runs.test_rows)


@pytest.mark.parametrize("cell", CELLS)
def test_curves_end_where_predictions_are(cell: dict[str, object]) -> None:
    """The last accuracy is the proportion of right classes, and the last squared error that of the predictions."""
    runs = runs_of(cell)
    if "test_accuracy" in runs.curves:
        assert runs.final_test_accuracy == pytest.approx((predicted_classes(runs) == runs.test_targets).mean(axis=1))
    else:
        errors = runs.test_predictions[:, :, 0] - runs.test_targets
        assert runs.final_test_loss == pytest.approx((errors**2).mean(axis=1))


def test_spread_over_seeds_is_centred() -> None:
    """The logarithms of an end loss have the world's mean exactly, at any number of seeds: no test hangs on luck."""
    for seeds in (2, 20, 33):
        losses = runs_of({"framework": "torch", "task": "classification"}, seeds).final_test_loss
        assert np.log(losses).mean() == pytest.approx(np.log(0.57), abs=1e-12)
        assert losses.std() > 0


def test_a_changed_world_differs_only_where_it_says() -> None:
    """Cells that do not match keep every bit, and of one that does only what was changed moves."""
    changed = SimulatedEvidence(GRID, world("less accurate", KERAS, end_accuracy=0.7).world)
    for cell in CELLS:
        one, other = arrays_of(runs_of(cell)), arrays_of(changed(**cell))
        differing = {name for name in one if not np.array_equal(one[name], other[name], equal_nan=True)}
        touched = cell["framework"] == "keras" and cell["task"] == "classification"
        assert differing == ({"train_accuracy", "test_accuracy", "test_predictions"} if touched else set())


def test_runs_that_diverge_say_so() -> None:
    """The asked proportion of the seeds counts as diverged, from an epoch after the first on."""
    runs = SimulatedEvidence(GRID, world("some", {}, diverged=0.1).world)(framework="torch", task="regression")
    assert runs.diverged.sum() == SEEDS / 10
    assert np.isfinite(runs.test_loss[:, 0]).all()


def test_no_framework_is_loaded() -> None:
    """Judging every claim on simulated evidence loads neither PyTorch nor TensorFlow nor Keras."""
    code = (
        "import sys\nfrom tests.claims.catalogue import CLAIMS, judge_claims\n"
        "from tests.claims.truths import AS_REPORTED\n"
        "for claims in CLAIMS.values():\n    judge_claims(claims, AS_REPORTED)\n"
        "print(len(CLAIMS), *({'torch', 'tensorflow', 'keras'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=FOLDER.parent, capture_output=True, text=True, check=True)
    count, *loaded = done.stdout.split()
    assert int(count) > 50
    assert loaded == []
