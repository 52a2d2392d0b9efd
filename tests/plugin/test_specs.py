from collections.abc import Callable

import pytest

from harness.sessions.session_file import read_session
from tests.builders.reports import PROTOCOL
from tests.builders.trainers import TRAINER

MakeClaims = Callable[..., None]

CONFTEST = 'def pytest_claims_trainers():\n    return {"coin": "coins:COIN"}\n'
CONFIG = """
trainer = "coin"

[axes]
bias = ["0.9", "0.98"]

[config]
tosses = 40
"""
CLAIM = """
@finding
def test_heads(evidence, judge):
    runs = evidence(bias="0.98")
    judge(mean_over_seeds(runs.final_heads, "heads"))
"""


TAILS = """
@finding
def test_tails(evidence, judge):
    judge(mean_over_seeds(evidence(bias="0.9").tails, "tails"))
"""


@pytest.fixture
def coins(pytester: pytest.Pytester) -> None:
    """Bring a trainer that tosses coins."""
    pytester.makepyfile(coins=TRAINER)
    pytester.makeconftest(CONFTEST)
    pytester.syspathinsert()


@pytest.mark.usefixtures("coins")
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_trainer_of_somebody_else_is_judged_as_any(
    pytester: pytest.Pytester, make_claims: MakeClaims, workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its runs are made in worker processes, stored, shown in figures and tables; then nothing is made again."""
    monkeypatch.setenv("PYTHONPATH", str(pytester.path), prepend=":")
    make_claims(CLAIM, protocol=CONFIG)
    result = pytester.runpytest_subprocess("claims", "-n", workers)
    assert result.ret == pytest.ExitCode.OK, result.stdout.str()
    session = read_session(pytester.path / "reports" / "claims.json")
    (claim,) = session.claims
    assert (claim.verdict.outcome, claim.verdict.trainers, session.trained) == ("supported", ("coin",), 20)
    assert session.environment.packages["numpy"]
    header, first, *_ = (pytester.path / "reports" / "runs.csv").read_text(encoding="utf-8").splitlines()
    assert header == "report,cell,config,trainer,bias,tosses,split,training,diverged,final_heads,last"
    assert first.split(",")[4:9] == ["0.98", "40", "0", "0", "False"]
    assert "<svg" in (pytester.path / "reports" / claim.figure).read_text(encoding="utf-8")
    pytester.runpytest_subprocess("claims", "-n", workers)
    assert read_session(pytester.path / "reports" / "claims.json").trained == 0


@pytest.mark.usefixtures("coins")
def test_what_a_trainer_cannot_train_is_said(
    pytester: pytest.Pytester, make_claims: MakeClaims, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its own words, config and seeds; and a metric that it does not give with those that it does."""
    monkeypatch.setenv("PYTHONPATH", str(pytester.path), prepend=":")
    make_claims(CLAIM.replace("0.98", "1.5") + TAILS, protocol=CONFIG.replace("0.98", "1.5"))
    result = pytester.runpytest_subprocess("claims", "-n", "0")
    result.stdout.fnmatch_lines_random(
        [
            "*training failed: seed Seed(split=0, training=0), coin(bias=1.5, tosses=40): no coin has a bias*",
            "*runs of coin have no metric 'tails'; there are: heads, last; of a curve final_... is the last step*",
        ]
    )


@pytest.mark.parametrize(
    ("conftest", "sentence"),
    [
        ('{"torch": "coins:COIN"}', "*trainer 'torch' is harness.*:TORCH already; give coins:COIN another name*"),
        (
            '{"coin": "coins:NOTHING"}',
            "*key 'trainer': trainer is 'coin', which is a int and no trainer; *",
        ),
        ('{"coin": "nothing:COIN"}', "*key 'trainer': trainer is 'coin', which cannot be imported (No module named*"),
        ("{}", "*key 'trainer': trainer is 'coin'; give one of: keras, torch; or module:attribute*"),
    ],
)
@pytest.mark.usefixtures("coins")
def test_a_trainer_that_is_none_ends_the_session_with_one_sentence(
    pytester: pytest.Pytester, make_claims: MakeClaims, conftest: str, sentence: str
) -> None:
    """Before anything is trained."""
    make_claims(CLAIM, protocol=CONFIG)
    pytester.makeconftest(f"def pytest_claims_trainers():\n    return {conftest}\n")
    result = pytester.runpytest_subprocess("claims", "-p", "no:xdist")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([sentence])
    assert "Traceback" not in result.stderr.str()


def test_a_project_without_the_hook_pays_nothing(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """Reports that name built-in trainers go on as before."""
    make_claims("\n@finding\ndef test_one(judge):\n    judge(mean_over_seeds(SUPPORTED, 'r'))\n", protocol=PROTOCOL)
    assert pytester.runpytest_subprocess("claims").ret == pytest.ExitCode.OK
