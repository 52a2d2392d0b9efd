import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.judging.claim import Claim
from harness.reconstruction.facts import Fact
from harness.reconstruction.likelihood import Reporting
from harness.reconstruction.posterior import Posterior, drawn, effective_number, normalized
from harness.reconstruction.scored import Scored
from harness.reconstruction.search import Search
from harness.report.protocol_file import read_grid
from harness.storage.store import Store
from tests.builders.reconstructions import PROTOCOL, finding_of, judge_fall

TOLD = PROTOCOL.replace(
    'alternatives = ["min-max"], origin', 'alternatives = ["min-max"], prior = [0.8, 0.2], origin'
).replace('alternatives = ["one"], origin', 'alternatives = ["one"], prior = [0.25, 0.75], origin')


@pytest.fixture
def search(tmp_path: Path) -> Search:
    """Return a search that has tried nothing, with priors for scaling and splits."""
    file = tmp_path / "protocol.toml"
    file.write_text(TOLD, encoding="utf-8")
    finding, reading = finding_of("curves.fall", {})
    fact = Fact("curves.fall", (Claim("test", judge_fall, {}, finding, reading),), ())
    store = Store(tmp_path / "store", {})
    return Search(read_grid(file), "classification", [fact], store, lambda blocks: None, lambda line: None)


def score(
    search: Search,
    candidate: tuple[int, ...],
    on_many: float,
    on_one: float,
    complete: bool = True,
    tempering: float = 1.0,
) -> None:
    """Give a candidate its likelihoods with many splits and with one."""
    likelihoods = {Reporting("many", 1): math.log(on_many), Reporting("one", 1): math.log(on_one)}
    search.scored[candidate] = Scored(
        search.candidates.answers(candidate),
        search.candidates.log_prior(candidate),
        likelihoods,
        search.reportings,
        1,
        complete,
        tempering,
    )


def test_a_posterior_is_prior_times_likelihood(search: Search) -> None:
    """Of a candidate, of an answer, and of how the report made its numbers; also if priors were equal."""
    score(search, (0, 0, 0), on_many=0.1, on_one=0.2)
    score(search, (1, 0, 0), on_many=0.4, on_one=0.4)
    score(search, (1, 1, 1), on_many=0.9, on_one=0.9, complete=False)  # of which only a bound is known
    posterior = Posterior(search)
    first, second = 0.8 * (0.25 * 0.1 + 0.75 * 0.2), 0.2 * 0.4
    assert posterior.by_candidate() == {
        (0, 0, 0): pytest.approx(first / (first + second)),
        (1, 0, 0): pytest.approx(second / (first + second)),
    }
    assert list(posterior.by_candidate()) == [(0, 0, 0), (1, 0, 0)]  # the most plausible first
    told = {(one.choice, one.answer): one for one in posterior.answers}
    scaled, shared = told["scaling", "min-max"], told["splits", "one"]
    assert (scaled.prior, shared.prior) == (0.2, 0.75)
    assert scaled.posterior == pytest.approx(second / (first + second))
    assert scaled.with_equal_priors == pytest.approx(0.8 / 1.1)
    assert shared.posterior == pytest.approx((0.8 * 0.75 * 0.2 + 0.75 * second) / (first + second))
    assert told["epochs", "12"].posterior == 0


def test_a_tempered_likelihood_counts_with_its_power(search: Search) -> None:
    """The prior as it is."""
    score(search, (0, 0, 0), 0.04, 0.04, tempering=0.5)
    score(search, (1, 0, 0), 0.36, 0.36, tempering=0.5)
    first, second = 0.8 * 0.2, 0.2 * 0.6
    posterior = Posterior(search)
    assert posterior.by_candidate()[0, 0, 0] == pytest.approx(first / (first + second))
    told = {(one.choice, one.answer): one for one in posterior.answers}
    assert told["scaling", "min-max"].with_equal_priors == pytest.approx(0.6 / 0.8)


def test_how_much_of_it_was_explored(search: Search) -> None:
    """The probability of candidates whose neighbours were tried."""
    score(search, (0, 0, 0), 0.3, 0.3)
    score(search, (0, 1, 0), 0.1, 0.1)
    assert Posterior(search).expanded == 0
    search.expanded.add((0, 0, 0))
    assert Posterior(search).expanded == pytest.approx(0.75)


# Drawing


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40).filter(any), st.integers(1, 12), st.integers(0, 5))
def test_as_many_as_asked_for_are_drawn_and_none_twice(raw: list[float], count: int, seed: int) -> None:
    """Weights add up to 1; what is heavier than the limit keeps its own; nothing impossible is drawn."""
    weights = np.array(raw) / sum(raw)
    found = drawn(list(weights), count, np.random.default_rng(seed))
    assert len(found) == min(count, int((weights > 0).sum()))
    assert sum(found.values()) == pytest.approx(1)
    assert all(weights[place] > 0 for place in found)
    for place, weight in found.items():
        assert weight >= weights[place] - 1e-9


def test_sums_over_what_is_drawn_are_right_on_average() -> None:
    """Each place has its own weight in the mean over many draws."""
    weights = np.array([0.4, 0.2, 0.1, 0.1, 0.05, 0.05, 0.04, 0.03, 0.02, 0.01])
    generator = np.random.default_rng(3)
    total = Counter[int]()
    for _ in range(4000):
        for place, weight in drawn(list(weights), 4, generator).items():
            total[place] += weight / 4000
    assert [total[place] for place in range(10)] == pytest.approx(weights, abs=0.01)


def test_what_is_heavy_is_always_drawn() -> None:
    """So that chance does not decide whether the best protocol is among the universes."""
    for seed in range(20):
        found = drawn([0.5, *([0.5 / 100] * 100)], 10, np.random.default_rng(seed))
        assert found[0] == pytest.approx(0.5)
        assert len(found) == 10


def test_the_effective_number() -> None:
    """Equal weights count as many as they are, and a single heavy one as one."""
    assert effective_number([0.1] * 10) == pytest.approx(10)
    assert effective_number([1.0, 0.0]) == 1
    assert effective_number([3.0, 1.0]) == pytest.approx(1.6)
    assert normalized(np.array([-1000.0, -1000.0])) == pytest.approx([0.5, 0.5])
