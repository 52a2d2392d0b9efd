"""When a training has learnt at all, and when a difference counts: what several modules of claims share."""

import numpy as np

from harness import floor_of_cross_entropy

LEARNT = 0.9  # accuracy
MORE = 1e-6  # equal is not more


def if_learnt(runs, epochs, otherwise=np.inf):
    """Return the epochs (seeds,), and something else for a seed that ends without having learnt: it is near no optimum.

    Parameters
    ----------
    otherwise
        Infinite where the finding says "by then", so that such a seed speaks against it; 0 where it says "not before".
    """
    return np.where(runs.final_test_accuracy < LEARNT, otherwise, epochs)


def excess(runs):
    """Return the test loss above the lowest that its kind can reach (seeds, epochs): no network can fall below that."""
    twice = runs.config.loss == "cross_entropy_on_softmax"
    floor = floor_of_cross_entropy(runs.test_predictions.shape[2]) if twice else 0.0
    return np.maximum(runs.test_loss - floor, 0)  # NaN where a run diverged


def surplus(one, other):
    """Return by how much one number exceeds another, 0 where both are infinite (seeds,)."""
    return np.subtract(one, other, out=np.zeros(len(one)), where=np.not_equal(one, other))
