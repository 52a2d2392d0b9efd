"""Two other ways to weigh candidates by a report's numbers, against which the Gaussian copula can be held.

Both take numbers alone, each as a draw, and know no behaviours, averages, or readings beside a fact's first.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from harness.base.arrays import Floats
from harness.judging.evidence import RunSource
from harness.reconstruction.calibration import Calibration
from harness.reconstruction.facts import Fact
from harness.reconstruction.joint import proper, shrunken_correlations
from harness.reconstruction.scoring import judged_by_reading
from harness.report.grid import Grid

ACCEPTED = 0.02  # of all draws


def synthetic_log_likelihood(samples: Floats, reported: Floats, units: Floats) -> float:
    """Return the log density of a report's numbers if a repetition's are jointly normal.

    Wood 2010, Nature 466, 1102-1104, with shrunken correlations (Price, Drovandi, Lee and Nott 2018, Journal of
    Computational and Graphical Statistics 27, 1-11, discuss the choice); the mean is estimated too, and printed numbers
    are rounded to `units`.

    Parameters
    ----------
    samples : (seeds, quantities)
        At least three seeds.
    reported, units : (quantities,)
    """
    seeds = len(samples)
    deviations = np.sqrt(samples.var(axis=0, ddof=1) * (1 + 1 / seeds) + units**2 / 12)
    away = (reported - samples.mean(axis=0)) / deviations
    correlations = proper(shrunken_correlations(samples))
    _, log_determinant = np.linalg.slogdet(correlations)
    squares = away @ np.linalg.solve(correlations, away)
    return float(-0.5 * (squares + log_determinant + len(away) * np.log(2 * np.pi)) - np.log(deviations).sum())


def accepted_log_weights(samples: Floats, reported: Floats) -> Floats:
    """Return the log proportion of each candidate among the draws next to a report's numbers.

    Approximate Bayesian computation by rejection (Beaumont, Zhang and Balding 2002, Genetics 162, 2025-2035): distances
    are Euclidean, after each quantity is divided by its median absolute deviation over all draws.

    Parameters
    ----------
    samples : (candidates, seeds, quantities)
    reported : (quantities,)

    Returns
    -------
    ndarray of shape (candidates,)
        -inf for a candidate that has no such draw.
    """
    draws = samples.reshape(-1, samples.shape[2])
    spread = np.median(np.abs(draws - np.median(draws, axis=0)), axis=0)
    distances = np.sqrt((((draws - reported) / np.where(spread > 0, spread, 1.0)) ** 2).sum(axis=1))
    nearest = np.argsort(distances, kind="stable")[: max(1, round(ACCEPTED * len(draws)))]
    counts = np.bincount(nearest // samples.shape[1], minlength=len(samples))
    with np.errstate(divide="ignore"):
        weights: Floats = np.log(counts / len(nearest))
    return weights


def other_calibrations(
    facts: Sequence[Fact], grids: Sequence[Grid], source: RunSource, seeds: Sequence[int]
) -> Mapping[str, Calibration]:
    """Make up reports as `harness.reconstruction.calibration.calibration` does, and weigh candidates in both ways.

    Candidates and reports whose numbers are not all finite are left out.
    """
    found = [_numbers(facts, grid, source) for grid in grids]
    kept = [one for one in found if one is not None and np.isfinite(one[0]).all()]
    samples, units = np.stack([one for one, _ in kept]), kept[0][1]
    hidden, synthetic, rejection = [], [], []
    for seed in seeds:
        others = np.delete(samples, seed, axis=1)
        for place in range(len(samples)):
            told = np.round(samples[place, seed] / units) * units
            hidden.append(place)
            synthetic.append([synthetic_log_likelihood(one, told, units) for one in others])
            rejection.append(accepted_log_weights(others, told))
    places = np.array(hidden)
    return {
        "synthetic likelihood": Calibration(np.array(synthetic), places),
        "ABC by rejection": Calibration(np.array(rejection), places),
    }


def _numbers(facts: Sequence[Fact], grid: Grid, source: RunSource) -> tuple[Floats, Floats] | None:
    """Return what each seed would print of all facts, (seeds, numbers), and the units of the last printed digit."""
    columns, units = [], []
    for fact in facts:
        judged = judged_by_reading(fact, grid, source)
        if not judged:
            return None
        for estimate, _ in judged[0][1]:
            if estimate.printing is not None:
                columns.append(np.asarray(estimate.sample, dtype=np.float64))
                units.append(2 * estimate.printing.reported.half_unit)
    return np.stack(columns, axis=1), np.array(units)
