"""Turns the estimate of a claim into its verdict, and the verdict into the outcome of a test."""

import math
from collections.abc import Callable, Mapping

from harness.base.errors import Inconclusive
from harness.judging.evidence import Evidence
from harness.report.register import Finding, Reading
from harness.statistics.estimate import Estimate
from harness.training.runs import Runs
from harness.verdicts.look import at_look, power_of_first_look
from harness.verdicts.verdict import Outcome, Verdict


class Judge:
    """Judges one claim, at one look after the other.

    Parameters
    ----------
    finding, reading
        What is under test, from the register.
    evidence
        Where the claim gets its runs from; it knows which were used.
    rerun
        The command that runs this claim alone.
    planned_looks
        How often the claim may be judged, over more and more seeds.
    recorded
        The verdict that the register expects. Both decide as in `harness.verdicts.look.at_look`.

    Attributes
    ----------
    estimate, verdict
        Those of the last look; None before the first.
    """

    def __init__(
        self,
        finding: Finding,
        reading: Reading,
        evidence: Evidence,
        rerun: str,
        planned_looks: int,
        recorded: Outcome = "supported",
    ) -> None:
        self._finding = finding
        self._reading = reading
        self._evidence = evidence
        self._rerun = rerun
        self._planned_looks = planned_looks
        self._recorded = recorded
        self._judged_this_look = False
        self._looks: tuple[int, ...] = ()
        self.estimate: Estimate | None = None
        self.verdict: Verdict | None = None

    def __call__(self, estimate: Estimate, note: str = "") -> None:
        """Compare an estimate with the band that the register gives for this reading.

        Parameters
        ----------
        estimate
            The last line of a claim hands it over.
        note
            What else a reviewer should know, in one sentence.

        Raises
        ------
        Refuted, Inconclusive
            If the finding is not supported; the text says all that a reviewer needs.
        RuntimeError
            If the claim was judged before: a claim holds one idea.
        """
        __tracebackhide__ = True
        if self._judged_this_look:
            raise RuntimeError("a claim is judged once; write a second test for a second estimate")
        self._judged_this_look = True
        self.estimate = estimate
        self._looks += (estimate.seeds,)
        self.verdict = self._verdict(estimate, note)
        exception = self.verdict.exception()
        if exception is not None:
            raise exception

    def _verdict(self, estimate: Estimate, note: str) -> Verdict:
        """Put together what the present look says, and on what it rests."""
        finding, reading, planned = self._finding, self._reading, self._planned_looks
        look = at_look(estimate, reading.band, len(self._looks), planned, self._recorded)
        return Verdict(
            outcome=look.outcome,
            finding=finding.id,
            section=finding.section,
            statement=finding.statement,
            reading=reading.name,
            basis=finding.basis,
            estimand=reading.estimand,
            value=estimate.value,
            low=look.low,
            high=look.high,
            confidence=look.confidence,
            p_supported=look.p_supported,
            p_refuted=look.p_refuted,
            power=power_of_first_look(estimate, reading.band, self._looks[0], planned),
            method=estimate.method,
            note="; ".join(text for text in (estimate.note, note, look.note) if text),
            band=reading.band,
            looks=self._looks,
            splits=self._evidence.splits,
            needs=reading.needs,
            cells=(*self._evidence.used, *self._evidence.timed),
            trainers=self._evidence.trainers,
            rerun=self._rerun,
        )

    def look_again(self, seeds: int) -> bool:
        """Get ready for a look at more seeds; returns False where more seeds cannot decide.

        That is so if the claim asked for no runs, and if its sample carries no estimate, as when seeds diverged.
        """
        if self.estimate is None or math.isnan(self.estimate.value) or not self._evidence.used:
            return False
        self._evidence.extend(seeds)
        self._judged_this_look = False
        return True

    @property
    def runs(self) -> Mapping[str, Runs]:
        """What the last look rests on, by the name of the cell."""
        return self._evidence.used


def judge_in_looks(claim: Callable[[], object], judge: Judge, seeds: int, looks: int) -> None:
    """Call a claim, and again over twice as many seeds each time while it is inconclusive.

    Parameters
    ----------
    seeds
        At the first look.
    looks
        How many at most.

    Raises
    ------
    Refuted, Inconclusive
        If the last look does not support the finding.
    """
    __tracebackhide__ = True
    for number in range(1, looks):
        try:
            claim()
        except Inconclusive:
            if not judge.look_again(seeds * 2**number):
                raise
        else:
            return
    claim()
