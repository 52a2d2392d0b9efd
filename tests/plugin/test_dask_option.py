"""``pytest claims --claims-dask``: what is missing is trained by a cluster, and the claims are judged here."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.builders import ROOT
from tests.builders.clusters import Cluster, cluster
from tests.builders.reports import PROTOCOL

MakeClaims = Callable[..., None]
CLAIMS = """
@finding
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_accuracy(evidence, judge, activation):
    judge(mean_over_seeds(evidence(activation=activation).final_test_accuracy, "ratio"))
"""
NOTHING_TRAINED_HERE = """
def test_nothing_was_trained_here():
    from harness.execution import training_process
    assert not training_process.is_there()
"""


COUNTS_CLUSTERS = """
from pathlib import Path
import harness.execution.executors

start = harness.execution.executors.cluster_here

def start_and_tell(count):
    with Path(__file__).with_name("clusters").open("a") as file:
        print(count, file=file)
    return start(count)

harness.execution.executors.cluster_here = start_and_tell
"""


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Start a cluster."""
    with cluster(tmp_path_factory.mktemp("cluster"), 2) as started:
        yield started


def verdicts(result: pytest.RunResult) -> list[str]:
    """Return the lines that say estimate and interval of each claim."""
    return [line for line in result.outlines if line.startswith("✘ refuted ") and "band" in line]


def test_a_cluster_trains_and_the_claims_are_judged_here(
    pytester: pytest.Pytester, make_claims: MakeClaims, two_workers: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """To the same numbers as without it; no framework is loaded here. Once all is stored, nobody is asked to train."""
    make_claims(CLAIMS + NOTHING_TRAINED_HERE, protocol=PROTOCOL)
    result = pytester.runpytest_subprocess("claims", "--claims-looks", "1", "--claims-dask", two_workers.address)
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["Planned trainings: 40, of which 40 done now and 0 before.*"])
    alone = pytester.runpytest_subprocess(
        "claims", "--claims-looks", "1", "--claims-store", "elsewhere", "-k", "accuracy"
    )
    alone.stdout.fnmatch_lines(["Planned trainings: 40, of which 40 done now and 0 before.*"])
    assert len(verdicts(result)) == 2
    assert verdicts(alone) == verdicts(result)
    with cluster(tmp_path_factory.mktemp("no workers"), 0) as idle:
        again = pytester.runpytest_subprocess("claims", "--claims-looks", "1", "--claims-dask", idle.address)
    assert verdicts(again) == verdicts(result)


def test_workers_of_xdist_share_one_cluster_of_this_machine(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """It is started once, before them, and each block is trained by whoever is free."""
    make_claims(CLAIMS.replace("accuracy", "loss"))
    pytester.makeconftest(COUNTS_CLUSTERS)
    result = pytester.runpytest_subprocess("claims", "--claims-looks", "1", "--claims-dask", "local", "-n", "2")
    result.assert_outcomes(failed=2)
    assert (pytester.path / "clusters").read_text().split() == [str(os.cpu_count())]
    assert len(verdicts(result)) == 2
    result.stdout.fnmatch_lines(["Planned trainings: 40, of which 40 done now and 0 before.*"])


@pytest.mark.parametrize("xdist", ["0", "2"])
def test_other_versions_are_refused_and_what_is_stored_is_judged(
    pytester: pytest.Pytester,
    make_claims: MakeClaims,
    tmp_path_factory: pytest.TempPathFactory,
    two_workers: Cluster,
    xdist: str,
) -> None:
    """A worker with another torch installed; claims that need it say so, the others have their verdicts."""
    make_claims(CLAIMS, protocol=PROTOCOL)
    stored = pytester.runpytest_subprocess(
        "claims", "--claims-looks", "1", "-k", "relu", "--claims-dask", two_workers.address
    )
    stored.assert_outcomes(failed=1)
    folder = tmp_path_factory.mktemp("other")
    other = folder / "torch-0.1.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 0.1\n", encoding="utf-8")
    with cluster(folder, 1, {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}) as started:
        result = pytester.runpytest_subprocess(
            "claims", "--claims-looks", "1", "--claims-dask", started.address, "-n", xdist
        )
    result.assert_outcomes(failed=2)
    assert ["relu" in line for line in verdicts(result)] == [True]
    said = "worker tcp://* has other versions: torch 0.1 (here 2.*); install the same there and here, and run again"
    result.stdout.fnmatch_lines([said])
    result.stdout.fnmatch_lines(["Planned but not done: 20 trainings.", f"Training given up: {said}."])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_scheduler_that_cannot_be_reached_is_said_at_once(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """Before anything is collected or trained."""
    make_claims(CLAIMS, protocol=PROTOCOL)
    result = pytester.runpytest_subprocess("claims", "-n", "2", "--claims-dask", "tcp://127.0.0.1:1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: Dask at tcp://127.0.0.1:1: no Dask scheduler answers there within 10 s (*); *"]
    )
    assert not Path(pytester.path / ".claims-store").exists()
