"""Findings of the section Keras against PyTorch."""

import numpy as np
import pytest

from harness.statistics import mean_over_seeds, ratio_over_seeds, share_of_seeds


@pytest.mark.finding("frameworks.classification-parity", reading="accuracy")
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
def test_accuracies_agree(evidence, reading, judge, optimizer):
    """Trained on the same rows, both frameworks get about the same share of the test rows right."""
    keras = evidence(framework="keras", task="classification", optimizer=optimizer)
    torch = evidence(framework="torch", task="classification", optimizer=optimizer)
    difference = keras.final_test_accuracy - torch.final_test_accuracy
    judge(share_of_seeds(difference, (-reading.margin, reading.margin), "test accuracy, Keras minus PyTorch"))


@pytest.mark.finding("frameworks.classification-parity", reading="predictions")
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
def test_predicted_classes_agree(evidence, reading, judge, optimizer):
    """Trained on the same rows, both frameworks put almost every test row into the same class."""
    keras = evidence(framework="keras", task="classification", optimizer=optimizer)
    torch = evidence(framework="torch", task="classification", optimizer=optimizer)
    differing = (keras.predicted_classes != torch.predicted_classes).mean(axis=1)
    judge(share_of_seeds(differing, (0, reading.margin), "share of test rows with different classes"))


@pytest.mark.finding("frameworks.regression-parity", reading="loss")
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh"])
def test_losses_agree(evidence, judge, activation):
    """Trained on the same rows, both frameworks reach about the same test loss."""
    keras = evidence(framework="keras", task="regression", activation=activation)
    torch = evidence(framework="torch", task="regression", activation=activation)
    judge(ratio_over_seeds(keras.final_test_loss, torch.final_test_loss, "test loss, Keras over PyTorch"))


@pytest.mark.finding("frameworks.regression-parity", reading="predictions")
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh"])
def test_predicted_values_agree(evidence, judge, activation):
    """Trained on the same rows, the frameworks' predictions differ by much less than they err."""
    keras = evidence(framework="keras", task="regression", activation=activation)
    torch = evidence(framework="torch", task="regression", activation=activation)
    difference = (keras.test_predictions - torch.test_predictions)[:, :, 0]
    root_mean_square_difference = np.sqrt((difference**2).mean(axis=1))
    root_mean_square_error = np.sqrt(torch.final_test_loss)
    judge(mean_over_seeds(root_mean_square_difference / root_mean_square_error, "difference over error"))


@pytest.mark.timed
@pytest.mark.finding("frameworks.training-time", reading="total")
@pytest.mark.parametrize("torch", ["torch", "torch compile"])
@pytest.mark.parametrize("keras", ["keras", "keras no-jit", "keras on-torch"])
def test_torch_trains_faster_classification(classification_timings, judge, keras, torch):
    """A whole training of the classification takes Keras considerably longer, in each mode of both."""
    first, second = classification_timings[keras], classification_timings[torch]
    judge(
        ratio_over_seeds(first.seconds, second.seconds, f"seconds a training, {keras} over {torch}"),
        note=f"{keras}: {first}; {torch}: {second}",
    )


@pytest.mark.timed
@pytest.mark.finding("frameworks.training-time", reading="epoch")
@pytest.mark.parametrize("torch", ["torch", "torch compile"])
@pytest.mark.parametrize("keras", ["keras", "keras no-jit", "keras on-torch"])
def test_torch_runs_an_epoch_faster_classification(classification_timings, judge, keras, torch):
    """An epoch after the first, with nothing left to trace or compile, takes Keras considerably longer."""
    first, second = classification_timings[keras], classification_timings[torch]
    ratios = ratio_over_seeds(
        first.steady_epoch_seconds, second.steady_epoch_seconds, f"seconds an epoch, {keras} over {torch}"
    )
    judge(ratios, note=f"{keras}: {first}; {torch}: {second}")


@pytest.mark.timed
@pytest.mark.finding("frameworks.training-time", reading="total")
def test_torch_trains_faster_regression(evidence, judge):
    """A whole training of the regression takes Keras considerably longer."""
    keras, torch = evidence.race([{"framework": name, "task": "regression"} for name in ("keras", "torch")])
    ratios = ratio_over_seeds(keras.seconds, torch.seconds, "seconds a training, Keras over PyTorch")
    judge(ratios, note=f"keras: {keras}; torch: {torch}")
