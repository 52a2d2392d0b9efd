"""What printed numbers can and cannot be: which losses, accuracies and numbers of rows go together.

All of it is arithmetic on numbers that a report prints; nothing is trained.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.statistics.estimate import Reported

# Ends of a rounding interval, such as 0.99 + 0.005, miss the proportion that they equal by an error of rounding.
TOLERANCE = 1e-12


def floor_of_cross_entropy(classes: int) -> float:
    """Return the lowest cross-entropy that softmax outputs can reach when they are taken for logits.

    Softmax (Bridle 1990, in Neurocomputing: Algorithms, Architectures and Applications, 227-236) is then applied
    twice. What it is applied to the second time lies between 0 and 1, so that even an output of exactly 1 for the
    right class, and 0 for all others, becomes a probability of no more than e / (e + classes - 1).

    Parameters
    ----------
    classes
        How many outputs, at least 2.
    """
    if classes < 2:
        raise ValueError(f"{classes} classes; a classification has at least 2")
    return math.log1p((classes - 1) / math.e)


def loss_of_saturated_outputs(accuracy: float, classes: int) -> float:
    """Return the cross-entropy, softmax applied twice, when every output is exactly 0 or 1.

    With weights that large, a row that is right has the loss `floor_of_cross_entropy`, and one that is wrong has 1
    more, so that loss and accuracy determine each other.

    Parameters
    ----------
    accuracy
        Proportion of the rows that are right, from 0 to 1.
    classes
        How many outputs, at least 2.
    """
    if not 0 <= accuracy <= 1:
        raise ValueError(f"the accuracy is {accuracy}; a proportion lies between 0 and 1")
    return floor_of_cross_entropy(classes) + (1 - accuracy)


def most_classes(loss: Reported) -> int:
    """Return the largest number of classes for which softmax applied twice could reach a loss as low as the printed.

    The inverse of `floor_of_cross_entropy` at the highest loss that is printed so, half a unit above; 1 if not even
    two classes can.

    Parameters
    ----------
    loss
        A mean cross-entropy (natural logarithm) as printed.
    """
    highest = loss.value + loss.half_unit
    if not math.isfinite(highest):
        raise ValueError(f"the loss is {loss.value}; only a finite one bounds the number of classes")
    return max(1, math.floor((1 + math.e * math.expm1(highest)) * (1 + TOLERANCE)))


def possible_counts(proportion: Reported, rows: int) -> NDArray[np.int64]:
    """Return every number of rows out of `rows` whose proportion is printed as the given one.

    The GRIM test (Brown and Heathers 2017, "The GRIM Test", Social Psychological and Personality Science 8, 363-369):
    a mean of whole numbers is a whole number over the number of rows; if no such fraction rounds to what is printed,
    the printed mean is not one of that many rows. A proportion halfway between two decimals counts for both: software
    rounds halves up or to the even digit, and most halves have no exact binary form and go either way.

    Parameters
    ----------
    proportion
        As printed, such as an accuracy.
    rows
        Out of how many, at least 1.
    """
    _at_least_one("rows", rows)
    counts = np.arange(rows + 1, dtype=np.int64)
    return counts[np.abs(counts / rows - proportion.value) <= proportion.half_unit + TOLERANCE]


def rows_that_allow(proportions: Sequence[Reported], up_to: int) -> NDArray[np.int64]:
    """Return every number of rows from 1 to `up_to` of which each proportion could be printed as given.

    Parameters
    ----------
    proportions
        Proportions of the same rows, such as the accuracies of several networks on one test set.
    up_to
        The largest number of rows that is tried, at least 1.
    """
    _at_least_one("up_to", up_to)
    sizes = [
        rows
        for rows in range(1, up_to + 1)
        if all(len(possible_counts(proportion, rows)) for proportion in proportions)
    ]
    return np.array(sizes, dtype=np.int64)


def batch_averages(proportion: Reported, rows: int, batch_size: int) -> bool:
    """Tell whether a proportion can be the plain mean of each batch's proportion, the last batch being smaller.

    A usual slip: the rows of the last batch then weigh more than the others, and the mean is no proportion of rows.
    With n batches it is (a / batch_size + b / last) / n, where a of the rows in full batches and b of the `last` rows
    in the last batch count; every b is tried, and for each the whole numbers a.

    Parameters
    ----------
    proportion
        As printed.
    rows
        How many there are in all batches together, at least 1.
    batch_size
        Rows in each batch but the last, which has 1 to `batch_size`.
    """
    _at_least_one("rows", rows)
    _at_least_one("batch_size", batch_size)
    batches = -(-rows // batch_size)
    in_full = (batches - 1) * batch_size
    last = rows - in_full
    of_last = np.arange(last + 1) / last
    half_width = proportion.half_unit + TOLERANCE
    fewest = np.ceil(((proportion.value - half_width) * batches - of_last) * batch_size)
    most = np.floor(((proportion.value + half_width) * batches - of_last) * batch_size)
    return bool((np.maximum(fewest, 0) <= np.minimum(most, in_full)).any())


def _at_least_one(name: str, number: int) -> None:
    if number < 1:
        raise ValueError(f"{name} is {number}; give at least 1")
