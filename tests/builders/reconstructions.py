"""A report that leaves much open, and what its reconstruction starts from."""

import functools
import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from harness.data import registry, splitting
from harness.data.splitting import Split
from harness.reconstruction.candidates import Candidate
from harness.reconstruction.search import Search
from harness.report.reading import Reading
from harness.report.register import Basis, Finding
from harness.statistics.draws import plausible_draw
from harness.statistics.estimate import Reported
from harness.statistics.estimators import proportion_of_seeds
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed
from harness.verdicts.band import Band
from tests.builders.reports import AXES, protocol_toml
from tests.builders.runs import runs_for
from tests.builders.trainers import Training, train_here_by

PROTOCOL = protocol_toml(
    {**AXES, "optimizer": ["sgd", "adam"]},
    dataset='{ value = "iris", origin = "stated", reason = "said so" }',
    test_size='{ value = 0.3, origin = "assumed", reason = "usual" }',
    scaling='{ value = "standard", alternatives = ["min-max"], origin = "assumed", reason = "usual" }',
    learning_rate='{ value = 0.03, alternatives = [0.01, 0.1], origin = "assumed", reason = "usual" }',
    epochs='{ value = 6, alternatives = [3, 12], origin = "assumed", reason = "quick" }',
    splits='{ value = "many", alternatives = ["one"], origin = "assumed", reason = "usual" }',
)
TWO_TASKS = PROTOCOL.replace('task = ["classification"]', 'task = ["classification", "regression"]').replace(
    'task = "classification"\n', ""
) + PROTOCOL[PROTOCOL.index("[reconstruction") :].replace(
    "[reconstruction.classification]", "[reconstruction.regression]"
).replace('"iris"', '"boston"').replace('"cross_entropy"', '"squared_error"')

CELLS = [{"activation": one, "optimizer": other} for one in ("relu", "tanh") for other in ("sgd", "adam")]
# Outside of every block: each of them makes one report.
OUTSIDE = tuple(Seed(number, number) for number in range(1000, 1020))


@functools.cache
def trainings_of(config: TrainingConfig, train: Training) -> Runs:
    """Return the trainings that reports are made of."""
    dataset = registry.load(config.dataset)
    splits = [splitting.split(dataset, config.test_size, config.scaling, seed.split) for seed in OUTSIDE]
    return train(config, splits, OUTSIDE)


def printed(value: float) -> Reported:
    """Return a number as a report prints it, to two decimals."""
    return Reported(float(f"{value:.2f}"), 0.005)


def finding_of(name: str, reported: dict[str, Reported], basis: Basis = "fitted") -> tuple[Finding, Reading]:
    """Return a finding with one reading."""
    reading = Reading("as printed", "distance", Band(-1.96, 1.96, "one training"), None)
    return Finding(name, "Tables", "So it is.", basis, reported, {reading.name: reading}, ()), reading


def judge_loss(evidence, judge, reported, cell):
    """Judge a loss of the report."""
    judge(plausible_draw(reported["loss"], evidence(**cell).final_test_loss, "loss"))


def judge_fall(evidence, judge, cell):
    """Judge whether the test loss falls from the first epoch to the last."""
    losses = evidence(**cell).test_loss
    judge(proportion_of_seeds(losses[:, -1] / losses[:, 0], (0.0, 0.9), "fall"))


def every_candidate(search: Search) -> list[Candidate]:
    """Return all candidates, the default first."""
    return list(itertools.product(*(range(len(choice.answers)) for choice in search.candidates.choices.values())))


class MadeUp:
    """Stands in for the trainers: losses by a formula of the config; some configs fail, some diverge."""

    def __init__(self) -> None:
        self.fails: Callable[[TrainingConfig], bool] = lambda config: False
        self.diverges: Callable[[TrainingConfig], bool] = lambda config: False

    def train(self, config: TrainingConfig, splits: Sequence[Split], seeds: Sequence[Seed]) -> Runs:
        """Return runs whose losses are drawn around a centre that the config decides."""
        if self.fails(config):
            raise RuntimeError("no memory left")
        scaled, bent = config.scaling == "min-max", config.activation == "tanh"
        center = 0.3 * math.log(config.learning_rate) + 0.04 * config.epochs + 0.25 * scaled + 0.1 * bent
        draws = [np.random.default_rng([seed.training, config.epochs, bent]).normal() for seed in seeds]
        final = np.exp(center + 0.1 * np.array(draws))
        final[:1] = math.nan if self.diverges(config) else final[:1]
        curve = np.linspace(1.2, 1.0, config.epochs) * final[:, None]
        accuracies = {name: np.full(curve.shape, 0.9) for name in ("train_accuracy", "test_accuracy")}
        test_rows = np.stack([split.test_rows for split in splits])
        return runs_for(
            config,
            seeds,
            train_loss=curve,
            test_loss=curve,
            **accuracies,
            rows=test_rows.shape[1],
            test_rows=test_rows,
        )


def replace_trainers(monkeypatch: pytest.MonkeyPatch) -> MadeUp:
    """Replace the trainers of all frameworks, and make each split but once."""
    fake = MadeUp()
    split = splitting.split
    kept = functools.cache(lambda *described: split(registry.load("iris"), *described))
    monkeypatch.setattr(splitting, "split", lambda dataset, *described: kept(*described))
    train_here_by(monkeypatch, fake.train)
    return fake
