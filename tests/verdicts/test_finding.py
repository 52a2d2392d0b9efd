"""One verdict a finding, from its readings."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from harness.statistics.draws import plausible_draw
from harness.statistics.estimate import Reported
from harness.verdicts.band import OUTCOMES, Outcome
from harness.verdicts.combination import judgements
from harness.verdicts.finding import ANSWERS, FindingVerdict, finding_verdicts
from harness.verdicts.verdict import Neighbour, Role, Verdict
from tests.builders.verdicts import verdict_with

SURE = 1e-6
P_VALUES: dict[Outcome, tuple[float, float]] = {
    "supported": (SURE, 1.0),
    "refuted": (1.0, SURE),
    "inconclusive": (0.5, 0.5),
}


def claim(outcome: Outcome, role: Role, reading: str, finding: str = "a.b") -> Verdict:
    """Return the verdict on the one claim of a reading."""
    p_supported, p_refuted = P_VALUES[outcome]
    return verdict_with(
        outcome, finding=finding, reading=reading, role=role, p_supported=p_supported, p_refuted=p_refuted
    )


def verdict_of(*claims: Verdict) -> FindingVerdict:
    """Return the verdict on the one finding of these claims."""
    (verdict,) = finding_verdicts(judgements(claims))
    return verdict


@pytest.mark.parametrize(("primary", "other"), list(product(OUTCOMES, OUTCOMES)))
@pytest.mark.parametrize("role", ["alternative", "detail"])
def test_only_the_opposite_of_an_alternative_makes_it_depend(primary: Outcome, other: Outcome, role: Role) -> None:
    """What is not decided opposes nothing, and a detail never does."""
    verdict = verdict_of(claim(primary, "primary", "one"), claim(other, role, "another"))
    alone = {"supported": "holds", "refuted": "does not hold", "inconclusive": "not decided"}[primary]
    opposed = role == "alternative" and {primary, other} == {"supported", "refuted"}
    assert verdict.answer == ("depends" if opposed else alone)
    assert [one.reading for one in verdict.opposed] == (["another"] if opposed else [])
    assert [one.reading for one in verdict.readings] == ["one", "another"]
    assert verdict.primary.reading == "one"
    assert verdict.answer in ANSWERS


def test_words_say_on_what_it_depends() -> None:
    """The primary reading first, then each that says the opposite."""
    opposed = [claim("refuted", "alternative", name) for name in ("later", "wider")]
    verdict = verdict_of(claim("supported", "primary", "cells"), *opposed, claim("supported", "alternative", "as"))
    assert verdict.words == ("depends on how it is read: cells holds, later does not hold, wider does not hold")
    assert verdict_of(claim("refuted", "primary", "cells")).words == "does not hold"


def test_a_finding_holds_with_the_error_rate_held_over_all() -> None:
    """What is only just supported is not decided among many; an alternative speaks by itself."""
    just = verdict_with("supported", finding="a.b", reading="one", p_supported=0.04, p_refuted=1.0)
    others = [claim("inconclusive", "primary", "one", f"a.c{number}") for number in range(3)]
    assert verdict_of(just).answer == "holds"
    found = {one.finding: one for one in finding_verdicts(judgements([just, *others]))}
    assert found["a.b"].answer == "not decided"
    assert found["a.b"].primary.outcome == "supported"


def test_other_readings_do_not_make_a_finding_harder() -> None:
    """The error rate is held over primary readings, and apart over all others."""
    just = verdict_with("supported", finding="a.b", reading="one", p_supported=0.04, p_refuted=1.0)
    details = [claim("inconclusive", "detail", f"detail-{number}") for number in range(9)]
    verdict = verdict_of(just, *details)
    assert (verdict.answer, verdict.primary.corrected_p_value) == ("holds", 0.04)
    assert {one.corrected_p_value for one in verdict.readings[1:]} == {1.0}


def test_a_selection_without_the_primary_reading_has_a_verdict_too() -> None:
    """Its first reading stands for it."""
    verdict = verdict_of(claim("supported", "alternative", "later"), claim("refuted", "alternative", "sooner"))
    assert (verdict.primary.reading, verdict.answer) == ("later", "depends")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_finding_is_fragile_if_a_neighbour_says_the_opposite(outcome: Outcome) -> None:
    """Not if it is then open, and what is open has no opposite."""
    neighbours = tuple(Neighbour(f"a band of {other}", other, *P_VALUES[other]) for other in OUTCOMES)
    one = claim(outcome, "primary", "cells")
    verdict = verdict_of(replace(one, neighbours=neighbours))
    opposite = {"supported": "refuted", "refuted": "supported"}.get(outcome)
    assert verdict.primary.fragile == ((f"a band of {opposite}",) if opposite else ())
    assert verdict.fragile == (f"with a band of {opposite}" if opposite else "")
    assert verdict_of(one).fragile == ""


def test_neighbours_of_several_claims_count_together() -> None:
    """A reading of many claims is turned around only if so many of them are that it says the opposite."""

    def with_neighbour(outcome: Outcome) -> Verdict:
        other = Neighbour("a margin of 1", outcome, *P_VALUES[outcome])
        return replace(claim("supported", "primary", "cells"), needs="most", neighbours=(other,))

    some = [with_neighbour("refuted"), with_neighbour("supported"), with_neighbour("supported")]
    assert verdict_of(*some).fragile == ""
    most = [with_neighbour("refuted"), with_neighbour("refuted"), with_neighbour("supported")]
    assert verdict_of(*most).fragile == "with a margin of 1"


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("supported", "compatible with one draw"),
        ("refuted", "not compatible with one draw"),
        ("inconclusive", "not decided"),
    ],
)
def test_a_printed_number_is_compatible_or_not(outcome: Outcome, words: str) -> None:
    """It is one draw, and no evidence for itself; the answer is the same as of any other finding."""
    draw = plausible_draw(Reported(1.0, 0.05), np.exp(np.linspace(-1, 1, 20)), "loss")
    one = replace(claim(outcome, "primary", "draw"), method=draw.method)
    verdict = verdict_of(one)
    assert verdict.words == words
    assert verdict.answer == verdict_of(replace(one, method="mean over seeds")).words
    expected = {"supported": "compatible", "refuted": "not compatible"}.get(outcome, outcome)
    assert (one.word, verdict.primary.word) == (expected, expected)
    assert str(one).startswith(f"a.b (draw): {expected}\n")


@pytest.mark.parametrize("premise", ["holds", "does not hold", "not decided", "depends", "not judged"])
def test_a_finding_without_its_premise_says_nothing(premise: str) -> None:
    """Only a premise that does not hold takes it away; one that was not judged, or is open, takes nothing."""
    outcomes: dict[str, Outcome] = {"holds": "supported", "does not hold": "refuted", "not decided": "inconclusive"}
    claims = [replace(claim("refuted", "primary", "cells", "a.b"), premise="a.z")]
    if premise == "depends":
        claims += [claim("refuted", "primary", "x", "a.z"), claim("supported", "alternative", "y", "a.z")]
    elif premise in outcomes:
        claims += [claim(outcomes[premise], "primary", "x", "a.z")]
    found = {one.finding: one for one in finding_verdicts(judgements(claims))}
    void = premise == "does not hold"
    assert found["a.b"].answer == ("premise not met" if void else "does not hold")
    assert found["a.b"].words == ("premise not met: a.z does not hold" if void else "does not hold")
    assert found["a.b"].answer in ANSWERS
    if "a.z" in found:
        assert found["a.z"].answer == premise
