"""Findings of the section Optimizers."""

import numpy as np
import pytest

from harness.statistics import mean_over_seeds, plausible_draw, plausible_share_draw, share_of_seeds


@pytest.mark.finding("optimizers.loss-table", reading="draw")
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
def test_reported_loss_is_a_plausible_draw(evidence, reported, judge, optimizer):
    """Each loss of the table could be that of one training with this optimizer."""
    runs = evidence(framework="torch", task="classification", optimizer=optimizer)
    judge(plausible_draw(reported[optimizer], runs.final_test_loss, "test loss"))


@pytest.mark.finding("optimizers.accuracy-table", reading="draw")
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
def test_reported_accuracy_is_a_plausible_draw(evidence, reported, judge, optimizer):
    """Each accuracy of the table could be that of one training with this optimizer."""
    runs = evidence(framework="torch", task="classification", optimizer=optimizer)
    rows = runs.test_targets.shape[1]
    judge(plausible_share_draw(reported[optimizer], runs.final_test_accuracy, rows, "test accuracy"))


@pytest.mark.finding("optimizers.adam-rmsprop-level", reading="loss")
@pytest.mark.parametrize("framework", ["keras", "torch"])
def test_adam_and_rmsprop_end_at_the_same_loss(evidence, judge, framework):
    """On the same rows, Adam and RMSprop reach almost the same test loss."""
    adam = evidence(framework=framework, task="classification", optimizer="adam")
    rmsprop = evidence(framework=framework, task="classification", optimizer="rmsprop")
    judge(mean_over_seeds(adam.final_test_loss - rmsprop.final_test_loss, "test loss, Adam minus RMSprop"))


@pytest.mark.finding("optimizers.adam-rmsprop-level", reading="accuracy")
@pytest.mark.parametrize("framework", ["keras", "torch"])
def test_adam_and_rmsprop_end_at_the_same_accuracy(evidence, reading, judge, framework):
    """On the same rows, Adam and RMSprop reach almost the same test accuracy."""
    adam = evidence(framework=framework, task="classification", optimizer="adam")
    rmsprop = evidence(framework=framework, task="classification", optimizer="rmsprop")
    difference = adam.final_test_accuracy - rmsprop.final_test_accuracy
    judge(share_of_seeds(difference, (-reading.margin, reading.margin), "test accuracy, Adam minus RMSprop"))


@pytest.mark.finding("optimizers.sgd-fails", reading="accuracy")
@pytest.mark.parametrize("framework", ["keras", "torch"])
def test_sgd_ends_at_a_low_accuracy(evidence, reading, judge, framework):
    """On the same rows and for as many epochs, SGD gets far fewer test rows right than Adam."""
    sgd = evidence(framework=framework, task="classification", optimizer="sgd")
    adam = evidence(framework=framework, task="classification", optimizer="adam")
    gap = adam.final_test_accuracy - sgd.final_test_accuracy
    judge(share_of_seeds(gap, (reading.margin, np.inf), "test accuracy, Adam minus SGD"))


@pytest.mark.finding("optimizers.sgd-fails", reading="loss")
@pytest.mark.parametrize("framework", ["keras", "torch"])
def test_sgd_ends_at_a_high_loss(evidence, reading, judge, framework):
    """On the same rows and for as many epochs, SGD learns little of what Adam learns."""
    sgd = evidence(framework=framework, task="classification", optimizer="sgd")
    adam = evidence(framework=framework, task="classification", optimizer="adam")
    uniform_guess = np.log(sgd.test_predictions.shape[2])
    unlearnt = (sgd.final_test_loss - adam.final_test_loss) / (uniform_guess - adam.final_test_loss)
    judge(share_of_seeds(unlearnt, (reading.margin, np.inf), "share of Adam's gain that SGD has not made"))
