"""The page as a reader sees it: rendered by a real browser, with its scripts run."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.pages.report import JUDGEMENT_COLUMNS
from tests.builders.reports import REPORT

CLAIMS = """
@finding
def test_supported(judge):
    judge(mean_over_seeds(SUPPORTED, "ratio"))

@finding
def test_refuted(judge):
    judge(mean_over_seeds(REFUTED, "ratio"))
"""


def rendered(page: Path, profile: Path) -> str:
    """Return the page's document after its scripts ran."""
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("needs Debian's chromium on the path")
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        f"--user-data-dir={profile}",
        "--dump-dom",
        page.as_uri(),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


@pytest.fixture
def document(pytester: pytest.Pytester, make_claims: Callable[..., None], tmp_path: Path) -> str:
    """Render the page of two claims whose statement tries to run a script."""
    hostile = REPORT.replace("A is faster than B.", "<script>document.title = 'owned'</script>")
    make_claims(CLAIMS, report=hostile)
    pytester.runpytest_subprocess("claims", "-n", "0")
    return rendered(pytester.path / "reports" / "claims.html", tmp_path / "profile")


def headers_of(html: str) -> list[str]:
    """Return the texts of all header cells."""
    return re.findall(r"<th[^>]*>\s*([^<]*?)\s*</th>", html)


def test_the_page_shows_rows_figures_and_no_foreign_script(document: str) -> None:
    """One row a claim with its figure, above them one row a finding, and text from the register never run."""
    rows = re.findall(r'<td class="col-verdict">(.*?)</td>', document)
    assert sorted(rows) == ["✔ supported", "✘ refuted"]
    above, claims = document.split('id="results-table"')
    assert headers_of(claims) == [
        "Result",
        "Finding",
        "Section",
        "Verdict",
        "Estimate [interval]",
        "Band",
        "Seeds",
        "Evidence",
        "Test",
    ]
    assert headers_of(above.split('class="findings"')[1]) == ["Finding", "Answer", *JUDGEMENT_COLUMNS]
    assert "<td>speed.faster: &lt;script&gt;document.title = 'owned'&lt;/script&gt;</td>" in above
    assert "<td>1 of 2 supported, 1 refuted; needs all</td>" in above
    assert document.count('class="claim-figure"') == document.count('src="figures/test-speed-py-test-') == 2
    assert "<title" in document
    assert "owned</title>" not in document
    assert re.search(r"<title[^>]*>Claims: A small report</title>", document)
