"""Turns the estimate of a claim into its verdict, and the verdict into the outcome of a test."""

from harness.estimate import Estimate
from harness.evidence import Evidence
from harness.figures import claim_figure
from harness.findings import Finding, Reading
from harness.verdict import Verdict, decide


class Judge:
    """Judges one claim, once.

    Parameters
    ----------
    finding, reading
        What is under test, from the register.
    evidence
        Where the claim gets its runs from; it knows which were used.
    rerun
        The command that runs this claim alone.
    """

    def __init__(self, finding: Finding, reading: Reading, evidence: Evidence, rerun: str) -> None:
        self._finding = finding
        self._reading = reading
        self._evidence = evidence
        self._rerun = rerun
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
        if self.verdict is not None:
            raise RuntimeError("a claim is judged once; write a second test for a second estimate")
        self.estimate = estimate
        self.verdict = Verdict(
            outcome=decide(estimate, self._reading.band),
            finding=self._finding.id,
            section=self._finding.section,
            statement=self._finding.statement,
            reading=self._reading.name,
            basis=self._finding.basis,
            estimand=self._reading.estimand,
            value=estimate.value,
            low=estimate.low,
            high=estimate.high,
            method=estimate.method,
            note="; ".join(text for text in (estimate.note, note) if text),
            band=str(self._reading.band),
            band_reason=self._reading.band.reason,
            seeds=estimate.seeds,
            cells=(*self._evidence.used, *self._evidence.timed),
            rerun=self._rerun,
        )
        exception = self.verdict.exception()
        if exception is not None:
            raise exception

    def figure(self) -> str:
        """Return the figure of a claim that was judged, as SVG."""
        if self.estimate is None:
            raise RuntimeError("a claim has a figure once it was judged")
        return claim_figure(self._evidence.used, self.estimate, self._reading.band)
