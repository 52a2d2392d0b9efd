from types import SimpleNamespace

import pytest

from harness.errors import Inconclusive, Refuted
from harness.findings import Finding, Reading
from harness.judge import Judge
from harness.statistics import mean_over_seeds
from harness.verdict import Band

READING = Reading("ratio", "mean of the ratio", Band(0.9, 1.1, "a tenth"), margin=None)
FINDING = Finding("speed.faster", "Speed", "A is faster.", "held out", {}, {"ratio": READING}, ())


@pytest.fixture
def judge() -> Judge:
    """Make a judge whose claim asked for one cell and timed another."""
    evidence = SimpleNamespace(used={}, timed=["torch-relu (default)"])
    return Judge(FINDING, READING, evidence, rerun="pytest x")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sample", "exception"),
    [([1.99, 2.0, 2.01], Refuted), ([0.5, 1.0, 1.6], Inconclusive), ([1.0, float("nan")], Inconclusive)],
)
def test_what_is_not_supported_is_raised(judge: Judge, sample: list[float], exception: type[Exception]) -> None:
    """The exception is that of the verdict, its text the verdict's; the verdict is kept for the report."""
    with pytest.raises(exception) as caught:
        judge(mean_over_seeds(sample, "ratio"))
    assert judge.verdict is not None
    assert str(caught.value) == str(judge.verdict)
    assert judge.verdict.outcome == exception.__name__.lower()


def test_a_supported_verdict_says_what_it_rests_on(judge: Judge) -> None:
    """Finding, reading, band, seeds and what was timed are in the verdict, and there is a figure."""
    judge(mean_over_seeds([0.99, 1.0, 1.01], "ratio"))
    assert judge.verdict is not None
    assert (judge.verdict.finding, judge.verdict.reading, judge.verdict.seeds) == ("speed.faster", "ratio", 3)
    assert judge.verdict.cells == ("torch-relu (default)",)
    assert judge.figure().lstrip().startswith("<?xml")


def test_a_claim_without_a_verdict_has_no_figure(judge: Judge) -> None:
    """Asking for the figure before judging is a mistake of the caller."""
    with pytest.raises(RuntimeError, match="once it was judged"):
        judge.figure()
