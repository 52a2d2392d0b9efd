"""How often verdicts are wrong where the truth is known: ``python -m benchmarks.calibration [--quick]``.

Simulates evidence for every kind of check, judges it as claims are judged, and counts. Takes some minutes on one
core; the same twice.
"""

import argparse
import contextlib
import functools
import math
import platform
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any
from unittest import mock

import numpy as np
from scipy import interpolate

from benchmarks.calibration_figure import calibration_figure
from benchmarks.calibration_page import page
from benchmarks.calibration_rates import REPETITIONS, STAGES
from benchmarks.truths import Experiment, experiments
from benchmarks.written import add_folders, write
from harness.base.arrays import Floats
from harness.statistics import position
from harness.statistics.estimate import Estimate, Interval
from harness.verdicts.band import OUTCOMES, Band, Outcome, decide
from harness.verdicts.error_rate import MOST_LOOKS, error_rate_at

NAME = "calibration"  # of page, counts and plot
SCHEMA = 1  # of the counts
SEED = 20_260_131
LOOKS = tuple(20 * 2**number for number in range(MOST_LOOKS))
QUICK_REPETITIONS = 20
DISTRIBUTIONS = ("numpy", "scipy")


def verdict_of(
    draw: Callable[[int], Floats], make_estimate: Callable[[Floats], Estimate], band: Band, looks: Sequence[int]
) -> list[Outcome]:
    """Judge a claim at one look after the other while it is inconclusive, as `harness.judging.judge` does.

    Parameters
    ----------
    draw
        From a number of seeds to their sample; a larger one begins with the smaller.
    make_estimate
        From the sample to the estimate.
    band
        What it is judged against.
    looks
        The numbers of seeds; `harness.verdicts.error_rate.error_rate_at` splits the error rate over them.

    Returns
    -------
    list
        The outcome of each look that was taken; the last one is the verdict.
    """
    outcomes: list[Outcome] = []
    for number, seeds in enumerate(looks, start=1):
        estimate = make_estimate(draw(seeds))
        outcomes.append(decide(estimate.interval(1 - 2 * error_rate_at(number, len(looks))), band))
        if outcomes[-1] != "inconclusive" or math.isnan(estimate.value):
            break
    return outcomes


def simulate(experiment: Experiment, repetitions: int) -> list[dict[str, Any]]:
    """Judge many samples of an experiment, and return one row of counts for each of its truths.

    Counted are the outcomes of a claim with one look only (``only``), those of the first of six looks (``first``),
    and those of up to six looks (``last``).
    """
    key = "/".join((experiment.check, experiment.distribution, *(truth.where for truth in experiment.truths)))
    probabilities = np.random.default_rng([SEED, zlib.crc32(key.encode())]).random((repetitions, max(LOOKS) + 1))
    samples, printed = experiment.quantile(probabilities[:, :-1]), experiment.printed(probabilities[:, -1])
    counts = [{stage: Counter(dict.fromkeys(OUTCOMES, 0)) for stage in STAGES} for _ in experiment.truths]
    for sample, number in zip(samples, printed, strict=True):
        estimate = _kept(experiment, float(number))
        for truth, count in zip(experiment.truths, counts, strict=True):
            (only,) = verdict_of(functools.partial(_begin, sample), estimate, truth.band, LOOKS[:1])
            judged = verdict_of(functools.partial(_begin, sample), estimate, truth.band, LOOKS)
            for stage, outcome in zip(STAGES, (only, judged[0], judged[-1]), strict=True):
                count[stage][outcome] += 1
    return [
        {
            "check": experiment.check,
            "distribution": experiment.distribution,
            "exact": experiment.exact,
            "truth": truth.where,
            "band": str(truth.band),
            "wrong": truth.wrong,
            "right": truth.right,
            "clear": truth.clear,
            "counts": count,
        }
        for truth, count in zip(experiment.truths, counts, strict=True)
    ]


@contextlib.contextmanager
def tabulated_distances() -> Iterator[None]:
    """Read the noncentral t interval of `harness.statistics.position` off splines of its own values: ten times faster.

    Knots lie at every tenth of a standard deviation; beyond 12 the interval itself is taken.
    """
    interval: Callable[[float, int, float], Interval] = position._position_interval

    @functools.cache
    def splines(count: int, confidence: float) -> interpolate.CubicSpline:
        positions = np.linspace(0, 12, 121)
        return interpolate.CubicSpline(positions, [interval(float(one), count, confidence) for one in positions])

    def read_off(position: float, count: int, confidence: float) -> Interval:
        if abs(position) > 12:
            return interval(position, count, confidence)
        low, high = (float(end) for end in splines(count, confidence)(abs(position)))
        return (low, high) if position >= 0 else (-high, -low)

    with mock.patch.object(position, "_position_interval", read_off):
        yield


def run(repetitions: int) -> dict[str, Any]:
    """Simulate everything, and return all counts."""
    rows: list[dict[str, Any]] = []
    started, check = time.perf_counter(), ""
    with tabulated_distances():
        for experiment in experiments():
            if experiment.check != check:
                check = experiment.check
                print(f"{time.perf_counter() - started:4.0f} s  {check}", flush=True)
            rows += simulate(experiment, repetitions)
    print(f"{time.perf_counter() - started:4.0f} s  done", flush=True)
    return {
        "schema": SCHEMA,
        "seed": SEED,
        "looks": LOOKS,
        "error_rates": [error_rate_at(number, len(LOOKS)) for number in range(1, len(LOOKS) + 1)],
        "repetitions": repetitions,
        "versions": {"Python": platform.python_version(), **{name: version(name) for name in DISTRIBUTIONS}},
        "rows": rows,
    }


def _begin(sample: Floats, seeds: int) -> Floats:
    return sample[:seeds]


def _kept(experiment: Experiment, printed: float) -> Callable[[Floats], Estimate]:
    """Return the estimate of an experiment, made once for each size of the one sample it is called with."""
    estimates: dict[int, Estimate] = {}

    def estimate(sample: Floats) -> Estimate:
        if len(sample) not in estimates:
            made = experiment.estimate(sample, printed)
            estimates[len(sample)] = replace(made, interval=functools.cache(made.interval))
        return estimates[len(sample)]

    return estimate


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate, and write page, counts and plot."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=REPETITIONS, metavar="N", help="default: %(default)s")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_REPETITIONS} repetitions, to see that it works")
    add_folders(parser)
    options = parser.parse_args(arguments)
    results = run(QUICK_REPETITIONS if options.quick else options.repetitions)
    write(options, NAME, page(results), results, calibration_figure(results))


if __name__ == "__main__":
    main()
