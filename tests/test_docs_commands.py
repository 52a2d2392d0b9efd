"""Each command that a page names is one: its own parser takes it, and what it names is there."""

import argparse
import ast
import importlib
import re
import subprocess
import tomllib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

import harness.__main__ as command_line
from harness.report.folder import open_folder
from tests.builders.docs import ROOT, Block, blocks, commands_of, documents_of, value_of

CLAIMS = ROOT / "claims"
BLOCKS = [block for block in blocks("sh") if commands_of(block)]
MADE = {"my-report", "runs.csv"}  # by a command on the same page, or by the reader

NOT_OURS = {
    "ssh": "needs a second machine",
    "cat": "its file is looked for in test_docs_run.py, and where it goes is GitHub's",
    "jq": "run in test_docs_run.py",
    "sqlite3": "run in test_docs_run.py",
    "mkdir": "needs a folder of the machine and a group `team`",
    "chgrp": "needs a folder of the machine and a group `team`",
    "chmod": "needs a folder of the machine and a group `team`",
}
"""Programs whose arguments are not parsed here, and why."""


class ParsedError(Exception):
    """Ends a program after its arguments were parsed."""


@pytest.fixture
def options_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], argparse.Namespace]:
    """Parse the arguments of a command of ours with its own parser, and run nothing."""
    seen: list[argparse.Namespace] = []

    def note(options: argparse.Namespace) -> int:
        seen.append(options)
        return 0

    for name, command in command_line.COMMANDS.items():
        parses = SimpleNamespace(HELP=command.HELP, describe=command.describe, run=note)
        monkeypatch.setitem(command_line.COMMANDS, name, parses)  # type: ignore[arg-type]

    def parse(arguments: list[str]) -> argparse.Namespace:
        assert command_line.main(arguments) == 0
        return seen[-1]

    return parse


def check_ours(options: argparse.Namespace) -> None:
    """Look for the folders, findings and cells that a command names."""
    told = vars(options)
    folder = told.get("folder")
    assert folder is None or str(folder) in MADE or (ROOT / folder).is_dir(), folder
    if told.get("finding"):
        assert told["finding"] in open_folder(CLAIMS).register.findings
    if options.command == "explain" and told.get("reading"):
        assert told["reading"] in open_folder(CLAIMS).register.findings[told["finding"]].readings
    if options.command == "train":
        changed = dict(value_of(assignment) for assignment in told["set"])
        for cell in options.names:
            open_folder(CLAIMS).grid.named_cell(cell, changed)


def check_pytest(arguments: list[str], config: pytest.Config) -> None:
    """Let pytest, which has this plugin, parse it; files, markers and words of tests have to be there."""
    options = config._parser.parse(arguments)
    for place in options.file_or_dir:
        assert place in MADE or (ROOT / place).exists(), place
    markers = {re.match(r"\w+", line).group() for line in config.getini("markers")}  # type: ignore[union-attr]
    assert set(re.findall(r"\w+", options.markexpr)) - {"not", "and", "or"} <= markers
    if options.keyword and options.file_or_dir != ["claims"]:  # those of claims are selected in test_docs.py
        source = "".join((ROOT / place).read_text(encoding="utf-8") for place in options.file_or_dir)
        for word in set(re.findall(r"\w+", options.keyword)) - {"not", "and", "or"}:
            assert re.search(rf"def test_\w*{word}", source), word


def check_module(name: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a benchmark parse its arguments, and end it there."""
    parse = argparse.ArgumentParser.parse_args

    def parse_only(parser: argparse.ArgumentParser, *given: Any) -> None:
        parse(parser, *given)
        raise ParsedError

    module = importlib.import_module(name)
    with monkeypatch.context() as patched:
        patched.setattr(argparse.ArgumentParser, "parse_args", parse_only)
        with pytest.raises(ParsedError):
            module.main(arguments)


def check_pip(arguments: list[str]) -> None:
    """Look for the extras of this project that are installed, and for the file of constraints."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    parser.add_argument("-e", required=True)
    parser.add_argument("-c")
    told = parser.parse_args(arguments[1:])
    assert arguments[0] == "install"
    found = re.fullmatch(r"\.(?:\[([\w,]+)\])?", told.e)
    assert found is not None
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(filter(None, (found.group(1) or "").split(","))) <= set(extras)
    assert told.c is None or (ROOT / told.c).is_file()


def check_dask(arguments: list[str]) -> None:
    """Let Dask's own command line parse it."""
    module = importlib.import_module(f"distributed.cli.dask_{arguments[0]}")
    module.main.make_context(arguments[0], arguments[1:])


@pytest.fixture
def check(
    options_of: Callable[[list[str]], argparse.Namespace], pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> Callable[[list[str]], None]:
    """Check a command by the program that it calls."""
    monkeypatch.chdir(ROOT)

    def check_one(words: list[str]) -> None:
        program, arguments = words[0].removeprefix(".venv/bin/"), words[1:]
        if program == "python" and arguments[:1] == ["-m"]:
            program, arguments = arguments[1], arguments[2:]
        if program in ("claims", "harness"):
            check_ours(options_of(arguments))
        elif program == "means":  # the function of disputed.md
            check_ours(options_of(["train", "claims", *arguments]))
        elif program == "pytest":
            check_pytest(arguments, pytestconfig)
        elif program.startswith("benchmarks."):
            check_module(program, arguments, monkeypatch)
        elif program == "make":
            subprocess.run(["make", "-n", *arguments], check=True, capture_output=True, cwd=ROOT)
        elif program == "pip":
            check_pip(arguments)
        elif program == "dask":
            check_dask(arguments)
        elif words != [".venv/bin/python", "-"]:  # what that reads is a test below
            assert program in NOT_OURS, f"nothing here knows how to check {program}"

    return check_one


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.name)
def test_every_command_can_be_called(block: Block, check: Callable[[list[str]], None]) -> None:
    """By the parser of the program that it calls."""
    for words in commands_of(block):
        check(words)


@pytest.mark.parametrize(
    "command",
    [
        "pytest claims --claims-sees 20",
        "pytest claims --claims-looks many",
        "pytest claim",
        "pytest claims -m nothing_of_that_name",
        ".venv/bin/pytest tests/explaining/test_cause.py -k nothing_of_that_name",
        ".venv/bin/python -m harness exports",
        ".venv/bin/python -m harness export --latexx paper.tex",
        ".venv/bin/python -m harness history optimizers.nothing-of-that-name",
        ".venv/bin/python -m harness train claims torch-classification-relu-sgd-net9",
        ".venv/bin/python -m benchmarks.scaling --pears 3",
        "claims cells claim",
        "make nothing-of-that-name",
        "pip install -e '.[torhc]'",
        "dask worker tcp://127.0.0.1:8786 --nworkerss 16",
        "unheard-of program",
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_command_that_cannot_be_called_is_found(command: str, check: Callable[[list[str]], None]) -> None:
    """An option, a folder, a finding, a cell, a target, an extra or a program that is not there."""
    (words,) = commands_of(Block("x.md", 0, "sh", f"{command}\n"))
    with pytest.raises((Exception, SystemExit)) as problem:
        check(words)
    assert not isinstance(problem.value, TypeError | AttributeError | NameError | ImportError)


@pytest.mark.parametrize("block", blocks("sh"), ids=lambda block: block.name)
def test_the_shell_reads_every_block(block: Block) -> None:
    """And Python what a block hands it: a cluster with a queue is not there to run it."""
    subprocess.run(["sh", "-n"], input=block.text, text=True, check=True, capture_output=True)
    for document in documents_of(block):
        ast.parse(document)


def test_every_program_that_is_not_checked_is_named_on_a_page() -> None:
    """The list of exceptions has none that is not needed."""
    programs = {words[0] for block in BLOCKS for words in commands_of(block)}
    assert set(NOT_OURS) <= programs
    assert {block.language for block in blocks()} == {"", "sh", "toml", "python"}
