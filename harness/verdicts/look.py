"""What one look at the evidence of a claim says: a pure function of an estimate, a band and which look it is."""

from dataclasses import dataclass

from harness.statistics.estimate import Estimate
from harness.verdicts.power import power
from harness.verdicts.verdict import EDGE, ERROR_RATE, Band, Outcome, decide, error_rate_at, p_values


@dataclass(frozen=True)
class Look:
    """What a look comes to.

    Attributes
    ----------
    outcome
        Its verdict.
    low, high, confidence, p_supported, p_refuted
        As of `harness.verdicts.verdict.Verdict`.
    note
        Why the verdict is not what the interval says; empty if it is.
    """

    outcome: Outcome
    low: float
    high: float
    confidence: float
    p_supported: float
    p_refuted: float
    note: str


def at_look(estimate: Estimate, band: Band, look: int, planned_looks: int, recorded: Outcome) -> Look:
    """Return what an estimate says at a look.

    Parameters
    ----------
    look
        Counted from 1.
    planned_looks
        How many there may be; `error_rate_at` splits the error rate over them.
    recorded
        The verdict that the register expects. Where that is `inconclusive`, only evidence well beyond the error rate
        decides otherwise: a claim at the edge of its band stays inconclusive instead of flapping from night to night.
    """
    error_rate = error_rate_at(look, planned_looks)
    confidence = 1 - 2 * error_rate
    low, high = estimate.interval(confidence)
    on_the_edge = recorded == "inconclusive"
    # In units of what this look may spend, so that p-values of all looks are compared with the same error rate.
    scale = ERROR_RATE / error_rate / (EDGE if on_the_edge else 1)
    p_supported, p_refuted = (min(1.0, p * scale) for p in p_values(estimate, band))
    outcome = decide((low, high), band)
    if outcome != "inconclusive" and on_the_edge and min(p_supported, p_refuted) > ERROR_RATE:
        note = f"{outcome} only just: recorded as inconclusive, it takes {EDGE:g} of the error rate to change"
        return Look("inconclusive", low, high, confidence, p_supported, p_refuted, note)
    return Look(outcome, low, high, confidence, p_supported, p_refuted, "")


def power_of_first_look(estimate: Estimate, band: Band, seeds: int, planned_looks: int) -> float:
    """Return the probability that the first look supports a claim that is true; NaN where it is not known.

    Parameters
    ----------
    estimate
        Of any look; the one over the most seeds knows the spread best.
    seeds
        Of the first look.
    """
    return power(estimate, band, seeds, 1 - 2 * error_rate_at(1, planned_looks))
