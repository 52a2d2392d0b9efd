"""For each reading of a finding, the conditions under which it is false; their names say what is wrong."""

from tests.claims import conditions as given
from tests.claims.catalogue import Conditions, Key
from tests.claims.conditions import (
    ADAM,
    BY_ACTIVATION,
    BY_OPTIMIZER,
    CLASSIFICATION,
    FAST,
    KERAS,
    NET1,
    NET2,
    NET3,
    NOT_SGD,
    PACE,
    REGRESSION,
    RELU,
    RMSPROP,
    SGD,
    SIGMOID,
    TORCH,
    each_alone,
    plus,
    times,
    world,
)
from tests.claims.worlds import Spread

FALSE: dict[Key, tuple[Conditions, ...]] = {
    ("frameworks.classification-parity", "accuracy"): (
        given.TORCH_INACCURATE,
        given.KERAS_INACCURATE,
        given.SCATTERED,
    ),
    ("frameworks.classification-parity", "accuracy-same-loss"): (
        given.TORCH_INACCURATE,
        world(
            "with softmax twice Keras gets fewer rows right",
            KERAS | {"loss": "cross_entropy_on_softmax"},
            end_accuracy=plus(-0.08),
        ),
        given.SCATTERED,
    ),
    ("frameworks.classification-parity", "accuracy-matched"): (
        world("with all alike PyTorch gets fewer rows right", TORCH | {"regime": "matched"}, end_accuracy=plus(-0.08)),
        world("with all alike Keras gets fewer rows right", KERAS | {"regime": "matched"}, end_accuracy=plus(-0.08)),
        given.SCATTERED,
    ),
    ("frameworks.classification-parity", "predictions"): (
        given.TORCH_INACCURATE,
        world("as many other rows are wrong", CLASSIFICATION, end_accuracy=0.7, other_rows=True),
        Conditions(
            "Keras swaps two labels in the rows that are wrong",
            world("a third is wrong", CLASSIFICATION, end_accuracy=0.7).world.but("swapped", KERAS, wrong_class=2),
        ),
    ),
    ("frameworks.regression-parity", "loss"): (
        given.KERAS_ERRS,
        given.TORCH_ERRS,
        world("Keras errs more by just the limit", REGRESSION | KERAS, end_loss=times(1.25)),
    ),
    ("frameworks.regression-parity", "predictions"): (given.ERRS_ALONE, given.ERRS_FAR_MORE),
    ("frameworks.regression-parity", "predictions-matched"): (given.ERRS_ALONE, given.ERRS_FAR_MORE),
    ("frameworks.training-time", "total"): (
        given.AS_FAST,
        given.SWAPPED_FRAMEWORKS,
        world("Keras is as fast in the regression", KERAS | REGRESSION, startup_seconds=0.01, epoch_seconds=0.02),
    ),
    ("frameworks.training-time", "epoch"): (
        given.AS_FAST,
        given.SWAPPED_FRAMEWORKS,
        world("only the start of Keras is slow", KERAS, startup_seconds=9.0, epoch_seconds=times(0.4)),
    ),
    ("frameworks.complexity", "source-lines"): (given.SAME_SCRIPTS, given.SWAPPED_SCRIPTS),
    ("frameworks.complexity", "statements"): (given.SAME_SCRIPTS, given.SWAPPED_SCRIPTS),
    ("frameworks.complexity", "cyclomatic"): (given.SAME_SCRIPTS, given.SWAPPED_SCRIPTS),
    ("activations.regression-parity", "loss"): (given.RELU_ERRS, given.SIGMOID_ERRS),
    ("activations.classification-parity", "accuracy"): (
        world("relu gets fewer rows right", CLASSIFICATION | RELU | NET1, end_accuracy=plus(-0.08)),
        world("sigmoid gets fewer rows right", CLASSIFICATION | SIGMOID | NET1, end_accuracy=plus(-0.08)),
        given.SCATTERED,
    ),
    ("activations.pointwise-variance", "spread"): (
        # A placebo: nothing differs between the activations but the seed.
        world("activations differ as seeds do", BY_ACTIVATION, activation_error=0.0, own_error=0.2),
        world("activations differ by little more", BY_ACTIVATION, activation_error=0.05, own_error=0.3),
    ),
    ("activations.loss-table", "joint"): (
        world("losses are three times the table's", BY_ACTIVATION, end_loss=times(3.0)),
        world("losses are a third of the table's", BY_ACTIVATION, end_loss=times(1 / 3)),
        world("relu alone errs three times as much", BY_ACTIVATION | RELU, end_loss=times(3.0)),
    ),
    ("activations.loss-table", "draw"): (
        world("losses are three times the table's", BY_ACTIVATION, end_loss=times(3.0)),
        world("losses are a third of the table's", BY_ACTIVATION, end_loss=times(1 / 3)),
        *each_alone("the table has another loss", relu="144.5", sigmoid="108.8", tanh="1.085"),
    ),
    ("activations.loss-table-insignificant", "equivalence"): (given.RELU_ERRS, given.SIGMOID_ERRS),
    ("activations.fast", "loss"): (given.SLOW, given.SWAPPED_ACTIVATIONS, given.HARDLY_LEARNT),
    ("activations.fast", "accuracy"): (given.SLOW, given.SWAPPED_ACTIVATIONS, given.HARDLY_LEARNT),
    ("activations.fast", "in-time"): (
        given.SLOW,
        given.SWAPPED_ACTIVATIONS,
        world("half of the trainings need longer", PACE | FAST, epochs_to_loss=30.5, epochs_spread=0.3),
        given.HARDLY_LEARNT,
    ),
    ("activations.slow-sigmoid", "loss"): (
        given.SAME_EPOCHS,
        given.SOON,
        given.SWAPPED_ACTIVATIONS,
        given.HARDLY_LEARNT,
    ),
    ("activations.slow-sigmoid", "accuracy"): (given.SOON, given.SWAPPED_ACTIVATIONS, given.HARDLY_LEARNT),
    ("activations.slow-sigmoid", "own-drop"): (given.SAME_EPOCHS, given.SOON, given.SWAPPED_ACTIVATIONS),
    ("activations.accuracy-rate", "epochs"): (
        given.SWAPPED_ACTIVATIONS,
        world("sigmoid is as quick", PACE | SIGMOID, epochs_to_accuracy=20.0),
    ),
    ("activations.fast-alike", "loss"): (
        world("relu is slower", PACE | RELU, epochs_to_loss=40.0),
        world("tanh is slower", PACE | {"activation": "tanh"}, epochs_to_loss=40.0),
    ),
    ("activations.table-pattern", "worst"): (
        world("sigmoid errs most", BY_ACTIVATION | SIGMOID, end_loss=times(2.0)),
        world("relu errs least", BY_ACTIVATION | RELU, end_loss=times(0.5)),
    ),
    ("activations.table-pattern", "by-a-third"): (
        world("relu errs least", BY_ACTIVATION | RELU, end_loss=times(0.5)),
        world("relu errs twice as much", BY_ACTIVATION | RELU, end_loss=times(2.0)),
    ),
    ("activations.rate-order", "epochs"): (
        given.SAME_EPOCHS,
        given.SIGMOID_FASTER,
        given.SWAPPED_ACTIVATIONS,
    ),
    ("activations.rate-order", "area"): (
        given.SAME_EPOCHS,
        given.SIGMOID_FASTER,
        given.SWAPPED_ACTIVATIONS,
    ),
    ("optimizers.effect-exceeds-activation", "variance"): (
        Conditions("only the activation matters", given.ONE_LOSS.but("relu", RELU, end_loss=times(3.0))),
        Conditions(
            "both matter as much",
            given.ONE_LOSS.but("SGD", SGD, end_loss=times(3.0)).but("relu", RELU, end_loss=times(3.0)),
        ),
    ),
    ("optimizers.inconsequential-without-sgd", "accuracy"): (
        given.RMSPROP_INACCURATE,
        world("Adam gets fewer rows right", CLASSIFICATION | ADAM | NET1, end_accuracy=plus(-0.08)),
        given.SCATTERED,
    ),
    ("optimizers.inconsequential-without-sgd", "loss"): (
        world("RMSprop errs more", REGRESSION | RMSPROP | NET1, end_loss=times(1.6)),
        world("Adam errs more", REGRESSION | ADAM | NET1, end_loss=times(1.6)),
        world("Adam errs more, with relu in Keras", REGRESSION | ADAM | KERAS | RELU | NET1, end_loss=times(1.6)),
    ),
    ("optimizers.keras-perfect", "literal"): (
        world("Keras gets 97 % right", BY_OPTIMIZER | KERAS | NOT_SGD, end_accuracy=0.97),
        world("half of the trainings are perfect", BY_OPTIMIZER | KERAS, accuracy_spread=Spread(own=0.03)),
    ),
    ("optimizers.keras-perfect", "charitable"): (
        world("Keras gets 85 % right", BY_OPTIMIZER | KERAS | NOT_SGD, end_accuracy=0.85),
        world("only Adam is perfect", BY_OPTIMIZER | KERAS | RMSPROP, end_accuracy=0.85),
    ),
    ("optimizers.keras-sgd-half", "near"): (given.KERAS_CURED, given.KERAS_BETTER, given.SWAPPED_OPTIMIZERS),
    ("optimizers.keras-sgd-half", "literal"): (
        given.KERAS_CURED,
        given.KERAS_BETTER,
        given.SWAPPED_OPTIMIZERS,
        Conditions("the report prints another accuracy", reported={"sgd": "0.85"}),
    ),
    ("optimizers.keras-sgd-half", "direction"): (given.KERAS_CURED, given.KERAS_BETTER, given.SWAPPED_OPTIMIZERS),
    ("optimizers.torch-replicates", "pattern"): (
        given.TORCH_CURED,
        given.SWAPPED_OPTIMIZERS,
        world("RMSprop fails too", BY_OPTIMIZER | TORCH | RMSPROP, end_accuracy=0.5),
    ),
    ("optimizers.torch-replicates", "same-gap"): (
        given.TORCH_CURED,
        given.KERAS_CURED,
        world("neither Adam nor RMSprop works in PyTorch", BY_OPTIMIZER | TORCH | NOT_SGD, end_accuracy=0.5),
    ),
    ("optimizers.loss-table", "joint"): (
        world("losses are half as large again", BY_OPTIMIZER | TORCH, end_loss=times(1.5)),
        world("Adam alone errs half as much again", BY_OPTIMIZER | TORCH | ADAM, end_loss=times(1.5)),
    ),
    ("optimizers.accuracy-table", "joint"): (
        world("a third fewer rows are right", BY_OPTIMIZER | TORCH, end_accuracy=plus(-0.3)),
        given.TORCH_CURED,
    ),
    ("optimizers.loss-table", "draw"): (
        world("losses are half as large again", BY_OPTIMIZER | TORCH, end_loss=times(1.5)),
        world("losses are half as large", BY_OPTIMIZER | TORCH, end_loss=times(0.5)),
        *each_alone("the table has another loss", sgd="0.90", adam="0.70", rmsprop="0.70"),
    ),
    ("optimizers.accuracy-table", "draw"): (
        world("a third fewer rows are right", BY_OPTIMIZER | TORCH, end_accuracy=plus(-0.3)),
        given.TORCH_CURED,
        *each_alone("the table has another accuracy", sgd="0.99", adam="0.50", rmsprop="0.50"),
    ),
    ("optimizers.adam-rmsprop-level", "loss"): (
        world("RMSprop's loss is higher", BY_OPTIMIZER | RMSPROP, end_loss=plus(0.05)),
        world("Adam's loss is higher in Keras", BY_OPTIMIZER | KERAS | ADAM, end_loss=plus(0.05)),
    ),
    ("optimizers.adam-rmsprop-level", "accuracy"): (
        given.RMSPROP_INACCURATE,
        world("Adam gets 97 % right in Keras", BY_OPTIMIZER | KERAS | ADAM, end_accuracy=0.97),
        world("RMSprop gets 97 % right in Keras", BY_OPTIMIZER | KERAS | RMSPROP, end_accuracy=0.97),
        given.SCATTERED,
    ),
    ("optimizers.adam-rmsprop-rate", "loss"): (
        world("RMSprop's loss falls later", BY_OPTIMIZER | KERAS | RMSPROP, epochs_to_loss=48.0),
        world("Adam's loss falls later", BY_OPTIMIZER | KERAS | ADAM, epochs_to_loss=48.0),
    ),
    ("optimizers.adam-rmsprop-rate", "accuracy"): (
        world("RMSprop's accuracy rises later", BY_OPTIMIZER | KERAS | RMSPROP, epochs_to_accuracy=50.0),
        world("Adam's accuracy rises later", BY_OPTIMIZER | KERAS | ADAM, epochs_to_accuracy=50.0),
    ),
    ("optimizers.sgd-fails", "accuracy"): (
        given.CURED,
        given.KERAS_CURED,
        given.TORCH_CURED,
        given.SWAPPED_OPTIMIZERS,
        given.ADAM_FAILS,
    ),
    ("optimizers.sgd-fails", "loss"): (
        given.CURED,
        given.KERAS_CURED,
        given.TORCH_CURED,
        given.SWAPPED_OPTIMIZERS,
        given.ADAM_FAILS,
    ),
    ("optimizers.sgd-fails", "each-row"): (
        given.CURED,
        given.SWAPPED_OPTIMIZERS,
        world("an update a row cures SGD", BY_OPTIMIZER | SGD | {"batch_size": 1}, end_accuracy=0.97),
    ),
    ("optimizers.sgd-overfits", "gap"): (
        world("the gap is small", BY_OPTIMIZER | TORCH | SGD, gap=0.02),
        world("train loss is the higher one", BY_OPTIMIZER | TORCH | SGD, gap=-0.1),
    ),
    ("optimizers.sgd-weights-grow", "each-row"): (
        world("weights hardly grow", BY_OPTIMIZER | SGD, growth=1.1),
        world("weights grow in Keras only", BY_OPTIMIZER | TORCH | SGD, growth=1.1),
    ),
    ("optimizers.sgd-weights-grow", "growth"): (
        world("weights hardly grow", BY_OPTIMIZER | SGD, growth=1.1),
        world("weights shrink", BY_OPTIMIZER | SGD, growth=0.7),
        world("weights grow in Keras only", BY_OPTIMIZER | TORCH | SGD, growth=1.1),
    ),
    ("optimizers.sgd-weights-grow", "beyond-adam"): (
        given.SWAPPED_OPTIMIZERS,
        world("weights grow as much with Adam", BY_OPTIMIZER | ADAM, growth=3.0),
    ),
    ("optimizers.sgd-hyperparameters", "learning-rate"): (given.NOT_CURABLE,),
    ("optimizers.sgd-hyperparameters", "epochs"): (given.NOT_CURABLE,),
    ("width.keras-converges-faster", "own-drop"): (
        given.SWAPPED_WIDTHS,
        given.ONE_NETWORK,
    ),
    ("width.keras-converges-faster", "same-level"): (
        given.SWAPPED_WIDTHS,
        world("128 neurons never get there", KERAS | NET2, end_loss=times(2.0)),
        given.ONE_NETWORK,
        world("128 neurons are slower, to the same end", KERAS | NET2, epochs_to_loss=times(3.0), end_loss=times(1.25)),
    ),
    ("width.torch-overfits", "rise"): (
        given.SWAPPED_WIDTHS,
        world("the loss rises by less than the margin", TORCH | CLASSIFICATION | NET2, rise=0.001),
    ),
    ("width.torch-overfits", "gap"): (
        given.SWAPPED_WIDTHS,
        world("both networks have the same gap", TORCH | CLASSIFICATION | NET2, gap=0.01),
    ),
    ("width.torch-regression-milder", "milder"): (
        world("regression overfits more", TORCH | REGRESSION | NET2, rise=30.0),
        world("neither overfits", TORCH | NET2, rise=0.0),
    ),
    ("width.torch-regression-milder", "lower-loss"): (
        given.SWAPPED_WIDTHS,
        world("128 neurons err as much", TORCH | REGRESSION | NET2, end_loss=times(1.25)),
    ),
    ("width.torch-too-complex", "cells"): (
        given.ONE_NETWORK,
        world("128 neurons err less", CLASSIFICATION | TORCH | NET2, end_loss=times(0.5)),
    ),
    ("width.contrast", "overfitting"): (
        world("Keras overfits more", CLASSIFICATION | KERAS | NET2, rise=3.0),
        given.SWAPPED_FRAMEWORKS,
    ),
    ("width.contrast", "convergence"): (
        Conditions("as reported, where both save as many"),
        world("128 neurons save nothing with Keras", CLASSIFICATION | KERAS | NET2, epochs_to_loss=times(2.0)),
    ),
    ("width.training-time", "total"): (
        given.SWAPPED_WIDTHS,
        world("more neurons cost no time", NET2, epoch_seconds=times(1 / 1.5)),
        world("more neurons cost no time in Keras", KERAS | NET2, epoch_seconds=times(1 / 1.5)),
    ),
    ("depth.milder-than-width", "loss"): (
        world("a layer changes much more", NET3, end_loss=times(2.0)),
        given.SWAPPED_CHANGES,
        given.NEURONS_NOTHING,
        given.ONE_NETWORK,
    ),
    ("depth.faster-loss", "area"): (given.SWAPPED_DEPTHS, given.DEEP_SLOWER, given.ONE_NETWORK),
    ("depth.faster-loss", "level"): (
        given.SWAPPED_DEPTHS,
        given.DEEP_SLOWER,
        given.DEEP_NEVER,
        given.ONE_NETWORK,
    ),
    ("depth.net3-epochs", "literal"): (given.SWAPPED_DEPTHS, given.DEEP_AS_SLOW, given.DEEP_FAILS),
    ("depth.net3-epochs", "own-best"): (given.SWAPPED_DEPTHS, given.DEEP_AS_SLOW),
    ("depth.net3-epochs", "charitable"): (given.SWAPPED_DEPTHS, given.DEEP_AS_SLOW, given.DEEP_FAILS),
    ("depth.net1-epochs", "literal"): (given.SWAPPED_DEPTHS, given.SHALLOW_AS_FAST, given.SHALLOW_FAILS),
    ("depth.net1-epochs", "charitable"): (given.SWAPPED_DEPTHS, given.SHALLOW_AS_FAST, given.SHALLOW_FAILS),
    ("depth.accuracy-minor", "accuracy"): (given.DEEP_ACCURATE, given.SHALLOW_ACCURATE, given.SCATTERED),
    ("consistency.three-classes", "most-classes"): (
        *each_alone("one loss allows four classes", adam="0.75", rmsprop="0.75"),
        *each_alone("one loss allows two classes only", adam="0.40", rmsprop="0.40"),
    ),
    ("consistency.test-rows", "smallest"): (
        Conditions("a large test set alone gives the accuracies", reported={"adam": "0.999"}),
        Conditions("no test set of reasonable size does", reported={"adam": "0.99999"}),
    ),
    ("consistency.test-rows", "reconstruction"): (
        Conditions("as reported, of which 67 rows cannot give one"),
        Conditions("an accuracy that no such test set can give", reported={"sgd": "0.51", "adam": "0.995"}),
    ),
    ("consistency.test-rows", "batches"): (
        Conditions("an accuracy that the batches cannot give", reported={"adam": "0.999"}),
    ),
    ("consistency.sgd-saturation", "saturated"): (
        Conditions("the loss of a uniform guess", reported={"loss": "1.10"}),
        Conditions("the accuracy of another loss", reported={"accuracy": "0.70"}),
    ),
}

# What makes a statement false in single cells makes it false in most.
FALSE |= {
    (finding, "cells"): FALSE[finding, reading]
    for finding, reading in (
        ("frameworks.classification-parity", "accuracy"),
        ("frameworks.regression-parity", "loss"),
        ("activations.regression-parity", "loss"),
        ("activations.classification-parity", "accuracy"),
        ("width.keras-converges-faster", "own-drop"),
        ("width.torch-overfits", "rise"),
        ("width.torch-regression-milder", "milder"),
        ("depth.milder-than-width", "loss"),
        ("depth.faster-loss", "area"),
        ("depth.accuracy-minor", "accuracy"),
    )
} | {("depth.accuracy-minor", "all-cells"): FALSE["depth.accuracy-minor", "accuracy"]}
