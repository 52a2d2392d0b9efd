import math
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from harness.__main__ import main
from harness.base.errors import HarnessError
from harness.execution.pools import WorkerPool
from harness.reconstruction import all_tasks
from harness.reconstruction.all_tasks import reconstruct, summary
from harness.reconstruction.facts import digest_of_facts
from harness.reconstruction.universes import DEFAULT, Universe
from harness.reconstruction.universes_file import read_universes
from harness.report.folder import open_folder
from harness.report.protocol_file import read_grid
from tests.builders.reconstructions import CELLS, PROTOCOL, TWO_TASKS, MadeUp, printed, trainings_of

CLAIMS = """
import pytest
from harness.statistics.draws import plausible_draw

CELLS = [{"activation": one, "optimizer": other} for one in ("relu", "tanh") for other in ("sgd", "adam")]

@pytest.mark.finding("table.losses", reading="as printed")
@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: "-".join(cell.values()))
def test_loss(evidence, judge, reported, cell):
    runs = evidence(task="classification", **cell)
    judge(plausible_draw(reported["-".join(cell.values())], runs.final_test_loss, "test loss"))

@pytest.mark.finding("table.apart", reading="as printed")
def test_apart(evidence, judge, reported):
    raise SystemExit("a finding that is independent must not be looked at")
"""
REPORT = """
title = "A report that was made of a hidden config"

[sections]
table = "Tables"

[findings."table.losses"]
statement = "The losses are as printed."
basis = "{basis}"
reported = {{ {numbers} }}

[findings."table.losses".readings."as printed"]
estimand = "distance from the mean over seeds, in standard deviations"
low = -1.96
high = 1.96
reason = "one training"

[findings."table.apart"]
statement = "So it is."
basis = "independent"

[findings."table.apart".readings."as printed"]
estimand = "distance"
low = -1.96
high = 1.96
reason = "one training"
"""
HIDDEN = {"scaling": "min-max", "learning_rate": 0.1, "epochs": 12}


class Here(Executor):
    """Trains in this process; interrupted after so many blocks."""

    def __init__(self) -> None:
        self.trained = 0
        self.interrupted_after = math.inf

    def submit(self, function: Any, /, *arguments: Any, **_: Any) -> Future[Any]:
        """Do it at once."""
        if self.trained >= self.interrupted_after:
            raise KeyboardInterrupt
        self.trained += 1
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except HarnessError as problem:
            future.set_exception(problem)
        return future


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Here:
    """Replace the processes by this one."""
    executor = Here()
    monkeypatch.setattr(all_tasks, "pool_at", lambda address: nullcontext(WorkerPool(executor, 1)))
    return executor


WriteReport = Callable[..., Path]


@pytest.fixture
def write_report(tmp_path: Path, made_up: MadeUp) -> Iterator[WriteReport]:
    """Write a report whose numbers a hidden config made; what pytest imports for it is forgotten afterwards."""
    path, modules = list(sys.path), dict[str, ModuleType](sys.modules)
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")

    def write(*, protocol: str = PROTOCOL, basis: str = "fitted") -> Path:
        folder = tmp_path / "claims"
        folder.mkdir(exist_ok=True)
        (folder / "protocol.toml").write_text(protocol, encoding="utf-8")
        hidden = read_grid(folder / "protocol.toml").answering({"classification": HIDDEN})
        losses = {
            "-".join(cell.values()): trainings_of(
                hidden.cell({"task": "classification", **cell}).config, made_up.train
            ).final_test_loss[0]
            for cell in CELLS
        }
        numbers = ", ".join(f'{name} = "{printed(loss).value:.2f}"' for name, loss in losses.items())
        (folder / "report.toml").write_text(REPORT.format(basis=basis, numbers=numbers), encoding="utf-8")
        (folder / "test_report_of_a_hidden_config.py").write_text(CLAIMS, encoding="utf-8")
        open_folder.cache_clear()
        return folder

    yield write
    sys.path[:] = path
    for name in set(sys.modules) - set(modules):
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def universes_of(folder: Path) -> list[Universe]:
    """Return the universes of a report."""
    report = open_folder(folder)
    made_for = digest_of_facts(report.register.findings.values(), report.grid)
    return read_universes(folder / "reconstruction.toml", report.grid, made_for)


def test_a_report_leads_back_to_the_config_that_made_it(write_report: WriteReport, here: Here, tmp_path: Path) -> None:
    """From the folder of its claims to the file of universes, in which that config weighs more than most."""
    folder, said = write_report(), list[str]()
    found = reconstruct(folder, tmp_path / "store", 18, said.append)
    search = found.searches["classification"]
    (_, first), *_ = search.ranked
    (hidden,) = [one for one in search.scored if search.candidates.answers(one) == HIDDEN]
    assert search.scored[hidden].log_likelihood > first.log_likelihood - 3
    universes = universes_of(folder)
    by_weight = sorted(universes, key=lambda one: -one.weights["classification"])
    assert any(HIDDEN.items() <= one.answers["classification"].items() for one in by_weight[:4])
    assert universes[0].name == DEFAULT
    assert any(line.startswith("classification: 18 of 18 candidates, best log posterior ") for line in said)


def test_the_summary_tells_what_was_tried_and_found(write_report: WriteReport, here: Here, tmp_path: Path) -> None:
    """The best candidates, the place of the config that is taken, and whence each number has its spread."""
    folder = write_report()
    lines = summary(reconstruct(folder, tmp_path / "store", 9, lambda line: None))
    head, *rest = lines
    assert head == "classification: 9 candidates tried, 9 of them to the last fact"
    likelihoods = []
    for rank, line in enumerate(rest[:5], start=1):
        assert line.startswith(f"  {rank}. log posterior -")
        assert ": scaling " in line
        likelihoods.append(float(line.split(":")[0].split()[-1]))
    assert likelihoods == sorted(likelihoods, reverse=True)
    pytest.LineMatcher(rest[5:]).fnmatch_lines(
        [
            "  protocol.toml: log posterior -*, rank ?",
            "  ?.?? of the probability is of candidates *; the universes count as *",
            "  scaling: standard ?.?? (before 0.50); min-max ?.?? (before 0.50)",
            "  learning_rate: *",
            "  epochs: *",
            "  splits: *",
        ],
        consecutive=True,
    )
    assert len(rest) == 5 + 6 + 4
    for cell, line in zip(CELLS, rest[11:], strict=True):
        assert line.startswith("  test loss, reported ")
        assert line.endswith(f"over initial weights and order (test_loss[{'-'.join(cell.values())}])")


def test_a_second_search_trains_nothing_and_writes_the_same(
    write_report: WriteReport, here: Here, tmp_path: Path
) -> None:
    """To the byte, so that a file under version control does not change by itself."""
    folder = write_report()
    written = []
    for _ in range(2):
        reconstruct(folder, tmp_path / "store", 12, lambda line: None)
        written.append((folder / "reconstruction.toml").read_bytes())
        here.interrupted_after = here.trained
    assert here.trained > 20
    assert written[0] == written[1]


def test_an_interrupted_search_writes_nothing_and_goes_on(
    write_report: WriteReport, here: Here, tmp_path: Path
) -> None:
    """Until the same file is there that an undisturbed search writes."""
    folder = write_report()
    reconstruct(folder, tmp_path / "elsewhere", 12, lambda line: None)
    file = folder / "reconstruction.toml"
    expected, blocks = file.read_bytes(), here.trained
    file.unlink()
    here.trained = 0
    for here.interrupted_after in (3, 10):
        with pytest.raises(KeyboardInterrupt):
            reconstruct(folder, tmp_path / "store", 12, lambda line: None)
        assert not file.exists()
    here.interrupted_after = math.inf
    reconstruct(folder, tmp_path / "store", 12, lambda line: None)
    assert file.read_bytes() == expected
    assert here.trained == blocks


def test_a_task_that_nothing_speaks_of_is_left_as_it_is(write_report: WriteReport, here: Here, tmp_path: Path) -> None:
    """That is said before the long search begins, and no universe answers it."""
    folder, said = write_report(protocol=TWO_TASKS), list[str]()
    found = reconstruct(folder, tmp_path / "store", 5, said.append)
    assert list(found.searches) == ["classification"]
    assert said[0] == (
        f"{folder / 'protocol.toml'}: nothing to reconstruct for regression: no fitted finding speaks of it alone"
    )
    universes = universes_of(folder)
    assert all(list(one.answers) == ["classification"] for one in universes)
    document = tomllib.loads((folder / "reconstruction.toml").read_text(encoding="utf-8"))
    assert [list(document[part]) for part in ("candidates", "answers", "spreads")] == [["classification"]] * 3


def test_where_nothing_can_be_reconstructed_nothing_is_written(
    write_report: WriteReport, here: Here, tmp_path: Path
) -> None:
    """Nor trained."""
    folder = write_report(basis="independent")
    with pytest.raises(HarnessError) as error:
        reconstruct(folder, tmp_path / "store", 5, lambda line: None)
    assert str(error.value) == f"{folder}: nothing is left open that a fitted finding speaks of"
    assert here.trained == 0
    assert not list(folder.glob("reconstruction.*"))


@pytest.mark.parametrize("more", [[], ["--dask", "local", "--shared-store", "shared"]], ids=["processes", "dask"])
def test_from_the_command_line(write_report: WriteReport, tmp_path: Path, more: list[str]) -> None:
    """With real trainings, in processes of their own or by a cluster; what is shared is the same as what is kept."""
    folder = write_report()
    command = [sys.executable, "-m", "harness", "reconstruct", "claims", "--candidates", "3", *more]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("classification: 3 candidates tried, ")
    assert "classification: 3 of 3 candidates, best log posterior -" in result.stderr
    assert len(universes_of(folder)) == 1 + 3 + 3
    runs = {file.name: file.read_bytes() for file in (tmp_path / ".claims-store" / "runs").glob("*/*.npz")}
    assert len(runs) >= 4 + 8
    shared = {file.name: file.read_bytes() for file in (tmp_path / "shared" / "runs").glob("*/*")}
    assert shared == (runs if more else {})


def test_a_cluster_or_a_shared_store_that_cannot_be_reached_is_one_sentence(
    write_report: WriteReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, with exit status 2, before anything is trained."""
    write_report()
    monkeypatch.chdir(tmp_path)
    for option, value, said in (
        ("--dask", "127.0.0.1:1", "Dask at 127.0.0.1:1"),
        ("--shared-store", "missing/claims", "shared store missing/claims"),
    ):
        assert main(["reconstruct", "claims", option, value]) == 2
        errors = capsys.readouterr().err
        assert errors.startswith(f"error: {said}: ")
        assert errors.count("\n") == 1
    assert not (tmp_path / ".claims-store" / "runs").exists()
