"""Whether a reconstruction can be believed: reports are made up from known protocols, and these are looked for.

Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari and Gelman 2018, arXiv:1804.06788): if hidden
protocols are drawn from the prior, the posterior of each report must hold its own in as many cases as it says. A report
is made of one seed of its protocol, and every candidate is judged by the other seeds, so that no run speaks of itself.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.base.arrays import Floats
from harness.execution.engine import Wanted
from harness.judging.evidence import RunSource
from harness.reconstruction.facts import Fact
from harness.reconstruction.likelihood import Judged, Read, asked_by, log_likelihood_of_facts, margin_of
from harness.reconstruction.posterior import normalized
from harness.reconstruction.scoring import judged_by_reading
from harness.report.grid import Grid
from harness.report.reading import Reading
from harness.statistics.estimate import Reported
from harness.training.runs import Runs

LEVELS = (0.5, 0.9)
JudgedFacts = list[list[tuple[Reading, list[Judged]]]]
Told = tuple[list[Reported], bool | None]
"""What a report says of one reading of a fact: its numbers, and whether it showed the behaviour, if it is about one."""
ON_ONE_SPLIT = "one"  # all numbers of a made-up report are of one seed


@dataclass(frozen=True, eq=False)
class Calibration:
    """What came out of reports that were made up.

    Attributes
    ----------
    log_likelihoods : (reports, candidates)
        Of each report under each candidate.
    hidden : (reports,)
        The place of the candidate that each was made of.
    """

    log_likelihoods: Floats
    hidden: np.ndarray[tuple[int], np.dtype[np.int64]]

    def weights(self, tempering: float = 1.0) -> Floats:
        """Return the posterior of each report, shape (reports, candidates), from a power of the likelihood."""
        return np.stack([normalized(tempering * one) for one in self.log_likelihoods])

    def ranks(self, tempering: float = 1.0) -> Floats:
        """Return how much of the posterior is on more plausible candidates than the hidden one, shape (reports,).

        Uniform between 0 and 1 if the posterior is right; the hidden one's own probability is divided at random.
        """
        weights = self.weights(tempering)
        own = weights[np.arange(len(weights)), self.hidden][:, None]
        before = np.where(weights > own, weights, 0).sum(axis=1)
        found: Floats = before + np.random.default_rng(0).random(len(weights)) * own[:, 0]
        return found

    def coverage(self, level: float, tempering: float = 1.0) -> float:
        """Return in which proportion of reports the set that should hold the hidden protocol so often does."""
        return float((self.ranks(tempering) <= level).mean())

    def best(self, tempering: float = 1.0) -> tuple[float, float]:
        """Return the probability that the best candidates claim to have, on average, and how often they are right."""
        weights = self.weights(tempering)
        return float(weights.max(axis=1).mean()), float((weights.argmax(axis=1) == self.hidden).mean())

    def coverage_of_answers(self, answers: Sequence[Sequence[object]], level: float, tempering: float = 1.0) -> float:
        """Return how often the set of answers to a choice holds the hidden one's, which is itself no candidate.

        Parameters
        ----------
        answers : (candidates, choices)
            Of each candidate to each choice.
        """
        held, asked = 0.0, 0
        for logs, hidden in zip(self.log_likelihoods, self.hidden, strict=True):
            others = np.arange(len(logs)) != hidden
            weights = normalized(tempering * logs[others])
            for choice in range(len(answers[0])):
                given = [one[choice] for place, one in enumerate(answers) if others[place]]
                held += _in_set(given, weights, answers[int(hidden)][choice], level)
                asked += 1
        return held / asked


def _in_set(given: Sequence[object], weights: Floats, truth: object, level: float) -> float:
    """Return with which probability a truth is in the smallest set of answers with this probability."""
    total: dict[object, float] = {}
    for one, weight in zip(given, weights, strict=True):
        total[one] = total.get(one, 0.0) + float(weight)
    own = total.get(truth, 0.0)
    before = sum(weight for weight in total.values() if weight > own)
    if before + own <= level:
        return 1.0
    return 0.0 if before >= level or own == 0 else (level - before) / own


def calibration(facts: Sequence[Fact], grids: Sequence[Grid], source: RunSource, seeds: Sequence[int]) -> Calibration:
    """Make up a report of each candidate and seed, and judge it under all candidates.

    Parameters
    ----------
    facts
        What a report tells.
    grids
        Of the candidates, drawn from the prior.
    source
        Has the runs of all of them.
    seeds
        Places of the seeds that reports are made of.
    """
    logs, hidden = [], []
    whole = [_judged(facts, grid, source) for grid in grids]
    for seed in seeds:
        others = [_judged(facts, grid, _Without(source, seed)) for grid in grids]
        for place, judged in enumerate(whole):
            told = _told(judged, seed)
            if told is not None:
                logs.append([_log_likelihood(told, one) for one in others])
                hidden.append(place)
    return Calibration(np.array(logs), np.array(hidden))


def _judged(facts: Sequence[Fact], grid: Grid, source: RunSource) -> JudgedFacts:
    found = [judged_by_reading(fact, grid, source) for fact in facts]
    return found if all(found) else []


def _told(judged: JudgedFacts, seed: int) -> list[list[Told]] | None:
    """Return what a report says that was made of one seed, by fact and reading; None if there is nothing to say."""
    if not judged:
        return None
    found: list[list[Told]] = []
    for readings in judged:
        found.append([])
        for reading, estimates in readings:
            numbers = [
                (estimate.printing.reported, float(estimate.sample[seed]))
                for estimate, _ in estimates
                if estimate.printing is not None
            ]
            if not all(np.isfinite(value) for _, value in numbers):
                return None
            margin = margin_of(reading, estimates)
            found[-1].append(
                (
                    [_rounded(value, like) for like, value in numbers],
                    None if margin is None else bool(margin[seed] >= 0),
                )
            )
    return found


def _rounded(value: float, like: Reported) -> Reported:
    unit = 2 * like.half_unit
    return Reported(round(value / unit) * unit, like.half_unit)


def _log_likelihood(told: Sequence[Sequence[Told]], judged: JudgedFacts) -> float:
    if not judged:
        return -math.inf
    reads = [
        [_asked(reading, estimates, *one) for (reading, estimates), one in zip(readings, of_fact, strict=True)]
        for readings, of_fact in zip(judged, told, strict=True)
    ]
    return log_likelihood_of_facts(reads, ON_ONE_SPLIT)


def _asked(reading: Reading, estimates: Sequence[Judged], numbers: Sequence[Reported], shown: bool | None) -> Read:
    """Return what is asked of a repetition by a report with these numbers that showed a behaviour, or did not."""
    rest = iter(numbers)
    retold = [
        (
            estimate
            if estimate.printing is None
            else replace(estimate, printing=replace(estimate.printing, reported=next(rest))),
            configs,
        )
        for estimate, configs in estimates
    ]
    read = asked_by(reading, retold)
    if shown is not False:
        return read
    *others, behaviour = read
    return (*others, replace(behaviour, low=-math.inf, high=behaviour.low))


class _Without:
    """Hands out all runs but those of one seed."""

    grows = False
    planned_seeds = None

    def __init__(self, source: RunSource, place: int) -> None:
        self._source = source
        self._place = place

    def runs(self, wanted: Wanted, count: int) -> Runs:
        """Return the runs of the first `count` seeds but one."""
        runs = self._source.runs(wanted, count)
        return runs.at(np.delete(np.arange(len(runs.seeds)), self._place))
