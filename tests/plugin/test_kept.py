"""Claims that are not judged again, driven through pytest itself."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders.reports import EXPECTED_REFUTED, REPORT

MakeClaims = Callable[..., None]
Change = Callable[[Path], object]

# Each call leaves a line in a file: the first session calls a claim to see what it asks for, and to judge it.
CLAIM = """
def called(name):
    with open(os.environ["CALLS"], "a") as file:
        file.write(name + "\\n")

@finding
def test_level(evidence, judge):
    called("level")
    runs = evidence(activation="tanh")
    judge(mean_over_seeds(runs.final_test_loss / 0.6, "ratio"))
"""
REFUTED = CLAIM.replace("/ 0.6", "/ 0.3")


@pytest.fixture
def calls(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return how often claims were called in a session of pytest."""
    file = pytester.path / "calls.txt"
    monkeypatch.setenv("CALLS", str(file))

    def run(*arguments: str) -> int:
        file.write_text("")
        pytester.runpytest_subprocess("claims", *arguments)
        return len(file.read_text().splitlines())

    return run


def told(pytester: pytest.Pytester) -> dict[str, Any]:
    """Return what a session came to, but for its times and the folder of its own."""
    session: dict[str, Any] = json.loads((pytester.path / "reports" / "claims.json").read_text())
    for one in (session, *session["claims"]):
        one.pop("seconds")
    del session["started"], session["arguments"]
    return session


def shown(pytester: pytest.Pytester) -> list[bytes]:
    """Return the table of runs, and the files of the figure."""
    reports = pytester.path / "reports"
    return [file.read_bytes() for file in (reports / "runs.csv", *sorted((reports / "figures").iterdir()))]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_has_not_changed_is_not_judged_again(
    pytester: pytest.Pytester, make_claims: MakeClaims, calls: Callable[..., int], workers: str
) -> None:
    """The claim is not even called, and session, table of runs and figure are what they were."""
    make_claims(CLAIM)
    assert calls("-n", workers) > 0
    before, files = told(pytester), shown(pytester)
    assert calls("-n", workers) == 0
    after = told(pytester)
    assert (before.pop("stored"), before.pop("trained")) == (0, 20)
    assert (after.pop("stored"), after.pop("trained")) == (20, 0)
    assert after == before
    assert shown(pytester) == files


# Each process leaves what it has loaded, and whether it has set that apart from what is looked through for garbage.
LEAVES_TRACES = """
import gc, json, sys
from pathlib import Path

began = []

def pytest_sessionstart():
    began.extend(sys.modules)

def pytest_unconfigure(config):
    told = {"began": began, "loaded": sorted(sys.modules), "frozen": gc.get_freeze_count() > 0}
    Path("worker" if hasattr(config, "workerinput") else "controller").write_text(json.dumps(told))
"""
# What writes pages, asks universes or a cluster, or belongs to somebody else's tests.
NOT_NEEDED = {
    "harness.execution.executors",
    "harness.pages.index",
    "harness.pages.publish",
    "harness.pages.report",
    "harness.reconstruction.universes",
    "harness.sessions.session",
    "hypothesis",
    "matplotlib",
    "scipy.special",
}


def test_a_worker_loads_little_for_what_is_stored(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """It loads nothing of what the pages are made with, and need not look through the rest for garbage.

    The controller loads it once the workers have been started. The session has interpreters of its own, since others
    have loaded all of this.
    """
    make_claims(CLAIM.replace('    called("level")\n', ""))
    pytester.makeconftest(LEAVES_TRACES)
    for _ in range(2):
        pytester.run(sys.executable, "-m", "pytest", "claims", "-n", "1").assert_outcomes(passed=1)
    worker, controller = (json.loads((pytester.path / name).read_text()) for name in ("worker", "controller"))
    assert not NOT_NEEDED & set(worker["loaded"])
    assert {"harness.pages.index", "harness.sessions.session"} < set(controller["loaded"])
    assert not {"harness.pages.index", "harness.plugin.publishing"} & set(controller["began"])
    assert (worker["frozen"], controller["frozen"]) == (True, False)


def edit(place: str, old: str, new: str) -> Change:
    """Return what changes a text file of the report."""

    def change(root: Path) -> None:
        file = root / "claims" / place
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    return change


def damage(pattern: str) -> Change:
    """Return what flips a bit in the middle of the first file that has such a name."""

    def change(root: Path) -> None:
        file = min(root.glob(pattern))
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)

    return change


@pytest.mark.parametrize(
    "change",
    [
        edit("test_speed.py", "/ 0.6", "/ 0.59"),
        edit("report.toml", "low = 0.9", "low = 0.8"),
        edit("protocol.toml", "learning_rate = 0.01", "learning_rate = 0.02"),
        edit("train.py", "scale=0.01", "scale=0.02"),
        lambda root: (root / "claims" / "conftest.py").write_text("import pytest\n"),
        lambda root: (root / "claims" / "table.csv").write_text("1\n"),
        damage(".claims-store/runs/*/*.npz"),
        damage(".claims-store/verdicts/*.json"),
        damage(".claims-store/rows/*.jsonl"),
        lambda root: [file.unlink() for file in (root / ".claims-store" / "rows").iterdir()],
        damage("reports/figures/*.svg"),
        damage("reports/figures/*.csv"),
        lambda root: [file.unlink() for file in (root / "reports" / "figures").glob("*.svg")],
    ],
    ids=[
        *("claim", "band", "config", "training", "conftest", "file", "damaged runs", "damaged verdict", "damaged rows"),
        *("no rows", "damaged figure", "damaged data", "no figure"),
    ],
)
def test_what_changed_is_judged_again(
    pytester: pytest.Pytester, make_claims: MakeClaims, calls: Callable[..., int], change: Change
) -> None:
    """Whatever a verdict rests on, and whatever shows it; then it is kept anew."""
    make_claims(CLAIM)
    calls("--claims-looks", "1")
    change(pytester.path)
    assert calls("--claims-looks", "1") > 0
    assert calls("--claims-looks", "1") == 0


def test_pages_and_hidden_files_beside_the_claims_do_not_count(
    pytester: pytest.Pytester, make_claims: MakeClaims, calls: Callable[..., int]
) -> None:
    """Each session writes pages, wherever they are asked for; and tools keep notes of their own."""
    make_claims(CLAIM)
    here = ("--claims-looks", "1", "--html", "claims/out/claims.html")
    calls(*here)
    (pytester.path / "claims" / ".notes").mkdir()
    (pytester.path / "claims" / ".notes" / "today").write_text("")
    assert calls(*here) == 0


def test_what_a_claim_imports_counts(
    pytester: pytest.Pytester, make_claims: MakeClaims, calls: Callable[..., int]
) -> None:
    """Code beside the report is the claim's too, wherever it lies, as long as it is nobody's package."""
    pytester.makepyfile(scale="HALF = 0.6\n")
    pytester.syspathinsert()
    make_claims(CLAIM.replace("/ 0.6", "/ scale.HALF").replace("def called", "import scale\n\ndef called"))
    calls()
    assert calls() == 0
    pytester.makepyfile(scale="HALF = 0.59\n")
    assert calls() > 0


@pytest.mark.parametrize("options", [("--claims-seeds", "10"), ("--claims-looks", "2")])
def test_other_options_are_another_question(
    pytester: pytest.Pytester, make_claims: MakeClaims, calls: Callable[..., int], options: tuple[str, ...]
) -> None:
    """So its answer is another."""
    make_claims(CLAIM)
    calls()
    assert calls(*options) > 0


def test_a_shared_store_is_brought_into_step(
    pytester: pytest.Pytester, make_claims: MakeClaims, calls: Callable[..., int]
) -> None:
    """What is read here is put there; so runs are read, though nothing else asks for them."""
    make_claims(CLAIM)
    shared = pytester.mkdir("shared")
    calls()
    assert calls(f"--claims-shared-store={shared}") > 0
    assert len(list(shared.rglob("*.npz"))) == 20


@pytest.mark.parametrize(
    "claims",
    [
        REFUTED,
        CLAIM.replace('called("level")', 'called("level"); print("seen")'),
        CLAIM.replace("judge):", "judge, tmp_path):"),
        CLAIM.replace("@finding\n", "@finding\n@pytest.mark.timed\n"),
    ],
    ids=["not as recorded", "prints", "fixture of its own", "timed"],
)
def test_what_may_have_more_to_say_is_judged_each_time(
    pytester: pytest.Pytester, make_claims: MakeClaims, calls: Callable[..., int], claims: str
) -> None:
    """A failure shows its line, a print its text; what a fixture gives, and how long something takes, may differ."""
    make_claims(claims)
    calls()
    assert calls() > 0


def test_a_recorded_failure_is_kept(
    pytester: pytest.Pytester, make_claims: MakeClaims, calls: Callable[..., int]
) -> None:
    """It fails as before, and stays green."""
    make_claims(REFUTED, report=REPORT + EXPECTED_REFUTED)
    calls()
    assert calls() == 0
    (claim,) = told(pytester)["claims"]
    assert claim["verdict"]["outcome"] == "refuted"
    pytester.runpytest_subprocess("claims").assert_outcomes(xfailed=1)
