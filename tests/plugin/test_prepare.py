"""What a session says of its trainings, driven through pytest itself."""

from collections.abc import Callable

import pytest

from harness.sessions.session_file import read_session

MakeClaims = Callable[..., None]

# Inconclusive at 20 and at 40 seeds, and at 80 the looks end. The two share a cell; the third decides at once.
TO_THE_LAST_LOOK = """
def numbers(runs):
    return [0.5, 1.5] * (len(runs.seeds) // 2)

@finding
@pytest.mark.parametrize("case", ["one", "two"])
def test_open(evidence, judge, case):
    judge(mean_over_seeds(numbers(evidence(activation="relu")), "ratio"))

@finding
def test_decided(evidence, judge):
    evidence(activation="tanh")
    judge(mean_over_seeds(SUPPORTED, "ratio"))
"""
# What asks for a fixture of its own is trained when its turn comes.
UNFORESEEN = """
@pytest.fixture
def runs(evidence):
    return evidence(activation="relu")

@finding
def test_fixture(runs, judge):
    judge(mean_over_seeds(SUPPORTED, "ratio"))
"""


def counted(pytester: pytest.Pytester) -> tuple[int, int, int]:
    """Return how many trainings the last session needed, found and did."""
    session = read_session(pytester.path / "reports" / "claims.json")
    return session.needed, session.stored, session.trained


@pytest.mark.parametrize("workers", ["0", "2"])
def test_trainings_of_later_looks_are_counted(pytester: pytest.Pytester, make_claims: MakeClaims, workers: str) -> None:
    """A claim that goes on to 80 seeds needs 80 trainings, each counted once however many claims rest on it."""
    make_claims(TO_THE_LAST_LOOK)
    first = pytester.runpytest_subprocess("claims", "-n", workers, "--claims-looks", "3")
    first.stdout.fnmatch_lines(["Planned trainings: 100, of which 100 done now and 0 before.*"])
    assert counted(pytester) == (100, 0, 100)
    second = pytester.runpytest_subprocess("claims", "-n", workers, "--claims-looks", "3")
    second.stdout.fnmatch_lines(["Planned trainings: 100, of which 0 done now and 100 before.*"])
    assert counted(pytester) == (100, 100, 0)


def test_trainings_that_nobody_could_foresee_are_counted(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """Those of a claim that asks for a fixture of its own."""
    make_claims(UNFORESEEN)
    pytester.runpytest_subprocess("claims", "-n", "0")
    assert counted(pytester) == (20, 0, 20)


def test_a_training_of_a_later_look_that_fails_is_missing(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """It was planned and not done, like one before the first claim; of the earlier look nothing is shown."""
    make_claims(TO_THE_LAST_LOOK)
    pytester.makeconftest(
        "import harness.execution.engine\nfrom harness.base.errors import HarnessError\n\n"
        "train = harness.execution.engine.train\n\n"
        "def fail(config, seeds):\n    if seeds[0].training >= 20:\n"
        "        raise HarnessError('training failed: made up')\n    return train(config, seeds)\n\n"
        "harness.execution.engine.train = fail\n"
    )
    pytester.runpytest_subprocess("claims", "-n", "0")
    session = read_session(pytester.path / "reports" / "claims.json")
    assert session.missing == (
        "Ended in an error, without a verdict: 2 claims: claims/test_speed.py::test_open[one], "
        "claims/test_speed.py::test_open[two].",
        "Planned but not done: 20 trainings.",
    )
    assert [claim.test for claim in session.claims] == ["claims/test_speed.py::test_decided"]
