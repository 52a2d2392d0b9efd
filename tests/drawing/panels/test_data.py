import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from harness.base.arrays import Floats
from harness.drawing.panels.data import (
    LEVELS,
    MOST_EPOCHS,
    class_proportions,
    differences,
    finished,
    history_bands,
    prediction_bands,
)
from harness.training.runs import predicted_classes
from tests.builders.runs import random_runs

finite = st.floats(-1e3, 1e3, allow_subnormal=False)


def test_runs_that_diverged_are_left_out() -> None:
    """The others keep their seeds and numbers."""
    runs = random_runs()
    loss = runs.test_loss.copy()
    loss[0, -1] = np.inf
    kept = finished(random_runs(test_loss=loss))
    assert kept.seeds == runs.seeds[1:]
    np.testing.assert_array_equal(kept.test_loss, runs.test_loss[1:])


@pytest.mark.parametrize("epochs", [1, 2, MOST_EPOCHS, 1000])
def test_bands_of_a_history_reach_from_its_first_to_its_last_epoch(epochs: int) -> None:
    """Each point is a quantile over trainings at that epoch, however many epochs there are."""
    curves = np.random.default_rng(1).normal(size=(21, epochs))
    bands = history_bands(curves)
    assert (bands.places[0], bands.places[-1]) == (1, epochs)
    assert len(bands.places) == min(epochs, MOST_EPOCHS)
    for place, quantiles in zip(bands.places.astype(int), bands.quantiles.T, strict=True):
        np.testing.assert_array_equal(quantiles, np.quantile(curves[:, place - 1], LEVELS))


@given(st_numpy.arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 40)), elements=finite))
def test_bands_of_perfect_predictions_lie_around_the_diagonal(targets: Floats) -> None:
    """Groups are ordered, cover all rows, and hold the true value at which they stand."""
    bands = prediction_bands(targets, targets)
    assert (np.diff(bands.places) > 0).all()
    assert (np.diff(bands.quantiles, axis=0) >= -1e-9).all()
    np.testing.assert_allclose(bands.quantiles[2], bands.places)
    assert (bands.quantiles.min(), bands.quantiles.max()) >= (targets.min(), -np.inf)


def test_shares_are_a_confusion_normalized_by_true_class() -> None:
    """As scikit-learn has it, seed by seed; a class without test rows has no proportions."""
    from sklearn.metrics import confusion_matrix

    generator = np.random.default_rng(2)
    targets, predicted = generator.integers(0, 3, (4, 50)).astype(float), generator.integers(0, 3, (4, 50))
    for seed, proportions in enumerate(class_proportions(targets, predicted, 3)):
        np.testing.assert_allclose(proportions, confusion_matrix(targets[seed], predicted[seed], normalize="true"))
    assert np.isnan(class_proportions(np.zeros((1, 5)), np.zeros((1, 5), dtype=np.int64), 2)[0, 1]).all()


def test_panels_differ_by_the_rows_that_get_another_class() -> None:
    """A panel does not differ from itself; one in which some rows get another class differs by their proportion."""
    runs = random_runs()
    assert differences([runs]) is None
    np.testing.assert_array_equal(differences([runs, runs]), np.zeros(len(runs.seeds)))
    turned = runs.test_predictions.copy()
    turned[:, :2] = -turned[:, :2]
    other = random_runs(test_predictions=turned)
    apart = (predicted_classes(runs) != predicted_classes(other)).mean(axis=1)
    np.testing.assert_array_equal(differences([runs, other]), apart)
    assert apart.max() > 0


def test_panels_with_other_test_rows_cannot_be_compared() -> None:
    """Rows that happen to stand at the same place are not the same rows."""
    runs = random_runs()
    assert differences([runs, random_runs(test_rows=runs.test_rows[:, ::-1].copy())]) is None
