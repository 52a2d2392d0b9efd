"""What looks at the evidence of a claim say, each alone and all together: pure functions of estimates and a band."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.statistics.estimate import Estimate
from harness.verdicts.band import Band, Outcome, decide, p_values
from harness.verdicts.error_rate import ERROR_RATE, error_rate_at
from harness.verdicts.power import power


@dataclass(frozen=True)
class Look:
    """What one look comes to by itself.

    Attributes
    ----------
    seeds
        Over how many it is.
    outcome
        What its interval says.
    low, high, confidence
        The interval, and its two-sided confidence.
    p_supported, p_refuted
        Smallest one-sided error rates at which it supports, or refutes, in units of what it may spend: those of all
        looks are compared with the same error rate.
    """

    seeds: int
    outcome: Outcome
    low: float
    high: float
    confidence: float
    p_supported: float
    p_refuted: float


@dataclass(frozen=True)
class Decision:
    """What all looks at a claim come to.

    Attributes
    ----------
    p_supported, p_refuted
        The least of all looks.
    note
        Why the outcome is not what the last look says; empty if it is.
    """

    outcome: Outcome
    p_supported: float
    p_refuted: float
    note: str


def confidence_of(look: int, planned_looks: int) -> float:
    """Return the two-sided confidence of the interval at a look: both of its ends may err as often as that may."""
    return 1 - 2 * error_rate_at(look, planned_looks)


def at_look(estimate: Estimate, band: Band, look: int, planned_looks: int) -> Look:
    """Return what an estimate says at a look.

    Parameters
    ----------
    look
        Counted from 1.
    planned_looks
        How many there may be; `error_rate_at` splits the error rate over them.
    """
    error_rate, confidence = error_rate_at(look, planned_looks), confidence_of(look, planned_looks)
    low, high = estimate.interval(confidence)
    outcome = decide((low, high), band)
    p_supported, p_refuted = (min(1.0, p * ERROR_RATE / error_rate) for p in p_values(estimate, band))
    # P-values are found to a hundredth; they must not say that a look which decides does not.
    if outcome == "supported":
        p_supported = min(p_supported, ERROR_RATE)
    if outcome == "refuted":
        p_refuted = min(p_refuted, ERROR_RATE)
    return Look(estimate.seeds, outcome, low, high, confidence, p_supported, p_refuted)


def over_looks(looks: Sequence[Look]) -> Decision:
    """Return what looks over more and more seeds come to together.

    Each look may err only as often as it may spend, so a claim that one of them decides is decided, also where it goes
    on for the sake of its finding. If two looks say the opposite, the stronger evidence counts.
    """
    by_outcome: dict[Outcome, float] = {
        "supported": min(look.p_supported for look in looks),
        "refuted": min(look.p_refuted for look in looks),
    }
    outcome, p_value = min(by_outcome.items(), key=lambda pair: pair[1])
    if p_value > ERROR_RATE:
        outcome = "inconclusive"
    last = looks[-1]
    note = ""
    if outcome != last.outcome:
        seeds = max(look.seeds for look in looks if look.outcome == outcome)
        note = f"{outcome} at the look at {seeds} seeds; the last look alone would be {last.outcome}"
    return Decision(outcome, by_outcome["supported"], by_outcome["refuted"], note)


def power_of_look(estimate: Estimate, band: Band, seeds: int, look: int, planned_looks: int) -> float:
    """Return the probability that a look supports a claim that is true; NaN where it is not known.

    Parameters
    ----------
    estimate
        Of any look; the one over the most seeds knows the spread best.
    seeds, look
        Of the look in question, counted from 1.
    """
    return power(estimate, band, seeds, confidence_of(look, planned_looks))
