import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, get_args
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from harness.base.arrays import Floats
from harness.verdicts.band import Band, Outcome
from harness.verdicts.combination import Judgement, deciding, holm, judgements, needed, partial_conjunction
from harness.verdicts.error_rate import ERROR_RATE
from harness.verdicts.verdict import NEEDS, Needs, Verdict
from tests.builders.verdicts import verdict_with

p_lists = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def claim(p_supported: float, p_refuted: float | None = None, **changes: Any) -> Verdict:
    """Build the verdict of one claim from its error rates; refuting is the opposite of supporting if not given."""
    against = 1 - p_supported if p_refuted is None else p_refuted
    outcome = "supported" if p_supported <= ERROR_RATE else "refuted" if against <= ERROR_RATE else "inconclusive"
    return verdict_with(outcome, p_supported=p_supported, p_refuted=against, **changes)


def only(verdicts: Sequence[Verdict]) -> Judgement:
    """Return the judgement of claims of one finding."""
    (judgement,) = judgements(verdicts)
    return judgement


# The claim with which a finding stands or falls


@pytest.mark.parametrize(("needs", "p_value"), [("all", 0.3), ("most", 0.01), ("some", 0.001)])
def test_the_weakest_of_as_many_as_have_to_hold_decides(needs: Needs, p_value: float) -> None:
    """By the p-values for the finding, whatever the order of the claims."""
    claims = [claim(p_value) for p_value in (0.3, 0.001, 0.01)]
    assert deciding(needs, claims).p_supported == deciding(needs, claims[::-1]).p_supported == p_value


def test_of_claims_that_do_not_hold_the_clearest_is_the_weakest() -> None:
    """Where none is supported, it is the one that is refuted most surely."""
    claims = [claim(1.0, p_refuted) for p_refuted in (0.02, 0.001, 0.4)]
    assert deciding("all", claims).p_refuted == 0.001
    assert deciding("some", claims).p_refuted == 0.4


@pytest.mark.parametrize(("needs", "value"), [("all", 1.5), ("most", 1.875), ("some", 2.5)])
def test_of_equal_p_values_the_band_decides(needs: Needs, value: float) -> None:
    """Where nothing is sampled, all p-values are equal: the weakest claim has the least room in its band."""
    band = Band(1.25, math.inf, "considerably more")
    claims = [claim(1e-9, 1.0, value=value, band=band) for value in (1.875, 2.5, 1.5)]
    assert deciding(needs, claims).value == deciding(needs, claims[::-1]).value == value


@pytest.mark.parametrize(
    ("low", "high", "value", "room"),
    [
        (1.0, 4.0, 1.5, 0.5),
        (1.0, 4.0, 3.75, 0.25),
        (1.0, 4.0, 0.5, -0.5),
        (1.0, 4.0, 6.0, -2.0),
        (1.0, 4.0, math.nan, -math.inf),
        (1.0, math.inf, math.inf, math.inf),
        (-math.inf, 1.0, -math.inf, math.inf),
        (-math.inf, 1.0, math.inf, -math.inf),
    ],
)
def test_room_in_a_band(low: float, high: float, value: float, room: float) -> None:
    """To the nearer end, below 0 outside; an open end leaves room without limit."""
    band = Band(low, high, "made up")
    assert band.room(value) == claim(0.5, value=value, band=band).room == room


# At least so many of several claims


@pytest.mark.parametrize(
    ("at_least", "p_value"),
    [(1, 4 / 2 * 0.012), (2, 3 / 1 * 0.012), (3, 2 / 1 * 0.03), (4, 0.3)],
)
def test_partial_conjunction_by_hand(at_least: int, p_value: float) -> None:
    """Of the p-values .01, .012, .03 and .3, without the u - 1 smallest: the least of number over rank times p."""
    for order in ([0.01, 0.012, 0.03, 0.3], [0.3, 0.03, 0.01, 0.012]):
        assert partial_conjunction(order, at_least) == pytest.approx(p_value)


def test_one_p_value_remains_what_it_is() -> None:
    """A finding with one claim is that claim."""
    assert partial_conjunction([0.03], 1) == 0.03


@given(p_lists, st.data())
def test_partial_conjunction_is_simes_of_statsmodels(p_values: list[float], data: st.DataObject) -> None:
    """Simes' p-value is the least that Benjamini and Hochberg's procedure gives, here without the smallest ones."""
    at_least = data.draw(st.integers(1, len(p_values)))
    adjusted = multipletests(sorted(p_values)[at_least - 1 :], method="fdr_bh")[1]
    assert partial_conjunction(p_values, at_least) == pytest.approx(float(min(adjusted)), rel=1e-12, abs=1e-15)


@given(p_lists, st.data())
def test_more_is_harder_to_show(p_values: list[float], data: st.DataObject) -> None:
    """All claims have the largest p-value, fewer no larger one; and a smaller p-value never raises the result."""
    by_number = [partial_conjunction(p_values, number) for number in range(1, len(p_values) + 1)]
    assert by_number[-1] == max(p_values)
    assert all(easier <= harder * (1 + 1e-12) for easier, harder in pairwise(by_number))
    at_least = data.draw(st.integers(1, len(p_values)))
    place = data.draw(st.integers(0, len(p_values) - 1))
    smaller = [*p_values[:place], p_values[place] * data.draw(st.floats(0, 1)), *p_values[place + 1 :]]
    assert partial_conjunction(smaller, at_least) <= by_number[at_least - 1]


@pytest.mark.parametrize(
    ("needs", "numbers"), [("all", [1, 2, 3, 4, 9]), ("most", [1, 2, 2, 3, 5]), ("some", [1, 1, 1, 1, 1])]
)
def test_how_many_claims_a_finding_needs(needs: Needs, numbers: list[int]) -> None:
    """Of 1, 2, 3, 4 and 9 claims; most is more than half."""
    assert [needed(needs, claims) for claims in (1, 2, 3, 4, 9)] == numbers
    assert set(NEEDS) == set(get_args(Needs)) == {"all", "most", "some"}


# Over all findings


@given(p_lists)
def test_holm_is_that_of_statsmodels(p_values: list[float]) -> None:
    """Adjusted p-values equal multipletests(method="holm"), in the order given."""
    with patch("gc.collect"):  # statsmodels collects garbage at each call, which takes longer the more is loaded
        adjusted = list(multipletests(p_values, method="holm")[1])
    assert holm(p_values) == pytest.approx(adjusted, rel=1e-12, abs=1e-15)


def test_holm_by_hand() -> None:
    """Holm 1979: 3 x .01, then 2 x .02, then .03 raised to the one before."""
    assert holm([0.03, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])
    assert holm([]) == []


# From claims to findings


@pytest.mark.parametrize(
    ("needs", "p_supported", "outcome", "p_value"),
    [
        ("all", [0.001, 0.002, 0.003], "supported", 0.003),
        ("all", [0.001, 0.002, 0.3], "inconclusive", 0.3),
        ("all", [0.001, 0.002, 0.99], "refuted", 0.03),  # one false claim is enough: 3 x .01
        ("all", [0.001, 0.002, 0.98], "inconclusive", 0.06),
        ("most", [0.001, 0.002, 0.99], "supported", 0.004),  # two of three: 2 x .002
        ("most", [0.001, 0.99, 0.999], "refuted", 0.02),  # two false: 2 x .01
        ("most", [0.001, 0.002, 0.99, 0.999], "refuted", 0.03),  # half is not more than half: 3 x .01
        ("most", [0.001, 0.5, 0.99], "inconclusive", 0.99),  # 2 x .5 is more
        ("some", [0.01, 0.5, 0.99], "supported", 0.03),
        ("some", [0.04, 0.03, 0.03], "supported", 0.04),  # all three are small
        ("some", [0.96, 0.97, 0.98], "refuted", 0.04),  # all of them: the largest, 1 - .96
        ("some", [0.3, 0.97, 0.98], "inconclusive", 0.7),
    ],
)
def test_all_most_or_some_of_the_claims(needs: Needs, p_supported: list[float], outcome: str, p_value: float) -> None:
    """The finding is supported if so many claims hold, refuted if so many fail that too few are left, else open."""
    judgement = only([claim(p, needs=needs) for p in p_supported])
    assert judgement.outcome == outcome
    assert judgement.p_value == pytest.approx(p_value)
    assert judgement.claims == len(p_supported)
    assert judgement.supported == sum(p <= 0.05 for p in p_supported)
    assert judgement.refuted == sum(1 - p <= 0.05 for p in p_supported)
    # A single finding needs no correction for others.
    assert (judgement.corrected_outcome, judgement.corrected_p_value) == (judgement.outcome, judgement.p_value)


def test_a_session_is_corrected_for_its_findings() -> None:
    """Each reading of each finding counts once: of p-values .01, .02 and .045, Holm leaves .03, .04 and .045."""
    found = judgements(
        [
            claim(0.045, finding="b.first"),
            claim(0.01, finding="a.second", reading="loss"),
            claim(0.98, finding="a.second", reading="accuracy"),
        ]
    )
    assert [(j.finding, j.reading, j.outcome) for j in found] == [
        ("a.second", "accuracy", "refuted"),
        ("a.second", "loss", "supported"),
        ("b.first", "loss", "supported"),
    ]
    assert [j.corrected_p_value for j in found] == pytest.approx([0.04, 0.03, 0.045])
    assert [j.corrected_outcome for j in found] == [j.outcome for j in found]
    worse = judgements([claim(0.04, finding=f"a.{name}") for name in "bcd"])
    assert {(j.outcome, j.corrected_outcome) for j in worse} == {("supported", "inconclusive")}
    assert [j.corrected_p_value for j in worse] == pytest.approx([0.12] * 3)


def test_a_judgement_tells_what_the_claims_tell() -> None:
    """Section, statement, evidence and rule are the claims' own; without claims there is no judgement."""
    judgement = only([claim(0.01, needs="most", basis="fitted")])
    assert (judgement.section, judgement.basis, judgement.needs) == ("Optimizers", "fitted", "most")
    assert judgement.statement == "Adam and RMSprop end almost identical in loss and accuracy."
    assert judgements([]) == []


@pytest.mark.parametrize(("powers", "least"), [([0.9, 0.4, 0.7], 0.4), ([0.9, math.nan], math.nan)])
def test_the_least_power_is_told(powers: list[float], least: float) -> None:
    """A finding is as likely to be supported as its weakest claim at most; unknown is not passed over."""
    assert only([claim(0.01, power=power) for power in powers]).power == pytest.approx(least, nan_ok=True)


verdicts_of_a_session = st.lists(
    st.builds(
        lambda p, finding: claim(p, finding=finding, needs={"a.x": "all", "b.y": "most", "c.z": "some"}[finding]),
        st.one_of(st.floats(0, 1), st.sampled_from([0.001, 0.5, 0.999])),
        st.sampled_from(["a.x", "b.y", "c.z"]),
    ),
    max_size=10,
)


@given(verdicts_of_a_session, st.randoms(use_true_random=False))
def test_the_order_of_claims_is_no_information(verdicts: list[Verdict], random: Any) -> None:
    """Workers finish in any order: the judgements are the same."""
    assert judgements(random.sample(verdicts, len(verdicts))) == judgements(verdicts)


@given(verdicts_of_a_session)
def test_a_correction_only_takes_away(verdicts: list[Verdict]) -> None:
    """No corrected p-value is below the single one, and no outcome is turned into another but inconclusive."""
    for judgement in judgements(verdicts):
        assert judgement.corrected_p_value >= judgement.p_value
        assert judgement.corrected_outcome in (judgement.outcome, "inconclusive")
        assert (judgement.corrected_outcome == "inconclusive") == (judgement.corrected_p_value > ERROR_RATE)
        assert judgement.supported + judgement.refuted + judgement.inconclusive == judgement.claims


# How often a session says anything wrong

SESSIONS = 1500


def wrong_sessions(draws: Floats, needs: Needs, outcome: Outcome, clear: int = 0) -> tuple[float, float]:
    """Return in which proportion of sessions any finding has the wrong outcome: after the correction, and before it.

    Parameters
    ----------
    draws : (sessions, findings, claims)
        The p-value of each claim for this outcome; that for the opposite is what is missing to one.
    clear
        How many more findings there are whose verdict is beyond doubt, and right.
    """
    this, that = ("p_supported", "p_refuted") if outcome == "supported" else ("p_refuted", "p_supported")
    base, corrected, single = claim(0.5, needs=needs), 0, 0
    doubtless = [replace(base, finding=f"clear.{number}", **{this: 1.0, that: 1e-9}) for number in range(clear)]
    for session in draws:
        verdicts = [
            replace(base, finding=f"f.{number}", **{this: p_value, that: 1 - p_value})
            for number, claims in enumerate(session)
            for p_value in claims.tolist()
        ]
        found = judgements([*verdicts, *doubtless])
        corrected += any(judgement.corrected_outcome == outcome for judgement in found)
        single += any(judgement.outcome == outcome for judgement in found)
    return corrected / len(draws), single / len(draws)


def hardly_ever(proportion: float) -> bool:
    """Tell whether a proportion of sessions is at most 5 %, but for four standard errors of the simulation."""
    return proportion <= 0.05 + 4 * math.sqrt(0.05 * 0.95 / SESSIONS)


@pytest.mark.parametrize("clear", [0, 12])
def test_of_false_findings_hardly_a_session_supports_one(clear: int) -> None:
    """All findings false, at the end of their bands: at most 5 % of sessions support any of 12; half without Holm."""
    draws = np.random.default_rng(1).random((SESSIONS, 12, 1))
    corrected, single = wrong_sessions(draws, "all", "supported", clear)
    assert hardly_ever(corrected)
    assert 0.4 < single < 0.5  # 1 - .95 ** 12
    assert corrected > 0.01


@pytest.mark.parametrize("dependence", ["independent", "same", "opposite"])
@pytest.mark.parametrize(
    ("needs", "outcome", "others"),
    [
        ("all", "supported", 3),
        ("most", "supported", 2),
        ("some", "supported", 0),
        ("all", "refuted", 0),
        ("most", "refuted", 1),
        ("some", "refuted", 3),
    ],
)
def test_findings_at_their_hardest_are_hardly_ever_wrong(
    needs: Needs, outcome: Outcome, others: int, dependence: str
) -> None:
    """Of four claims one too few have the outcome beyond doubt, the rest are at the end of their bands: at most 5 %."""
    draws = np.random.default_rng(2).random((SESSIONS, 6, 4))
    if dependence != "independent":
        draws[:] = draws[:, :, :1]
    if dependence == "opposite":
        draws[:, :, 1::2] = 1 - draws[:, :, 1::2]
    draws[:, :, :others] = 1e-6
    corrected, _ = wrong_sessions(draws, needs, outcome)
    assert hardly_ever(corrected)
    # With one more of them the same outcome would be right, and is given.
    draws[:, :, others] = 1e-6
    assert wrong_sessions(draws[:50], needs, outcome)[0] == 1.0
