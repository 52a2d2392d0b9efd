"""How much of a metric's variation each factor of a full factorial design explains, seed by seed.

Every seed has one value in each cell of the design and is decomposed alone, so that what comes out is one number a
seed again, and spread over seeds stays apart from the factors' effects.
"""

import numpy as np

from harness.base.arrays import Floats

# What no factor's main effect explains goes by this name.
INTERACTIONS = "interactions"
# Cells that differ by less, relative to the largest, differ by rounding: proportions of that would be noise.
ROUNDING = 1e-9


def proportions_of_variance(table: Floats, factors: tuple[str, ...]) -> dict[str, Floats]:
    """Return which proportion of a seed's total sum of squares each factor's main effect explains.

    The decomposition is the analysis of variance of a balanced factorial design (Fisher 1925, Statistical Methods for
    Research Workers; Montgomery, Design and Analysis of Experiments) with one observation a cell; such a proportion is
    known as eta squared. With one observation there is no error term: what the main effects leave is called
    interactions, though it includes whatever chance there is in a single training. Chance alone gives a factor the
    proportion (levels - 1) / (cells - 1) on average, so that one with more levels looks a little larger.

    Parameters
    ----------
    table : (seeds, *levels)
        The metric in every cell, one axis a factor.
    factors
        A name for each axis after the first.

    Returns
    -------
    dict of (seeds,)
        By factor in the order given, then ``interactions``; they add up to 1. NaN for a seed whose cells are all
        equal, and for one with a cell that is not finite.
    """
    if len(set(factors)) != len(factors) or INTERACTIONS in factors:
        raise ValueError(f"factors have names of their own other than {INTERACTIONS!r}, not {factors}")
    values = _nan_where_not_finite(table)
    if values.ndim != 1 + len(factors):
        raise ValueError(f"{len(factors)} factors need a table with {1 + len(factors)} axes, not shape {values.shape}")
    cells = tuple(range(1, values.ndim))
    spread = np.ptp(values, axis=cells, keepdims=True)
    varied = spread > ROUNDING * np.abs(values).max(axis=cells, keepdims=True)
    # In units of the spread, since the squares of a tiny metric would vanish.
    rest = (values - values.mean(axis=cells, keepdims=True)) / np.where(varied, spread, np.nan)
    total = (rest**2).sum(axis=cells)
    proportions: dict[str, Floats] = {}
    for axis, factor in enumerate(factors, start=1):
        # Every other main effect averages to zero over its own levels, so it does not matter which is taken first.
        effect = rest.mean(axis=tuple(other for other in cells if other != axis), keepdims=True)
        proportions[factor] = (np.broadcast_to(effect, rest.shape) ** 2).sum(axis=cells) / total
        rest = rest - effect
    proportions[INTERACTIONS] = (rest**2).sum(axis=cells) / total
    return proportions


def _nan_where_not_finite(table: Floats) -> Floats:
    """Return the table with NaN in every cell that is not finite, shape (seeds, *levels)."""
    values = np.asarray(table, dtype=np.float64)
    if values.ndim < 2 or 0 in values.shape[1:]:
        raise ValueError(f"a table has shape (seeds, *levels) with a factor and no empty one, not {values.shape}")
    # An infinity might cancel or win a maximum; NaN stays NaN in every sum and maximum over the seed's cells.
    return np.where(np.isfinite(values), values, np.nan)
