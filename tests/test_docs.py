"""The pages of the documentation name what exists: findings, cells, fields, claims and files."""

import argparse
import ast
import contextlib
import io
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from harness.base.errors import ConfigError
from harness.judging.claim import Claim
from harness.judging.collected import claim_of
from harness.judging.marks import is_claim
from harness.report.folder import open_folder
from harness.report.protocol_file import read_grid
from tests.builders.docs import value_of

ROOT = Path(__file__).resolve().parent.parent
CLAIMS = ROOT / "claims"
DISPUTED = ROOT / "docs" / "disputed.md"
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

PYTEST = ".venv/bin/pytest claims"
TRAIN = ".venv/bin/python -m harness train claims"
MEANS = "means"  # the page's shell function around the command above


def shell_blocks(text: str) -> list[str]:
    """Return the blocks of shell commands of a page."""
    return re.findall(r"^```sh\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def commands(text: str) -> list[str]:
    """Return the commands of a page, a line each, without the definition of a function."""
    blocks = [block for block in shell_blocks(text) if not block.startswith(f"{MEANS}() {{")]
    return [line for line in "".join(blocks).splitlines() if line]


def arguments_of(command: str, prefix: str) -> list[str]:
    """Return what follows the prefix of a command, up to a comment or a pipe."""
    arguments = shlex.split(command.removeprefix(prefix), comments=True)
    return arguments[: arguments.index("|")] if "|" in arguments else arguments


def keywords(text: str) -> list[str]:
    """Return the expression of each ``pytest -k`` of a page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-k", required=True)
    parser.add_argument("--runxfail", action="store_true")
    return [parser.parse_args(arguments_of(line, PYTEST)).k for line in commands(text) if line.startswith(f"{PYTEST} ")]


def trainings(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Return cell and changed fields of each training that a page's commands ask for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("cells", nargs="+")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--seeds", type=int)
    found = []
    for line in commands(text):
        prefix = next((prefix for prefix in (TRAIN, MEANS) if line.startswith(f"{prefix} ")), None)
        if prefix is not None:
            options = parser.parse_args(arguments_of(line, prefix))
            changed = dict(value_of(assignment) for assignment in options.set)
            found += [(cell, changed) for cell in options.cells]
    return found


def selected(expressions: list[str]) -> dict[str, list[Claim]]:
    """Return the claims that each expression selects, as pytest's own ``-k`` does, from one collection for all."""
    found: dict[str, list[Claim]] = {}

    class Collector:
        def pytest_collection_finish(self, session: pytest.Session) -> None:
            mark = session.config.pluginmanager.get_plugin("mark")
            assert mark is not None
            for expression in expressions:
                items = list(session.items)
                session.config.option.keyword = expression
                mark.pytest_collection_modifyitems(items=items, config=session.config)
                found[expression] = [claim_of(item) for item in items if is_claim(item)]

    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        pytest.main(
            [str(CLAIMS), "--collect-only", "-q", "-p", "no:cacheprovider", "--assert=plain"], plugins=[Collector()]
        )
    assert list(found) == list(dict.fromkeys(expressions)), said.getvalue()
    return found


def findings_named(text: str) -> set[str]:
    """Return everything in a text that looks like the id of a finding."""
    sections = {finding.partition(".")[0] for finding in open_folder(CLAIMS).register.findings}
    return set(re.findall(rf"\b(?:{'|'.join(sorted(sections))})\.[a-z][a-z0-9-]*", text))


def missing_links(page: Path, text: str) -> list[str]:
    """Return the files that a page links to and that are not there."""
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    return [target for target in targets if target and "://" not in target and not (page.parent / target).exists()]


@pytest.fixture(scope="module")
def page() -> str:
    """Give the page on the disputed findings."""
    return DISPUTED.read_text(encoding="utf-8")


def test_every_finding_that_is_not_supported_is_explained(page: str) -> None:
    """The page names each finding that has a known verdict other than supported, and no finding that is not there."""
    findings = open_folder(CLAIMS).register.findings
    named = findings_named(page)
    assert {finding.id for finding in findings.values() if finding.expected} - named == set()
    assert named - set(findings) == set()


def test_a_finding_that_is_not_there_is_found() -> None:
    """An id that the register does not have is taken for one, a number or a file's name is not."""
    assert findings_named("**width.no-such-finding**: depth.3, 0.width, Width. one") == {"width.no-such-finding"}


def test_every_command_is_of_a_known_kind(page: str) -> None:
    """Each line of the page's code blocks is read by one of the tests below."""
    prefixes = (f"{PYTEST} -k ", f"{TRAIN} ", f"{MEANS} ")
    assert [line for line in commands(page) if not line.startswith(prefixes)] == []
    assert all(any(line.startswith(prefix) for line in commands(page)) for prefix in prefixes)


def test_every_training_can_be_asked_for(page: str) -> None:
    """Cells and fields of the page's commands exist, and their values can be trained."""
    grid = open_folder(CLAIMS).grid
    for cell, changed in trainings(page):
        grid.named_cell(cell, changed)


@pytest.mark.parametrize(
    "command",
    [
        "means torch-classification-relu-sgd-net9",
        "means torch-classification-relu-sgd-net1 --set rate=0.1  # faster",
        f"{TRAIN} torch-classification-relu-sgd-net1 --set loss=squared_error | grep 1.000",
    ],
)
def test_a_training_that_cannot_be_asked_for_is_found(command: str) -> None:
    """A cell, a field or a value that does not exist fails the test above."""
    [(cell, changed)] = trainings(f"```sh\n{command}\n```\n")
    with pytest.raises(ConfigError):
        open_folder(CLAIMS).grid.named_cell(cell, changed)


def test_every_expression_selects_claims(page: str) -> None:
    """Each ``-k`` selects something in each of its alternatives; together they show all that is not supported."""
    whole = keywords(page)
    parts = [part for expression in whole for part in expression.split(" or ")]
    claims = selected(list(dict.fromkeys([*whole, *parts, "no_such_claim"])))
    assert [expression for expression, found in claims.items() if not found] == ["no_such_claim"]
    shown = {(claim.finding.id, claim.reading.name) for expression in whole for claim in claims[expression]}
    findings = open_folder(CLAIMS).register.findings.values()
    assert {(finding.id, expected.reading) for finding in findings for expected in finding.expected} - shown == set()


def test_the_shell_reads_every_block(page: str) -> None:
    """It finds no mistake in the page's code blocks."""
    read = subprocess.run(["sh", "-n"], input="".join(shell_blocks(page)), text=True, capture_output=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_every_link_leads_to_a_file(file: Path) -> None:
    """Every file that a page links to exists."""
    assert missing_links(file, file.read_text(encoding="utf-8")) == []


def test_a_link_that_leads_nowhere_is_found() -> None:
    """A file that does not exist is found; an address, a place within the page and a file that exists are not."""
    text = "[a](nowhere.md) [b](https://example.org) [c](#place) ![d](docs/verdicts.md#place)"
    assert missing_links(ROOT / "README.md", text) == ["nowhere.md"]


@pytest.mark.parametrize("page", ["your-own-training.md", "logged-runs.md"])
def test_protocols_of_one_s_own_runs_are_valid(page: str, tmp_path: Path) -> None:
    """Each block of TOML is read as it stands, beside a training function; of a register, `test_docs_run` reads it."""
    (tmp_path / "train.py").write_text("def run(config, seed):\n    return {'x': 1}\n", encoding="utf-8")
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(?!\[findings)(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    assert blocks
    for block in blocks:
        (tmp_path / "protocol.toml").write_text(block, encoding="utf-8")
        assert read_grid(tmp_path / "protocol.toml").configs


def test_functions_of_pages_are_python() -> None:
    """Each block of Python of the page on training functions can be parsed, and has a function of two arguments."""
    text = (ROOT / "docs" / "your-own-training.md").read_text(encoding="utf-8")
    for block in re.findall(r"^```python\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE):
        (function,) = ast.parse(block).body
        assert isinstance(function, ast.FunctionDef)
        assert [one.arg for one in function.args.args] == ["config", "seed"]


def test_estimates_that_pages_name_can_be_imported() -> None:
    """What stands in the tables of the page on logged runs is there, under that name."""
    import harness

    text = (ROOT / "docs" / "logged-runs.md").read_text(encoding="utf-8")
    table = text.partition("| estimate | of |")[2].partition("\n\n")[0]
    names = [
        name for row in re.findall(r"^\| (.*?) \|", table, flags=re.MULTILINE) for name in re.findall(r"`(\w+)", row)
    ]
    assert len(names) > 5
    assert set(names) <= set(harness.__all__)
