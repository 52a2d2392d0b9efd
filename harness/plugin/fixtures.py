"""What a claim may ask for: its evidence, its reading, the reported numbers, and its judge.

PYTEST_DONT_REWRITE: it is imported before pytest asks for it, with the other modules of the harness.
"""

import shlex
from typing import TYPE_CHECKING

import pytest

from harness.judging.marks import is_timed
from harness.plugin.options import looks_of, store_folder, trainings_of

if TYPE_CHECKING:
    from harness.judging.evidence import Evidence
    from harness.judging.judge import Judge
    from harness.report.reading import Reading
    from harness.statistics.estimate import Reported

JUDGE: pytest.StashKey["Judge"] = pytest.StashKey()


@pytest.fixture
def _claims_evidence(request: pytest.FixtureRequest) -> "Evidence":
    """Give what a claim and its judge have in common, under a name that no project has for a fixture of its own."""
    from harness.judging.collected import report_folder_of
    from harness.judging.evidence import Evidence, NotedRuns
    from harness.plugin.kept import NOTED

    config = request.config
    grid, seeds = report_folder_of(request.node).grid, config.getoption("claims_seeds")
    timings = store_folder(config) if is_timed(request.node) else None
    trainings = trainings_of(config)
    if grid.logged is None:
        request.node.stash[NOTED] = NotedRuns(trainings)
    return Evidence(grid, seeds, grid.logged or request.node.stash[NOTED], timings, trainings.progress.begins)


@pytest.fixture
def evidence(_claims_evidence: "Evidence") -> "Evidence":
    """Give runs of the report's cells, asked for by axis: ``evidence(framework="torch", task="regression")``."""
    return _claims_evidence


@pytest.fixture
def reading(request: pytest.FixtureRequest) -> "Reading":
    """Give the reading that the claim's marker names, with its band and margin."""
    from harness.judging.collected import claim_of

    return claim_of(request.node).reading


@pytest.fixture
def reported(request: pytest.FixtureRequest) -> "dict[str, Reported]":
    """Give the numbers that the report gives for the finding that the claim's marker names."""
    from harness.judging.collected import claim_of

    return claim_of(request.node).finding.reported


@pytest.fixture
def judge(request: pytest.FixtureRequest, _claims_evidence: "Evidence") -> "Judge":
    """Judges an estimate against the finding's band: the last line of a claim."""
    from harness.judging.collected import claim_of, settled_at_of
    from harness.judging.judge import Judge

    item, claim = request.node, claim_of(request.node)
    rerun = f"pytest {shlex.quote(claim.test)}"
    settled_at = settled_at_of(item, claim)
    judge = Judge(claim.finding, claim.reading, _claims_evidence, rerun, looks_of(item), settled_at)
    request.node.stash[JUDGE] = judge
    return judge


def judge_of(item: pytest.Item) -> "Judge | None":
    """Return the judge of a claim once it was judged, None before."""
    judge = item.stash.get(JUDGE, None)
    return None if judge is None or judge.verdict is None else judge
