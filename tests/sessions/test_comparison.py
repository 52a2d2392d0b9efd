import math
from dataclasses import replace

import numpy as np
import pytest

from harness.base.errors import SessionError
from harness.sessions.comparison import compare
from harness.statistics.estimators import mean_over_seeds
from harness.verdicts.band import Band
from harness.verdicts.error_rate import ERROR_RATE
from tests.builders.sessions import CHOICE, ENVIRONMENT, REPORT, judged_claim, session_of
from tests.builders.verdicts import verdict_on

LAST_LINE = "2 claims compared; 2 of them have the very same estimate."


def test_nothing_changed() -> None:
    """Two sessions of the same code: one sentence says that all is as it was."""
    comparison = compare(session_of(), session_of(seconds=99.0, started="2026-02-03T04:05:06+00:00"))
    assert comparison.lines() == [LAST_LINE]
    assert comparison.readings == comparison.appeared == comparison.vanished == comparison.differences == ()


def test_a_changed_verdict_is_told_of_the_claim_and_of_the_finding() -> None:
    """With both estimates and whether they differ by more than noise."""
    before = session_of(judged_claim("t.py::a", value=0.0, low=-0.01, high=0.01), judged_claim("t.py::b"))
    after = session_of(judged_claim("t.py::a", "refuted", value=0.5, low=0.49, high=0.51), judged_claim("t.py::b"))
    lines = compare(before, after).lines()
    assert lines[:5] == [
        "Findings whose verdict changed",
        "  x.y (loss): supported, now refuted; 1 of 2 claims supported, before 2",
        "",
        "Claims whose verdict changed",
        "  t.py::a: supported, now refuted; estimate 0 [-0.01, 0.01], now 0.5 [0.49, 0.51], beyond noise "
        "(p < 0.0001, by Holm p < 0.0001)",
    ]
    assert lines[-1] == "2 claims compared; 1 of them have the very same estimate."


def test_a_finding_that_was_judged_over_other_claims_says_so() -> None:
    """A session with ``-k`` judges some; its verdict on the finding answers another question."""
    comparison = compare(session_of(judged_claim("a"), judged_claim("b", "refuted")), session_of(judged_claim("a")))
    assert [str(reading) for reading in comparison.readings] == [
        "x.y (loss): refuted, now supported; over 1 claims, before over 2"
    ]
    assert comparison.vanished == ("b",)
    assert compare(session_of(judged_claim("a")), session_of(judged_claim("a"), judged_claim("b"))).appeared == ("b",)


def test_a_band_that_changed_is_told_with_the_verdict() -> None:
    """The same estimate against another band is no news of the trainings."""
    before = judged_claim("t.py::a")
    after = judged_claim("t.py::a", "supported", band=Band(-0.1, 0.1, "wider"))
    before = replace(before, verdict=replace(before.verdict, outcome="refuted"))
    lines = compare(session_of(before), session_of(after)).lines()
    text = "  t.py::a: refuted, now supported; estimate still 0.03123 [0.0251, 0.0374]; "
    assert text + "band -0.02 to 0.02, now -0.1 to 0.1" in lines


def test_an_estimate_may_move_without_a_verdict() -> None:
    """One that moved beyond its noise is listed, one within its noise is counted: it, too, has a cause."""
    before = session_of(judged_claim("a"), judged_claim("b"), judged_claim("c"))
    after = session_of(
        judged_claim("a", value=0.1, low=0.09, high=0.11), judged_claim("b", value=0.0313), judged_claim("c")
    )
    lines = compare(before, after).lines()
    assert lines[0] == "Estimates beyond their noise, same verdict"
    assert lines[1].startswith("  a: still supported; estimate 0.03123 [0.0251, 0.0374], now 0.1 [0.09, 0.11], beyond")
    assert lines[-1] == (
        "3 claims compared; 1 of them have the very same estimate, 1 another one within its noise, "
        "so what they rest on is not the same."
    )


def test_no_estimate_twice_is_the_same() -> None:
    """Runs that diverge in both sessions have not moved."""
    nothing = session_of(
        judged_claim("a", "inconclusive", value=math.nan, low=-math.inf, high=math.inf), judged_claim("b")
    )
    assert compare(nothing, nothing).lines() == [LAST_LINE]


def test_what_else_changed_is_told() -> None:
    """Versions, machine, code, config, seeds; with the field, from what to what."""
    after = session_of(
        planned_seeds=(5,),
        environment=replace(
            ENVIRONMENT,
            python="3.12.1",
            packages={"torch": "2.14.0", "keras": "3.15.1"},
            commit="f00d" * 10,
            modified=True,
            harness_digest="0" * 32,
        ),
        reports=(
            replace(REPORT, claims_digest="1" * 20, protocol_digest="2" * 20, choices=(replace(CHOICE, value="32"),)),
        ),
    )
    assert [str(difference) for difference in compare(session_of(), after).differences] == [
        "commit: c0ffee, now f00df00df00d with changes",
        "Python: 3.11.7, now 3.12.1",
        "torch: 2.13.0, now 2.14.0",
        "keras: nothing, now 3.15.1",
        "planned seeds: 20, 40, 80, now 5",
        "code of the harness: 5e1481093800, now 000000000000",
        "claims: register and claims: 1d0f343b59fe, now 111111111111",
        "claims: protocol.toml: 7b0f3b82cd85, now 222222222222",
        "claims: batch_size of regression: 16, now 32",
        "numpy: 2.4.6, now nothing",
    ]


def test_sessions_without_a_claim_in_common_are_not_compared() -> None:
    """Two reports have nothing to say of one another."""
    with pytest.raises(SessionError, match="have no claim in common; compare two that judged the same report"):
        compare(session_of(judged_claim("a")), session_of(judged_claim("b")))


def moved_among(shifts: list[float], rng: np.random.Generator) -> list[bool]:
    """Compare two sessions of independent samples, of which the second's are shifted; whether each claim moved."""
    before, after = (
        session_of(
            *(
                replace(judged_claim(str(place)), verdict=verdict_on(mean_over_seeds(rng.normal(by, 1, 20), "x")))
                for place, by in enumerate(each)
            )
        )
        for each in ([0.0] * len(shifts), shifts)
    )
    return [one.moved for one in compare(before, after).claims]


def test_over_all_claims_few_comparisons_raise_a_false_alarm() -> None:
    """Nothing changed but the noise: of 200 comparisons of 30 claims, no more than the error rate name any."""
    rng = np.random.default_rng(20260104)
    alarms = np.mean([any(moved_among([0.0] * 30, rng)) for _ in range(200)])
    assert alarms <= ERROR_RATE + 2 * math.sqrt(ERROR_RATE * (1 - ERROR_RATE) / 200)


def test_among_many_claims_true_shifts_are_found() -> None:
    """Three of 30 estimates shifted by two standard deviations of a seed: nearly all are named, and no other."""
    rng = np.random.default_rng(20260105)
    moved = np.array([moved_among([2.0] * 3 + [0.0] * 27, rng) for _ in range(40)])
    assert moved[:, :3].mean() >= 0.9
    assert moved[:, 3:].any(axis=1).mean() <= 0.15
