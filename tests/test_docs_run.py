"""What pages show of Python, TOML and cheap commands is run, in a folder that has what they speak of."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tomlkit

from harness.__main__ import main
from harness.pages.publish import SUMMARY_FILE
from harness.pages.run_table import RunTableWriter, merge, write_csv
from harness.report.protocol_file import read_grid
from harness.report.register import read_register
from harness.sessions.history import open_history
from harness.sessions.session_file import write_session
from harness.statistics.reported_runs import ReportedRuns, runs_as_printed
from harness.training.seeds import Seed
from tests.builders.docs import Block, block_of, blocks, commands_of
from tests.builders.logs import WIDE
from tests.builders.runs import random_runs
from tests.builders.sessions import judged_claim, session_of
from tests.builders.trainers import TRAINER

OWN = "your-own-report.md"

READ = {
    ("logged-runs.md", 0): "test_docs.py",
    ("logged-runs.md", 1): "test_what_is_printed_of_several_runs",
    ("your-own-training.md", 0): "test_docs.py",
    (OWN, 0): "test_a_report_of_all_that_the_page_shows",
    (OWN, 1): "test_a_report_of_all_that_the_page_shows",
    (OWN, 2): "test_a_report_of_all_that_the_page_shows",
    (OWN, 3): "test_a_report_of_all_that_the_page_shows",
    (OWN, 4): "test_a_trainer_of_one_s_own",
    (OWN, 5): "test_an_answer_fits_a_register",
    (OWN, 6): "test_a_report_of_all_that_the_page_shows",
}
"""By page and number of a block of TOML, which test reads it as what it is."""

RUN_PYTHON = {
    ("data.md", 0): "test_a_session_is_read",
    ("data.md", 1): "test_runs_are_read_with_pandas",
    (OWN, 0): "test_a_report_of_all_that_the_page_shows",
    (OWN, 1): "test_other_metrics",
    (OWN, 2): "test_a_trainer_of_one_s_own",
    ("your-own-training.md", 0): "test_a_training_function",
}
"""By page and number of a block of Python, which test runs it."""

OUTPUT = {
    ("README.md", 0): "a line that a session printed",
    ("nightly.md", 0): "a line that a night printed",
    ("nightly.md", 1): "a line for cron, whose command is checked below",
    ("store.md", 0): "what a benchmark printed after seven minutes",
}
"""By page and number, blocks without a language, and why they are not run."""

CHEAP = {
    "claims new", "claims logs",
    "harness cells", "harness store", "harness history", "harness compare", "harness export",
    "jq", "sqlite3",
}  # fmt: skip
PRINTED = {"jq": 1, "sqlite3": 2}  # lines, of the refuted claim and of the two sessions
EXPENSIVE = {
    "make": "makes an environment, or trains for an hour",
    "pip": "needs a network; environments are made by tests/environments.py",
    "pytest": "trains; what it is told is parsed in test_docs_commands.py",
    "means": "trains",
    "dask": "never ends",
    "ssh": "needs a second machine",
    "cat": "its file is looked for below",
    "mkdir": "needs a group",
    "chgrp": "needs a group",
    "chmod": "needs a group",
    "python -": "needs a cluster with a queue",
    "harness reconstruct": "trains for an hour",
    "harness explain": "trains",
    "harness nightly": "trains everything anew",
    "harness train": "trains",
    "benchmarks.scaling": "measures for minutes",
    "benchmarks.store_under_fire": "kills processes for minutes",
}
"""Commands that are parsed in test_docs_commands.py and not run, and why."""


def kind_of(words: list[str]) -> str:
    """Return which of the commands above this is."""
    program, *arguments = [words[0].removeprefix(".venv/bin/"), *words[1:]]
    if program == "python" and arguments[0] == "-m":
        program, *arguments = arguments[1:]
    return f"{program} {arguments[0]}" if program in ("claims", "harness", "python") else program


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """Go where a session has ended: with its data, its history, a store, a file of runs and the report."""
    claims = (judged_claim("claims/test_a.py::test_a", finding="optimizers.sgd-fails"), judged_claim("b", "refuted"))
    history = open_history(tmp_path / ".claims-history.sqlite")
    for day in (1, 2):
        history.append(session_of(*claims, started=f"2026-01-0{day}T03:04:05+00:00"))
    (tmp_path / "reports").mkdir()
    write_session(session_of(*claims), tmp_path / "reports" / "claims.json")
    RunTableWriter(tmp_path / "parts").add("claims", {"torch-adam": random_runs()})
    write_csv(merge(tmp_path / "parts"), tmp_path / "reports" / "runs.csv")
    (tmp_path / ".claims-store").mkdir()
    (tmp_path / "claims").symlink_to(request.config.rootpath / "claims")
    (tmp_path / "runs.csv").write_text(WIDE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("language", "named"), [("toml", READ), ("python", RUN_PYTHON), ("", OUTPUT)], ids=["toml", "python", "output"]
)
def test_every_block_is_read_or_named(language: str, named: Mapping[tuple[str, int], str]) -> None:
    """No block is passed over: a new one fails here until a test reads it; the tests that are named are here."""
    assert {(block.page, block.number) for block in blocks(language)} == set(named)
    assert {test for test in named.values() if test.startswith("test_") and "." not in test} <= set(globals())


def test_every_command_is_run_or_named() -> None:
    """Likewise each kind of command, and none is in both lists or in none."""
    kinds = {kind_of(words) for block in blocks("sh") for words in commands_of(block)}
    assert kinds == CHEAP | set(EXPENSIVE)
    assert not CHEAP & set(EXPENSIVE)


def is_cheap(block: Block) -> bool:
    """Whether any command of a block is to be run."""
    return any(kind_of(words) in CHEAP for words in commands_of(block))


@pytest.mark.parametrize("block", list(filter(is_cheap, blocks("sh"))), ids=lambda block: block.name)
def test_cheap_commands_run(block: Block, place: Path) -> None:
    """Where a session has ended, each ends in success."""
    for words in commands_of(block):
        if words[0] in PRINTED:
            said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
            assert said.count("\n") == PRINTED[words[0]]
        elif kind_of(words) in CHEAP:
            assert main(words[3:] if words[1] == "-m" else words[1:]) == 0, words


def test_files_that_commands_name_are_written_by_a_session() -> None:
    """What a workflow appends is the summary; cron calls the night as the page does."""
    assert commands_of(Block("data.md", 0, "sh", block_of("data.md", "sh", 1))) == [["cat", f"reports/{SUMMARY_FILE}"]]
    line = block_of("nightly.md", "", 1)
    (command,) = commands_of(Block("nightly.md", 0, "sh", block_of("nightly.md", "sh", 0)))
    assert f"&& {' '.join(command)} " in line
    assert re.match(r"\d+ \d+ \* \* \*  cd ", line)


def test_a_session_is_read(place: Path) -> None:
    """The block finds the claim that is not as recorded."""
    found: dict[str, Any] = {}
    exec(block_of("data.md", "python", 0), found)
    assert found["changed"] == ["b"]


def test_runs_are_read_with_pandas(place: Path) -> None:
    """The columns that the block names are there."""
    exec(block_of("data.md", "python", 1), {})


def test_a_training_function() -> None:
    """With a reader's own data and model in place, the block returns what a run has to."""
    rows = SimpleNamespace(train=[1.0], test=[2.0])
    known: dict[str, Any] = {
        "my_data": lambda split: rows,
        "MyModel": lambda width: SimpleNamespace(score=lambda given: width / 100 if given is rows.test else np.nan),
        "fit": lambda model, given, rate: [rate] * 3,
    }
    exec(block_of("your-own-training.md", "python", 0), known)
    assert known["run"](SimpleNamespace(width=64, learning_rate=0.5), Seed(1, 2)) == {
        "train_loss": [0.5] * 3,
        "test_accuracy": 0.64,
    }


def test_a_report_of_all_that_the_page_shows(tmp_path: Path) -> None:
    """Protocol, data, alternatives, register, a recorded verdict and the claim are one report, and it is judged."""
    rows = "".join(f"{row / 3},{'one' if row % 2 else 'two'}\n" for row in range(40))
    (tmp_path / "digits.csv").write_text(f"ink,digit\n{rows}", encoding="utf-8")
    protocol = tomlkit.parse(block_of(OWN, "toml", 0))
    protocol["reconstruction"]["classification"].update(tomlkit.parse(block_of(OWN, "toml", 6)))  # type: ignore[index,union-attr]
    protocol.update(tomlkit.parse(block_of(OWN, "toml", 1)))
    (tmp_path / "protocol.toml").write_text(tomlkit.dumps(protocol), encoding="utf-8")
    grid = read_grid(tmp_path / "protocol.toml")
    assert (set(grid.data_files), len(grid.configs)) == ({"digits"}, 2)
    register = block_of(OWN, "toml", 2) + block_of(OWN, "toml", 3)
    (tmp_path / "report.toml").write_text(register, encoding="utf-8")
    assert read_register(tmp_path / "report.toml").findings["activations.relu-accuracy"].expected
    (tmp_path / "test_activations.py").write_text(block_of(OWN, "python", 0), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", str(tmp_path), "--rootdir", str(tmp_path), "-n", "0", "-c", "none.ini"]
    (tmp_path / "none.ini").write_text("[pytest]\n", encoding="utf-8")
    options = ["--claims-seeds", "4", "--claims-looks", "1", "-p", "no:cacheprovider"]
    subprocess.run([*command, *options], cwd=tmp_path, check=False, capture_output=True)
    (claim,) = json.loads((tmp_path / "reports" / "claims.json").read_text(encoding="utf-8"))["claims"]
    assert claim["verdict"]["finding"] == "activations.relu-accuracy"


def test_what_is_printed_of_several_runs(tmp_path: Path) -> None:
    """The register has it as the page says, and the other ways that stand beside it are read too."""
    block = block_of("logged-runs.md", "toml", 1)
    reading = {"estimand": "difference", "low": -0.5, "high": 0.5, "reason": "half a percent"}
    register = tomlkit.parse(block)
    register["findings"]["accuracy.as-reported"]["readings"] = {"difference": reading}  # type: ignore[index]
    text = 'title = "x"\n[sections]\naccuracy = "Accuracy"\n' + tomlkit.dumps(register)
    (tmp_path / "report.toml").write_text(text, encoding="utf-8")
    reported = read_register(tmp_path / "report.toml").findings["accuracy.as-reported"].reported["accuracy"]
    assert isinstance(reported, ReportedRuns)
    assert (reported.value, reported.runs) == (72.9, 5)
    others = re.findall(r'"([^"]*)"', block.partition("# or ")[2])
    assert [runs_as_printed(other).runs for other in others] == [5, 5, 5]


def test_other_metrics() -> None:
    """One number a seed, as their definitions have it."""
    names: dict[str, Any] = {}
    exec(block_of(OWN, "python", 1), names)
    rng = np.random.default_rng(1)
    target, first = rng.integers(2, size=(3, 50)), rng.random((3, 50))
    probabilities = np.stack([first, 1 - first], axis=2)
    runs = SimpleNamespace(test_targets=target, test_predictions=probabilities, diverged=np.zeros(3, dtype=bool))
    found = first < 0.5
    hits = [
        ((found == one) & (target == one)).sum(1) / ((found == one).sum(1) + (target == one).sum(1)) for one in (0, 1)
    ]
    np.testing.assert_allclose(names["f1"](runs), hits[0] + hits[1])  # twice the hits, and half of it for each class
    ahead = (1 - first)[:, :, None] > (1 - first)[:, None, :]
    pairs = (target == 1)[:, :, None] & (target == 0)[:, None, :]
    np.testing.assert_allclose(names["area_under_curve"](runs), (ahead & pairs).sum((1, 2)) / pairs.sum((1, 2)))
    values = SimpleNamespace(test_targets=rng.normal(size=(3, 50)), test_predictions=rng.normal(size=(3, 50, 1)))
    distances = np.abs(values.test_targets - values.test_predictions[:, :, 0])
    np.testing.assert_allclose(names["mean_absolute_error"](values), distances.mean(axis=1))


def test_an_answer_fits_a_register(tmp_path: Path) -> None:
    """Beside a statement and a reading, place and answer are read."""
    register = tomlkit.parse(block_of(OWN, "toml", 5))
    finding = register["findings"]["speed.faster"]  # type: ignore[index]
    reading = {"estimand": "ratio", "low": 0.9, "high": 1.1, "reason": "a tenth"}
    finding.update({"statement": "A is faster.", "basis": "independent", "readings": {"ratio": reading}})  # type: ignore[union-attr]
    text = 'title = "x"\n[sections]\nspeed = "Speed"\n' + tomlkit.dumps(register)
    (tmp_path / "report.toml").write_text(text, encoding="utf-8")
    read = read_register(tmp_path / "report.toml").findings["speed.faster"]
    assert read.answer is not None
    assert read.place == "section 2, first paragraph"


def test_a_trainer_of_one_s_own(pytester: pytest.Pytester, make_claims: Callable[..., None]) -> None:
    """The hook and the protocol that the page shows find a trainer of a package that is there."""
    fields = '{"depth": Field(int, "how deep"), "rounds": Field(int, "how many")}'
    trainer = TRAINER.replace('name = "coin"', 'name = "boosting"').replace("COIN = Coin()", "BOOSTING = Coin()")
    trainer = re.sub(r"fields = \{.*\}", f"fields = {fields}", trainer)
    trainer = trainer.replace("config.bias", "(config.depth / 10)").replace("config.tosses", "config.rounds")
    pytester.mkpydir("my_package").joinpath("trainers.py").write_text(trainer, encoding="utf-8")
    claim = "\n@finding\ndef test_one(evidence, judge):\n    judge(mean_over_seeds(evidence(depth='6').last, 'x'))\n"
    make_claims(claim, protocol=block_of(OWN, "toml", 4))
    (pytester.path / "claims" / "train.py").unlink()
    (pytester.path / "claims" / "conftest.py").write_text(block_of(OWN, "python", 2), encoding="utf-8")
    pytester.runpytest_subprocess("claims", "-n", "0", "--claims-looks", "1").assert_outcomes(failed=1)
    (told,) = json.loads((pytester.path / "reports" / "claims.json").read_text(encoding="utf-8"))["claims"]
    assert told["verdict"]["value"] == pytest.approx(0.6, abs=0.1)
