"""What a session that cannot start leaves of the one before."""

from collections.abc import Callable
from pathlib import Path

import pytest

MakeClaims = Callable[..., None]

GOOD = "\n@finding\ndef test_good(judge):\n    judge(mean_over_seeds(SUPPORTED, 'ratio'))\n"


def contents(folder: Path) -> dict[str, bytes]:
    """Return what stands in all files below a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize(
    ("name", "content", "arguments"),
    [
        ("conftest.py", "import nothing_of_that_name\n", ["claims"]),
        ("conftest.py", "def pytest_runtestloop():\n    raise RuntimeError('it broke')\n", ["claims"]),
        ("conftest.py", "def pytest_collection_modifyitems():\n    raise RuntimeError('it broke')\n", ["claims"]),
        ("claims/test_speed.py", "import nothing_of_that_name\n", ["claims"]),
        ("claims/test_speed.py", "", ["claims"]),
        ("claims/report.toml", "title = 1\n", ["claims"]),
        ("unused", "", ["claims", "-k", "nothing_of_that_name"]),
        ("unused", "", ["claims/test_speed.py::test_gone"]),
        ("unused", "", ["claims", "--claims-seeds", "1"]),
        ("pytest.ini", "[pytest]\nunknown_option = 1\n", ["claims", "--strict-config"]),
    ],
    ids=[
        *("conftest", "internal error", "internal error in collection", "no module", "no claims", "register"),
        *("none selected", "no such test", "usage", "unknown config option"),
    ],
)
def test_a_session_that_cannot_start_leaves_all_pages_alone(
    pytester: pytest.Pytester, make_claims: MakeClaims, name: str, content: str, arguments: list[str], workers: str
) -> None:
    """What it would show says nothing of the claims; it fails, and the terminal says why."""
    make_claims(GOOD)
    assert pytester.runpytest_subprocess("claims").ret == pytest.ExitCode.OK
    before = contents(pytester.path / "reports")
    assert {"index.html", "claims.html", "claims.json", "claims.xml", "summary.md"} <= before.keys()
    (pytester.path / name).write_text(content, encoding="utf-8")
    result = pytester.runpytest_subprocess("-n", workers, *arguments)
    assert result.ret not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    assert contents(pytester.path / "reports") == before


def test_a_first_session_that_cannot_start_leaves_no_pages(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """Also none of pytest's own, and says so."""
    make_claims("")
    result = pytester.runpytest_subprocess("claims")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result.stdout.fnmatch_lines(
        [
            "*no claim was judged*",
            "No claim judges: 1 reading: speed.faster (ratio).",
            "The session could not start: all pages stay those of the session before.",
        ]
    )
    assert contents(pytester.path / "reports") == {}


def test_junit_xml_that_was_asked_for_elsewhere_is_written(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """A CI server wants to know what could not be collected."""
    make_claims("import nothing_of_that_name\n")
    pytester.runpytest_subprocess("claims", "--junitxml=mine.xml")
    assert "nothing_of_that_name" in (pytester.path / "mine.xml").read_text(encoding="utf-8")
