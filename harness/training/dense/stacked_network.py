"""Many PyTorch networks of one shape as one: outputs and gradients by batched products (Wang et al. 2021, HFTA, MLSys).

A step of so small a network costs what its operations cost to start, not what they compute. So all parameters are one
flat tensor, and the chain rule is written out over the derivative kernels that autograd itself would call. Outputs
have their rows last, (seeds, outputs, rows): a softmax over three neighbours in memory takes ten times as long as one
over three lines of rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from harness.training.config import TrainingConfig
from harness.training.dense.fields import BINARY, task_of
from harness.training.dense.torch_native import Network

aten = torch.ops.aten
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "leaky_relu": functional.leaky_relu,
    "elu": functional.elu,
    "gelu": functional.gelu,
}
SLOPE = 0.01  # of PyTorch's leaky_relu below zero
# From the gradient of an activation's output, that output, and its input, to the gradient of the input.
DERIVATIVES: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "relu": lambda gradient, output, _: aten.threshold_backward(gradient, output, 0),
    "sigmoid": lambda gradient, output, _: aten.sigmoid_backward(gradient, output),
    "tanh": lambda gradient, output, _: aten.tanh_backward(gradient, output),
    "leaky_relu": lambda gradient, output, _: aten.leaky_relu_backward(gradient, output, SLOPE, True),
    "elu": lambda gradient, output, _: aten.elu_backward(gradient, 1.0, 1.0, 1.0, True, output),
    "gelu": lambda gradient, _, value: aten.gelu_backward(gradient, value),
}


@dataclass(frozen=True)
class _Signals:
    """What flows through the networks.

    Attributes
    ----------
    inputs : each (seeds, rows, width)
        Of each layer.
    values, activated : each (seeds, rows, width)
        What the activation of each hidden layer is taken of, and what it gives.
    last : (seeds, outputs, rows)
        What the last layer puts out.
    """

    inputs: list[Tensor]
    values: list[Tensor]
    activated: list[Tensor]
    last: Tensor


class StackedNetwork:
    """The networks of all seeds, their parameters in one flat tensor.

    Attributes
    ----------
    parameters : (seeds * parameters of one network,)
        What the optimizer steps on; `fill_gradient` fills its gradient.
    """

    def __init__(self, networks: Sequence[Network], config: TrainingConfig) -> None:
        stacked = [
            torch.stack(tensors).detach()
            for tensors in zip(*(network.parameters() for network in networks), strict=True)
        ]
        # Weights as (seeds, in, out), biases as (seeds, 1, out): what baddbmm takes.
        shaped = [(tensor.mT if tensor.dim() == 3 else tensor[:, None]).contiguous() for tensor in stacked]
        self.parameters = torch.nn.Parameter(torch.cat([tensor.flatten() for tensor in shaped]))
        self.parameters.grad = torch.zeros_like(self.parameters)
        values, gradients = _views(self.parameters.detach(), shaped), _views(self.parameters.grad, shaped)
        self._weights, self._biases = values[::2], values[1::2]
        self._transposed = [weights.mT for weights in self._weights]
        self._weight_gradients, self._bias_gradients = gradients[::2], gradients[1::2]
        self._activation = ACTIVATIONS[config.activation]
        self._derivative = DERIVATIVES[config.activation]
        self._binary = config.loss == BINARY
        self._one_hot = task_of(config) == "classification" and not self._binary
        self._absolute = config.loss == "absolute_error"
        self._factor = 2 if config.loss == "squared_error" else 1  # of the derivative of a loss
        self._softmax_output = config.loss == "cross_entropy_on_softmax"

    def __call__(self, features: Tensor) -> Tensor:
        """Map features (seeds, rows, inputs) to outputs (seeds, outputs, rows)."""
        return self._outputs(self._signals(features).last)

    def losses(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Return the loss of each row, shape (seeds, rows).

        Parameters
        ----------
        outputs : (seeds, outputs, rows)
        target : (seeds, rows)
            Classes or values.
        """
        if self._binary:
            return functional.binary_cross_entropy_with_logits(outputs[:, 0], target.float(), reduction="none")
        if self._one_hot:
            return functional.cross_entropy(outputs, target, reduction="none")
        loss = functional.l1_loss if self._absolute else functional.mse_loss
        return loss(outputs[:, 0], target, reduction="none")

    def wanted(self, target: Tensor) -> Tensor:
        """Return the outputs that would be perfect, shape (seeds, outputs, rows), for a target (seeds, rows)."""
        if self._one_hot:
            classes = torch.arange(self._biases[-1].shape[2])
            return (target[:, None] == classes[:, None]).float()
        return target[:, None].float()

    def fill_gradient(self, features: Tensor, wanted: Tensor, masks: Sequence[Tensor] = ()) -> Tensor:
        """Return the outputs; leave the gradient of each seed's mean loss in `parameters`.

        Parameters
        ----------
        features : (seeds, rows, inputs)
        wanted : (seeds, outputs, rows)
            As `wanted` returns it.
        masks : each (seeds, rows, width)
            What the outputs of each hidden layer are multiplied by; empty without dropout.
        """
        signals = self._signals(features, masks)
        outputs = self._outputs(signals.last)
        # With cross-entropy, the gradient for what its softmax is taken of is the softmax less the perfect answer
        # (Bishop 2006, Pattern Recognition and Machine Learning, equation 4.109), and likewise with a sigmoid (4.91).
        error = torch.sub(self._answers(outputs), wanted)
        if self._absolute:
            error.sign_()
        gradient = error.mul_(self._factor / wanted.shape[2])
        if self._softmax_output:
            gradient = aten._softmax_backward_data(gradient, outputs, 1, torch.float32)
        gradient = gradient.mT
        for number in range(len(self._weights) - 1, -1, -1):
            torch.bmm(signals.inputs[number].mT, gradient, out=self._weight_gradients[number])
            torch.sum(gradient, dim=1, keepdim=True, out=self._bias_gradients[number])
            if number:
                behind = torch.bmm(gradient, self._transposed[number])
                if masks:
                    behind.mul_(masks[number - 1])
                gradient = self._derivative(behind, signals.activated[number - 1], signals.values[number - 1])
        return outputs

    def norms(self) -> Tensor:
        """Return the Euclidean norm over all weights and biases of each network, shape (seeds,)."""
        squares = [(values**2).sum(dim=(1, 2)) for values in (*self._weights, *self._biases)]
        return torch.stack(squares).sum(dim=0).sqrt()

    def _signals(self, features: Tensor, masks: Sequence[Tensor] = ()) -> _Signals:
        inputs, values, activated = [features], list[Tensor](), list[Tensor]()
        for number, (biases, weights) in enumerate(zip(self._biases[:-1], self._weights[:-1], strict=True)):
            values.append(torch.baddbmm(biases, inputs[-1], weights))
            activated.append(self._activation(values[-1]))
            inputs.append(activated[-1] * masks[number] if masks else activated[-1])
        last = torch.baddbmm(self._biases[-1].mT, self._transposed[-1], inputs[-1].mT)
        return _Signals(inputs, values, activated, last)

    def _answers(self, outputs: Tensor) -> Tensor:
        """Return what the loss compares with the perfect answers."""
        if self._binary:
            return outputs.sigmoid()
        return outputs.softmax(dim=1) if self._one_hot else outputs

    def _outputs(self, last: Tensor) -> Tensor:
        return last.softmax(dim=1) if self._softmax_output else last


def _views(flat: Tensor, like: Sequence[Tensor]) -> list[Tensor]:
    """Return consecutive parts of a flat tensor, in the shapes of others."""
    parts = torch.split(flat, [tensor.numel() for tensor in like])
    return [part.view(tensor.shape) for part, tensor in zip(parts, like, strict=True)]
