"""What a claim would come to with the neighbouring conventions that the register names beside its own."""

from dataclasses import replace

from harness.judging.claim import Claim
from harness.judging.judge import Judge
from harness.statistics.estimate import Estimate
from harness.verdicts.band import Band
from harness.verdicts.verdict import Neighbour


def judge_neighbours(claim: Claim, judge: Judge) -> None:
    """Add to the verdict of a claim what its last look says with each neighbouring band and margin.

    Only a claim that rests on runs alone can be asked again with another margin.
    """
    reading, estimate = claim.reading, judge.estimate
    assert estimate is not None  # asked after a look
    found = [
        _neighbour(judge, estimate, band, f"a band of {band}")
        for band in (Band(low, high, "a neighbour") for low, high in reading.bands)
        if (band.low, band.high) != (reading.band.low, reading.band.high)
    ]
    for margin in reading.margins if claim.rests_on_runs else ():
        if margin != reading.margin:
            other = replace(claim, reading=replace(reading, margin=margin))
            (asked_again,) = other.estimates(judge.evidence)
            found.append(_neighbour(judge, asked_again, reading.band, f"a margin of {margin:g}"))
    judge.add_neighbours(found)


def _neighbour(judge: Judge, estimate: Estimate, band: Band, convention: str) -> Neighbour:
    look = judge.last_look(estimate, band)
    return Neighbour(convention, look.outcome, look.p_supported, look.p_refuted)
