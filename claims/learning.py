"""When a training has learnt at all, and when a difference counts: what several modules of claims share."""

import numpy as np

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
