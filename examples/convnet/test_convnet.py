"""Advice from well-known papers, as claims on a training function of our own."""

import numpy as np
import pytest

from harness import epochs_to_level, median_over_seeds, median_ratio_over_seeds, proportion_of_seeds


@pytest.mark.finding("batch-norm.faster", reading="epochs")
def test_batch_norm_is_faster(evidence, judge):
    """A network that never gets there counts as later."""
    curves = (evidence(batch_norm=norm).test_accuracy for norm in (True, False))
    with_it, without = (epochs_to_level(curve, 0.9, falling=False) for curve in curves)
    judge(proportion_of_seeds((with_it < without).astype(float), (1.0, 1.0), "whether it is earlier with it"))


@pytest.mark.finding("batch-norm.higher-rates", reading="accuracy")
def test_batch_norm_allows_higher_rates(evidence, judge):
    """The learning rate is no axis of the grid: a claim may ask for another value of any field."""
    with_it, without = (evidence(batch_norm=norm, learning_rate=0.2).final_test_accuracy for norm in (True, False))
    judge(median_over_seeds(with_it - without, "test accuracy, with it minus without"))


@pytest.mark.finding("dropout.generalizes", reading="ratio")
def test_dropout_generalizes(evidence, judge):
    """Runs of one seed have the same split and first weights."""
    with_it, without = (evidence(dropout=rate).final_test_loss for rate in (0.5, 0.0))
    judge(median_ratio_over_seeds(with_it, without, "test loss, with it over without"))


@pytest.mark.finding("momentum.faster", reading="ratio")
def test_momentum_is_faster(evidence, judge):
    """At an epoch at which both still learn."""
    with_it, without = (np.asarray(evidence(momentum=rate).test_loss)[:, 2] for rate in (0.9, 0.0))
    judge(median_ratio_over_seeds(with_it, without, "test loss after three epochs, with it over without"))


@pytest.mark.finding("schedule.better", reading="ratio")
def test_annealing_ends_lower(evidence, judge):
    """Both start at the same rate."""
    cosine, constant = (evidence(schedule=name).final_test_loss for name in ("cosine", "constant"))
    judge(median_ratio_over_seeds(cosine, constant, "test loss, cosine over constant"))
