"""Care for a store."""

import hashlib
import itertools
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.base import sealed
from harness.base.files import whole_file, write_atomically
from harness.base.hashing import content_digest
from harness.base.locks import locked
from harness.base.sealed import seal, unseal
from harness.commands.store_care import remove, useless, verify
from harness.drawing.drawn import kept_figure
from harness.execution import timing
from harness.execution.timing import BenchmarkEntry, race
from harness.plugin.kept import judged_mark
from harness.reconstruction.multiverse import judging_mark
from harness.statistics.estimators import mean_over_seeds
from harness.storage import record
from harness.storage.store import Store
from harness.training.seeds import Seed
from harness.verdicts.band import Band
from tests.builders.stores import PROTOCOL, SEEDS, VERSIONS, fingerprint, runs_hard_to_keep, versions_of

BAND = Band(0.9, 1.1, "a tenth either way")
ESTIMATE = mean_over_seeds([0.9, 1.0, 1.2], "ratio")
OLD = versions_of({**VERSIONS, "torch": {"torch": "1.0", "harness training": "1"}})


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Make a store with one file of each kind that holds something."""
    store = Store(tmp_path / "store", fingerprint)
    store.save(runs_hard_to_keep())
    monkeypatch.setattr(timing, "_measure", lambda *_: [[[0.5, 0.1, 0.3]]])
    monkeypatch.setattr(timing, "fingerprint_of", fingerprint)
    race([BenchmarkEntry(PROTOCOL)], store.folder, repeats=1)
    monkeypatch.setattr("harness.drawing.figures.claim_figure", lambda *_: "<svg>drawn</svg>\n")
    kept_figure(store.folder, {}, ESTIMATE, (0.8, 1.3), BAND)
    answers = {"a": [1.5, "nan"]}
    file = store.folder / "answers" / f"{judging_mark()}-{content_digest(answers)}.json"
    file.parent.mkdir()
    file.write_bytes(seal(answers))
    keep_claim(store, ["a row"])
    return store


def keep_claim(store: Store, rows: list[str]) -> None:
    """Keep a claim that names these rows, and the rows."""
    names = [hashlib.sha256(one.encode()).hexdigest() for one in rows]
    for one, name in zip(rows, names, strict=True):
        write_atomically(store.folder / "rows" / f"{name}.jsonl", one.encode())
    file = store.folder / "verdicts" / f"{judged_mark()}-{content_digest(names)}.json"
    write_atomically(file, seal({"identity": "", "claim": {"rows": names}}))


def kinds(files: Any) -> list[str]:
    """Return the kinds of files or of flaws, sorted."""
    return sorted(getattr(file, "file", file).kind for file in files)


def prune(store: Store) -> list[str]:
    """Remove what is useless, and return the kinds of what that was."""
    flaws = list(useless(store))
    for flaw in flaws:
        remove(flaw)
    return kinds(flaws)


ALL = ["answers", "figures", "rows", "runs", "timings", "verdicts"]


def one(store: Store, kind: str) -> Path:
    """Return the one file of a kind."""
    (file,) = (file for file in verify(store.folder).whole if file.kind == kind)
    return file.path


# Damage


def test_what_is_whole_is_found_whole(kept: Store) -> None:
    """Every kind that holds something is checked."""
    found = verify(kept.folder)
    assert (kinds(found.whole), found.damaged, found.newer) == (ALL, (), ())


@pytest.mark.parametrize("kind", ALL)
def test_every_flipped_bit_and_every_cut_is_found(kept: Store, kind: str) -> None:
    """Or the file holds, bit for bit, what it held: a zip archive has fields that nobody reads."""
    path = one(kept, kind)
    payload = path.read_bytes()

    @settings(max_examples=150)
    @given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
    def check(place: float, bit: int, cut: bool) -> None:
        position = int(place * len(payload))
        changed = bytearray(payload)
        changed[position] ^= 1 << bit
        path.write_bytes(payload[:position] if cut else bytes(changed))
        found = verify(kept.folder)
        named = [flaw.file.path for flaw in (*found.damaged, *found.newer)]
        if named != [path]:
            assert not cut
            assert named == []
            assert meaning(path, kind) == before

    before = meaning(path, kind)
    check()


def meaning(path: Path, kind: str) -> Any:
    """Return what a file says to who reads it."""
    payload = path.read_bytes()
    if kind == "runs":
        arrays, identity = record.unpack(payload, "")
        return identity, {name: (array.dtype, array.shape, array.tobytes()) for name, array in arrays.items()}
    return payload if kind == "rows" else unseal(payload, "")


@pytest.mark.parametrize("kind", ["runs", "timings"])
def test_a_whole_file_under_another_name_is_damaged(kept: Store, kind: str) -> None:
    """It is not what its name says."""
    path = one(kept, kind)
    name = "0" * 64 + path.suffix
    other = path.parent.parent / "00" / name if kind == "runs" else path.with_name(name)
    other.parent.mkdir(exist_ok=True)
    path.rename(other)
    (flaw,) = verify(kept.folder).damaged
    assert flaw.file.path == other
    assert flaw.reason == f"it holds other {kind} than its name says"


def test_files_of_newer_versions_are_not_damaged(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are told apart, and neither verified nor removed."""
    with monkeypatch.context() as newer:
        newer.setattr(sealed, "SCHEMA", 2)
        kept.save(runs_hard_to_keep())
    path = one(kept, "timings")
    path.write_bytes(path.read_bytes().replace(b'"schema": 1', b'"schema": 2'))
    found = verify(kept.folder)
    assert (kinds(found.newer), found.damaged) == (["runs", "timings"], ())
    assert all("update pytest-claims or give another folder for the store" in flaw.reason for flaw in found.newer)
    assert [kind for kind in prune(Store(kept.folder, OLD)) if kind != "locks"] == []


# What is useless


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
    monkeypatch.setattr("harness.commands.store_care.drawing_marks", lambda: {"b" * 12})
    monkeypatch.setattr("harness.commands.store_care.judging_mark", lambda: "b" * 12)
    monkeypatch.setattr("harness.commands.store_care.judged_mark", lambda: "b" * 12)
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
