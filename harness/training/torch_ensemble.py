"""Train a whole block of seeds of one protocol with PyTorch, as one batched program.

Horizontally fused training (Wang et al. 2021, HFTA, MLSys): the networks of all seeds are stacked along a first axis,
products become batched products, and PyTorch's own optimizer classes act on all of them at once. Their updates are
elementwise, so each seed's slice gets exactly the update it would get alone. A member equals the run of
`harness.training.torch_loop` with the same seed, but for the order in which floats are summed.
"""

import time
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from harness.datasets import Split
from harness.protocol import Protocol, Seed
from harness.runs import Runs
from harness.training.recording import block_of_runs, outputs_of
from harness.training.torch_loop import OPTIMIZERS, Network

ACTIVATIONS = {"relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}


class StackedNetwork:
    """The networks of all seeds, their parameters in one flat tensor.

    One flat parameter makes an optimizer step a handful of operations, however many layers there are. Layers are
    views into it, and so are their gradients.

    Attributes
    ----------
    parameters : (seeds * parameters of one network,)
        What the optimizer steps on; its gradient is filled by `backward`.
    """

    def __init__(self, networks: Sequence[Network], activation: str, softmax_output: bool) -> None:
        stacked = [
            torch.stack(tensors).detach()
            for tensors in zip(*(network.parameters() for network in networks), strict=True)
        ]
        self.parameters = torch.nn.Parameter(torch.cat([tensor.flatten() for tensor in stacked]))
        self.parameters.grad = torch.zeros_like(self.parameters)
        self._layers: list[Tensor] = []
        start = 0
        for tensor in stacked:
            values = self.parameters.detach()[start : start + tensor.numel()].view(tensor.shape)
            gradient = self.parameters.grad[start : start + tensor.numel()].view(tensor.shape)
            start += tensor.numel()
            # Weights as (seeds, in, out) and biases as (seeds, 1, out), ready for baddbmm.
            weights = tensor.dim() == 3
            leaf = (values.transpose(1, 2) if weights else values[:, None]).requires_grad_()
            leaf.grad = gradient.transpose(1, 2) if weights else gradient[:, None]
            self._layers.append(leaf)
        self._activation = ACTIVATIONS[activation]
        self._softmax_output = softmax_output

    def __call__(self, features: Tensor) -> Tensor:
        """Map features (seeds, rows, inputs) to outputs (seeds, rows, outputs)."""
        signal = features
        for number in range(0, len(self._layers), 2):
            signal = torch.baddbmm(self._layers[number + 1], signal, self._layers[number])
            if number + 2 < len(self._layers):
                signal = self._activation(signal)
        return signal.softmax(dim=2) if self._softmax_output else signal

    def backward(self, loss: Tensor) -> None:
        """Fill the gradient of `parameters` with that of `loss`."""
        assert self.parameters.grad is not None
        self.parameters.grad.zero_()
        loss.backward()  # accumulates in place, into the views

    def norms(self) -> Tensor:
        """Return the Euclidean norm over all weights and biases of each network, shape (seeds,)."""
        squares = [(layer.detach() ** 2).sum(dim=(1, 2)) for layer in self._layers]
        return torch.stack(squares).sum(dim=0).sqrt()


def train(protocol: Protocol, splits: Sequence[Split], seeds: Sequence[Seed]) -> Runs:
    """Train one network for each seed, all at once, and return their runs.

    Parameters
    ----------
    splits, seeds
        One of each for every network; all splits have as many rows.
    """
    classify = protocol.task == "classification"
    started = time.perf_counter()
    network = StackedNetwork(
        [_initial(protocol, split, seed) for split, seed in zip(splits, seeds, strict=True)],
        protocol.activation,
        softmax_output=protocol.loss == "cross_entropy_on_softmax",
    )
    optimizer = OPTIMIZERS[protocol.optimizer]([network.parameters], lr=protocol.learning_rate)
    train_features, train_target = _stack(splits, "train", classify)
    test_features, test_target = _stack(splits, "test", classify)
    generators = [torch.Generator().manual_seed(seed.training) for seed in seeds]
    count, rows = train_target.shape[:2]
    member = torch.arange(count)[:, None]

    curves: dict[str, list[Tensor]] = {
        name: [] for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
    }
    norms = [network.norms()]
    for _ in range(protocol.epochs):
        order = torch.stack([_epoch_order(generator, rows) for generator in generators])
        features, target = train_features[member, order], train_target[member, order]
        loss_sum = torch.zeros(count)
        correct = torch.zeros(count)
        for start in range(0, rows, protocol.batch_size):
            batch = slice(start, start + protocol.batch_size)
            outputs = network(features[:, batch])
            losses = _losses(outputs, target[:, batch], classify)
            network.backward(losses.sum() / losses.shape[1])
            optimizer.step()
            loss_sum += losses.detach().sum(dim=1)
            if classify:
                correct += _correct(outputs.detach(), target[:, batch])
        with torch.no_grad():
            outputs = network(test_features)
            curves["test_loss"].append(_losses(outputs, test_target, classify).mean(dim=1))
        curves["train_loss"].append(loss_sum / rows)
        norms.append(network.norms())
        if classify:
            curves["train_accuracy"].append(correct / rows)
            curves["test_accuracy"].append(_correct(outputs, test_target) / test_target.shape[1])

    if protocol.loss == "cross_entropy":
        outputs = outputs.softmax(dim=2)
    return block_of_runs(
        protocol,
        splits,
        seeds,
        curves={
            "weight_norm": torch.stack(norms, dim=1).numpy(),
            **{name: torch.stack(curve, dim=1).numpy() for name, curve in curves.items() if curve},
        },
        test_predictions=outputs.numpy(),
        seconds=time.perf_counter() - started,
    )


def _initial(protocol: Protocol, split: Split, seed: Seed) -> Network:
    torch.manual_seed(seed.training)
    return Network(
        split.train_features.shape[1],
        protocol.hidden_widths,
        outputs_of(protocol, split),
        protocol.activation,
        softmax_output=False,
    )


def _epoch_order(generator: torch.Generator, rows: int) -> Tensor:
    """Return the rows in the order in which a shuffling `DataLoader` with this generator takes them next."""
    torch.empty((), dtype=torch.int64).random_(generator=generator)  # the loader's seed for its worker processes
    order = torch.randperm(rows, generator=generator)
    torch.randperm(rows, generator=generator)  # the sampler's draw for rows beyond the last full pass: none are used
    return order


def _stack(splits: Sequence[Split], part: str, classify: bool) -> tuple[Tensor, Tensor]:
    """Return features (seeds, rows, inputs) and target: (seeds, rows) of classes, or (seeds, rows, 1) of values."""
    features = torch.as_tensor(np.stack([getattr(split, f"{part}_features") for split in splits]))
    target = torch.as_tensor(np.stack([getattr(split, f"{part}_target") for split in splits]))
    return features, target if classify else target[:, :, None]


def _losses(outputs: Tensor, target: Tensor, classify: bool) -> Tensor:
    """Return the loss of each row, shape (seeds, rows)."""
    if classify:
        rows = functional.cross_entropy(outputs.flatten(0, 1), target.flatten(), reduction="none")
        return rows.view(target.shape)
    return functional.mse_loss(outputs, target, reduction="none")[:, :, 0]


def _correct(outputs: Tensor, target: Tensor) -> Tensor:
    return (outputs.argmax(dim=2) == target).sum(dim=1)
