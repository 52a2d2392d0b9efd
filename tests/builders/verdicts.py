"""Verdicts."""

from dataclasses import replace

from harness.statistics.estimate import Estimate
from harness.verdicts.band import Band, Outcome
from harness.verdicts.verdict import Verdict


def verdict_with(outcome: Outcome = "refuted", **changes: object) -> Verdict:
    """Build a verdict as a claim would, with some fields changed."""
    whole = Verdict(
        outcome=outcome,
        finding="optimizers.adam-rmsprop-level",
        section="Optimizers",
        statement="Adam and RMSprop end almost identical in loss and accuracy.",
        reading="loss",
        basis="independent",
        estimand="test loss of Adam minus test loss of RMSprop, mean over paired seeds",
        value=0.031234,
        low=0.0251,
        high=0.0374,
        confidence=0.9,
        p_supported=1.0,
        p_refuted=0.0012,
        power=0.875,
        method="mean over seeds, t interval widened for skewness",
        note="",
        band=Band(-0.02, 0.02, "two units of the last decimal are almost identical"),
        looks=(20,),
        splits=20,
        needs="all",
        role="primary",
        cells=("torch-adam", "torch-rmsprop"),
        trainers=("torch",),
        rerun="pytest claims -k loss",
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def verdict_on(estimate: Estimate, confidence: float = 0.98) -> Verdict:
    """Return a verdict with the numbers of an estimate."""
    low, high = estimate.interval(confidence)
    return verdict_with(
        value=estimate.value,
        low=low,
        high=high,
        confidence=confidence,
        method=estimate.method,
        looks=(estimate.seeds,),
    )
