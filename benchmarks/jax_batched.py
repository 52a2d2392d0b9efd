"""Train a block of seeds with JAX: one network's training, mapped over the seeds by `vmap` and compiled as a whole.

The measure for the batched trainings of both frameworks. What a seed starts with is that framework's own: initial
weights, order of rows, and where its Adam adds epsilon; what is computed and recorded is the same, too.
"""

import functools
import itertools
import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.settings import DRAWN_ALIKE
from harness.data.splitting import Split
from harness.training.config import TrainingConfig
from harness.training.dense.recording import block_of_runs, outputs_of
from harness.training.runs import Runs
from harness.training.seeds import Seed

CURVES = ("train_loss", "test_loss", "weight_norm", "train_accuracy", "test_accuracy")
PARTS = ("train_features", "train_target", "test_features", "test_target")
# Adam as in both frameworks (Kingma and Ba 2015, ICLR, algorithm 1); epsilon is Keras's default, or PyTorch's.
BETA_1, BETA_2 = 0.9, 0.999
EPSILON = {"keras": 1e-7, "torch": 1e-8}

Layers = list[tuple[Any, Any]]
"""Weights (inputs, outputs) and biases (outputs,) of each layer."""


def train(config: TrainingConfig, splits: Sequence[Split], seeds: Sequence[Seed]) -> Runs:
    """Train one network for each seed, all at once, and return their runs.

    Parameters
    ----------
    splits, seeds
        One of each for every network; all splits have as many rows.

    Raises
    ------
    ValueError
        If this program does not know the config's loss, activation or optimizer.
    """
    told = {name: config[name] for name in DRAWN_ALIKE}
    if any(told[name] not in known for name, known in DRAWN_ALIKE.items()) or config.dropout:
        raise ValueError(f"the program in JAX knows {DRAWN_ALIKE}, not {told} with dropout {config.dropout}")
    started = time.perf_counter()
    widths = (splits[0].train_features.shape[1], *config.hidden_widths, outputs_of(config, splits[0]))
    drawn = _drawn_by_keras if config.trainer == "keras" else _drawn_by_torch
    weights, orders = drawn(config, widths, splits, seeds)
    data = [np.stack([getattr(split, name) for split in splits]) for name in PARTS]
    results, predictions = _program(config)(_layers(weights, widths), orders, *data)
    curves = {name: np.asarray(curve) for name, curve in zip(CURVES, results, strict=False)}
    norms = np.sqrt((weights.astype(np.float64) ** 2).sum(axis=1))
    curves["weight_norm"] = np.concatenate([norms[:, None], curves["weight_norm"]], axis=1)
    return block_of_runs(
        config,
        splits,
        seeds,
        curves=curves,
        test_predictions=np.asarray(predictions),
        seconds=time.perf_counter() - started,
    )


@functools.lru_cache(maxsize=8)
def _program(config: TrainingConfig) -> Callable[..., Any]:
    """Return the training of all networks, compiled when it is first called with arrays of some shape."""
    return jax.jit(jax.vmap(functools.partial(_train_one, config)))


def _train_one(
    config: TrainingConfig,
    layers: Layers,
    orders: Any,
    train_features: Any,
    train_target: Any,
    test_features: Any,
    test_target: Any,
) -> tuple[tuple[Any, ...], Any]:
    """Return the curves of one network, each (epochs,), and its predictions (test rows, outputs).

    Parameters
    ----------
    orders : (epochs, training rows)
    """
    rows, size = len(train_target), config.batch_size
    classifies = config.loss != "squared_error"
    differentiate = jax.value_and_grad(functools.partial(_loss, classifies), has_aux=True)
    nothing = jax.tree.map(jnp.zeros_like, layers)

    def step(state: Any, batch: tuple[Any, Any]) -> tuple[Any, Any]:
        layers, first, second, number = state
        (loss, hits), gradient = differentiate(layers, *batch)
        number += 1
        first = jax.tree.map(lambda old, new: BETA_1 * old + (1 - BETA_1) * new, first, gradient)
        second = jax.tree.map(lambda old, new: BETA_2 * old + (1 - BETA_2) * new**2, second, gradient)
        unbiased = jnp.sqrt(_less_power(config.trainer, BETA_2, number))
        rate = config.learning_rate * unbiased / _less_power(config.trainer, BETA_1, number)
        epsilon = EPSILON[config.trainer] * (unbiased if config.trainer == "torch" else 1)
        layers = jax.tree.map(
            lambda value, one, two: value - rate * one / (jnp.sqrt(two) + epsilon), layers, first, second
        )
        return (layers, first, second, number), (loss * len(batch[1]), hits)

    def epoch(state: Any, order: Any) -> tuple[Any, Any]:
        features, target = train_features[order], train_target[order]
        whole = rows // size * size
        batches = (features[:whole].reshape(-1, size, features.shape[1]), target[:whole].reshape(-1, size))
        state, (losses, hits) = lax.scan(step, state, batches)
        loss, hit = losses.sum(), hits.sum()
        if whole < rows:
            state, (rest, more) = step(state, (features[whole:], target[whole:]))
            loss, hit = loss + rest, hit + more
        layers = state[0]
        test_loss, test_hits = _loss(classifies, layers, test_features, test_target)
        norm = jnp.sqrt(sum(jnp.sum(part**2) for part in jax.tree.leaves(layers)))
        ends = (loss / rows, test_loss, norm, hit / rows, test_hits / len(test_target))
        return state, ends if classifies else ends[:3]

    (layers, *_), curves = lax.scan(epoch, (layers, nothing, nothing, 0.0), orders)
    return curves, _outputs(classifies, layers, test_features)


def _less_power(trainer: str, base: float, exponent: Any) -> Any:
    """Return 1 - base**exponent: PyTorch has it in double precision, Keras in single, with four digits of 1 - 0.999."""
    return 1 - base**exponent if trainer == "keras" else -jnp.expm1(exponent * math.log(base))


def _loss(classifies: bool, layers: Layers, features: Any, target: Any) -> tuple[Any, Any]:
    """Return the mean loss of rows, and how many get the right class."""
    outputs = _outputs(classifies, layers, features)
    if not classifies:
        return jnp.mean((outputs[:, 0] - target) ** 2), jnp.zeros(())
    told = jax.nn.log_softmax(outputs)  # of what is a softmax already: this loss takes it for logits
    losses = -jnp.take_along_axis(told, target[:, None].astype(jnp.int32), axis=1)
    return jnp.mean(losses), jnp.sum(jnp.argmax(outputs, axis=1) == target).astype(jnp.float32)


def _outputs(classifies: bool, layers: Layers, signal: Any) -> Any:
    for weights, biases in layers[:-1]:
        signal = jax.nn.relu(signal @ weights + biases)
    weights, biases = layers[-1]
    last = signal @ weights + biases
    return jax.nn.softmax(last) if classifies else last


def _layers(weights: Any, widths: Sequence[int]) -> Layers:
    """Return the layers of all networks from one line each, (seeds, parameters)."""
    found, place = [], 0
    for fan_in, fan_out in itertools.pairwise(widths):
        middle, end = place + fan_in * fan_out, place + (fan_in + 1) * fan_out
        found.append((weights[:, place:middle].reshape(-1, fan_in, fan_out), weights[:, middle:end]))
        place = end
    return found


def _drawn_by_keras(
    config: TrainingConfig, widths: tuple[int, ...], splits: Sequence[Split], seeds: Sequence[Seed]
) -> tuple[Any, Any]:
    from harness.training.dense import matched
    from harness.training.dense.keras_batched import first_draws

    orders = np.stack([matched.epoch_orders(seed, len(splits[0].train_target), config.epochs) for seed in seeds])
    return first_draws(widths, tuple(seeds), config.initial_weights, config.dropout)[0], orders


def _drawn_by_torch(
    config: TrainingConfig, widths: tuple[int, ...], splits: Sequence[Split], seeds: Sequence[Seed]
) -> tuple[Any, Any]:
    import torch

    from harness.training.dense.torch_batched import epoch_orders
    from harness.training.dense.torch_native import Network

    weights = []
    for seed in seeds:
        torch.manual_seed(seed.training)
        network = Network(widths[0], config.hidden_widths, widths[-1], config.activation, softmax_output=False)
        parts = [parameter.detach().numpy().T.ravel() for parameter in network.parameters()]
        weights.append(np.concatenate(parts))
    orders = torch.stack(list(epoch_orders(config, seeds, len(splits[0].train_target))), dim=1)
    return np.stack(weights), orders.numpy().astype(np.int32)
