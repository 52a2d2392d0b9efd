"""Turns the estimate of a claim into its verdict, and the verdict into the outcome of a test."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from harness.base.errors import Inconclusive, Refuted
from harness.judging.evidence import Evidence
from harness.report.reading import Reading
from harness.report.register import Finding
from harness.statistics.estimate import Estimate, undecided
from harness.training.runs import Runs
from harness.verdicts.band import Band
from harness.verdicts.error_rate import ERROR_RATE
from harness.verdicts.look import Look, at_look, over_looks, power_of_look
from harness.verdicts.verdict import Neighbour, Placebo, Verdict


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
    settled_at
        The p-value at which more seeds are not needed; `harness.verdicts.error_rate.settled_at` gives it.

    Attributes
    ----------
    evidence
        As given.
    estimate, verdict
        Those of the last look; None before the first. A verdict that was recalled comes without its estimate.
    """

    def __init__(
        self,
        finding: Finding,
        reading: Reading,
        evidence: Evidence,
        rerun: str,
        planned_looks: int,
        settled_at: float = ERROR_RATE,
    ) -> None:
        self._finding = finding
        self._reading = reading
        self.evidence = evidence
        self._rerun = rerun
        self._planned_looks = planned_looks
        self._settled_at = settled_at
        self._judged_this_look = False
        self._looks: tuple[Look, ...] = ()
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
        estimate = undecided(estimate, self.evidence.lacking) if self.evidence.lacking else estimate
        self.estimate = estimate
        self.take(self._verdict(estimate, note))

    def take(self, verdict: Verdict) -> None:
        """Take a verdict, such as one that the claim came to before on the same evidence; raises as a call does."""
        __tracebackhide__ = True
        self.verdict = verdict
        exception = verdict.exception()
        if exception is not None:
            raise exception

    def _verdict(self, estimate: Estimate, note: str) -> Verdict:
        """Put together what the looks say, and on what the last one rests."""
        finding, reading = self._finding, self._reading
        planned = self._looks_there_may_be(estimate)
        last = at_look(estimate, reading.band, len(self._looks) + 1, planned)
        self._looks += (last,)
        decision = over_looks(self._looks)
        return Verdict(
            outcome=decision.outcome,
            finding=finding.id,
            section=finding.section,
            statement=finding.statement,
            reading=reading.name,
            basis=finding.basis,
            estimand=reading.estimand,
            value=estimate.value,
            low=last.low,
            high=last.high,
            confidence=last.confidence,
            p_supported=decision.p_supported,
            p_refuted=decision.p_refuted,
            power=power_of_look(estimate, reading.band, self._looks[0].seeds * 2 ** (planned - 1), planned, planned),
            method=estimate.method,
            note="; ".join(text for text in (estimate.note, note, decision.note, *self.evidence.notes) if text),
            band=reading.band,
            looks=tuple(look.seeds for look in self._looks),
            splits=self.evidence.splits,
            needs=reading.needs,
            role=reading.role,
            cells=(*self.evidence.used, *self.evidence.timed),
            trainers=self.evidence.trainers,
            rerun=self._rerun,
            premise=finding.premise,
        )

    def _looks_there_may_be(self, estimate: Estimate) -> int:
        """As planned; a claim of which more seeds would say no more has one look, which may spend everything."""
        return self._planned_looks if self.evidence.grows and estimate.grows else 1

    def last_look(self, estimate: Estimate, band: Band) -> Look:
        """Return what another estimate from the last look's evidence says, or another band."""
        return at_look(estimate, band, len(self._looks), self._looks_there_may_be(estimate))

    def first_look(self, estimate: Estimate) -> Look:
        """Return what an estimate over as many seeds as the first look has says of the claim's own band."""
        return at_look(estimate, self._reading.band, 1, self._looks_there_may_be(estimate))

    def add_placebo(self, placebo: Placebo) -> None:
        """Add to the verdict what the claim comes to where nothing differs but the seed."""
        assert self.verdict is not None  # added after a look
        self.verdict = replace(self.verdict, placebo=placebo)

    def add_neighbours(self, neighbours: Sequence[Neighbour]) -> None:
        """Add to the verdict what it would be with other conventions."""
        assert self.verdict is not None  # added after a look
        self.verdict = replace(self.verdict, neighbours=tuple(neighbours))

    @property
    def settled(self) -> bool:
        """Whether neither the claim nor its finding needs more seeds of it."""
        assert self.verdict is not None  # asked after a look
        return min(self.verdict.p_supported, self.verdict.p_refuted) <= self._settled_at

    def look_again(self, seeds: int) -> bool:
        """Get ready for a look at more seeds; returns False where more seeds cannot decide.

        That is so if the claim asked for no runs, and if its sample carries no estimate, as when seeds diverged.
        """
        if self.estimate is None or math.isnan(self.estimate.value):
            return False
        if not (self.evidence.grows and self.estimate.grows):
            return False
        self.evidence.extend(seeds)
        self._judged_this_look = False
        return True

    @property
    def runs(self) -> Mapping[str, Runs]:
        """What the last look rests on, by the name of the cell."""
        return self.evidence.used


def judge_in_looks(claim: Callable[[], object], judge: Judge, seeds: int, looks: int) -> None:
    """Call a claim, and again over twice as many seeds each time until it is settled.

    Parameters
    ----------
    seeds
        At the first look.
    looks
        How many at most.

    Raises
    ------
    Refuted, Inconclusive
        If all looks together do not support the finding.
    """
    __tracebackhide__ = True
    for number in range(1, looks):
        failure = _failure_of(claim)
        if judge.verdict is None or judge.settled or not judge.look_again(seeds * 2**number):
            if failure is not None:
                raise failure
            return
    claim()


def _failure_of(claim: Callable[[], object]) -> AssertionError | None:
    __tracebackhide__ = True
    try:
        claim()
    except (Refuted, Inconclusive) as failure:
        return failure
    return None
