"""How often verdicts are wrong where the truth is known: ``python -m benchmarks.calibration [--quick]``.

Simulates evidence for every kind of check, judges it as claims are judged, and counts. Takes some minutes on one
core; the same twice.
"""

import argparse
import contextlib
import functools
import io
import math
import platform
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any
from unittest import mock

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import interpolate, special

from benchmarks.distributions import EPOCHS
from benchmarks.sections import table
from benchmarks.truths import BESIDE, FAR, SHARE, Experiment, experiments
from benchmarks.written import add_folders, write
from harness.base.arrays import Floats
from harness.drawing.style import REFUTED, STYLE, SUPPORTED
from harness.statistics import position
from harness.statistics.estimate import Estimate, Interval
from harness.verdicts.error_rate import ERROR_RATE, MOST_LOOKS, error_rate_at
from harness.verdicts.verdict import OUTCOMES, Band, Outcome, decide

NAME = "calibration"  # of page, counts and plot
SCHEMA = 1  # of the counts
SEED = 20_260_131
LOOKS = tuple(20 * 2**number for number in range(MOST_LOOKS))
REPETITIONS, QUICK_REPETITIONS = 2000, 20
CONFIDENCE = 0.99  # of the intervals around simulated rates
DISTRIBUTIONS = ("numpy", "scipy")
STAGES = {"only": "one look", "first": "first of six", "last": "up to six"}
INTRODUCTIONS = {
    "mean_over_seeds": "For normal samples Student's t is exact, and the widening for skewness only ever takes wrong "
    "verdicts away. Clearly: the edge is one standard deviation of a seed from the mean. "
    "Of times of which some are infinite the mean is infinite, which a sample without one of them cannot know. A "
    "sample of equal numbers has no interval and is not extended, which limits power where accuracies are saturated.",
    "ratio_over_seeds": "Named is the distribution of the ratio; Student's t is exact where its logarithm is normal. "
    "Clearly: the edge is one standard deviation of the logarithm from its mean.",
    "proportion_of_seeds": f"Exact for every distribution. Counted are numbers of at least the lower quartile "
    f"({EPOCHS} epochs or fewer for times), and the band begins at their true proportion. Clearly: proportions of 0.45 "
    f"and 0.95 against {SHARE:g}; power depends on the proportion alone.",
    "median_over_seeds": "Exact for every distribution. Clearly: the edge is the 20 % or the 80 % quantile, where "
    "these are finite and other numbers than the median.",
    "proportion_of_cells": "Exact for every distribution of the proportion of cells in which a statement is true for a "
    "seed, however cells depend on each other; the interval pays for that with power. Clearly: a mean proportion of "
    "0.5 against bands that begin at 0.2 and at 0.8.",
    "plausible_draw": "Here the truth is whether the number that a report printed is a draw of the distribution over "
    f"seeds: *a draw* is one, and refuting it is wrong; *{FAR:g} sd away* lies that far above the mean, on the scale "
    "of logarithms. Exact for lognormal samples, also with the printed number at the band's edge, 1.96 standard "
    "deviations from the mean.",
    "plausible_proportion_draw": f"As `plausible_draw`, on the scale of log odds; *{FAR:g} sd away* lies below the "
    "mean. "
    "Numbers are printed with two decimals.",
}
ADVICE = {
    "mean_over_seeds": "the interval misses on one side where samples are strongly skewed, though it is widened for "
    "their skewness, and knows nothing of an infinity or a tail that it has not seen. No interval of a mean holds for "
    "all distributions (Bahadur and Savage 1956, Ann. Math. Stat. 27, 1115-1122): a mean says so where its sample is "
    "skewed. Use `median_over_seeds` or `proportion_of_seeds`, which hold for all of these.",
    "ratio_over_seeds": "the interval misses on one side where the logarithms of ratios have a tail that a sample may "
    "not show. Use `median_over_seeds` or `proportion_of_seeds` on the ratios of such samples.",
    "proportion_of_seeds": "this contradicts theory: look for the mistake.",
    "proportion_of_cells": "this contradicts theory: look for the mistake.",
    "median_over_seeds": "this contradicts theory: look for the mistake.",
    "plausible_draw": "far draws are more frequent than in a normal distribution. Use `proportion_of_seeds` with "
    "a region.",
    "plausible_proportion_draw": "far draws are more frequent than in a normal distribution. Use `proportion_of_seeds` "
    "with a "
    "region.",
}
LIMIT = f"{100 * ERROR_RATE:g} %"


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


def clopper_pearson(hits: int, repetitions: int) -> Interval:
    """Return the exact interval for a simulated rate, with `CONFIDENCE` for its two ends together."""
    tail, misses = (1 - CONFIDENCE) / 2, repetitions - hits
    low = float(special.betaincinv(hits, misses + 1, tail)) if hits else 0.0
    return low, float(special.betaincinv(hits + 1, misses, 1 - tail)) if misses else 1.0


def exceeds(row: Mapping[str, Any], stage: str) -> bool:
    """Tell whether a row's verdicts are shown to be wrong more often than the error rate allows."""
    return _interval(row, stage)[0] > ERROR_RATE


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


# The page


def page(results: Mapping[str, Any]) -> str:
    """Return the page, in Markdown."""
    rows = results["rows"]
    return "\n\n".join((_head(results), *_summary(rows), *_exceeding(rows), *_sections(rows))) + "\n"


def _head(results: Mapping[str, Any]) -> str:
    rows, repetitions, (first, *_, last) = results["rows"], results["repetitions"], results["looks"]
    quick = "\n\n**A quick run, whose numbers say little.**" if repetitions < REPETITIONS else ""
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    spent = ", ".join(f"{100 * rate:.3g} %" for rate in results["error_rates"])
    return f"""# How often verdicts are wrong

A verdict is wrong if it is supported though the finding is false, or refuted though it is true. Either may happen in at
most {LIMIT} of sessions. Here evidence is drawn from known distributions, so that the truth is known too, and judged as
claims are: over {first} seeds, and while it is inconclusive over twice as many, up to {last}; the larger sample holds
the smaller. The looks may spend {spent} of error.{quick}

Written by `make calibration`, the same each time: {len(rows)} rows of {repetitions:,} repetitions, in
{versions}. It puts every count and a plot of them into `reports/benchmarks/`.

How to read the tables:

- **one look** is a claim that is judged once, over {first} seeds (`--claims-looks 1`); **first of six** is what the
  usual claim says after {first} seeds, **up to six** what it says in the end.
- After each rate stands the upper end of its Clopper-Pearson interval ({100 * CONFIDENCE:g} %, two-sided). A rate is
  **bold** where the lower end, too, is above {LIMIT}.
- *Just outside* and *just inside*: the truth lies {BESIDE:g} from the band's edge, where a verdict is hardest; wrong is
  *supported* in the one case, *refuted* in the other. Bands are open above ("at least"). To refute such a band is to
  support its complement, so a band that is open below has the same two rates in exchange; one with two ends is
  supported less often.
- *right* is the proportion of right verdicts, where the truth is clear enough to expect one (power).
- *exact*: theory promises the error rate for this distribution; elsewhere it is approximate."""


def _summary(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the worst and the weakest of each check, as a section."""
    lines = []
    for check in dict.fromkeys(row["check"] for row in rows):
        own = [row for row in rows if row["check"] == check]
        groups = ([row for row in own if row["exact"] is exact] for exact in (True, False))
        worst = (max(group, key=lambda row: _rate(row, "last")) if group else None for group in groups)
        powers = (
            [_rate(row, stage, "right") for row in own if row["clear"] and row["exact"] == own[0]["exact"]]
            for stage in ("first", "last")
        )
        lines.append(
            (
                f"`{check}`",
                *(f"{_cell(row, 'last')} ({row['distribution']})" if row else "" for row in worst),
                *(" to ".join(dict.fromkeys((_percent(min(power)), _percent(max(power))))) for power in powers),
            )
        )
    head = (
        "check",
        "wrong at most, exact",
        "wrong at most, approximate",
        "right, first of six",
        "right, up to six",
    )
    note = "After up to six looks; power is that of the exact distributions where there are some."
    return ["## In short", note, table(head, lines, numbers=False)]


def _exceeding(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is above the line and what follows, as a section."""
    above = [row for row in rows if any(exceeds(row, stage) for stage in STAGES)]
    chance = [row for row in rows if row not in above and any(_rate(row, stage) > ERROR_RATE for stage in STAGES)]
    exact, failed = sum(row["exact"] for row in rows), sum(row["exact"] for row in above)
    parts = [
        f"## Where {LIMIT} is exceeded",
        f"In {failed or 'none'} of the {exact} rows that are exact, and in {len(above) - failed or 'none'} of the "
        f"other {len(rows) - exact}. In {len(chance) or 'no'} more, the rate that was seen is above {LIMIT}, which "
        "chance may explain.",
    ]
    for check in dict.fromkeys(row["check"] for row in above):
        cases = (
            f"- {row['distribution']}, truth {row['truth']}: {row['wrong']} wrongly in "
            + "; ".join(f"{_cell(row, stage)} ({name})" for stage, name in STAGES.items())
            for row in above
            if row["check"] == check
        )
        parts += [f"`{check}`: {ADVICE[check]}", "\n".join(cases)]
    return parts


def _sections(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    head = ("distribution", "truth", "wrong is", *STAGES.values(), "right, first of six", "right, up to six")
    return [
        f"## `{check}`\n\n{INTRODUCTIONS[check]}\n\n"
        + table(
            head,
            [
                (
                    row["distribution"] + (" (exact)" if row["exact"] else ""),
                    row["truth"],
                    row["wrong"],
                    *(_cell(row, stage) for stage in STAGES),
                    *(_percent(_rate(row, stage, "right")) if row["clear"] else "" for stage in ("first", "last")),
                )
                for row in rows
                if row["check"] == check
            ],
        )
        for check in dict.fromkeys(row["check"] for row in rows)
    ]


def _rate(row: Mapping[str, Any], stage: str, which: str = "wrong") -> float:
    counts = row["counts"][stage]
    return float(counts[row[which]] / sum(counts.values()))


def _cell(row: Mapping[str, Any], stage: str) -> str:
    rate = _percent(_rate(row, stage))
    return f"{f'**{rate}**' if exceeds(row, stage) else rate}, ≤ {_percent(_interval(row, stage)[1])}"


def _interval(row: Mapping[str, Any], stage: str) -> Interval:
    counts = row["counts"][stage]
    return clopper_pearson(counts[row["wrong"]], sum(counts.values()))


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f} %"


# The figure


def calibration_figure(results: Mapping[str, Any]) -> str:
    """Draw wrong verdicts against the error rate and right ones where the truth is clear, as SVG text."""
    rows = results["rows"]
    names = list(dict.fromkeys((row["check"], row["distribution"]) for row in rows))
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": "calibration"}):
        figure = Figure(figsize=(11, 0.2 * len(names) + 1.2), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        for colour, wrong, shift in ((SUPPORTED, "supported", -0.15), (REFUTED, "refuted", 0.15)):
            own = [row for row in rows if row["wrong"] == wrong]
            _draw_wrong(left, own, names, colour, shift)
            clear = [row for row in own if row["clear"]]
            heights = [names.index((row["check"], row["distribution"])) + shift for row in clear]
            for stage, filled in (("first", "none"), ("last", colour)):
                right.plot(
                    [100 * _rate(row, stage, "right") for row in clear],
                    heights,
                    "o",
                    color=colour,
                    markerfacecolor=filled,
                    markersize=4,
                    label=f"{'refuted' if wrong == 'supported' else 'supported'} rightly, {STAGES[stage]}",
                )
        left.axvline(100 * ERROR_RATE, color="black", linestyle="--", linewidth=1)
        left.set_xlabel(f"wrong verdicts, % of sessions, with {CONFIDENCE:.0%} interval")
        labels = [f"{check.removesuffix('_over_seeds').removesuffix('_of_seeds')}: {name}" for check, name in names]
        left.set_yticks(range(len(names)), labels, fontsize=7)
        left.set_ylim(len(names), -1)
        right.set_xlabel("right verdicts where the truth is clear, % of sessions")
        for axis in (left, right):
            axis.grid(axis="y", linewidth=0.3)
            axis.legend(fontsize=7, loc="center right" if axis is left else "center left")
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def _draw_wrong(
    axis: Axes, rows: Sequence[Mapping[str, Any]], names: Sequence[tuple[str, str]], colour: str, shift: float
) -> None:
    """Draw the highest rate of each distribution."""
    ordered = sorted(rows, key=lambda row: _rate(row, "last"))
    worst = {names.index((row["check"], row["distribution"])): row for row in ordered}
    rates = np.array([_rate(row, "last") for row in worst.values()])
    ends = np.array([_interval(row, "last") for row in worst.values()]).T
    axis.errorbar(
        100 * rates,
        np.array(list(worst)) + shift,
        xerr=100 * np.abs(ends - rates),
        fmt="o",
        color=colour,
        markersize=4,
        label=f"{rows[0]['wrong']} wrongly, up to six looks",
    )


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
