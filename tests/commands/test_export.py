import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.__main__ import main
from harness.pages.context import PageContext
from harness.pages.publish import publish
from harness.sessions.history import open_history
from harness.sessions.report_under_test import FindingNotes
from harness.sessions.session import Session
from harness.sessions.session_file import write_session
from tests.builders.sessions import REPORT, judged_claim, session_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a session where one writes them, and go there."""
    note = FindingNotes(finding="x.y", verdicts=("holds",), answer="Yes: 100 % of a_b.", because="So.")
    session = session_of(
        judged_claim("claims/test_a.py::test_a"),
        judged_claim("claims/test_b.py::test_b", "refuted", finding="x.z"),
        reports=(replace(REPORT, notes=(note,)),),
        missing=("A worker died: 50 %.",),
    )
    (tmp_path / "reports").mkdir()
    write_session(session, tmp_path / "reports" / "claims.json")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def green() -> Session:
    """Return a session in which everything is as recorded."""
    return session_of(judged_claim("claims/test_a.py::test_a"))


def test_macros_have_what_a_paper_needs(folder: Path) -> None:
    """By the finding's own name; LaTeX's signs are escaped, and an answer is there only where it fits the verdict."""
    assert main(["export", "--latex", "out/claims.tex"]) == 0
    text = (folder / "out" / "claims.tex").read_text(encoding="utf-8")
    assert r"\expandafter\def\csname claim@x.y@verdict\endcsname{holds}" in text
    assert r"\csname claim@x.y@answer\endcsname{Yes: 100 \% of a\_b.}" in text
    assert r"\csname claim@x.z@answer\endcsname{does not hold}" in text
    assert r"\csname claim@x.z@estimate\endcsname{0.03123}" in text
    assert text.count(r"\expandafter") == 12


def test_annotations_stand_beside_their_claim(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is missing and what differs are errors; the whole is one notice; GitHub's own signs are escaped."""
    assert main(["export", "--github"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "::error title=Not finished::A worker died: 50 %25."
    assert lines[1].startswith("::error file=claims/test_b.py,title=Claim refuted::x.z (loss): 0.03123 [")
    assert lines[-1] == "::notice title=Findings::2 findings: 1 holds, 1 does not hold."


def test_a_badge_counts_findings(folder: Path) -> None:
    """Red where something is not in order."""
    assert main(["export", "--badge", "badge.json"]) == 0
    shown = json.loads((folder / "badge.json").read_text(encoding="utf-8"))
    assert (shown["message"], shown["color"]) == ("1 of 2 hold, changed", "red")
    write_session(green(), folder / "green.json")
    assert main(["export", "green.json", "--badge", "badge.json"]) == 0
    shown = json.loads((folder / "badge.json").read_text(encoding="utf-8"))
    assert (shown["message"], shown["color"]) == ("1 of 1 hold", "blue")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "nothing to export; give --html FILE, --latex FILE, --badge FILE or --github"),
        (
            ["nowhere.json", "--github"],
            "'nowhere.json' is no session; give a number, last, previous, or the path of a ",
        ),
        (["--latex", "reports"], "reports: cannot be written ("),
        (["--html", "one.html"], "reports/index.html: there is no page of findings; run pytest on the report first"),
        (["--html", "reports/index.html"], "reports/index.html is one of the pages themselves; give another file"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    """And the exit status is 2."""
    assert main(["export", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"error: {sentence}")


def test_a_session_of_the_history_has_no_pages(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those that are there may be of another one."""
    history = open_history(folder / ".claims-history.sqlite")
    history.append(green())
    assert main(["export", "last", "--html", "one.html"]) == 2
    assert "--html makes one file of the pages beside a claims.json; name that in place of 'last'" in (
        capsys.readouterr().err
    )


def test_pages_become_one_file(folder: Path) -> None:
    """What is in it is tested with the pages."""
    publish(green(), PageContext(), folder / "reports")
    assert main(["export", "--html", "out/one.html"]) == 0
    assert 'id="history"' in (folder / "out" / "one.html").read_text(encoding="utf-8")
