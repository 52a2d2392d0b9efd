"""Reports are found wherever pytest collects them, however they are named, and nowhere else."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.sessions.session import Session
from harness.sessions.session_file import read_session
from tests.builders.reports import HEAD, PROTOCOL, REPORT

CLAIM = "\n@finding\ndef test_ratio(judge):\n    judge(mean_over_seeds(SUPPORTED, 'ratio'))\n"
MakeReport = Callable[..., Path]


@pytest.fixture
def make_report(pytester: pytest.Pytester) -> MakeReport:
    """Return a function that writes a report with one claim into a folder, and returns the folder."""
    pytester.makeini("[pytest]\n")

    def make(place: str, title: str = "A small report") -> Path:
        folder = pytester.path / place
        folder.mkdir(parents=True)
        (folder / "report.toml").write_text(REPORT.replace("A small report", title), encoding="utf-8")
        (folder / "protocol.toml").write_text(PROTOCOL, encoding="utf-8")
        (folder / f"test_{folder.name}.py").write_text(HEAD + CLAIM, encoding="utf-8")
        return folder

    return make


def session_in(folder: Path) -> Session:
    """Return the session whose data lie in the reports of a folder."""
    return read_session(folder / "reports" / "claims.json")


def folders_in(session: Session) -> list[str]:
    """Return the reports of a session."""
    return [report.folder for report in session.reports]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("a",),
        ("a/b/rep",),
        ("a/b/rep/test_rep.py",),
        ("a/b/rep/test_rep.py::test_ratio",),
        ("a/../a/b",),
        ("{path}/a",),
        ("{path}/a/b/rep/test_rep.py::test_ratio", "a"),
        ("--pyargs", "a.b.rep"),
        ("--pyargs", "a.b.rep.test_rep"),
        ("--pyargs", "a.b.rep.test_rep::test_ratio"),
        ("--pyargs", "a/b"),
        ("-n", "2", "a"),
        ("-c", "other.ini"),
        ("-c", "other.ini", "a/b"),
    ],
    ids=" ".join,
)
def test_a_deep_report_is_found_however_it_is_named(
    pytester: pytest.Pytester, make_report: MakeReport, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    """Its claim is judged and its verdict in the data, whatever pytest is given."""
    folder = make_report("a/b/rep")
    for package in (folder, *folder.parents[:2]):
        (package / "__init__.py").touch()
    (pytester.path / "other.ini").write_text("[pytest]\ntestpaths = a\n")
    monkeypatch.syspath_prepend(pytester.path)
    result = pytester.runpytest(*(argument.format(path=pytester.path) for argument in arguments))
    result.assert_outcomes(passed=1)
    session = session_in(pytester.path)
    assert folders_in(session) == ["a/b/rep"]
    assert [claim.test for claim in session.claims] == ["a/b/rep/test_rep.py::test_ratio"]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_reports_at_different_depths_are_all_in_the_data(
    pytester: pytest.Pytester, make_report: MakeReport, workers: str
) -> None:
    """One below the other too; each claim belongs to the nearest."""
    for number, place in enumerate(["one", "a/two", "a/two/part/three", "a/b/c/d/e/four"]):
        make_report(place, title=f"Report {number}")
    pytester.runpytest("-n", workers).assert_outcomes(passed=4)
    session = session_in(pytester.path)
    assert folders_in(session) == ["a/b/c/d/e/four", "a/two", "a/two/part/three", "one"]
    assert len(session.claims) == 4
    assert not session.missing


@pytest.mark.parametrize(("link", "workers"), [("a/link", "0"), ("a/link", "2"), ("link", "0")])
def test_a_linked_folder_is_found_by_the_name_of_the_link(
    pytester: pytest.Pytester, make_report: MakeReport, link: str, workers: str
) -> None:
    """As pytest names its tests; a link that leads back up is no endless way."""
    folder = make_report("build/rep")  # where pytest does not look by itself
    (pytester.path / "a").mkdir()
    (pytester.path / link).symlink_to(folder)
    (pytester.path / "a" / "up").symlink_to(pytester.path / "a")
    named = ["link"] if link == "link" else []
    pytester.runpytest("-n", workers, *named, "--ignore=a/up").assert_outcomes(passed=1)
    session = session_in(pytester.path)
    assert folders_in(session) == [link]
    assert [claim.test for claim in session.claims] == [f"{link}/test_rep.py::test_ratio"]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_report_outside_the_root_folder_is_found(
    pytester: pytest.Pytester, make_report: MakeReport, tmp_path: Path, workers: str
) -> None:
    """With `--rootdir`, from another working directory: node ids do not say where such a claim lies."""
    folder = make_report("a/b/rep")
    elsewhere, root = pytester.mkdir("elsewhere"), pytester.mkdir("root")
    os.chdir(elsewhere)
    arguments = ("../a/b", f"--rootdir={root}", "-c", str(pytester.path / "tox.ini"), "-n", workers)
    pytester.runpytest(*arguments).assert_outcomes(passed=1)
    session = session_in(root)
    assert folders_in(session) == [str(folder)]
    assert [claim.verdict.finding for claim in session.claims] == ["speed.faster"]


@pytest.mark.parametrize(
    "place", [".hidden/rep", "build/rep", "node_modules/x/rep", "env/lib/rep", "x/unwanted/rep", "y/z/no/rep"]
)
def test_what_pytest_does_not_collect_is_not_searched(
    pytester: pytest.Pytester, make_report: MakeReport, place: str
) -> None:
    """Hidden folders, those of `norecursedirs`, virtual environments, and what a conftest or an option ignores.

    A report in there may even be broken. It is found where pytest is told of it.
    """
    folder = make_report(place)
    (pytester.path / "env").mkdir(exist_ok=True)
    (pytester.path / "env" / "pyvenv.cfg").touch()
    (pytester.path / "conftest.py").write_text("collect_ignore = ['x/unwanted']\ncollect_ignore_glob = ['y/*/no']\n")
    (pytester.path / "test_own.py").write_text("def test_own():\n    pass\n")
    pytester.runpytest(str(folder)).assert_outcomes(passed=1)
    assert folders_in(session_in(pytester.path)) == [place]
    (pytester.path / "reports" / "claims.json").unlink()
    (folder / "report.toml").write_text("[findings]\n")
    pytester.runpytest().assert_outcomes(passed=1)
    assert not (pytester.path / "reports" / "claims.json").exists()


def test_options_keep_the_search_out_too(pytester: pytest.Pytester, make_report: MakeReport) -> None:
    """`--ignore` and `--ignore-glob`, and a pattern of `norecursedirs` that names a path."""
    make_report("a/b/rep")
    pytester.makeini("[pytest]\nnorecursedirs = a/b\n")
    assert pytester.runpytest().ret == pytest.ExitCode.NO_TESTS_COLLECTED
    pytester.makeini("[pytest]\n")
    for option in ("--ignore=a/b", "--ignore-glob=*/b"):
        assert pytester.runpytest(option).ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert not (pytester.path / "reports").exists()


def test_a_conftest_has_no_say_in_other_folders(pytester: pytest.Pytester, make_report: MakeReport) -> None:
    """One that ignores all of its own folder does not hide the report beside it."""
    make_report("a/rep")
    pytester.mkdir("b").joinpath("conftest.py").write_text("def pytest_ignore_collect():\n    return True\n")
    pytester.runpytest("a", "b").assert_outcomes(passed=1)
    assert folders_in(session_in(pytester.path)) == ["a/rep"]


def test_what_lies_in_another_folder_that_is_named_is_not_named(
    pytester: pytest.Pytester, make_report: MakeReport
) -> None:
    """So pytest has it: it is not collected there, and the session is about no report; duplicates may be asked for."""
    make_report("build/rep")
    assert pytester.runpytest(".", "build/rep").ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert not (pytester.path / "reports").exists()
    pytester.runpytest("--keep-duplicates", ".", "build/rep").assert_outcomes(passed=2)
    assert folders_in(session_in(pytester.path)) == ["build/rep"]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_claim_that_came_another_way_gets_one_sentence(
    pytester: pytest.Pytester, make_report: MakeReport, workers: str
) -> None:
    """A conftest that collects what pytest would not: no page would show the claim, so it fails and says what to do."""
    folder = make_report("build/rep")
    pytester.makeconftest(
        "from pathlib import Path\n\n"
        "def pytest_collection(session):\n    session.config.args = [str(Path(__file__).parent / 'build')]\n"
    )
    result = pytester.runpytest("-n", workers, "--ignore=elsewhere")
    result.assert_outcomes(errors=1)
    sentence = "build/rep/test_rep.py::test_ratio: its report was not found when the session began; name its folder: "
    result.stdout.fnmatch_lines([f"*{sentence}pytest {folder}"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_a_broken_report_deep_down_stops_the_session_with_one_sentence(
    pytester: pytest.Pytester, make_report: MakeReport
) -> None:
    """As one on top does."""
    folder = make_report("a/b/rep")
    (folder / "report.toml").write_text(REPORT.replace("basis", "bases"), encoding="utf-8")
    result = pytester.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *a/b/rep/report.toml, table *, key 'basis': missing*"])


def test_modules_are_found_without_importing_their_packages(pytester: pytest.Pytester) -> None:
    """With `--pyargs` and workers, pytest's controller imports nothing of other people's either."""
    package = pytester.mkpydir("heavy")
    (package / "test_x.py").write_text("def test_x():\n    pass\n")
    (package / "__init__.py").write_text("import os\nprint('IMPORTED BY', os.environ.get('PYTEST_XDIST_WORKER'))\n")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--pyargs", "heavy.test_x", "-n", "1")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*IMPORTED BY None*")


def test_a_report_of_another_program_is_left_alone(pytester: pytest.Pytester) -> None:
    """Its file `report.toml` is no register, and its project keeps its own pages."""
    (pytester.path / "report.toml").write_text('[coverage]\nformat = "html"\n')
    pytester.mkdir("deep").joinpath("report.toml").write_text("not even TOML")
    pytester.makepyfile("def test_own():\n    pass\n")
    pytester.runpytest().assert_outcomes(passed=1)
    assert not (pytester.path / "reports").exists()
