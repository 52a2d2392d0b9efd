import contextlib
import functools
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

from benchmarks import calibration
from benchmarks.calibration import LOOKS, simulate, tabulated_distances, verdict_of
from benchmarks.calibration_page import page
from benchmarks.calibration_rates import STAGES, exceeds, interval_of
from benchmarks.truths import Experiment, Truth, edges, experiments
from benchmarks.written import PAGES
from harness.base.arrays import Floats
from harness.base.errors import Inconclusive, Refuted
from harness.judging.judge import Judge, judge_in_looks
from harness.report.reading import Reading
from harness.report.register import Finding
from harness.statistics import position as positions
from harness.statistics.estimate import Estimate
from harness.statistics.estimators import mean_over_seeds
from harness.verdicts.band import Band
from harness.verdicts.error_rate import ERROR_RATE, error_rate_at

REPETITIONS = 300
EXACT = [experiment for experiment in experiments() if experiment.exact]
COMPUTED = positions._position_interval
CHECKS = list(dict.fromkeys(experiment.check for experiment in EXACT))


@pytest.fixture(scope="module", autouse=True)
def _quick_distances() -> Iterator[None]:
    with tabulated_distances():
        yield


def allowance(repetitions: int) -> int:
    """Return how many wrong verdicts are seen at most, but for once in 100,000 simulations, if 5 % are wrong."""
    return int(stats.binom.isf(1e-5, repetitions, ERROR_RATE))


def wrong(row: dict[str, Any], stage: str) -> int:
    """Return how many verdicts of a row are wrong."""
    return int(row["counts"][stage][row["wrong"]])


def at_the_edge(check: str) -> Experiment:
    """Return the first experiment of a check that has a truth just outside the band."""
    return next(one for one in EXACT if one.check == check and one.truths[0].where == "just outside")


def with_confidence(experiment: Experiment, change: Callable[[float], float]) -> Experiment:
    """Return an experiment whose intervals have another confidence than is asked for."""

    def estimate(sample: Floats, printed: float) -> Estimate:
        made = experiment.estimate(sample, printed)
        return replace(made, interval=lambda confidence: made.interval(change(confidence)))

    return replace(experiment, estimate=estimate)


def nearer(experiment: Experiment) -> Experiment:
    """Return an experiment whose intervals are an eighth as wide on each side."""

    def estimate(sample: Floats, printed: float) -> Estimate:
        made = experiment.estimate(sample, printed)

        def interval(confidence: float) -> tuple[float, float]:
            low, high = made.interval(confidence)
            return made.value - (made.value - low) / 8, made.value + (high - made.value) / 8

        return replace(made, interval=interval)

    return replace(experiment, estimate=estimate)


# Wrong verdicts


@pytest.mark.parametrize("check", CHECKS)
def test_verdicts_are_seldom_wrong(check: str) -> None:
    """Where theory promises it, at most 5 % of verdicts are wrong: of one look, of the first of six, in the end."""
    own = [experiment for experiment in EXACT if experiment.check == check]
    for experiment in own:
        for row in simulate(experiment, REPETITIONS):
            for stage in STAGES:
                assert wrong(row, stage) <= allowance(REPETITIONS), (row, stage)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("check", CHECKS)
def test_a_broken_interval_is_noticed(check: str, stage: str) -> None:
    """Ends an eighth as far from the estimate give more wrong verdicts than are allowed, at every stage, for all."""
    broken = nearer(at_the_edge(check))
    (row, *_) = simulate(broken, 200)
    assert wrong(row, stage) > allowance(200)


def test_looks_share_the_error_rate() -> None:
    """The whole error rate at each of six looks gives more wrong verdicts than are allowed, its split does not."""
    experiment = at_the_edge("mean_over_seeds")
    greedy = with_confidence(experiment, lambda _: 1 - 2 * ERROR_RATE)
    assert sum(wrong(row, "last") for row in simulate(greedy, 1000)) > allowance(2000)
    assert sum(wrong(row, "last") for row in simulate(experiment, 1000)) <= allowance(2000)


def test_a_skewed_mean_is_seen_to_exceed() -> None:
    """On lognormal samples with sigma 1 even the widened interval misses, on one side: the simulation shows it."""
    (experiment,) = [
        one for one in experiments() if (one.check, one.distribution) == ("mean_over_seeds", "lognormal, sigma 1")
    ]
    outside, inside, *_ = simulate(experiment, REPETITIONS)
    assert exceeds(inside, "last")
    assert wrong(outside, "last") <= allowance(REPETITIONS)


# Right verdicts


@pytest.mark.parametrize("distance", [0.4, 0.7, 1.0])
def test_power_of_the_mean_is_that_of_the_noncentral_t(distance: float) -> None:
    """At 20 seeds, as many verdicts are right as the noncentral t distribution has beyond Student's quantile."""
    near = Truth("clearly inside", Band(-distance, math.inf, "made up"), "refuted", clear=True)
    (row,) = simulate(replace(at_the_edge("mean_over_seeds"), truths=(near,)), REPETITIONS)
    for stage, tail in (("only", ERROR_RATE), ("first", error_rate_at(1, len(LOOKS)))):
        power = stats.nct.sf(special.stdtrit(LOOKS[0] - 1, 1 - tail), LOOKS[0] - 1, distance * math.sqrt(LOOKS[0]))
        low, high = (float(stats.binom.ppf(level, REPETITIONS, power)) for level in (1e-4, 1 - 1e-4))
        assert low <= row["counts"][stage]["supported"] <= high
    assert row["counts"]["last"]["supported"] >= row["counts"]["first"]["supported"]


# What is simulated


def begin(sample: Floats, seeds: int) -> Floats:
    """Return the numbers of the first seeds."""
    return sample[:seeds]


def through_the_judge(sample: Floats, band: Band) -> tuple[str, tuple[int, ...]]:
    """Let the claim that a sample has its mean in a band be judged as claims are; return its verdict and its looks."""
    seeds = [LOOKS[0]]
    known = {"notes": (), "lacking": "", "grows": True}
    evidence: Any = SimpleNamespace(used={"cell": None}, timed={}, splits=1, trainers=(), extend=seeds.append, **known)
    reading = Reading("mean", "mean", band, margin=None)
    finding = Finding("made.up", "Made up", "It is so.", "independent", {}, {"mean": reading}, ())
    judge = Judge(finding, reading, evidence, rerun="", planned_looks=len(LOOKS))
    with contextlib.suppress(Inconclusive, Refuted):
        judge_in_looks(lambda: judge(mean_over_seeds(sample[: seeds[-1]], "")), judge, LOOKS[0], len(LOOKS))
    assert judge.verdict is not None
    return judge.verdict.outcome, judge.verdict.looks


def test_verdicts_are_those_of_the_judge() -> None:
    """The looks and their outcome are those of a claim that pytest runs, also where a sample carries no interval."""
    rng = np.random.default_rng(1)
    samples = [*rng.normal(0.5, 1, (12, LOOKS[-1])), *np.where(rng.random((8, LOOKS[-1])) < 0.95, 1.0, 0.67)]
    samples += list(rng.normal(0.9, 1, (4, LOOKS[-1])))  # at the edge of a band
    seen = set()
    for sample in samples:
        for band in (Band(0.0, math.inf, ""), Band(0.9, math.inf, "")):
            outcomes = verdict_of(functools.partial(begin, sample), lambda own: mean_over_seeds(own, ""), band, LOOKS)
            judged = through_the_judge(sample, band)
            assert (outcomes[-1], LOOKS[: len(outcomes)]) == judged
            seen.add(judged)
    # All that can happen did: each verdict, each number of looks, and none further where all numbers are equal.
    assert {outcome for outcome, _ in seen} == {"supported", "refuted", "inconclusive"}
    assert {len(looks) for _, looks in seen} >= {1, 2, 3, len(LOOKS)}
    assert ("inconclusive", LOOKS[:1]) in seen
    assert ("inconclusive", LOOKS) in seen


def test_edges_lie_on_both_sides_of_the_truth() -> None:
    """One of the two bands holds the truth and one does not, and in each the verdict called wrong is."""
    outside, inside = edges(0.3)
    assert inside.band.low < 0.3 < outside.band.low
    assert (outside.wrong, outside.right) == ("supported", "refuted")
    assert (inside.wrong, inside.right) == ("refuted", "supported")


def test_tabulated_distances_are_the_distances() -> None:
    """Between the knots, too, the interval that is read off is the one that is computed, on either side."""
    assert positions._position_interval is not COMPUTED
    for position in (0.0, 0.05, -1.93, 2.04, -7.77, 11.96, 13.0, -600.0):
        for seeds in (20, 80):
            expected = COMPUTED(position, seeds, 0.9)
            assert positions._position_interval(position, seeds, 0.9) == pytest.approx(expected, abs=1e-6)


# The page


def made_up(supported: int, *, exact: bool, clear: bool = False) -> dict[str, Any]:
    """Build a row with so many wrong verdicts in 2,000, at every stage."""
    return {
        "check": "mean_over_seeds",
        "distribution": f"with {supported}",
        "exact": exact,
        "truth": "just outside",
        "wrong": "supported",
        "right": "refuted",
        "clear": clear,
        "counts": {stage: {"supported": supported, "refuted": 2000 - supported} for stage in STAGES},
    }


@pytest.mark.parametrize(
    ("supported", "exact", "sentence"),
    [
        (110, True, "In none of the 2 rows that are exact, and in none of the other 0. In 1 more"),
        (100, False, "In none of the 1 rows that are exact, and in none of the other 1. In no more"),
        (150, True, "In 1 of the 2 rows that are exact, and in none of the other 0. In no more"),
        (150, False, "In none of the 1 rows that are exact, and in 1 of the other 1. In no more"),
    ],
)
def test_the_page_says_what_exceeds(supported: int, exact: bool, sentence: str) -> None:
    """Rates above 5 % are counted and named with what follows, if probability does not explain them."""
    rows = [made_up(0, exact=True, clear=True), made_up(supported, exact=exact)]
    text = page({"rows": rows, "repetitions": 2000, "looks": LOOKS, "error_rates": [], "versions": {}})
    assert sentence in text
    assert (f"- with {supported}, truth just outside: supported wrongly in **7.5 %**" in text) == (supported == 150)
    assert ("Use `median_over_seeds` or `proportion_of_seeds`, which hold for all of these." in text) == (
        supported == 150
    )


def test_the_interval_of_a_rate_inverts_the_binomial() -> None:
    """At its ends, counts as far out as the one that was seen have half of the remaining probability each."""
    low, high = interval_of(made_up(120, exact=True), "last")
    assert stats.binom.sf(119, 2000, low) == pytest.approx(0.005)
    assert stats.binom.cdf(120, 2000, high) == pytest.approx(0.005)
    assert interval_of(made_up(0, exact=True), "last") == pytest.approx((0, 1 - 0.005 ** (1 / 2000)))
    assert interval_of(made_up(2000, exact=True), "last") == pytest.approx((0.005 ** (1 / 2000), 1))


def test_the_same_page_twice(tmp_path: Path) -> None:
    """The command writes page, counts and figure, the same bytes each time, and every truth has its row."""
    for folder in (tmp_path / "once", tmp_path / "twice"):
        calibration.main(
            ["--repetitions", "3", "--out", str(folder / "docs"), "--samples", str(folder / "reports")],
        )
    once, twice = (
        {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*.*")}
        for folder in (tmp_path / "once", tmp_path / "twice")
    )
    assert set(once) == {"docs/calibration.md", "reports/calibration.json", "reports/calibration.svg"}
    assert once == twice
    results = json.loads(once["reports/calibration.json"])
    assert once["docs/calibration.md"].decode() == page(results)  # which says nothing that the counts do not
    rows = results["rows"]
    assert len(rows) == sum(len(experiment.truths) for experiment in experiments())
    assert all(sum(row["counts"][stage].values()) == 3 for row in rows for stage in STAGES)
    assert "A quick run" in once["docs/calibration.md"].decode()


def test_the_page_of_the_docs_is_of_the_looks_and_truths_of_today() -> None:
    """It names today's looks and error rates, and its tables have a row for every truth that is simulated, in order."""
    text = (PAGES / "calibration.md").read_text(encoding="utf-8")
    spent = ", ".join(f"{100 * error_rate_at(number, len(LOOKS)):.3g} %" for number in range(1, len(LOOKS) + 1))
    assert f"The looks may spend {spent} of error." in text
    assert f"over {LOOKS[0]} seeds, and while it is inconclusive over twice as many, up to {LOOKS[-1]};" in text
    covered = []
    for check, section in re.findall(r"(?ms)^## `(\w+)`$(.*?)(?=^## |\Z)", text):
        rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")][2:]
        covered += [(check, distribution.removesuffix(" (exact)"), truth) for distribution, truth, *_ in rows]
    assert covered == [(one.check, one.distribution, truth.where) for one in experiments() for truth in one.truths]
