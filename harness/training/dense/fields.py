"""What a config of a small dense network may hold, and what goes together."""

from typing import Any

from harness.base.errors import ConfigError
from harness.data import registry, splitting
from harness.data.data_file import DataFile
from harness.data.splitting import GIVEN
from harness.training.config import TrainingConfig, name_of
from harness.training.fields import (
    Field,
    number_from_zero,
    one_of,
    positive_number,
    positive_whole,
    proportion_below_one,
    proportion_between,
    yes_or_no,
)

ACTIVATIONS = ("relu", "sigmoid", "tanh", "leaky_relu", "elu", "gelu")
OPTIMIZERS = ("sgd", "adam", "rmsprop", "adamw")
REGIMES = ("own", "matched")
INITIAL_WEIGHTS = ("own", "glorot_uniform", "he_normal", "normal")
BINARY = "binary_cross_entropy"
LOSSES_OF_TASK: dict[str, tuple[str, ...]] = {
    "regression": ("squared_error", "absolute_error"),
    "classification": ("cross_entropy", "cross_entropy_on_softmax", BINARY),
}


_registered = one_of(*registry.names())


def _dataset(value: Any) -> str | DataFile:
    return value if isinstance(value, DataFile) else _registered(value)


def _test_size(value: Any) -> float | str:
    try:
        return GIVEN if value == GIVEN else proportion_between(value)
    except ValueError as problem:
        raise ValueError(f"{problem}, or {GIVEN!r} where the data set has a test_file") from None


def _widths(value: Any) -> tuple[int, ...]:
    try:
        if not isinstance(value, list | tuple):
            raise ValueError
        return tuple(positive_whole(width) for width in value)
    except ValueError:
        raise ValueError("give a list of whole numbers of at least 1, one for each hidden layer; [] is none") from None


FIELDS: dict[str, Field] = {
    "dataset": Field(_dataset, "name of a registered data set, or of one that the report brings; it fixes the task"),
    "test_size": Field(
        _test_size,
        "proportion of the rows that is held back for testing, between 0 and 1; 'given' where the data set has a "
        "test_file",
    ),
    "scaling": Field(one_of(*splitting.SCALINGS), "what is done to the features, fitted on the training rows"),
    "hidden_widths": Field(
        _widths, "neurons of each hidden layer, first to last; [] is a linear model, or logistic regression"
    ),
    "activation": Field(
        one_of(*ACTIVATIONS),
        "function of the framework, after each hidden layer, with its own parameters (leaky_relu: a slope of 0.2 in "
        "Keras, of 0.01 in PyTorch; gelu: the exact one in both)",
    ),
    "optimizer": Field(one_of(*OPTIMIZERS), "update rule of the framework"),
    "learning_rate": Field(positive_number, "of the optimizer"),
    "batch_size": Field(positive_whole, "rows of a step; a last batch that is not full is used, not dropped"),
    "epochs": Field(positive_whole, "passes over the training rows", prolongs=True),
    "loss": Field(
        one_of(*sum(LOSSES_OF_TASK.values(), ())),
        "squared_error (mean over rows, in squared units of the target); absolute_error (mean over rows, in units of "
        "the target); cross_entropy (natural logarithm, softmax applied once); cross_entropy_on_softmax (softmax "
        "outputs taken for logits, so that softmax is applied twice, a common mistake with PyTorch's "
        "CrossEntropyLoss); binary_cross_entropy (natural logarithm, one output for two classes)",
    ),
    "momentum": Field(
        proportion_below_one,
        "of SGD: the proportion of the last step that is added to the next (Polyak 1964)",
        default=0.0,
    ),
    "nesterov": Field(
        yes_or_no,
        "whether SGD's momentum looks ahead (Nesterov 1983; as Sutskever et al. 2013, ICML)",
        default=False,
    ),
    "weight_decay": Field(
        number_from_zero,
        "handed to the optimizer as it is, 0 if not given: with adamw, and with every optimizer of Keras, weights "
        "shrink by this times the learning rate at each step (Loshchilov and Hutter 2019, ICLR); with the others of "
        "PyTorch, it is an L2 term of the gradient; biases included",
        default=0.0,
    ),
    "dropout": Field(
        proportion_below_one,
        "proportion of each hidden layer's outputs that is set to zero in a step, anew for each row; the others are "
        "divided by 1 - dropout (Srivastava et al. 2014, JMLR 15); in a test nothing is set to zero",
        default=0.0,
    ),
    "initial_weights": Field(
        one_of(*INITIAL_WEIGHTS),
        "own: what the framework's layers begin with; glorot_uniform (Glorot and Bengio 2010, AISTATS), he_normal (He "
        "et al. 2015, ICCV) or normal (standard deviation 0.05): drawn by the framework's own initializer of that "
        "name, with biases of 0; Keras cuts he_normal off at two standard deviations, PyTorch does not",
        default="own",
    ),
    "shuffle": Field(
        yes_or_no,
        "whether each epoch takes the training rows in another order; if not, in that of the split",
        default=True,
    ),
    "validation_split": Field(
        proportion_below_one,
        "proportion of the training rows that nothing is trained on, the last ones, as in Keras's fit; features are "
        "scaled by all training rows, and tests are on the test rows",
        default=0.0,
    ),
    "regime": Field(
        one_of(*REGIMES),
        "own: initial weights, order of rows and all parameters of the optimizer but the learning rate are the "
        "framework's; matched: they are the same in both frameworks",
        default="own",
    ),
}


def task_of(config: TrainingConfig) -> str:
    """Return ``regression`` or ``classification``, as the data set says."""
    return registry.task(config.dataset)


def check_together(config: TrainingConfig) -> None:
    """Refuse fields that are each valid and do not go together.

    Raises
    ------
    ConfigError
        The message begins with the name of the field.
    """
    task = task_of(config)
    _check_test_size(config)
    _check_validation_split(config)
    if config.momentum and config.optimizer != "sgd":
        raise ConfigError(f"momentum is {config.momentum}, which {config.optimizer} does not have; take sgd")
    if config.nesterov and not config.momentum:
        raise ConfigError("nesterov is True without a momentum; give momentum, such as 0.9")
    if config.weight_decay and config.optimizer != "adamw" and config.regime == "matched":
        raise ConfigError(
            f"weight_decay is {config.weight_decay}, which means something else in each framework with optimizer "
            f"{config.optimizer!r}; in the matched regime take adamw"
        )
    if config.dropout and config.regime == "matched":
        raise ConfigError(
            f"dropout is {config.dropout}, but each framework draws its own zeros; set it to 0 in the matched regime"
        )
    if config.initial_weights != "own" and config.regime == "matched":
        raise ConfigError(
            f"initial_weights is {config.initial_weights!r}, but each framework draws its own; leave it out in the "
            "matched regime, which has Glorot's in both"
        )
    if config.dropout and not config.hidden_widths:
        raise ConfigError(
            f"dropout is {config.dropout}, which is of hidden layers, and hidden_widths has none; set it to 0"
        )
    if config.loss not in LOSSES_OF_TASK[task]:
        raise ConfigError(
            f"loss is {config.loss!r}, but data set {name_of(config.dataset)!r} is a {task} task; "
            f"give one of: {', '.join(LOSSES_OF_TASK[task])}"
        )
    if config.loss == BINARY and (classes := len(registry.load(config.dataset).class_names)) != 2:
        raise ConfigError(
            f"loss is {BINARY!r}, which is for two classes, but data set {name_of(config.dataset)!r} has {classes}; "
            "give cross_entropy"
        )


def _check_test_size(config: TrainingConfig) -> None:
    """Refuse a proportion where the test rows are given, and the other way round."""
    given = isinstance(config.dataset, DataFile) and bool(config.dataset.test_file)
    if given and config.test_size != GIVEN:
        raise ConfigError(
            f"test_size is {config.test_size}, but data set {name_of(config.dataset)!r} has a test_file; give {GIVEN!r}"
        )
    if not given and config.test_size == GIVEN:
        raise ConfigError(
            f"test_size is {GIVEN!r}, but data set {name_of(config.dataset)!r} has no test_file; "
            "give a proportion between 0 and 1"
        )


def _check_validation_split(config: TrainingConfig) -> None:
    """Refuse a proportion that leaves nothing to train on."""
    if config.validation_split:
        dataset = registry.load(config.dataset)
        rows = len(dataset.target) - splitting.count_test_rows(dataset, config.test_size)
        if not splitting.rows_trained_on(rows, config.validation_split):
            raise ConfigError(
                f"validation_split is {config.validation_split}, which leaves none of {rows} training rows; give less"
            )
