"""Sessions from which results are missing, and what must then be said of them."""

from html import unescape

import pytest

from harness.sessions.history import open_history
from harness.sessions.session_file import read_session

GOOD = """
@finding
def test_good(judge):
    judge(mean_over_seeds(SUPPORTED, "ratio"))
"""


def assert_missing(pytester: pytest.Pytester, result: pytest.RunResult, *sentences: str) -> None:
    """Assert that the terminal, all pages and the data name exactly this, and that the session failed."""
    pages = {
        name: unescape((pytester.path / "reports" / name).read_text(encoding="utf-8")).replace("\\", "")
        for name in ("index.html", "claims.html", "summary.md")
    }
    assert read_session(pytester.path / "reports" / "claims.json").missing == sentences
    for sentence in sentences:
        assert sentence in result.outlines
        assert f"<li>{sentence}</li>" in pages["index.html"]
        assert f'<p class="claim-missing">✘ {sentence}</p>' in pages["claims.html"]
        assert f"- {sentence[:100]}" in pages["summary.md"]  # which shortens what is long
    assert pages["summary.md"].startswith("### ✘ This session is not finished")
    assert "judged, each as the register expects.\n" not in pages["summary.md"]
    assert "Every claim has the verdict that the register records" not in pages["index.html"]
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert open_history(pytester.path / ".claims-history.sqlite").sessions() == []
