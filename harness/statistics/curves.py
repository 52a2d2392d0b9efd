"""Measures of a training's curve, one number a seed: how soon it gets somewhere, and where it ends.

Epochs are whole numbers counted from 1. `inf` says that the training ended before the curve got there: the epoch is
censored, so a mean over seeds would be wrong where a median or a rank need not be. Of a seed that diverged nothing is
known, though it may have passed the place on its way: all its measures are NaN.
"""

import numpy as np
from numpy.typing import NDArray

from harness.base.arrays import Floats

# A level that a curve meets exactly must not be missed because a difference of decimals was rounded.
ROUNDING = 1e-9


def epochs_to_proportion(curve: Floats, proportion: float) -> Floats:
    """Return the first epoch at which a falling curve has made a proportion of its total drop.

    The total drop is that from the first epoch's value to the last one's, so that the measure tells how soon a training
    is nearly where it ends, wherever that is.

    Parameters
    ----------
    curve : (seeds, epochs)
        A loss, after each epoch.
    proportion
        Above 0, at most 1.

    Returns
    -------
    (seeds,)
        Epochs; `inf` for a seed whose curve ends no lower than it began.
    """
    if not 0 < proportion <= 1:
        raise ValueError(f"a proportion of the drop is above 0 and at most 1, not {proportion:g}")
    values = _void_where_diverged(curve)
    drop = _drop(values)
    made = values[:, :1] - values
    return _first_epoch(made >= proportion * (1 - ROUNDING) * drop[:, None], known=~np.isnan(values[:, 0]))


def epochs_to_level(curve: Floats, level: float | Floats, *, falling: bool) -> Floats:
    """Return the first epoch at which a curve is at a level or beyond it.

    With the level fixed beforehand this is the benchmark measure "time to accuracy" (Coleman et al. 2017, DAWNBench,
    NIPS workshop on machine learning systems), in epochs.

    Parameters
    ----------
    curve : (seeds, epochs)
        A loss or an accuracy, after each epoch.
    level : float or (seeds,)
        In the unit of the curve; an array holds one for each seed.
    falling
        Whether the level is to be reached from above (at or below it), as by a loss, or from below.

    Returns
    -------
    (seeds,)
        Epochs; `inf` for a seed that never reached its level, NaN for one whose level is NaN.
    """
    values = _void_where_diverged(curve)
    levels = np.broadcast_to(np.asarray(level, dtype=np.float64), len(values))[:, None]
    known = ~np.isnan(values[:, 0]) & ~np.isnan(levels[:, 0])
    return _first_epoch(values <= levels if falling else values >= levels, known)


def epochs_to_maximum(curve: Floats, tolerance: float = 0.0) -> Floats:
    """Return the first epoch at which a rising curve is within a tolerance of its maximum over the training.

    Parameters
    ----------
    curve : (seeds, epochs)
        An accuracy, after each epoch.
    tolerance
        In the unit of the curve, not negative.

    Returns
    -------
    (seeds,)
        Epochs; NaN for a seed that diverged, never `inf`.
    """
    if not tolerance >= 0:
        raise ValueError(f"a tolerance below the maximum is not negative, but this one is {tolerance:g}")
    values = _void_where_diverged(curve)
    reached = values >= values.max(axis=1, keepdims=True) - tolerance - ROUNDING
    return _first_epoch(reached, known=~np.isnan(values[:, 0]))


def epochs_later(one: Floats, other: Floats, epochs: int) -> Floats:
    """Return by how many epochs one training gets somewhere later than another.

    A place that was not reached counts as reached in the epoch after the last: the least that the time can be.

    Parameters
    ----------
    one, other : (seeds,)
        Epochs of the same seeds, `inf` where the training ended before.
    epochs
        Of the training.

    Returns
    -------
    (seeds,)
        Whole epochs, 0 where neither got there; NaN where one diverged.
    """
    return np.minimum(one, epochs + 1) - np.minimum(other, epochs + 1)


def area_above_end(curve: Floats) -> Floats:
    """Return the mean height of a falling curve above its end, as a proportion of its total drop.

    It tells how slowly a training learns, independently of where the curve begins and ends: 1 / epochs for a curve
    that falls at once, 0.5 for a straight line, 1 - 1 / epochs for one that falls in the last epoch. A curve that
    leaves the range between its first and its last value can lie outside these.

    Parameters
    ----------
    curve : (seeds, epochs)
        A loss, after each epoch.

    Returns
    -------
    (seeds,)
        Proportions; NaN for a seed whose curve ends no lower than it began.
    """
    values = _void_where_diverged(curve)
    heights = (values - values[:, -1:]) / _drop(values)[:, None]
    areas: Floats = heights.mean(axis=1)
    return areas


def rise_after_minimum(curve: Floats) -> Floats:
    """Return by what proportion of its lowest value a loss ends above that value.

    On the test loss this is the generalization loss at the end of training (Prechelt 1998, Early stopping - but when?,
    Lecture Notes in Computer Science 1524, 55-69), as a proportion instead of a percentage.

    Parameters
    ----------
    curve : (seeds, epochs)
        A loss that is never negative, after each epoch.

    Returns
    -------
    (seeds,)
        0 for a curve that ends at its minimum, `inf` for one that rises from 0.
    """
    values = _void_where_diverged(curve)
    if (values < 0).any():
        raise ValueError("a relative rise needs a loss that is never negative, but the curve is")
    lowest = values.min(axis=1)
    rise = values[:, -1] - lowest
    from_zero = np.where(rise > 0, np.inf, 0.0)
    return np.where(lowest == 0, from_zero, rise / np.where(lowest == 0, 1.0, lowest))


def final_gap(test_loss: Floats, train_loss: Floats) -> Floats:
    """Return by how much the test loss lies above the training loss at the end, in the unit of the loss.

    Parameters
    ----------
    test_loss, train_loss : (seeds, epochs)
        Of the same trainings.

    Returns
    -------
    (seeds,)
        Differences; NaN for a seed that diverged in either curve.
    """
    tested, trained = _void_where_diverged(test_loss), _void_where_diverged(train_loss)
    if tested.shape != trained.shape:
        raise ValueError(
            f"test and training loss are of the same runs, but have shapes {tested.shape}, {trained.shape}"
        )
    return tested[:, -1] - trained[:, -1]


def _void_where_diverged(curve: Floats) -> Floats:
    """Return the curves with NaN in every epoch of a seed that diverged at any, shape (seeds, epochs)."""
    values = np.asarray(curve, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] < 2:
        raise ValueError(f"a curve has shape (seeds, epochs) with at least 2 epochs, not {values.shape}")
    return np.where(np.isfinite(values).all(axis=1, keepdims=True), values, np.nan)


def _drop(values: Floats) -> Floats:
    """Return first minus last value where it is positive, else NaN, shape (seeds,)."""
    drop = values[:, 0] - values[:, -1]
    return np.where(drop > 0, drop, np.nan)


def _first_epoch(reached: NDArray[np.bool_], known: NDArray[np.bool_]) -> Floats:
    """Return the first epoch in which something is reached (seeds, epochs), or `inf`; NaN where nothing is known."""
    epochs = np.where(reached.any(axis=1), reached.argmax(axis=1) + 1.0, np.inf)
    return np.where(known, epochs, np.nan)
