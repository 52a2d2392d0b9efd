"""Evidence whose truth is known: distributions over seeds, and bands in which the truth lies or does not.

Every distribution is given by its quantile function, so that its median, its proportions and its draws are one thing.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from scipy import special, stats

from harness.base.arrays import Floats
from harness.statistics.cells import proportion_of_cells
from harness.statistics.draws import plausible_draw, plausible_proportion_draw
from harness.statistics.estimate import Estimate, Reported
from harness.statistics.estimators import mean_over_seeds, median_over_seeds, proportion_of_seeds, ratio_over_seeds
from harness.verdicts.verdict import Band, Outcome

EPOCHS = 50  # when training ends; what was not reached by then is infinite
BESIDE = 1e-9  # how far a truth at the edge of a band lies from it
FAR = 4.0  # standard deviations between a number that is no draw and the mean
SHARE = 0.75  # of seeds, as bands on proportions ask for
ONE_DRAW = Band(-1.96, 1.96, "the central 95 % of a normal distribution")

Quantile = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Distribution:
    """Where the number of one seed comes from.

    Attributes
    ----------
    name
        For the reader.
    quantile
        From probabilities to numbers, never falling.
    mean, deviation
        Its mean and standard deviation.
    """

    name: str
    quantile: Quantile
    mean: float
    deviation: float

    def at(self, probability: float) -> float:
        """Return one quantile."""
        return float(self.quantile(np.array([probability]))[0])

    def within(self, low: float, high: float) -> float:
        """Return the probability of a number from low to high, both included."""
        return _first(lambda level: self.at(level) > high) - _first(lambda level: self.at(level) >= low)


@dataclass(frozen=True)
class Truth:
    """A band, and what is known of the finding that it stands for.

    Attributes
    ----------
    where
        Where the truth lies, relative to the band.
    wrong
        The verdict that would be wrong; the other one is right.
    clear
        Whether the truth lies far enough from the band's edge that the right verdict is to be expected.
    """

    where: str
    band: Band
    wrong: Outcome
    clear: bool

    @property
    def right(self) -> Outcome:
        """The verdict that is right."""
        return "refuted" if self.wrong == "supported" else "supported"


@dataclass(frozen=True)
class Experiment:
    """A check on samples of one distribution, judged against one or several bands.

    Attributes
    ----------
    check
        Name of the function of `harness.statistics.estimators` or `harness.statistics.draws`.
    distribution
        Name of what is drawn.
    exact
        Whether theory promises the error rate for it.
    quantile
        Of the number of one seed.
    estimate
        From the sample, and from what a report printed, to the estimate.
    truths
        What it is judged against.
    printed
        From a probability to the number that the report printed; without meaning for checks that take none.
    """

    check: str
    distribution: str
    exact: bool
    quantile: Quantile
    estimate: Callable[[Floats, float], Estimate]
    truths: tuple[Truth, ...]
    printed: Quantile = np.copy


def experiments() -> list[Experiment]:
    """Return everything that is simulated, check by check."""
    return [*_means(), *_ratios(), *_proportions(), *_medians(), *_cells(), *_draws(), *_proportion_draws()]


def edges(truth: float) -> tuple[Truth, Truth]:
    """Return a band whose edge the truth only just misses, and one whose edge it only just reaches."""
    return (_at_least(truth + BESIDE, "just outside", "supported"), _at_least(truth - BESIDE, "just inside", "refuted"))


def clearly(inside_of: float, outside_of: float) -> tuple[Truth, Truth]:
    """Return a band that the truth clearly reaches, from its edge, and one that it clearly misses."""
    return (
        _at_least(outside_of, "clearly outside", "supported", clear=True),
        _at_least(inside_of, "clearly inside", "refuted", clear=True),
    )


def _at_least(edge: float, where: str, wrong: Outcome, *, clear: bool = False) -> Truth:
    return Truth(where, Band(edge, math.inf, "made up"), wrong, clear)


def _first(holds: Callable[[float], bool]) -> float:
    """Return the lowest probability from which on something holds; 1 if it never does."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


# Distributions


def _lognormal(sigma: float) -> Distribution:
    variance = math.exp(sigma**2)
    mean, deviation = math.sqrt(variance), math.sqrt((variance - 1) * variance)
    return Distribution(f"lognormal, sigma {sigma:g}", lambda u: np.exp(sigma * special.ndtri(u)), mean, deviation)


def _accuracy(name: str, rows: int, hits: Any) -> Distribution:
    below: Floats = hits.cdf(np.arange(rows))
    return Distribution(
        f"{name}, {rows} rows", lambda u: np.searchsorted(below, u) / rows, hits.mean() / rows, hits.std() / rows
    )


def _two_values(name: str, high_proportion: float, low: float = 0.67) -> Distribution:
    spread = (1 - low) * math.sqrt(high_proportion * (1 - high_proportion))
    return Distribution(
        name, lambda u: np.where(u < 1 - high_proportion, low, 1.0), low + (1 - low) * high_proportion, spread
    )


def _times(beyond: float) -> Distribution:
    """Return whole epochs until something is reached, of which a proportion lies beyond the end."""
    scale = EPOCHS * math.exp(-0.5 * float(special.ndtri(1 - beyond)))

    def quantile(u: Floats) -> Floats:
        epochs = np.ceil(scale * np.exp(0.5 * special.ndtri(u)))
        return np.where(epochs > EPOCHS, np.inf, epochs)

    return Distribution(f"epochs, {100 * beyond:g} % never", quantile, math.inf, math.nan)


def _humps(u: Floats) -> Floats:
    """Return logarithms of losses near 1, in one training of ten near 20."""
    failed = u >= 0.9
    return np.where(failed, math.log(20), 0.0) + 0.1 * special.ndtri(np.where(failed, (u - 0.9) / 0.1, u / 0.9))


def _long_tailed(far: float) -> Distribution:
    """Return normal numbers, of which a proportion lies 8 standard deviations away on one side."""

    def quantile(u: Floats) -> Floats:
        away = u >= 1 - far
        return np.where(away, 8.0, 0.0) + special.ndtri(np.where(away, (u - (1 - far)) / far, u / (1 - far)))

    return Distribution(
        f"normal, {100 * far:g} % of seeds 8 sd away", quantile, 8 * far, math.sqrt(1 + 64 * far * (1 - far))
    )


NORMAL = Distribution("normal", special.ndtri, 0.0, 1.0)
SKEWED = (
    _lognormal(0.5),
    _lognormal(1.0),
    Distribution("gamma, shape 2", lambda u: special.gammaincinv(2, u), 2, 2**0.5),
)
HEAVY = Distribution("t, 3 degrees of freedom", lambda u: special.stdtrit(3, u), 0.0, 3**0.5)
LONG_TAILED = tuple(map(_long_tailed, (0.01, 0.025, 0.05, 0.1)))
ACCURACIES = (
    _accuracy("accuracy 0.9", 100, stats.binom(100, 0.9)),
    _accuracy("accuracy 0.95", 30, stats.binom(30, 0.95)),
)
SATURATED = _two_values("accuracy 1 in 9 of 10 seeds, else 0.67", 0.9)
HALVED = _two_values("accuracy 1 in 501 of 1,000 seeds, else 0.67", 0.501)
SOME_NEVER, HALF_NEVER = _times(0.08), _times(0.499)
# Of positive numbers, on the scale of their logarithms.
LOGARITHMS = (
    Distribution("lognormal, sigma 0.5", lambda u: 0.5 * special.ndtri(u), 0.0, 0.5),
    Distribution("lognormal, sigma 1", special.ndtri, 0.0, 1.0),
    Distribution(
        "gamma, shape 2",
        lambda u: np.log(special.gammaincinv(2, u)),
        float(special.digamma(2)),
        math.sqrt(float(special.polygamma(1, 2))),
    ),
    Distribution("logarithm t, 3 degrees of freedom", lambda u: 0.3 * special.stdtrit(3, u), 0.0, 0.3 * 3**0.5),
    Distribution(
        "near 1 in 9 of 10 seeds, else near 20", _humps, 0.1 * math.log(20), math.hypot(0.1, 0.3 * math.log(20))
    ),
)
SHARES = (
    (100, ACCURACIES[0]),
    (30, ACCURACIES[1]),
    (100, _accuracy("skills differ around 0.5", 100, stats.betabinom(100, 5, 5))),
    (100, _accuracy("skills differ below 1", 100, stats.betabinom(100, 4, 0.4))),
    (100, SATURATED),
    (30, _two_values("accuracy 1 in 9 of 10 seeds, else 0.67, 30 rows", 0.9, 20 / 30)),
)


# Experiments, one function a check


def _means() -> Iterator[Experiment]:
    def estimate(sample: Floats, _: float) -> Estimate:
        return mean_over_seeds(sample, "")

    for source in (NORMAL, *SKEWED, *LONG_TAILED, HEAVY, *ACCURACIES, SATURATED):
        truths = *edges(source.mean), *clearly(source.mean - source.deviation, source.mean + source.deviation)
        yield Experiment("mean_over_seeds", source.name, source is NORMAL, source.quantile, estimate, truths)
    reached = Truth("infinite, band finite", Band(-math.inf, EPOCHS, "made up"), "supported", clear=True)
    yield Experiment("mean_over_seeds", SOME_NEVER.name, False, SOME_NEVER.quantile, estimate, (reached,))


def _ratios() -> Iterator[Experiment]:
    def estimate(sample: Floats, _: float) -> Estimate:
        common = np.linspace(1, 2, len(sample))  # what the two have in common for one seed
        return ratio_over_seeds(np.exp(sample) * common, common, "")

    for source in LOGARITHMS:
        low, truth, high = np.exp(source.mean + source.deviation * np.array([-1, 0, 1]))
        truths = *edges(float(truth)), *clearly(float(low), float(high))
        exact = source.name.startswith("lognormal")
        yield Experiment("ratio_over_seeds", source.name, exact, source.quantile, estimate, truths)


def _proportions() -> Iterator[Experiment]:
    def experiment(source: Distribution, low: float, high: float, truths: tuple[Truth, ...]) -> Experiment:
        def estimate(sample: Floats, _: float) -> Estimate:
            return proportion_of_seeds(sample, (low, high), "")

        return Experiment("proportion_of_seeds", source.name, True, source.quantile, estimate, truths)

    for source in (NORMAL, *SKEWED, *LONG_TAILED, HEAVY, *ACCURACIES, SATURATED):
        low = source.at(1 - SHARE)
        yield experiment(source, low, math.inf, edges(source.within(low, math.inf)))
    yield experiment(SOME_NEVER, -math.inf, EPOCHS, edges(SOME_NEVER.within(-math.inf, EPOCHS)))
    outside, inside = clearly(SHARE, SHARE)
    yield experiment(NORMAL, NORMAL.at(0.55), math.inf, (outside,))
    yield experiment(NORMAL, NORMAL.at(0.05), math.inf, (inside,))


def _medians() -> Iterator[Experiment]:
    def estimate(sample: Floats, _: float) -> Estimate:
        return median_over_seeds(sample, "")

    for source in (NORMAL, *SKEWED, *LONG_TAILED, HEAVY, *ACCURACIES, SATURATED, HALVED, SOME_NEVER, HALF_NEVER):
        low, truth, high = (source.at(level) for level in (0.2, 0.5, 0.8))
        truths: tuple[Truth, ...] = edges(truth)
        if low < truth < high < math.inf:
            truths += clearly(low, high)
        yield Experiment("median_over_seeds", source.name, True, source.quantile, estimate, truths)


def _cells() -> Iterator[Experiment]:
    count = 9

    def estimate(sample: Floats, _: float) -> Estimate:
        true = np.rint(sample * count)
        return proportion_of_cells([np.where(true > cell, 1.0, 0.0) for cell in range(count)], (1.0, 1.0), "")

    for name, cells in (
        ("9 cells apart", stats.binom(count, 0.5)),
        ("9 cells that depend on each other", stats.betabinom(count, 1, 1)),
        ("9 cells that are nearly one", stats.betabinom(count, 0.05, 0.05)),
    ):
        source = _accuracy(name, count, cells)
        truths = *edges(source.mean), *clearly(source.mean - 0.3, source.mean + 0.3)
        yield Experiment("proportion_of_cells", name, True, source.quantile, estimate, truths)


def _draws() -> Iterator[Experiment]:
    def estimate(sample: Floats, printed: float) -> Estimate:
        return plausible_draw(Reported(math.exp(printed), 0.0), np.exp(sample), "")

    for source in LOGARITHMS:
        exact = source.name.startswith("lognormal")
        of_source = partial(Experiment, "plausible_draw", source.name, exact, source.quantile, estimate)
        yield from _questions(of_source, source.quantile, source.at(0.5), source.mean + FAR * source.deviation)
        if exact:
            edge = source.mean + ONE_DRAW.high * source.deviation
            for truth, number in zip(edges(edge), (edge + BESIDE, edge - BESIDE), strict=True):
                yield of_source((replace(truth, band=ONE_DRAW),), partial(np.full_like, fill_value=number))


def _proportion_draws() -> Iterator[Experiment]:
    def estimate(sample: Floats, printed: float, rows: int) -> Estimate:
        return plausible_proportion_draw(Reported(round(printed, 2), 0.005), sample, rows, "")

    for rows, source in SHARES:
        hits = source.quantile((np.arange(100_000) + 0.5) / 100_000) * rows
        log_odds = np.log((hits + 0.5) / (rows - hits + 0.5))
        far = float(special.expit(log_odds.mean() - FAR * log_odds.std()))
        of_rows = partial(estimate, rows=rows)
        of_source = partial(Experiment, "plausible_proportion_draw", source.name, False, source.quantile, of_rows)
        yield from _questions(of_source, source.quantile, source.at(0.5), far)


def _questions(
    experiment: Callable[[tuple[Truth, ...], Quantile], Experiment], quantile: Quantile, median: float, far: float
) -> Iterator[Experiment]:
    """Return one experiment for a number that is a draw, one for the median, and one for a number that is no draw."""
    yield experiment((Truth("a draw", ONE_DRAW, "refuted", clear=False),), quantile)
    yield experiment((Truth("4 sd away", ONE_DRAW, "supported", clear=True),), partial(np.full_like, fill_value=far))
    yield experiment((Truth("the median", ONE_DRAW, "refuted", clear=True),), partial(np.full_like, fill_value=median))
