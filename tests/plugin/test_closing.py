"""What somebody reads who reads the end of a session, driven through pytest itself."""

from collections.abc import Callable

import pytest

from harness.sessions.session_file import read_session
from tests.builders.reports import ANSWERED, EXPECTED_REFUTED, REPORT

MakeClaims = Callable[..., None]
GOOD = """
@finding
@pytest.mark.parametrize("sample", [SUPPORTED, SUPPORTED[::-1]], ids=["one", "other"])
def test_good(judge, sample):
    judge(mean_over_seeds(sample, "ratio"))
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_last_three_lines_are_enough(pytester: pytest.Pytester, make_claims: MakeClaims, workers: str) -> None:
    """What held, what changed, and which file to open; below everything that pytest and its plugins say."""
    make_claims(GOOD)
    first = pytester.runpytest_subprocess("claims", "-n", workers)
    assert first.outlines[-3:] == [
        "1 finding: 1 holds.",
        "There is no session before this one to compare with.",
        "Read on: reports/index.html",
    ]
    again = pytester.runpytest_subprocess("claims", "-n", workers)
    assert again.outlines[-2].startswith("No verdict changed since 20")
    assert (pytester.path / "reports" / "index.html").is_file()


def test_claims_that_are_as_recorded_stand_behind_v(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """Without it, only what differs has a line."""
    refuted = "\n@finding\ndef test_bad(judge):\n    judge(mean_over_seeds(REFUTED, 'ratio'))\n"
    make_claims(refuted, report=REPORT + EXPECTED_REFUTED)
    brief = pytester.runpytest("claims")
    brief.stdout.no_fnmatch_line("*claims that are not*")
    brief.stdout.no_fnmatch_line("*ratio (primary)*")
    full = pytester.runpytest("claims", "-v")
    full.stdout.fnmatch_lines(
        ["*claims that are not supported*", "✘ refuted  speed.faster (ratio)  2 *", "*ratio (primary)*"]
    )


def test_very_quiet_is_quiet(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """Somebody who wants nothing gets nothing more."""
    make_claims(GOOD)
    pytester.runpytest("claims", "-qq").stdout.no_fnmatch_line("Read on: *")


@pytest.mark.parametrize("workers", ["0", "2"])
def test_an_answer_to_another_verdict_is_an_error(
    pytester: pytest.Pytester, make_claims: MakeClaims, workers: str
) -> None:
    """It is named, not shown, and the session is red; but not where only some claims on the finding were asked for."""
    make_claims(GOOD, report=REPORT + ANSWERED)
    result = pytester.runpytest_subprocess("claims", "-n", workers)
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    sentence = "speed.faster: its answer in the register was written for 'does not hold'; the verdict is 'holds'"
    result.stdout.fnmatch_lines([sentence])
    page = (pytester.path / "reports" / "index.html").read_text(encoding="utf-8")
    assert "Answers that were written for another verdict" in page
    assert "No: B is as fast." not in page
    session = read_session(pytester.path / "reports" / "claims.json")
    assert (session.missing, len(session.outdated_answers)) == ((), 1)
    part = pytester.runpytest_subprocess("claims", "-n", workers, "-k", "one")
    assert part.ret == pytest.ExitCode.OK
    part.stdout.no_fnmatch_line("*its answer in the register*")


def test_an_answer_to_this_verdict_is_shown(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """With its reason, on the page for reading and beside the original."""
    make_claims(GOOD, report=REPORT + ANSWERED.replace("does not hold", "holds").replace("No: B", "Yes: A"))
    assert pytester.runpytest("claims").ret == pytest.ExitCode.OK
    for name in ("index.html", "report.html"):
        assert "Yes: A is as fast." in (pytester.path / "reports" / name).read_text(encoding="utf-8")
