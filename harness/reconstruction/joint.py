"""The probability that one repetition shows several things at once, which are not independent.

What was measured on one network goes together, and so does what was measured on one split of the data. Each quantity
is taken on the scale of normal scores, on which all are taken as jointly normal (a Gaussian copula; Nelsen 2006, An
Introduction to Copulas, section 2.3), with correlations from the seeds that they share.
"""

import functools

import numpy as np
import scipy
from numpy.typing import ArrayLike

from harness.base.arrays import Floats

POINTS = 256
LEAST_EIGENVALUE = 1e-3


def normal_scores(sample: ArrayLike) -> Floats:
    """Return the normal scores of a sample by its ranks, equal numbers alike (Blom 1958, with 1/2 for his 3/8).

    Parameters
    ----------
    sample : (seeds,)
        Infinite numbers have ranks as others have; NaN counts as the lowest.
    """
    values = np.nan_to_num(np.asarray(sample, dtype=np.float64), nan=-np.inf, posinf=np.inf, neginf=-np.inf)
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts + 1) / 2  # of the middle of those that are equal, from 0
    scores: Floats = scipy.special.ndtri((ranks[places] + 0.5) / len(values))
    return scores


def shrunken_correlations(scores: ArrayLike) -> Floats:
    """Return correlations shrunk towards 0 by as much as their noise asks for.

    Schäfer and Strimmer 2005, Statistical Applications in Genetics and Molecular Biology 4, article 32: the
    proportion is the sum of the variances of the correlations over the sum of their squares. A quantity that is the
    same in all seeds correlates with nothing.

    Parameters
    ----------
    scores : (seeds, quantities)
        At least three seeds.
    """
    values = np.asarray(scores, dtype=np.float64)
    count, quantities = values.shape
    centred = values - values.mean(axis=0)
    deviations = centred.std(axis=0, ddof=1)
    standard = np.divide(centred, deviations, out=np.zeros_like(centred), where=deviations > 0)
    products = standard[:, :, None] * standard[:, None, :]
    means = products.mean(axis=0)
    correlations: Floats = means * count / (count - 1)
    variances = ((products - means) ** 2).sum(axis=0) * count / (count - 1) ** 3
    apart = ~np.eye(quantities, dtype=bool)
    squares = float((correlations[apart] ** 2).sum())
    shrinkage = min(1.0, float(variances[apart].sum()) / squares) if squares else 1.0
    correlations *= 1 - shrinkage
    np.fill_diagonal(correlations, 1.0)
    return correlations


def proper(correlations: Floats) -> Floats:
    """Return the nearest correlations that can be, where some were set to 0: eigenvalues cut off from below.

    Rousseeuw and Molenberghs 1993, Statistics and Operations Research 16, 965-984, the eigenvalue method.
    """
    values, vectors = np.linalg.eigh(correlations)
    if values.min() >= LEAST_EIGENVALUE:
        return correlations
    mended = (vectors * np.maximum(values, LEAST_EIGENVALUE)) @ vectors.T
    scale = np.sqrt(np.diag(mended))
    found: Floats = mended / np.outer(scale, scale)
    return found


def log_probability_of_box(low: ArrayLike, high: ArrayLike, correlations: ArrayLike) -> Floats:
    """Return the logarithm of the probability that jointly normal draws all lie in their intervals.

    By the separation of variables of Genz (1992, Journal of Computational and Graphical Statistics 1, 141-149), over
    a lattice of `POINTS` points. It multiplies conditional probabilities, so that small ones are as exact as large.

    Parameters
    ----------
    low, high : (..., quantities)
        The ends of the intervals; they may be infinite.
    correlations : (..., quantities, quantities)
        Positive definite.

    Returns
    -------
    ndarray of shape (...,)
        -inf where an interval is empty.
    """
    starts, ends = np.broadcast_arrays(np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64))
    factors = np.linalg.cholesky(np.asarray(correlations, dtype=np.float64))
    shape = np.broadcast_shapes(starts.shape[:-1], factors.shape[:-2])
    quantities = starts.shape[-1]
    draws = np.zeros((*shape, quantities, POINTS))
    total = np.zeros((*shape, POINTS))
    for place, points in enumerate(_lattice(quantities)):
        factor = factors[..., place, :place, None]
        given = (factor * draws[..., :place, :]).sum(axis=-2)
        scale = factors[..., place, place, None]
        logarithm, draws[..., place, :] = _between(
            (starts[..., place, None] - given) / scale, (ends[..., place, None] - given) / scale, points
        )
        total = total + logarithm
    found: Floats = np.logaddexp.reduce(total, axis=-1) - np.log(POINTS)
    return found


def _between(low: Floats, high: Floats, points: Floats) -> tuple[Floats, Floats]:
    """Return the log probability of each interval, and a draw from it at a given proportion of its probability."""
    flipped = low > 0  # the tail of small probabilities is the exact one
    first, last = np.where(flipped, -high, low), np.where(flipped, -low, high)
    upper, lower = scipy.special.log_ndtr(last), scipy.special.log_ndtr(first)
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.where(upper > lower, upper + np.log1p(-np.exp(np.minimum(lower - upper, 0.0))), -np.inf)
        reached = np.logaddexp(lower, np.log(points) + logarithm)
        drawn = scipy.special.ndtri_exp(np.minimum(reached, 0.0))
    drawn = np.clip(np.nan_to_num(drawn, nan=0.0), -38.0, 38.0)
    return logarithm, np.where(flipped, -drawn, drawn)


@functools.cache
def _lattice(quantities: int) -> Floats:
    """Return points that fill the unit cube evenly, each in the middle of a tent: (quantities, POINTS)."""
    roots = np.sqrt(np.array(_primes(quantities), dtype=np.float64))
    steps = np.outer(roots, np.arange(1, POINTS + 1)) % 1.0
    found: Floats = np.clip(np.abs(2 * steps - 1), 1e-9, 1 - 1e-9)
    return found


def _primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found
