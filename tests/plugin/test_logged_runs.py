"""A report on runs that were logged, driven through pytest."""

from collections.abc import Callable

import pytest

from harness.sessions.session_file import read_session
from tests.builders.logs import LOGS

MakeClaims = Callable[..., None]
CLAIM = """
from harness import difference_of_means

@finding
def test_ratio(evidence, judge):
    first, second = (evidence(optimizer=name).accuracy for name in ("adam", "sgd"))
    judge(difference_of_means(first, second, "accuracy"))
"""


def rows(counts: dict[str, int]) -> str:
    """Return a file in which adam is better by 1."""
    lines = [
        f"{name},{seed},{(name == 'adam') + 0.001 * seed},0.5"
        for name, count in counts.items()
        for seed in range(count)
    ]
    return "optimizer,seed,accuracy,loss\n" + "\n".join(lines) + "\n"


@pytest.mark.parametrize("workers", ["0", "2"])
def test_logged_runs_are_judged_at_one_look(pytester: pytest.Pytester, make_claims: MakeClaims, workers: str) -> None:
    """With the whole error rate: there are no further looks to pay for. Nothing is trained or stored."""
    make_claims(CLAIM, protocol=LOGS)
    (pytester.path / "claims" / "runs.csv").write_text(rows({"adam": 10, "sgd": 25}), encoding="utf-8")
    result = pytester.runpytest_subprocess("claims", "-n", workers)
    result.assert_outcomes(passed=1)
    session = read_session(pytester.path / "reports" / "claims.json")
    (claim,) = session.claims
    assert (claim.verdict.outcome, claim.verdict.trainers, session.trained) == ("supported", ("logged",), 0)
    assert claim.verdict.confidence == pytest.approx(0.9)
    assert claim.verdict.looks == (10,)
    assert not (pytester.path / ".claims-store" / "runs").exists()
    table = (pytester.path / "reports" / "runs.csv").read_text(encoding="utf-8").splitlines()
    assert len(table) == 1 + 35
    assert table[0].startswith("report,cell,config,trainer,optimizer,split,training,diverged,accuracy,loss")


def test_fewer_runs_than_planned_decide_nothing(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """Whatever they say; how many of how many is said."""
    make_claims(CLAIM, protocol=LOGS.replace("[axes]", "planned_seeds = 20\n\n[axes]"))
    (pytester.path / "claims" / "runs.csv").write_text(rows({"adam": 20, "sgd": 19}), encoding="utf-8")
    result = pytester.runpytest_subprocess("claims", "-n", "0")
    result.assert_outcomes(failed=1)
    (claim,) = read_session(pytester.path / "reports" / "claims.json").claims
    assert claim.verdict.outcome == "inconclusive"
    assert claim.verdict.note == (
        "not decided, since fewer runs were made than the 20 that were planned; 20 and 19 runs; "
        "20 of 20 planned runs used; 19 of 20 planned runs used: 1 absent"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "*runs.csv: empty; its first line names the columns"),
        ("optimizer,seed,loss\nadam,0,1\n", "runs.csv: no column 'accuracy'; there are: optimizer, seed, loss"),
        (rows({"adam": 2, "sgd": 1}), "runs.csv: of logged(optimizer=sgd), 1 of 1 logged runs used; two are the least"),
    ],
)
def test_logs_that_cannot_be_used_are_one_sentence(
    pytester: pytest.Pytester, make_claims: MakeClaims, text: str, sentence: str
) -> None:
    """Without a traceback; the session is not green."""
    make_claims(CLAIM, protocol=LOGS)
    (pytester.path / "claims" / "runs.csv").write_text(text, encoding="utf-8")
    result = pytester.runpytest_subprocess("claims", "-n", "0")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([sentence])
    assert "Traceback" not in result.stdout.str()
