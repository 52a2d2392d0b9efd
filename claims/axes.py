"""The parametrizations that several modules of claims share."""

import itertools

import pytest

ACTIVATIONS = ("relu", "sigmoid", "tanh")
OPTIMIZERS = ("sgd", "adam", "rmsprop")
NETWORKS = ("net1", "net2", "net3")

FRAMEWORKS = ("keras", "torch")
TASKS = ("regression", "classification")
PAIRS_OF_ACTIVATIONS = tuple(itertools.combinations(ACTIVATIONS, 2))

every_framework = pytest.mark.parametrize("framework", FRAMEWORKS)
every_task = pytest.mark.parametrize("task", TASKS)
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS)
every_network = pytest.mark.parametrize("network", NETWORKS)
every_pair_of_activations = pytest.mark.parametrize(("first", "second"), PAIRS_OF_ACTIVATIONS)


def cells(**axes):
    """Return every combination of values of some axes, such as ``network=NETWORKS``, each as a dict."""
    return [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
