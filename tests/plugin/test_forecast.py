from collections.abc import Callable

import pytest

from harness.verdicts.reach import in_reach
from tests.builders.logs import LOGS, WIDE

MakeClaims = Callable[..., None]
CLAIM = """
@finding
def test_supported(judge):
    judge(mean_over_seeds(SUPPORTED, "ratio"))
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_few_seeds_can_decide_is_said_before_they_are_trained(
    pytester: pytest.Pytester, make_claims: MakeClaims, workers: str
) -> None:
    """Once, of as many findings as the register has."""
    make_claims(CLAIM)
    result = pytester.runpytest_subprocess("claims", "-n", workers, "--claims-seeds", "5", "--claims-looks", "2")
    said = [line for line in result.outlines if line.startswith("claims: ")]
    assert said == [f"claims: {sentence}" for sentence in in_reach(5, 2, 1)]
    assert result.outlines.index(said[-1]) < next(n for n, line in enumerate(result.outlines) if "1 passed" in line)


@pytest.mark.parametrize("options", [(), ("--claims-seeds", "20", "--claims-looks", "1")])
def test_of_as_many_as_ever_nothing_is_said(
    pytester: pytest.Pytester, make_claims: MakeClaims, options: tuple[str, ...]
) -> None:
    """Nor of fewer looks."""
    make_claims(CLAIM)
    result = pytester.runpytest_subprocess("claims", "-n", "0", *options)
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("claims: *seeds tell*")


def test_of_runs_that_are_logged_nothing_is_said(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """There are as many as there are, whatever was asked for."""
    make_claims(CLAIM, protocol=LOGS)
    (pytester.path / "claims" / "runs.csv").write_text(WIDE, encoding="utf-8")
    result = pytester.runpytest_subprocess("claims", "-n", "0", "--claims-seeds", "5")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("claims: *seeds tell*")
