import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from harness.base.errors import RegisterError
from harness.judging.claim import Claim
from harness.judging.collected import claim_of, collect_claims, settled_at_of
from harness.verdicts.error_rate import ERROR_RATE
from tests.builders.reports import REPORT

WriteClaims = Callable[[str], Path]
HEAD = """
import pytest

finding = pytest.mark.finding("speed.faster", reading="ratio")

"""


@pytest.fixture
def write_claims(small_report: Path) -> Iterator[WriteClaims]:
    """Write a module of claims into the small report's folder; what pytest imports for it is forgotten afterwards."""
    path, modules = list(sys.path), dict[str, ModuleType](sys.modules)
    (small_report / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")

    def write(claims: str) -> Path:
        (small_report / "test_collected_claims.py").write_text(HEAD + claims, encoding="utf-8")
        return small_report

    yield write
    sys.path[:] = path
    for name in set(sys.modules) - set(modules):
        if str(small_report) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def by_name(claims: list[Claim]) -> dict[str, Claim]:
    """Return claims by what follows the module in their test's id."""
    return {claim.test.partition("::")[2]: claim for claim in claims}


def test_claims_are_collected_as_pytest_does(write_claims: WriteClaims) -> None:
    """Every test with a finding is one, with its parameters and what it judges; other tests are none."""
    folder = write_claims(
        """
@finding
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize(("first", "second"), [(1, 2)])
def test_pair(evidence, judge, first, second, activation):
    raise SystemExit("called")

class TestInside:
    @finding
    @pytest.mark.timed
    def test_method(self, evidence, judge):
        raise SystemExit("called")

def test_other():
    raise SystemExit("called")
"""
    )
    claims = by_name(collect_claims(folder))
    assert list(claims) == ["test_pair[1-2-relu]", "test_pair[1-2-tanh]", "TestInside::test_method"]
    pair = claims["test_pair[1-2-tanh]"]
    assert pair.parameters == {"first": 1, "second": 2, "activation": "tanh"}
    assert (pair.finding.id, pair.reading.name) == ("speed.faster", "ratio")
    assert all(claim.rests_on_runs for claim in claims.values())


def test_what_a_parameter_makes_a_fixture_say_is_not_known_outside_a_session(write_claims: WriteClaims) -> None:
    """The parameter itself must not be taken for it: such a claim rests on more than runs."""
    folder = write_claims(
        """
@pytest.fixture(params=[1, 2])
def width(request):
    return 10 * request.param

@pytest.fixture
def depth(request):
    return 10 * request.param

@finding
def test_of_fixture(evidence, judge, width):
    pass

@finding
@pytest.mark.parametrize("depth", [3], indirect=True)
def test_indirect(evidence, judge, depth):
    pass

@finding
@pytest.mark.parametrize("depth, height", [(3, 4)], indirect=["depth"])
def test_partly_indirect(evidence, judge, depth, height):
    pass

@finding
@pytest.mark.parametrize("depth", [3])
def test_overridden(evidence, judge, depth):
    pass
"""
    )
    claims = by_name(collect_claims(folder))
    assert {name: (dict(claim.parameters), claim.rests_on_runs) for name, claim in claims.items()} == {
        "test_of_fixture[1]": ({}, False),
        "test_of_fixture[2]": ({}, False),
        "test_indirect[3]": ({}, False),
        "test_partly_indirect[3-4]": ({"height": 4}, False),
        "test_overridden[3]": ({"depth": 3}, True),
    }


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ("def test_one(:\n", "pytest cannot collect the claims: *SyntaxError*"),
        ("import nothing_of_that_name\n", "pytest cannot collect the claims: *nothing_of_that_name*"),
        ("", "pytest cannot collect the claims: *no tests collected*"),
        (
            "@pytest.mark.finding('speed.slower', reading='ratio')\ndef test_one(judge):\n    pass\n",
            "*test_one: no finding 'speed.slower' in *report.toml; there are: speed.faster",
        ),
        (
            "@pytest.mark.finding('speed.faster')\ndef test_one(judge):\n    pass\n",
            '*test_one: mark the claim with @pytest.mark.finding("section.name", reading="name")',
        ),
    ],
)
def test_claims_that_cannot_be_collected(write_claims: WriteClaims, claims: str, message: str) -> None:
    """The error says what pytest said of them, or names the test and what is wrong with its marker."""
    with pytest.raises(RegisterError) as error:
        collect_claims(write_claims(claims))
    pytest.LineMatcher([" ".join(str(error.value).split())]).fnmatch_lines([f"*{message}"])


def test_a_folder_without_register(write_claims: WriteClaims) -> None:
    """A claim that belongs to no report is an error that says so."""
    folder = write_claims("@finding\ndef test_one(judge):\n    pass\n")
    (folder / "report.toml").unlink()
    with pytest.raises(RegisterError, match=r"test_one: no report\.toml with findings beside .* or above"):
        collect_claims(folder)


CASES = """
@pytest.mark.parametrize("second", ("one", "two", "three"))
@pytest.mark.parametrize(argnames="first", argvalues=["one", "two"])
@pytest.mark.finding("speed.faster", reading="{reading}")
def test_{reading}(judge, first, second):
    pass

"""
READINGS = """
[findings."speed.faster".readings.{reading}]
estimand = "another"
counts = "{reading}"
low = 0
high = 1
reason = "so"
"""
OTHER = """
[findings."speed.other"]
statement = "So it is."
basis = "independent"

[findings."speed.other".readings.only]
estimand = "x"
low = 0
high = 1
reason = "so"
"""


def test_what_a_claim_needs_depends_on_its_reading(pytester: pytest.Pytester, make_claims: Callable[..., None]) -> None:
    """Of a primary reading all findings and all its cases count, also where one case is selected; of others less."""
    report = REPORT.replace('basis = "independent"\n', 'basis = "independent"\nprimary = "ratio"\n')
    readings = "".join(READINGS.format(reading=role) for role in ("alternative", "detail"))
    claims = "".join(CASES.format(reading=name) for name in ("ratio", "alternative", "detail"))
    make_claims(claims, report=report + readings + OTHER)
    for selected, count in (("claims", 18), ("claims/test_speed.py::test_ratio[one-two]", 1)):
        items, _ = pytester.inline_genitems(selected)
        found = {claim_of(item).reading.role: settled_at_of(item, claim_of(item)) for item in items}
        assert len(items) == count
        expected = {"primary": ERROR_RATE / 12, "alternative": ERROR_RATE / 6, "detail": ERROR_RATE}
        assert found == pytest.approx({role: expected[role] for role in found})
