"""The option `--claims-universes all`, driven through pytest itself."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
import tomlkit

from harness.reconstruction.facts import digest_of_facts
from harness.report.protocol_file import read_grid
from tests.builders import ROOT
from tests.builders.reports import PROTOCOL, REPORT

MakeClaims = Callable[..., None]
OPEN = {"epochs": [2, 4], "learning_rate": [0.01, 0.1, 0.3], "splits": ["many", "one"]}
LEFT_OPEN = (
    PROTOCOL.replace("value = 2,", "value = 2, alternatives = [4],").replace(
        "learning_rate = { value = 0.01,", "learning_rate = { value = 0.01, alternatives = [0.1, 0.3],"
    )
    + 'splits = { value = "many", alternatives = ["one"], origin = "assumed", reason = "usual" }\n'
)
FINDING = """
[findings."speed.{name}"]
statement = "It is {name}."
basis = "independent"

[findings."speed.{name}".readings.ratio]
estimand = "mean of the ratio"
low = 0.9
high = 1.1
reason = "a tenth either way"
"""
FINDINGS = REPORT + "".join(FINDING.format(name=name) for name in ("short", "timed", "foreign"))

CLAIMS = """
def near(value, runs):
    return [value + 0.01 * (number % 5 - 2) for number in range(len(runs.seeds))]

@finding
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_always(evidence, judge, activation):
    print(f"CALLED always\\n", end="")
    judge(mean_over_seeds(near(1, evidence(activation=activation)), "ratio"))

@pytest.mark.finding("speed.short", reading="ratio")
def test_short(evidence, judge):
    print(f"CALLED short\\n", end="")
    runs = evidence(activation="relu")
    judge(mean_over_seeds(near(runs.config.epochs / 2, runs), "ratio"))
"""
OTHER_CLAIMS = """
@pytest.mark.finding("speed.timed", reading="ratio")
@pytest.mark.timed
def test_timed(evidence, judge):
    judge(mean_over_seeds(near(1, evidence(activation="relu")), "ratio"))

@pytest.mark.finding("speed.foreign", reading="ratio")
def test_foreign(evidence, judge, tmp_path):
    judge(mean_over_seeds(near(1, evidence(activation="relu")), "ratio"))

@finding
def test_of_numbers(judge, reported):
    judge(mean_over_seeds(SUPPORTED, "ratio"))
"""

# Trains nothing and splits no data, so that no session waits for a framework or scikit-learn.
TRAINER = f"""
import sys

sys.path.append({str(ROOT)!r})

import numpy as np

import harness.execution.engine
from harness.data import registry, splitting
from harness.training.runs import Runs
from tests.builders.runs import runs_for

def train_there(config, seeds):
    wine = registry.load("wine")
    rows = splitting.count_test_rows(wine, config.test_size)
    orders = [np.random.default_rng(seed.split).permutation(len(wine.target)) for seed in seeds]
    return runs_for(config, seeds, value=1.0, rows=rows, test_rows=np.stack([order[:rows] for order in orders]))

harness.execution.engine.train_there = train_there
"""


def universes_file(folder: Path) -> str:
    """Return the universes of all combinations of what is left open."""
    combinations = [dict(zip(OPEN, values, strict=True)) for values in itertools.product(*OPEN.values())]
    universes = [
        {
            "name": f"universe {number}" if number else "default",
            "weights": {"classification": 0.6 if number == 0 else 0.4 / 11},
            "answers": {"classification": answers},
        }
        for number, answers in enumerate(combinations)
    ]
    made_for = digest_of_facts([], read_grid(folder / "protocol.toml"))
    return tomlkit.dumps({"made_for": made_for, "universes": universes, "candidates": {}, "answers": {}, "spreads": {}})


@pytest.fixture
def make_universes(pytester: pytest.Pytester, make_claims: MakeClaims) -> Callable[..., None]:
    """Write a report with claims, and with twelve universes."""

    def make(claims: str = CLAIMS) -> None:
        make_claims(claims, report=FINDINGS, protocol=LEFT_OPEN)
        pytester.makeconftest(TRAINER)
        folder = pytester.path / "claims"
        (folder / "reconstruction.toml").write_text(universes_file(folder), encoding="utf-8")

    return make


def session(pytester: pytest.Pytester, *options: str, universes: str = "all") -> pytest.RunResult:
    """Run the claims over three seeds, looked at once."""
    common = (
        "claims",
        "-s",
        "-p",
        "no:cacheprovider",
        "--claims-seeds",
        "3",
        "--claims-looks",
        "1",
        f"--claims-universes={universes}",
    )
    return pytester.runpytest_subprocess(*common, *options)


def page(pytester: pytest.Pytester) -> str:
    """Return the HTML report of the inner session."""
    return (pytester.path / "reports" / "claims.html").read_text(encoding="utf-8")


def kept_answers(pytester: pytest.Pytester) -> dict[Path, int]:
    """Return the files of answers, and when they were written."""
    return {file: file.stat().st_mtime_ns for file in (pytester.path / ".claims-store" / "answers").iterdir()}


APART = "apart, on one split of the data: "
ALWAYS = (
    "6 supported, 0 refuted, 0 inconclusive; by weight 1.00, 0.00, 0.00; "
    f"{APART}6 supported, 0 refuted, 0 inconclusive; by weight 1.00, 0.00, 0.00"
)
SHORT = (
    "3 supported, 3 refuted, 0 inconclusive; by weight 0.86, 0.14, 0.00; "
    f"{APART}3 supported, 3 refuted, 0 inconclusive; by weight 0.50, 0.50, 0.00; "
    "epochs decides: supported in 6 of 6 universes with 2, in 0 of 6 with 4 (p = *"
)


def test_findings_are_judged_in_all_universes(pytester: pytest.Pytester, make_universes: Callable[..., None]) -> None:
    """Each has a line and a figure with what it comes to and what decides that; a second session does nothing anew.

    Without the option all is as it was before.
    """
    make_universes()
    first = session(pytester)
    first.assert_outcomes(passed=3)
    lines = ["*findings in all universes*", f"speed.faster (ratio)*{ALWAYS}", f"speed.short (ratio)*{SHORT}"]
    first.stdout.fnmatch_lines(lines)
    # Two cells, in each of six configs and with the splits of both kinds, in blocks of twenty.
    first.stdout.fnmatch_lines(["Planned trainings: 480, of which 480 done now and 0 before.*"])
    html = page(pytester)
    assert ">Universes</th>" in html
    assert "epochs decides: supported in 6 of 6 universes with 2, in 0 of 6 with 4" in html
    for name in ("speed.faster (ratio) in all universes", "speed.short (ratio) in all universes"):
        assert name in html
    curves = sorted(file.name for file in (pytester.path / "reports" / "figures").glob("universes-*.svg"))
    assert len(curves) == 2  # of readings
    assert all(f'src="figures/{curve}"' in html for curve in curves)
    assert (pytester.path / "reports" / "index.html").read_text(encoding="utf-8").count("Specification curve:") >= 2
    calls = first.stdout.str().count("CALLED short")
    assert calls == 1 + 1 + 12  # to plan, to judge, and everywhere

    answers = kept_answers(pytester)
    assert len(answers) == 3
    second = session(pytester)
    second.assert_outcomes(passed=3)
    second.stdout.fnmatch_lines(lines)
    second.stdout.fnmatch_lines(["Planned trainings: 480, of which 0 done now and 480 before.*"])
    assert second.stdout.str().count("CALLED short") == 0
    assert kept_answers(pytester) == answers

    alone = session(pytester, universes="default")
    alone.assert_outcomes(passed=3)
    alone.stdout.no_fnmatch_line("*in all universes*")
    alone.stdout.fnmatch_lines(["Planned trainings: 40, of which 0 done now and 40 before.*"])
    assert ">Universes</th>" not in page(pytester)
    assert "in all universes" not in page(pytester)


def test_what_all_universes_say_is_kept_for_other_sessions(
    pytester: pytest.Pytester, make_universes: Callable[..., None]
) -> None:
    """Beside the report, by a session that judged all of it: pages show it, with its day, and judge no claim anew."""
    make_universes(CLAIMS + OTHER_CLAIMS)
    file = pytester.path / "claims" / "headlines.toml"
    session(pytester, "-k", "always")
    assert not file.exists()
    session(pytester, "-m", "not timed").assert_outcomes(passed=5, deselected=1)
    kept = file.read_text(encoding="utf-8")
    assert '[findings."speed.short".ratio]\ntext = "depends on ' in kept
    again = session(pytester, "-m", "not timed", universes="default")
    again.stdout.no_fnmatch_line("CALLED *")
    pages = pytester.path / "reports" / "index.html"
    day = tomlkit.parse(kept)["judged"]
    assert f"by weight 0.86, 0.14, 0.00; {APART}" in pages.read_text(encoding="utf-8")
    assert f"plausible reconstructions ({day}).</small>" in pages.read_text(encoding="utf-8")
    session(pytester, "-k", "short")
    assert file.read_text(encoding="utf-8") == kept

    file.write_text(kept.replace("text =", "words =", 1), encoding="utf-8")
    refused = session(pytester, universes="default")
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines(["ERROR: *headlines.toml, table [[]findings.*], key 'text': missing; give text"])


def test_two_processes_share_the_trainings_of_all_universes(
    pytester: pytest.Pytester, make_universes: Callable[..., None]
) -> None:
    """From nothing, they come to the same lines as one."""
    make_universes()
    result = session(pytester, "-n", "2")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines([f"speed.faster (ratio)*{ALWAYS}", f"speed.short (ratio)*{SHORT}"])
    result.stdout.fnmatch_lines(["Planned trainings: 480, of which 480 done now and 0 before.*"])


FAILING_CLAIM = """
@finding
def test_fails(evidence, judge):
    runs = evidence(activation="relu")
    judge(mean_over_seeds(near(3 - runs.config.epochs / 2, runs), "ratio"))
"""


def test_only_claims_on_runs_alone_are_judged_everywhere_and_keep_their_outcome(
    pytester: pytest.Pytester, make_universes: Callable[..., None]
) -> None:
    """One that measures time, asks for fixtures of its own, or for no runs, has no universes.

    One that passes does where it holds in half of them, and one that fails does where it holds in the other half.
    """
    make_universes(CLAIMS + OTHER_CLAIMS + FAILING_CLAIM)
    result = session(pytester)
    result.assert_outcomes(passed=6, failed=1)
    result.stdout.fnmatch_lines(["E*Refuted: speed.faster (ratio): refuted"])
    result.stdout.no_fnmatch_line("*HarnessError*")
    result.stdout.fnmatch_lines(["*findings in all universes*"])
    section = result.stdout.str().rpartition("findings in all universes")[2]
    # Of the two cells that always hold, and the one that holds with more epochs, all are needed.
    pytest.LineMatcher(section.splitlines()).fnmatch_lines(
        [f"speed.faster (ratio)*3 supported, 3 refuted, 0 inconclusive*{APART}3 supp*", f"speed.short (ratio)*{SHORT}"]
    )
    assert len(kept_answers(pytester)) == 4
    assert "speed.timed" not in section
    assert "speed.foreign" not in section
    assert "speed.timed (ratio) in all universes" not in page(pytester)


def test_an_error_in_a_universe_is_red_and_names_it(
    pytester: pytest.Pytester, make_universes: Callable[..., None]
) -> None:
    """It is no verdict, neither on the claim nor on its finding, and does not hide the others."""
    make_universes(
        CLAIMS.replace(
            "    judge(mean_over_seeds(near(runs",
            "    assert runs.config.epochs == 2\n    judge(mean_over_seeds(near(runs",
        )
    )
    result = session(pytester)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["E*HarnessError: claims/test_speed.py::test_short cannot be judged in universe 6: *"])
    result.stdout.fnmatch_lines([f"speed.faster (ratio)*{ALWAYS}"])
    assert "speed.short" not in result.stdout.str().rpartition("findings in all universes")[2].partition("===")[0]


def test_an_interrupted_claim_is_not_judged_everywhere(
    pytester: pytest.Pytester, make_universes: Callable[..., None]
) -> None:
    """Although an earlier look gave it a verdict: whoever presses Ctrl-C does not wait for twelve universes."""
    make_universes(
        CLAIMS.split("@finding")[0]
        + """
@finding
def test_ends(evidence, judge):
    runs = evidence(activation="relu")
    if len(runs.seeds) == 6:
        raise KeyboardInterrupt("at the second look")
    judge(mean_over_seeds([0.5, 1.0, 1.5][: len(runs.seeds)] + [1.0] * (len(runs.seeds) - 3), "ratio"))
"""
    )
    result = session(pytester, "-p", "no:xdist", "--claims-looks", "3")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert not (pytester.path / ".claims-store" / "answers").exists()


@pytest.mark.parametrize("workers", ["0", "2"])
def test_without_universes_the_session_ends_with_one_sentence(
    pytester: pytest.Pytester, make_universes: Callable[..., None], workers: str
) -> None:
    """It names the file and the command that writes it."""
    make_universes()
    (pytester.path / "claims" / "reconstruction.toml").unlink()
    result = session(pytester, "-n", workers)
    assert result.ret == pytest.ExitCode.USAGE_ERROR == 4
    result.stderr.fnmatch_lines(
        ["ERROR: *claims/reconstruction.toml is missing; write it with: python -m harness reconstruct *claims"]
    )
    assert "Traceback" not in result.stderr.str() + result.stdout.str()
    assert not (pytester.path / ".claims-store").exists()


def test_malformed_universes_end_the_session_with_one_sentence(
    pytester: pytest.Pytester, make_universes: Callable[..., None]
) -> None:
    """As other malformed files do."""
    make_universes()
    file = pytester.path / "claims" / "reconstruction.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("epochs = 4", "epochs = 5", 1), encoding="utf-8")
    result = session(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: *reconstruction.toml, table [[]universes #7.answers.classification[]], key 'epochs': 5 is neither *"]
    )


def test_an_unknown_choice_of_universes_is_refused(
    pytester: pytest.Pytester, make_universes: Callable[..., None]
) -> None:
    """With those that there are."""
    make_universes()
    result = session(pytester, universes="some")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--claims-universes: invalid choice: 'some' (choose from *default*all*)*"])
