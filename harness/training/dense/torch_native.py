"""Train one network with PyTorch: a module, a data loader, a plain loop."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from harness.data.splitting import Split
from harness.training.config import TrainingConfig
from harness.training.dense.fields import BINARY, task_of
from harness.training.dense.recording import one_run, outputs_of, refuse_matched
from harness.training.runs import Runs
from harness.training.seeds import Seed

torch.set_num_threads(1)

ACTIVATIONS = {
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
}
MODES: dict[str, Callable[[nn.Module], Any]] = {"default": lambda model: model, "compile": torch.compile}
OPTIMIZERS: dict[str, type[torch.optim.Optimizer]] = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "rmsprop": torch.optim.RMSprop,
    "adamw": torch.optim.AdamW,
}
INITIALIZERS: dict[str, Callable[[Tensor], Any]] = {
    "glorot_uniform": nn.init.xavier_uniform_,
    "he_normal": partial(nn.init.kaiming_normal_, nonlinearity="relu"),
    "normal": partial(nn.init.normal_, std=0.05),
}
LOSSES = {"squared_error": nn.MSELoss, "absolute_error": nn.L1Loss, BINARY: nn.BCEWithLogitsLoss}


class Network(nn.Module):
    """A fully connected network; with `softmax_output` its outputs are probabilities, else plain numbers."""

    def __init__(
        self,
        inputs: int,
        hidden_widths: tuple[int, ...],
        outputs: int,
        activation: str,
        softmax_output: bool,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for fan_in, width in zip((inputs, *hidden_widths), hidden_widths, strict=False):
            layers += [nn.Linear(fan_in, width), ACTIVATIONS[activation]()]
            if dropout:
                layers.append(nn.Dropout(dropout))
        layers.append(nn.Linear((inputs, *hidden_widths)[-1], outputs))
        if softmax_output:
            layers.append(nn.Softmax(dim=1))
        self.layers = nn.Sequential(*layers)

    def forward(self, features: Tensor) -> Tensor:
        """Map features (rows, inputs) to outputs (rows, outputs)."""
        outputs: Tensor = self.layers(features)
        return outputs


@torch.no_grad()
def begin(network: Network, initial_weights: str) -> None:
    """Draw weights anew, layer by layer, and set biases to 0; let a network alone that begins as PyTorch has it."""
    if initial_weights == "own":
        return
    for layer in network.layers:
        if isinstance(layer, nn.Linear):
            INITIALIZERS[initial_weights](layer.weight)
            layer.bias.zero_()


def optimizer_settings(config: TrainingConfig) -> dict[str, Any]:
    """Return what an optimizer is told; all else is PyTorch's default."""
    settings: dict[str, Any] = {"lr": config.learning_rate, "weight_decay": config.weight_decay}
    if config.optimizer == "sgd":
        settings |= {"momentum": config.momentum, "nesterov": config.nesterov}
    return settings


def train(config: TrainingConfig, split: Split, seed: Seed) -> Runs:
    """Train one network on one split and return its run; the same seed gives the same bits.

    Initial weights and update rules are PyTorch's defaults, but for what `optimizer_settings` tells.
    """
    return train_and_time(config, split, seed)[0]


def train_and_time(
    config: TrainingConfig, split: Split, seed: Seed, mode: str = "default"
) -> tuple[Runs, NDArray[np.float64]]:
    """Train one network in one of `MODES`; return its run, and the seconds of each epoch, shape (epochs,).

    Building the model, and compiling it, count for the first epoch.
    """
    refuse_matched(config)
    classify = task_of(config) == "classification"
    ends = [time.perf_counter()]
    torch.manual_seed(seed.training)
    model = Network(
        split.train_features.shape[1],
        config.hidden_widths,
        outputs_of(config, split),
        config.activation,
        # CrossEntropyLoss applies softmax itself: a network that ends in softmax applies it twice.
        softmax_output=config.loss == "cross_entropy_on_softmax",
        dropout=config.dropout,
    )
    begin(model, config.initial_weights)
    network = MODES[mode](model)
    loss_function = LOSSES.get(config.loss, nn.CrossEntropyLoss)()
    optimizer = OPTIMIZERS[config.optimizer](model.parameters(), **optimizer_settings(config))
    train_features, train_target = _tensors(split.train_features, split.train_target, config)
    test_features, test_target = _tensors(split.test_features, split.test_target, config)
    loader = DataLoader(
        TensorDataset(train_features, train_target),
        batch_size=config.batch_size,
        shuffle=config.shuffle,
        generator=torch.Generator().manual_seed(seed.training),
    )

    curves: dict[str, list[float]] = {"train_loss": [], "test_loss": [], "weight_norm": [_weight_norm(model)]}
    if classify:
        curves |= {"train_accuracy": [], "test_accuracy": []}
    for _ in range(config.epochs):
        network.train()
        loss_sum = 0.0
        correct = 0
        for features, target in loader:
            optimizer.zero_grad()
            outputs = network(features)
            loss = loss_function(outputs, target)
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(target)
            if classify:
                correct += _correct(outputs, target)
        network.eval()
        with torch.no_grad():
            outputs = network(test_features)
            curves["test_loss"].append(loss_function(outputs, test_target).item())
        curves["train_loss"].append(loss_sum / len(train_target))
        curves["weight_norm"].append(_weight_norm(model))
        if classify:
            curves["train_accuracy"].append(correct / len(train_target))
            curves["test_accuracy"].append(_correct(outputs, test_target) / len(test_target))
        ends.append(time.perf_counter())

    predictions = predicted(config, outputs).numpy()
    run = one_run(config, split, seed, curves=dict(curves), test_predictions=predictions, seconds=ends[-1] - ends[0])
    return run, np.diff(ends)


def predicted(config: TrainingConfig, outputs: Tensor) -> Tensor:
    """Return probabilities or values for what a network puts out; both have the classes along axis 1."""
    if config.loss == "cross_entropy":
        return outputs.softmax(dim=1)
    return outputs.sigmoid() if config.loss == BINARY else outputs


def _tensors(features: object, target: object, config: TrainingConfig) -> tuple[Tensor, Tensor]:
    target = torch.as_tensor(target)
    if config.loss in LOSSES:
        # Of shape (rows,) against outputs of shape (rows, 1) it would be broadcast to (rows, rows) by MSELoss.
        target = target[:, None].float()
    return torch.as_tensor(features), target


def _correct(outputs: Tensor, target: Tensor) -> int:
    predicted = outputs > 0 if outputs.shape[1] == 1 else outputs.argmax(dim=1)
    return int((predicted == target).sum())


@torch.no_grad()
def _weight_norm(model: nn.Module) -> float:
    return float(nn.utils.parameters_to_vector(model.parameters()).norm())
