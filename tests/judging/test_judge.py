from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from harness.base.arrays import Floats
from harness.base.errors import Inconclusive, Refuted
from harness.judging.judge import Judge, judge_in_looks
from harness.report.reading import Reading
from harness.report.register import Finding
from harness.statistics.estimators import mean_over_seeds
from harness.verdicts.band import Band, p_values
from harness.verdicts.error_rate import ERROR_RATE, error_rate_at
from harness.verdicts.power import power

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
        self.notes: tuple[str, ...] = ()
        self.lacking = ""

    @property
    def grows(self) -> bool:
        """Whether it has any runs."""
        return bool(self.used)

    @property
    def splits(self) -> int:
        """Each seed has a split of its own."""
        return self.seeds if self.used else 0

    def extend(self, seeds: int) -> None:
        """Note that the next look is over so many seeds."""
        self.extended.append(seeds)
        self.seeds = seeds


def judge_of(evidence: Any, looks: int = 1, settled_at: float = ERROR_RATE) -> Judge:
    """Make a judge of the one finding."""
    return Judge(FINDING, READING, evidence, "pytest x", looks, settled_at)


def spread(mean: float, deviation: float, seeds: int) -> list[float]:
    """Return numbers with this mean, half of them as far above it as the others below."""
    return [mean - deviation, mean + deviation] * (seeds // 2)


@pytest.fixture
def judge() -> Judge:
    """Make a judge whose claim asked for one cell and timed another."""
    about = {"used": {}, "timed": {"torch-relu (default)": None}, "trainers": ("torch",), "splits": 0}
    return judge_of(SimpleNamespace(notes=(), lacking="", grows=False, **about))


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
    claim = looking(evidence, judge, mean, 0.2)
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


@pytest.mark.parametrize(
    ("looks", "rates"),
    [(1, [0.05]), (2, [0.005, 0.045]), (3, [0.005, 0.005, 0.04]), (6, [0.005] * 2 + [0.01] * 4)],
)
def test_looks_share_the_error_rate(looks: int, rates: list[float]) -> None:
    """Early looks spend little of the 5 %, the last the rest; p-values are as much larger as the part is smaller.

    Those of all looks together are the least.
    """
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
        assert judge.verdict.p_supported == pytest.approx(min(1, p_supported * 0.05 / max(rates[: look + 1])))
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
    """A mean on the very end of its band, looked at six times, is called supported or refuted in 5 % each at most."""
    samples = np.random.default_rng(1).normal(1.1, 0.1, (1000, 640))
    outcomes = [outcome_in_looks(sample, 6) for sample in samples]
    assert outcomes.count("supported") / 1000 <= 0.05
    assert outcomes.count("refuted") / 1000 <= 0.05
    assert outcomes.count("inconclusive") / 1000 < 0.97


# When a claim is settled


def test_a_claim_that_is_decided_goes_on_for_its_finding() -> None:
    """Until its p-value is as small as the finding needs; the verdict is that of all looks."""
    sample = np.array(spread(1.0, 0.2, 640))
    for settled_at, looks in (
        (ERROR_RATE, (20, 40)),
        (ERROR_RATE / 100, (20, 40, 80)),
        (0.0, (20, 40, 80, 160, 320, 640)),
    ):
        evidence = ScriptedEvidence()
        judge = judge_of(evidence, looks=6, settled_at=settled_at)

        def claim(judge: Judge = judge, evidence: ScriptedEvidence = evidence) -> None:
            judge(mean_over_seeds(sample[: evidence.seeds], ""))

        judge_in_looks(claim, judge, 20, 6)
        assert judge.verdict is not None
        assert (judge.verdict.outcome, judge.verdict.looks) == ("supported", looks)
        assert settled_at == 0 or (judge.settled and judge.verdict.p_supported <= settled_at)


def test_a_refuted_claim_goes_on_too_and_stays_refuted() -> None:
    """Its exception is raised when no more seeds are to be had, or when it is settled."""
    for settled_at, looks in ((ERROR_RATE, (20,)), (0.0, (20, 40, 80))):
        evidence = ScriptedEvidence()
        judge = judge_of(evidence, looks=3, settled_at=settled_at)
        with pytest.raises(Refuted):
            judge_in_looks(lambda: judge(mean_over_seeds(spread(2.0, 0.2, evidence.seeds), "")), judge, 20, 3)  # noqa: B023
        assert judge.verdict is not None
        assert (judge.verdict.outcome, judge.verdict.looks) == ("refuted", looks)


def test_the_power_is_that_of_the_last_look_there_may_be() -> None:
    """Over its seeds, also when an earlier look decides; a claim without runs has one look, which may spend all."""
    estimate = mean_over_seeds(spread(1.0, 0.2, 20), "ratio")
    for cells, looks, seeds in ((True, 3, 80), (False, 1, 20)):
        judge = judge_of(ScriptedEvidence(cells=cells), looks=3)
        with suppress(Inconclusive):
            judge(estimate)
        assert judge.verdict is not None
        assert judge.verdict.power == power(estimate, READING.band, seeds, 1 - 2 * error_rate_at(looks, looks))
        assert judge.verdict.confidence == pytest.approx(1 - 2 * error_rate_at(1, looks))


# Runs that are what they are


def test_evidence_that_cannot_grow_may_spend_everything_at_once() -> None:
    """Two-sided confidence of 90 %; more looks are planned for others."""
    evidence = ScriptedEvidence()
    evidence.__class__ = type("Logged", (ScriptedEvidence,), {"grows": False})
    judge = judge_of(evidence, looks=6)
    judge_in_looks(lambda: judge(mean_over_seeds([0.99, 1.0, 1.01], "ratio")), judge, 20, 6)
    assert judge.verdict is not None
    assert judge.verdict.confidence == pytest.approx(0.9)
    assert evidence.extended == []


def test_evidence_that_lacks_runs_decides_nothing() -> None:
    """However clear it is; the value stays to be seen, and why is said first."""
    evidence = ScriptedEvidence()
    evidence.lacking = "two are missing"
    judge = judge_of(evidence)
    with pytest.raises(Inconclusive):
        judge(mean_over_seeds([0.99, 1.0, 1.01], "ratio"), "a note")
    assert judge.verdict is not None
    assert judge.verdict.value == pytest.approx(1.0)
    assert judge.verdict.p_supported == judge.verdict.p_refuted == 1.0
    assert judge.verdict.note == "two are missing; a note"


def test_what_is_known_of_the_runs_is_said_last() -> None:
    """After what the estimate and the claim say."""
    evidence = ScriptedEvidence()
    evidence.notes = ("19 of 20 runs used", "another")
    judge = judge_of(evidence)
    judge(mean_over_seeds([0.99, 1.0, 1.01], "ratio"), "a note")
    assert judge.verdict is not None
    assert judge.verdict.note == "a note; 19 of 20 runs used; another"


def test_an_estimate_that_more_seeds_do_not_help_has_one_look() -> None:
    """As one whose sample is of tasks."""
    evidence = ScriptedEvidence()
    judge = judge_of(evidence, looks=6)
    fixed = replace(mean_over_seeds([0.5, 1.0, 1.6], "ratio"), grows=False)
    with pytest.raises(Inconclusive):
        judge_in_looks(lambda: judge(fixed), judge, 20, 6)
    assert judge.verdict is not None
    assert judge.verdict.confidence == pytest.approx(0.9)
    assert evidence.extended == []
