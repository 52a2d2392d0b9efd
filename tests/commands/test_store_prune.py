"""Remove what nobody can use any more."""

import itertools
import os
import time

import pytest

from harness.base.files import whole_file, write_atomically
from harness.base.locks import locked
from harness.commands.store_prune import remove, useless
from harness.commands.store_verify import verify
from harness.execution.benchmark import BenchmarkEntry
from harness.execution.timing import race
from harness.storage.store import Store
from harness.training.seeds import Seed
from tests.builders.stores import PROTOCOL, SEEDS, runs_hard_to_keep, versions_of
from tests.builders.whole_stores import ALL, OLD, kinds, one, prune


def test_what_a_session_can_use_stays(kept: Store) -> None:
    """And what is not the store's."""
    for name in ("notes.md", "runs/notes.part", f"{'a' * 64}.npz"):
        (kept.folder / name).write_text("mine")
    before = sorted(kept.folder.rglob("*"))
    assert [kind for kind in prune(kept) if kind != "locks"] == []
    after = sorted(kept.folder.rglob("*"))
    assert [path for path in before if path not in after] == [
        kept.folder / "locks" / "gate.lock",
        kept.folder / "locks" / "machine.lock",
    ]
    assert kinds(verify(kept.folder).whole) == ALL


def test_what_no_session_can_find_goes(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs and timings of other versions, pictures, answers and claims of other code, rows that no claim names."""
    kept.save(runs_hard_to_keep((Seed(3, 3),)))
    Store(kept.folder, OLD).save(runs_hard_to_keep())
    assert [kind for kind in prune(kept) if kind != "locks"] == ["runs"]
    assert prune(kept) == []
    monkeypatch.setattr("harness.commands.store_prune.drawing_marks", lambda: {"b" * 12})
    monkeypatch.setattr("harness.commands.store_prune.judging_mark", lambda: "b" * 12)
    monkeypatch.setattr("harness.commands.store_prune.judged_mark", lambda: "b" * 12)
    assert prune(kept) == ["answers", "figures", "rows", "verdicts"]
    newer = Store(kept.folder, versions_of({"torch": {"torch": "99"}}))
    assert prune(newer) == ["runs", "runs", "timings"]
    assert kinds(verify(kept.folder).whole) == []


def test_rows_that_no_claim_names_go(kept: Store) -> None:
    """Those of a claim that was judged again, over other runs; what a damaged file named is judged again, too."""
    write_atomically(kept.folder / "rows" / f"{'a' * 64}.jsonl", b"old")
    assert [kind for kind in prune(kept) if kind != "locks"] == ["rows"]
    one(kept, "verdicts").write_bytes(b"damaged")
    assert prune(kept) == ["rows"]


@pytest.mark.parametrize("kind", ["runs", "timings"])
def test_what_is_damaged_is_left_for_the_session_that_needs_it(kept: Store, kind: str) -> None:
    """It sets it aside and makes it again; what was set aside goes."""
    path = one(kept, kind)
    path.write_bytes(b"")
    assert [found for found in prune(kept) if found != "locks"] == []
    path.rename(path.with_suffix(".unreadable"))
    assert prune(kept) == ["unreadable"]


def test_locks_that_are_held_stay(kept: Store) -> None:
    """Those that nobody holds go, and are made again by who needs them."""
    with (
        kept.reserve(PROTOCOL, SEEDS, wait=False) as reserved,
        locked(kept.folder / "locks" / "machine.lock", shared=True),
    ):
        assert reserved
        assert prune(kept) == ["locks"]  # the gate
        with kept.reserve(PROTOCOL, SEEDS, wait=False) as another:
            assert not another
    assert [file.name for file in (kept.folder / "locks").iterdir()] == ["machine.lock"]
    assert prune(kept) == ["locks"]


def test_a_file_that_is_being_written_stays(kept: Store) -> None:
    """One that nobody writes any more goes."""
    target = kept.path(PROTOCOL, SEEDS[:1])
    prune(kept)
    with whole_file(target) as part:
        part.write(b"text")
        assert prune(kept) == []
    assert target.read_bytes() == b"text"
    target.with_name("tmpabc_1.part").write_bytes(b"left behind")
    assert prune(kept) == ["unfinished"]


def test_what_was_taken_up_meanwhile_stays(kept: Store) -> None:
    """Between finding and removing, somebody may have begun to use it."""
    flaws = [flaw for flaw in useless(kept) if flaw.file.path.name == "gate.lock"]
    with locked(flaws[0].file.path):
        remove(flaws[0])
        assert flaws[0].file.path.exists()
    remove(flaws[0])
    assert not flaws[0].file.path.exists()
    remove(flaws[0])  # somebody else has removed it


def test_no_clock_decides_anything(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the times of the files and whatever the clock says, the same is found, loaded, verified and removed."""
    (kept.folder / "runs" / "00").mkdir(exist_ok=True)
    (kept.folder / "runs" / "00" / "tmpabc.part").write_bytes(b"left behind")
    Store(kept.folder, OLD).save(runs_hard_to_keep())
    found = []
    clock = itertools.cycle([0.0, 4e9, -1.0, 1e9])
    for stamp in (0, 1_000_000_000, 4_000_000_000):
        for file in kept.folder.rglob("*"):
            os.utime(file, (stamp, stamp))
        monkeypatch.setattr(time, "time", lambda: next(clock))
        monkeypatch.setattr(time, "monotonic", lambda: next(clock))
        assert kept.load(PROTOCOL, SEEDS) is not None
        with kept.reserve(PROTOCOL, SEEDS, wait=False) as reserved:
            assert reserved
        assert race([BenchmarkEntry(PROTOCOL)], kept.folder, repeats=1)[0].seconds[0] == pytest.approx(0.9)
        checked = verify(kept.folder)
        found.append((kinds(checked.whole), checked.damaged, kinds(useless(kept))))
    assert found[0] == found[1] == found[2]
    assert found[0][2] == ["locks", "locks", "runs", "unfinished"]
