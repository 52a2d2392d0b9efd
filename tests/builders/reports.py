"""Small reports, as the texts of their files."""

import json
from collections.abc import Mapping, Sequence

from harness.data.data_file import DataFile
from harness.report.grid import Grid
from harness.training.config import TrainingConfig

AXES = {"framework": ["torch"], "task": ["classification"], "activation": ["relu", "tanh"], "optimizer": ["adam"]}
ANSWERS = {
    "dataset": '{ value = "wine", origin = "assumed", reason = "small" }',
    "test_size": '{ value = 0.2, origin = "assumed", reason = "usual" }',
    "scaling": '{ value = "standard", origin = "assumed", reason = "usual" }',
    "hidden_widths": '{ value = [4], origin = "stated", reason = "said so" }',
    "learning_rate": '{ value = 0.01, origin = "assumed", reason = "usual" }',
    "batch_size": '{ value = 32, origin = "assumed", reason = "usual" }',
    "epochs": '{ value = 2, origin = "assumed", reason = "quick" }',
    "loss": '{ value = "cross_entropy", origin = "assumed", reason = "usual" }',
}


def protocol_toml(axes: Mapping[str, Sequence[str]] = AXES, more: str = "", **answers: str) -> str:
    """Return the file of a classification; an axis of one value has it as its default.

    Parameters
    ----------
    more
        Tables between the default and the reconstruction.
    **answers
        The reconstruction's answers that differ, as TOML.
    """
    named = {axis if axis.isidentifier() else json.dumps(axis): list(values) for axis, values in axes.items()}
    trainer = 'trainer = { by = "framework" }' if "framework" in axes else 'trainer = "torch"'
    lines = ["", trainer, "", "[axes]", *(f"{axis} = {json.dumps(values)}" for axis, values in named.items())]
    lines += [
        "",
        "[default]",
        *(f"{axis} = {json.dumps(values[0])}" for axis, values in named.items() if not values[1:]),
    ]
    lines += [more, "[reconstruction.classification]"]
    lines += [f"{field} = {answer}" for field, answer in {**ANSWERS, **answers}.items()]
    return "\n".join([*lines, ""])


PROTOCOL = protocol_toml()

# The same cells, made by a function that needs NumPy alone: a session of the plugin's tests waits for no framework.
QUICK = f"""
trainer = "train:run"

[axes]
{"".join(f"{axis} = {json.dumps(values)}" + chr(10) for axis, values in AXES.items())}
[default]
{"".join(f"{axis} = {json.dumps(values[0])}" + chr(10) for axis, values in AXES.items() if not values[1:])}
[config]
epochs = 2
learning_rate = 0.01
"""
QUICK_TRAIN = """
import numpy as np


def run(config, seed):
    noise = seed.rng().normal(scale=0.01, size=(3, config.epochs))
    return {
        "train_loss": 0.5 + noise[0],
        "test_loss": 0.6 + noise[1],
        "test_accuracy": 0.9 + noise[2],
    }
"""

REPORT = """
title = "A small report"

[sections]
speed = "Speed & <b>more</b>"

[findings."speed.faster"]
statement = "A is faster than B."
basis = "independent"
reported = { ratio = "0.50" }

[findings."speed.faster".readings.ratio]
estimand = "mean of the ratio"
margin = 0.1
low = 0.9
high = 1.1
reason = "a tenth either way"
"""

ANSWERED = """
[findings."speed.faster".answer]
verdict = "does not hold"
text = "No: B is as fast."
because = "The ratio is 1.00."
"""
HEAD = """
import os, signal
import pytest
from harness.statistics.estimators import mean_over_seeds

SUPPORTED = [0.98, 0.99, 1.00, 1.01, 1.02]
REFUTED = [1.98, 1.99, 2.00, 2.01, 2.02]
INCONCLUSIVE = [0.5, 0.8, 1.0, 1.2, 1.5]
DIVERGED = [1.0, 1.0, float("nan")]
finding = pytest.mark.finding("speed.faster", reading="ratio")
"""

THREE_VERDICTS = """
@finding
def test_supported(judge):
    judge(mean_over_seeds(SUPPORTED, "ratio"))

@finding
def test_refuted(judge):
    judge(mean_over_seeds(REFUTED, "ratio"))

@finding
def test_inconclusive(judge):
    judge(mean_over_seeds(INCONCLUSIVE, "ratio"))
"""

EXPECTED_REFUTED = """
[[findings."speed.faster".expected]]
reading = "ratio"
cases = [""]
verdict = "refuted"
reason = "B was timed on another machine"
date = 2026-01-31
"""

FLOWERS = """name,petal,colour,kind
a,1.0,red,x
b,2.0,blue,x
c,3.0,red,y
d,4.0,blue,y
"""
DESCRIBED = """
[datasets.flowers]
file = "flowers.csv"
task = "classification"
target = "kind"
categories = ["colour"]
left_out = ["name"]
source = "made up"
"""
OWN = PROTOCOL.replace('"wine"', '"flowers"').replace("value = 0.2,", "value = 0.5,") + DESCRIBED


def first_protocol(grid: Grid) -> TrainingConfig:
    """Return the first config of a grid."""
    return next(iter(grid.configs.values()))


def data_file_of(grid: Grid) -> DataFile:
    """Return the data file of a grid's configs."""
    dataset = first_protocol(grid).dataset
    assert isinstance(dataset, DataFile)
    return dataset
