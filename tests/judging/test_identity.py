"""Which claim an item is, where other plugins parametrize it, too."""

import pytest

from harness.judging.identity import claim_id
from tests.builders.plugins import OTHER_PLUGIN


def ids_of(pytester: pytest.Pytester, tests: str) -> list[str]:
    """Return the ids of tests after their module's, in order, each once."""
    items, _ = pytester.inline_genitems(pytester.makepyfile(f"import pytest\n{tests}"))
    return list(dict.fromkeys(claim_id(item).partition("::")[2] for item in items))


@pytest.mark.parametrize("repeated", [False, True])
def test_only_own_parameters_count(pytester: pytest.Pytester, repeated: bool) -> None:
    """Of marks, of fixtures and of a report's own hook; with another plugin's the ids are what they are without it."""
    own_hook = """
def pytest_generate_tests(metafunc):
    if "width" in metafunc.fixturenames:
        metafunc.parametrize("width", [8])
"""
    pytester.makepyfile(other_plugin=OTHER_PLUGIN)
    pytester.makeconftest(own_hook + ("pytest_plugins = ['other_plugin']\n" if repeated else ""))
    ids = ids_of(
        pytester,
        """
@pytest.fixture(params=["a-b", "c"])
def of_fixture(request):
    return request.param

def test_plain():
    pass

@pytest.mark.parametrize("first, second", [(1, 2), (3, 4)])
@pytest.mark.parametrize("activation", ["relu"])
def test_marks(first, second, activation, of_fixture):
    pass

def test_own_hook(width):
    pass
""",
    )
    assert {one.partition("[")[0] for one in ids} == {"test_plain", "test_marks", "test_own_hook"}
    assert sorted(one for one in ids if "marks" in one) == [
        "test_marks[a-b-relu-1-2]",
        "test_marks[a-b-relu-3-4]",
        "test_marks[c-relu-1-2]",
        "test_marks[c-relu-3-4]",
    ]
    assert sorted(one for one in ids if "marks" not in one) == ["test_own_hook[8]", "test_plain"]


def test_an_id_that_cannot_be_taken_apart_is_whole(pytester: pytest.Pytester) -> None:
    """Where another plugin gives several parameters at once, pytest does not say which part stands for what."""
    pytester.makeconftest(
        """
def pytest_generate_tests(metafunc):
    metafunc.fixturenames += ["step", "of"]
    metafunc.parametrize("step, of", [(1, 2), (2, 2)])
"""
    )
    assert ids_of(pytester, "def test_plain():\n    pass\n") == ["test_plain[1-2]", "test_plain[2-2]"]
