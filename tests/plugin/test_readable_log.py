"""Whose page of pytest-html is mended, and whose is not."""

import re
from collections.abc import Callable

import pytest

TEST = "def test_one():\n    assert True\n"
CLAIM = "\n@finding\ndef test_one(judge):\n    judge(mean_over_seeds(SUPPORTED, 'ratio'))\n"


def without_times(page: str) -> str:
    """Return a page of pytest-html without what differs between two sessions: times, and the list of plugins."""
    page = re.sub(r"Report generated on \S+ at \S+", "", page)
    return re.sub(r"&#34;claims&#34;: &#34;[^&]*&#34;, |\d+ ms|\d\d:\d\d:\d\d", "", page)


def test_a_page_without_claims_is_as_pytest_html_writes_it(pytester: pytest.Pytester) -> None:
    """To the last character."""
    pytester.makepyfile(TEST)
    pytester.makeini("[pytest]\n")
    pages = []
    for plugins in ([], ["-p", "no:claims"]):
        pytester.runpytest_subprocess("--html=own.html", "--self-contained-html", "-n", "0", *plugins)
        pages.append(without_times((pytester.path / "own.html").read_text(encoding="utf-8")))
    assert pages[0] == pages[1]
    assert '<html lang="en">' not in pages[0]


@pytest.mark.parametrize(("arguments", "mended"), [([], True), (["--html=reports/claims.html"], False)])
def test_a_page_that_was_asked_for_keeps_its_form(
    pytester: pytest.Pytester, make_claims: Callable[..., None], arguments: list[str], mended: bool
) -> None:
    """Its style is not ours either."""
    make_claims(CLAIM)
    assert pytester.runpytest_subprocess("claims", *arguments).ret == pytest.ExitCode.OK
    page = (pytester.path / "reports" / "claims.html").read_text(encoding="utf-8")
    assert page.count('<html lang="en">') == mended
    assert page.count('<label><input checked="true" class="filter"') == (8 if mended else 0)


def test_the_environment_says_its_packages_in_a_line(
    pytester: pytest.Pytester, make_claims: Callable[..., None]
) -> None:
    """pytest-html's own list of them is never closed."""
    make_claims(CLAIM)
    pytester.runpytest_subprocess("claims")
    page = (pytester.path / "reports" / "claims.html").read_text(encoding="utf-8")
    assert re.search(r"&#34;Packages&#34;: &#34;pytest \d", page)
