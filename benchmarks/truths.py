"""Evidence whose truth is known: checks on samples of distributions, and bands in which the truth lies or does not."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy import special, stats

from benchmarks.distributions import (
    EPOCHS,
    FINITE,
    HALF_NEVER,
    HALVED,
    LOGARITHMS,
    NORMAL,
    SHARES,
    SOME_NEVER,
    Distribution,
    Quantile,
    accuracy,
)
from harness.base.arrays import Floats
from harness.statistics.cells import proportion_of_cells
from harness.statistics.draws import plausible_draw, plausible_proportion_draw
from harness.statistics.estimate import Estimate, Reported
from harness.statistics.estimators import mean_over_seeds, median_over_seeds, proportion_of_seeds, ratio_over_seeds
from harness.verdicts.band import Band, Outcome

BESIDE = 1e-9  # how far a truth at the edge of a band lies from it
FAR = 4.0  # standard deviations between a number that is no draw and the mean
SHARE = 0.75  # of seeds, as bands on proportions ask for
ONE_DRAW = Band(-1.96, 1.96, "the central 95 % of a normal distribution")


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


# Experiments, one function a check


def _means() -> Iterator[Experiment]:
    def estimate(sample: Floats, _: float) -> Estimate:
        return mean_over_seeds(sample, "")

    for source in FINITE:
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

    for source in FINITE:
        low = source.at(1 - SHARE)
        yield experiment(source, low, math.inf, edges(source.within(low, math.inf)))
    yield experiment(SOME_NEVER, -math.inf, EPOCHS, edges(SOME_NEVER.within(-math.inf, EPOCHS)))
    outside, inside = clearly(SHARE, SHARE)
    yield experiment(NORMAL, NORMAL.at(0.55), math.inf, (outside,))
    yield experiment(NORMAL, NORMAL.at(0.05), math.inf, (inside,))


def _medians() -> Iterator[Experiment]:
    def estimate(sample: Floats, _: float) -> Estimate:
        return median_over_seeds(sample, "")

    for source in (*FINITE, HALVED, SOME_NEVER, HALF_NEVER):
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
        source = accuracy(name, count, cells)
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
