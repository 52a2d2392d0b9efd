"""Findings of the report's consistency with itself: arithmetic with the numbers it prints, no training."""

import numpy as np
import pytest

from harness import batch_averages, exactly, loss_of_saturated_outputs, most_classes, possible_counts, rows_that_allow

MOST_ROWS = 1000


@pytest.mark.finding("consistency.three-classes", reading="most-classes")
@pytest.mark.parametrize("optimizer", ["adam", "rmsprop"])
def test_reported_loss_allows_three_classes_at_most(reported, judge, optimizer):
    """With softmax applied twice, no problem with more than three classes could show so low a loss."""
    judge(exactly(most_classes(reported[optimizer]), "largest number of classes"))


@pytest.mark.finding("consistency.test-rows", reading="smallest")
def test_one_small_test_set_gives_all_accuracies(reported, judge):
    """Some small test set can give every accuracy of the table to two decimals."""
    rows = rows_that_allow(list(reported.values()), MOST_ROWS)
    judge(exactly(min(rows, default=np.inf), "smallest number of test rows"))


@pytest.mark.finding("consistency.test-rows", reading="reconstruction")
def test_reconstructed_test_set_gives_all_accuracies(evidence, reported, judge):
    """A test set as large as the reconstruction's can give every accuracy of the table to two decimals."""
    rows = evidence(framework="torch", task="classification").test_rows.shape[1]
    possible = sum(len(possible_counts(accuracy, rows)) > 0 for accuracy in reported.values())
    judge(exactly(possible, f"accuracies that {rows} test rows can give"))


@pytest.mark.finding("consistency.test-rows", reading="batches")
def test_averages_over_batches_give_all_accuracies(evidence, reported, judge):
    """Averages over batches of the reconstruction's test set can give every accuracy of the table."""
    runs = evidence(framework="torch", task="classification")
    rows, batch_size = runs.test_rows.shape[1], runs.config.batch_size
    possible = sum(batch_averages(accuracy, rows, batch_size) for accuracy in reported.values())
    judge(exactly(possible, f"accuracies that averages over batches of {batch_size} can give"))


@pytest.mark.finding("consistency.sgd-saturation", reading="saturated")
def test_reported_loss_of_sgd_is_that_of_saturated_outputs(reported, judge):
    """The reported loss is what outputs of exactly 0 and 1 give at the reported accuracy."""
    saturated = loss_of_saturated_outputs(reported["accuracy"].value, classes=3)
    judge(exactly(reported["loss"].value - saturated, "reported loss minus that of saturated outputs"))
