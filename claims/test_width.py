"""Findings of the section Increased neurons."""

import numpy as np
import pytest

from claims.axes import ACTIVATIONS, OPTIMIZERS, TASKS, cells, every_activation, every_optimizer, every_task
from claims.learning import MORE, excess, surplus
from harness import (
    epochs_later,
    epochs_to_level,
    epochs_to_proportion,
    final_gap,
    mean_over_seeds,
    median_ratio_over_seeds,
    proportion_of_cells,
    proportion_of_seeds,
    ratio_over_seeds,
    rise_after_minimum,
)

CONVERGED = 0.95
CELLS = cells(activation=ACTIVATIONS, optimizer=OPTIMIZERS)


@pytest.mark.finding("width.keras-converges-faster", reading="cells")
def test_wide_network_converges_in_fewer_epochs_in_most_cells(evidence, judge):
    """On the same rows, the wide network makes most of its own drop in fewer epochs in most cells of both tasks."""
    saved = [_epochs_saved(evidence, task=task, **cell) for task in TASKS for cell in CELLS]
    judge(proportion_of_cells(saved, (1, np.inf), "epochs saved by 128 neurons"))


@pytest.mark.finding("width.keras-converges-faster", reading="own-drop")
@every_optimizer
@every_activation
@every_task
def test_wide_network_converges_in_fewer_epochs(evidence, judge, task, activation, optimizer):
    """On the same rows, the wide network makes most of its own drop in test loss in fewer epochs."""
    saved = _epochs_saved(evidence, task=task, activation=activation, optimizer=optimizer)
    judge(proportion_of_seeds(saved, (1, np.inf), "epochs saved by 128 neurons"))


@pytest.mark.finding("width.keras-converges-faster", reading="same-level")
def test_wide_network_reaches_the_same_loss_in_fewer_epochs(evidence, judge):
    """On the same rows, the wide network is sooner at the loss where the narrow one has converged in most cells."""
    saved = []
    for cell in cells(task=TASKS, activation=ACTIVATIONS, optimizer=OPTIMIZERS):
        wide, narrow = (evidence(framework="keras", network=name, **cell).test_loss for name in ("net2", "net1"))
        level = narrow[:, 0] - CONVERGED * (narrow[:, 0] - narrow[:, -1])
        needed_by_wide, needed_by_narrow = (epochs_to_level(losses, level, falling=True) for losses in (wide, narrow))
        saved.append(epochs_later(needed_by_narrow, needed_by_wide, wide.shape[1]))
    judge(proportion_of_cells(saved, (1, np.inf), "epochs saved by 128 neurons"))


@pytest.mark.finding("width.torch-overfits", reading="cells")
def test_loss_of_wide_network_rises_again_in_most_cells(evidence, reading, judge):
    """The wide network ends with a test loss above the lowest it had in most cells."""
    rises = [rise_after_minimum(excess(_wide(evidence, "classification", **cell))) for cell in CELLS]
    judge(proportion_of_cells(rises, (reading.margin, np.inf), "rise after the minimum"))


@pytest.mark.finding("width.torch-overfits", reading="rise")
@every_optimizer
@every_activation
def test_loss_of_wide_network_rises_again(evidence, reading, judge, activation, optimizer):
    """Most trainings of the wide network end with a test loss above the lowest they had."""
    runs = _wide(evidence, "classification", activation=activation, optimizer=optimizer)
    judge(proportion_of_seeds(rise_after_minimum(excess(runs)), (reading.margin, np.inf), "rise after the minimum"))


@pytest.mark.finding("width.torch-overfits", reading="gap")
@every_optimizer
@every_activation
def test_wide_network_has_a_larger_gap(evidence, judge, activation, optimizer):
    """On the same rows, test and train loss are further apart in the wide network."""
    cell = {"framework": "torch", "task": "classification", "activation": activation, "optimizer": optimizer}
    wide, narrow = evidence(network="net2", **cell), evidence(network="net1", **cell)
    gaps = final_gap(wide.test_loss, wide.train_loss) - final_gap(narrow.test_loss, narrow.train_loss)
    judge(mean_over_seeds(gaps, "test minus train loss, 128 neurons minus 10"))


@pytest.mark.finding("width.torch-regression-milder", reading="cells")
def test_regression_rises_less_in_most_cells(evidence, judge):
    """The wide regression's test loss ends less above its minimum than the wide classification's in most cells."""
    milder = [_milder(evidence, **cell) for cell in CELLS]
    judge(proportion_of_cells(milder, (MORE, np.inf), "rise after the minimum, classification minus regression"))


@pytest.mark.finding("width.torch-regression-milder", reading="milder")
@every_optimizer
@every_activation
def test_regression_rises_less(evidence, judge, activation, optimizer):
    """The test loss of the wide regression ends less above its minimum than that of the wide classification."""
    milder = _milder(evidence, activation=activation, optimizer=optimizer)
    judge(proportion_of_seeds(milder, (MORE, np.inf), "rise after the minimum, classification minus regression"))


@pytest.mark.finding("width.torch-regression-milder", reading="lower-loss")
@every_optimizer
@every_activation
def test_wide_regression_has_a_lower_loss(evidence, judge, activation, optimizer):
    """On the same rows, the wide network reaches a lower test loss than the narrow one."""
    cell = {"framework": "torch", "task": "regression", "activation": activation, "optimizer": optimizer}
    wide, narrow = evidence(network="net2", **cell), evidence(network="net1", **cell)
    judge(median_ratio_over_seeds(wide.final_test_loss, narrow.final_test_loss, "test loss, Net2 over Net1"))


@pytest.mark.finding("width.torch-too-complex", reading="cells")
def test_wide_network_errs_more_in_most_cells(evidence, judge):
    """On the same rows, the wide network ends with a higher test loss than the narrow one in most cells."""
    more = []
    for cell in CELLS:
        wide, narrow = (
            evidence(framework="torch", task="classification", network=name, **cell).final_test_loss
            for name in ("net2", "net1")
        )
        more.append(wide - narrow)
    judge(proportion_of_cells(more, (MORE, np.inf), "test loss, 128 neurons minus 10"))


@pytest.mark.finding("width.contrast", reading="overfitting")
def test_wide_network_overfits_more_in_torch_in_most_cells(evidence, judge):
    """On the same rows, PyTorch's wide network ends further above its lowest test loss than Keras's in most cells."""
    more = []
    for cell in CELLS:
        keras, torch = (
            rise_after_minimum(excess(evidence(framework=name, task="classification", network="net2", **cell)))
            for name in ("keras", "torch")
        )
        more.append(surplus(torch, keras))  # both are infinite where both rise from the very floor
    judge(proportion_of_cells(more, (MORE, np.inf), "rise after the minimum, PyTorch minus Keras"))


@pytest.mark.finding("width.contrast", reading="convergence")
def test_wide_network_saves_more_epochs_in_keras_in_most_cells(evidence, judge):
    """On the same rows, 128 neurons save more epochs with Keras than with PyTorch in most cells."""
    more = []
    for cell in CELLS:
        keras, torch = (
            _epochs_saved(evidence, framework=name, task="classification", **cell) for name in ("keras", "torch")
        )
        # Where neither network gets there, neither saves anything; infinite savings of both are equal.
        more.append(surplus(keras, torch))
    judge(proportion_of_cells(more, (1, np.inf), "epochs saved by 128 neurons, Keras minus PyTorch"))


@pytest.mark.timed
@pytest.mark.finding("width.training-time", reading="total")
@pytest.mark.parametrize("framework", ["keras", "torch"])
def test_more_neurons_take_longer(classification_timings, judge, framework):
    """A whole training of the wide network takes noticeably longer than one of the narrow network."""
    wide, narrow = classification_timings[f"{framework} net2"], classification_timings[framework]
    ratios = ratio_over_seeds(wide.seconds, narrow.seconds, "seconds a training, Net2 over Net1")
    judge(ratios, note=f"Net2: {wide}; Net1: {narrow}")


def _wide(evidence, task, **cell):
    """Return the runs of PyTorch's wide network."""
    return evidence(framework="torch", task=task, network="net2", **cell)


def _epochs_saved(evidence, framework="keras", **cell):
    """Return by how many epochs the wide network makes most of its own drop earlier, shape (seeds,)."""
    wide, narrow = (evidence(framework=framework, network=network, **cell) for network in ("net2", "net1"))
    needed_by_wide, needed_by_narrow = (epochs_to_proportion(runs.test_loss, CONVERGED) for runs in (wide, narrow))
    return epochs_later(needed_by_narrow, needed_by_wide, wide.config.epochs)


def _milder(evidence, **cell):
    """Return by how much less the wide regression's test loss ends above its minimum, shape (seeds,)."""
    classification, regression = (
        rise_after_minimum(excess(_wide(evidence, task, **cell))) for task in ("classification", "regression")
    )
    return classification - regression
