import multiprocessing
import time
from pathlib import Path

import pytest

from harness.progress import Progress, ProgressLine, ProgressWriter, read_progress


@pytest.mark.parametrize(
    ("progress", "seconds", "line"),
    [
        (Progress(240, 40, 0), 5.0, "trainings: 40 of 240 done, 40 from the store"),
        (Progress(240, 40, 20), 10.0, "trainings: 60 of 240 done, 40 from the store, about 1 min 30 s left"),
        (Progress(240, 0, 120), 30.0, "trainings: 120 of 240 done, 0 from the store, about 30 s left"),
        (Progress(240, 40, 200), 99.0, "trainings: 240 of 240 done, 40 from the store"),
    ],
)
def test_the_line_says_done_stored_and_left(progress: Progress, seconds: float, line: str) -> None:
    """The time left is that of the trainings so far, times what is left; without any there is no guess."""
    assert progress.line(seconds) == line


def test_nothing_said_is_no_progress(tmp_path: Path) -> None:
    """Before a worker has written, there is nothing to show."""
    assert read_progress(tmp_path / "none") is None


def test_what_several_workers_say_is_counted_once(tmp_path: Path) -> None:
    """A worker that begins later misses less; that is not from the store. A block trained twice counts once."""
    file = tmp_path / "progress"
    blocks = [("a", 20), ("b", 20), ("c", 20)]
    ProgressWriter(file).planned(blocks, ["b", "c"])
    ProgressWriter(file).trained("b")
    ProgressWriter(file).planned(blocks, ["c"])
    ProgressWriter(file).trained("b")
    assert read_progress(file) == Progress(needed=60, stored=20, trained=20)


def _train(file: Path, name: str) -> None:
    writer = ProgressWriter(file)
    for number in range(200):
        writer.trained(f"{name} {number}")


def test_lines_of_several_processes_are_not_torn(tmp_path: Path) -> None:
    """Every line that was appended is read whole."""
    file = tmp_path / "progress"
    names = ["a", "b", "c"]
    blocks = [(f"{name} {number}", 1) for name in names for number in range(200)]
    ProgressWriter(file).planned(blocks, [block for block, _ in blocks])
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_train, args=(file, name)) for name in names]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert read_progress(file) == Progress(needed=600, stored=0, trained=600)


@pytest.mark.parametrize(("missing", "expected"), [([], []), (["a"], ["trainings: 20 of 20 done, 0 from the store"])])
def test_the_last_state_is_shown_unless_nothing_was_to_train(
    tmp_path: Path, missing: list[str], expected: list[str]
) -> None:
    """A session that finds everything stored shows no progress; another ends with all done."""
    file = tmp_path / "progress"
    shown: list[str] = []
    line = ProgressLine(file, shown.append, overwrite=False)
    line.start()
    ProgressWriter(file).planned([("a", 20)], missing)
    for block in missing:
        ProgressWriter(file).trained(block)
    started = time.monotonic()
    line.stop()
    assert shown == expected
    assert time.monotonic() - started < 5
