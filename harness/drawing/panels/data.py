"""Numbers of the panels: histories and predictions, with bands over trainings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from harness.base.arrays import Floats
from harness.training.config import TrainingConfig
from harness.training.runs import Runs, predicted_classes

Part = str
"""`PREDICTIONS` of test rows at the end of training, or a curve by its name, of test rows without ``test_``."""
Order = Literal["beside", "below"]
"""Whether the parts of a panel stand in a column, beside those of the next panel, or in a row, below them."""
Marks = Mapping[str, Mapping[str, tuple[float, ...]]]
"""By panel, and by the name of a curve or ``epochs``, numbers that the report gives."""
PREDICTIONS = "predictions"
ORDERS: tuple[str, ...] = get_args(Order)
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The quantiles of `Bands`: median, central 50 % and central 90 %."""
MOST_EPOCHS = 60
MOST_GROUPS = 12


@dataclass(frozen=True, eq=False)
class Bands:
    """Quantiles along a horizontal axis.

    Attributes
    ----------
    places : (points,)
        Where on the axis.
    quantiles : (5, points)
        At `LEVELS`.
    """

    places: Floats
    quantiles: Floats


def finished(runs: Runs) -> Runs:
    """Return the runs that did not diverge, in the same order."""
    kept = ~runs.diverged
    return runs.at(np.flatnonzero(kept))


def curve_of(part: Part, curves: Collection[str]) -> str | None:
    """Return which of the curves is drawn as a part; None if none is."""
    return next((name for name in (f"test_{part}", part) if name in curves), None)


def step_of(config: TrainingConfig) -> str:
    """Return what curves of a config have a number for."""
    return "epoch" if "epochs" in config else "step"


def predicts_values(runs: Runs) -> bool:
    """Whether predictions are values, one a row, and not probabilities of classes."""
    return bool(runs.test_predictions.shape[2] == 1)


def history_bands(curves: Floats) -> Bands:
    """Return quantiles over trainings, epoch by epoch.

    Parameters
    ----------
    curves : (seeds, epochs)
        At least one; finite.

    Returns
    -------
    Bands
        At epochs counted from 1: all of them, or `MOST_EPOCHS` from the first to the last, since a reader cannot tell
        more apart.
    """
    last = curves.shape[1] - 1
    shown = np.unique(np.linspace(0, last, MOST_EPOCHS).round().astype(int))
    return Bands(shown + 1.0, np.quantile(curves[:, shown], LEVELS, axis=0))


def prediction_bands(targets: Floats, predictions: Floats) -> Bands:
    """Return quantiles of all predictions whose true values are neighbours.

    Parameters
    ----------
    targets, predictions : (seeds, rows)
        At least one; finite.

    Returns
    -------
    Bands
        At the median true value of each of at most `MOST_GROUPS` groups, which are equally large but that rows with
        the same true value share a group.
    """
    edges = np.unique(np.quantile(targets, np.arange(1, MOST_GROUPS) / MOST_GROUPS))
    group = np.searchsorted(edges, targets, side="right")
    members = [group == number for number in np.unique(group)]
    places = np.array([np.median(targets[member]) for member in members])
    return Bands(places, np.array([np.quantile(predictions[member], LEVELS) for member in members]).T)


def class_proportions(targets: Floats, predicted: NDArray[np.int64], classes: int) -> Floats:
    """Return which proportion of the test rows of each class gets each class: confusion, normalized by true class.

    Parameters
    ----------
    targets, predicted : (seeds, rows)
        True and predicted class of each test row.

    Returns
    -------
    ndarray, shape (seeds, true classes, predicted classes)
        NaN for a class of which a seed has no test row.
    """
    true, given = np.eye(classes)[targets.astype(np.int64)], np.eye(classes)[predicted]
    counts = np.einsum("srt,srp->stp", true, given)
    with np.errstate(invalid="ignore"):
        proportions: Floats = counts / counts.sum(axis=2, keepdims=True)
    return proportions


def differences(panels: Sequence[Runs]) -> Floats | None:
    """Return how far panels differ in their predictions of the same test row by networks of the same seed.

    Parameters
    ----------
    panels
        All runs of each.

    Returns
    -------
    ndarray or None
        Regression: largest less smallest prediction, shape (seeds * rows,). Classification: the proportion of rows that
        do not get the same class in all panels, shape (seeds,). Seeds that diverged in a panel are left out; None if no
        seed is left, or there is but one panel, or panels have other test rows.
    """
    first = panels[0]
    alike = all(runs.seeds == first.seeds and np.array_equal(runs.test_rows, first.test_rows) for runs in panels)
    together = ~np.any([runs.diverged for runs in panels], axis=0)
    if len(panels) < 2 or not alike or not together.any():
        return None
    if predicts_values(first):
        return np.asarray(np.ptp([runs.test_predictions[together, :, 0] for runs in panels], axis=0).ravel())
    classes = np.array([predicted_classes(runs)[together] for runs in panels])
    return np.asarray((classes != classes[0]).any(axis=0).mean(axis=1))
