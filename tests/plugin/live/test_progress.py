import multiprocessing
from pathlib import Path

import pytest

from harness.plugin.live.progress import Progress, ProgressWriter, read_progress


@pytest.mark.parametrize(
    ("progress", "seconds", "line"),
    [
        (Progress(240, 40, 0), 5.0, "40 of 240 done, 40 from the store"),
        (Progress(240, 40, 20), 10.0, "60 of 240 done, 40 from the store, about 1 min 30 s left"),
        (Progress(240, 0, 120), 30.0, "120 of 240 done, 0 from the store, about 30 s left"),
        (Progress(240, 40, 200), 99.0, "240 of 240 done, 40 from the store"),
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


def test_what_each_worker_trains_is_known_until_it_rests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each worker's last word counts; one that rests trains nothing."""
    file = tmp_path / "progress"
    writers = []
    for name in ("gw0", "gw1"):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", name)
        writers.append(ProgressWriter(file))
    for writer in writers:
        writer.planned([("a", 20)], ["a"])
        writer.begins("net 1")
    writers[1].begins("net 2")
    progress = read_progress(file)
    assert progress is not None
    assert progress.now == {"gw0": "net 1", "gw1": "net 2"}
    writers[0].rests()
    progress = read_progress(file)
    assert progress is not None
    assert progress.now == {"gw1": "net 2"}


def test_a_line_that_is_still_being_written_is_left_for_later(tmp_path: Path) -> None:
    """Half of a line is no entry yet."""
    file = tmp_path / "progress"
    ProgressWriter(file).planned([("a", 20)], ["a"])
    with file.open("a", encoding="utf-8") as half:
        half.write('{"trained": "')
    assert read_progress(file) == Progress(needed=20, stored=0, trained=0)


def test_a_reason_to_give_up_is_told_once(tmp_path: Path) -> None:
    """All workers of a session meet the same one."""
    file = tmp_path / "progress"
    for _ in range(2):
        ProgressWriter(file).planned([("a", 20)], ["a"])
        ProgressWriter(file).failed("the scheduler is gone")
    assert read_progress(file) == Progress(needed=20, stored=0, trained=0, problems=("the scheduler is gone",))
