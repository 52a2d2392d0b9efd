import functools
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.base.arrays import Floats
from harness.base.errors import HarnessError
from harness.execution.engine import Block, missing_blocks, open_store, runs_of, train
from harness.judging.claim import Claim
from harness.judging.plan import wanted_of
from harness.reconstruction import search
from harness.reconstruction.candidates import Candidate
from harness.reconstruction.facts import facts_of
from harness.reconstruction.likelihood import Reporting
from harness.reconstruction.scoring import SEEDS
from harness.reconstruction.search import HOPELESS, Search
from harness.report.grid import Grid
from harness.report.protocol_file import read_grid
from harness.report.register import Basis
from harness.statistics.draws import plausible_proportion_draw
from harness.statistics.estimate import Reported
from harness.statistics.estimators import mean_over_seeds
from harness.storage.store import Store
from harness.training.config import TrainingConfig
from harness.training.dense.frameworks import batched_training
from tests.builders.reconstructions import (
    CELLS,
    OUTSIDE,
    PROTOCOL,
    TWO_TASKS,
    MadeUp,
    every_candidate,
    finding_of,
    judge_fall,
    judge_loss,
    printed,
    trainings_of,
)
from tests.builders.trainers import Training

Judged = Callable[..., None]


@pytest.fixture
def grid(tmp_path: Path) -> Grid:
    """Read a grid with 18 reconstructions, of which each has 4 cells."""
    (tmp_path / "protocol.toml").write_text(PROTOCOL, encoding="utf-8")
    return read_grid(tmp_path / "protocol.toml")


def judge_accuracy(evidence, judge, reported, cell):
    """Judge an accuracy of the report."""
    runs = evidence(**cell)
    judge(
        plausible_proportion_draw(reported["accuracy"], runs.final_test_accuracy, runs.test_rows.shape[1], "accuracy")
    )


def report_of(hidden: Grid, train: Training, number: int = 0, judged_by: Sequence[Judged] = ()) -> list[Claim]:
    """Return the claims of a report that was made of one training of each cell of a grid that it does not tell."""
    claims = []
    for cell in CELLS:
        name = "-".join(cell.values())
        runs = trainings_of(hidden.cell(cell).config, train)
        loss, accuracy = runs.final_test_loss[number], runs.final_test_accuracy[number]
        numbers = {"loss": printed(loss), "accuracy": printed(accuracy)}
        finding, reading = finding_of(f"table.{name}", numbers)
        claims += [
            Claim(f"{function.__name__}[{name}]", function, {"cell": cell}, finding, reading)
            for function in judged_by or (judge_loss,)
        ]
    return claims


class Trainers:
    """Trains blocks into a store, counts them, and is interrupted after so many."""

    def __init__(self, store: Store, interrupted_after: float = math.inf) -> None:
        self._store = store
        self._interrupted_after = interrupted_after
        self.trained = 0

    def __call__(self, blocks: Sequence[Block]) -> None:
        """Train blocks, leaving out those that fail."""
        for block in blocks:
            if self.trained >= self._interrupted_after:
                raise KeyboardInterrupt
            self.trained += 1
            try:
                self._store.save(train(*block))
            except HarnessError:
                continue


def search_for(claims: Sequence[Claim], grid: Grid, store: Store, train: Trainers | None = None) -> Search:
    """Return a search for the reconstruction that a report was made of."""
    facts = facts_of(claims, grid, "classification")
    return Search(grid, "classification", facts, store, train or Trainers(store), lambda line: None)


def grid_of(search: Search, candidate: Candidate) -> Grid:
    """Return the grid of a candidate."""
    return search.grid.answering({"classification": search.candidates.answers(candidate)})


# The synthetic self-test: numbers generated from a hidden config lead back to it


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Keep the trainings of all hidden configs together: they are the candidates of each other."""
    return open_store(tmp_path_factory.mktemp("store"))


@functools.cache
def log_losses(config: TrainingConfig, store: Store) -> Floats:
    """Return the logarithms of the final test losses, shape (seeds,)."""
    return np.log(runs_of(config, SEEDS, store).final_test_loss)


def distance(one: Grid, other: Grid, store: Store) -> float:
    """Return how far apart two reconstructions are: the largest distance of mean log losses, in standard deviations."""
    distances = []
    for cell in CELLS:
        logs = [log_losses(grid.cell(cell).config, store) for grid in (one, other)]
        spread = math.sqrt(np.mean([log.var(ddof=1) for log in logs]))
        distances.append(abs(logs[0].mean() - logs[1].mean()) / spread)
    return max(distances)


@pytest.mark.parametrize("hidden", [(0, 0, 0), (1, 1, 2), (0, 2, 1), (1, 2, 2)])
@pytest.mark.parametrize("judged_by", [[judge_loss], [judge_loss, judge_accuracy]], ids=["losses", "and accuracies"])
def test_numbers_of_a_hidden_config_lead_back_to_it(
    grid: Grid, trained: Store, hidden: Candidate, judged_by: Sequence[Judged]
) -> None:
    """Of twenty reports that a config made, most have it among the best, and none has anything far from it there.

    Distances are in standard deviations of the log loss over seeds, so that five of them is five times what a report
    may be off by chance.
    """
    train = batched_training("torch")
    truth = grid_of(search_for(report_of(grid, train), grid, trained), hidden)
    near_the_best = []
    for number in range(len(OUTSIDE)):
        search = search_for(report_of(truth, train, number, judged_by), grid, trained)
        search.run(budget=18, sample=11)
        # The search goes on from the best as long as that helps; what it left out is tried as well.
        search.try_all([candidate for candidate in every_candidate(search) if candidate not in search.scored])
        (best, first), *_ = search.ranked
        near_the_best.append(search.scored[hidden].log_likelihood >= first.log_likelihood - 3)
        apart = {one: distance(truth, grid_of(search, one), trained) for one in search.scored}
        assert apart[best] < 3.5
        far = [scored.log_likelihood for one, scored in search.scored.items() if apart[one] > 4.5]
        assert len(far) >= 2
        assert max(far) < first.log_likelihood - 3
    assert sum(near_the_best) >= 16


# A search over made-up trainings


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Open an empty store."""
    return open_store(tmp_path / "store")


def report_on_losses(hidden: Grid, made_up: MadeUp) -> list[Claim]:
    """Return claims on the losses of a hidden config, each a fact, and on a behaviour."""
    finding, reading = finding_of("curves.fall", {})
    return [*report_of(hidden, made_up.train), Claim("judge_fall", judge_fall, {"cell": CELLS[0]}, finding, reading)]


def hidden_grids(grid: Grid, count: int) -> list[Grid]:
    """Return some reconstructions, spread over all."""
    options = itertools.product(("standard", "min-max"), (0.03, 0.01, 0.1), (6, 3, 12))
    every = [
        grid.answering({"classification": {"scaling": scaling, "learning_rate": rate, "epochs": epochs}})
        for scaling, rate, epochs in options
    ]
    return every[:: len(every) // count]


def likelihoods(search: Search) -> dict[Candidate, tuple[Mapping[Reporting, float], bool]]:
    """Return all that a search found, to compare."""
    return {candidate: (one.log_likelihoods, one.complete) for candidate, one in search.scored.items()}


def test_pruning_never_drops_the_best(
    grid: Grid, store: Store, made_up: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is dropped lies at least `HOPELESS` behind the best, and what is kept has the likelihood that it has."""
    dropped = 0
    for hidden in hidden_grids(grid, 6):
        claims = report_on_losses(hidden, made_up)
        pruned, exhaustive = (search_for(claims, grid, store) for _ in range(2))
        for one in every_candidate(pruned):
            pruned.try_all([one])
        with monkeypatch.context() as patch:
            patch.setattr(search, "HOPELESS", math.inf)
            exhaustive.try_all(every_candidate(exhaustive))
        assert len(exhaustive.ranked) == 18
        assert pruned.ranked[0][0] == exhaustive.ranked[0][0]
        best = exhaustive.ranked[0][1].log_posterior
        for candidate, scored in exhaustive.scored.items():
            if pruned.scored[candidate].complete:
                assert pruned.scored[candidate].log_likelihood == scored.log_likelihood
            else:
                assert scored.log_likelihood <= pruned.scored[candidate].log_likelihood + 0.1
                assert pruned.scored[candidate].log_posterior < best - HOPELESS
                dropped += 1
    assert dropped > 20


def test_the_order_in_which_candidates_and_facts_are_tried_changes_no_result(
    grid: Grid, store: Store, made_up: MadeUp
) -> None:
    """Whoever comes near the best is found, with the same likelihood, whatever was tried before."""
    generator = np.random.default_rng(5)
    claims = report_on_losses(hidden_grids(grid, 3)[1], made_up)
    facts = facts_of(claims, grid, "classification")
    found = []
    for number in range(6):
        ordered = [facts[place] for place in generator.permutation(len(facts))]
        search = Search(grid, "classification", ordered, store, Trainers(store), lambda line: None)
        candidates = [every_candidate(search)[place] for place in generator.permutation(18)]
        size = (1, 4, 18)[number % 3]
        for start in range(0, 18, size):
            search.try_all(candidates[start : start + size])
        best = search.ranked[0][1].log_likelihood
        near = {one: scored.log_likelihood for one, scored in search.ranked if scored.log_likelihood > best - 8}
        found.append(near)
    # The probability of all facts is an integral over a lattice, which the order of facts turns.
    assert all(near == pytest.approx(found[0], abs=0.1) for near in found)
    assert len(found[0]) > 1


@pytest.mark.parametrize("budget", [1, 2, 7, 18, 40])
def test_no_more_candidates_are_tried_than_allowed(grid: Grid, store: Store, made_up: MadeUp, budget: int) -> None:
    """The default is the first, and a budget beyond all candidates ends as well."""
    search = search_for(report_on_losses(hidden_grids(grid, 3)[1], made_up), grid, store)
    search.run(budget, round(0.6 * budget))
    assert len(search.scored) <= min(budget, 18)
    assert next(iter(search.scored)) == search.candidates.default == (0, 0, 0)
    assert search.scored[search.candidates.default].complete
    assert budget < 18 or len(search.scored) > 9


def test_a_search_comes_near_the_best_of_all_from_few(grid: Grid, store: Store, made_up: MadeUp) -> None:
    """From a sample of 4 of 18 candidates, neighbours lead to what trying all would find, or to what is as likely."""
    found = []
    for hidden in hidden_grids(grid, 9):
        claims = report_on_losses(hidden, made_up)
        few, every = (search_for(claims, grid, store) for _ in range(2))
        few.run(budget=14, sample=4)
        every.try_all(every_candidate(every))
        (candidate, scored), (best, first) = few.ranked[0], every.ranked[0]
        assert scored.log_likelihood > first.log_likelihood - 1
        found.append(candidate == best)
    assert sum(found) >= 7


def test_the_same_search_again_trains_nothing(grid: Grid, store: Store, made_up: MadeUp) -> None:
    """All that it needs is stored, and it comes to the same."""
    claims = report_on_losses(hidden_grids(grid, 3)[1], made_up)
    trainers = Trainers(store), Trainers(open_store(store.folder))
    first, second = (search_for(claims, grid, store, trainer) for trainer in trainers)
    first.run(12, 7)
    second.run(12, 7)
    assert trainers[0].trained > 20
    assert trainers[1].trained == 0
    assert likelihoods(first) == likelihoods(second)


def test_an_interrupted_search_goes_on_to_the_same_end(
    grid: Grid, store: Store, tmp_path: Path, made_up: MadeUp
) -> None:
    """What was trained before an interrupt is not trained again, however many there are, and the end is the same."""
    claims = report_on_losses(hidden_grids(grid, 3)[1], made_up)
    elsewhere = open_store(tmp_path / "elsewhere")
    undisturbed = Trainers(elsewhere)
    expected = search_for(claims, grid, elsewhere, undisturbed)
    expected.run(12, 7)
    for blocks in (0, 1, 5, 17):
        with pytest.raises(KeyboardInterrupt):
            search_for(claims, grid, store, Trainers(store, interrupted_after=blocks)).run(12, 7)
    rest = Trainers(store)
    search = search_for(claims, grid, store, rest)
    search.run(12, 7)
    assert likelihoods(search) == likelihoods(expected)
    assert rest.trained == undisturbed.trained - (0 + 1 + 5 + 17)


def test_a_detail_is_no_fact(grid: Grid, made_up: MadeUp) -> None:
    """It explains a verdict and is no sense of the finding; the finding's other claims are its fact."""
    claims = report_on_losses(grid, made_up)
    first = claims[0]
    detail = replace(first, reading=replace(first.reading, role="detail"))
    assert facts_of([detail], grid, "classification") == []
    (fact,) = [fact for fact in facts_of([detail, *claims], grid, "classification") if first in fact.claims]
    assert detail not in fact.claims


def test_facts_are_computed_for_candidates_within_reach_only(grid: Grid, store: Store, made_up: MadeUp) -> None:
    """A dropped candidate costs no further training, and is not complete."""
    search = search_for(report_on_losses(grid, made_up), grid, store)
    search.try_all([search.candidates.default])
    before = Trainers(store)
    search._train = before
    far = every_candidate(search)[-1]
    search.try_all([far])
    scored = search.scored[far]
    assert not scored.complete
    assert scored.facts < len(search.facts)
    assert before.trained == scored.facts
    assert far not in [candidate for candidate, _ in search.ranked]


def test_a_candidate_of_which_all_facts_are_known_is_complete(grid: Grid, store: Store, made_up: MadeUp) -> None:
    """However far behind: with a single fact none is dropped before its likelihood is known."""
    claims = [claim for claim in report_on_losses(grid, made_up) if claim.parameters["cell"] == CELLS[0]][:1]
    search = search_for(claims, grid, store)
    for one in every_candidate(search):
        search.try_all([one])
    assert len(search.facts) == 1
    assert len(search.ranked) == 18
    assert search.ranked[-1][1].log_likelihood < search.ranked[0][1].log_likelihood - HOPELESS


def test_a_training_that_fails_or_diverges_has_no_likelihood(grid: Grid, store: Store, made_up: MadeUp) -> None:
    """The search goes on with the others."""
    claims = report_on_losses(grid, made_up)
    made_up.fails = lambda config: config.learning_rate == 0.01
    made_up.diverges = lambda config: config.scaling == "min-max"
    search = search_for(claims, grid, store)
    search.try_all([search.candidates.default])
    search.try_all(every_candidate(search)[1:])
    assert search.ranked[0][0] == search.candidates.default
    for candidate, scored in search.scored.items():
        answers = search.candidates.answers(candidate)
        hopeless = answers["learning_rate"] == 0.01 or answers["scaling"] == "min-max"
        assert (scored.log_likelihood == -math.inf) == hopeless


def test_a_search_in_which_nothing_has_a_likelihood_ends(grid: Grid, store: Store, made_up: MadeUp) -> None:
    """No candidate is then better than another, and all are compared to the last."""
    claims = report_on_losses(grid, made_up)
    made_up.diverges = lambda config: True
    search = search_for(claims, grid, store)
    search.run(5, 3)
    assert [scored.log_likelihood for _, scored in search.ranked] == [-math.inf] * 5


# What it knows of candidates


def test_a_tempered_likelihood_weighs_less(grid: Grid, store: Store, made_up: MadeUp) -> None:
    """It counts with the power that protocol.toml gives it, for what is dropped and for the order."""
    claims = report_on_losses(grid, made_up)
    plain = search_for(claims, grid, store)
    tempered = search_for(claims, replace(grid, tempering={"classification": 0.5}), store)
    for one in (plain, tempered):
        one.try_all(every_candidate(one))
    for candidate, scored in tempered.scored.items():
        if scored.complete and plain.scored[candidate].complete:
            assert scored.log_likelihood == plain.scored[candidate].log_likelihood
            assert scored.log_posterior == scored.log_prior + 0.5 * scored.log_likelihood
    assert len(tempered.ranked) >= len(plain.ranked) > 1


def test_a_profile_has_the_best_candidate_with_each_answer(grid: Grid, store: Store, made_up: MadeUp) -> None:
    """Of what was only bounded it says so, and of what was not tried it knows nothing."""
    search = search_for(report_on_losses(grid, made_up), grid, store)
    assert {(one.log_likelihood, one.complete) for one in search.profile} == {(-math.inf, False)}
    search.try_all([search.candidates.default])
    search.try_all(every_candidate(search)[1:])
    profile = {(one.choice, one.answer): one for one in search.profile}
    assert len(profile) == 2 + 3 + 3
    best = search.ranked[0][1].log_likelihood
    assert max(one.log_likelihood for one in profile.values() if one.complete) == best
    for place, (field, choice) in enumerate(search.candidates.choices.items()):
        for option, value in enumerate(choice.answers):
            of_answer = [scored for candidate, scored in search.scored.items() if candidate[place] == option]
            known = [scored.log_likelihood for scored in of_answer if scored.complete]
            one = profile[field, str(value)]
            assert one.complete == bool(known)
            assert one.log_likelihood == max(known or [scored.log_likelihood for scored in of_answer])


# Facts


def both_tasks(evidence, judge):
    """Ask for both tasks."""
    judge(mean_over_seeds(evidence(task="regression").seconds + evidence(task="classification").seconds, ""))


def no_runs(judge):
    """Ask for none."""


def test_facts_are_calibrated_findings_on_one_task(tmp_path: Path) -> None:
    """What is independent, speaks of both tasks or rests on no runs is none; numbers come first, then effort."""
    (tmp_path / "protocol.toml").write_text(TWO_TASKS, encoding="utf-8")
    grid = read_grid(tmp_path / "protocol.toml")

    def claim(finding: str, function: Callable[..., None], basis: Basis = "fitted", **chosen: Any) -> Claim:
        reported = {"loss": Reported(0.5, 0.005)} if finding.startswith("table") else {}
        cell = {"cell": {**CELLS[0], **chosen}}
        return Claim(f"{finding}[{chosen}]", function, cell, *finding_of(finding, reported, basis))

    on_one, on_other = {"task": "classification"}, {"task": "regression"}
    claims = [
        claim("curves.fall", judge_fall, **on_one),
        claim("table.many", judge_loss, **on_one),
        claim("table.many", judge_loss, **on_one, activation="tanh"),
        claim("table.many", judge_loss, **on_other),
        claim("table.few", judge_loss, **on_one),
        claim("table.independent", judge_loss, "independent", **on_one),
        claim("table.both", both_tasks),
        claim("table.none", no_runs),
    ]
    facts = {task: facts_of(claims, grid, task) for task in ("classification", "regression")}
    assert {task: [fact.finding for fact in of_task] for task, of_task in facts.items()} == {
        "classification": ["table.few", "table.many", "curves.fall"],
        "regression": ["table.many"],
    }
    many = facts["classification"][1]
    assert many.claims == (claims[1], claims[2])
    assert len(wanted_of(many.cells, grid)) == 2
    assert facts["regression"][0].claims == (claims[3],)


def test_without_facts_or_alternatives_there_is_nothing_to_search(grid: Grid, store: Store, made_up: MadeUp) -> None:
    """Said at once, in one sentence that names the file and the task."""
    claims = report_on_losses(grid, made_up)
    with pytest.raises(HarnessError) as error:
        search_for([], grid, store)
    begin = f"{grid.file}: nothing to reconstruct for classification: no "
    assert str(error.value) == begin + "fitted finding speaks of it alone"
    choices = grid.reconstruction["classification"]
    settled = {field: replace(choice, alternatives=()) for field, choice in choices.items() if field != "splits"}
    for fixed in (settled, {**settled, "splits": choices["splits"]}):
        nothing_open = replace(grid, reconstruction={"classification": {"splits": replace(choices["splits"]), **fixed}})
        with pytest.raises(HarnessError) as error:
            search_for(claims, nothing_open, store)
        assert str(error.value) == begin + "choice has alternatives"


def test_a_fact_that_is_read_in_two_ways_has_the_mean_likelihood(grid: Grid, store: Store, made_up: MadeUp) -> None:
    """Claims are grouped by reading, and a wrong reading does not make the fact impossible."""
    loss = trainings_of(grid.cell(CELLS[0]).config, made_up.train).final_test_loss[0]
    numbers = {"loss": Reported(float(loss), 0.05)}
    finding, right = finding_of("table.loss", numbers)
    wrong = replace(right, name="of the other cell")
    claims = [
        Claim("right", judge_loss, {"cell": CELLS[0]}, finding, right),
        Claim("wrong", judge_loss, {"cell": {**CELLS[0], "activation": "tanh"}}, finding, wrong),
    ]
    log_likelihoods = []
    for chosen in ([claims[0]], [claims[1]], claims):
        search = search_for(chosen, grid, store)
        search.try_all([search.candidates.default])
        log_likelihoods.append(search.scored[search.candidates.default].log_likelihood)
    one, other, both = np.exp(log_likelihoods)
    assert both == pytest.approx((one + other) / 2)
    assert one != pytest.approx(other)


def test_what_the_facts_want_is_all_that_is_trained(grid: Grid, store: Store, made_up: MadeUp) -> None:
    """After a search nothing is missing of the facts of a complete candidate."""
    search = search_for(report_on_losses(grid, made_up), grid, store)
    search.run(6, 3)
    for candidate, _ in search.ranked:
        wanted = set().union(*(wanted_of(fact.cells, grid_of(search, candidate)) for fact in search.facts))
        assert missing_blocks(wanted, SEEDS, store) == []
