"""What stands in the folder of pages after a session."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.drawing.profile_figure import profile_figure
from harness.drawing.report_figures import ReportFigure
from harness.pages.context import Drawings, PageContext
from harness.pages.publish import with_files
from harness.reconstruction.scored import Profile
from tests.builders.sessions import judged_claim, session_of

MakeClaims = Callable[..., None]


TWO_LOOKS = """
@finding
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_trains(evidence, judge, activation):
    judge(mean_over_seeds(0.001 * evidence(activation=activation).final_test_loss + 1, "loss"))
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_session_leaves_pages_and_data(pytester: pytest.Pytester, make_claims: MakeClaims, workers: str) -> None:
    """All runs that the claims used are in the table, each once; the pages link to each other, and none is missing."""
    make_claims(TWO_LOOKS)
    for _ in range(2):
        assert pytester.runpytest_subprocess("claims", "-n", workers, "--claims-seeds", "3").ret == 0
    reports = pytester.path / "reports"
    names = {file.name for file in reports.iterdir()}
    pages = {"index.html", "report.html", "runs.html", "history.html", "claims.html"}
    assert names == pages | {"claims.json", "claims.xml", "runs.csv", "summary.md", "figures"}
    for page in pages - {"claims.html"}:
        text = (reports / page).read_text(encoding="utf-8")
        assert all(f'href="{other}' in text for other in pages - {page}), page
    assert 'href="index.html"' in (reports / "claims.html").read_text(encoding="utf-8")
    with (reports / "runs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len({(row["cell"], row["split"], row["training"]) for row in rows}) == 6
    assert {row["report"] for row in rows} == {"claims"}
    index = (reports / "index.html").read_text(encoding="utf-8")
    assert "data:image/svg+xml" in index
    assert "2 sessions, supported in all" in index
    assert "Claims: A small report" in (reports / "summary.md").read_text(encoding="utf-8")


def test_pages_stand_beside_the_audit_log_wherever_that_is(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """And lead to it under its own name."""
    make_claims("@finding\ndef test_supported(judge):\n    judge(mean_over_seeds(SUPPORTED, 'ratio'))\n")
    assert pytester.runpytest_subprocess("claims", "--html", "elsewhere/my log.html").ret == 0
    assert not (pytester.path / "reports").exists()
    for page in ("index.html", "report.html", "runs.html", "history.html"):
        text = (pytester.path / "elsewhere" / page).read_text(encoding="utf-8")
        assert 'href="my%20log.html"' in text
        assert "claims.html" not in text


def test_without_pytest_html_no_link_leads_nowhere(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """The other pages are written all the same."""
    make_claims("@finding\ndef test_supported(judge):\n    judge(mean_over_seeds(SUPPORTED, 'ratio'))\n")
    result = pytester.runpytest_subprocess("claims", "-p", "no:html", "-p", "no:metadata")
    assert result.ret == 0
    assert "claims.html" not in (pytester.path / "reports" / "index.html").read_text(encoding="utf-8")


def test_a_figure_that_tells_no_numbers_has_none_beside_it(tmp_path: Path) -> None:
    """Nor those of the figure that stood there before, nor those of another of the same title."""
    session = session_of(judged_claim("claims/test_a.py::test_a"))
    tells = profile_figure({"task": [Profile("loss", "a", -1.0, True)]})
    told = []
    for svg in (tells, "<svg></svg>"):
        figures = [ReportFigure(title="Choices", shown="", findings=(), svg="<svg></svg>")]
        drawings = Drawings(profiles={"Choices": svg}, report_figures=figures)
        files = with_files(PageContext(drawings=drawings), session, tmp_path).files
        told.append([files.table_of(files.profiles["Choices"]), files.table_of(files.report_figures["Choices"])])
        assert [Path(name).suffix for name in files.data] == [".csv"] * (svg == tells)
    assert [[bool(name) for name in names] for names in told] == [[True, False], [False, False]]


def test_figures_have_their_numbers_beside_them(pytester: pytest.Pytester, make_claims: Callable[..., None]) -> None:
    """The sample that was judged; what a session before has left goes."""
    make_claims("\n@finding\ndef test_one(judge):\n    judge(mean_over_seeds(SUPPORTED, 'ratio'))\n")
    figures = pytester.path / "reports" / "figures"
    figures.mkdir(parents=True)
    for name in ("old.svg", "old.csv", "mine.txt"):
        (figures / name).write_text("", encoding="utf-8")
    assert pytester.runpytest_subprocess("claims").ret == pytest.ExitCode.OK
    names = sorted(file.name for file in figures.iterdir())
    assert [Path(name).suffix for name in names] == [".txt", ".csv", ".svg"]
    table = (figures / names[1]).read_text(encoding="utf-8")
    assert table.splitlines()[1:] == ["1,0.98", "2,0.99", "3,1.0", "4,1.01", "5,1.02"]
    index = (pytester.path / "reports" / "index.html").read_text(encoding="utf-8")
    assert f'<a href="figures/{names[1]}" download>' in index
