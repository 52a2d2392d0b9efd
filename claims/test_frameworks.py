"""Findings of the section Keras against PyTorch."""

from pathlib import Path

import numpy as np
import pytest

from claims.axes import ACTIVATIONS, NETWORKS, OPTIMIZERS, cells, every_activation, every_network, every_optimizer
from harness import (
    exactly,
    measure,
    median_ratio_over_seeds,
    predicted_classes,
    proportion_of_cells,
    proportion_of_seeds,
    ratio_over_seeds,
)

SCRIPTS = Path(__file__).with_name("scripts")
# The same training in three usual styles, each in both frameworks.
PAIRS = {
    "sequential": ("keras_classifier", "torch_classifier"),
    "classes": ("keras_functional", "torch_module"),
    "short": ("keras_short", "torch_short"),
}
every_style = pytest.mark.parametrize("style", PAIRS)
CELLS = cells(activation=ACTIVATIONS, optimizer=OPTIMIZERS, network=NETWORKS)


@pytest.mark.finding("frameworks.classification-parity", reading="cells")
def test_accuracies_agree_in_most_cells(evidence, reading, judge):
    """Trained on the same rows, both frameworks get about the same proportion of them right in most cells."""
    differences = [_difference_in_accuracy(evidence, **cell) for cell in CELLS]
    region = (-reading.margin, reading.margin)
    judge(proportion_of_cells(differences, region, "test accuracy, Keras minus PyTorch"))


@pytest.mark.finding("frameworks.classification-parity", reading="accuracy")
@every_network
@every_optimizer
@every_activation
def test_accuracies_agree(evidence, reading, judge, activation, optimizer, network):
    """Trained on the same rows, both frameworks get about the same proportion of the test rows right."""
    difference = _difference_in_accuracy(evidence, activation=activation, optimizer=optimizer, network=network)
    judge(proportion_of_seeds(difference, (-reading.margin, reading.margin), "test accuracy, Keras minus PyTorch"))


@pytest.mark.finding("frameworks.classification-parity", reading="accuracy-matched")
@every_optimizer
@every_activation
def test_accuracies_agree_when_matched(evidence, reading, judge, activation, optimizer):
    """With the same loss, initial weights and order of rows, both frameworks get the same rows right."""
    cell = {"task": "classification", "activation": activation, "optimizer": optimizer}
    keras = evidence(framework="keras", regime="matched", loss="cross_entropy_on_softmax", **cell)
    torch = evidence(framework="torch", regime="matched", loss="cross_entropy_on_softmax", **cell)
    difference = keras.final_test_accuracy - torch.final_test_accuracy
    judge(proportion_of_seeds(difference, (-reading.margin, reading.margin), "test accuracy, Keras minus PyTorch"))


@pytest.mark.finding("frameworks.classification-parity", reading="accuracy-same-loss")
@every_optimizer
@every_activation
def test_accuracies_agree_with_the_same_loss(evidence, reading, judge, activation, optimizer):
    """With softmax applied twice in both and all else their own, the frameworks get about the same rows right."""
    cell = {"task": "classification", "activation": activation, "optimizer": optimizer}
    keras = evidence(framework="keras", loss="cross_entropy_on_softmax", **cell)
    torch = evidence(framework="torch", loss="cross_entropy_on_softmax", **cell)
    difference = keras.final_test_accuracy - torch.final_test_accuracy
    judge(proportion_of_seeds(difference, (-reading.margin, reading.margin), "test accuracy, Keras minus PyTorch"))


@pytest.mark.finding("frameworks.classification-parity", reading="predictions")
@every_network
@every_optimizer
@every_activation
def test_predicted_classes_agree(evidence, reading, judge, activation, optimizer, network):
    """Trained on the same rows, both frameworks put almost every test row into the same class."""
    cell = {"task": "classification", "activation": activation, "optimizer": optimizer, "network": network}
    keras, torch = evidence(framework="keras", **cell), evidence(framework="torch", **cell)
    differing = (predicted_classes(keras) != predicted_classes(torch)).mean(axis=1)
    known = np.where(keras.diverged | torch.diverged, np.nan, differing)
    judge(proportion_of_seeds(known, (0, reading.margin), "proportion of test rows with different classes"))


@pytest.mark.finding("frameworks.regression-parity", reading="cells")
def test_losses_agree_in_most_cells(evidence, reading, judge):
    """Trained on the same rows, both frameworks reach about the same test loss in most cells."""
    ratios = []
    for cell in CELLS:
        keras, torch = (evidence(framework=name, task="regression", **cell) for name in ("keras", "torch"))
        ratios.append(keras.final_test_loss / torch.final_test_loss)
    judge(proportion_of_cells(ratios, (1 / reading.margin, reading.margin), "test loss, Keras over PyTorch"))


@pytest.mark.finding("frameworks.regression-parity", reading="loss")
@every_network
@every_optimizer
@every_activation
def test_losses_agree(evidence, judge, activation, optimizer, network):
    """Trained on the same rows, both frameworks reach about the same test loss."""
    cell = {"task": "regression", "activation": activation, "optimizer": optimizer, "network": network}
    keras, torch = evidence(framework="keras", **cell), evidence(framework="torch", **cell)
    judge(median_ratio_over_seeds(keras.final_test_loss, torch.final_test_loss, "test loss, Keras over PyTorch"))


@pytest.mark.finding("frameworks.regression-parity", reading="predictions")
@every_network
@every_optimizer
@every_activation
def test_predicted_values_agree(evidence, judge, activation, optimizer, network):
    """Trained on the same rows, the frameworks' predictions differ by much less than they err."""
    cell = {"task": "regression", "activation": activation, "optimizer": optimizer, "network": network}
    keras, torch = evidence(framework="keras", **cell), evidence(framework="torch", **cell)
    difference = (keras.test_predictions - torch.test_predictions)[:, :, 0]
    root_mean_square_difference = np.sqrt((difference**2).mean(axis=1))
    root_mean_square_error = np.sqrt(torch.final_test_loss)
    judge(median_ratio_over_seeds(root_mean_square_difference, root_mean_square_error, "difference over error"))


@pytest.mark.finding("frameworks.regression-parity", reading="predictions-matched")
@every_optimizer
@every_activation
def test_predicted_values_agree_when_matched(evidence, judge, activation, optimizer):
    """With the same initial weights and order of rows, the frameworks predict the same."""
    cell = {"task": "regression", "activation": activation, "optimizer": optimizer, "regime": "matched"}
    keras, torch = evidence(framework="keras", **cell), evidence(framework="torch", **cell)
    difference = (keras.test_predictions - torch.test_predictions)[:, :, 0]
    root_mean_square_difference = np.sqrt((difference**2).mean(axis=1))
    root_mean_square_error = np.sqrt(torch.final_test_loss)
    judge(median_ratio_over_seeds(root_mean_square_difference, root_mean_square_error, "difference over error"))


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


@pytest.mark.finding("frameworks.complexity", reading="source-lines")
@every_style
def test_torch_takes_more_lines(judge, style):
    """The same training takes more lines of source in PyTorch."""
    keras, torch = (measure((SCRIPTS / f"{name}.py").read_text()) for name in PAIRS[style])
    judge(exactly(torch.source_lines / keras.source_lines, "lines of source, PyTorch over Keras"))


@pytest.mark.finding("frameworks.complexity", reading="statements")
@every_style
def test_torch_takes_more_statements(judge, style):
    """The same training takes more statements in PyTorch."""
    keras, torch = (measure((SCRIPTS / f"{name}.py").read_text()) for name in PAIRS[style])
    judge(exactly(torch.statements / keras.statements, "statements, PyTorch over Keras"))


@pytest.mark.finding("frameworks.complexity", reading="cyclomatic")
@every_style
def test_torch_has_more_paths(judge, style):
    """The same training has more paths through its code in PyTorch."""
    keras, torch = (measure((SCRIPTS / f"{name}.py").read_text()) for name in PAIRS[style])
    judge(exactly(torch.cyclomatic / keras.cyclomatic, "cyclomatic complexity, PyTorch over Keras"))


def _difference_in_accuracy(evidence, **cell):
    """Return the test accuracy of Keras minus that of PyTorch, shape (seeds,)."""
    keras, torch = (evidence(framework=name, task="classification", **cell) for name in ("keras", "torch"))
    return keras.final_test_accuracy - torch.final_test_accuracy
