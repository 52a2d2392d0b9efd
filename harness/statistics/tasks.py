"""Many methods on many tasks: one number over all tasks, with the runs of each task as its own sample.

Definitions are those of Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice"
(rliable), and of Demsar 2006, J. Mach. Learn. Res. 7, 1-30, for ranks.
"""

import math
from collections.abc import Sequence

import numpy as np
import scipy
from numpy.typing import ArrayLike

from harness.statistics.estimate import Estimate, Interval
from harness.statistics.larger import placements
from harness.statistics.sample import at_least_two, no_interval

RESAMPLES = 4_000  # an interval of 99.8 % then has four resamples beyond each end


def probability_of_improvement(first: Sequence[ArrayLike], second: Sequence[ArrayLike], label: str) -> Estimate:
    """Estimate the probability that a run of one method beats a run of another on a task drawn at random.

    It is the mean over tasks of the probability that a run is larger, a tie counting half. The tasks are those there
    are: nothing is said of others. Its variance is the sum of those of the tasks (Brunner and Munzel 2000, Biom. J. 42,
    17-25), its interval normal on logits.

    Parameters
    ----------
    first, second
        Of each task the numbers of a method's runs, larger ones being better; they are not paired.
    label
        What is compared.
    """
    ones, others = ([at_least_two(sample) for sample in samples] for samples in (first, second))
    if len(ones) != len(others) or not ones:
        raise ValueError(f"both methods need runs of the same tasks, not of {len(ones)} and {len(others)}")
    method = "probability of improvement, mean over tasks, interval on logits"
    pairs = list(zip(ones, others, strict=True))
    above = [placements(one, other) for one, other in pairs]
    below = [placements(other, one) for one, other in pairs]
    by_task = np.array([placements.mean() for placements in above])
    if np.isnan(by_task).any():
        return no_interval(by_task, method, label, "probability", "a run diverged: say what it counts as")
    value, tasks = float(by_task.mean()), len(by_task)
    variance = sum(part.var(ddof=1) / len(part) for part in (*above, *below)) / tasks**2
    note = f"{tasks} tasks"
    if variance == 0:
        return no_interval(by_task, method, label, "probability", f"{note}; on each, all runs of one beat the other")
    error = math.sqrt(variance) / (value * (1 - value))

    def interval(confidence: float) -> Interval:
        reach = float(scipy.special.ndtri((1 + confidence) / 2)) * error
        low, high = scipy.special.expit(scipy.special.logit(value) + np.array([-reach, reach]))
        return float(low), float(high)

    return Estimate(value, interval, method, by_task, label, "probability", note=note)


def interquartile_mean(scores: Sequence[ArrayLike], label: str) -> Estimate:
    """Estimate the mean of the middle half of all runs of a method on all tasks, with a stratified bootstrap.

    Runs are drawn anew within each task, as often as it has some; the interval is that of percentiles.

    Parameters
    ----------
    scores
        Of each task the numbers of the runs, on a scale that tasks have in common.
    label
        What one number is.
    """
    samples = [at_least_two(sample) for sample in scores]
    method = f"interquartile mean over tasks, stratified bootstrap of {RESAMPLES} resamples"
    everything = np.concatenate(samples)
    if not np.isfinite(everything).all():
        return no_interval(everything, method, label, "mean", "a run diverged: say what it counts as")
    rng = np.random.default_rng(0)  # the same resamples for the same runs
    drawn = [sample[rng.integers(len(sample), size=(RESAMPLES, len(sample)))] for sample in samples]
    means = np.sort(scipy.stats.trim_mean(np.concatenate(drawn, axis=1), 0.25, axis=1))

    def interval(confidence: float) -> Interval:
        low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
        return float(low), float(high)

    value = float(scipy.stats.trim_mean(everything, 0.25))
    note = f"{len(everything)} runs on {len(samples)} tasks"
    return Estimate(value, interval, method, everything, label, "cells", note=note)


def rank_difference(scores: ArrayLike, first: int, second: int, label: str) -> Estimate:
    """Estimate by how much the mean rank of one method is better than that of another, among several on many tasks.

    The best method of a task has rank 1. The interval is Nemenyi's, which holds for all pairs of methods together, so
    that the best of several may be looked for; tasks are the sample here, not runs.

    Parameters
    ----------
    scores : (tasks, methods)
        One number each, larger ones being better, such as the mean over runs.
    first, second
        The places of the two methods. Positive numbers say that the first has the better rank.
    label
        What is ranked.
    """
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] < 2 or table.shape[1] < 2:
        raise ValueError(f"scores have shape (tasks, methods) with at least 2 of each, not {table.shape}")
    ranks = scipy.stats.rankdata(-table, axis=1)
    difference = ranks[:, second] - ranks[:, first]
    tasks, methods = table.shape
    method = f"difference of mean ranks among {methods} methods, Nemenyi's interval"
    if np.isnan(table).any():
        return no_interval(difference, method, label, "mean", "a score is not a number: say what it counts as")
    error = math.sqrt(methods * (methods + 1) / (12 * tasks))

    def interval(confidence: float) -> Interval:
        reach = float(scipy.stats.studentized_range.ppf(confidence, methods, np.inf)) * error
        return float(difference.mean() - reach), float(difference.mean() + reach)

    note = f"{tasks} tasks; holds for all {methods * (methods - 1) // 2} pairs together"
    return Estimate(float(difference.mean()), interval, method, difference, label, "cells", note=note, grows=False)
