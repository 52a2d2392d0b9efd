"""What a session that cannot start leaves of the one before."""

from collections.abc import Callable
from pathlib import Path

import pytest

MakeClaims = Callable[..., None]

GOOD = "\n@finding\ndef test_good(judge):\n    judge(mean_over_seeds(SUPPORTED, 'ratio'))\n"


def contents(folder: Path) -> dict[str, bytes]:
    """Return what stands in all files below a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


BREAKS = "import pytest\n\n@pytest.hookimpl(tryfirst=True)\ndef {}():\n    raise RuntimeError('it broke')\n"
OBSTACLES = {
    "conftest": ("conftest.py", "import nothing_of_that_name\n", []),
    "internal error": ("conftest.py", BREAKS.format("pytest_runtestloop"), []),
    "internal error in collection": ("conftest.py", BREAKS.format("pytest_collection_modifyitems"), []),
    "no module": ("claims/test_speed.py", "import nothing_of_that_name\n", []),
    "no claims": ("claims/test_speed.py", "", []),
    "register": ("claims/report.toml", "title = 1\n", []),
    "none selected": ("unused", "", ["-k", "nothing_of_that_name"]),
    "no such file": ("unused", "", ["claims/test_gone.py"]),
    "usage": ("unused", "", ["--claims-seeds", "1"]),
    "unknown config option": ("tox.ini", "[pytest]\nunknown_option = 1\n", ["--strict-config"]),
}


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_session_that_cannot_start_leaves_all_pages_alone(
    pytester: pytest.Pytester, make_claims: MakeClaims, workers: str
) -> None:
    """What it would show says nothing of the claims; it fails, and the terminal says why."""
    make_claims(GOOD)
    assert pytester.runpytest_subprocess("claims").ret == pytest.ExitCode.OK
    before = contents(pytester.path / "reports")
    assert {"index.html", "claims.html", "claims.json", "claims.xml", "summary.md"} <= before.keys()
    for what, (name, content, arguments) in OBSTACLES.items():
        file = pytester.path / name
        kept = file.read_bytes() if file.exists() else None
        file.write_text(content, encoding="utf-8")
        result = pytester.runpytest_subprocess("claims", "-n", workers, "-p", "no:cacheprovider", *arguments)
        assert result.ret != pytest.ExitCode.OK, what
        assert contents(pytester.path / "reports") == before, what
        file.unlink() if kept is None else file.write_bytes(kept)


def test_a_first_session_that_cannot_start_leaves_no_pages(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """Also none of pytest's own, and says so."""
    make_claims("")
    result = pytester.runpytest_subprocess("claims")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result.stdout.fnmatch_lines(
        [
            "*no claim was judged*",
            "No claim judges: 1 reading: speed.faster (ratio).",
            "The session came to no claim: no page was written or changed.",
        ]
    )
    assert contents(pytester.path / "reports") == {}


def test_junit_xml_that_was_asked_for_elsewhere_is_written(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """A CI server wants to know what could not be collected."""
    make_claims("import nothing_of_that_name\n")
    pytester.runpytest_subprocess("claims", "--junitxml=mine.xml")
    assert "nothing_of_that_name" in (pytester.path / "mine.xml").read_text(encoding="utf-8")
