import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Inconclusive, Refuted
from harness.statistics import Estimate
from harness.verdict import OUTCOMES, Band, Outcome, Verdict, decide

INF, NAN = math.inf, math.nan


def estimate(low: float, high: float) -> Estimate:
    """Build an estimate of which only the interval matters."""
    middle = (low + high) / 2
    return Estimate(middle, low, high, "made up", np.array([low, high]), "number")


def verdict(outcome: Outcome = "refuted", **changes: object) -> Verdict:
    """Build a verdict as a claim would, with some fields changed."""
    whole = Verdict(
        outcome=outcome,
        finding="optimizers.adam-rmsprop-level",
        section="Optimizers",
        statement="Adam and RMSprop end almost identical in loss and accuracy.",
        reading="loss",
        basis="held out",
        estimand="test loss of Adam minus test loss of RMSprop, mean over paired seeds",
        value=0.031234,
        low=0.0251,
        high=0.0374,
        method="mean over seeds, 90% t interval",
        note="",
        band="-0.02 to 0.02",
        band_reason="two units of the last decimal are almost identical",
        seeds=20,
        cells=("torch-adam", "torch-rmsprop"),
        rerun="pytest claims -k loss",
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


# The decision


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (-0.5, 0.5, "supported"),
        (-1.0, 1.0, "supported"),  # both ends of the band belong to it
        (0.0, 0.0, "supported"),
        (1.0, 1.0, "supported"),
        (-1.0, math.nextafter(1.0, 2.0), "inconclusive"),
        (math.nextafter(-1.0, -2.0), 1.0, "inconclusive"),
        (0.5, 1.5, "inconclusive"),
        (-1.5, -0.5, "inconclusive"),
        (-2.0, 2.0, "inconclusive"),
        (1.0, 2.0, "inconclusive"),  # touches
        (-2.0, -1.0, "inconclusive"),
        (math.nextafter(1.0, 2.0), 2.0, "refuted"),
        (-2.0, math.nextafter(-1.0, -2.0), "refuted"),
        (2.0, INF, "refuted"),
        (-INF, -2.0, "refuted"),
        (INF, INF, "refuted"),
        (-INF, INF, "inconclusive"),
        (NAN, NAN, "inconclusive"),
        (NAN, 0.0, "inconclusive"),
        (0.0, NAN, "inconclusive"),
    ],
)
def test_the_interval_against_a_bounded_band(low: float, high: float, outcome: str) -> None:
    """Inside is supported, outside refuted, astride inconclusive; an end that is not a number decides nothing."""
    assert decide(estimate(low, high), Band(-1.0, 1.0, "made up")) == outcome


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (0.75, 1.0, "supported"),
        (0.8, INF, "supported"),
        (0.7, 0.8, "inconclusive"),
        (0.1, 0.7, "refuted"),
        (-INF, INF, "inconclusive"),
        (NAN, NAN, "inconclusive"),
    ],
)
def test_a_band_open_at_one_end(low: float, high: float, outcome: str) -> None:
    """A band without an upper end is one-sided, and so is its mirror image."""
    assert decide(estimate(low, high), Band(0.75, INF, "made up")) == outcome
    assert decide(estimate(-high, -low), Band(-INF, -0.75, "made up")) == outcome


numbers = st.floats(-1e6, 1e6)


@given(st.lists(numbers, min_size=2, max_size=2), st.lists(numbers, min_size=2, max_size=2))
def test_exactly_one_outcome(ends: list[float], limits: list[float]) -> None:
    """Each interval has one outcome, and it is that of membership: all of its points, none, or some."""
    low, high = sorted(ends)
    band = Band(*sorted(limits), "made up")
    outcome = decide(estimate(low, high), band)
    assert outcome in OUTCOMES
    ends_inside = [band.low <= end <= band.high for end in (low, high)]
    reaches_band = any(ends_inside) or (low < band.low and high > band.high)
    assert (outcome == "supported") == all(ends_inside)
    assert (outcome == "refuted") == (not reaches_band)


@given(
    st.lists(numbers, min_size=2, max_size=2),
    st.lists(numbers, min_size=2, max_size=2),
    st.floats(1e-3, 1e6),
    st.booleans(),
)
def test_an_interval_shifted_out_of_the_band_is_refuted(
    ends: list[float], limits: list[float], gap: float, above: bool
) -> None:
    """However wide interval and band are: with a gap between them the verdict is never supported, but refuted."""
    low, high = sorted(ends)
    band = Band(*sorted(limits), "made up")
    shift = band.high + gap - low if above else band.low - gap - high
    assert decide(estimate(low + shift, high + shift), band) == "refuted"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(-0.02, 0.02, "-0.02 to 0.02"), (0.75, INF, "at least 0.75"), (-INF, 0.75, "at most 0.75")],
)
def test_the_band_in_words(low: float, high: float, text: str) -> None:
    """A band reads as a range, or as a limit where one end is open."""
    assert str(Band(low, high, "made up")) == text


# The text that a reader of a failed claim sees

REFUTED = """\
optimizers.adam-rmsprop-level (loss): refuted
  finding   Adam and RMSprop end almost identical in loss and accuracy.
  estimand  test loss of Adam minus test loss of RMSprop, mean over paired seeds
  estimate  0.03123 [0.0251, 0.0374] (mean over seeds, 90% t interval)
  band      -0.02 to 0.02: two units of the last decimal are almost identical
  seeds     20, each with a split and a training of its own
  cells     torch-adam, torch-rmsprop
  evidence  held out
  rerun     pytest claims -k loss"""

INCONCLUSIVE = """\
optimizers.adam-rmsprop-level (loss): inconclusive
  finding   Adam and RMSprop end almost identical in loss and accuracy.
  estimand  test loss of Adam minus test loss of RMSprop, mean over paired seeds
  estimate  nan [-inf, inf] (mean over seeds, 90% t interval)
            3 of 20 seeds diverged: there is no mean to speak of
  band      -0.02 to 0.02: two units of the last decimal are almost identical
  seeds     20, each with a split and a training of its own
  cells     torch-adam, torch-rmsprop
  evidence  held out
  rerun     pytest claims -k loss"""

SUPPORTED = """\
optimizers.sgd-fails (accuracy): supported
  finding   SGD fails in both frameworks: high loss, low accuracy.
  estimand  share of seeds in which Adam is ahead by the margin
  estimate  0.95 [0.7839, 0.9974] (share of seeds, exact binomial 90% interval)
            19 of 20 seeds
  band      at least 0.75: whoever repeats the comparison once should see it with odds of three to one
  seeds     20, each with a split and a training of its own
  cells     keras-adam
  evidence  calibrated
  rerun     pytest claims -k sgd"""


def test_text_of_a_refutation() -> None:
    """Finding, estimand, estimate with interval, band with reason, seeds, cells, evidence, next command."""
    assert str(verdict("refuted")) == REFUTED


def test_text_of_an_inconclusive_verdict() -> None:
    """A note stands below the estimate that it is about."""
    undecided = verdict(
        "inconclusive",
        value=NAN,
        low=-INF,
        high=INF,
        note="3 of 20 seeds diverged: there is no mean to speak of",
    )
    assert str(undecided) == INCONCLUSIVE


def test_text_of_a_supported_verdict() -> None:
    """The report shows a supported finding with the same lines."""
    supported = verdict(
        "supported",
        finding="optimizers.sgd-fails",
        statement="SGD fails in both frameworks: high loss, low accuracy.",
        reading="accuracy",
        basis="calibrated",
        estimand="share of seeds in which Adam is ahead by the margin",
        value=0.95,
        low=0.78389,
        high=0.99744,
        method="share of seeds, exact binomial 90% interval",
        note="19 of 20 seeds",
        band=str(Band(0.75, INF, "")),
        band_reason="whoever repeats the comparison once should see it with odds of three to one",
        cells=("keras-adam",),
        rerun="pytest claims -k sgd",
    )
    assert str(supported) == SUPPORTED


# What a claim raises


@pytest.mark.parametrize(("outcome", "kind"), [("refuted", Refuted), ("inconclusive", Inconclusive)])
def test_what_fails_a_claim(outcome: Outcome, kind: type[AssertionError]) -> None:
    """Either verdict is an AssertionError of its own kind, whose text is the verdict's."""
    raised = verdict(outcome).exception()
    assert type(raised) is kind
    assert isinstance(raised, AssertionError)
    assert str(raised) == str(verdict(outcome))


def test_the_two_failures_are_not_taken_for_each_other() -> None:
    """An expected refutation that turns inconclusive is noticed: neither exception is the other's kind."""
    assert not issubclass(Refuted, Inconclusive)
    assert not issubclass(Inconclusive, Refuted)


def test_a_supported_finding_raises_nothing() -> None:
    """Supported gives no exception."""
    assert verdict("supported").exception() is None


# Between processes and into files


@pytest.mark.parametrize("numbers", [(0.1, -2.5, 3.0), (NAN, -INF, INF), (INF, 2.5, INF), (-INF, -INF, -3.0)])
def test_round_trip(numbers: tuple[float, float, float]) -> None:
    """A verdict that went through strict JSON is the same verdict, also where its numbers are not finite."""
    value, low, high = numbers
    sent = verdict("inconclusive", value=value, low=low, high=high)
    received = Verdict.from_plain(json.loads(json.dumps(sent.to_plain(), allow_nan=False)))
    assert repr(received) == repr(sent)  # NaN differs from itself, its text does not
    assert received.cells == ("torch-adam", "torch-rmsprop")


@given(st.lists(st.floats(), min_size=3, max_size=3))
def test_no_number_is_lost(numbers: list[float]) -> None:
    """Every float, and every text that a float may have become, comes back as that float."""
    sent = verdict(value=numbers[0], low=numbers[1], high=numbers[2])
    received = Verdict.from_plain(json.loads(json.dumps(sent.to_plain(), allow_nan=False)))
    assert repr((received.value, received.low, received.high)) == repr(tuple(numbers))


@pytest.mark.parametrize("number", [0.25, INF, NAN])
def test_numpy_numbers_become_plain(number: float) -> None:
    """Only built-in types leave: pytest-xdist's transfer fails on a NumPy float."""
    plain = verdict(value=np.float64(number), low=np.float64(number), high=np.float64(number)).to_plain()
    assert {type(value) for value in plain.values()} <= {str, int, float, list}
    assert type(plain["low"]) is (float if math.isfinite(number) else str)


def test_what_is_not_finite_is_text() -> None:
    """Strict JSON has no NaN and no infinity: the twin without the conversion is refused."""
    undecided = verdict(value=NAN, low=-INF, high=INF)
    assert [undecided.to_plain()[name] for name in ("value", "low", "high")] == ["nan", "-inf", "inf"]
    with pytest.raises(ValueError, match="JSON compliant"):
        json.dumps(undecided.value, allow_nan=False)
