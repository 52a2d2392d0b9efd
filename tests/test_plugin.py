"""The plugin, driven through pytest itself."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from tests.conftest import REPORT

MakeClaims = Callable[..., None]

THREE_VERDICTS = """
@finding
def test_supported(judge):
    judge(mean_over_seeds(SUPPORTED, "ratio"))

@finding
def test_refuted(judge):
    judge(mean_over_seeds(REFUTED, "ratio"))

@finding
def test_inconclusive(judge):
    judge(mean_over_seeds(INCONCLUSIVE, "ratio"))
"""

EXPECTED_REFUTED = """
[[findings."speed.faster".expected]]
reading = "ratio"
case = ""
verdict = "refuted"
reason = "B was timed on another machine"
date = 2026-01-31
"""


def page(pytester: pytest.Pytester) -> str:
    """Return the HTML report of the inner session."""
    return (pytester.path / "reports" / "claims.html").read_text(encoding="utf-8")


def test_supported_passes_and_the_other_two_verdicts_fail(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """Only a supported finding passes; the failures are Refuted and Inconclusive, and the counts are printed."""
    make_claims(THREE_VERDICTS)
    result = pytester.runpytest("claims")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "E*harness.errors.Refuted: speed.faster (ratio): refuted",
            "E*harness.errors.Inconclusive: speed.faster (ratio): inconclusive",
            "Claims on held out findings: 1 supported, 1 refuted, 1 inconclusive.",
        ]
    )


def test_failure_text_is_what_a_reviewer_needs(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """A failing claim names finding, estimand, estimate with interval, band with reason, seeds and how to rerun it."""
    make_claims(THREE_VERDICTS)
    result = pytester.runpytest("claims", "-k", "refuted")
    result.stdout.fnmatch_lines(
        [
            "E*speed.faster (ratio): refuted",
            "E*finding   A is faster than B.",
            "E*estimand  mean of the ratio",
            "E*estimate  2 [[]1.985, 2.015[]] (mean over seeds, 90% t interval)",
            "E*band      0.9 to 1.1: a tenth either way",
            "E*seeds     5, each with a split and a training of its own",
            "E*evidence  held out",
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
    result = pytester.runpytest_subprocess("claims", "-n", workers)
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
    assert html.count("data:image/svg+xml;base64,") == 4


def test_a_recorded_verdict_is_green_and_a_changed_one_red(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """Where the register records `refuted`, only exactly that verdict keeps the session green."""
    make_claims(THREE_VERDICTS, report=REPORT + EXPECTED_REFUTED)
    assert pytester.runpytest("claims", "-k", "refuted").ret == pytest.ExitCode.OK
    result = pytester.runpytest("claims")
    result.assert_outcomes(xfailed=1, failed=2)
    result.stdout.fnmatch_lines(["*XPASS(strict)*refuted since 2026-01-31: B was timed on another machine*"])


def test_where_noise_decides_two_verdicts_are_recorded(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """With `also`, either of two verdicts is no change, and supported still is one."""
    also = EXPECTED_REFUTED + 'also = "inconclusive"\n'
    make_claims(THREE_VERDICTS, report=REPORT + also)
    pytester.runpytest("claims").assert_outcomes(xfailed=2, failed=1)


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


def test_an_unknown_axis_value_gets_one_sentence(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """The sentence names the value and those that the grid has, without a traceback."""
    make_claims("\n@finding\ndef test_x(judge, evidence):\n    evidence(activation='gelu')\n")
    result = pytester.runpytest("claims")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["activation is 'gelu'; the grid in *protocol.toml has: relu, tanh"])


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
    result = pytester.runpytest("claims", f"--seeds={value}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--seeds: is '{value}'; give a whole number of at least 2"])


def test_a_store_that_cannot_be_written_to_gets_one_sentence(
    pytester: pytest.Pytester, make_claims: MakeClaims
) -> None:
    """Nothing is trained that could not be kept."""
    make_claims(THREE_VERDICTS)
    file = pytester.makefile(".txt", "no folder")
    result = pytester.runpytest("claims", "--store", f"{file}/store")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --store {file}/store: {file} is no folder that can be written to; *"])


def test_a_worker_that_dies_is_named_on_top_and_the_session_fails(
    pytester: pytest.Pytester, make_claims: MakeClaims
) -> None:
    """pytest-html has no row for such a test; the line on top and the exit status make up for it."""
    make_claims(
        "\n@finding\ndef test_dies(judge):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "\n@finding\n@pytest.mark.parametrize('n', range(4))\ndef test_lives(judge, n):\n"
        "    judge(mean_over_seeds(SUPPORTED, 'ratio'))\n"
    )
    result = pytester.runpytest_subprocess("claims", "-n", "2")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    sentence = "A worker died while running claims/test_speed.py::test_dies: no verdict."
    result.stdout.fnmatch_lines([sentence])
    assert sentence in page(pytester)
    result.stdout.fnmatch_lines(["Claims on held out findings: 4 supported, 0 refuted, 0 inconclusive."])


def test_claims_lost_with_their_workers_are_named(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """When workers are not replaced, the claims that nobody ran are named, and the session fails."""
    make_claims(
        "\n@finding\n@pytest.mark.parametrize('n', range(6))\ndef test_dies(judge, n):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    result = pytester.runpytest_subprocess("claims", "-n", "2", "--max-worker-restart=0")
    assert result.ret != pytest.ExitCode.OK
    assert "Collected but never reported: claims/test_speed.py::test_dies[" in page(pytester)


def test_an_internal_error_is_named_on_top(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """An error of a plugin ends the session with a status that is not 0 and a line on the page."""
    make_claims(THREE_VERDICTS)
    pytester.makeconftest("def pytest_runtest_logreport(report):\n    raise RuntimeError('the plugin broke')\n")
    result = pytester.runpytest_subprocess("claims", "-k", "test_supported")
    assert result.ret != pytest.ExitCode.OK
    assert "Internal error: INTERNALERROR&gt; RuntimeError: the plugin broke" in page(pytester) or (
        "Internal error: RuntimeError: the plugin broke" in page(pytester)
    )


def test_collecting_only_is_no_hole(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """`--collect-only` reports nothing by intention and ends with status 0."""
    make_claims(THREE_VERDICTS)
    assert pytester.runpytest("claims", "--collect-only").ret == pytest.ExitCode.OK


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
    result = pytester.runpytest_subprocess("-s", "-p", "no:hypothesispytest")
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
    print("IMPORTED", sorted({"torch", "tensorflow", "keras", "sklearn"} & set(sys.modules)))
"""


def test_a_stored_session_imports_no_framework(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """The first session trains and imports torch; the second reads the store and imports no framework."""
    make_claims(REAL_CLAIM)
    arguments = ("claims", "-s", "-p", "no:cacheprovider", "-p", "no:xdist", "--seeds", "3")
    first = pytester.runpytest_subprocess(*arguments)
    first.assert_outcomes(passed=3)
    first.stdout.fnmatch_lines(["*IMPORTED [[]'sklearn', 'torch'[]]*"])
    second = pytester.runpytest_subprocess(*arguments)
    second.assert_outcomes(passed=3)
    second.stdout.fnmatch_lines(["*IMPORTED [[][]]*"])


def test_an_interrupt_keeps_every_finished_run(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """After Ctrl-C the finished runs are in the store, the page names the missing claims, the next session goes on."""
    make_claims(REAL_CLAIM, protocol=_with_epochs(pytester, 400))
    store = pytester.path / ".claims-store" / "runs"
    command = [sys.executable, "-m", "pytest", "claims", "-n", "2", "--seeds", "120"]
    with subprocess.Popen(command, cwd=pytester.path, stdout=subprocess.DEVNULL) as session:
        _wait_for(lambda: len(list(store.glob("*/*.npz"))) >= 2)
        session.send_signal(signal.SIGINT)
        assert session.wait(timeout=60) != 0
    kept = {file: file.stat().st_mtime_ns for file in store.glob("*/*.npz")}
    assert 2 <= len(kept) < 12  # two cells with six blocks each
    assert "Collected but never reported: claims/test_speed.py::test_trains" in page(pytester)
    pytester.runpytest_subprocess("claims", "-n", "2", "--seeds", "120").assert_outcomes(passed=3)
    assert {file: file.stat().st_mtime_ns for file in kept} == kept
    assert len(list(store.glob("*/*.npz"))) == 12


def _with_epochs(pytester: pytest.Pytester, epochs: int) -> str:
    from tests.conftest import PROTOCOL

    return PROTOCOL.replace("value = 2,", f"value = {epochs},")


def _wait_for(condition: Callable[[], bool], timeout: float = 60) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
