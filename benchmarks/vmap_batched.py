"""Train a block of seeds with `torch.func`: what PyTorch's own tutorial on model ensembling leads to.

https://docs.pytorch.org/tutorials/intermediate/ensembling.html: parameters stacked by `stack_module_state`, the
gradient of one network mapped over them by `vmap`. The measure for `harness.training.dense.torch_batched`: initial
weights, order of rows, optimizer and what is recorded are the same, only the gradient comes about in another way.
"""

import time
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.func import functional_call, grad_and_value, stack_module_state, vmap
from torch.nn import functional

from harness.data.splitting import Split
from harness.training.config import TrainingConfig
from harness.training.dense.fields import task_of
from harness.training.dense.recording import block_of_runs, outputs_of

# What is around the gradient is the harness's own, so that both sides do the same there.
from harness.training.dense.torch_batched import epoch_orders, optimizer_step, shuffled, stack
from harness.training.dense.torch_native import Network
from harness.training.runs import Runs
from harness.training.seeds import Seed

Parameters = dict[str, Tensor]


def train(config: TrainingConfig, splits: Sequence[Split], seeds: Sequence[Seed]) -> Runs:
    """Train one network for each seed, all at once, and return their runs.

    Parameters
    ----------
    splits, seeds
        One of each for every network; all splits have as many rows.
    """
    classify = task_of(config) == "classification"
    started = time.perf_counter()
    networks = [_initial(config, split, seed) for split, seed in zip(splits, seeds, strict=True)]
    parameters, _ = stack_module_state(networks)  # each (seeds, shape of one network's)
    skeleton = networks[0].to("meta")

    def loss_of(parameters: Parameters, features: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        outputs = functional_call(skeleton, parameters, (features,))
        if classify:
            return functional.cross_entropy(outputs, target), outputs
        return functional.mse_loss(outputs[:, 0], target), outputs

    evaluate = vmap(loss_of)
    differentiate = vmap(grad_and_value(loss_of, has_aux=True))
    step = optimizer_step(config, list(parameters.values()))
    with torch.no_grad():
        train_features, train_target = stack(splits, "train")
        test_features, test_target = stack(splits, "test")
        count, rows = train_target.shape[:2]
        curves: dict[str, list[Tensor]] = {"train_loss": [], "test_loss": [], "weight_norm": [_norms(parameters)]}
        if classify:
            curves |= {"train_accuracy": [], "test_accuracy": []}
        for order in epoch_orders(config, seeds, rows):
            features, target = shuffled(train_features, train_target, order)
            loss_sum, outputs_by_batch = torch.zeros(count), []
            for start in range(0, rows, config.batch_size):
                batch = slice(start, start + config.batch_size)
                gradients, (losses, outputs) = differentiate(parameters, features[:, batch], target[:, batch])
                for name, gradient in gradients.items():
                    parameters[name].grad = gradient
                step()
                loss_sum += losses * outputs.shape[1]
                outputs_by_batch.append(outputs)
            losses, outputs = evaluate(parameters, test_features, test_target)
            curves["train_loss"].append(loss_sum / rows)
            curves["test_loss"].append(losses)
            curves["weight_norm"].append(_norms(parameters))
            if classify:
                curves["train_accuracy"].append(_accuracy(torch.cat(outputs_by_batch, dim=1), target))
                curves["test_accuracy"].append(_accuracy(outputs, test_target))
        if config.loss == "cross_entropy":
            outputs = outputs.softmax(dim=2)
    return block_of_runs(
        config,
        splits,
        seeds,
        curves={name: torch.stack(curve, dim=1).numpy() for name, curve in curves.items()},
        test_predictions=outputs.numpy(),
        seconds=time.perf_counter() - started,
    )


def _initial(config: TrainingConfig, split: Split, seed: Seed) -> Network:
    torch.manual_seed(seed.training)
    return Network(
        split.train_features.shape[1],
        config.hidden_widths,
        outputs_of(config, split),
        config.activation,
        softmax_output=config.loss == "cross_entropy_on_softmax",
    )


def _accuracy(outputs: Tensor, target: Tensor) -> Tensor:
    """Return the proportion of rows with the right class, shape (seeds,), of outputs (seeds, rows, classes)."""
    return (outputs.argmax(dim=2) == target).float().mean(dim=1)


def _norms(parameters: Parameters) -> Tensor:
    """Return the Euclidean norm over all weights and biases of each network, shape (seeds,)."""
    norms: Tensor = torch.cat([values.flatten(1) for values in parameters.values()], dim=1).norm(dim=1)
    return norms
