"""Findings of the section Additional hidden layer."""

import numpy as np
import pytest

from claims.axes import (
    ACTIVATIONS,
    FRAMEWORKS,
    OPTIMIZERS,
    TASKS,
    cells,
    every_activation,
    every_framework,
    every_optimizer,
    every_task,
)
from claims.learning import MORE, finished, if_learnt
from harness import (
    area_above_end,
    epochs_later,
    epochs_to_level,
    epochs_to_maximum,
    median_over_seeds,
    proportion_of_cells,
    proportion_of_seeds,
)

EXAMPLE = {"framework": "torch", "task": "classification", "activation": "sigmoid", "optimizer": "rmsprop"}
CELLS = cells(framework=FRAMEWORKS, activation=ACTIVATIONS, optimizer=OPTIMIZERS)


@pytest.mark.finding("depth.milder-than-width", reading="cells")
def test_a_layer_changes_less_than_neurons_in_most_cells(evidence, judge):
    """On the same rows, the test loss changes less with one more layer than with more neurons in most cells."""
    milder = [_milder(evidence, task=task, **cell) for task in TASKS for cell in CELLS]
    judge(proportion_of_cells(milder, (MORE, np.inf), "change of log test loss, by neurons minus by a layer"))


@pytest.mark.finding("depth.milder-than-width", reading="loss")
@every_optimizer
@every_activation
@every_task
@every_framework
def test_a_layer_changes_less_than_neurons(evidence, judge, framework, task, activation, optimizer):
    """On the same rows, the test loss changes less with one more layer than with more neurons."""
    milder = _milder(evidence, framework=framework, task=task, activation=activation, optimizer=optimizer)
    judge(proportion_of_seeds(milder, (MORE, np.inf), "change of log test loss, by neurons minus by a layer"))


@pytest.mark.finding("depth.faster-loss", reading="cells")
def test_loss_falls_earlier_with_one_more_layer_in_most_cells(evidence, judge):
    """On the same rows, the deeper network's test loss stays above its end for less of the training in most cells."""
    earlier = [_earlier(evidence, task=task, **cell) for task in TASKS for cell in CELLS]
    judge(proportion_of_cells(earlier, (MORE, np.inf), "area above the end, Net1 minus Net3"))


@pytest.mark.finding("depth.faster-loss", reading="area")
@every_optimizer
@every_activation
@every_task
@every_framework
def test_loss_falls_earlier_with_one_more_layer(evidence, judge, framework, task, activation, optimizer):
    """On the same rows, the deeper network's test loss stays above its end for less of the training."""
    earlier = _earlier(evidence, framework=framework, task=task, activation=activation, optimizer=optimizer)
    judge(proportion_of_seeds(earlier, (MORE, np.inf), "area above the end, Net1 minus Net3"))


@pytest.mark.finding("depth.faster-loss", reading="level")
def test_loss_is_lower_sooner_with_one_more_layer(evidence, judge):
    """On the same rows, the deeper network is sooner at the loss half way down the shallow one's drop in most cells."""
    saved = []
    for cell in (dict(task=task, **cell) for task in TASKS for cell in CELLS):
        deep, shallow = (evidence(network=network, **cell).test_loss for network in ("net3", "net1"))
        level = (shallow[:, 0] + shallow[:, -1]) / 2
        needed_by_deep, needed_by_shallow = (epochs_to_level(losses, level, falling=True) for losses in (deep, shallow))
        saved.append(epochs_later(needed_by_shallow, needed_by_deep, deep.shape[1]))
    judge(proportion_of_cells(saved, (1, np.inf), "epochs saved by one more layer"))


@pytest.mark.finding("depth.net3-epochs", reading="literal")
def test_deep_network_is_at_its_best_before_epoch_15(evidence, judge):
    """Half of the trainings of Net3 are at their best test accuracy before epoch 15."""
    runs = evidence(network="net3", **EXAMPLE)
    epochs = if_learnt(runs, epochs_to_maximum(runs.test_accuracy))
    judge(median_over_seeds(epochs, "epochs to the best test accuracy"))


@pytest.mark.finding("depth.net3-epochs", reading="own-best")
def test_deep_network_is_at_its_own_best_before_epoch_15(evidence, judge):
    """However far they get, half of the trainings of Net3 are at their own best test accuracy before epoch 15."""
    runs = evidence(network="net3", **EXAMPLE)
    judge(median_over_seeds(epochs_to_maximum(runs.test_accuracy), "epochs to the best test accuracy"))


@pytest.mark.finding("depth.net3-epochs", reading="charitable")
def test_deep_network_is_near_its_best_before_epoch_15(evidence, reading, judge):
    """Half of the trainings of Net3 are near their best test accuracy before epoch 15."""
    runs = evidence(network="net3", **EXAMPLE)
    epochs = if_learnt(runs, epochs_to_maximum(runs.test_accuracy, reading.margin))
    judge(median_over_seeds(epochs, "epochs to near the best test accuracy"))


@pytest.mark.finding("depth.net1-epochs", reading="literal")
def test_shallow_network_is_at_its_best_after_epoch_30(evidence, judge):
    """Half of the trainings of Net1 come to their best test accuracy only after epoch 30."""
    runs = evidence(network="net1", **EXAMPLE)
    epochs = if_learnt(runs, epochs_to_maximum(runs.test_accuracy), otherwise=0)
    judge(median_over_seeds(epochs, "epochs to the best test accuracy"))


@pytest.mark.finding("depth.net1-epochs", reading="charitable")
def test_shallow_network_is_near_its_best_after_epoch_30(evidence, reading, judge):
    """Half of the trainings of Net1 come near their best test accuracy only after epoch 30."""
    runs = evidence(network="net1", **EXAMPLE)
    epochs = if_learnt(runs, epochs_to_maximum(runs.test_accuracy, reading.margin), otherwise=0)
    judge(median_over_seeds(epochs, "epochs to near the best test accuracy"))


@pytest.mark.finding("depth.accuracy-minor", reading="cells")
def test_accuracies_of_both_depths_agree_in_most_finished_cells(evidence, reading, judge):
    """Where both have finished, Net1 and Net3 get about the same proportion of the test rows right in most cells."""
    differences = [_difference_in_accuracy(evidence, **cell) for cell in CELLS]
    both = [finished(shallow) & finished(deep) for shallow, deep in (_both_depths(evidence, **cell) for cell in CELLS)]
    region = (-reading.margin, reading.margin)
    judge(proportion_of_cells(differences, region, "test accuracy, Net1 minus Net3", counted=both))


@pytest.mark.finding("depth.accuracy-minor", reading="all-cells")
def test_accuracies_of_both_depths_agree_in_most_cells(evidence, reading, judge):
    """Finished or not, Net1 and Net3 get about the same proportion of the test rows right in most cells."""
    differences = [_difference_in_accuracy(evidence, **cell) for cell in CELLS]
    judge(proportion_of_cells(differences, (-reading.margin, reading.margin), "test accuracy, Net1 minus Net3"))


@pytest.mark.finding("depth.accuracy-minor", reading="accuracy")
@every_optimizer
@every_activation
@every_framework
def test_accuracies_of_both_depths_agree(evidence, reading, judge, framework, activation, optimizer):
    """On the same rows, Net1 and Net3 get about the same proportion of the test rows right."""
    difference = _difference_in_accuracy(evidence, framework=framework, activation=activation, optimizer=optimizer)
    judge(proportion_of_seeds(difference, (-reading.margin, reading.margin), "test accuracy, Net1 minus Net3"))


def _milder(evidence, **cell):
    """Return how much more the log test loss changes with 128 neurons than with one more layer, shape (seeds,)."""
    net1, net2, net3 = (
        np.log(evidence(network=network, **cell).final_test_loss) for network in ("net1", "net2", "net3")
    )
    return np.abs(net2 - net1) - np.abs(net3 - net1)


def _earlier(evidence, **cell):
    """Return how much less of the training Net3's test loss stays above its end than Net1's, shape (seeds,)."""
    deep, shallow = (area_above_end(evidence(network=network, **cell).test_loss) for network in ("net3", "net1"))
    return shallow - deep


def _difference_in_accuracy(evidence, **cell):
    """Return the test accuracy of Net1 minus that of Net3, shape (seeds,)."""
    shallow, deep = _both_depths(evidence, **cell)
    return shallow.final_test_accuracy - deep.final_test_accuracy


def _both_depths(evidence, **cell):
    """Return the runs of Net1 and of Net3 on the classification."""
    return [evidence(task="classification", network=network, **cell) for network in ("net1", "net3")]
