"""Train a whole block of seeds of one protocol with PyTorch, as one batched program.

Horizontally fused training (Wang et al. 2021, HFTA, MLSys): the networks of all seeds are stacked along a first axis,
products become batched products, and PyTorch's own optimizer classes act on all of them at once. Their updates are
elementwise, so each seed's slice gets exactly the update it would get alone. A member equals the run of
`harness.training.torch_loop` with the same seed, but for the order in which floats are summed.

A step of so small a network costs what its operations cost to start, not what they compute. So all parameters are one
flat tensor, and the chain rule is written out over the derivative kernels that autograd itself would call, which
halves the time of a step.
"""

import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from harness.datasets import Split
from harness.protocol import Protocol, Seed
from harness.runs import Runs
from harness.training.recording import block_of_runs, outputs_of
from harness.training.torch_loop import OPTIMIZERS, Network

aten = torch.ops.aten
ACTIVATIONS = {"relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}
# From the gradient of an activation's output, and that output, to the gradient of its input.
DERIVATIVES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "relu": lambda gradient, output: aten.threshold_backward(gradient, output, 0),
    "sigmoid": aten.sigmoid_backward,
    "tanh": aten.tanh_backward,
}
# One kernel for the whole update, where PyTorch has one.
FUSED = {"sgd": {"fused": True}, "adam": {"fused": True}, "rmsprop": {}}


class StackedNetwork:
    """The networks of all seeds, their parameters in one flat tensor.

    Attributes
    ----------
    parameters : (seeds * parameters of one network,)
        What the optimizer steps on; `losses_and_gradient` fills its gradient.
    """

    def __init__(self, networks: Sequence[Network], protocol: Protocol) -> None:
        stacked = [
            torch.stack(tensors).detach()
            for tensors in zip(*(network.parameters() for network in networks), strict=True)
        ]
        # Weights as (seeds, in, out) and biases as (seeds, 1, out), ready for baddbmm.
        shaped = [(tensor.transpose(1, 2) if tensor.dim() == 3 else tensor[:, None]).contiguous() for tensor in stacked]
        self.parameters = torch.nn.Parameter(torch.cat([tensor.flatten() for tensor in shaped]))
        self.parameters.grad = torch.zeros_like(self.parameters)
        self._values = _views(self.parameters.detach(), shaped)
        self._gradients = _views(self.parameters.grad, shaped)
        self._activation = ACTIVATIONS[protocol.activation]
        self._derivative = DERIVATIVES[protocol.activation]
        self._classify = protocol.task == "classification"
        self._softmax_output = protocol.loss == "cross_entropy_on_softmax"

    def __call__(self, features: Tensor) -> Tensor:
        """Map features (seeds, rows, inputs) to outputs (seeds, rows, outputs)."""
        return self._outputs(self._signals(features))

    def losses(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Return the loss of each row, shape (seeds, rows)."""
        if self._classify:
            rows = functional.cross_entropy(outputs.view(-1, outputs.shape[2]), target.reshape(-1), reduction="none")
            return rows.view(target.shape)
        return functional.mse_loss(outputs, target, reduction="none")[:, :, 0]

    def losses_and_gradient(self, features: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Return outputs and the loss of each row; leave the gradient of each seed's mean loss in `parameters`.

        Parameters
        ----------
        features : (seeds, rows, inputs)
            Contiguous.
        target : (seeds, rows) of classes, or (seeds, rows, 1) of values
            Contiguous.
        """
        signals = self._signals(features)
        outputs = self._outputs(signals)
        if self._classify:
            losses, gradient = self._cross_entropy(outputs, target)
        else:
            losses = self.losses(outputs, target)
            gradient = (outputs - target).mul_(2 / target.shape[1])
        for number in range(len(signals) - 2, -1, -1):
            torch.bmm(signals[number].transpose(1, 2), gradient, out=self._gradients[2 * number])
            torch.sum(gradient, dim=1, keepdim=True, out=self._gradients[2 * number + 1])
            if number:
                behind = torch.bmm(gradient, self._values[2 * number].transpose(1, 2))
                gradient = self._derivative(behind, signals[number])
        return outputs, losses

    def norms(self) -> Tensor:
        """Return the Euclidean norm over all weights and biases of each network, shape (seeds,)."""
        return torch.stack([(values**2).sum(dim=(1, 2)) for values in self._values]).sum(dim=0).sqrt()

    def _signals(self, features: Tensor) -> list[Tensor]:
        """Return the input of each layer, and what the last layer puts out."""
        signals = [features]
        for number in range(0, len(self._values), 2):
            signal = torch.baddbmm(self._values[number + 1], signals[-1], self._values[number])
            signals.append(self._activation(signal) if number + 2 < len(self._values) else signal)
        return signals

    def _outputs(self, signals: list[Tensor]) -> Tensor:
        return signals[-1].softmax(dim=2) if self._softmax_output else signals[-1]

    def _cross_entropy(self, outputs: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Return the loss of each row, and the gradient of each seed's mean loss for what the last layer puts out."""
        seeds, rows, classes = outputs.shape
        flat_target = target.view(-1)
        logarithms = torch.log_softmax(outputs.view(-1, classes), dim=1)
        losses = functional.nll_loss(logarithms, flat_target, reduction="none")
        weights = losses.new_full((seeds * rows,), 1 / rows)
        gradient = aten.nll_loss_backward(weights, logarithms, flat_target, None, 0, -100, losses.new_empty(()))
        gradient = aten._log_softmax_backward_data(gradient, logarithms, 1, torch.float32).view(outputs.shape)
        if self._softmax_output:
            gradient = aten._softmax_backward_data(gradient, outputs, 2, torch.float32)
        return losses.view(seeds, rows), gradient


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
        [_initial(protocol, split, seed) for split, seed in zip(splits, seeds, strict=True)], protocol
    )
    optimizer = OPTIMIZERS[protocol.optimizer](
        [network.parameters], lr=protocol.learning_rate, **FUSED[protocol.optimizer]
    )
    generators = [torch.Generator().manual_seed(seed.training) for seed in seeds]
    with torch.no_grad():
        train_features, train_target = _stack(splits, "train", classify)
        test_features, test_target = _stack(splits, "test", classify)
        count, rows = train_target.shape[:2]
        member = torch.arange(count)[:, None]
        curves: dict[str, list[Tensor]] = {"train_loss": [], "test_loss": [], "weight_norm": [network.norms()]}
        if classify:
            curves |= {"train_accuracy": [], "test_accuracy": []}
        for _ in range(protocol.epochs):
            order = torch.stack([_epoch_order(generator, rows) for generator in generators])
            target = train_target[member, order]
            outputs_by_batch, losses_by_batch = [], []
            for batch_features, batch_target in zip(
                torch.split(train_features[member, order], protocol.batch_size, dim=1),
                torch.split(target, protocol.batch_size, dim=1),
                strict=True,
            ):
                outputs, losses = network.losses_and_gradient(batch_features.contiguous(), batch_target.contiguous())
                optimizer.step()
                outputs_by_batch.append(outputs)
                losses_by_batch.append(losses)
            outputs = network(test_features)
            curves["train_loss"].append(torch.cat(losses_by_batch, dim=1).mean(dim=1))
            curves["test_loss"].append(network.losses(outputs, test_target).mean(dim=1))
            curves["weight_norm"].append(network.norms())
            if classify:
                curves["train_accuracy"].append(_accuracy(torch.cat(outputs_by_batch, dim=1), target))
                curves["test_accuracy"].append(_accuracy(outputs, test_target))
        if protocol.loss == "cross_entropy":
            outputs = outputs.softmax(dim=2)
    return block_of_runs(
        protocol,
        splits,
        seeds,
        curves={name: torch.stack(curve, dim=1).numpy() for name, curve in curves.items()},
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


def _accuracy(outputs: Tensor, target: Tensor) -> Tensor:
    """Return the share of rows with the right class, shape (seeds,)."""
    return (outputs.argmax(dim=2) == target).float().mean(dim=1)


def _views(flat: Tensor, like: Sequence[Tensor]) -> list[Tensor]:
    """Return consecutive parts of a flat tensor, in the shapes of others."""
    parts = torch.split(flat, [tensor.numel() for tensor in like])
    return [part.view(tensor.shape) for part, tensor in zip(parts, like, strict=True)]
