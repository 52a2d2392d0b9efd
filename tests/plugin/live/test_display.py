import io
from pathlib import Path
from typing import Any

import pytest

from harness.plugin.live.display import LogDisplay, TerminalDisplay, view
from harness.plugin.live.progress import Progress
from harness.plugin.live.standing import Standing
from tests.builders.terminal import Screen

TRAINING = Standing(progress=Progress(60, 20, 20), seconds=5.0, collected=3)
TRAINED = Standing(progress=Progress(60, 20, 40), seconds=9.0, collected=3)
STORED = Standing(progress=Progress(60, 60, 0), collected=3)


class File(io.StringIO):
    """A file in memory that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture
def file() -> File:
    """Give the file that pytest's reporter writes to."""
    return File()


@pytest.fixture
def reporter(file: File, pytestconfig: pytest.Config) -> Any:
    """Give a terminal reporter of its own, which writes to that file."""
    reporter = pytest.TerminalReporter(pytestconfig, file)
    reporter._tw._file = file
    reporter._tw.hasmarkup = False
    return reporter


def test_a_log_is_told_once_that_all_is_trained(reporter: Any, file: File) -> None:
    """States in between are left out until it is time; the end of the trainings is said, and not said again."""
    display = LogDisplay(reporter)
    for standing in (TRAINING, TRAINING, TRAINED, TRAINED):
        display.show(standing, last=False)
    display.show(TRAINED, last=True)
    display.close()
    assert file.getvalue() == "trainings: 60 of 60 done, 20 from the store\n"


def test_a_log_says_nothing_twice(reporter: Any, file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing moved since the last line, there is no other."""
    monkeypatch.setattr("harness.plugin.live.display.QUIET_INTERVAL", 0.0)
    display = LogDisplay(reporter)
    for standing in (TRAINING, TRAINING, TRAINED, TRAINED):
        display.show(standing, last=False)
    display.close()
    assert file.getvalue().count("\n") == 2


@pytest.mark.parametrize(("standing", "lines"), [(TRAINING, 1), (STORED, 0), (Standing(collected=3), 0)])
def test_a_log_ends_with_the_last_state_if_anything_was_to_train(
    reporter: Any, file: File, standing: Standing, lines: int
) -> None:
    """A session that is cut short says how far it came; one that found all stored says nothing."""
    display = LogDisplay(reporter)
    display.show(standing, last=True)
    display.close()
    assert file.getvalue().count("\n") == lines


def test_a_line_of_a_log_never_joins_one_of_pytest(reporter: Any, file: File) -> None:
    """Letters of tests that stand without an end of line get one first."""
    display = LogDisplay(reporter)
    reporter._tw.write("..")
    display.say("news")
    reporter._tw.write(".")
    display.close()
    display.say("too late")
    reporter._tw.write("\n")
    assert file.getvalue() == "..\nnews\n.\n"


@pytest.mark.parametrize("kind", [LogDisplay, TerminalDisplay])
def test_what_was_taken_is_given_back(kind: Any, reporter: Any, file: File) -> None:
    """After the end, however often it is said, pytest's reporter has its own file."""
    display = kind(reporter)
    assert reporter._tw._file is not file
    display.close()
    display.close()
    assert reporter._tw._file is file


def drawn(standing: Standing, columns: int) -> list[str]:
    """Return the lines of the view of a state."""
    from rich.console import Console

    console = Console(file=io.StringIO(), width=columns, force_terminal=True, color_system=None)
    console.print(view(standing))
    screen = Screen(columns)
    screen.feed(console.file.getvalue().replace("\n", "\r\n"))  # type: ignore[attr-defined]
    return [line.rstrip() for line in screen.lines if line.strip()]


def test_the_view_fits_its_terminal() -> None:
    """Every row takes one line, cut where it is too long; the names of the rows are not cut."""
    standing = Standing(
        progress=Progress(60, 20, 20, {"gw0": "n" * 300}),
        changes=("✘ refuted, not supported: " + "x" * 300,),
        changed=1,
    )
    for columns in (40, 80, 200):
        lines = drawn(standing, columns)
        assert [line.split()[0] for line in lines] == ["trainings", "training", "claims", "changed"]
        assert max(map(len, lines)) <= columns


def test_text_of_a_claim_is_no_markup() -> None:
    """Brackets of a node id, and whatever a register holds, are shown as they are."""
    lines = drawn(Standing(changes=("[bold]x[/] :smile: test_y[sgd]",), changed=1), 80)
    assert lines[-1] == "changed   [bold]x[/] :smile: test_y[sgd]"


def test_a_file_without_descriptor_is_written_to_itself(tmp_path: Path, reporter: Any, file: File) -> None:
    """A program that runs pytest within may give it a buffer; what is written stands there."""
    display = LogDisplay(reporter)
    reporter.write_line("a line")
    display.close()
    assert file.getvalue() == "a line\n"
