"""A small report whose trainings take fractions of a second, for the store under fire."""

from pathlib import Path

from harness.execution.engine import Block
from harness.report.folder import open_folder
from harness.training.seeds import seed_blocks

LOOKED_AT = 80  # seeds, at most, by a claim that stays inconclusive

REGISTER = """
title = "A small report"

[sections]
losses = "Losses"

[findings."losses.final"]
statement = "Every network ends with a loss of about one."
basis = "independent"
reported = { loss = "1.0" }

[findings."losses.final".readings.mean]
estimand = "mean over seeds of the last test loss"
low = 0.85
high = 1.15
reason = "so that some are supported, some refuted, and some looked at three times"
"""

PROTOCOLS = """
trainer = { by = "framework" }

[axes]
framework = ["torch"]
task = ["classification"]
activation = ["relu", "tanh", "sigmoid"]
optimizer = ["sgd", "adam", "rmsprop"]

[default]
framework = "torch"
task = "classification"

[reconstruction.classification]
dataset = { value = "wine", origin = "assumed", reason = "small" }
test_size = { value = 0.2, origin = "assumed", reason = "usual" }
scaling = { value = "standard", origin = "assumed", reason = "usual" }
hidden_widths = { value = [4], origin = "assumed", reason = "small" }
learning_rate = { value = 0.01, origin = "assumed", reason = "usual" }
batch_size = { value = 32, origin = "assumed", reason = "usual" }
epochs = { value = 2, origin = "assumed", reason = "quick" }
loss = { value = "cross_entropy", origin = "assumed", reason = "usual" }
"""

CLAIMS = """
import pytest
from harness.statistics.estimators import mean_over_seeds


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.finding("losses.final", reading="mean")
def test_final_loss(evidence, judge, activation, optimizer):
    judge(mean_over_seeds(evidence(activation=activation, optimizer=optimizer).final_test_loss, "loss"))
"""


def write_report(folder: Path) -> None:
    """Write the report as the folder ``claims`` below `folder`."""
    claims = folder / "claims"
    claims.mkdir(parents=True)
    (claims / "report.toml").write_text(REGISTER, encoding="utf-8")
    (claims / "protocol.toml").write_text(PROTOCOLS, encoding="utf-8")
    (claims / "test_losses.py").write_text(CLAIMS, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")


def every_block(folder: Path) -> list[Block]:
    """Return all blocks that its claims may look at."""
    configs = open_folder(folder / "claims").grid.configs.values()
    return [(config, seeds) for config in configs for seeds in seed_blocks(LOOKED_AT, 20)]
