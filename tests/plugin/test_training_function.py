"""A report with a training function of its own, driven through pytest."""

from collections.abc import Callable

import pytest

from harness.sessions.session_file import read_session
from tests.builders.functions import FUNCTION_PROTOCOL, TRAIN

MakeClaims = Callable[..., None]
ACCURACY = """
@finding
@pytest.mark.parametrize("rate", [0.5, 0.9])
def test_accuracy(evidence, judge, rate):
    judge(mean_over_seeds(evidence(rate=rate).test_accuracy / rate, "accuracy"))
"""


@pytest.fixture
def make_function(pytester: pytest.Pytester, make_claims: MakeClaims) -> Callable[[str], None]:
    """Write the report, with a training function."""

    def make(train: str) -> None:
        make_claims(ACCURACY, protocol=FUNCTION_PROTOCOL)
        (pytester.path / "claims" / "train.py").write_text(train, encoding="utf-8")

    return make


@pytest.mark.parametrize("workers", ["0", "2"])
def test_it_is_judged_as_any_trainer(
    pytester: pytest.Pytester, make_function: Callable[[str], None], workers: str
) -> None:
    """Trained in worker processes, kept, shown; then nothing is trained again until its source changes."""
    make_function(TRAIN)
    result = pytester.runpytest_subprocess("claims", "-n", workers)
    result.assert_outcomes(passed=2)
    session = read_session(pytester.path / "reports" / "claims.json")
    assert session.trained == 40
    assert {claim.verdict.trainers for claim in session.claims} == {("train:run",)}
    header, first, *_ = (pytester.path / "reports" / "runs.csv").read_text(encoding="utf-8").splitlines()
    assert header.startswith("report,cell,config,trainer,epochs,rate,split,training,diverged,final_test_loss,")
    assert first.split(",")[3:6] == ["train:run", "3", "0.5"]

    pytester.runpytest_subprocess("claims", "-n", workers).stdout.no_fnmatch_line("*was trained again*")
    assert read_session(pytester.path / "reports" / "claims.json").trained == 0

    (pytester.path / "claims" / "train.py").write_text(TRAIN + "\n# edited\n", encoding="utf-8")
    again = pytester.runpytest_subprocess("claims", "-n", workers)
    assert read_session(pytester.path / "reports" / "claims.json").trained == 40
    again.stdout.fnmatch_lines(
        ["Planned trainings: *train:run was trained again: train.py changed since its stored runs were made."]
    )


EDITS = """
    if seed.training == 3:
        with open(__file__, "a") as file:
            file.write("# edited" + chr(10))
        END
"""


@pytest.mark.parametrize("workers", ["0", "1"])
@pytest.mark.parametrize(("end", "passed"), [("pass", 2), ("__import__('os')._exit(1)", 0)])
def test_an_edit_while_a_session_runs_never_gets_into_its_numbers(
    pytester: pytest.Pytester, make_function: Callable[[str], None], workers: str, end: str, passed: int
) -> None:
    """A process that trains goes on with what it began with; one that starts after the edit refuses, in a sentence."""
    make_function(TRAIN.replace("\n    noise", EDITS.replace("END", end) + "    noise"))
    result = pytester.runpytest_subprocess("claims", "-n", workers)
    result.assert_outcomes(passed=passed, failed=2 - passed)
    assert result.ret == (0 if passed else 1)
    if not passed:
        refused = "train.py at process * is other source than this session began with, as after an edit; run again: *"
        result.stdout.fnmatch_lines([f"training failed: seed *: {refused}"])
    again = pytester.runpytest_subprocess("claims", "-n", workers)
    again.stdout.fnmatch_lines(["*train:run was trained again: train.py changed since its stored runs were made."])


def test_a_worker_that_starts_after_an_edit_looks_for_the_runs_of_the_others(
    pytester: pytest.Pytester, make_claims: MakeClaims
) -> None:
    """As one does that takes the place of one that died; nothing is trained twice."""
    dies = """
def test_dies():
    with open(os.path.dirname(__file__) + "/train.py", "a") as file:
        file.write("# edited")
    os._exit(1)
"""
    make_claims(dies + ACCURACY, protocol=FUNCTION_PROTOCOL)
    (pytester.path / "claims" / "train.py").write_text(TRAIN, encoding="utf-8")
    result = pytester.runpytest_subprocess("claims", "-n", "1")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.no_fnmatch_line("*was trained again*")
    assert len(list(pytester.path.glob(".claims-store/runs/*/*.npz"))) == 40


def test_a_run_that_fails_is_shown_and_the_other_claims_are_judged(
    pytester: pytest.Pytester, make_function: Callable[[str], None]
) -> None:
    """With its traceback and nothing else; it is tried once, what is trained is kept, and the session is not green."""
    failing = TRAIN.replace(
        "    noise",
        "    print(file=open('tries', 'a'))\n    if config.rate > 0.5 and seed.training == 3:\n"
        "        raise ValueError('too hot')\n    noise",
    )
    make_function(failing.replace("'tries'", repr(str(pytester.path / "tries"))))
    result = pytester.runpytest_subprocess("claims", "-n", "0")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "training failed: seed Seed(split=3, training=3), train:run(epochs=3, rate=0.9): ValueError: too hot",
            "Traceback (most recent call last):",
            '  File "*train.py", line *, in run',
            "    raise ValueError('too hot')",
            "ValueError: too hot",
            "Ended in an error, without a verdict: 1 claim: *",
        ]
    )
    result.stdout.no_fnmatch_line("*harness/execution*")
    assert len((pytester.path / "tries").read_text()) == 40 + 2  # the first seed of each cell is trained twice
    assert read_session(pytester.path / "reports" / "claims.json").trained == 39


def test_what_is_not_seeded_is_said_with_each_verdict(
    pytester: pytest.Pytester, make_function: Callable[[str], None]
) -> None:
    """Also in later sessions, from the store."""
    make_function(TRAIN.replace("seed.rng().normal(scale", "np.random.normal(scale"))
    for _ in range(2):
        pytester.runpytest_subprocess("claims", "-n", "0").assert_outcomes(passed=2)
        for claim in read_session(pytester.path / "reports" / "claims.json").claims:
            assert "seed numpy.random in it, for example by seed.everything()" in claim.verdict.note
