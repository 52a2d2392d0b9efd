"""When a training has learnt at all, and when a difference counts: what several modules of claims share."""

import numpy as np

from harness import floor_of_cross_entropy

LEARNT = 0.9  # accuracy
LAST, SETTLED = 0.2, 0.05  # in that part of its epochs a training loses no more than that of its drop: it has finished
MORE = 1e-6  # equal is not more


def if_learnt(runs, epochs, otherwise=np.inf):
    """Return the epochs (seeds,), and something else for a seed that ends without having learnt: it is near no optimum.

    Parameters
    ----------
    otherwise
        Infinite where the finding says "by then", so that such a seed speaks against it; 0 where it says "not before".
    """
    return np.where(runs.final_test_accuracy < LEARNT, otherwise, epochs)


def finished(runs):
    """Tell of which seeds the training has finished (seeds,): at its end the training loss falls hardly any more.

    A run that diverged has finished too: it comes to nothing else, and must not be left out.
    """
    losses = runs.train_loss
    before = losses[:, round((1 - LAST) * losses.shape[1]) - 1]
    with np.errstate(invalid="ignore"):
        return ~(before - losses[:, -1] > SETTLED * (losses[:, 0] - losses[:, -1]))


def excess(runs):
    """Return the test loss above the lowest that its kind can reach (seeds, epochs): no network can fall below that."""
    twice = runs.config.loss == "cross_entropy_on_softmax"
    floor = floor_of_cross_entropy(runs.test_predictions.shape[2]) if twice else 0.0
    return np.maximum(runs.test_loss - floor, 0)  # NaN where a run diverged


def surplus(one, other):
    """Return by how much one number exceeds another, 0 where both are infinite (seeds,)."""
    return np.subtract(one, other, out=np.zeros(len(one)), where=np.not_equal(one, other))
