"""Every claim supports its finding where it is plainly true, and does not where it is false."""

import functools
from collections.abc import Mapping, Sequence

import pytest

from harness.verdicts.band import Outcome
from tests.claims.catalogue import CLAIMS, Conditions, Key, judge_claims, lookup, over_all
from tests.claims.controls import FALSE
from tests.claims.truths import AS_REPORTED, CELLS, MORE, true_conditions

TRUE = {key: true_conditions(key) for key in CLAIMS}
WITH_CONTROL = [pytest.param(key, id="-".join(key)) for key in CLAIMS if FALSE.get(key)]


@functools.cache
def outcomes(key: Key, conditions: Conditions) -> Mapping[str, Outcome]:
    """Judge all cases of a reading's claims, once a process."""
    return judge_claims(CLAIMS[key], conditions)


def cases(table: Mapping[Key, Sequence[Conditions]]) -> list[object]:
    """Return each reading of a finding with each of its conditions, as parameters."""
    return [
        pytest.param(key, conditions, id="-".join((*key, conditions.name)))
        for key, all_conditions in table.items()
        for conditions in all_conditions
    ]


@pytest.mark.parametrize(("key", "conditions"), cases(TRUE))
def test_a_true_finding_is_supported(key: Key, conditions: Conditions) -> None:
    """Where a finding is plainly true, all of its claims support it, or at least one where it speaks of some."""
    reading, found = lookup(key)[1], outcomes(key, conditions)
    if reading.needs == "some":
        assert over_all(found, reading) == "supported"
    else:
        assert {case: outcome for case, outcome in found.items() if outcome != "supported"} == {}


@pytest.mark.parametrize(("key", "conditions"), cases({key: FALSE.get(key, ()) for key in CLAIMS}))
def test_a_false_finding_is_not_supported(key: Key, conditions: Conditions) -> None:
    """Where a finding is false, so few of its claims support it that the finding does not hold."""
    found = over_all(outcomes(key, conditions), lookup(key)[1])
    assert found != "supported", f"{' '.join(key)} is supported though {conditions.name}"


@pytest.mark.parametrize("key", WITH_CONTROL)
def test_every_finding_can_be_refuted(key: Key) -> None:
    """Under at least one of its false conditions, a finding does not only lack support but is refuted."""
    found = [over_all(outcomes(key, false), lookup(key)[1]) for false in FALSE.get(key, ())]
    assert "refuted" in found, f"{' '.join(key)}: none of its {len(found)} controls refutes it; add one that does"


@pytest.mark.parametrize("key", WITH_CONTROL)
def test_every_case_can_be_refuted(key: Key) -> None:
    """Each set of parameters of each claim is refuted under at least one of the finding's false conditions."""
    found = [outcomes(key, false) for false in FALSE.get(key, ())]
    never = [case for case in outcomes(key, AS_REPORTED) if not any(one[case] == "refuted" for one in found)]
    assert not never, f"{' '.join(key)}: no control refutes {never[0]}, one of {len(never)}; add one that does"


@pytest.mark.parametrize("key", [pytest.param(key, id="-".join(key)) for key in CLAIMS])
def test_every_claim_has_a_control(key: Key) -> None:
    """No claim is without conditions under which its finding is true, and such under which it is false."""
    names = ", ".join(claim.name for claim in CLAIMS[key])
    for table, word, module in ((TRUE, "true", "truths"), (FALSE, "false", "controls")):
        controlled = len(table.get(key, ())) > 0
        assert controlled, f"{' '.join(key)} ({names}) has no control: say in {module}.py when it is {word}"


def test_every_control_names_a_claim() -> None:
    """No control is left over from a claim that is gone."""
    stale = {key for key in (*MORE, *FALSE) if key not in CLAIMS}
    stale |= {(finding, "any") for finding in set(CELLS) - {finding for finding, _ in CLAIMS}}
    assert not stale, f"controls of no claim, to be removed from controls.py or truths.py: {stale}"
