import math

import pytest

from harness.statistics.estimators import mean_over_seeds, proportion_of_seeds
from harness.verdicts.band import Band, Outcome, decide, p_values
from harness.verdicts.error_rate import ERROR_RATE, error_rate_at
from harness.verdicts.look import Look, at_look, over_looks, power_of_look
from harness.verdicts.power import power

BAND = Band(0.9, 1.1, "a tenth")
SEEDS = 20


def sample_at(mean: float, deviation: float = 0.1) -> list[float]:
    """Return numbers with this mean, half of them as far above it as the others below."""
    return [mean - deviation, mean + deviation] * (SEEDS // 2)


@pytest.mark.parametrize("planned", [1, 2, 3, 6])
@pytest.mark.parametrize("mean", [1.0, 1.04, 1.08, 1.3])
def test_the_interval_of_a_look_decides(mean: float, planned: int) -> None:
    """At the confidence that its part of the error rate leaves; p-values are in units of that part."""
    estimate = mean_over_seeds(sample_at(mean), "x")
    for number in range(1, planned + 1):
        look = at_look(estimate, BAND, number, planned)
        rate = error_rate_at(number, planned)
        assert look.confidence == 1 - 2 * rate
        assert (look.low, look.high) == estimate.interval(1 - 2 * rate)
        assert look.outcome == decide((look.low, look.high), BAND)
        expected = [min(1.0, p * ERROR_RATE / rate) for p in p_values(estimate, BAND)]
        assert [look.p_supported, look.p_refuted] == pytest.approx(expected)
        assert (look.p_supported <= ERROR_RATE) == (look.outcome == "supported")
        assert (look.p_refuted <= ERROR_RATE) == (look.outcome == "refuted")
        assert look.seeds == SEEDS


def look_at(p_supported: float, p_refuted: float, seeds: int = 20) -> Look:
    """Return a look with these p-values."""
    outcome: Outcome = "inconclusive"
    if min(p_supported, p_refuted) <= ERROR_RATE:
        outcome = "supported" if p_supported < p_refuted else "refuted"
    return Look(seeds, outcome, 0.0, 1.0, 0.99, p_supported, p_refuted)


@pytest.mark.parametrize(
    ("looks", "outcome", "p_values_of_all"),
    [
        ([(0.5, 0.9)], "inconclusive", (0.5, 0.9)),
        ([(0.5, 0.9), (0.04, 1.0)], "supported", (0.04, 0.9)),
        ([(0.04, 1.0), (0.2, 1.0)], "supported", (0.04, 1.0)),
        ([(0.04, 1.0), (1.0, 0.001)], "refuted", (0.04, 0.001)),
        ([(1.0, 0.001), (0.04, 1.0)], "refuted", (0.04, 0.001)),
        ([(0.06, 1.0), (0.06, 1.0)], "inconclusive", (0.06, 1.0)),
    ],
)
def test_all_looks_count(looks: list[tuple[float, float]], outcome: str, p_values_of_all: tuple[float, float]) -> None:
    """What one decides is decided; of two that contradict each other, the stronger evidence counts."""
    decision = over_looks([look_at(*p, seeds=20 * 2**number) for number, p in enumerate(looks)])
    assert (decision.outcome, decision.p_supported, decision.p_refuted) == (outcome, *p_values_of_all)


def test_a_note_says_where_an_earlier_look_decided() -> None:
    """With its seeds, and what the last look alone would be; nothing where the last says the same."""
    decided = over_looks([look_at(0.04, 1.0, 20), look_at(0.03, 1.0, 40), look_at(0.2, 1.0, 80)])
    assert decided.note == "supported at the look at 40 seeds; the last look alone would be inconclusive"
    assert over_looks([look_at(0.2, 1.0, 20), look_at(0.03, 1.0, 40)]).note == ""


def test_what_diverged_is_inconclusive() -> None:
    """At any look."""
    look = at_look(mean_over_seeds([1.0, math.nan], "x"), BAND, 1, 3)
    assert (look.outcome, look.p_supported, look.p_refuted) == ("inconclusive", 1.0, 1.0)


def test_the_power_is_that_of_the_look_in_question() -> None:
    """Over its seeds and at its error rate, whichever look gave the estimate."""
    estimate = proportion_of_seeds([1.0] * 60 + [0.0] * 20, (1.0, 1.0), "x")
    band = Band(0.5, 1.0, "most")
    at_the_last = power_of_look(estimate, band, 80, 6, 6)
    assert at_the_last == power(estimate, band, 80, 1 - 2 * error_rate_at(6, 6))
    assert at_the_last != power_of_look(estimate, band, SEEDS, 1, 6)
    assert at_the_last != power_of_look(estimate, band, 80, 1, 6)
