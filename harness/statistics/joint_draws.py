"""How far several numbers that a report prints together lie from those of the seeds: one repetition gives all of them.

Networks that are trained on one split go up and down together, so that three numbers, each of which is a plausible draw
by itself, need not be plausible at once; and three tests at 95 % refute a true table in more than 5 % of reports.
"""

import math
from collections.abc import Sequence

import numpy as np
import scipy
from numpy.typing import ArrayLike

from harness.base.arrays import Floats
from harness.statistics.draws import PREDICTION
from harness.statistics.estimate import OF_ONE_DRAW, Estimate, Interval, Reported
from harness.statistics.sample import at_least_two, no_interval, refuse_unless_positive, why_no_interval

NEARLY_ZERO = 1e-300  # "0.00" stands for everything from zero, which has no logarithm
METHOD = f"{OF_ONE_DRAW}s from the means over seeds, all at once (Hotelling's T2 for one further draw)"


def plausible_joint_draw(reported: Sequence[Reported], samples: Sequence[ArrayLike], label: str) -> Estimate:
    """Estimate how far several reported positive numbers lie from the joint distribution over seeds.

    On a logarithmic scale, taken as jointly normal. The distance of a further draw from the means, in units of the
    covariance over seeds, is Hotelling's T2 (Johnson and Wichern 2007, Applied Multivariate Statistical Analysis,
    section 5.5: prediction region for a future observation). The estimate is that distance over the one
    which 95 % of repetitions stay within: at most 1 is compatible. Within the rounding of the reported
    numbers, those nearest to the means are taken.

    Parameters
    ----------
    reported
        The numbers as printed.
    samples : sequence of (seeds,)
        The same quantities for each seed, positive, paired by seed. No more seeds than numbers give no distance.
    label
        What the numbers are.
    """
    values = _table(samples)
    refuse_unless_positive((values[np.isfinite(values)] > 0).all() and all(one.value >= 0 for one in reported))
    lowest = [max(one.value - one.half_unit, NEARLY_ZERO) for one in reported]
    highest = [one.value + one.half_unit for one in reported]
    with np.errstate(invalid="ignore"):
        scaled = np.log(values)
    return _estimate(scaled, (np.log(lowest), np.log(highest)), np.zeros(len(reported)), label)


def plausible_joint_proportion_draw(
    reported: Sequence[Reported], samples: Sequence[ArrayLike], rows: int, label: str
) -> Estimate:
    """Estimate how far several reported proportions of rows lie from the joint distribution over seeds.

    As `plausible_joint_draw`, on the scale of log odds of `harness.statistics.draws.plausible_proportion_draw`, and
    with variances of at least the binomial error of `rows` rows.

    Parameters
    ----------
    reported
        The proportions as printed.
    samples : sequence of (seeds,)
        The same proportions for each seed, paired by seed. No more seeds than proportions give no distance.
    rows
        Of how many rows each is a proportion.
    label
        What the proportions are.
    """
    values = _table(samples)
    hits = values * rows
    binomial = np.mean(1 / (hits + 0.5) + 1 / (rows - hits + 0.5), axis=0)
    lowest = np.array([one.value - one.half_unit for one in reported])
    highest = np.array([one.value + one.half_unit for one in reported])
    return _estimate(_log_odds(values, rows), (_log_odds(lowest, rows), _log_odds(highest, rows)), binomial, label)


def _table(samples: Sequence[ArrayLike]) -> Floats:
    return np.stack([at_least_two(one) for one in samples], axis=1)


def _log_odds(proportions: Floats, rows: int) -> Floats:
    hits = np.clip(proportions, 0, 1) * rows
    found: Floats = np.log((hits + 0.5) / (rows - hits + 0.5))
    return found


def _estimate(scaled: Floats, box: tuple[Floats, Floats], least_variances: Floats, label: str) -> Estimate:
    """Return the distance of the nearest point of a box, over that of `PREDICTION` of all further draws."""
    count, numbers = scaled.shape
    if not np.isfinite(scaled).all():
        totals = scaled.sum(axis=1)
        return no_interval(totals, METHOD, label, "draw", why_no_interval(totals), math.nan)
    if count <= numbers:
        few = f"{numbers} numbers at once need more seeds than {numbers}, not {count}"
        return no_interval(scaled.sum(axis=1), METHOD, label, "draw", few, math.nan)
    means, covariance = scaled.mean(axis=0), np.cov(scaled, rowvar=False).reshape(numbers, numbers)
    missing = np.maximum(0, least_variances - np.diag(covariance))
    covariance = covariance + np.diag(missing)
    if np.linalg.matrix_rank(covariance) < numbers:
        spread = scaled.sum(axis=1)
        return no_interval(spread, METHOD, label, "draw", "the numbers do not vary apart from each other", math.nan)
    whitening = np.linalg.inv(np.linalg.cholesky(covariance))
    nearest = scipy.optimize.lsq_linear(whitening, whitening @ means, bounds=box).x
    distance = float(np.linalg.norm(whitening @ (nearest - means)))
    factor = numbers * (count + 1) * (count - 1) / (count * (count - numbers))
    limit = math.sqrt(factor * float(scipy.special.fdtri(numbers, count - numbers, PREDICTION)))
    chance = float(scipy.special.fdtrc(numbers, count - numbers, distance**2 / factor))
    each = np.linalg.norm((scaled - means) @ whitening.T, axis=1) / limit
    value = distance / limit

    def interval(confidence: float) -> Interval:
        return value, value  # the limit itself takes the finite number of seeds into account

    return Estimate(
        value,
        interval,
        METHOD,
        each,
        f"{label}: distance from the means",
        "draw",
        region=(0.0, 1.0),
        reported=value,
        note=f"{chance:.2f} of all repetitions give numbers as far away or farther",
    )
