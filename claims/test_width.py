"""Findings of the section Increased neurons."""

import numpy as np
import pytest

from claims.axes import every_activation, every_optimizer, every_task
from claims.learning import MORE
from harness import (
    epochs_later,
    epochs_to_level,
    epochs_to_proportion,
    final_gap,
    mean_over_seeds,
    proportion_of_seeds,
    ratio_over_seeds,
    rise_after_minimum,
)

CONVERGED = 0.95


@pytest.mark.finding("width.keras-converges-faster", reading="own-drop")
@every_optimizer
@every_activation
@every_task
def test_wide_network_converges_in_fewer_epochs(evidence, judge, task, activation, optimizer):
    """On the same rows, the wide network makes most of its own drop in test loss in fewer epochs."""
    cell = {"framework": "keras", "task": task, "activation": activation, "optimizer": optimizer}
    wide, narrow = evidence(network="net2", **cell), evidence(network="net1", **cell)
    needed_by_wide, needed_by_narrow = (epochs_to_proportion(runs.test_loss, CONVERGED) for runs in (wide, narrow))
    saved = epochs_later(needed_by_narrow, needed_by_wide, wide.config.epochs)
    judge(proportion_of_seeds(saved, (1, np.inf), "epochs saved by 128 neurons"))


@pytest.mark.finding("width.keras-converges-faster", reading="same-level")
@every_optimizer
@every_activation
@every_task
def test_wide_network_reaches_the_same_loss_in_fewer_epochs(evidence, judge, task, activation, optimizer):
    """On the same rows, the wide network reaches in fewer epochs the loss at which the narrow one has converged."""
    cell = {"framework": "keras", "task": task, "activation": activation, "optimizer": optimizer}
    wide, narrow = (evidence(network=network, **cell).test_loss for network in ("net2", "net1"))
    level = narrow[:, 0] - CONVERGED * (narrow[:, 0] - narrow[:, -1])
    needed_by_wide, needed_by_narrow = (epochs_to_level(losses, level, falling=True) for losses in (wide, narrow))
    saved = epochs_later(needed_by_narrow, needed_by_wide, wide.shape[1])
    judge(proportion_of_seeds(saved, (1, np.inf), "epochs saved by 128 neurons"))


@pytest.mark.finding("width.torch-overfits", reading="rise")
@every_optimizer
@every_activation
def test_loss_of_wide_network_rises_again(evidence, reading, judge, activation, optimizer):
    """Most trainings of the wide network end with a test loss above the lowest they had."""
    cell = {"framework": "torch", "task": "classification", "activation": activation, "optimizer": optimizer}
    runs = evidence(network="net2", **cell)
    judge(proportion_of_seeds(rise_after_minimum(runs.test_loss), (reading.margin, np.inf), "rise after the minimum"))


@pytest.mark.finding("width.torch-overfits", reading="gap")
@every_optimizer
@every_activation
def test_wide_network_has_a_larger_gap(evidence, judge, activation, optimizer):
    """On the same rows, test and train loss are further apart in the wide network."""
    cell = {"framework": "torch", "task": "classification", "activation": activation, "optimizer": optimizer}
    wide, narrow = evidence(network="net2", **cell), evidence(network="net1", **cell)
    gaps = final_gap(wide.test_loss, wide.train_loss) - final_gap(narrow.test_loss, narrow.train_loss)
    judge(mean_over_seeds(gaps, "test minus train loss, 128 neurons minus 10"))


@pytest.mark.finding("width.torch-regression-milder", reading="milder")
@every_optimizer
@every_activation
def test_regression_rises_less(evidence, judge, activation, optimizer):
    """The test loss of the wide regression ends less above its minimum than that of the wide classification."""
    cell = {"framework": "torch", "network": "net2", "activation": activation, "optimizer": optimizer}
    classification = rise_after_minimum(evidence(task="classification", **cell).test_loss)
    regression = rise_after_minimum(evidence(task="regression", **cell).test_loss)
    milder = classification - regression
    judge(proportion_of_seeds(milder, (MORE, np.inf), "rise after the minimum, classification minus regression"))


@pytest.mark.finding("width.torch-regression-milder", reading="lower-loss")
@every_optimizer
@every_activation
def test_wide_regression_has_a_lower_loss(evidence, judge, activation, optimizer):
    """On the same rows, the wide network reaches a lower test loss than the narrow one."""
    cell = {"framework": "torch", "task": "regression", "activation": activation, "optimizer": optimizer}
    wide, narrow = evidence(network="net2", **cell), evidence(network="net1", **cell)
    judge(ratio_over_seeds(wide.final_test_loss, narrow.final_test_loss, "test loss, 128 over 10 neurons"))


@pytest.mark.timed
@pytest.mark.finding("width.training-time", reading="total")
@pytest.mark.parametrize("framework", ["keras", "torch"])
def test_more_neurons_take_longer(classification_timings, judge, framework):
    """A whole training of the wide network takes noticeably longer than one of the narrow network."""
    wide, narrow = classification_timings[f"{framework} net2"], classification_timings[framework]
    ratios = ratio_over_seeds(wide.seconds, narrow.seconds, "seconds a training, 128 over 10 neurons")
    judge(ratios, note=f"128 neurons: {wide}; 10 neurons: {narrow}")
