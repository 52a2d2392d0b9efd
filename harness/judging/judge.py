"""Turns the estimate of a claim into its verdict, and the verdict into the outcome of a test."""

import math
from collections.abc import Callable, Mapping

from harness.base.errors import Inconclusive
from harness.judging.evidence import Evidence
from harness.report.register import Finding, Reading
from harness.statistics.estimate import Estimate
from harness.training.runs import Runs
from harness.verdicts.power import power
from harness.verdicts.verdict import EDGE, ERROR_RATE, Outcome, Verdict, decide, error_rate_at, p_values


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
        How often the claim may be judged, over more and more seeds; `error_rate_at` splits the error rate over them.
    recorded
        The verdict that the register expects. Where that is `inconclusive`, only evidence well beyond the error rate
        decides otherwise: a claim at the edge of its band stays inconclusive instead of flapping from night to night.

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
        error_rate = error_rate_at(len(self._looks), self._planned_looks)
        confidence = 1 - 2 * error_rate
        low, high = estimate.interval(confidence)
        # In units of what this look may spend, so that p-values of all looks are compared with the same error rate.
        scale = ERROR_RATE / error_rate / (EDGE if self._recorded == "inconclusive" else 1)
        p_supported, p_refuted = (min(1.0, p * scale) for p in p_values(estimate, self._reading.band))
        outcome, notes = decide((low, high), self._reading.band), [estimate.note, note]
        if outcome != self._recorded == "inconclusive" and min(p_supported, p_refuted) > ERROR_RATE:
            notes.append(
                f"{outcome} only just: recorded as inconclusive, it takes {EDGE:g} of the error rate to change"
            )
            outcome = "inconclusive"
        self.verdict = Verdict(
            outcome=outcome,
            finding=self._finding.id,
            section=self._finding.section,
            statement=self._finding.statement,
            reading=self._reading.name,
            basis=self._finding.basis,
            estimand=self._reading.estimand,
            value=estimate.value,
            low=low,
            high=high,
            confidence=confidence,
            p_supported=p_supported,
            p_refuted=p_refuted,
            power=power(estimate, self._reading.band, self._looks[0], 1 - 2 * error_rate_at(1, self._planned_looks)),
            method=estimate.method,
            note="; ".join(text for text in notes if text),
            band=self._reading.band,
            looks=self._looks,
            splits=self._evidence.splits,
            needs=self._reading.needs,
            cells=(*self._evidence.used, *self._evidence.timed),
            frameworks=self._evidence.frameworks,
            rerun=self._rerun,
        )
        exception = self.verdict.exception()
        if exception is not None:
            raise exception

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
