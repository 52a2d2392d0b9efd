"""Claims that another plugin runs more than once, as pytest-repeat does with ``--count 2``."""

from collections.abc import Callable

import pytest

from harness.sessions.history import open_history
from harness.sessions.session_file import read_session
from tests.builders.plugins import OTHER_PLUGIN
from tests.builders.reports import EXPECTED_REFUTED, REPORT

CLAIMS = """
@finding
def test_plain(judge):
    judge(mean_over_seeds(REFUTED, "ratio"))

@finding
@pytest.mark.parametrize("case", ["SUPPORTED", "INCONCLUSIVE"])
def test_case(judge, case):
    judge(mean_over_seeds(globals()[case], "ratio"))
"""
INCONCLUSIVE = EXPECTED_REFUTED.replace('cases = [""]', 'cases = ["INCONCLUSIVE"]').replace("refuted", "inconclusive")


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_repetition_is_the_same_claim(
    pytester: pytest.Pytester, make_claims: Callable[..., None], workers: str
) -> None:
    """It has the verdict that the register records; data, page and history have each claim once, under its own id."""
    make_claims(CLAIMS, report=REPORT + EXPECTED_REFUTED + INCONCLUSIVE)
    once = pytester.runpytest_subprocess("claims", "-n", workers)
    once.assert_outcomes(passed=1, xfailed=2)
    pytester.makeconftest(OTHER_PLUGIN)
    twice = pytester.runpytest_subprocess("claims", "-n", workers)
    twice.assert_outcomes(passed=2, xfailed=4)
    assert twice.ret == pytest.ExitCode.OK
    session = read_session(pytester.path / "reports" / "claims.json")
    assert {claim.test: claim.case for claim in session.claims} == {
        "claims/test_speed.py::test_plain": "",
        "claims/test_speed.py::test_case[SUPPORTED]": "SUPPORTED",
        "claims/test_speed.py::test_case[INCONCLUSIVE]": "INCONCLUSIVE",
    }
    assert len(session.claims) == 3
    assert session.missing == ()
    history = open_history(pytester.path / ".claims-history.sqlite")
    assert [one.claims for one in history.sessions()] == [3, 3]
    (timeline,) = history.timelines().values()
    assert len({past.scope for past in timeline}) == 1


def test_a_repetition_that_breaks_is_missing(pytester: pytest.Pytester, make_claims: Callable[..., None]) -> None:
    """A verdict of the first time does not hide it."""
    broken_later = "\ntimes = []\n\n@finding\ndef test_one(judge):\n    times.append(1)\n    assert len(times) == 1\n"
    make_claims(broken_later + '    judge(mean_over_seeds(SUPPORTED, "ratio"))\n')
    pytester.makeconftest(OTHER_PLUGIN)
    result = pytester.runpytest("claims")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*Ended in an error, without a verdict: 1 claim: *test_one*2-2*"])
