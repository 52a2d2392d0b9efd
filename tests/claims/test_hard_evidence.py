"""Evidence that is hard to judge: diverged, constant or tied runs, curves that never arrive, two seeds."""

import dataclasses
from collections.abc import Iterator

import pytest

from tests.claims.catalogue import (
    CLAIMS,
    Claim,
    Conditions,
    Key,
    evidence_of,
    judge_case,
    judge_claims,
    lookup,
    over_all,
)
from tests.claims.conditions import world
from tests.claims.controls import FALSE
from tests.claims.truths import AS_REPORTED
from tests.claims.worlds import Spread

NO_SPREAD = {"loss_spread": Spread(), "accuracy_spread": Spread(), "epochs_spread": 0.0, "growth_spread": 0.0}
CONSTANT = {"start_loss": 1.0, "end_loss": 1.0, "start_accuracy": 0.5, "end_accuracy": 0.5, "growth": 1.0}
HARD = (
    world("all runs diverged", {}, diverged=1.0),
    world("a tenth of the runs diverged", {}, diverged=0.1),
    world("all curves are constant", {}, **CONSTANT, **NO_SPREAD, rise=0.0, gap=0.0),
    world("all accuracies are 1", {}, start_accuracy=1.0, end_accuracy=1.0, accuracy_spread=Spread()),
    world("no curve arrives before the last epoch", {}, epochs_to_loss=1e9, epochs_to_accuracy=1e9),
    world("all losses rise", {}, start_loss=0.01, end_loss=2.0),
    dataclasses.replace(AS_REPORTED, name="two seeds", seeds=2),
)
ALL_DIVERGED, *_, TWO_SEEDS = (conditions.name for conditions in HARD)
ON_RUNS = {key: claims for key, claims in CLAIMS.items() if any(claim.takes_runs for claim in claims)}


def hard() -> Iterator[object]:
    """Yield every claim that takes runs with every kind of hard evidence."""
    for claims in ON_RUNS.values():
        for claim in claims:
            for conditions in HARD:
                yield pytest.param(claim, conditions, id=f"{claim.name}-{conditions.name}")


def allowed(kind: str, name: str) -> set[str]:
    """Return the verdicts that a kind of estimate may come to.

    Runs that all diverged carry no verdict, except that a diverged run is outside every region when seeds are counted,
    and the worst value where ratios are ranked.
    Two seeds carry none when seeds are counted or ranked; what takes them for normal is exact at any number.
    """
    if name == ALL_DIVERGED:
        return {"inconclusive", "refuted"} if kind in ("proportion", "cells", "median") else {"inconclusive"}
    if name == TWO_SEEDS and kind in ("proportion", "median", "cells"):
        return {"inconclusive"}
    return {"supported", "refuted", "inconclusive"}


@pytest.mark.parametrize(("claim", "conditions"), list(hard()))
def test_hard_evidence_ends_in_a_clean_verdict(claim: Claim, conditions: Conditions) -> None:
    """No claim fails with an error or a warning on hard evidence, nor draws a verdict from none."""
    evidence = evidence_of(conditions.world, conditions.seeds)
    for case, parameters in claim.cases.items():
        recorder = judge_case(claim, parameters, evidence, conditions)
        (outcome,), (kind,) = recorder.outcomes, recorder.kinds
        assert outcome in allowed(kind, conditions.name), f"{claim.name}[{case}]: {outcome}, a {kind} over seeds"


@pytest.mark.parametrize("key", [pytest.param(key, id="-".join(key)) for key in ON_RUNS])
def test_two_seeds_never_decide_wrongly(key: Key) -> None:
    """With two seeds, a finding that is true is not refuted, and one that is false not supported."""
    reading = lookup(key)[1]

    def of_two(conditions: Conditions) -> str:
        return over_all(judge_claims(CLAIMS[key], dataclasses.replace(conditions, seeds=2)), reading)

    assert of_two(AS_REPORTED) != "refuted"
    assert {conditions.name for conditions in FALSE.get(key, ()) if of_two(conditions) == "supported"} == set()
