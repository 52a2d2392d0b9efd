"""Sessions killed at random moments; the full number of kills is a benchmark's: ``docs/store.md``."""

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.fire_watch import Outcome, Watch
from benchmarks.settings import ROOT
from harness.storage.store import Store
from tests.builders.stores import fingerprint, runs_hard_to_keep


def test_kills_damage_nothing_lose_nothing_and_change_no_verdict() -> None:
    """Writers and whole sessions, killed five times; sessions that finish afterwards have the same verdicts."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.store_under_fire",
        "--kills",
        "5",
        "--seed",
        str(random.randrange(10**6)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=600)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert done.stdout.startswith("5 kills in ")
    assert "4 of 3 writers at once: " in done.stdout
    assert "1 of one or two sessions of two workers: " in done.stdout
    # One more wherever a kill left nothing to train.
    finished = re.search(
        r"\n(\d+) sessions finished afterwards, each with the 9 verdicts of an undisturbed one \(.*\)\n", done.stdout
    )
    assert finished is not None
    assert int(finished[1]) >= 1
    checked = re.search(r"after the kills (\d+) files were read whole", done.stdout)
    assert checked is not None
    assert int(checked[1]) > 5


TORN = """
import random, tempfile, time
from pathlib import Path
from benchmarks.fire_kills import kill_writers
from benchmarks.fire_report import every_block, write_report
from benchmarks.fire_watch import Outcome, Watch
from harness.storage import files
from harness.execution.engine import open_store
from benchmarks.fire_kills import train_now

def straight(path, payload):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for start in range(0, len(payload), 1000):
            file.write(payload[start : start + 1000])
            file.flush()
            time.sleep(0.001)

files.write_atomically = straight
outcome = Outcome()
with tempfile.TemporaryDirectory() as folder:
    write_report(Path(folder))
    blocks = every_block(Path(folder))
    train_now(*blocks[0])
    for attempt in range(50):
        store = open_store(Path(folder, f"store-{attempt}"))  # one that is full would have nothing left to write
        kill_writers(store, blocks, random.Random(), aimed=True)
        Watch(store.folder, outcome).look()
        if outcome.problems:
            break
print(outcome.problems[0].partition(":")[0])
"""


def test_a_store_that_wrote_straight_to_its_files_would_be_found_out() -> None:
    """The kills do hit files that are being written, and damage is seen: otherwise the test above shows nothing."""
    done = subprocess.run([sys.executable, "-c", TORN], capture_output=True, text=True, cwd=ROOT, timeout=600)
    assert done.stdout == "damaged\n", done.stderr


# What is seen


@pytest.fixture
def watched(tmp_path: Path) -> tuple[Watch, Outcome, Path]:
    """Look once at a store with one block."""
    store, outcome = Store(tmp_path / "store", fingerprint), Outcome()
    watch = Watch(store.folder, outcome)
    assert watch.look() == 0
    path = store.save(runs_hard_to_keep())
    assert watch.look() == 1
    assert outcome.problems == []
    return watch, outcome, path


def test_a_lost_block_is_seen(watched: tuple[Watch, Outcome, Path]) -> None:
    """One that was whole, and is not there any more."""
    watch, outcome, path = watched
    path.unlink()
    assert watch.look() == 0
    assert outcome.problems == [f"lost: {path}"]


def test_a_changed_block_is_seen(watched: tuple[Watch, Outcome, Path]) -> None:
    """Nobody trains again what is there."""
    watch, outcome, path = watched
    payload = path.read_bytes()
    start = payload.index(b"PK\x01\x02")
    path.write_bytes(payload[: start + 12] + b"\1" + payload[start + 13 :])  # the time of a member, which nobody reads
    watch.look()
    assert outcome.problems == [f"changed: {path}"]


def test_damage_is_seen_also_when_it_was_set_aside(watched: tuple[Watch, Outcome, Path]) -> None:
    """Before and after a session came upon it."""
    watch, outcome, path = watched
    path.write_bytes(b"")
    watch.look()
    assert outcome.problems[0].startswith(f"damaged: {path}: ")
    assert outcome.problems[1] == f"lost: {path}"
    path.rename(path.with_suffix(".unreadable"))
    watch.look()
    assert outcome.problems[2:] == [f"set aside: {path.with_suffix('.unreadable')}"]


def test_a_file_that_was_left_unfinished_is_counted_once(watched: tuple[Watch, Outcome, Path]) -> None:
    """It is no problem."""
    watch, outcome, path = watched
    path.with_name("tmp12.part").write_bytes(b"half")
    watch.look()
    watch.look()
    assert (outcome.unfinished, outcome.problems) == (1, [])
