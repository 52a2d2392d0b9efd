"""A report of which nothing is trained, driven through pytest."""

from collections.abc import Callable

import pytest

from harness.sessions.session_file import read_session

MakeClaims = Callable[..., None]
CLAIMS = """
@finding
def test_own_numbers(judge):
    judge(mean_over_seeds(SUPPORTED, "ratio"))
"""
ASKS = """
@finding
def test_asks(evidence, judge):
    judge(mean_over_seeds(evidence(activation="relu").final_test_loss, "loss"))
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_claims_on_numbers_of_their_own_need_no_protocol(
    pytester: pytest.Pytester, make_claims: MakeClaims, workers: str
) -> None:
    """They are judged at one look, and all pages are written."""
    make_claims(CLAIMS)
    (pytester.path / "claims" / "protocol.toml").unlink()
    pytester.runpytest_subprocess("claims", "-n", workers).assert_outcomes(passed=1)
    (claim,) = read_session(pytester.path / "reports" / "claims.json").claims
    assert (claim.verdict.outcome, claim.verdict.confidence) == ("supported", 0.9)
    for page in ("index", "report", "runs", "history"):
        assert (pytester.path / "reports" / f"{page}.html").exists()


def test_who_asks_for_runs_is_told_what_is_missing(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """In one sentence, and the others are judged."""
    make_claims(CLAIMS + ASKS)
    file = pytester.path / "claims" / "protocol.toml"
    file.unlink()
    result = pytester.runpytest_subprocess("claims", "-n", "0")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([f"*there are no runs to ask for: {file} is missing, which says how they are made"])
