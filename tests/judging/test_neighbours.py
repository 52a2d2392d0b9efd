"""What a claim would come to with other bands and margins."""

from contextlib import suppress
from typing import Any

import pytest

from harness.base.errors import Inconclusive, Refuted
from harness.judging.claim import Claim
from harness.judging.judge import Judge
from harness.judging.neighbours import judge_neighbours
from harness.report.reading import Reading
from harness.report.register import Finding
from harness.statistics.estimators import proportion_of_seeds
from harness.verdicts.band import Band
from harness.verdicts.look import at_look
from harness.verdicts.verdict import Neighbour

SAMPLE = [0.01] * 60 + [0.2] * 20


class FixedEvidence:
    """Stands in for the evidence of a claim over 80 seeds."""

    trainers = ("torch",)
    notes = ()
    lacking = ""
    grows = True
    splits = 80

    def __init__(self) -> None:
        self.used = {"cell": None}
        self.timed: dict[str, None] = {}

    def __call__(self) -> list[float]:
        """Return one number a seed."""
        return SAMPLE


def claim_with(bands: tuple[tuple[float, float], ...] = (), margins: tuple[float, ...] = ()) -> Claim:
    """Return a claim that counts the seeds within the margin."""
    reading = Reading("x", "proportion", Band(0.5, 1.0, "most"), 0.05, bands=bands, margins=margins)
    finding = Finding("a.b", "A", "So it is.", "independent", {}, {"x": reading}, ())

    def test(evidence: Any, reading: Reading, judge: Any) -> None:
        assert reading.margin is not None
        judge(proportion_of_seeds(evidence(), (0, reading.margin), "x"))

    return Claim("test_a.py::test", test, {}, finding, reading)


def neighbours_of(claim: Claim) -> tuple[Neighbour, ...]:
    """Judge a claim at the second of three looks, and return what its neighbours say."""
    judge = Judge(claim.finding, claim.reading, FixedEvidence(), "", planned_looks=3, settled_at=0.0)  # type: ignore[arg-type]
    for _ in range(2):
        judge._judged_this_look = False
        with suppress(Refuted, Inconclusive):
            claim.call(FixedEvidence(), judge)
    judge_neighbours(claim, judge)
    assert judge.verdict is not None
    return judge.verdict.neighbours


def test_other_bands_are_judged_at_the_same_look() -> None:
    """On the same estimate, with the confidence of the last look; the reading's own band is not repeated."""
    found = neighbours_of(claim_with(bands=((0.4, 1.0), (0.5, 1.0), (0.9, 1.0))))
    assert [(one.convention, one.outcome) for one in found] == [
        ("a band of 0.4 to 1", "supported"),
        ("a band of 0.9 to 1", "refuted"),
    ]
    look = at_look(proportion_of_seeds(SAMPLE, (0, 0.05), "x"), Band(0.9, 1.0, ""), 2, 3)
    assert (found[1].p_supported, found[1].p_refuted) == (look.p_supported, look.p_refuted)


def test_with_another_margin_the_claim_is_asked_again() -> None:
    """Its estimate is then another one; the claim's own margin is not repeated."""
    found = neighbours_of(claim_with(margins=(0.001, 0.05, 0.3)))
    assert [(one.convention, one.outcome) for one in found] == [
        ("a margin of 0.001", "refuted"),
        ("a margin of 0.3", "supported"),
    ]


@pytest.mark.parametrize("claim", [claim_with(), claim_with(bands=((0.5, 1.0),), margins=(0.05,))])
def test_without_other_conventions_there_are_no_neighbours(claim: Claim) -> None:
    """Nor where the reading's own is the only one."""
    assert neighbours_of(claim) == ()


def test_a_claim_that_asks_for_more_than_runs_is_not_asked_again() -> None:
    """Nobody can give it its fixtures a second time; its bands are judged all the same."""
    claim = claim_with(bands=((0.4, 1.0), (0.5, 1.0)), margins=(0.05, 0.3))

    def test(evidence: Any, reading: Reading, judge: Any, fixture: None = None) -> None:
        claim.function(evidence=evidence, reading=reading, judge=judge)

    other = Claim(claim.test, test, {}, claim.finding, claim.reading)
    judge = Judge(other.finding, other.reading, FixedEvidence(), "", planned_looks=1)  # type: ignore[arg-type]
    test(FixedEvidence(), other.reading, judge)
    judge_neighbours(other, judge)
    assert judge.verdict is not None
    assert [one.convention for one in judge.verdict.neighbours] == ["a band of 0.4 to 1"]
