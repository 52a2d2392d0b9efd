"""Curves and predictions of trained networks, with named axes."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from harness.base.arrays import Array, Floats
from harness.training.config import TrainingConfig
from harness.training.seeds import Seed


@dataclass(frozen=True, eq=False)
class Runs:
    """The runs of one config over a block of seeds.

    A run that diverged (a loss that is not finite) stays in its place: its curves are NaN from that epoch on and
    `diverged` says so, so that no average takes it for a number.

    Attributes
    ----------
    config
        What was trained.
    seeds
        One for each run, in the order of the first axis of every array.
    train_loss, train_accuracy : (seeds, epochs)
        Mean over the rows as they were trained on in that epoch, while the weights moved (what ``fit`` reports).
    test_loss, test_accuracy : (seeds, epochs)
        Over all test rows, with the weights at the end of that epoch. Accuracies are proportions between 0 and 1, and
        NaN for regression.
    weight_norm : (seeds, epochs + 1)
        Euclidean norm over all weights and biases, first the initial one.
    test_predictions : (seeds, rows, outputs)
        At the end of training: class probabilities, or the predicted value (one output).
    test_targets : (seeds, rows)
        Class index, or value in the target's unit.
    test_rows : (seeds, rows)
        Which row of the data set each test row is.
    seconds : (seeds,)
        Wall time of each training; the only array that differs when a training is repeated.
    """

    config: TrainingConfig
    seeds: tuple[Seed, ...]
    train_loss: Floats
    test_loss: Floats
    train_accuracy: Floats
    test_accuracy: Floats
    weight_norm: Floats
    test_predictions: Floats
    test_targets: Floats
    test_rows: NDArray[np.int64]
    seconds: Floats

    def __post_init__(self) -> None:
        count, epochs = len(self.seeds), self.config.epochs
        if len(set(self.seeds)) != count:
            raise ValueError(f"{count - len(set(self.seeds))} of {count} seeds stand twice: no seed counts twice")
        rows, outputs = self.test_predictions.shape[-2:]
        shapes = {
            "weight_norm": (count, epochs + 1),
            "test_predictions": (count, rows, outputs),
            "test_targets": (count, rows),
            "test_rows": (count, rows),
            "seconds": (count,),
        }
        for name, array in self.arrays().items():
            shape = shapes.get(name, (count, epochs))
            if array.shape != shape:
                raise ValueError(
                    f"{name} has shape {array.shape}; {count} seeds, {epochs} epochs and {rows} test rows need {shape}"
                )
            array.setflags(write=False)

    def first(self, count: int) -> "Runs":
        """Return the runs of the first `count` seeds."""
        arrays = {name: array[:count] for name, array in self.arrays().items()}
        return Runs(self.config, self.seeds[:count], **arrays)  # type: ignore[arg-type]

    def arrays(self) -> dict[str, Array]:
        """Return all arrays by name, first axis seeds."""
        return {name: getattr(self, name) for name in ARRAY_NAMES}

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """Whether a loss or a weight was not finite at any epoch, by seed, shape (seeds,)."""
        curves = np.concatenate([self.train_loss, self.test_loss, self.weight_norm], axis=1)
        return np.asarray(~np.isfinite(curves).all(axis=1))

    @property
    def final_test_loss(self) -> Floats:
        """Test loss after the last epoch, shape (seeds,)."""
        return self.test_loss[:, -1]

    @property
    def final_test_accuracy(self) -> Floats:
        """Test accuracy after the last epoch, shape (seeds,)."""
        return self.test_accuracy[:, -1]

    @property
    def predicted_classes(self) -> NDArray[np.int64]:
        """Most probable class of each test row, -1 where a run diverged, shape (seeds, rows)."""
        classes = np.argmax(self.test_predictions, axis=2)
        known = np.isfinite(self.test_predictions).all(axis=2) & ~self.diverged[:, None]
        return np.where(known, classes, -1)


ARRAY_NAMES = tuple(field.name for field in fields(Runs) if field.name not in ("config", "seeds"))


def without_divergence(curves: dict[str, Floats]) -> dict[str, Floats]:
    """Return the curves of one run with NaN from the first epoch on whose loss or weight norm is not finite.

    An accuracy computed from outputs that are NaN looks like a number (the first class wins every tie); so does a
    loss that came back from infinity.

    Parameters
    ----------
    curves
        ``train_loss``, ``test_loss``, ``train_accuracy``, ``test_accuracy`` of shape (epochs,) and ``weight_norm``
        of shape (epochs + 1,).
    """
    finite = (
        np.isfinite(curves["train_loss"]) & np.isfinite(curves["test_loss"]) & np.isfinite(curves["weight_norm"][1:])
    )
    alive = np.logical_and.accumulate(finite)
    started = np.concatenate([[True], alive])
    return {
        name: np.where(started if name == "weight_norm" else alive, curve, np.nan) for name, curve in curves.items()
    }


def concatenate(parts: list[Runs]) -> Runs:
    """Join runs of one config along the seeds."""
    configs = {part.config for part in parts}
    if len(configs) != 1:
        raise ValueError(f"runs of {len(configs)} configs cannot be joined")
    return Runs(
        config=parts[0].config,
        seeds=sum((part.seeds for part in parts), ()),
        **{name: np.concatenate([part.arrays()[name] for part in parts]) for name in ARRAY_NAMES},
    )
