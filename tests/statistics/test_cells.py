"""The proportion of cells in which a statement is true for a seed."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from harness.base.arrays import Floats
from harness.statistics.cells import proportion_of_cells
from harness.verdicts.band import Band, Outcome
from harness.verdicts.error_rate import ERROR_RATE, MOST_LOOKS, settled_at
from harness.verdicts.look import Look, at_look, over_looks

MOST = Band(0.5, 1.0, "more than half of the cells")
TRUE = (1.0, 1.0)
SIMULATIONS = 200
Truths = Callable[[np.random.Generator, int], Floats]
"""From a generator and a number of seeds to what is true in each cell, 1, or not, 0: (cells, seeds)."""


def test_each_seed_gives_one_number() -> None:
    """The proportion of its cells that are inside, ends included; what diverged is outside."""
    estimate = proportion_of_cells([[0.1, 0.9, np.nan], [0.2, 0.8, 0.3], [0.35, 0.7, np.inf]], (0.1, 0.3), "x")
    np.testing.assert_allclose(estimate.sample, [2 / 3, 0, 1 / 3])
    assert estimate.value == pytest.approx(1 / 3)
    assert (estimate.kind, estimate.sample_label, estimate.seeds) == ("cells", "proportion of 3 cells", 3)
    assert estimate.note == "of 3 cells, by x"


def test_only_what_counts_is_counted() -> None:
    """Of the cells that count in a seed; where none does, the statement is true in none."""
    cells = [[0.2, 0.9, 0.2, 0.2], [0.9, 0.9, 0.9, 0.2], [0.2, 0.2, np.nan, 0.9]]
    counted = [[True, False, True, False], [False, True, True, False], [True, True, True, False]]
    estimate = proportion_of_cells(cells, (0.1, 0.3), "x", counted)
    np.testing.assert_allclose(estimate.sample, [1, 1 / 2, 1 / 3, 0])
    assert estimate.note == "of those of the 3 cells that count, 1.75 in a seed, by x"
    everything = proportion_of_cells(cells, (0.1, 0.3), "x", np.ones((3, 4)))
    np.testing.assert_array_equal(everything.sample, proportion_of_cells(cells, (0.1, 0.3), "x").sample)
    with pytest.raises(ValueError, match=r"has shape \(3, 4\) \(cells, seeds\) as the samples, not \(2, 4\)"):
        proportion_of_cells(cells, (0.1, 0.3), "x", counted[:2])


def test_cells_are_over_the_same_seeds() -> None:
    """Others cannot be counted seed by seed."""
    with pytest.raises(ValueError, match=r"over the same seeds, not over \[2, 3\]"):
        proportion_of_cells([[0, 1], [0, 1, 1]], TRUE, "x")
    with pytest.raises(ValueError, match="over the same seeds"):
        proportion_of_cells([], TRUE, "x")


@given(arrays(float, st.tuples(st.integers(1, 6), st.integers(2, 40)), elements=st.sampled_from([0.0, 1.0])))
def test_the_interval_holds_the_estimate_and_grows_with_the_confidence(truths: Floats) -> None:
    """It lies in 0 to 1, and that of the opposite statement is its mirror image."""
    estimate = proportion_of_cells(list(truths), TRUE, "x")
    opposite = proportion_of_cells(list(1 - truths), TRUE, "x")
    low, high = estimate.interval(0.9)
    lower, higher = estimate.interval(0.99)
    assert 0 <= lower <= low <= estimate.value <= high <= higher <= 1
    np.testing.assert_allclose(opposite.interval(0.9), (1 - high, 1 - low), atol=1e-5)


def test_one_bet_is_the_formula_itself() -> None:
    """At the limit, the average of the products over all bets is one over the tail."""
    tail = 0.05
    truths = [[1, 0, 1, 1, 1, 1], [1, 1, 1, 0, 1, 1], [1, 1, 1, 1, 1, 1], [1, 0, 1, 1, 1, 1]]
    estimate = proportion_of_cells(truths, TRUE, "x")
    np.testing.assert_allclose(estimate.sample, [1, 0.5, 1, 0.75, 1, 1])
    low, _ = estimate.interval(1 - 2 * tail)
    bets = (np.arange(16) + 0.5) / 16
    wealth = np.prod(1 + bets[:, None] * (estimate.sample - low) / low, axis=1).mean()
    assert wealth == pytest.approx(1 / tail, rel=1e-3)


@pytest.mark.parametrize("cells", [9, 18, 36])
def test_a_finding_on_most_cells_is_supported(cells: int) -> None:
    """Two thirds of its cells at 0.95 and the rest at 0.5, after at most six looks and at Holm's strictest level."""
    probabilities = np.where(np.arange(cells) < 2 * cells / 3, 0.95, 0.5)
    outcomes = _outcomes(lambda random, seeds: (random.random((cells, seeds)) < probabilities[:, None]) * 1.0)
    assert outcomes.count("supported") >= 0.95 * SIMULATIONS


@pytest.mark.parametrize("together", [False, True])
def test_a_finding_at_the_edge_of_its_band_is_rarely_decided(together: bool) -> None:
    """Each cell true in half of the seeds: a verdict either way is wrong, however cells depend on each other."""

    def truths(random: np.random.Generator, seeds: int) -> Floats:
        drawn = random.random((1 if together else 9, seeds)) < 0.5
        return np.broadcast_to(drawn, (9, seeds)).astype(float)

    outcomes = _outcomes(truths, settled_at=ERROR_RATE)
    assert max(outcomes.count("supported"), outcomes.count("refuted")) <= 0.05 * SIMULATIONS


def _outcomes(truths: Truths, settled_at: float = settled_at(36, 1)) -> list[Outcome]:
    """Return what looks over more and more seeds come to, in many simulations."""
    found: list[Outcome] = []
    for number in range(SIMULATIONS):
        sample = truths(np.random.default_rng(number), 20 * 2 ** (MOST_LOOKS - 1))
        looks: list[Look] = []
        while len(looks) < MOST_LOOKS and not (looks and _p_value(looks) <= settled_at):
            seen = list(sample[:, : 20 * 2 ** len(looks)])
            looks.append(at_look(proportion_of_cells(seen, TRUE, "x"), MOST, len(looks) + 1, MOST_LOOKS))
        found.append(over_looks(looks).outcome if _p_value(looks) <= settled_at else "inconclusive")
    return found


def _p_value(looks: list[Look]) -> float:
    decision = over_looks(looks)
    return min(decision.p_supported, decision.p_refuted)
