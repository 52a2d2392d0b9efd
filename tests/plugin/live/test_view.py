"""The live view as a reader meets it: in a terminal and in a log, with pytest-xdist and without."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.plugin.live.progress import ProgressWriter
from harness.plugin.live.standing import Standing
from harness.plugin.live.view import LiveView
from tests.builders.reports import PROTOCOL
from tests.builders.sessions import full_claim
from tests.builders.terminal import Screen, run_in_terminal
from tests.builders.warm_sessions import WarmSessions

MakeClaims = Callable[..., None]
InTerminal = Callable[..., tuple[int, Screen]]
SLOW = """
import time

@finding
@pytest.mark.parametrize("case", range(12))
def test_slow(judge, case):
    print("said by", case)
    time.sleep(0.05)
    judge(mean_over_seeds(REFUTED if case in (3, 5) else SUPPORTED, "ratio"))
"""
CHANGE = "✘ refuted, not supported: speed.faster (ratio) {}  2 [1.985, 2.015]"
TRAINED = """
@finding
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_trains(evidence, judge, activation):
    judge(mean_over_seeds(0.001 * evidence(activation=activation).final_test_loss + 1, "loss"))
"""
LOOKS_OFTEN = """
import harness.plugin.live.view

harness.plugin.live.view.INTERVAL = 0.02
"""
# However fast or slow the machine, two claims last until the view has shown as many states with a changed verdict.
CLAIMS_UNTIL_SHOWN = """
import time
from pathlib import Path
import pytest
import harness.plugin.live.display
from harness.plugin.live.display import LogDisplay, TerminalDisplay

shown = Path(__file__).with_name("shown")
waits_for = {"test_slow[6]": 1, "test_slow[11]": 2}
say, show = LogDisplay.say, TerminalDisplay.show

def tell(state):
    with shown.open("a") as file:
        print(state, file=file)

def say_and_tell(self, line):
    say(self, line)
    if "12 done" in line:
        tell(line)

def show_and_tell(self, standing, *, last):
    show(self, standing, last=last)
    if standing.changes and not last:
        tell(standing.changes)

LogDisplay.say, TerminalDisplay.show = say_and_tell, show_and_tell
shown.touch()

@pytest.fixture(autouse=True)
def until_shown(request):
    until = time.monotonic() + 60
    while len(shown.read_text().splitlines()) < waits_for.get(request.node.name, 0) and time.monotonic() < until:
        time.sleep(0.01)
"""
# A training, too.
UNTIL_SHOWN = """
import time
from pathlib import Path
from dataclasses import replace
import numpy as np
import harness.plugin.live.display
import harness.execution.engine
from harness.training.trainers import trainer_named

show = harness.plugin.live.display.TerminalDisplay.show
shown = Path(__file__).with_name("shown")

def train_until_shown(config, seeds):
    until = time.monotonic() + 60
    while not shown.exists() and time.monotonic() < until:
        time.sleep(0.01)
    runs = trainer_named(config.trainer).blank(config, seeds)
    noise = np.random.default_rng(1).normal(scale=0.01, size=(len(seeds), 1))
    return replace(runs, curves={**runs.curves, "test_loss": 1 + noise + np.zeros(config.epochs)})

def show_and_tell(self, standing, *, last):
    show(self, standing, last=last)
    if any(name == "training" for name, _ in standing.rows()):
        shown.touch()

harness.execution.engine.train, harness.plugin.live.display.TerminalDisplay.show = train_until_shown, show_and_tell
"""


@pytest.fixture
def in_terminal(pytester: pytest.Pytester, warm_sessions: WarmSessions) -> InTerminal:
    """Return a function that runs pytest on the claims of the folder in a terminal."""
    return lambda *arguments, **options: run_in_terminal(
        warm_sessions, ["claims", "-p", "no:cacheprovider", *arguments], **options
    )


def without_times(lines: list[str]) -> list[str]:
    """Return lines of pytest without what differs between two sessions."""
    timeless = [re.sub(r"[0-9.]+s|=+| at 0x\w+", "", line).rstrip() for line in lines]
    return [re.sub(r"(There is no session before|No verdict changed since).*", "", line) for line in timeless]


@pytest.mark.parametrize(
    ("workers", "verbosity"), [("0", []), ("2", []), ("0", ["-q"]), ("2", ["-v"])], ids=["0", "2", "quiet", "verbose"]
)
def test_a_terminal_shows_what_is_decided_and_gets_back_only_what_pytest_wrote(
    pytester: pytest.Pytester, make_claims: MakeClaims, in_terminal: InTerminal, workers: str, verbosity: list[str]
) -> None:
    """While it runs the last lines are the view; when it ends every line of pytest is whole, and the cursor is back."""
    make_claims(SLOW)
    pytester.makeconftest(LOOKS_OFTEN + CLAIMS_UNTIL_SHOWN)
    status, screen = in_terminal("-n", workers, *verbosity)
    assert status == pytest.ExitCode.TESTS_FAILED
    assert screen.cursor
    assert any("claims    " in frame and CHANGE.format(3) in frame for frame in screen.seen)
    assert re.search(r"claims    (\d|10|11) of 12 done: ✔ \d+ supported, ✘ \d refuted, \? 0", "\n".join(screen.seen))
    shown = "\n".join(screen.lines)
    assert "12 done:" not in shown
    assert CHANGE.format(3) not in shown
    if verbosity == ["-v"]:
        assert (
            len([line for line in screen.lines if re.search(r"(PASSED|FAILED).*\d+%|\d+%\] (PASSED|FAILED)", line)])
            == 12
        )
    else:
        assert len([line for line in screen.lines if re.search(r"(^|py )[.F]{12} +\[100%\]$", line)]) == 1
    said = [line for line in screen.lines if line.startswith("said by")]
    assert (sorted(said) if workers == "2" else said) == ["said by 3", "said by 5"]  # whichever worker is the first
    assert shown.count("Captured stdout call") == 2


def test_after_the_failures_a_terminal_reads_like_a_log(
    pytester: pytest.Pytester, make_claims: MakeClaims, in_terminal: InTerminal
) -> None:
    """From the first failure on, no line differs from those of a session without a view."""
    make_claims(SLOW)
    conftest = pytester.makeconftest(LOOKS_OFTEN + CLAIMS_UNTIL_SHOWN)
    _, screen = in_terminal()
    conftest.unlink()
    pipe = pytester.runpytest_subprocess("claims", "-p", "no:cacheprovider", "--color=yes")
    plain = Screen(110)
    plain.feed(pipe.stdout.str().replace("\n", "\r\n"))
    sides = []
    for lines in (screen.lines, plain.lines):
        whole = without_times(lines)
        sides.append([re.sub("[-_]{2,}", "", line) for line in whole[whole.index(" FAILURES") :] if line])
    assert sides[0] == sides[1]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_terminal_shows_what_is_trained(
    pytester: pytest.Pytester, make_claims: MakeClaims, in_terminal: InTerminal, workers: str
) -> None:
    """Before the first claim is judged there is a bar of the trainings, and what each worker trains in words."""
    make_claims(TRAINED, protocol=PROTOCOL)
    pytester.makeconftest(LOOKS_OFTEN + UNTIL_SHOWN)
    status, screen = in_terminal("-n", workers, "--claims-seeds", "3")
    assert status == pytest.ExitCode.OK
    frames = "\n".join(screen.seen)
    worker = r"gw[01] " if workers == "2" else ""
    told = r"torch: wine, 0.2, standard, 4, (relu|tanh), adam, 0.01, 32, 2, cross_entropy, seeds 0 to 19"
    assert re.search(rf"training +{worker}{told}", frames), frames[-2000:]
    assert re.search(r"trainings +━+ (0|20) of 40 done, 0 from the store", frames)
    assert "Planned trainings: 40, of which 40 done now" in "\n".join(screen.lines)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_an_interrupt_gives_the_terminal_back(
    pytester: pytest.Pytester, make_claims: MakeClaims, in_terminal: InTerminal, workers: str
) -> None:
    """After Ctrl-C the view is gone, the cursor is back, and pytest says that it was interrupted."""
    make_claims(SLOW.replace("sleep(0.05)", "sleep(0.05 if case < 6 else 2)"))
    pytester.makeconftest(LOOKS_OFTEN)
    status, screen = in_terminal("-n", workers, interrupt_at="✘ refuted, not supported")
    shown = "\n".join(screen.lines)
    assert status == pytest.ExitCode.INTERRUPTED
    assert screen.cursor
    assert "KeyboardInterrupt" in shown
    assert "12 done:" not in shown
    assert "Collected but never reported" in shown


def test_a_worker_that_dies_leaves_a_whole_terminal(
    pytester: pytest.Pytester, make_claims: MakeClaims, in_terminal: InTerminal
) -> None:
    """What pytest-xdist says of it stays, above the view."""
    pytester.makeconftest(LOOKS_OFTEN)
    make_claims(SLOW + "\ndef test_dies():\n    os.kill(os.getpid(), signal.SIGKILL)\n")
    _, screen = in_terminal("-n", "2")
    assert screen.cursor
    assert any(re.search(r"\[gw\d\] node down: Not properly terminated$", line) for line in screen.lines)
    assert "replacing crashed worker" in "\n".join(screen.lines)
    assert "13 done:" not in "\n".join(screen.lines)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_log_gets_whole_lines(pytester: pytest.Pytester, make_claims: MakeClaims, workers: str) -> None:
    """A changed verdict is said at once; how far the session is, now and then; no line is mixed with pytest's own."""
    make_claims(SLOW)
    pytester.makeconftest(LOOKS_OFTEN + CLAIMS_UNTIL_SHOWN + "harness.plugin.live.display.QUIET_INTERVAL = 0.2\n")
    result = pytester.runpytest_subprocess("claims", "-n", workers, "-p", "no:cacheprovider")
    lines = result.stdout.lines
    changes = [line for line in lines if "not as expected: " in line]
    assert sorted(changes) == sorted(f"not as expected: {CHANGE.format(case)}  band 0.9 to 1.1" for case in (3, 5)), (
        changes
    )
    standings = [line for line in lines if "12 done" in line]
    assert len(standings) >= 2
    pattern = r"claims: \d+ of 12 done, ✔ \d+ supported, ✘ [012] refuted, \? 0 inconclusive; [012] not as expected"
    assert [line for line in standings if not re.fullmatch(pattern, line)] == []
    letters = [line for line in lines if re.fullmatch(r"(claims/test_speed.py )?[.F]+( +\[ *\d+%\])?", line)]
    assert sum(len(re.findall(r"[.F](?![a-z])", line.split(" [")[0])) for line in letters) == 12


def test_a_quiet_log_is_not_filled(pytester: pytest.Pytester, make_claims: MakeClaims) -> None:
    """A short session in which nothing changed writes no line of its own while it runs, and needs no rich."""
    pytester.makeconftest("import sys\n\ndef pytest_unconfigure():\n    print('RICH', 'rich' in sys.modules)\n")
    make_claims("\n@finding\ndef test_one(judge):\n    judge(mean_over_seeds(SUPPORTED, 'ratio'))\n")
    result = pytester.runpytest_subprocess("claims", "-p", "no:cacheprovider")
    result.stdout.no_fnmatch_line("*done, ✔*")
    result.stdout.no_fnmatch_line("trainings:*")
    result.stdout.fnmatch_lines(["RICH False"])


@pytest.mark.parametrize("arguments", [["-p", "no:terminal"], ["-s", "-n", "0"], ["--collect-only"]])
def test_without_a_terminal_to_draw_on_there_is_no_view(
    pytester: pytest.Pytester, make_claims: MakeClaims, in_terminal: InTerminal, arguments: list[str]
) -> None:
    """No reporter, tests that print to the terminal themselves, and no test to run: nothing is drawn."""
    make_claims(SLOW)
    pytester.makeconftest(LOOKS_OFTEN)
    status, screen = in_terminal(*arguments)
    assert status in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    assert screen.seen == []
    assert "INTERNALERROR" not in "\n".join(screen.lines)


class Shown:
    """A display that keeps what it is given."""

    def __init__(self) -> None:
        self.states: list[Standing] = []
        self.said: list[str] = []
        self.closed = 0

    def show(self, standing: Standing, *, last: bool) -> None:
        """Keep a state."""
        self.states.append(standing)

    def say(self, line: str) -> None:
        """Keep a line."""
        self.said.append(line)

    def close(self) -> None:
        """Count how often."""
        self.closed += 1


def test_the_last_state_holds_everything(tmp_path: Path) -> None:
    """Trainings, tests that run, verdicts and changes are all in the state that is shown when the view stops."""
    file, display = tmp_path / "progress", Shown()
    view = LiveView(file, display)
    view.start()
    writer = ProgressWriter(file)
    writer.planned([("a", 20), ("b", 20)], ["b"])
    writer.begins("net 1")
    view.pytest_xdist_node_collection_finished(["t1", "t2", "t3"])
    view.pytest_runtest_logstart("t1")
    view.judged(full_claim("t1"))
    view.judged(full_claim("t2", outcome="refuted"))
    view.stop()
    view.stop()
    last = display.states[-1]
    assert last.progress is not None
    assert (last.progress.done, list(last.progress.now.values())) == (20, ["net 1"])
    assert (last.collected, last.outcomes, last.changed) == (3, {"supported": 1, "refuted": 1}, 1)
    assert display.said == [f"not as expected: {last.changes[0]}"]
