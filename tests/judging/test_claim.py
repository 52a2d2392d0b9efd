from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.judging.claim import Claim, case_of
from harness.report.reading import Reading
from harness.report.register import Finding
from harness.statistics.estimate import Reported
from harness.verdicts.band import Band

READING = Reading("ratio", "mean of the ratio", Band(0.9, 1.1, "a tenth"), 0.1)
FINDING = Finding(
    "speed.faster", "Speed", "A is faster.", "independent", {"ratio": Reported(0.5, 0.005)}, {"ratio": READING}, ()
)


def claim_on(function: Callable[..., None], **parameters: Any) -> Claim:
    """Return a claim with this test function."""
    return Claim("test_speed.py::test_one", function, parameters, FINDING, READING)


def test_a_claim_is_called_with_what_it_names() -> None:
    """Parameters, evidence, judge, reading and the numbers of the report, in whatever order, and nothing else."""
    told = []

    def test_one(reported, activation, judge, evidence, reading):
        told.append((reported, activation, judge, evidence, reading))

    claim_on(test_one, activation="relu", unused="tanh").call("runs", print)
    assert told == [(FINDING.reported, "relu", print, "runs", READING)]


def test_a_method_is_called_on_its_object() -> None:
    """Claims may stand in a class."""

    class TestSpeed:
        def test_one(self, evidence):
            evidence.append(type(self))

    claim, evidence = claim_on(TestSpeed().test_one), []
    assert claim.rests_on_runs
    claim.call(evidence, print)
    assert evidence == [TestSpeed]


def of_runs(evidence, judge):
    """Rest on runs."""


def of_parameters(evidence, judge, activation, reading, reported):
    """Rest on runs, with parameters."""


def of_numbers(judge, reported):
    """Rest on what the report prints alone."""


def of_a_fixture(evidence, judge, tmp_path: Path):
    """Rest on a fixture of the session besides."""


@pytest.mark.parametrize(
    ("function", "rests"), [(of_runs, True), (of_parameters, True), (of_numbers, False), (of_a_fixture, False)]
)
def test_only_a_claim_on_runs_alone_can_be_called_elsewhere(function: Callable[..., None], rests: bool) -> None:
    """Whoever asks for no evidence says the same in every universe; fixtures of its own only a session can give."""
    assert claim_on(function, activation="relu").rests_on_runs is rests
    if function is of_parameters:
        assert not claim_on(function).rests_on_runs


@pytest.mark.parametrize(
    ("test", "case"),
    [
        ("a/test_x.py::test_y[sgd]", "sgd"),
        ("a/test_x.py::TestZ::test_y[sgd-[1]]", "sgd-[1]"),
        ("a[1]/test_x.py::test_y", ""),
        ("a[1]/test_x.py::test_y[sgd::adam]", "sgd::adam"),
    ],
)
def test_the_case_is_what_stands_in_the_brackets_of_the_test(test: str, case: str) -> None:
    """Not in those of a folder."""
    assert case_of(test) == case
