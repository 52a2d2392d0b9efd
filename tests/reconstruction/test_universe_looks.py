"""Over how many seeds a claim is judged in a universe."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.execution.engine import Wanted
from harness.judging.claim import Claim
from harness.judging.evidence import Evidence
from harness.reconstruction.multiverse import Multiverse
from harness.reconstruction.universe_looks import LEAST_WEIGHT, MOST_TRAININGS, ClaimInUniverse, looks_paid_for
from harness.reconstruction.universe_verdicts import UniverseVerdict
from harness.reconstruction.universes import Universe
from harness.report.grid import Grid
from harness.report.reading import Reading
from harness.statistics.estimators import mean_over_seeds
from harness.storage.store import Store
from harness.training.runs import Runs
from harness.training.seeds import Seed
from harness.training.trainers import trainer_named
from harness.verdicts.band import Band, Outcome
from harness.verdicts.error_rate import ERROR_RATE, error_rate_at
from harness.verdicts.look import at_look
from harness.verdicts.verdict import Role
from tests.builders.reconstructions import finding_of

ANSWERS = {"scaling": "standard", "learning_rate": 0.03, "epochs": 6, "splits": "many"}
AT_THE_MEAN = 0.0  # a band that begins there is open for ever


class BlankRuns:
    """Stands in for a store: runs in which nothing was learnt, at once."""

    grows = True
    planned_seeds = None

    def __init__(self, name: str = "", asked: list[tuple[str, int]] | None = None) -> None:
        self._name = name
        self._asked = [] if asked is None else asked

    def runs(self, wanted: Wanted, count: int) -> Runs:
        """Note who was asked for how many, and return them."""
        self._asked.append((self._name, count))
        return trainer_named(wanted[0].trainer).blank(wanted[0], [Seed(number, number) for number in range(count)])


class Drawn:
    """A claim on standard normal numbers, one a seed, which notes over how many seeds it is asked."""

    def __init__(self, low: float, cells: int = 1, role: Role = "primary") -> None:
        self.low = low
        self.cells = cells
        self.role = role
        self.seeds: list[int] = []
        self.settled_at = ERROR_RATE

    def claim(self) -> Claim:
        """Return the claim."""

        def test(evidence: Evidence, judge: Callable[..., None]) -> None:
            for number in range(self.cells):
                runs = evidence(activation="relu", optimizer="sgd", learning_rate=0.01 * (number + 1))
            self.seeds.append(len(runs.seeds))
            noise = np.array([np.random.default_rng([1, seed.training]).normal() for seed in runs.seeds])
            judge(mean_over_seeds(noise - noise.mean(), "noise"))

        finding, _ = finding_of("curves.loss", {})
        reading = Reading("mean", "mean", Band(self.low, np.inf, "so"), None, role=self.role)
        return Claim("test_curves.py::test_loss", test, {}, finding, reading)

    def judged(self, grid: Grid, weight: float = 0.2) -> UniverseVerdict:
        """Return what it says in a universe of this weight."""
        universe = Universe("universe 1", {"classification": ANSWERS}, {"classification": weight})
        source = BlankRuns()
        told = ClaimInUniverse(
            self.claim(), universe, grid.answering(universe.answers), 20, self.settled_at, source, source
        ).judged()
        return UniverseVerdict.from_plain(told["answer"])


@pytest.mark.parametrize(
    ("low", "seeds", "outcome"),
    [
        (-3.0, [20], "supported"),
        (3.0, [20], "refuted"),
        (-0.4, [20, 80], "supported"),
        (0.4, [20, 80], "refuted"),
        (-0.15, [20, 80, 320], "supported"),
        (AT_THE_MEAN, [20, 80, 320], "inconclusive"),
    ],
)
def test_more_seeds_are_taken_until_the_claim_is_decided(
    grid: Grid, low: float, seeds: list[int], outcome: Outcome
) -> None:
    """What is clear over few needs no more; what is open for ever ends after the last look."""
    drawn = Drawn(low)
    answer = drawn.judged(grid)
    assert (drawn.seeds, answer.outcome) == (seeds, outcome)


@pytest.mark.parametrize(("settled_at", "seeds"), [(ERROR_RATE, [20, 80]), (ERROR_RATE / 6, [20, 80, 320])])
def test_a_claim_goes_on_until_its_reading_is_decided(grid: Grid, settled_at: float, seeds: list[int]) -> None:
    """One of six claims needs more evidence than one alone, since the rule for all of them multiplies its p-value."""
    drawn = Drawn(-0.3)
    drawn.settled_at = settled_at
    drawn.judged(grid)
    assert drawn.seeds == seeds


@pytest.mark.parametrize(
    ("role", "weight", "seeds"),
    [
        ("primary", LEAST_WEIGHT, [20, 80, 320]),
        ("primary", LEAST_WEIGHT * 0.99, [20]),
        ("primary", float("nan"), [20]),
        ("alternative", 0.2, [20]),
        ("detail", 0.2, [20]),
    ],
)
def test_only_what_can_change_a_headline_gets_more_seeds(
    grid: Grid, role: Role, weight: float, seeds: list[int]
) -> None:
    """That is the primary reading, in a universe that weighs enough to be printed."""
    drawn = Drawn(AT_THE_MEAN, role=role)
    drawn.judged(grid, weight)
    assert drawn.seeds == seeds


@pytest.mark.parametrize(("cells", "seeds"), [(2, [20, 80, 320]), (3, [20, 80]), (8, [20, 80]), (9, [20])])
def test_what_costs_too_much_gets_no_more(grid: Grid, cells: int, seeds: list[int]) -> None:
    """Each further look takes so many seeds of every cell."""
    drawn = Drawn(AT_THE_MEAN, cells)
    drawn.judged(grid)
    assert drawn.seeds == seeds


@given(st.integers(1, 200), st.integers(2, 100))
def test_no_further_look_takes_more_trainings_than_are_paid_for(cells: int, seeds: int) -> None:
    """And one more would."""
    looks = looks_paid_for(cells, seeds)
    prices = [cells * seeds * 3, cells * seeds * 12]
    assert all(price <= MOST_TRAININGS for price in prices[: looks - 1])
    assert all(price > MOST_TRAININGS for price in prices[looks - 1 : looks])


def test_the_error_rate_is_split_over_the_planned_looks(grid: Grid) -> None:
    """Also where the first decides; a single look spends everything, as before."""
    clear, single = Drawn(-3.0), Drawn(-3.0, role="detail")
    answers = [drawn.judged(grid) for drawn in (clear, single)]
    rates = [error_rate_at(1, 3), ERROR_RATE]
    noise = np.array([np.random.default_rng([1, number]).normal() for number in range(20)])
    estimate = mean_over_seeds(noise - noise.mean(), "noise")
    for answer, rate in zip(answers, rates, strict=True):
        assert (answer.low, answer.high) == pytest.approx(estimate.interval(1 - 2 * rate))
    assert answers[0].p_supported == at_look(estimate, Band(-3.0, np.inf, "so"), 1, 3).p_supported


def test_a_claim_that_is_wrong_is_seldom_supported() -> None:
    """Over all three looks together the error rate holds: the band begins a little above the truth."""
    generator = np.random.default_rng(0)
    band, wrong, repeats = Band(0.0, np.inf, "so"), 0, 1_000
    for _ in range(repeats):
        draws = generator.normal(size=320) - 1e-9
        looks = [at_look(mean_over_seeds(draws[:count], "x"), band, place + 1, 3) for place, count in enumerate(SEEDS)]
        wrong += any(look.outcome == "supported" for look in looks)
    assert wrong / repeats <= ERROR_RATE + 3 * (ERROR_RATE / repeats) ** 0.5


SEEDS = (20, 80, 320)


def test_further_looks_have_a_source_of_their_own(grid: Grid) -> None:
    """So that a session can say what is trained for them; the first look's runs were planned with all others."""
    asked: list[tuple[str, int]] = []

    universe = Universe("universe 1", {"classification": ANSWERS}, {"classification": 0.2})
    claim = Drawn(AT_THE_MEAN).claim()
    ClaimInUniverse(
        claim,
        universe,
        grid.answering(universe.answers),
        20,
        ERROR_RATE,
        BlankRuns("first", asked),
        BlankRuns("further", asked),
    ).judged()
    assert asked == [("first", 20), ("further", 80), ("further", 320)]


def test_answers_are_kept_apart_by_whether_a_universe_weighs_enough(grid: Grid, store: Store) -> None:
    """A universe that comes to weigh something is judged again, over more seeds."""
    drawn = Drawn(AT_THE_MEAN)
    light = Universe("universe 1", {"classification": ANSWERS}, {"classification": 0.0})
    heavy = replace(light, weights={"classification": 0.2})
    for universe, seeds in ((light, [20]), (light, []), (heavy, [20, 80, 320]), (heavy, [])):
        drawn.seeds.clear()
        Multiverse(grid, [universe], "sources").verdicts(drawn.claim(), 20, store)
        assert drawn.seeds == seeds
