"""How the error rate is spent over looks and findings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.verdicts.combination import combined, holm
from harness.verdicts.error_rate import ERROR_RATE, MOST_LOOKS, error_rate_at, settled_at
from harness.verdicts.verdict import NEEDS, Needs


@pytest.mark.parametrize("planned", range(1, MOST_LOOKS + 1))
def test_all_looks_spend_the_error_rate(planned: int) -> None:
    """No more and no less, and no look spends less than the one before."""
    rates = [error_rate_at(look, planned) for look in range(1, planned + 1)]
    assert sum(rates) == pytest.approx(ERROR_RATE)
    assert rates == sorted(rates)


def test_six_looks() -> None:
    """Half a percent for each of the first two, one for each later."""
    assert [error_rate_at(look, 6) for look in range(1, 7)] == pytest.approx([0.005, 0.005, 0.01, 0.01, 0.01, 0.01])


def test_there_are_six_looks_at_most() -> None:
    """The last one has no part of its own: it spends what is left."""
    assert MOST_LOOKS == 6
    assert error_rate_at(6, 6) == pytest.approx(0.01)


def test_a_claim_is_settled_as_late_as_it_has_to_be() -> None:
    """Neither Holm nor Simes can ask for more than the product of both numbers, and the first of all asks for it."""
    assert settled_at(1, 1) == ERROR_RATE
    assert settled_at(4, 5) == pytest.approx(0.0025)
    assert settled_at(2, 3) == settled_at(3, 2)


@given(
    st.integers(1, 40),
    st.lists(st.booleans(), min_size=1, max_size=40),
    st.sampled_from(NEEDS),
    st.lists(st.floats(0, 1), max_size=39),
)
def test_settled_claims_decide_their_finding(
    findings: int, true: list[bool], needs: Needs, others: list[float]
) -> None:
    """Whatever proportion of the claims is supported and the rest refuted, and whatever other findings come to."""
    p_value = settled_at(findings, len(true))
    supported, refuted = [p_value if one else 1.0 for one in true], [1.0 if one else p_value for one in true]
    outcome, combined_p_value = combined(needs, supported, refuted)
    assert outcome != "inconclusive"
    assert holm([combined_p_value, *others[: findings - 1]])[0] <= ERROR_RATE * (1 + 1e-9)
