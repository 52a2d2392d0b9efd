"""What came in of a session, driven through pytest itself."""

from collections.abc import Callable

import pytest

from harness.sessions.session_file import read_session
from tests.builders.missing import GOOD, assert_missing

MakeClaims = Callable[..., None]

BROKEN_CALL = "\n@finding\ndef test_bad(judge):\n    judge(1 / 0)\n"
EVERY_WAY = """
@pytest.fixture
def broken_before():
    raise OSError("gone")

@pytest.fixture
def broken_after():
    yield
    raise OSError("gone")

@finding
def test_call(judge):
    judge(1 / 0)

@finding
def test_fixture(broken_before, judge):
    judge(mean_over_seeds(SUPPORTED, "ratio"))

@finding
def test_after_its_verdict(judge):
    judge(mean_over_seeds(SUPPORTED, "ratio"))
    raise OSError("gone")

@finding
@pytest.mark.xfail
def test_xfail(judge):
    judge(1 / 0)

@finding
def test_no_judge():
    pass

@finding
def test_skips(judge):
    pytest.skip("not today")

@finding
@pytest.mark.skip(reason="not today")
def test_skipped(judge):
    judge(mean_over_seeds(SUPPORTED, "ratio"))

@finding
@pytest.mark.parametrize("case", [])
def test_no_cases(judge, case):
    judge(mean_over_seeds(SUPPORTED, "ratio"))

@finding
def test_teardown(broken_after, judge):
    judge(mean_over_seeds(SUPPORTED, "ratio"))
"""
BAD = "claims/test_speed.py::test_bad"


@pytest.mark.parametrize("workers", ["0", "2"])
def test_claims_that_do_not_end_in_a_verdict_are_missing(
    pytester: pytest.Pytester, make_claims: MakeClaims, workers: str
) -> None:
    """Whatever broke or skipped them, and wherever they ran."""
    make_claims(GOOD + EVERY_WAY)
    module = "claims/test_speed.py::test"
    assert_missing(
        pytester,
        pytester.runpytest_subprocess("claims", "-n", workers),
        f"Ended in an error, without a verdict: 5 claims, the first: {module}_after_its_verdict, {module}_call, "
        f"{module}_fixture.",
        f"Skipped, without a verdict: 3 claims: {module}_no_cases[NOTSET], {module}_skipped, {module}_skips.",
        f"Failed after the verdict: 1 claim: {module}_teardown.",
    )


@pytest.mark.parametrize("claim", [BROKEN_CALL, "\n@finding\ndef test_bad():\n    pass\n"], ids=["error", "no judge"])
def test_one_claim_in_error_is_named(pytester: pytest.Pytester, make_claims: MakeClaims, claim: str) -> None:
    """Beside one that is well."""
    make_claims(GOOD + claim)
    sentence = f"Ended in an error, without a verdict: 1 claim: {BAD}."
    assert_missing(pytester, pytester.runpytest_subprocess("claims"), sentence)


def test_a_claim_that_breaks_at_a_later_look_is_missing(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """The verdict of the look before is not its last word."""
    make_claims(
        GOOD
        + "\nlooks = []\n\n@finding\ndef test_bad(judge, evidence):\n    looks.append(evidence(activation='relu'))\n"
        "    judge(mean_over_seeds(INCONCLUSIVE if len(looks) < 3 else 1 / 0, 'ratio'))\n"
    )
    result = pytester.runpytest_subprocess("claims", "-p", "no:xdist", "--claims-seeds", "3")
    assert_missing(pytester, result, f"Ended in an error, without a verdict: 1 claim: {BAD}.")


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize(
    "module", ["import nothing_of_that_name", "import pytest\npytest.importorskip('nothing_such')"]
)
def test_a_test_module_that_cannot_be_collected_is_missing(
    pytester: pytest.Pytester, make_claims: MakeClaims, module: str, workers: str
) -> None:
    """Nobody knows what its claims would have said; what the others say is shown below."""
    make_claims(GOOD)
    (pytester.path / "claims" / "test_other.py").write_text(f"{module}\n", encoding="utf-8")
    result = pytester.runpytest_subprocess("claims", "-n", workers, "--continue-on-collection-errors")
    assert_missing(pytester, result, "Could not be collected: 1 test module: claims/test_other.py.")
    assert len(read_session(pytester.path / "reports" / "claims.json").claims) == 1


def test_where_a_module_stops_the_session_its_other_claims_are_missing(
    pytester: pytest.Pytester, make_claims: MakeClaims
) -> None:
    """Pytest runs nothing then, unless it is told to."""
    make_claims(GOOD)
    (pytester.path / "claims" / "test_other.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    assert pytester.runpytest_subprocess("claims").ret == pytest.ExitCode.INTERRUPTED
    assert read_session(pytester.path / "reports" / "claims.json").missing == (
        "Could not be collected: 1 test module: claims/test_other.py.",
        "Collected but never reported: 1 claim: claims/test_speed.py::test_good.",
    )


def test_a_module_outside_of_all_reports_is_none_of_their_business(
    pytester: pytest.Pytester, make_claims: MakeClaims
) -> None:
    """Tests beside claims may be skipped as ever."""
    make_claims(GOOD)
    pytester.makepyfile(test_other="import pytest\npytest.importorskip('nothing_of_that_name')\n")
    pytester.makepyfile(test_skipped="import pytest\n\n@pytest.mark.skip\ndef test_one():\n    pass\n")
    result = pytester.runpytest_subprocess("claims", "test_other.py", "test_skipped.py")
    result.assert_outcomes(passed=1, skipped=2)
    assert result.ret == pytest.ExitCode.OK
    assert read_session(pytester.path / "reports" / "claims.json").missing == ()


def test_a_claim_that_is_dropped_without_a_word_is_missing(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """A plugin that deselects says so; one that only takes claims away does not get them forgotten."""
    make_claims(GOOD + BROKEN_CALL)
    pytester.makeconftest(
        "def pytest_collection_modifyitems(items):\n    items[:] = [one for one in items if one.name != 'test_bad']\n"
    )
    result = pytester.runpytest_subprocess("claims")
    assert_missing(pytester, result, f"Collected but never reported: 1 claim: {BAD}.")


@pytest.mark.parametrize("selection", [["-k", "good"], ["-m", "not slow"], [f"--deselect={BAD}"]])
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_claim_that_was_deselected_is_not_missing(
    pytester: pytest.Pytester, make_claims: MakeClaims, selection: list[str], workers: str
) -> None:
    """Whoever selects asks for nothing else."""
    make_claims(GOOD + BROKEN_CALL.replace("@finding", "@finding\n@pytest.mark.slow"))
    pytester.makeini("[pytest]\nmarkers = slow\n")
    result = pytester.runpytest_subprocess("claims", "-n", workers, *selection)
    assert result.ret == pytest.ExitCode.OK
    assert read_session(pytester.path / "reports" / "claims.json").missing == ()
