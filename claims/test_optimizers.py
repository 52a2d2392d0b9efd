"""Findings of the section Optimizers."""

import itertools

import numpy as np
import pytest

from claims.axes import ACTIVATIONS, OPTIMIZERS, every_activation, every_framework, every_optimizer, every_task
from harness import (
    area_above_end,
    final_gap,
    mean_over_seeds,
    median_over_seeds,
    median_ratio_over_seeds,
    plausible_draw,
    plausible_joint_draw,
    plausible_joint_proportion_draw,
    plausible_proportion_draw,
    proportion_of_seeds,
    proportions_of_variance,
    ratio_over_seeds,
)

CONFIDENCE = 0.9
good_optimizer = pytest.mark.parametrize("optimizer", ["adam", "rmsprop"])


@pytest.mark.finding("optimizers.effect-exceeds-activation", reading="variance")
@every_task
@every_framework
def test_optimizer_explains_more_than_activation(evidence, judge, framework, task):
    """Of the variation between nine networks, the optimizer explains clearly more than the activation."""
    losses = _log_losses(evidence, framework, task)
    proportions = proportions_of_variance(losses, ("activation", "optimizer"))
    difference = proportions["optimizer"] - proportions["activation"]
    judge(
        mean_over_seeds(difference, "proportion of variance, optimizer minus activation"), note=_in_words(proportions)
    )


@pytest.mark.finding("optimizers.inconsequential-without-sgd", reading="accuracy")
@every_activation
@every_framework
def test_adam_and_rmsprop_are_as_accurate(evidence, reading, judge, framework, activation):
    """On the same rows, Adam and RMSprop get about the same proportion of the test rows right."""
    cell = {"framework": framework, "task": "classification", "activation": activation}
    adam, rmsprop = evidence(optimizer="adam", **cell), evidence(optimizer="rmsprop", **cell)
    difference = adam.final_test_accuracy - rmsprop.final_test_accuracy
    judge(proportion_of_seeds(difference, (-reading.margin, reading.margin), "test accuracy, Adam minus RMSprop"))


@pytest.mark.finding("optimizers.inconsequential-without-sgd", reading="loss")
@every_activation
@every_framework
def test_adam_and_rmsprop_err_as_much(evidence, judge, framework, activation):
    """On the same rows of the regression, Adam and RMSprop reach about the same test loss."""
    cell = {"framework": framework, "task": "regression", "activation": activation}
    adam, rmsprop = evidence(optimizer="adam", **cell), evidence(optimizer="rmsprop", **cell)
    judge(median_ratio_over_seeds(adam.final_test_loss, rmsprop.final_test_loss, "test loss, Adam over RMSprop"))


@pytest.mark.finding("optimizers.keras-perfect", reading="literal")
@good_optimizer
def test_keras_gets_every_row_right(evidence, reading, judge, optimizer):
    """Most trainings end with a test accuracy that prints as 1.00."""
    runs = evidence(framework="keras", task="classification", optimizer=optimizer)
    judge(proportion_of_seeds(runs.final_test_accuracy, (reading.margin, 1), "test accuracy"))


@pytest.mark.finding("optimizers.keras-perfect", reading="charitable")
@good_optimizer
def test_keras_gets_almost_every_row_right(evidence, reading, judge, optimizer):
    """Most trainings end with a test accuracy of almost 1."""
    runs = evidence(framework="keras", task="classification", optimizer=optimizer)
    judge(proportion_of_seeds(runs.final_test_accuracy, (reading.margin, 1), "test accuracy"))


@pytest.mark.finding("optimizers.keras-sgd-half", reading="near")
def test_keras_with_sgd_ends_near_half(evidence, judge):
    """Half of the trainings with SGD end near half of the test rows."""
    runs = evidence(framework="keras", task="classification", optimizer="sgd")
    judge(median_over_seeds(runs.final_test_accuracy, "test accuracy"))


@pytest.mark.finding("optimizers.keras-sgd-half", reading="literal")
def test_half_is_a_plausible_draw_for_keras_with_sgd(evidence, reported, judge):
    """The reported 0.50 could be the test accuracy of one training with SGD."""
    runs = evidence(framework="keras", task="classification", optimizer="sgd")
    rows = runs.test_targets.shape[1]
    judge(plausible_proportion_draw(reported["sgd"], runs.final_test_accuracy, rows, "test accuracy"))


@pytest.mark.finding("optimizers.keras-sgd-half", reading="direction")
def test_keras_with_sgd_stays_far_below(evidence, reading, judge):
    """Most trainings with SGD end nearer to half of the rows than to all of them."""
    runs = evidence(framework="keras", task="classification", optimizer="sgd")
    judge(proportion_of_seeds(runs.final_test_accuracy, (0, reading.margin), "test accuracy"))


@pytest.mark.finding("optimizers.torch-replicates", reading="pattern")
def test_torch_has_sgd_far_below_both_others(evidence, reading, judge):
    """In PyTorch too, SGD gets far fewer test rows right than Adam and than RMSprop."""
    sgd, adam, rmsprop = (
        evidence(framework="torch", task="classification", optimizer=optimizer).final_test_accuracy
        for optimizer in ("sgd", "adam", "rmsprop")
    )
    judge(proportion_of_seeds(np.minimum(adam, rmsprop) - sgd, (reading.margin, 1), "lesser of both minus SGD"))


@pytest.mark.finding("optimizers.torch-replicates", reading="same-gap")
def test_the_gap_is_the_same_in_both_frameworks(evidence, reading, judge):
    """On the same rows, SGD falls behind by about as much in PyTorch as in Keras."""
    keras, torch = (
        {
            optimizer: evidence(framework=framework, task="classification", optimizer=optimizer).final_test_accuracy
            for optimizer in OPTIMIZERS
        }
        for framework in ("keras", "torch")
    )
    gap_keras, gap_torch = (np.maximum(one["adam"], one["rmsprop"]) - one["sgd"] for one in (keras, torch))
    label = "SGD's distance to the better of both, Keras minus PyTorch"
    judge(proportion_of_seeds(gap_keras - gap_torch, (-reading.margin, reading.margin), label))


@pytest.mark.finding("optimizers.loss-table", reading="draw")
@every_optimizer
def test_reported_loss_is_a_plausible_draw(evidence, reported, judge, optimizer):
    """Each loss of the table could be that of one training with this optimizer."""
    runs = evidence(framework="torch", task="classification", optimizer=optimizer)
    judge(plausible_draw(reported[optimizer], runs.final_test_loss, "test loss"))


@pytest.mark.finding("optimizers.loss-table", reading="joint")
def test_reported_losses_are_a_plausible_draw_together(evidence, reported, judge):
    """The losses of the table could be those of one repetition: three networks on one split."""
    losses = {
        one: evidence(framework="torch", task="classification", optimizer=one).final_test_loss for one in reported
    }
    judge(plausible_joint_draw(list(reported.values()), list(losses.values()), "test losses"))


@pytest.mark.finding("optimizers.accuracy-table", reading="joint")
def test_reported_accuracies_are_a_plausible_draw_together(evidence, reported, judge):
    """The accuracies of the table could be those of one repetition: three networks on one split."""
    runs = [evidence(framework="torch", task="classification", optimizer=one) for one in reported]
    accuracies, rows = [one.final_test_accuracy for one in runs], runs[0].test_targets.shape[1]
    judge(plausible_joint_proportion_draw(list(reported.values()), accuracies, rows, "test accuracies"))


@pytest.mark.finding("optimizers.accuracy-table", reading="draw")
@every_optimizer
def test_reported_accuracy_is_a_plausible_draw(evidence, reported, judge, optimizer):
    """Each accuracy of the table could be that of one training with this optimizer."""
    runs = evidence(framework="torch", task="classification", optimizer=optimizer)
    rows = runs.test_targets.shape[1]
    judge(plausible_proportion_draw(reported[optimizer], runs.final_test_accuracy, rows, "test accuracy"))


@pytest.mark.finding("optimizers.adam-rmsprop-level", reading="loss")
@every_framework
def test_adam_and_rmsprop_end_at_the_same_loss(evidence, judge, framework):
    """On the same rows, Adam and RMSprop reach almost the same test loss."""
    adam = evidence(framework=framework, task="classification", optimizer="adam")
    rmsprop = evidence(framework=framework, task="classification", optimizer="rmsprop")
    judge(median_over_seeds(adam.final_test_loss - rmsprop.final_test_loss, "test loss, Adam minus RMSprop"))


@pytest.mark.finding("optimizers.adam-rmsprop-level", reading="accuracy")
@every_framework
def test_adam_and_rmsprop_end_at_the_same_accuracy(evidence, reading, judge, framework):
    """On the same rows, Adam and RMSprop reach almost the same test accuracy."""
    adam = evidence(framework=framework, task="classification", optimizer="adam")
    rmsprop = evidence(framework=framework, task="classification", optimizer="rmsprop")
    difference = adam.final_test_accuracy - rmsprop.final_test_accuracy
    judge(proportion_of_seeds(difference, (-reading.margin, reading.margin), "test accuracy, Adam minus RMSprop"))


@pytest.mark.finding("optimizers.adam-rmsprop-rate", reading="loss")
def test_losses_of_adam_and_rmsprop_fall_together(evidence, judge):
    """On the same rows, Adam's test loss stays above its end for as much of the training as RMSprop's."""
    adam = evidence(framework="keras", task="classification", optimizer="adam")
    rmsprop = evidence(framework="keras", task="classification", optimizer="rmsprop")
    difference = area_above_end(adam.test_loss) - area_above_end(rmsprop.test_loss)
    judge(mean_over_seeds(difference, "area above the end, Adam minus RMSprop"))


@pytest.mark.finding("optimizers.adam-rmsprop-rate", reading="accuracy")
def test_accuracies_of_adam_and_rmsprop_rise_together(evidence, judge):
    """On the same rows, Adam's test accuracy over the epochs is about RMSprop's."""
    adam = evidence(framework="keras", task="classification", optimizer="adam")
    rmsprop = evidence(framework="keras", task="classification", optimizer="rmsprop")
    difference = adam.test_accuracy.mean(axis=1) - rmsprop.test_accuracy.mean(axis=1)
    judge(mean_over_seeds(difference, "mean test accuracy over epochs, Adam minus RMSprop"))


@pytest.mark.finding("optimizers.sgd-fails", reading="accuracy")
@every_activation
@every_framework
def test_sgd_ends_at_a_low_accuracy(evidence, reading, judge, framework, activation):
    """On the same rows and for as many epochs, SGD gets far fewer test rows right than Adam."""
    cell = {"framework": framework, "task": "classification", "activation": activation}
    gap = evidence(optimizer="adam", **cell).final_test_accuracy - evidence(optimizer="sgd", **cell).final_test_accuracy
    judge(proportion_of_seeds(gap, (reading.margin, np.inf), "test accuracy, Adam minus SGD"))


@pytest.mark.finding("optimizers.sgd-fails", reading="loss")
@every_activation
@every_framework
def test_sgd_ends_at_a_high_loss(evidence, reading, judge, framework, activation):
    """On the same rows and for as many epochs, SGD learns little of what Adam learns."""
    cell = {"framework": framework, "task": "classification", "activation": activation}
    sgd, adam = evidence(optimizer="sgd", **cell), evidence(optimizer="adam", **cell)
    uniform_guess = np.log(sgd.test_predictions.shape[2])
    learnt_by_adam = np.where(adam.final_test_loss < uniform_guess, uniform_guess - adam.final_test_loss, np.nan)
    unlearnt = (sgd.final_test_loss - adam.final_test_loss) / learnt_by_adam
    judge(proportion_of_seeds(unlearnt, (reading.margin, np.inf), "proportion of Adam's gain that SGD has not made"))


@pytest.mark.finding("optimizers.sgd-fails", reading="each-row")
@every_framework
def test_sgd_ends_at_a_low_accuracy_with_an_update_a_row(evidence, reading, judge, framework):
    """With an update after every row, as the report has it for SGD, it still gets far fewer rows right than Adam."""
    cell = {"framework": framework, "task": "classification"}
    sgd, adam = evidence(optimizer="sgd", batch_size=1, **cell), evidence(optimizer="adam", **cell)
    gap = adam.final_test_accuracy - sgd.final_test_accuracy
    judge(proportion_of_seeds(gap, (reading.margin, np.inf), "test accuracy, Adam minus SGD with an update a row"))


@pytest.mark.finding("optimizers.sgd-overfits", reading="gap")
@pytest.mark.parametrize("learning_rate", [0.003, 0.01, 0.03, 0.1, 0.3])
def test_sgd_overfits_with_another_learning_rate(evidence, reading, judge, learning_rate):
    """With this learning rate and all else as it was, most trainings with SGD end with a gap between the losses."""
    runs = evidence(framework="torch", task="classification", optimizer="sgd", learning_rate=learning_rate)
    gaps = final_gap(runs.test_loss, runs.train_loss)
    judge(proportion_of_seeds(gaps, (reading.margin, np.inf), "test minus train loss"))


@pytest.mark.finding("optimizers.sgd-weights-grow", reading="each-row")
@every_framework
def test_weights_grow_with_an_update_a_row(evidence, judge, framework):
    """Training with SGD and an update after every row, as the report has it, makes the weights much larger."""
    runs = evidence(framework=framework, task="classification", optimizer="sgd", batch_size=1)
    judge(ratio_over_seeds(runs.weight_norm[:, -1], runs.weight_norm[:, 0], "norm of all weights, end over start"))


@pytest.mark.finding("optimizers.sgd-weights-grow", reading="growth")
@every_framework
def test_weights_grow_with_sgd(evidence, judge, framework):
    """Training with SGD makes the weights much larger than they were."""
    runs = evidence(framework=framework, task="classification", optimizer="sgd")
    judge(ratio_over_seeds(runs.weight_norm[:, -1], runs.weight_norm[:, 0], "norm of all weights, end over start"))


@pytest.mark.finding("optimizers.sgd-weights-grow", reading="beyond-adam")
@every_framework
def test_weights_grow_more_with_sgd_than_with_adam(evidence, judge, framework):
    """From the same initial weights, SGD makes the weights grow by more than Adam, which does not fail."""
    sgd = evidence(framework=framework, task="classification", optimizer="sgd")
    adam = evidence(framework=framework, task="classification", optimizer="adam")
    growth, other = (runs.weight_norm[:, -1] / runs.weight_norm[:, 0] for runs in (sgd, adam))
    judge(ratio_over_seeds(growth, other, "growth of the norm of all weights, SGD over Adam"))


@pytest.mark.finding("optimizers.sgd-hyperparameters", reading="learning-rate")
@pytest.mark.parametrize("learning_rate", [0.003, 0.01, 0.03, 0.1, 0.3])
def test_another_learning_rate_cures_sgd(evidence, reading, judge, learning_rate):
    """With this learning rate and all else as it was, most trainings with SGD reach almost full accuracy."""
    runs = evidence(framework="torch", task="classification", optimizer="sgd", learning_rate=learning_rate)
    judge(proportion_of_seeds(runs.final_test_accuracy, (reading.margin, 1), "test accuracy"))


@pytest.mark.finding("optimizers.sgd-hyperparameters", reading="epochs")
@pytest.mark.parametrize("epochs", [200, 1000])
def test_more_epochs_cure_sgd(evidence, reading, judge, epochs):
    """With so many epochs and all else as it was, most trainings with SGD reach almost full accuracy."""
    runs = evidence(framework="torch", task="classification", optimizer="sgd", epochs=epochs)
    judge(proportion_of_seeds(runs.final_test_accuracy, (reading.margin, 1), "test accuracy"))


def _log_losses(evidence, framework, task):
    """Return the logarithm of the test loss at the end of Net1, shape (seeds, activations, optimizers)."""
    losses = [
        evidence(framework=framework, task=task, activation=activation, optimizer=optimizer).final_test_loss
        for activation, optimizer in itertools.product(ACTIVATIONS, OPTIMIZERS)
    ]
    return np.log(np.stack(losses, axis=1)).reshape(-1, len(ACTIVATIONS), len(OPTIMIZERS))


def _in_words(proportions):
    """Return the mean proportion of each factor, with the interval of a single claim that is judged once."""
    means = {factor: mean_over_seeds(proportion, factor) for factor, proportion in proportions.items()}
    texts = (
        f"{factor} {mean.value:.2f} [{low:.2f}, {high:.2f}]"
        for factor, mean in means.items()
        for low, high in [mean.interval(CONFIDENCE)]
    )
    return f"proportions of variance with intervals of {CONFIDENCE:.0%}: {', '.join(texts)}"
