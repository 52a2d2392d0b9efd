"""What is PyTorch's own: the floor of its loss on softmax, initial weights and optimizers."""

from importlib import import_module
from typing import Any

import pytest

from tests.training.dense.native import protocol, train

PROTOCOL = protocol("torch")


@pytest.fixture
def torch_loop() -> Any:
    """Import the module under test; late, so that collecting tests imports no framework."""
    return import_module("harness.training.dense.torch_native")


def test_softmax_twice_has_a_floor() -> None:
    """A perfect classification has a loss of ln((e + 2) / e) = 0.5514 when softmax is applied twice, else of 0."""
    long = PROTOCOL.changed(optimizer="adam", learning_rate=0.05, epochs=40)
    once = train(long)
    twice = train(long.changed(loss="cross_entropy_on_softmax"))
    assert once.train_accuracy[0, -1] == twice.train_accuracy[0, -1] == 1
    assert once.train_loss[0, -1] < 0.01
    assert twice.train_loss[0, -1] == pytest.approx(0.5514, abs=0.003)
    assert twice.train_loss.min() >= 0.5514


# Defaults


def test_initial_weights_are_the_frameworks_own(torch_loop: Any) -> None:
    """Weights and biases are uniform within 1/sqrt(inputs), as torch.nn.Linear documents."""
    torch_loop.torch.manual_seed(0)
    for parameter, inputs in zip(
        torch_loop.Network(100, (400,), 3, "relu", False).parameters(), [100, 100, 400, 400], strict=True
    ):
        largest = float(parameter.detach().abs().max()) * inputs**0.5
        assert 0.3 < largest <= 1


@pytest.mark.parametrize(
    ("name", "deviation"),
    [("glorot_uniform", (2 / (100 + 400)) ** 0.5), ("he_normal", (2 / 100) ** 0.5), ("normal", 0.05)],
)
def test_initial_weights_that_are_asked_for(torch_loop: Any, name: str, deviation: float) -> None:
    """Spread as their papers say, layer by layer, with biases of 0."""
    torch_loop.torch.manual_seed(0)
    network = torch_loop.Network(100, (400,), 100, "relu", False)
    torch_loop.begin(network, name)
    first, biases, *_ = network.parameters()
    assert float(first.detach().std()) == pytest.approx(deviation, rel=0.02)
    assert float(biases.detach().abs().max()) == 0


@pytest.mark.parametrize(
    ("optimizer", "defaults"),
    [
        ("sgd", {"momentum": 0, "dampening": 0, "weight_decay": 0, "nesterov": False}),
        ("adam", {"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "amsgrad": False}),
        ("rmsprop", {"alpha": 0.99, "eps": 1e-8, "weight_decay": 0, "momentum": 0, "centered": False}),
    ],
)
def test_optimizers_have_the_frameworks_defaults(
    torch_loop: Any, monkeypatch: pytest.MonkeyPatch, optimizer: str, defaults: dict[str, object]
) -> None:
    """All that a training sets of its optimizer is the learning rate; the rest is as PyTorch documents it."""
    real = torch_loop.OPTIMIZERS[optimizer]
    made = []

    def remember(*positional: Any, **named: Any) -> Any:
        made.append(real(*positional, **named))
        return made[-1]

    monkeypatch.setitem(torch_loop.OPTIMIZERS, optimizer, remember)
    train(PROTOCOL.changed(optimizer=optimizer, learning_rate=0.03, epochs=1))
    (used,) = made
    own = real([torch_loop.torch.zeros(1, requires_grad=True)]).defaults
    assert used.defaults == {**own, "lr": 0.03}
    assert {name: used.defaults[name] for name in defaults} == defaults
