import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.base.errors import Inconclusive, Refuted
from harness.statistics.estimators import exactly, mean_over_seeds
from harness.verdicts.band import Band, Outcome
from harness.verdicts.error_rate import ERROR_RATE
from harness.verdicts.verdict import Placebo, Verdict
from tests.builders.verdicts import verdict_on, verdict_with

INF, NAN = math.inf, math.nan


# The text that a reader of a failed claim sees

REFUTED = """\
optimizers.adam-rmsprop-level (loss): refuted
  finding   Adam and RMSprop end almost identical in loss and accuracy.
  estimand  test loss of Adam minus test loss of RMSprop, mean over paired seeds
  estimate  0.03123 [0.0251, 0.0374] (mean over seeds, t interval widened for skewness, confidence 90 %)
  band      -0.02 to 0.02: two units of the last decimal are almost identical
  seeds     20, each with a split and a training of its own
  power     0.88 at the last look, if it is true
  cells     torch-adam, torch-rmsprop
  evidence  independent
  rerun     pytest claims -k loss"""

INCONCLUSIVE = """\
optimizers.adam-rmsprop-level (loss): inconclusive
  finding   Adam and RMSprop end almost identical in loss and accuracy.
  estimand  test loss of Adam minus test loss of RMSprop, mean over paired seeds
  estimate  nan [-inf, inf] (mean over seeds, t interval widened for skewness, confidence 90 %)
            3 of 20 seeds diverged: there is no mean to speak of
  band      -0.02 to 0.02: two units of the last decimal are almost identical
  seeds     20, each with a split and a training of its own
  cells     torch-adam, torch-rmsprop
  evidence  independent
  rerun     pytest claims -k loss"""

SUPPORTED = """\
optimizers.sgd-fails (accuracy): supported
  finding   SGD fails in both frameworks: high loss, low accuracy.
  estimand  proportion of seeds in which Adam is ahead by the margin
  estimate  0.95 [0.7839, 0.9974] (proportion of seeds, exact binomial interval, confidence 96.7 %)
            19 of 20 seeds
  band      at least 0.75: whoever repeats the comparison once should see it with odds of three to one
  seeds     20, each with a split and a training of its own
  power     1.00 at the last look, if it is true
  cells     keras-adam
  evidence  fitted
  rerun     pytest claims -k sgd"""


def test_text_of_a_refutation() -> None:
    """Finding, estimand, estimate with interval, band with reason, seeds, cells, evidence, next command."""
    assert str(verdict_with("refuted")) == REFUTED


def test_text_of_an_inconclusive_verdict() -> None:
    """A note stands below the estimate that it is about."""
    undecided = verdict_with(
        "inconclusive",
        value=NAN,
        low=-INF,
        high=INF,
        power=NAN,
        note="3 of 20 seeds diverged: there is no mean to speak of",
    )
    assert str(undecided) == INCONCLUSIVE


def test_text_of_a_supported_verdict() -> None:
    """The report shows a supported finding with the same lines."""
    supported = verdict_with(
        "supported",
        finding="optimizers.sgd-fails",
        statement="SGD fails in both frameworks: high loss, low accuracy.",
        reading="accuracy",
        basis="fitted",
        estimand="proportion of seeds in which Adam is ahead by the margin",
        value=0.95,
        low=0.78389,
        high=0.99744,
        confidence=1 - 2 * ERROR_RATE / 3,
        power=0.999,
        method="proportion of seeds, exact binomial interval",
        note="19 of 20 seeds",
        band=Band(0.75, INF, "whoever repeats the comparison once should see it with odds of three to one"),
        cells=("keras-adam",),
        rerun="pytest claims -k sgd",
    )
    assert str(supported) == SUPPORTED


def test_an_exact_verdict_has_no_interval_and_no_confidence() -> None:
    """Nothing is sampled, so that there is no error to speak of."""
    exact = verdict_on(exactly(0.5, "ratio"))
    assert (exact.exact, exact.interval, exact.how) == (True, "0.5", "exact: nothing is sampled")
    assert "  estimate  0.5 (exact: nothing is sampled)\n" in str(exact)
    sampled = verdict_on(mean_over_seeds([0.5, 0.6], "ratio"), 0.98)
    assert not sampled.exact
    assert sampled.how.endswith(", confidence 98 %")


def test_text_of_several_looks() -> None:
    """All looks are told, in their order, and the seeds of the verdict are those of the last."""
    assert "  seeds     20, then 40, each with a split and" in str(verdict_with(looks=(20, 40), splits=40))
    assert "  power     0.88 at the last look, if" in str(verdict_with(looks=(20, 40)))
    assert verdict_with(looks=(20, 40)).seeds == 40


@pytest.mark.parametrize(
    ("splits", "text"),
    [(1, "20, over 1 split of the data"), (5, "20, over 5 splits of the data"), (0, "20 repeats, since time was")],
)
def test_text_of_seeds_that_proportion_splits(splits: int, text: str) -> None:
    """Over what a verdict generalizes is said as it is."""
    assert f"\n  seeds     {text}" in str(verdict_with(splits=splits))


def test_text_of_a_claim_without_trainings() -> None:
    """What asked for no runs does not boast of seeds."""
    text = str(verdict_with(cells=(), looks=(1,), power=NAN))
    assert "\n  seeds     none: no training is needed\n  cells     none\n" in text


# What a claim raises


@pytest.mark.parametrize(("outcome", "kind"), [("refuted", Refuted), ("inconclusive", Inconclusive)])
def test_what_fails_a_claim(outcome: Outcome, kind: type[AssertionError]) -> None:
    """Either verdict is an AssertionError of its own kind, whose text is the verdict's."""
    raised = verdict_with(outcome).exception()
    assert type(raised) is kind
    assert isinstance(raised, AssertionError)
    assert str(raised) == str(verdict_with(outcome))


def test_the_two_failures_are_not_taken_for_each_other() -> None:
    """An expected refutation that turns inconclusive is noticed: neither exception is the other's kind."""
    assert not issubclass(Refuted, Inconclusive)
    assert not issubclass(Inconclusive, Refuted)


def test_a_supported_finding_raises_nothing() -> None:
    """Supported gives no exception."""
    assert verdict_with("supported").exception() is None


# Between processes and into files


@pytest.mark.parametrize("numbers", [(0.1, -2.5, 3.0), (NAN, -INF, INF), (INF, 2.5, INF), (-INF, -INF, -3.0)])
def test_round_trip(numbers: tuple[float, float, float]) -> None:
    """A verdict that went through strict JSON is the same verdict, also where its numbers are not finite."""
    value, low, high = numbers
    placebo = Placebo("network net1", "inconclusive", value, low, high)
    sent = verdict_with("inconclusive", value=value, low=low, high=high, looks=(20, 40), needs="most", placebo=placebo)
    received = Verdict.from_plain(json.loads(json.dumps(sent.to_plain(), allow_nan=False)))
    assert repr(received) == repr(sent)  # NaN differs from itself, its text does not
    assert received.cells == ("torch-adam", "torch-rmsprop")
    assert received.looks == (20, 40)
    assert received.seeds == 40


@given(st.lists(st.floats(), min_size=3, max_size=3))
def test_no_number_is_lost(numbers: list[float]) -> None:
    """Every float, and every text that a float may have become, comes back as that float."""
    sent = verdict_with(value=numbers[0], low=numbers[1], high=numbers[2])
    received = Verdict.from_plain(json.loads(json.dumps(sent.to_plain(), allow_nan=False)))
    assert repr((received.value, received.low, received.high)) == repr(tuple(numbers))


@pytest.mark.parametrize("number", [0.25, INF, NAN])
def test_numpy_numbers_become_plain(number: float) -> None:
    """Only built-in types leave: pytest-xdist's transfer fails on a NumPy float."""
    fields = ("value", "low", "high", "confidence", "p_supported", "p_refuted", "power")
    plain = verdict_with(**dict.fromkeys(fields, np.float64(number))).to_plain()
    assert {type(value) for value in plain.values()} <= {str, int, float, list, dict, type(None)}
    assert type(plain["low"]) is (float if math.isfinite(number) else str)


def test_what_is_not_finite_is_text() -> None:
    """Strict JSON has no NaN and no infinity: the twin without the conversion is refused."""
    undecided = verdict_with(value=NAN, low=-INF, high=INF)
    assert [undecided.to_plain()[name] for name in ("value", "low", "high")] == ["nan", "-inf", "inf"]
    with pytest.raises(ValueError, match="JSON compliant"):
        json.dumps(undecided.value, allow_nan=False)
