from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from harness.base.arrays import Floats
from harness.base.errors import Inconclusive, Refuted
from harness.judging.judge import Judge, judge_in_looks
from harness.report.register import Finding, Reading
from harness.statistics.estimators import mean_over_seeds
from harness.verdicts.verdict import EDGE, ERROR_RATE, Band, Outcome, error_rate_at, p_values

READING = Reading("ratio", "mean of the ratio", Band(0.9, 1.1, "a tenth"), margin=None, needs="most")
FINDING = Finding("speed.faster", "Speed", "A is faster.", "independent", {}, {"ratio": READING}, ())


class ScriptedEvidence:
    """Stands in for the evidence of a claim: knows how many seeds there are, and how often more were asked for."""

    def __init__(self, *, cells: bool = True) -> None:
        self.seeds = 20
        self.extended: list[int] = []
        self.used = {"torch-relu": None} if cells else {}
        self.timed: dict[str, None] = {}
        self.trainers = ("torch",) if cells else ()

    @property
    def splits(self) -> int:
        """Each seed has a split of its own."""
        return self.seeds if self.used else 0

    def extend(self, seeds: int) -> None:
        """Note that the next look is over so many seeds."""
        self.extended.append(seeds)
        self.seeds = seeds


def judge_of(evidence: Any, looks: int = 1, recorded: Outcome = "supported") -> Judge:
    """Make a judge of the one finding."""
    return Judge(FINDING, READING, evidence, "pytest x", planned_looks=looks, recorded=recorded)


def spread(mean: float, deviation: float, seeds: int) -> list[float]:
    """Return numbers with this mean, half of them as far above it as the others below."""
    return [mean - deviation, mean + deviation] * (seeds // 2)


@pytest.fixture
def judge() -> Judge:
    """Make a judge whose claim asked for one cell and timed another."""
    return judge_of(SimpleNamespace(used={}, timed={"torch-relu (default)": None}, trainers=("torch",), splits=0))


@pytest.mark.parametrize(
    ("sample", "exception"),
    [([1.99, 2.0, 2.01], Refuted), ([0.5, 1.0, 1.6], Inconclusive), ([1.0, float("nan")], Inconclusive)],
)
def test_what_is_not_supported_is_raised(judge: Judge, sample: list[float], exception: type[Exception]) -> None:
    """The exception is that of the verdict, its text the verdict's; the verdict is kept for the report."""
    with pytest.raises(exception) as caught:
        judge(mean_over_seeds(sample, "ratio"))
    assert judge.verdict is not None
    assert str(caught.value) == str(judge.verdict)
    assert judge.verdict.outcome == exception.__name__.lower()


def test_a_supported_verdict_says_what_it_rests_on(judge: Judge) -> None:
    """Finding, reading, band, seeds and what was timed are in the verdict."""
    judge(mean_over_seeds([0.99, 1.0, 1.01], "ratio"), note="noted")
    assert judge.verdict is not None
    assert (judge.verdict.finding, judge.verdict.reading, judge.verdict.seeds) == ("speed.faster", "ratio", 3)
    assert (judge.verdict.cells, judge.verdict.needs) == (("torch-relu (default)",), "most")
    assert (str(judge.verdict.band), judge.verdict.note) == ("0.9 to 1.1", "noted")


# Looks


def looking(evidence: ScriptedEvidence, judge: Judge, mean: float, deviation: float) -> Callable[[], None]:
    """Return a claim whose sample has this mean and spread, however many seeds there are."""
    return lambda: judge(mean_over_seeds(spread(mean, deviation, evidence.seeds), "ratio"))


@pytest.mark.parametrize(("mean", "outcome"), [(1.0, "supported"), (1.2, "refuted")])
def test_what_twenty_seeds_leave_open_forty_may_decide(mean: float, outcome: str) -> None:
    """Inconclusive at 20 and decided at 40: called twice, over twice the seeds, and the text tells both looks."""
    evidence = ScriptedEvidence()
    judge = judge_of(evidence, looks=3)
    claim = looking(evidence, judge, mean, 0.24)
    seen = []

    def watched() -> None:
        seen.append(evidence.seeds)
        claim()

    if outcome == "supported":
        judge_in_looks(watched, judge, 20, 3)
    else:
        with pytest.raises(Refuted, match=r"seeds     20, then 40, each"):
            judge_in_looks(watched, judge, 20, 3)
    assert (seen, evidence.extended) == ([20, 40], [40])
    assert judge.verdict is not None
    assert (judge.verdict.outcome, judge.verdict.looks, judge.verdict.seeds) == (outcome, (20, 40), 40)
    assert "  seeds     20, then 40, each with a split" in str(judge.verdict)


@pytest.mark.parametrize(("mean", "exception"), [(1.0, None), (2.0, Refuted)])
def test_what_is_decided_is_not_looked_at_again(mean: float, exception: type[Exception] | None) -> None:
    """Supported or refuted at the first look: called once, and no seeds are added."""
    evidence = ScriptedEvidence()
    judge = judge_of(evidence, looks=3)
    claim = looking(evidence, judge, mean, 0.01)
    if exception is None:
        judge_in_looks(claim, judge, 20, 3)
    else:
        with pytest.raises(exception):
            judge_in_looks(claim, judge, 20, 3)
    assert judge.verdict is not None
    assert (judge.verdict.looks, evidence.extended) == ((20,), [])


@pytest.mark.parametrize("looks", [1, 2, 3])
def test_when_all_looks_are_used_up_it_stays_inconclusive(looks: int) -> None:
    """A claim astride its band is called as often as planned, over twice the seeds each time, and then fails."""
    evidence = ScriptedEvidence()
    judge = judge_of(evidence, looks=looks)
    with pytest.raises(Inconclusive):
        judge_in_looks(looking(evidence, judge, 1.1, 0.3), judge, 20, looks)
    assert judge.verdict is not None
    assert judge.verdict.looks == (20, 40, 80)[:looks]
    assert evidence.extended == [40, 80][: looks - 1]


@pytest.mark.parametrize(
    ("sample", "cells"),
    [(spread(1.1, 0.3, 20), False), ([float("nan"), *spread(1.0, 0.3, 20)], True)],
    ids=["no runs", "diverged"],
)
def test_where_more_seeds_cannot_decide_there_is_one_look(sample: list[float], cells: bool) -> None:
    """A claim that asked for no runs, or whose seeds diverged, is called once and stays inconclusive."""
    evidence = ScriptedEvidence(cells=cells)
    judge = judge_of(evidence, looks=3)
    with pytest.raises(Inconclusive):
        judge_in_looks(lambda: judge(mean_over_seeds(sample, "ratio")), judge, 20, 3)
    assert judge.verdict is not None
    assert (judge.verdict.looks, evidence.extended) == ((len(sample),), [])


def test_a_claim_that_breaks_is_not_called_again() -> None:
    """An error is no reason to look at more seeds."""
    evidence = ScriptedEvidence()
    judge = judge_of(evidence, looks=3)
    with pytest.raises(ZeroDivisionError):
        judge_in_looks(lambda: judge(mean_over_seeds([1 / 0], "ratio")), judge, 20, 3)
    assert (judge.verdict, evidence.extended) == (None, [])
    assert not judge.look_again(40)


def test_a_look_has_one_verdict() -> None:
    """A second estimate is refused at the first look and at the second."""
    evidence = ScriptedEvidence()
    judge = judge_of(evidence, looks=2)
    estimate = mean_over_seeds([0.99, 1.0, 1.01], "ratio")
    judge(estimate)
    with pytest.raises(RuntimeError, match="a claim is judged once"):
        judge(estimate)
    assert judge.look_again(40)
    judge(estimate)
    with pytest.raises(RuntimeError, match="a claim is judged once"):
        judge(estimate)


@pytest.mark.parametrize(("looks", "rates"), [(1, [0.05]), (2, [0.01, 0.04]), (3, [0.01, 0.01, 0.03]), (5, [0.01] * 5)])
def test_looks_share_the_error_rate(looks: int, rates: list[float]) -> None:
    """Early looks spend a fifth of 5 % each, the last the rest; p-values are as much larger as the part is smaller."""
    assert [error_rate_at(look, looks) for look in range(1, looks + 1)] == pytest.approx(rates)
    judge = judge_of(ScriptedEvidence(), looks=looks)
    estimate = mean_over_seeds(spread(1.0, 0.2, 20), "ratio")
    p_supported, p_refuted = p_values(estimate, READING.band)
    for look, rate in enumerate(rates):
        if look:
            assert judge.look_again(20 * 2**look)
        with suppress(Inconclusive):
            judge(estimate)
        assert judge.verdict is not None
        assert judge.verdict.confidence == pytest.approx(1 - 2 * rate)
        assert (judge.verdict.low, judge.verdict.high) == estimate.interval(judge.verdict.confidence)
        assert judge.verdict.p_supported == pytest.approx(p_supported * 0.05 / rate)
        assert (judge.verdict.p_supported <= 0.05) == (judge.verdict.outcome == "supported")
        assert (judge.verdict.p_refuted, p_refuted) == (1.0, 1.0)


def outcome_in_looks(sample: Floats, looks: int) -> str:
    """Judge a sample of which each look sees the first seeds."""
    evidence = ScriptedEvidence()
    judge = judge_of(evidence, looks=looks)
    with suppress(Refuted, Inconclusive):
        judge_in_looks(lambda: judge(mean_over_seeds(sample[: evidence.seeds], "")), judge, 20, looks)
    assert judge.verdict is not None
    return judge.verdict.outcome


def test_more_looks_do_not_make_more_errors() -> None:
    """A mean on the very end of its band, looked at three times, is called supported or refuted in 5 % each at most."""
    samples = np.random.default_rng(1).normal(1.1, 0.1, (1000, 80))
    outcomes = [outcome_in_looks(sample, 3) for sample in samples]
    assert outcomes.count("supported") / 1000 <= 0.05
    assert outcomes.count("refuted") / 1000 <= 0.05
    assert outcomes.count("inconclusive") / 1000 < 0.97


# What was recorded as inconclusive


def outcome_of(judge: Judge, deviation: float, mean: float = 1.0) -> str:
    """Judge a sample of twenty and return the outcome."""
    with suppress(Refuted, Inconclusive):
        judge(mean_over_seeds(spread(mean, deviation, 20), "ratio"))
    assert judge.verdict is not None
    return judge.verdict.outcome


@pytest.mark.parametrize(("mean", "outcome"), [(1.0, "supported"), (1.2, "refuted")])
def test_at_the_edge_a_recorded_inconclusive_stays(mean: float, outcome: str) -> None:
    """What is just decided stays inconclusive where that is recorded, and says so; beyond the edge it changes."""
    just, clearly = 0.22, 0.1
    for recorded in ("supported", "refuted"):
        judge = judge_of(ScriptedEvidence(), recorded=recorded)
        assert outcome_of(judge, just, mean) == outcome
    assert judge.verdict is not None
    assert EDGE * ERROR_RATE < min(judge.verdict.p_supported, judge.verdict.p_refuted) < ERROR_RATE
    judge = judge_of(ScriptedEvidence(), recorded="inconclusive")
    assert outcome_of(judge, just, mean) == "inconclusive"
    assert judge.verdict is not None
    note = f"{outcome} only just: recorded as inconclusive, it takes 0.2 of the error rate to change"
    assert note in judge.verdict.note
    judge = judge_of(ScriptedEvidence(), recorded="inconclusive")
    assert outcome_of(judge, clearly, mean) == outcome
    assert judge.verdict is not None
    assert judge.verdict.note == ""
