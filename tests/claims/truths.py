"""For each reading of a finding, the conditions under which it is true."""

from tests.claims import conditions as given
from tests.claims.catalogue import Conditions, Key
from tests.claims.conditions import (
    ADAM,
    BY_ACTIVATION,
    BY_OPTIMIZER,
    CLASSIFICATION,
    EXAMPLE,
    FAST,
    KERAS,
    NET1,
    NET1_AND_NET2,
    NET1_AND_NET3,
    NET2,
    NET3,
    NOT_SGD,
    PACE,
    REGRESSION,
    RELU,
    RMSPROP,
    SGD,
    SGD_AND_ADAM,
    SIGMOID,
    TORCH,
    plus,
    times,
    world,
)
from tests.claims.worlds import Spread

# One world makes every finding true that can be true together with the others.
AS_REPORTED = Conditions("as reported")
# Which cells a finding speaks of: that it is true does not depend on any other.
CELLS: dict[str, dict[str, object]] = {
    "frameworks.classification-parity": CLASSIFICATION,
    "frameworks.regression-parity": REGRESSION,
    "frameworks.training-time": RELU | ADAM | NET1,
    "activations.regression-parity": REGRESSION | NET1,
    "activations.classification-parity": CLASSIFICATION | NET1,
    "activations.pointwise-variance": BY_ACTIVATION,
    "activations.loss-table": BY_ACTIVATION,
    "activations.loss-table-insignificant": BY_ACTIVATION,
    "activations.fast": PACE | FAST,
    "activations.slow-sigmoid": PACE | SIGMOID,
    "activations.rate-order": PACE,
    "activations.accuracy-rate": PACE,
    "activations.fast-alike": PACE | FAST,
    "optimizers.effect-exceeds-activation": NET1,
    "optimizers.inconsequential-without-sgd": NOT_SGD | NET1,
    "optimizers.keras-perfect": BY_OPTIMIZER | KERAS | NOT_SGD,
    "optimizers.keras-sgd-half": BY_OPTIMIZER | KERAS | SGD,
    "optimizers.torch-replicates": BY_OPTIMIZER,
    "optimizers.loss-table": BY_OPTIMIZER | TORCH,
    "optimizers.accuracy-table": BY_OPTIMIZER | TORCH,
    "optimizers.adam-rmsprop-level": BY_OPTIMIZER | NOT_SGD,
    "optimizers.adam-rmsprop-rate": BY_OPTIMIZER | NOT_SGD | KERAS,
    "optimizers.sgd-fails": CLASSIFICATION | NET1 | SGD_AND_ADAM,
    "optimizers.sgd-weights-grow": BY_OPTIMIZER | SGD_AND_ADAM,
    "optimizers.sgd-hyperparameters": BY_OPTIMIZER | TORCH | SGD,
    "width.keras-converges-faster": KERAS | NET1_AND_NET2,
    "width.torch-overfits": CLASSIFICATION | TORCH | NET1_AND_NET2,
    "width.torch-regression-milder": TORCH | NET1_AND_NET2,
    "width.contrast": CLASSIFICATION | NET1_AND_NET2,
    "width.training-time": CLASSIFICATION | RELU | ADAM | NET1_AND_NET2,
    "depth.milder-than-width": {},
    "depth.faster-loss": NET1_AND_NET3,
    "depth.net3-epochs": EXAMPLE | NET3,
    "depth.net1-epochs": EXAMPLE | NET1,
    "depth.accuracy-minor": CLASSIFICATION | NET1_AND_NET3,
}
# What else makes a finding true; for those of arithmetic, what does so at all.
LONGER = (Conditions("a PyTorch script more than half as long again", sources=(given.SHORT, given.LONG)),)
MORE: dict[Key, tuple[Conditions, ...]] = {
    ("frameworks.complexity", "source-lines"): LONGER,
    ("frameworks.complexity", "statements"): LONGER,
    ("frameworks.complexity", "cyclomatic"): LONGER,
    ("activations.rate-order", "epochs"): (world("sigmoid's loss never falls", PACE | SIGMOID, end_loss=1.3),),
    ("optimizers.torch-replicates", "same-gap"): (
        world("RMSprop fails in PyTorch too", BY_OPTIMIZER | TORCH | RMSPROP, end_accuracy=0.5),
        world("Adam fails in PyTorch too", BY_OPTIMIZER | TORCH | ADAM, end_accuracy=0.5),
        world("all optimizers get fewer rows right in PyTorch", BY_OPTIMIZER | TORCH, end_accuracy=plus(-0.2)),
    ),
    ("width.keras-converges-faster", "own-drop"): (
        world("the loss of 10 neurons never falls", KERAS | NET1, end_loss=100.0),
    ),
    ("activations.table-pattern", "worst"): (given.RELU_WORST,),
    ("activations.table-pattern", "by-a-third"): (given.RELU_WORST,),
    ("optimizers.sgd-overfits", "gap"): (given.SGD_OVERFITS,),
    ("width.torch-too-complex", "cells"): (given.TOO_COMPLEX,),
    ("consistency.three-classes", "most-classes"): (AS_REPORTED,),
    ("consistency.test-rows", "smallest"): (AS_REPORTED,),
    ("consistency.test-rows", "reconstruction"): (
        Conditions("an accuracy that 67 rows can give", reported={"sgd": "0.51"}),
    ),
    ("consistency.test-rows", "batches"): (AS_REPORTED,),
    ("consistency.sgd-saturation", "saturated"): (
        Conditions("the loss of saturated outputs", reported={"loss": "1.05"}),
    ),
}


# Of single seeds, two losses are alike only where one training is much like the next.
ALIKE = world("as reported, and trainings are alike", {}, loss_spread=Spread(split=0.1, recipe=0.05, own=0.01))
INSTEAD: dict[Key, tuple[Conditions, ...]] = {
    ("frameworks.regression-parity", "cells"): (ALIKE,),
    ("activations.regression-parity", "cells"): (ALIKE,),
    ("width.contrast", "convergence"): (
        world("128 neurons save nothing with PyTorch", CLASSIFICATION | TORCH | NET2, epochs_to_loss=times(2.0)),
    ),
}


def true_conditions(key: Key) -> tuple[Conditions, ...]:
    """Return all conditions under which a reading of a finding is true."""
    if key in INSTEAD:
        return INSTEAD[key]
    cells = CELLS.get(key[0])
    of_trainings = () if cells is None else (AS_REPORTED, given.only(cells))
    return of_trainings + MORE.get(key, ())
