import math

import pytest

from harness.statistics.estimators import mean_over_seeds, proportion_of_seeds
from harness.verdicts.look import at_look, power_of_first_look
from harness.verdicts.power import power
from harness.verdicts.verdict import EDGE, ERROR_RATE, OUTCOMES, Band, Outcome, decide, error_rate_at, p_values

BAND = Band(0.9, 1.1, "a tenth")
SEEDS = 20


def sample_at(mean: float, deviation: float = 0.1) -> list[float]:
    """Return numbers with this mean, half of them as far above it as the others below."""
    return [mean - deviation, mean + deviation] * (SEEDS // 2)


@pytest.mark.parametrize("planned", [1, 2, 3, 5])
@pytest.mark.parametrize("mean", [1.0, 1.04, 1.08, 1.3])
def test_the_interval_of_a_look_decides(mean: float, planned: int) -> None:
    """At the confidence that its part of the error rate leaves; p-values are in units of that part."""
    estimate = mean_over_seeds(sample_at(mean), "x")
    for number in range(1, planned + 1):
        look = at_look(estimate, BAND, number, planned, "supported")
        rate = error_rate_at(number, planned)
        assert look.confidence == 1 - 2 * rate
        assert (look.low, look.high) == estimate.interval(1 - 2 * rate)
        assert look.outcome == decide((look.low, look.high), BAND)
        expected = [min(1.0, p * ERROR_RATE / rate) for p in p_values(estimate, BAND)]
        assert [look.p_supported, look.p_refuted] == pytest.approx(expected)
        assert look.note == ""


@pytest.mark.parametrize("recorded", OUTCOMES)
def test_only_a_record_of_inconclusive_holds_back(recorded: Outcome) -> None:
    """A claim that is supported with p just below the error rate stays inconclusive where that is recorded."""
    mean = next(1 + step / 1000 for step in range(100) if _p_supported(1 + step / 1000) > EDGE * ERROR_RATE)
    look = at_look(mean_over_seeds(sample_at(mean), "x"), BAND, 1, 1, recorded)
    assert _p_supported(mean) < ERROR_RATE
    assert look.outcome == ("inconclusive" if recorded == "inconclusive" else "supported")
    assert look.note.startswith("supported only just") == (recorded == "inconclusive")


def test_clear_evidence_decides_whatever_is_recorded() -> None:
    """In both directions."""
    for mean, outcome in ((1.0, "supported"), (1.5, "refuted")):
        assert at_look(mean_over_seeds(sample_at(mean), "x"), BAND, 1, 1, "inconclusive").outcome == outcome


def test_what_diverged_is_inconclusive() -> None:
    """At any look."""
    look = at_look(mean_over_seeds([1.0, math.nan], "x"), BAND, 1, 3, "supported")
    assert (look.outcome, look.p_supported, look.p_refuted) == ("inconclusive", 1.0, 1.0)


@pytest.mark.parametrize("planned", [1, 3])
def test_the_power_is_that_of_the_first_look(planned: int) -> None:
    """Over its seeds and at its error rate, whichever look gave the estimate."""
    estimate = proportion_of_seeds([1.0] * 60 + [0.0] * 20, (1.0, 1.0), "x")
    band = Band(0.5, 1.0, "most")
    expected = power(estimate, band, SEEDS, 1 - 2 * error_rate_at(1, planned))
    assert power_of_first_look(estimate, band, SEEDS, planned) == expected
    assert expected != power(estimate, band, 80, 1 - 2 * error_rate_at(1, planned))
    if planned > 1:
        assert expected != power(estimate, band, SEEDS, 1 - 2 * error_rate_at(planned, planned))


def _p_supported(mean: float) -> float:
    return p_values(mean_over_seeds(sample_at(mean), "x"), BAND)[0]
