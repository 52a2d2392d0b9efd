"""Modules of the harness are imported as they are written, driven through pytest itself."""

import sys
from collections.abc import Callable

import pytest

PRINTS_REWRITTEN = """
import sys

def pytest_unconfigure():
    loaders = {name: type(module.__loader__).__name__ for name, module in list(sys.modules.items())
               if hasattr(module, "__loader__")}
    rewritten = sorted(name for name, loader in loaders.items() if loader == "AssertionRewritingHook")
    print("HARNESS", [name for name in rewritten if name.startswith("harness.")])
    print("OTHERS", rewritten)
"""


def test_a_session_of_claims_rewrites_no_module_of_the_harness(
    pytester: pytest.Pytester, make_claims: Callable[..., None]
) -> None:
    """But for what sees to that, which pytest itself imports; asserts of claims are rewritten as ever."""
    make_claims("\n@finding\ndef test_one(judge):\n    judge(mean_over_seeds(SUPPORTED, 'ratio'))\n")
    pytester.makeconftest(PRINTS_REWRITTEN)
    result = pytester.run(sys.executable, "-m", "pytest", "claims", "-p", "no:xdist")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["HARNESS [[]'harness.plugin', 'harness.plugin.as_written'[]]", "OTHERS*'test_speed'*"])
