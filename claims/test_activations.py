"""Findings of the section Activations."""

import numpy as np
import pytest

from claims.axes import (
    ACTIVATIONS,
    FRAMEWORKS,
    OPTIMIZERS,
    PAIRS_OF_ACTIVATIONS,
    cells,
    every_activation,
    every_framework,
    every_optimizer,
    every_pair_of_activations,
)
from claims.learning import MORE, if_learnt
from harness import (
    TRAININGS_PER_SPLIT,
    area_above_end,
    epochs_later,
    epochs_to_maximum,
    epochs_to_proportion,
    median_over_seeds,
    median_ratio_over_seeds,
    plausible_draw,
    plausible_joint_draw,
    proportion_of_cells,
    proportion_of_seeds,
)

NEAR_OPTIMAL = 0.95
fast_activation = pytest.mark.parametrize("activation", ["relu", "tanh"])


CELLS = cells(framework=FRAMEWORKS, optimizer=OPTIMIZERS)


@pytest.mark.finding("activations.regression-parity", reading="cells")
def test_activations_end_at_the_same_loss_in_most_cells(evidence, reading, judge):
    """On the same rows, most pairs of activations reach about the same test loss."""
    ratios = []
    for cell in CELLS:
        loss = {name: evidence(task="regression", activation=name, **cell).final_test_loss for name in ACTIVATIONS}
        ratios += [loss[first] / loss[second] for first, second in PAIRS_OF_ACTIVATIONS]
    judge(proportion_of_cells(ratios, (1 / reading.margin, reading.margin), "test loss, one activation over another"))


@pytest.mark.finding("activations.regression-parity", reading="loss")
@every_pair_of_activations
@every_optimizer
@every_framework
def test_activations_end_at_the_same_loss(evidence, judge, framework, optimizer, first, second):
    """On the same rows, two activations reach about the same test loss."""
    cell = {"framework": framework, "task": "regression", "optimizer": optimizer}
    one, other = evidence(activation=first, **cell), evidence(activation=second, **cell)
    judge(median_ratio_over_seeds(one.final_test_loss, other.final_test_loss, f"test loss, {first} over {second}"))


@pytest.mark.finding("activations.classification-parity", reading="cells")
def test_activations_end_at_the_same_accuracy_in_most_cells(evidence, reading, judge):
    """On the same rows, most pairs of activations get about the same proportion of the test rows right."""
    differences = []
    for cell in CELLS:
        accuracy = {
            name: evidence(task="classification", activation=name, **cell).final_test_accuracy for name in ACTIVATIONS
        }
        differences += [accuracy[first] - accuracy[second] for first, second in PAIRS_OF_ACTIVATIONS]
    region = (-reading.margin, reading.margin)
    judge(proportion_of_cells(differences, region, "test accuracy, one activation minus another"))


@pytest.mark.finding("activations.classification-parity", reading="accuracy")
@every_pair_of_activations
@every_optimizer
@every_framework
def test_activations_end_at_the_same_accuracy(evidence, reading, judge, framework, optimizer, first, second):
    """On the same rows, two activations get about the same proportion of the test rows right."""
    cell = {"framework": framework, "task": "classification", "optimizer": optimizer}
    one, other = evidence(activation=first, **cell), evidence(activation=second, **cell)
    difference = one.final_test_accuracy - other.final_test_accuracy
    judge(proportion_of_seeds(difference, (-reading.margin, reading.margin), f"test accuracy, {first} minus {second}"))


@pytest.mark.finding("activations.pointwise-variance", reading="spread")
def test_single_predictions_vary(evidence, judge):
    """A row's prediction varies more between activations than between trainings of one, on the same rows."""
    runs = [
        evidence(framework="torch", task="regression", activation=activation, splits="crossed")
        for activation in ACTIVATIONS
    ]
    predictions = np.stack([one.test_predictions[:, :, 0] for one in runs], axis=1)
    between, within = _mean_squares(predictions)
    judge(median_ratio_over_seeds(between, within, "variance between activations over that between trainings"))


@pytest.mark.finding("activations.loss-table", reading="draw")
@every_activation
def test_reported_loss_is_a_plausible_draw(evidence, reported, judge, activation):
    """Each loss of the table could be that of one training of this network."""
    runs = evidence(framework="torch", task="regression", activation=activation)
    judge(plausible_draw(reported[activation], runs.final_test_loss, "test loss"))


@pytest.mark.finding("activations.loss-table", reading="joint")
def test_reported_losses_are_a_plausible_draw_together(evidence, reported, judge):
    """The losses of the table could be those of one repetition: three networks on one split."""
    losses = dict(zip(ACTIVATIONS, _losses_of_the_table(evidence), strict=True))
    judge(plausible_joint_draw([reported[one] for one in losses], list(losses.values()), "test losses"))


@pytest.mark.finding("activations.loss-table-insignificant", reading="equivalence")
@every_pair_of_activations
def test_mean_losses_of_the_table_are_equivalent(evidence, judge, first, second):
    """Over many trainings, the table's networks reach about the same test loss."""
    one = evidence(framework="torch", task="regression", activation=first)
    other = evidence(framework="torch", task="regression", activation=second)
    judge(median_ratio_over_seeds(one.final_test_loss, other.final_test_loss, f"test loss, {first} over {second}"))


@pytest.mark.finding("activations.table-pattern", reading="worst")
def test_relu_has_the_worst_loss_of_the_table(evidence, judge):
    """On the same rows, relu ends with a higher test loss than both others."""
    relu, sigmoid, tanh = _losses_of_the_table(evidence)
    judge(proportion_of_seeds(relu / np.maximum(sigmoid, tanh), (1 + MORE, np.inf), "relu over the worse of both"))


@pytest.mark.finding("activations.table-pattern", reading="by-a-third")
def test_relu_is_worse_by_a_third(evidence, judge):
    """On the same rows, relu's test loss is about a third above the average of both others."""
    relu, sigmoid, tanh = _losses_of_the_table(evidence)
    judge(median_ratio_over_seeds(relu, (sigmoid + tanh) / 2, "test loss, relu over the average of both others"))


@pytest.mark.finding("activations.fast", reading="loss")
@fast_activation
def test_fast_activations_reach_their_loss_by_epoch_30(evidence, judge, activation):
    """Half of the trainings have made most of their drop in test loss by the last epoch of the report's range."""
    runs = evidence(framework="torch", task="classification", activation=activation)
    epochs = if_learnt(runs, epochs_to_proportion(runs.test_loss, NEAR_OPTIMAL))
    judge(median_over_seeds(epochs, "epochs to 95 % of the drop in test loss"))


@pytest.mark.finding("activations.fast", reading="accuracy")
@fast_activation
def test_fast_activations_reach_their_accuracy_by_epoch_30(evidence, judge, activation):
    """Half of the trainings are near their best test accuracy by the last epoch of the report's range."""
    runs = evidence(framework="torch", task="classification", activation=activation)
    epochs = if_learnt(runs, epochs_to_maximum(runs.test_accuracy, tolerance=0.01))
    judge(median_over_seeds(epochs, "epochs to within 0.01 of the best test accuracy"))


@pytest.mark.finding("activations.fast", reading="in-time")
@fast_activation
def test_fast_activations_are_near_optimal_in_time(evidence, reading, judge, activation):
    """Most trainings have made most of their drop in test loss by the last epoch of the report's range."""
    runs = evidence(framework="torch", task="classification", activation=activation)
    epochs = if_learnt(runs, epochs_to_proportion(runs.test_loss, NEAR_OPTIMAL))
    judge(proportion_of_seeds(epochs, (1, reading.margin), "epochs to 95 % of the drop in test loss"))


@pytest.mark.finding("activations.slow-sigmoid", reading="loss")
def test_sigmoid_reaches_its_loss_in_nearly_50_epochs(evidence, judge):
    """Half of the trainings have made most of their drop in test loss by an epoch from 40 to 50."""
    runs = evidence(framework="torch", task="classification", activation="sigmoid")
    epochs = if_learnt(runs, epochs_to_proportion(runs.test_loss, NEAR_OPTIMAL))
    judge(median_over_seeds(epochs, "epochs to 95 % of the drop in test loss"))


@pytest.mark.finding("activations.slow-sigmoid", reading="own-drop")
def test_sigmoid_makes_its_own_drop_in_nearly_50_epochs(evidence, judge):
    """However far they get, half of the trainings have made most of their own drop by an epoch from 40 to 50."""
    runs = evidence(framework="torch", task="classification", activation="sigmoid")
    judge(median_over_seeds(epochs_to_proportion(runs.test_loss, NEAR_OPTIMAL), "epochs to 95 % of the drop"))


@pytest.mark.finding("activations.slow-sigmoid", reading="accuracy")
def test_sigmoid_reaches_its_accuracy_in_nearly_50_epochs(evidence, judge):
    """Half of the trainings are near their best test accuracy by an epoch from 40 to 50."""
    runs = evidence(framework="torch", task="classification", activation="sigmoid")
    epochs = if_learnt(runs, epochs_to_maximum(runs.test_accuracy, tolerance=0.01))
    judge(median_over_seeds(epochs, "epochs to within 0.01 of the best test accuracy"))


@pytest.mark.finding("activations.rate-order", reading="epochs")
@fast_activation
def test_sigmoid_needs_more_epochs(evidence, judge, activation):
    """On the same rows, sigmoid makes most of its drop in test loss later than another activation."""
    sigmoid = evidence(framework="torch", task="classification", activation="sigmoid")
    other = evidence(framework="torch", task="classification", activation=activation)
    needed, needed_by_other = (epochs_to_proportion(runs.test_loss, NEAR_OPTIMAL) for runs in (sigmoid, other))
    later = epochs_later(needed, needed_by_other, sigmoid.config.epochs)
    judge(proportion_of_seeds(later, (1, np.inf), f"epochs to 95 % of the drop, sigmoid minus {activation}"))


@pytest.mark.finding("activations.rate-order", reading="area")
@fast_activation
def test_sigmoid_learns_later(evidence, judge, activation):
    """On the same rows, sigmoid's test loss stays above its end for more of the training."""
    sigmoid = evidence(framework="torch", task="classification", activation="sigmoid")
    other = evidence(framework="torch", task="classification", activation=activation)
    later = area_above_end(sigmoid.test_loss) - area_above_end(other.test_loss)
    judge(proportion_of_seeds(later, (MORE, np.inf), f"area above the end, sigmoid minus {activation}"))


@pytest.mark.finding("activations.accuracy-rate", reading="epochs")
@fast_activation
def test_sigmoid_is_later_at_its_accuracy(evidence, judge, activation):
    """On the same rows, sigmoid is later near its best test accuracy than another activation."""
    sigmoid = evidence(framework="torch", task="classification", activation="sigmoid")
    other = evidence(framework="torch", task="classification", activation=activation)
    needed, needed_by_other = (epochs_to_maximum(runs.test_accuracy, tolerance=0.01) for runs in (sigmoid, other))
    later = epochs_later(needed, needed_by_other, sigmoid.config.epochs)
    judge(proportion_of_seeds(later, (1, np.inf), f"epochs to near the best accuracy, sigmoid minus {activation}"))


@pytest.mark.finding("activations.fast-alike", reading="loss")
def test_relu_and_tanh_are_as_quick(evidence, judge):
    """On the same rows, relu and tanh make most of their drop in test loss in about as many epochs."""
    relu, tanh = (evidence(framework="torch", task="classification", activation=name) for name in ("relu", "tanh"))
    needed, needed_by_tanh = (epochs_to_proportion(runs.test_loss, NEAR_OPTIMAL) for runs in (relu, tanh))
    later = epochs_later(needed, needed_by_tanh, relu.config.epochs)
    judge(median_over_seeds(later, "epochs to 95 % of the drop in test loss, relu minus tanh"))


def _losses_of_the_table(evidence):
    """Return the final test losses of relu, sigmoid and tanh, each of shape (seeds,)."""
    return (evidence(framework="torch", task="regression", activation=name).final_test_loss for name in ACTIVATIONS)


def _mean_squares(predictions):
    """Return the mean squares of predictions (seeds, activations, rows) between activations and within them, by split.

    A split on which a training diverged, and one whose trainings are not complete, says that nothing varies.
    """
    splits = len(predictions) // TRAININGS_PER_SPLIT
    whole = predictions[: splits * TRAININGS_PER_SPLIT].reshape(splits, TRAININGS_PER_SPLIT, *predictions.shape[1:])
    between = TRAININGS_PER_SPLIT * whole.mean(axis=1).var(axis=1, ddof=1).mean(axis=1)
    within = whole.var(axis=1, ddof=1).mean(axis=(1, 2))
    known, missing = np.isfinite(between), max(0, 2 - splits)
    between = np.pad(np.where(known, between, 0), (0, missing))
    return between, np.pad(np.where(known, within, 1), (0, missing), constant_values=1)
