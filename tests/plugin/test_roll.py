"""Which claims a session has to judge, driven through pytest itself."""

from collections.abc import Callable

import pytest

from harness.sessions.session_file import read_session
from tests.builders.missing import GOOD, assert_missing
from tests.builders.reports import REPORT

MakeClaims = Callable[..., None]

ANOTHER = """
[findings."speed.slower"]
statement = "B is slower than A."
basis = "independent"
primary = "ratio"

[findings."speed.slower".readings.ratio]
estimand = "mean of the ratio"
low = 0.9
high = 1.1
reason = "a tenth either way"

[findings."speed.slower".readings.draw]
estimand = "one draw"
low = 0.9
high = 1.1
reason = "a tenth either way"
"""
OTHER_CLAIM = """
import pytest
from harness.statistics.estimators import mean_over_seeds

@pytest.mark.slow
@pytest.mark.finding("speed.slower", reading="ratio")
def test_slower(judge):
    judge(mean_over_seeds([0.98, 0.99, 1.00, 1.01, 1.02], "ratio"))
"""


def missing(pytester: pytest.Pytester) -> tuple[str, ...]:
    """Return what the last session says is missing."""
    return read_session(pytester.path / "reports" / "claims.json").missing


@pytest.fixture
def two_findings(pytester: pytest.Pytester, make_claims: MakeClaims) -> pytest.Pytester:
    """Write a report with two findings in three readings, of which two have a claim, each in a file of its own."""
    make_claims(GOOD, report=REPORT + ANOTHER)
    (pytester.path / "claims" / "test_slower.py").write_text(OTHER_CLAIM, encoding="utf-8")
    pytester.makeini("[pytest]\nmarkers = slow\n")
    return pytester


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_finding_without_a_test_is_missing(pytester: pytest.Pytester, make_claims: MakeClaims, workers: str) -> None:
    """All its readings are."""
    make_claims(GOOD, report=REPORT + ANOTHER)
    result = pytester.runpytest_subprocess("claims", "-n", workers)
    assert_missing(pytester, result, "No claim judges: 2 readings: speed.slower (ratio), speed.slower (draw).")


@pytest.mark.parametrize("where", ["claims", ".", "claims/../claims", "claims/test_speed.py claims"])
def test_a_reading_without_a_claim_is_missing(two_findings: pytest.Pytester, where: str) -> None:
    """However the whole report is named."""
    result = two_findings.runpytest_subprocess(*where.split())
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert missing(two_findings) == ("No claim judges: 1 reading: speed.slower (draw).",)


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize("selection", [["-k", "slower"], ["-m", "slow"], ["-m", "not slow"]])
def test_deselected_claims_still_have_their_reading(
    two_findings: pytest.Pytester, selection: list[str], workers: str
) -> None:
    """A selection hides no reading that has no claim at all, and makes none of it that has one."""
    result = two_findings.runpytest_subprocess("claims", "-n", workers, *selection)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert missing(two_findings) == ("No claim judges: 1 reading: speed.slower (draw).",)


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize(
    "part",
    [
        ["claims/test_speed.py"],
        ["claims/test_speed.py::test_good"],
        ["claims/test_speed.py", "claims/test_slower.py"],
        ["claims", "--ignore=claims/test_slower.py"],
        ["claims", "--ignore-glob=*slower.py"],
    ],
)
def test_a_part_of_a_report_misses_nothing_of_the_rest(
    two_findings: pytest.Pytester, part: list[str], workers: str
) -> None:
    """Whoever names files or tests, or leaves files out, asks for nothing else."""
    result = two_findings.runpytest_subprocess("-n", workers, *part)
    assert result.ret == pytest.ExitCode.OK
    assert missing(two_findings) == ()


def test_of_two_reports_each_is_whole_by_itself(two_findings: pytest.Pytester) -> None:
    """One named by a file misses nothing, and the other is looked at in full."""
    second = two_findings.mkdir("second")
    for file in ("report.toml", "protocol.toml", "train.py"):
        (second / file).write_bytes((two_findings.path / "claims" / file).read_bytes())
    (second / "test_second.py").write_text(OTHER_CLAIM, encoding="utf-8")
    two_findings.runpytest_subprocess("claims/test_speed.py", "second")
    assert missing(two_findings) == ("No claim judges: 2 readings: speed.faster (ratio), speed.slower (draw).",)
    two_findings.runpytest_subprocess("claims", "second/test_second.py")
    assert missing(two_findings) == ("No claim judges: 1 reading: speed.slower (draw).",)


def test_what_a_broken_module_would_judge_is_not_missing_twice(two_findings: pytest.Pytester) -> None:
    """The module is named; what stands in it cannot be known."""
    (two_findings.path / "claims" / "test_slower.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    two_findings.runpytest_subprocess("claims", "--continue-on-collection-errors")
    assert missing(two_findings) == ("Could not be collected: 1 test module: claims/test_slower.py.",)


def test_only_what_failed_last_time_is_a_selection(two_findings: pytest.Pytester) -> None:
    """With `--lf`, pytest leaves out whole files."""
    broken = OTHER_CLAIM.replace("0.98", "9.8").replace("1.02", "9.9")
    (two_findings.path / "claims" / "test_slower.py").write_text(broken, encoding="utf-8")
    two_findings.runpytest_subprocess("claims")
    two_findings.runpytest_subprocess("claims", "--lf")
    assert missing(two_findings) == ()
