"""Train a whole block of seeds of one config with PyTorch, as one batched program.

The networks of all seeds are one `StackedNetwork`, and PyTorch's own optimizer classes act on all of them at once.
Their updates are elementwise, so each seed's slice gets exactly the update it would get alone. A member equals the run
of `harness.training.dense.torch_native` with the same seed, but for the order in which floats are summed.
"""

import inspect
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

import harness.training.dense.matched as matched
from harness.data.splitting import Split
from harness.training.config import TrainingConfig
from harness.training.dense.fields import task_of
from harness.training.dense.recording import block_of_runs, outputs_of
from harness.training.dense.stacked_network import StackedNetwork
from harness.training.dense.torch_native import OPTIMIZERS, Network, begin, optimizer_settings, predicted
from harness.training.runs import Runs
from harness.training.seeds import Seed

# Which implementation of each class is the fastest for a single flat tensor; all give the same update.
IMPLEMENTATIONS: dict[str, dict[str, Any]] = {
    "sgd": {"foreach": False},
    "adam": {"fused": True},
    "rmsprop": {"foreach": False},
    "adamw": {"fused": True},
}
# The classes without what keeps ``torch.compile`` away from a method: it imports the compiler, which takes as long as
# all else of PyTorch, and nothing here is compiled.
_UNCOMPILED: dict[str, Any] = {
    name: type(one.__name__, (one,), {"add_param_group": inspect.unwrap(one.add_param_group)})
    for name, one in OPTIMIZERS.items()
}


def train(config: TrainingConfig, splits: Sequence[Split], seeds: Sequence[Seed]) -> Runs:
    """Train one network for each seed, all at once, and return their runs.

    Parameters
    ----------
    splits, seeds
        One of each for every network; all splits have as many rows.
    """
    started = time.perf_counter()
    networks, generators = zip(*(_initial(config, *both) for both in zip(splits, seeds, strict=True)), strict=True)
    network = StackedNetwork(networks, config)
    step = optimizer_step(config, [network.parameters])
    orders = epoch_orders(config, seeds, len(splits[0].train_target))
    with torch.no_grad():
        train_features, train_target = stack(splits, "train")
        test_features, test_target = stack(splits, "test")
        curves: dict[str, list[Tensor]] = {"train_loss": [], "test_loss": [], "weight_norm": [network.norms()]}
        if task_of(config) == "classification":
            curves |= {"train_accuracy": [], "test_accuracy": []}
        for order in orders:
            features, target = shuffled(train_features, train_target, order)
            outputs_by_batch = []
            for batch_features, batch_wanted in zip(
                _batches(features, 1, config.batch_size),
                _batches(network.wanted(target), 2, config.batch_size),
                strict=True,
            ):
                masks = _masks(config, generators, batch_features.shape[1])
                outputs_by_batch.append(network.fill_gradient(batch_features, batch_wanted, masks))
                step()
            train_outputs, test_outputs = torch.cat(outputs_by_batch, dim=2), network(test_features)
            curves["train_loss"].append(network.losses(train_outputs, target).mean(dim=1))
            curves["test_loss"].append(network.losses(test_outputs, test_target).mean(dim=1))
            curves["weight_norm"].append(network.norms())
            if task_of(config) == "classification":
                curves["train_accuracy"].append(_accuracy(train_outputs, target))
                curves["test_accuracy"].append(_accuracy(test_outputs, test_target))
    return block_of_runs(
        config,
        splits,
        seeds,
        curves={name: torch.stack(curve, dim=1).numpy() for name, curve in curves.items()},
        test_predictions=predicted(config, test_outputs).mT.numpy(),
        seconds=time.perf_counter() - started,
    )


def optimizer_step(config: TrainingConfig, parameters: Sequence[Tensor]) -> Callable[[], object]:
    """Return the step of PyTorch's own optimizer, without the profiler's range and the hooks around it.

    These take half the time of a step of Adam; nothing here profiles or hooks. Call it where gradients are off.
    """
    settings = matched.TORCH_SETTINGS[config.optimizer] if config.regime == "matched" else {}
    optimizer = _UNCOMPILED[config.optimizer](
        parameters, **optimizer_settings(config), **IMPLEMENTATIONS[config.optimizer], **settings
    )
    return partial(inspect.unwrap(type(optimizer).step), optimizer)


def stack(splits: Sequence[Split], part: str) -> tuple[Tensor, Tensor]:
    """Return the features (seeds, rows, inputs) and the target (seeds, rows) of all splits' train or test part."""
    features = np.stack([getattr(split, f"{part}_features") for split in splits])
    target = np.stack([getattr(split, f"{part}_target") for split in splits])
    return torch.as_tensor(features), torch.as_tensor(target)


def epoch_orders(config: TrainingConfig, seeds: Sequence[Seed], rows: int) -> Iterator[Tensor]:
    """Yield, epoch by epoch, the order of each seed's training rows, shape (seeds, rows)."""
    if config.regime == "matched" or not config.shuffle:
        yield from torch.as_tensor(matched.orders_of(config, seeds, rows), dtype=torch.int64)
        return
    generators = [torch.Generator().manual_seed(seed.training) for seed in seeds]
    for _ in range(config.epochs):
        yield torch.stack([_epoch_order(generator, rows) for generator in generators])


def shuffled(features: Tensor, target: Tensor, order: Tensor) -> tuple[Tensor, Tensor]:
    """Return the rows of each seed in a new order (seeds, rows)."""
    seeds, rows = target.shape
    # Whole rows by their place among those of all seeds: many times faster than an index for each axis.
    places = (order + torch.arange(0, seeds * rows, rows)[:, None]).view(-1)
    return (
        features.view(seeds * rows, -1).index_select(0, places).view(features.shape),
        target.view(-1).index_select(0, places).view(target.shape),
    )


def _initial(config: TrainingConfig, split: Split, seed: Seed) -> tuple[Network, torch.Generator]:
    """Return the network of a seed as it begins, and PyTorch's generator as it is after that was drawn."""
    torch.manual_seed(seed.training)
    inputs, outputs = split.train_features.shape[1], outputs_of(config, split)
    network = Network(inputs, config.hidden_widths, outputs, config.activation, softmax_output=False)
    begin(network, config.initial_weights)
    if config.regime == "matched":
        drawn = matched.initial_weights((inputs, *config.hidden_widths, outputs), seed)
        with torch.no_grad():
            for parameter, array in zip(network.parameters(), drawn, strict=True):
                parameter.copy_(torch.as_tensor(array.T))
    return network, torch.Generator().set_state(torch.get_rng_state())


def _masks(config: TrainingConfig, generators: Sequence[torch.Generator], rows: int) -> list[Tensor]:
    """Return what dropout multiplies the outputs of each hidden layer by in the next step, (seeds, rows, width) each.

    Drawn as `torch.nn.Dropout` draws them, from what each seed would draw from alone.
    """
    if not config.dropout:
        return []
    kept = 1 - config.dropout
    shapes = [(rows, width) for width in config.hidden_widths]
    drawn = [[torch.empty(shape).bernoulli_(kept, generator=own) for shape in shapes] for own in generators]
    return [torch.stack(masks).div_(kept) for masks in zip(*drawn, strict=True)]


def _epoch_order(generator: torch.Generator, rows: int) -> Tensor:
    """Return the rows in the order in which a shuffling `DataLoader` with this generator takes them next."""
    torch.empty((), dtype=torch.int64).random_(generator=generator)  # the loader's seed for its worker processes
    order = torch.randperm(rows, generator=generator)
    torch.randperm(rows, generator=generator)  # the sampler's draw for rows beyond the last full pass: none are used
    return order


def _batches(values: Tensor, axis: int, size: int) -> list[Tensor]:
    """Return the values in batches along an axis, each contiguous, all whole ones copied at once."""
    rows = values.shape[axis]
    whole = rows - rows % size
    batches: list[Tensor] = []
    if whole:
        batches += torch.stack(torch.split(values.narrow(axis, 0, whole), size, axis)).unbind()
    if whole < rows:
        batches.append(values.narrow(axis, whole, rows - whole).contiguous())
    return batches


def _accuracy(outputs: Tensor, target: Tensor) -> Tensor:
    """Return the proportion of rows with the right class, shape (seeds,)."""
    if outputs.shape[1] == 1:
        return ((outputs[:, 0] > 0) == target).float().mean(dim=1)
    # `argmax` gives the same, the first of equals, and takes twenty times as long along this axis.
    return (outputs.max(dim=1).indices == target).float().mean(dim=1)
