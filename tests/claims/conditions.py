"""Conditions under which findings are false, each named by what is wrong; those that several findings proportion."""

from collections.abc import Callable
from typing import Any

from tests.claims.catalogue import Conditions
from tests.claims.worlds import AS_REPORTED, Spread

CLASSIFICATION, REGRESSION = {"task": "classification"}, {"task": "regression"}
KERAS, TORCH = {"framework": "keras"}, {"framework": "torch"}
RELU, SIGMOID, FAST = ({"activation": name} for name in ("relu", "sigmoid", ("relu", "tanh")))
SGD, ADAM, RMSPROP, NOT_SGD = ({"optimizer": name} for name in ("sgd", "adam", "rmsprop", ("adam", "rmsprop")))
NET1, NET2, NET3 = ({"network": name} for name in ("net1", "net2", "net3"))
SGD_AND_ADAM = {"optimizer": ("sgd", "adam")}
NET1_AND_NET2, NET1_AND_NET3 = ({"network": ("net1", wider)} for wider in ("net2", "net3"))

# The cells that a finding speaks of, and no others: a claim that looks elsewhere sees nothing wrong.
PACE = TORCH | CLASSIFICATION | ADAM | NET1
BY_ACTIVATION = TORCH | REGRESSION | ADAM | NET1
BY_OPTIMIZER = CLASSIFICATION | RELU | NET1
EXAMPLE = TORCH | CLASSIFICATION | SIGMOID | RMSPROP


def times(factor: float) -> Callable[[float], float]:
    """Return the change that multiplies a number."""
    return lambda old: old * factor


def plus(summand: float) -> Callable[[float], float]:
    """Return the change that adds to a number."""
    return lambda old: old + summand


def world(name: str, where: dict[str, Any], **changes: Any) -> Conditions:
    """Return the conditions of the world as reported but for the cells that match."""
    return Conditions(name, AS_REPORTED.but(name, where, **changes))


def only(where: dict[str, Any]) -> Conditions:
    """Return the conditions of a world that is as reported in the cells that match, and another one elsewhere."""
    return Conditions("all is different elsewhere", AS_REPORTED.only("elsewhere", where, **DIFFERENT))


def labels(name: str, axis: str, **instead: str) -> Conditions:
    """Return the conditions of the world as reported but for labels of an axis."""
    return Conditions(name, AS_REPORTED.with_labels(name, axis, **instead))


def each_alone(name: str, **reported: str) -> tuple[Conditions, ...]:
    """Return conditions in each of which the report prints another number in one place."""
    return tuple(Conditions(f"{name}, {key}", reported={key: text}) for key, text in reported.items())


DIFFERENT: dict[str, Any] = {
    "end_loss": times(2.5),
    "loss_spread": Spread(own=0.01),
    "epochs_to_loss": times(3.0),
    "epochs_to_accuracy": times(3.0),
    "rise": 0.5,
    "gap": plus(0.5),
    "end_accuracy": plus(-0.3),
    "activation_error": 0.02,
    "growth": times(0.3),
    "epoch_seconds": times(10.0),
}

SWAPPED_FRAMEWORKS = labels("frameworks swapped", "framework", keras="torch", torch="keras")
SWAPPED_ACTIVATIONS = labels(
    "sigmoid swapped with the others", "activation", sigmoid="relu", relu="sigmoid", tanh="sigmoid"
)
SWAPPED_OPTIMIZERS = labels("SGD and Adam swapped", "optimizer", sgd="adam", adam="sgd")
SWAPPED_WIDTHS = labels("Net1 and Net2 swapped", "network", net1="net2", net2="net1")
SWAPPED_DEPTHS = labels("Net1 and Net3 swapped", "network", net1="net3", net3="net1")
SWAPPED_CHANGES = labels("Net2 and Net3 swapped", "network", net2="net3", net3="net2")
NEURONS_NOTHING = labels("neurons change nothing", "network", net2="net1")

# Frameworks
TORCH_INACCURATE = world("PyTorch gets fewer rows right", CLASSIFICATION | TORCH, end_accuracy=plus(-0.08))
KERAS_INACCURATE = world("Keras gets fewer rows right", CLASSIFICATION | KERAS, end_accuracy=plus(-0.08))
SCATTERED = world(
    "accuracies agree on average only", CLASSIFICATION, end_accuracy=0.7, accuracy_spread=Spread(own=0.15)
)
KERAS_ERRS = world("Keras errs more", REGRESSION | KERAS, end_loss=times(1.6))
TORCH_ERRS = world("PyTorch errs more", REGRESSION | TORCH, end_loss=times(1.6))
ERRS_ALONE = world("each network errs on its own", REGRESSION, activation_error=0.1, own_error=0.8)
ERRS_FAR_MORE = world("Keras errs far more", REGRESSION | KERAS, end_loss=times(4.0))
# Two sources of which one is more than half as long again in lines, statements and decisions.
SHORT = "def train(rows):\n    return sum(rows)\n"
LONG = """def train(rows):
    total = 0
    for row in rows:
        if row:
            total += row
    return total
"""
SAME_SCRIPTS = Conditions("both scripts are the same", sources=(LONG, LONG))
SWAPPED_SCRIPTS = Conditions("the Keras script is the longer one", sources=(LONG, SHORT))
AS_FAST = world("Keras is as fast", KERAS, startup_seconds=0.01, epoch_seconds=times(0.4))

# Activations
RELU_ERRS = world("relu errs more", REGRESSION | RELU | NET1, end_loss=times(1.6))
SIGMOID_ERRS = world("sigmoid errs more", REGRESSION | SIGMOID | NET1, end_loss=times(1.6))
RELU_WORST = world(
    "relu errs more by a third", BY_ACTIVATION | RELU, end_loss=times(1.33), loss_spread=Spread(split=0.1)
)
SAME_EPOCHS = world("all activations take the same epochs", PACE, epochs_to_loss=25.0, epochs_spread=0.0)
SIGMOID_FASTER = world("sigmoid is faster than the others", PACE | SIGMOID, epochs_to_loss=10.0)
SLOW = world("all need nearly 50 epochs", PACE | FAST, epochs_to_loss=45.0, epochs_to_accuracy=45.0)
SOON = world("all need 10 epochs", PACE, epochs_to_loss=10.0, epochs_to_accuracy=10.0)
HARDLY_LEARNT = world("hardly anything is learnt", PACE, end_loss=1.1, end_accuracy=0.6)

# Optimizers
RMSPROP_INACCURATE = world("RMSprop gets fewer rows right", CLASSIFICATION | RMSPROP | NET1, end_accuracy=plus(-0.08))
KERAS_CURED = world("SGD works in Keras", BY_OPTIMIZER | KERAS | SGD, end_accuracy=0.97, end_loss=0.1)
TORCH_CURED = world("SGD works in PyTorch", BY_OPTIMIZER | TORCH | SGD, end_accuracy=0.97, end_loss=0.6)
KERAS_BETTER = world("SGD gets 80 % right in Keras", BY_OPTIMIZER | KERAS | SGD, end_accuracy=0.8)
CURED = world("SGD works", CLASSIFICATION | SGD | NET1, end_accuracy=0.97, end_loss=0.1)
NOT_CURABLE = world("SGD fails with all hyperparameters", BY_OPTIMIZER | TORCH | SGD, end_accuracy=0.5)
ADAM_FAILS = Conditions(
    "Adam ends worse than a guess, and SGD works",
    CURED.world.but("Adam fails", CLASSIFICATION | ADAM | NET1, end_accuracy=0.4, end_loss=1.3),
)
SGD_OVERFITS = world("SGD overfits", BY_OPTIMIZER | TORCH | SGD, gap=0.2)
ONE_LOSS = AS_REPORTED.but("all cells end alike", {}, end_loss=0.3)

# Width and depth
ONE_NETWORK = Conditions(
    "all networks are the same one",
    AS_REPORTED.with_labels("Net1", "network", net2="net1", net3="net1").but(
        "no probability", {}, loss_spread=Spread(split=0.1), epochs_spread=0.0
    ),
)
TOO_COMPLEX = world("128 neurons err more", CLASSIFICATION | TORCH | NET2, end_loss=times(1.2))
DEEP_SLOWER = world("Net3 is slower", NET3, epochs_to_loss=times(4.0))
DEEP_NEVER = world("Net3 never gets there", NET3, end_loss=times(4.0))
DEEP_ACCURATE = world("Net1 gets fewer rows right", CLASSIFICATION | NET1, end_accuracy=plus(-0.08))
SHALLOW_ACCURATE = world("Net3 gets fewer rows right", CLASSIFICATION | NET3, end_accuracy=plus(-0.08))
DEEP_AS_SLOW = world("Net3 needs as long as Net1", EXAMPLE | NET3, epochs_to_accuracy=38.0)
DEEP_FAILS = world("Net3 does not learn", EXAMPLE | NET3, end_accuracy=0.5)
SHALLOW_AS_FAST = world("Net1 is as fast as Net3", EXAMPLE | NET1, epochs_to_accuracy=8.0)
SHALLOW_FAILS = world("Net1 does not learn", EXAMPLE | NET1, end_accuracy=0.5)
