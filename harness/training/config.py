"""What determines a training, except the seed.

A `TrainingConfig` is the unit everything else refers to: trainers take one, the store names files by its digest, claims
ask for runs of it. It is validated once, at construction, so no later code has to ask whether it makes sense.
"""

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from harness.base.errors import ConfigError
from harness.base.hashing import content_digest
from harness.data import registry
from harness.data.data_file import DataFile

Framework = Literal["keras", "torch"]
Task = Literal["regression", "classification"]
Activation = Literal["relu", "sigmoid", "tanh"]
Optimizer = Literal["sgd", "adam", "rmsprop"]
Regime = Literal["own", "matched"]
Loss = Literal["squared_error", "cross_entropy", "cross_entropy_on_softmax"]

FRAMEWORKS: tuple[str, ...] = get_args(Framework)
TASKS: tuple[str, ...] = get_args(Task)
ACTIVATIONS: tuple[str, ...] = get_args(Activation)
OPTIMIZERS: tuple[str, ...] = get_args(Optimizer)
REGIMES: tuple[str, ...] = get_args(Regime)
LOSSES_OF_TASK: dict[str, tuple[str, ...]] = {
    "regression": ("squared_error",),
    "classification": ("cross_entropy", "cross_entropy_on_softmax"),
}


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """One way to train one network.

    Attributes
    ----------
    framework
        Who trains: ``keras`` (on TensorFlow) or ``torch``.
    dataset
        A name that `harness.data.registry.names` knows, or a file of the report's own; it fixes the task.
    test_size
        Proportion of the rows that is held back for testing, between 0 and 1.
    scaling
        What is done to the features, fitted on the training rows: ``none``, ``standard`` or ``min-max``.
    hidden_widths
        Neurons of each hidden layer, first to last.
    activation, optimizer
        Functions and update rules of the framework.
    learning_rate, batch_size, epochs
        As usual; a last batch that is not full is used, not dropped.
    loss
        ``squared_error`` (mean over rows, in squared units of the target); ``cross_entropy`` (natural logarithm,
        softmax applied once); ``cross_entropy_on_softmax`` (softmax outputs taken for logits, so that softmax is
        applied twice, a common mistake with PyTorch's ``CrossEntropyLoss``).
    regime
        ``own``: initial weights, order of rows and all parameters of the optimizer but the learning rate are the
        framework's; ``matched``: they are the same in both frameworks (`harness.training.dense.matched`).

    Raises
    ------
    ConfigError
        If a field has a value that cannot be trained; the message names the field, the value and what would do.
    """

    framework: Framework
    dataset: str | DataFile
    test_size: float
    scaling: str
    hidden_widths: tuple[int, ...]
    activation: Activation
    optimizer: Optimizer
    learning_rate: float
    batch_size: int
    epochs: int
    loss: Loss
    regime: Regime = "own"

    def __post_init__(self) -> None:
        _one_of("framework", self.framework, FRAMEWORKS)
        if not isinstance(self.dataset, DataFile):
            _one_of("dataset", self.dataset, registry.names())
        _one_of("scaling", self.scaling, registry.SCALINGS)
        _one_of("activation", self.activation, ACTIVATIONS)
        _one_of("optimizer", self.optimizer, OPTIMIZERS)
        _one_of("loss", self.loss, sum(LOSSES_OF_TASK.values(), ()))
        _one_of("regime", self.regime, REGIMES)
        _positive_whole("batch_size", self.batch_size)
        _positive_whole("epochs", self.epochs)
        if not isinstance(self.hidden_widths, tuple) or not self.hidden_widths:
            raise ConfigError(
                f"hidden_widths is {self.hidden_widths!r}; give a tuple of whole numbers, one for each hidden layer"
            )
        for width in self.hidden_widths:
            _positive_whole("hidden_widths", width)
        if not (_is_number(self.learning_rate) and 0 < self.learning_rate <= sys.float_info.max):
            raise ConfigError(f"learning_rate is {self.learning_rate!r}; give a finite number above 0")
        if not (_is_number(self.test_size) and 0 < self.test_size < 1):
            raise ConfigError(f"test_size is {self.test_size!r}; give a number between 0 and 1")
        if self.loss not in LOSSES_OF_TASK[self.task]:
            raise ConfigError(
                f"loss is {self.loss!r}, but data set {dataset_name(self.dataset)!r} is a {self.task} task; "
                f"give one of: {', '.join(LOSSES_OF_TASK[self.task])}"
            )
        # 1 and 1.0 are the same learning rate and must have the same digest.
        object.__setattr__(self, "learning_rate", float(self.learning_rate))
        object.__setattr__(self, "test_size", float(self.test_size))

    @property
    def task(self) -> str:
        """``regression`` or ``classification``, as the data set says."""
        return registry.task(self.dataset)

    @property
    def digest(self) -> str:
        """SHA-256 of all fields, in hexadecimal: equal for equal configs, in every process."""
        return content_digest(self.to_plain())

    def to_plain(self) -> dict[str, Any]:
        """Return all fields as JSON has them; of a data file name and checksum, for it may lie anywhere."""
        plain = {**asdict(self), "hidden_widths": list(self.hidden_widths)}
        if isinstance(self.dataset, DataFile):
            plain["dataset"] = {"name": self.dataset.name, "checksum": self.dataset.checksum}
        return plain

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "TrainingConfig":
        """Return the config that `dataclasses.asdict` took apart, after JSON has made lists of tuples."""
        dataset = fields["dataset"]
        whole = DataFile.from_json(dataset) if isinstance(dataset, Mapping) else dataset
        return cls(**{**fields, "dataset": whole, "hidden_widths": tuple(fields["hidden_widths"])})


def dataset_name(dataset: str | DataFile) -> str:
    """Return what a reader calls a data set."""
    return dataset.name if isinstance(dataset, DataFile) else dataset


def _one_of(field: str, value: object, valid: tuple[str, ...]) -> None:
    if value not in valid:
        raise ConfigError(f"{field} is {value!r}; give one of: {', '.join(valid)}")


def _positive_whole(field: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ConfigError(f"{field} is {value!r}; give a whole number of at least 1")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
