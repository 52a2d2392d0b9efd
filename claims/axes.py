"""The parametrizations that several modules of claims share."""

import itertools

import pytest

ACTIVATIONS = ("relu", "sigmoid", "tanh")
OPTIMIZERS = ("sgd", "adam", "rmsprop")
NETWORKS = ("net1", "net2", "net3")

every_framework = pytest.mark.parametrize("framework", ["keras", "torch"])
every_task = pytest.mark.parametrize("task", ["regression", "classification"])
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS)
every_network = pytest.mark.parametrize("network", NETWORKS)
every_pair_of_activations = pytest.mark.parametrize(("first", "second"), list(itertools.combinations(ACTIVATIONS, 2)))
