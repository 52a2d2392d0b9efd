"""The plugin, driven through pytest itself."""

import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from harness.sessions.history import open_history
from harness.sessions.session_file import read_session
from tests.builders.reports import EXPECTED_REFUTED, PROTOCOL, REPORT, THREE_VERDICTS

MakeClaims = Callable[..., None]


PYTEST = (sys.executable, "-m", "pytest")  # in a new interpreter, for tests of what is imported


def page(pytester: pytest.Pytester) -> str:
    """Return the HTML report of the inner session."""
    return (pytester.path / "reports" / "claims.html").read_text(encoding="utf-8")


def test_supported_passes_and_the_other_two_verdicts_fail(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """Only a supported claim passes; the failures are Refuted and Inconclusive, and claims and findings are printed."""
    make_claims(THREE_VERDICTS)
    result = pytester.runpytest("claims")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "E*harness.base.errors.Refuted: speed.faster (ratio): refuted",
            "E*harness.base.errors.Inconclusive: speed.faster (ratio): inconclusive",
            "*claims that are not as the register records*",
            "[?] inconclusive  speed.faster (ratio)  *  band 0.9 to 1.1",
            "✘ refuted       speed.faster (ratio)  *  band 0.9 to 1.1",
            "*findings*",
            "✘ does not hold  speed.faster  A is faster than B.",
            "Independent findings: 1 did not hold.",
        ]
    )


def test_failure_text_is_what_a_reviewer_needs(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """A failing claim names finding, estimand, estimate with interval, band with reason, seeds and how to rerun it."""
    make_claims(THREE_VERDICTS)
    result = pytester.runpytest("claims", "-k", "refuted", "--claims-looks", "1")
    result.stdout.fnmatch_lines(
        [
            "E*speed.faster (ratio): refuted",
            "E*finding   A is faster than B.",
            "E*estimand  mean of the ratio",
            "E*estimate  2 [[]1.985, 2.015[]] (mean over seeds, t interval widened for skewness, confidence 90 %)",
            "E*band      0.9 to 1.1: a tenth either way",
            "E*seeds     none: no training is needed",
            "E*power     1.00 at the last look, if it is true",
            "E*cells     none",
            "E*evidence  independent",
            "E*rerun     pytest claims/test_speed.py::test_refuted",
        ]
    )


@pytest.mark.parametrize("workers", ["0", "2"])
def test_every_claim_has_a_row_with_its_numbers_and_figure(
    pytester: pytest.Pytester, make_claims: MakeClaims, workers: str
) -> None:
    """Verdict, estimate, band, seeds and figure reach the page, also from workers in other processes."""
    make_claims(
        THREE_VERDICTS + "\n@finding\ndef test_diverged(judge):\n    judge(mean_over_seeds(DIVERGED, 'ratio'))\n"
    )
    result = pytester.runpytest_subprocess("claims", "-n", workers, "--claims-looks", "1")
    result.assert_outcomes(passed=1, failed=3)
    html = page(pytester)
    for text in (
        "speed.faster (ratio)",
        "Speed &amp;amp; &amp;lt;b&amp;gt;more",
        "✔ supported",
        "✘ refuted",
        "? inconclusive",
        "2 [1.985, 2.015]",
        "nan [-inf, inf]",
        "0.9 to 1.1",
    ):
        assert text in html or text.encode("ascii", "backslashreplace").decode() in html, text
    assert html.count("figures/test-speed-py-") == len(figures_of(pytester)) == 4


def test_a_recorded_verdict_is_green_and_a_changed_one_red(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """Where the register records `refuted`, only exactly that verdict keeps the session green."""
    make_claims(THREE_VERDICTS, report=REPORT + EXPECTED_REFUTED)
    assert pytester.runpytest("claims", "-k", "refuted").ret == pytest.ExitCode.OK
    result = pytester.runpytest("claims")
    result.assert_outcomes(xfailed=1, failed=2)
    result.stdout.fnmatch_lines(["*XPASS(strict)*refuted since 2026-01-31: B was timed on another machine*"])


@pytest.mark.parametrize(("option", "traceback"), [("--xfail-tb", False), ("--runxfail", True)])
def test_a_recorded_failure_is_told_by_its_verdict_alone(
    pytester: pytest.Pytester, make_claims: MakeClaims, option: str, traceback: bool
) -> None:
    """Where it was judged takes pytest longer to find than the claim takes; any other failure shows it."""
    make_claims(THREE_VERDICTS, report=REPORT + EXPECTED_REFUTED)
    result = pytester.runpytest("claims", option, "-k", "refuted")
    result.stdout.fnmatch_lines(["*errors.Refuted: speed.faster (ratio): refuted", "*finding   A is faster than B."])
    assert (">   " in result.stdout.str()) == traceback


def test_where_noise_decides_two_verdicts_are_recorded(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """With `also`, either of two verdicts is no change, and supported still is one."""
    also = EXPECTED_REFUTED + 'also = "inconclusive"\n'
    make_claims(THREE_VERDICTS, report=REPORT + also)
    pytester.runpytest("claims").assert_outcomes(xfailed=2, failed=1)


def test_where_noise_may_support_a_claim_it_may_pass(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """Beside `refuted`, supported is then no change; inconclusive still is one."""
    make_claims(THREE_VERDICTS, report=REPORT + EXPECTED_REFUTED + 'also = "supported"\n')
    result = pytester.runpytest("claims")
    result.assert_outcomes(xpassed=1, xfailed=1, failed=1)
    result.stdout.fnmatch_lines(["[?] inconclusive  speed.faster (ratio) *"])


def test_an_error_is_never_taken_for_a_recorded_refutation(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """A claim that breaks is red even where the register records that it is refuted."""
    make_claims("\n@finding\ndef test_broken(judge):\n    judge(1 / 0)\n", report=REPORT + EXPECTED_REFUTED)
    pytester.runpytest("claims").assert_outcomes(failed=1)


def test_a_claim_that_judges_nothing_fails(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """A test that names a finding and never judges it could not fail; so it does."""
    make_claims("\n@finding\ndef test_forgot(judge):\n    pass\n")
    result = pytester.runpytest("claims")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*test_forgot has a finding but no verdict: it never called judge"])


def test_a_claim_is_judged_once(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """A second estimate in one claim is refused, so that no verdict is overwritten."""
    make_claims(
        "\n@finding\ndef test_twice(judge):\n    judge(mean_over_seeds(SUPPORTED, 'r'))\n"
        "    judge(mean_over_seeds(SUPPORTED, 'r'))\n"
    )
    result = pytester.runpytest("claims")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*a claim is judged once*"])


@pytest.mark.parametrize(
    ("marker", "sentence"),
    [
        ('"speed.slower", reading="ratio"', "*no finding 'speed.slower' in *report.toml; there are: speed.faster"),
        ('"speed.faster", reading="x"', "*finding 'speed.faster' has no reading 'x' in *report.toml; there are: ratio"),
        ('"speed.faster"', '*mark the claim with @pytest.mark.finding("section.name", reading="name")'),
    ],
)
def test_a_marker_that_fits_no_finding_gets_one_sentence(
    pytester: pytest.Pytester, make_claims: MakeClaims, marker: str, sentence: str
) -> None:
    """The sentence names the test, what it asked for and what there is."""
    make_claims(
        f"\n@pytest.mark.finding({marker})\ndef test_x(judge):\n    judge(mean_over_seeds(SUPPORTED, 'ratio'))\n"
    )
    result = pytester.runpytest("claims")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([sentence])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*plugin.py*")


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ("activation='gelu'", "activation is 'gelu'; the grid in *protocol.toml has: relu, tanh"),
        ("activation='relu', learning_speed=1", "the grid in *protocol.toml has no axis 'learning_speed'; it has: *"),
        ("activation='relu', learning_rate=-1", "learning_rate is -1; give a finite number above 0"),
    ],
)
def test_what_the_grid_does_not_know_gets_one_sentence(
    pytester: pytest.Pytester, make_claims: MakeClaims, chosen: str, sentence: str
) -> None:
    """The sentence names axis, field or value and what would do, without a traceback."""
    make_claims(f"\n@finding\ndef test_x(judge, evidence):\n    evidence({chosen})\n", protocol=PROTOCOL)
    result = pytester.runpytest("claims")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([sentence])
    result.stdout.no_fnmatch_line("*grid.py*")


def test_a_broken_register_stops_the_session_with_one_sentence(
    pytester: pytest.Pytester, make_claims: MakeClaims
) -> None:
    """A misspelled key is a usage error that names file, table and key."""
    make_claims(THREE_VERDICTS, report=REPORT.replace("basis", "bases"))
    result = pytester.runpytest("claims")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *report.toml, table [[]findings.\"speed.faster\"[]], key 'basis': missing*"])


@pytest.mark.parametrize("value", ["1", "-3", "many"])
def test_a_wrong_seed_count_gets_one_sentence(pytester: pytest.Pytester, make_claims: MakeClaims, value: str) -> None:
    """No statistic can be made of fewer than two seeds."""
    make_claims(THREE_VERDICTS)
    result = pytester.runpytest("claims", f"--claims-seeds={value}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--claims-seeds: is '{value}'; give a whole number of at least 2"])


@pytest.mark.parametrize(("name", "option"), [("reports", "--html"), ("log", "--claims-history")])
def test_pages_that_cannot_be_written_get_one_sentence(
    pytester: pytest.Pytester, make_claims: MakeClaims, name: str, option: str
) -> None:
    """Before anything is trained, and with the option that mends it."""
    make_claims(THREE_VERDICTS)
    file = pytester.path / name
    file.write_text("no folder", encoding="utf-8")
    result = pytester.runpytest("claims", "--claims-history", "log/history.sqlite")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {option} {file}: {file} is no folder that can be written to; *"])


@pytest.mark.parametrize("workers", ["0", "2"])
def test_paths_are_those_of_where_pytest_was_called(
    pytester: pytest.Pytester, make_claims: MakeClaims, workers: str
) -> None:
    """Wherever tests go meanwhile: nothing is trained twice, and every figure is on the page."""
    make_claims(REAL_CLAIM)
    fixture = "@pytest.fixture(autouse=True)\ndef away(monkeypatch, tmp_path):\n    monkeypatch.chdir(tmp_path)\n"
    pytester.makeconftest(f"import pytest\n\n{fixture}")
    options = ("--claims-store", "mine/store", "--html", "mine/log.html", "--claims-history", "mine/history.sqlite")
    for trained in (40, 0):
        pytester.runpytest_subprocess("claims", "-n", workers, *options).assert_outcomes(passed=3)
        session = read_session(pytester.path / "mine" / "claims.json")
        assert session.trained == trained
        assert all((pytester.path / "mine" / claim.figure).is_file() for claim in session.claims)
    assert (pytester.path / "mine" / "history.sqlite").is_file()


def test_a_store_that_pytest_takes_for_a_place_of_tests_gets_one_sentence(
    pytester: pytest.Pytester, make_claims: MakeClaims, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its root, where pages and history go, would be another one; with = between the two it is not."""
    make_claims(THREE_VERDICTS)
    (pytester.path / "tox.ini").unlink()
    store = pytester.mkdir("elsewhere")
    here = pytester.mkdir("here")
    (pytester.path / "claims").rename(here / "claims")
    monkeypatch.chdir(here)
    refused = pytester.runpytest("claims", "-p", "no:cacheprovider", "--claims-store", "../elsewhere")
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    said = f"pytest takes ../elsewhere for a place of tests, and {pytester.path} for its root; write "
    assert said in refused.stderr.str()
    done = pytester.runpytest("claims", "-p", "no:cacheprovider", "--claims-store=../elsewhere")
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    assert (here / "reports" / "index.html").is_file()
    assert store.is_dir()


def test_a_store_that_cannot_be_written_to_gets_one_sentence(
    pytester: pytest.Pytester, make_claims: MakeClaims
) -> None:
    """Nothing is trained that could not be kept."""
    make_claims(THREE_VERDICTS)
    file = pytester.makefile(".txt", "no folder")
    result = pytester.runpytest("claims", "--claims-store", f"{file}/store")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --claims-store {file}/store: {file} is no folder that can be written to; *"])


def test_a_worker_that_dies_is_named_on_top_and_the_session_fails(
    pytester: pytest.Pytester, make_claims: MakeClaims
) -> None:
    """pytest-html has no row for such a test; the line on top and the exit status make up for it."""
    make_claims(
        "\n@finding\ndef test_dies(judge):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "\n@finding\n@pytest.mark.parametrize('n', range(4))\ndef test_lives(judge, n):\n"
        "    judge(mean_over_seeds(SUPPORTED, 'ratio'))\n"
    )
    result = pytester.runpytest_subprocess("claims", "-v", "-n", "2")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    sentence = "A worker died while running: 1 test: claims/test_speed.py::test_dies."
    result.stdout.fnmatch_lines([sentence])
    assert sentence in page(pytester)
    result.stdout.fnmatch_lines(["    ratio (primary)  ✔ supported, *  4 of 4 supported, 0 refuted; needs all  *"])


def test_claims_lost_with_their_workers_are_named(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """When workers are not replaced, the claims that nobody ran are named, and the session fails."""
    make_claims(
        "\n@finding\n@pytest.mark.parametrize('n', range(6))\ndef test_dies(judge, n):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    result = pytester.runpytest_subprocess("claims", "-n", "2", "--max-worker-restart=0")
    assert result.ret != pytest.ExitCode.OK
    lost = re.search(r"Collected but never reported: (\d) claims?(, the first)?: ([^<]*)\.<", unescape(page(pytester)))
    assert lost is not None
    assert all(name.startswith("claims/test_speed.py::test_dies[") for name in lost[3].split(", "))


def test_an_internal_error_is_named_on_top(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """An error of a plugin ends the session with a status that is not 0 and a line on the page."""
    make_claims(THREE_VERDICTS)
    pytester.makeconftest("def pytest_runtest_logreport(report):\n    raise RuntimeError('the plugin broke')\n")
    result = pytester.runpytest_subprocess("claims", "-k", "test_supported")
    assert result.ret != pytest.ExitCode.OK
    assert "Internal error: INTERNALERROR&gt; RuntimeError: the plugin broke" in page(pytester) or (
        "Internal error: RuntimeError: the plugin broke" in page(pytester)
    )


def test_collecting_only_misses_nothing(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """`--collect-only` reports nothing by intention, ends with status 0 and leaves the page of a session alone."""
    make_claims(THREE_VERDICTS)
    assert pytester.runpytest("claims", "--collect-only").ret == pytest.ExitCode.OK
    assert not (pytester.path / "reports").exists()


def test_other_sessions_are_left_alone(pytester: pytest.Pytester) -> None:
    """Where no folder has a register, the plugin writes no report and changes no test."""
    pytester.makepyfile("def test_one():\n    pass\n")
    pytester.runpytest().assert_outcomes(passed=1)
    assert not (pytester.path / "reports").exists()


def test_other_sessions_load_nothing_heavy(pytester: pytest.Pytester) -> None:
    """A whole session without claims loads neither NumPy nor anything of the harness that needs it."""
    pytester.makepyfile(
        "import sys\n\ndef test_one():\n"
        "    print('LOADED', sorted({'numpy', 'scipy', 'matplotlib'} & set(sys.modules)))\n"
    )
    result = pytester.run(*PYTEST, "-s", "-p", "no:hypothesispytest")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*LOADED [[][]]*"])


REAL_CLAIM = """
import sys

@finding
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_trains(evidence, judge, activation):
    runs = evidence(activation=activation)
    judge(mean_over_seeds(0.001 * runs.final_test_loss + 1, "loss"))

def test_imports():
    from harness.execution import training_process
    print("IMPORTED", sorted({"torch", "tensorflow", "keras", "sklearn"} & set(sys.modules)), end=", ")
    print("TRAINED", training_process.is_there())
"""


def test_a_stored_session_imports_no_framework(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """The first session trains and imports torch; the second reads the store and imports no framework."""
    make_claims(REAL_CLAIM, protocol=PROTOCOL)
    arguments = ("claims", "-s", "-p", "no:cacheprovider", "-p", "no:xdist", "--claims-seeds", "3")
    first = pytester.runpytest_subprocess(*arguments)
    first.assert_outcomes(passed=3)
    first.stdout.fnmatch_lines(["*IMPORTED [[][]], TRAINED True*"])
    first.stdout.fnmatch_lines(["Planned trainings: 40, of which 40 done now and 0 before.*"])
    second = pytester.runpytest_subprocess(*arguments)
    second.assert_outcomes(passed=3)
    second.stdout.fnmatch_lines(["*IMPORTED [[][]], TRAINED False*"])
    second.stdout.fnmatch_lines(["Planned trainings: 40, of which 0 done now and 40 before.*"])


def test_a_training_that_fails_is_missing(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """What was planned and not done is counted on top of the page, and the session fails."""
    make_claims(REAL_CLAIM, protocol=PROTOCOL)
    pytester.makeconftest(
        "import harness.execution.engine\nfrom harness.base.errors import HarnessError\n\ndef fail(*_):\n"
        "    raise HarnessError('training failed: made up')\n\nharness.execution.engine.train = fail\n"
    )
    result = pytester.runpytest_subprocess("claims", "-p", "no:xdist", "--claims-seeds", "3")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["E*HarnessError: training failed: made up", "Planned but not done: 40 trainings."])
    assert "✘ Planned but not done: 40 trainings." in page(pytester)


def test_what_another_session_trained_is_not_missing(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """Where two sessions share a store, each finds trained what the other did in the meantime, and both are green."""
    make_claims(REAL_CLAIM)
    pytester.makeconftest(
        "import harness.plugin.prepare\nfrom harness.execution.engine import train_blocks\n\n"
        "planned = harness.plugin.prepare.missing_blocks\n\n"
        "def missing_blocks(configs, count, store):\n    missing = planned(configs, count, store)\n"
        "    train_blocks(missing[1:], store, done=lambda _: None)  # by the other session\n    return missing\n\n"
        "harness.plugin.prepare.missing_blocks = missing_blocks\n"
    )
    result = pytester.runpytest_subprocess("claims", "-p", "no:xdist", "--claims-seeds", "3")
    result.assert_outcomes(passed=3)
    result.stdout.no_fnmatch_line("Planned but not done*")
    assert result.ret == pytest.ExitCode.OK


def test_claims_alone_do_not_load_hypothesis(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """Its plugin would load it at the end of each session; beside a test that may use it, the plugin stays."""
    make_claims("\n@finding\ndef test_one(judge):\n    judge(mean_over_seeds(SUPPORTED, 'ratio'))\n")
    pytester.makeconftest(
        "import sys\n\ndef pytest_unconfigure():\n    print('LOADED', 'hypothesis.core' in sys.modules)\n"
    )
    pytester.run(*PYTEST, "claims", "-p", "no:xdist").stdout.fnmatch_lines(["*LOADED False*"])
    pytester.makepyfile(
        test_property="from hypothesis import given, strategies\n\n@given(strategies.integers())\n"
        "def test_two(number):\n    assert isinstance(number, int)\n"
    )
    both = pytester.runpytest_subprocess("claims", "test_property.py", "--hypothesis-show-statistics")
    both.assert_outcomes(passed=2)
    both.stdout.fnmatch_lines(["*Hypothesis Statistics*", "*test_two*"])


def figures_of(pytester: pytest.Pytester) -> list[str]:
    """Return the pictures that stand beside the page."""
    return [file.read_text() for file in sorted((pytester.path / "reports" / "figures").glob("*.svg"))]


def test_a_figure_is_drawn_once(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """The second session shows the same figures without drawing them, and without loading what draws."""
    make_claims(REAL_CLAIM.replace('"sklearn"', '"sklearn", "matplotlib"'))
    arguments = ("claims", "-s", "-p", "no:cacheprovider", "-p", "no:xdist", "--claims-seeds", "3")
    first = pytester.run(*PYTEST, *arguments)
    first.stdout.fnmatch_lines(["*IMPORTED*'matplotlib'*"])
    drawn = figures_of(pytester)
    kept = {file: file.stat().st_mtime_ns for file in (pytester.path / ".claims-store" / "figures").iterdir()}
    assert (len(drawn), len(set(drawn)), len(kept)) == (2, 2, 2)
    pytester.run(*PYTEST, *arguments).stdout.fnmatch_lines(["*IMPORTED [[][]], TRAINED False*"])
    assert figures_of(pytester) == drawn
    assert {file: file.stat().st_mtime_ns for file in kept} == kept
    more = pytester.run(*PYTEST, *arguments[:-1], "4")
    more.stdout.fnmatch_lines(["*IMPORTED*'matplotlib'*"])
    assert not set(figures_of(pytester)) & set(drawn)


# Looks

# Eight seeds leave this open, sixteen decide it; a measurement of time is looked at once.
CLAIM_IN_LOOKS = """
def numbers(runs):
    print(f"SEEDS {len(runs.seeds)}\\n", end="")  # at once, since the progress line is printed by another thread
    return [1 - DEVIATION, 1 + DEVIATION] * (len(runs.seeds) // 2)

@finding
def test_looks(evidence, judge):
    judge(mean_over_seeds(numbers(evidence(activation="relu")), "ratio"))

@finding
@pytest.mark.timed
def test_timed(evidence, judge):
    judge(mean_over_seeds(numbers(evidence(activation="tanh")), "ratio"))
"""


def test_an_inconclusive_claim_is_looked_at_again(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """By default up to six times over twice the seeds each, with `--claims-looks 1` once; the page says how many."""
    make_claims("DEVIATION = 0.08\n" + CLAIM_IN_LOOKS)
    arguments = ("claims", "-s", "-p", "no:xdist", "--claims-seeds", "4")
    again = pytester.runpytest_subprocess(*arguments)
    again.assert_outcomes(passed=1, failed=1)
    planned = ["4", "4"]  # both claims are called once with blank runs
    assert re.findall(r"SEEDS (\d+)", again.stdout.str()) == [*planned, "4", "8", "16", "4"]
    again.stdout.fnmatch_lines(["E*Inconclusive: speed.faster*", "E*seeds     4, each with a split*"])
    assert "seeds     4, then 8, then 16, each with a split" in page(pytester)
    assert '"Seeds": "4, then 8, then 16, then 32, then 64, then 128"' in unescape(page(pytester))
    once = pytester.runpytest_subprocess(*arguments, "--claims-looks", "1")
    once.assert_outcomes(failed=2)
    assert re.findall(r"SEEDS (\d+)", once.stdout.str()) == [*planned, "4", "4"]
    assert "then 8" not in page(pytester)
    assert '"Seeds": "4"' in unescape(page(pytester))


def test_looks_end(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """A claim that stays open is looked at as often as `--claims-looks` says, and its text tells every look."""
    make_claims("DEVIATION = 0.3\n" + CLAIM_IN_LOOKS)
    result = pytester.runpytest_subprocess(
        "claims", "-p", "no:xdist", "-k", "looks", "--claims-seeds", "4", "--claims-looks", "3"
    )
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines(["E*Inconclusive: speed.faster*", "E*seeds     4, then 8, then 16, each with a split*"])


@pytest.mark.parametrize("value", ["0", "7", "-1", "1.5", "many"])
def test_a_wrong_number_of_looks_gets_one_sentence(
    pytester: pytest.Pytester, make_claims: MakeClaims, value: str
) -> None:
    """Looks are few, since each takes its part of the error rate."""
    make_claims(THREE_VERDICTS)
    result = pytester.runpytest("claims", f"--claims-looks={value}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--claims-looks: is '{value}'; give a whole number from 1 to 6"])


def test_a_finding_that_a_neighbouring_band_turns_around_is_fragile(
    pytester: pytest.Pytester, make_claims: MakeClaims
) -> None:
    """Terminal, page and data say so."""
    report = REPORT.replace("high = 1.1\n", "high = 1.1\nbands = [[0.9, 1.1], [1.05, 1.2], [0.5, 2]]\n")
    make_claims("\n@finding\ndef test_one(judge):\n    judge(mean_over_seeds(SUPPORTED, 'ratio'))\n", report=report)
    result = pytester.runpytest_subprocess("claims")
    said = "(fragile: the opposite with a band of 1.05 to 1.2)"
    result.stdout.fnmatch_lines([f"✔ holds  speed.faster  A is faster than B. {said}"])
    text = (pytester.path / "reports" / "index.html").read_text(encoding="utf-8")
    assert "<strong>Fragile:</strong> the opposite with a band of 1.05 to 1.2." in text
    assert "a band of 0.5 to 2: supported" in text
    session = read_session(pytester.path / "reports" / "claims.json")
    (finding,) = session.findings
    assert finding.fragile == "with a band of 1.05 to 1.2"


RELATED = """
[findings."speed.table"]
statement = "So it is."
basis = "fitted"

[findings."speed.table".readings.ratio]
estimand = "mean of the ratio"
low = 0.9
high = 1.1
reason = "a tenth either way"
"""
ON_ONE_CELL = """
@finding
def test_one(evidence, judge):
    evidence(activation="relu")
    judge(mean_over_seeds(SUPPORTED, 'ratio'))

@pytest.mark.finding("speed.table", reading="ratio")
def test_table(evidence, judge):
    evidence(activation="relu")
    judge(mean_over_seeds(SUPPORTED, 'ratio'))
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_finding_that_shares_a_training_with_a_fitted_one_is_not_independent(
    pytester: pytest.Pytester, make_claims: MakeClaims, workers: str
) -> None:
    """Its claims fail in one sentence until the register says that it is related."""
    make_claims(ON_ONE_CELL, report=REPORT + RELATED)
    result = pytester.runpytest_subprocess("claims", "-n", workers, "--claims-looks", "1", "--claims-seeds", "2")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*report.toml, table [[]findings.\"speed.faster\"], key 'basis': is 'independent', but "
            "claims/test_speed.py::test_one rests on torch-classification-relu-adam, as the fitted finding speed.table "
            "does; give 'related'"
        ]
    )
    text = (REPORT + RELATED).replace('basis = "independent"', 'basis = "related"', 1)
    (pytester.path / "claims" / "report.toml").write_text(text, encoding="utf-8")
    again = pytester.runpytest_subprocess("claims", "-n", workers, "--claims-looks", "1", "--claims-seeds", "2")
    again.assert_outcomes(passed=2)
    again.stdout.fnmatch_lines(["Related findings (they share trainings with fitted ones): 1 held."])


# Verdicts that are right although they are not the expected ones

BY_CASE = """
@finding
@pytest.mark.parametrize("case", ["SUPPORTED", "REFUTED", "INCONCLUSIVE", "DIVERGED"])
def test_case(judge, case):
    judge(mean_over_seeds(globals()[case], "ratio"))

@finding
@pytest.mark.parametrize("case", ["broken"])
def test_broken(judge, case):
    judge(1 / 0)
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_accepted_verdicts_are_green_the_next_time(
    pytester: pytest.Pytester, make_claims: MakeClaims, workers: str
) -> None:
    """Every verdict that is not the expected one is written down, with the reason; what broke has none and stays red.

    The session that records is still red, since its verdicts were not expected.
    """
    expected = EXPECTED_REFUTED.replace('cases = [""]', 'cases = ["SUPPORTED", "DIVERGED"]')
    make_claims(BY_CASE, report=REPORT + expected)
    file = pytester.path / "claims" / "report.toml"
    command = ("claims", "-n", workers)
    pytester.runpytest_subprocess(*command).assert_outcomes(failed=5)
    assert file.read_text(encoding="utf-8") == REPORT + expected
    recording = pytester.runpytest_subprocess(*command, "--claims-accept-verdicts", "seen on both machines")
    recording.assert_outcomes(failed=5)
    recording.stdout.fnmatch_lines(["4 verdicts recorded as expected in *report.toml"])
    written = file.read_text(encoding="utf-8")
    assert written.startswith(REPORT)
    register = tomllib.loads(written)["findings"]["speed.faster"]["expected"]
    found = {case: (entry["verdict"], entry["reason"]) for entry in register for case in entry["cases"]}
    reason = "seen on both machines"
    assert found == {
        "REFUTED": ("refuted", reason),
        "INCONCLUSIVE": ("inconclusive", reason),
        "DIVERGED": ("inconclusive", reason),
    }
    after = pytester.runpytest_subprocess(*command, "-rx")
    after.assert_outcomes(passed=1, xfailed=3, failed=1)
    after.stdout.fnmatch_lines(["*inconclusive since *: seen on both machines*"])
    assert pytester.runpytest_subprocess(*command, "-k", "test_case").ret == pytest.ExitCode.OK
    again = pytester.runpytest_subprocess(*command, "--claims-accept-verdicts", "once more")
    again.stdout.no_fnmatch_line("*verdicts recorded*")
    assert file.read_text(encoding="utf-8") == written


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_verdict_is_accepted_for_a_reason(pytester: pytest.Pytester, make_claims: MakeClaims, reason: str) -> None:
    """Without one, nothing runs and nothing is written."""
    make_claims(THREE_VERDICTS)
    result = pytester.runpytest("claims", f"--claims-accept-verdicts={reason}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*--claims-accept-verdicts: is empty; say in one sentence why these verdicts are right"]
    )
    assert (pytester.path / "claims" / "report.toml").read_text(encoding="utf-8") == REPORT


def test_what_cannot_be_recorded_gets_one_sentence(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """The session ends with its tables, a sentence and no traceback, and the register is what it was."""
    twice = "\n@finding\ndef test_{0}(judge):\n    judge(mean_over_seeds({1}, 'ratio'))\n"
    make_claims(twice.format("one", "REFUTED") + twice.format("other", "INCONCLUSIVE"))
    result = pytester.runpytest_subprocess("claims", "--claims-accept-verdicts", "so it is")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    told = result.stdout.str() + result.stderr.str()
    assert "give their parameters different ids" in told
    assert "Traceback" not in told
    result.stdout.fnmatch_lines(["✘ does not hold  speed.faster  *"])
    assert (pytester.path / "claims" / "report.toml").read_text(encoding="utf-8") == REPORT


LOOK = ("--claims-seeds", "30", "--claims-looks", "1")


def test_an_interrupt_keeps_every_finished_run(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """After Ctrl-C the finished runs are in the store, the page names the missing claims, the next session goes on."""
    make_claims(REAL_CLAIM)
    train = pytester.path / "claims" / "train.py"
    train.write_text(
        train.read_text()
        .replace("    noise", "    time.sleep(0.1)\n    noise")
        .replace("import", "import time\nimport", 1)
    )
    store = pytester.path / ".claims-store" / "runs"
    # A shell that runs the tests in the background lets everything they start ignore Ctrl-C.
    heeding = "import signal, sys, pytest; signal.signal(signal.SIGINT, signal.default_int_handler); "
    command = [sys.executable, "-c", heeding + "sys.exit(pytest.main())", "claims", "-n", "2", *LOOK]
    with subprocess.Popen(command, cwd=pytester.path, stdout=subprocess.DEVNULL) as session:
        _wait_for(lambda: len(list(store.glob("*/*.npz"))) >= 2)
        session.send_signal(signal.SIGINT)
        assert session.wait(timeout=60) != 0
    kept = {file: file.stat().st_mtime_ns for file in store.glob("*/*.npz")}
    assert 2 <= len(kept) < 60  # two cells with thirty runs each
    assert "Collected but never reported: 2 claims: claims/test_speed.py::test_trains[" in page(pytester)
    pytester.runpytest_subprocess("claims", "-n", "2", *LOOK).assert_outcomes(passed=3)
    assert {file: file.stat().st_mtime_ns for file in kept} == kept
    assert len(list(store.glob("*/*.npz"))) == 60


def _wait_for(condition: Callable[[], bool], timeout: float = 60) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


# What is kept of a session


def test_a_session_says_what_changed_since_last_time(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """Each claim is compared with the last session that judged it, also if another one lay between."""
    make_claims(THREE_VERDICTS)
    first = pytester.runpytest_subprocess("claims", "-n", "2")
    first.stdout.no_fnmatch_line("*changed since last time*")
    session = read_session(pytester.path / "reports" / "claims.json")
    assert [claim.verdict.outcome for claim in session.claims] == ["inconclusive", "refuted", "supported"]
    assert len(figures_of(pytester)) == 3
    pytester.runpytest_subprocess("claims", "-n", "0", "-k", "inconclusive")
    assert len(figures_of(pytester)) == 1  # those of claims that were not judged are gone
    claims = pytester.path / "claims" / "test_speed.py"
    claims.write_text(claims.read_text(encoding="utf-8").replace("seeds(REFUTED", "seeds(SUPPORTED"), encoding="utf-8")
    third = pytester.runpytest_subprocess("claims", "-n", "0")
    third.stdout.fnmatch_lines(
        ["*changed since last time*", "speed.faster (ratio): supported, was refuted in session 1 of *"]
    )
    third.stdout.no_fnmatch_line("*in session 2 of*")
    numbers = [past.number for past in open_history(pytester.path / ".claims-history.sqlite").sessions()]
    assert numbers == [1, 2, 3]


def test_a_history_that_cannot_be_kept_is_said(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """The session is red, its pages are there, and the file that is no history is left as it was."""
    make_claims("\n@finding\ndef test_one(judge):\n    judge(mean_over_seeds(SUPPORTED, 'ratio'))\n")
    file = pytester.path / "history"
    file.write_bytes(b"a letter to my aunt" * 100)
    result = pytester.runpytest_subprocess("claims", "-n", "0", "--claims-history", "history")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["Verdicts not recorded: *history: cannot be used as a history of claims*"])
    assert file.read_bytes() == b"a letter to my aunt" * 100
    assert read_session(pytester.path / "reports" / "claims.json").missing


def test_a_session_that_was_interrupted_is_not_kept(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """Its verdicts are not those of the whole selection."""
    make_claims(THREE_VERDICTS + "\n@finding\ndef test_z(judge):\n    raise KeyboardInterrupt\n")
    result = pytester.runpytest_subprocess("claims", "-n", "0")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert open_history(pytester.path / ".claims-history.sqlite").sessions() == []


GUEST = """
import pytest

def pytest_addoption(parser):
    for name in ("store", "seeds", "looks", "universes", "accept-verdicts", "dask", "shared-store", "history"):
        parser.addoption(f"--{name}", default=f"own {name}")
    parser.addini("seeds", "of the project", default="own")

def pytest_configure(config):
    config.addinivalue_line("markers", "finding(number): of the project's list of bugs")
    config.addinivalue_line("markers", "timed: takes long")

@pytest.fixture
def evidence():
    return "own evidence"

@pytest.fixture
def reading(evidence):
    return f"reading of {evidence}"

@pytest.fixture
def reported():
    return "own reported"

@pytest.fixture
def judge(reading):
    return f"judge of {reading}"
"""
OWN_TESTS = """
import pytest

@pytest.mark.timed
@pytest.mark.finding("BUG-1")
def test_marked(request, evidence, reading, reported, judge, record_property):
    assert (evidence, reported, judge) == ("own evidence", "own reported", "judge of reading of own evidence")
    assert [request.config.getoption(name) for name in ("store", "shared_store")] == ["own store", "own shared-store"]
    for name in ("verdict", "figure", "universes"):
        record_property(name, "own")

@pytest.mark.finding(BUG=2)
def test_marked_otherwise():
    pass

def test_order():
    pass
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_project_keeps_its_own_names(pytester: pytest.Pytester, make_claims: MakeClaims, workers: str) -> None:
    """Options, fixtures, marks and properties of a conftest go on working, beside claims and without any."""
    pytester.makeconftest(GUEST)
    pytester.mkdir("own").joinpath("test_own.py").write_text(OWN_TESTS, encoding="utf-8")
    own = pytester.runpytest_subprocess("own", "-v", "-n", workers, "--strict-markers", "--store", "own store")
    own.assert_outcomes(passed=3)
    assert not list(pytester.path.glob("reports")) + list(pytester.path.glob(".claims*"))
    make_claims(
        "\n@finding\ndef test_supported(judge, evidence, reading):\n    judge(mean_over_seeds(SUPPORTED, 'r'))\n"
    )
    # The report has its own folder, so its claims get the plugin's fixtures only where no conftest above has others.
    (pytester.path / "conftest.py").write_text(GUEST[: GUEST.index("@pytest.fixture")], encoding="utf-8")
    (pytester.path / "own" / "conftest.py").write_text(
        "import pytest\n\n" + GUEST[GUEST.index("@pytest.fixture") :], encoding="utf-8"
    )
    result = pytester.runpytest_subprocess("-v", "-n", workers)
    result.assert_outcomes(passed=4)
    assert len(read_session(pytester.path / "reports" / "claims.json").claims) == 1
    if workers == "0":
        result.stdout.fnmatch_lines(
            ["claims/*::test_supported *", "own/*::test_marked *", "*_otherwise *", "*_order *"]
        )


def test_a_judge_needs_no_fixture_that_a_project_may_have_taken(
    pytester: pytest.Pytester, make_claims: MakeClaims
) -> None:
    """A project's own `evidence` is what its claims get, and the judge is none the wiser."""
    pytester.makeconftest("import pytest\n\n@pytest.fixture\ndef evidence():\n    return [1.0, 1.01, 0.99]\n")
    make_claims("\n@finding\ndef test_own(judge, evidence):\n    judge(mean_over_seeds(evidence, 'ratio'))\n")
    pytester.runpytest("claims", "--claims-looks", "1").assert_outcomes(passed=1)


@pytest.mark.parametrize("option", ["--seeds=3", "--store=x", "--dask=local"])
def test_names_without_a_prefix_are_not_taken(pytester: pytest.Pytester, option: str) -> None:
    """They are free for conftests; pytest says so where no one has them."""
    result = pytester.runpytest(option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*error: unrecognized arguments: {option}"])


# A good guest


@pytest.mark.parametrize("absent", [["no:html"], ["no:xdist"], ["no:html", "no:xdist", "no:metadata"]])
def test_plugins_that_claims_can_do_without_may_be_absent(
    pytester: pytest.Pytester, make_claims: MakeClaims, absent: list[str]
) -> None:
    """With the settings of this repository, which are strict about options that nobody knows."""
    make_claims("\n@finding\ndef test_one(judge):\n    judge(mean_over_seeds(SUPPORTED, 'ratio'))\n")
    (pytester.path / "tox.ini").unlink()
    pytester.makepyprojecttoml((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    arguments = [part for name in absent for part in ("-p", name)]
    result = pytester.runpytest_subprocess("claims", *arguments)
    assert result.ret == pytest.ExitCode.OK
    names = {file.name for file in (pytester.path / "reports").iterdir()}
    assert {"index.html", "claims.json", "summary.md"} <= names
    assert ("claims.html" in names) == ("no:html" not in absent)


@pytest.mark.parametrize(("ini", "collapsed"), [("", '["all"]'), ("render_collapsed = failed\n", '["failed"]')])
def test_the_audit_log_opens_as_a_table_unless_a_project_says_how(
    pytester: pytest.Pytester, make_claims: MakeClaims, ini: str, collapsed: str
) -> None:
    """pytest-html's own default shows every figure of claims that failed."""
    make_claims("\n@finding\ndef test_one(judge):\n    judge(mean_over_seeds(SUPPORTED, 'ratio'))\n")
    pytester.makeini(f"[pytest]\n{ini}")
    assert pytester.runpytest_subprocess("claims").ret == pytest.ExitCode.OK
    assert f'"renderCollapsed": {collapsed}' in unescape(page(pytester))
