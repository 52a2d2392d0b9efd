import hashlib
import io
import json
import os
import pickle
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.base import sealed
from harness.base.errors import StoreError, StoreWarning
from harness.storage import record
from harness.storage.store import Store
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed
from tests.builders import ROOT
from tests.builders.configs import trained_by
from tests.builders.runs import same_bits, with_arrays
from tests.builders.stores import PROTOCOL, SEEDS, VERSIONS, fingerprint, runs_hard_to_keep, versions_of


def files(folder: Path) -> list[str]:
    """List the names of all files below a folder."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def kept(tmp_path: Path) -> Store:
    """Make a store that holds the made-up runs."""
    filled = Store(tmp_path / "store", fingerprint)
    filled.save(runs_hard_to_keep())
    return filled


# Keeping and finding


def test_round_trip_bit_for_bit(kept: Store) -> None:
    """What is loaded has the bits of what was saved, signed zeros, subnormal numbers and NaNs included."""
    loaded = kept.load(PROTOCOL, SEEDS)
    assert loaded is not None
    assert same_bits(loaded, runs_hard_to_keep())
    assert np.signbit(loaded.train_loss[0, 0])


def test_a_note_is_kept(tmp_path: Path) -> None:
    """Word for word; without one nothing is added to the file."""
    store = Store(tmp_path, fingerprint)
    store.save(replace(runs_hard_to_keep(), note="not the same twice: é"))
    noted = store.load(PROTOCOL, SEEDS)
    assert noted is not None
    assert noted.note == "not the same twice: é"
    assert same_bits(noted, runs_hard_to_keep())


def test_save_returns_the_path_where_load_looks(tmp_path: Path) -> None:
    """One whole file is written, at the path that the store tells."""
    empty = Store(tmp_path / "deep" / "store", fingerprint)
    path = empty.save(runs_hard_to_keep())
    assert path == empty.path(PROTOCOL, SEEDS)
    assert files(tmp_path) == [path.name]


def test_missing_runs_are_none(kept: Store, tmp_path: Path) -> None:
    """Runs that were never saved are None, without a warning and without a trace in the folder."""
    assert kept.load(PROTOCOL, (Seed(5, 5),)) is None
    assert Store(tmp_path / "nowhere", fingerprint).load(PROTOCOL, SEEDS) is None
    assert not (tmp_path / "nowhere").exists()


def test_deleting_the_folder_is_safe(kept: Store) -> None:
    """An open store whose folder was deleted finds nothing and can be filled again."""
    for path in sorted(kept.folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert kept.load(PROTOCOL, SEEDS) is None
    kept.save(runs_hard_to_keep())
    assert kept.load(PROTOCOL, SEEDS) is not None


def test_saving_again_replaces(kept: Store) -> None:
    """Runs saved twice are kept once, as they were saved last."""
    again = with_arrays(runs_hard_to_keep(), seconds=np.array([7.0, 8.0]))
    kept.save(again)
    loaded = kept.load(PROTOCOL, SEEDS)
    assert loaded is not None
    assert same_bits(loaded, again)
    assert len(files(kept.folder)) == 1


# What determines the path


def test_whatever_determines_a_result_changes_the_path(tmp_path: Path) -> None:
    """Another config, seed, order of seeds, version or data file stands under another name."""

    def path(config: TrainingConfig = PROTOCOL, seeds: tuple[Seed, ...] = SEEDS, **versions: str) -> Path:
        installed = {**VERSIONS, "torch": {**VERSIONS["torch"], **versions}}
        return Store(tmp_path, versions_of(installed)).path(config, seeds)

    paths = [
        path(),
        path(PROTOCOL.changed(epochs=4)),
        path(trained_by("keras", PROTOCOL)),
        path(seeds=SEEDS[:1]),
        path(seeds=SEEDS[::-1]),
        path(seeds=(Seed(0, 0), Seed(1, 0))),
        path(torch="2.7"),
        path(numpy="2.0"),
        path(**{"harness training": "2"}),
        path(data="0" * 64),
    ]
    assert len(set(paths)) == len(paths)


def test_the_other_framework_does_not_change_the_path(tmp_path: Path) -> None:
    """A new version of one framework leaves the runs of the other where they are."""
    newer = versions_of({**VERSIONS, "keras": {"keras": "3.11", "harness training": "1"}})
    assert Store(tmp_path, newer).path(PROTOCOL, SEEDS) == Store(tmp_path, fingerprint).path(PROTOCOL, SEEDS)


def test_runs_under_a_wrong_name_are_refused(kept: Store) -> None:
    """A whole file that was renamed to the name of other runs is not taken for them."""
    wrong = kept.path(PROTOCOL, SEEDS[::-1])
    wrong.parent.mkdir(exist_ok=True)
    kept.path(PROTOCOL, SEEDS).rename(wrong)
    with pytest.warns(StoreWarning, match="it holds other runs than its name says"):
        assert kept.load(PROTOCOL, SEEDS[::-1]) is None


# Damage


@pytest.fixture(scope="module")
def payload(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Read the bytes of a whole file."""
    return Store(tmp_path_factory.mktemp("payload"), fingerprint).save(runs_hard_to_keep()).read_bytes()


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Make a store in which `check_damage` may write."""
    return Store(tmp_path_factory.mktemp("damaged"), fingerprint)


def check_damage(damaged: Store, content: bytes) -> bool:
    """Load a file with this content, and tell whether the damage was found; fails if it made wrong arrays."""
    path = damaged.path(PROTOCOL, SEEDS)
    aside = path.with_suffix(".unreadable")
    aside.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        runs = damaged.load(PROTOCOL, SEEDS)
    if runs is not None:
        assert same_bits(runs, runs_hard_to_keep())
        assert not caught
        assert not aside.exists()
        return False
    assert [warning.category for warning in caught] == [StoreWarning]
    assert not path.exists()
    assert aside.read_bytes() == content
    return True


@settings(max_examples=400)
@given(place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_a_changed_byte_never_gives_wrong_arrays(payload: bytes, damaged: Store, place: float, flip: int) -> None:
    """A file with one byte changed is set aside with a warning, or gives exactly the saved arrays."""
    position = int(place * len(payload))
    changed = bytearray(payload)
    changed[position] ^= flip
    check_damage(damaged, bytes(changed))


# Where an entry of a zip archive's directory tells the version needed, the flags and the compression method.
@pytest.mark.parametrize("offset", [6, 8, 10, 11])
def test_changed_bytes_of_the_archive_directory_are_found(payload: bytes, damaged: Store, offset: int) -> None:
    """Archive entries that claim encryption, unknown methods or newer versions are damage as any other."""
    entry = payload.index(b"PK\x01\x02")
    found = []
    for flip in range(1, 256):
        changed = bytearray(payload)
        changed[entry + offset] ^= flip
        found.append(check_damage(damaged, bytes(changed)))
    assert any(found)


@settings(max_examples=200)
@given(proportion=st.floats(0, 1, exclude_max=True))
def test_a_cut_file_is_found(payload: bytes, damaged: Store, proportion: float) -> None:
    """A file that lost any number of bytes at its end, up to all of them, is set aside with a warning."""
    assert check_damage(damaged, payload[: int(proportion * len(payload))])


def test_every_changed_byte_of_an_array_is_found(payload: bytes, damaged: Store) -> None:
    """A change in any byte of an array's values is found."""
    values = runs_hard_to_keep().test_predictions.tobytes()
    start = payload.index(values)
    for position in range(start, start + len(values)):
        changed = bytearray(payload)
        changed[position] ^= 1
        assert check_damage(damaged, bytes(changed))


def test_the_whole_file_is_not_found_damaged(payload: bytes, damaged: Store) -> None:
    """The check that the tests above rest on accepts an undamaged file."""
    assert not check_damage(damaged, payload)


def test_the_warning_names_file_reason_and_remedy(kept: Store) -> None:
    """The warning tells which file is damaged, how, where it is now and what happens next."""
    path = kept.path(PROTOCOL, SEEDS)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.warns(StoreWarning) as caught:
        kept.load(PROTOCOL, SEEDS)
    assert str(caught[0].message) == (
        f"stored runs {path} cannot be trusted (File is not a zip file); "
        f"set aside as {path.stem}.unreadable, trained again"
    )


def test_damage_that_cannot_be_set_aside_is_an_error(kept: Store) -> None:
    """If a damaged file cannot be renamed, an error of the store tells so."""
    path = kept.path(PROTOCOL, SEEDS)
    path.write_bytes(b"")
    path.with_suffix(".unreadable").mkdir()
    with pytest.raises(
        StoreError, match=r"cannot be trusted \(.*\) and not be set aside \(.*\); give another folder for the store$"
    ):
        kept.load(PROTOCOL, SEEDS)


def forged(runs: Runs, identity: Any, **changed: Any) -> bytes:
    """Build a file by hand: a valid header of schema 1, the arrays, and some arrays replaced."""
    digest, arrays = hashlib.sha256(), {f"{kind}.{name}": array for kind, name, array in runs.arrays()}
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode() + array.tobytes())
    told = {"identity": identity, "arrays": digest.hexdigest(), **changed.pop("header", {})}
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"))
    sealed_header = {"schema": 1, "sha256": hashlib.sha256(canonical.encode()).hexdigest(), "content": told}
    header = json.dumps({**sealed_header, **changed.pop("seal", {})})
    content = {"header": np.frombuffer(header.encode(), dtype=np.uint8), **arrays, **changed}
    buffer = io.BytesIO()
    np.savez(buffer, **content)
    return buffer.getvalue()


NAMES = [f"{kind}.{name}" for kind, name, _ in runs_hard_to_keep().arrays()]
IDENTITY = {
    "config": {
        "trainer": "torch",
        "dataset": "wine",
        "test_size": 0.25,
        "scaling": "standard",
        "hidden_widths": [8],
        "activation": "relu",
        "optimizer": "sgd",
        "learning_rate": 0.1,
        "batch_size": 32,
        "epochs": 3,
        "loss": "cross_entropy",
    },
    "seeds": [[0, 0], [0, 1]],
    "fingerprint": VERSIONS["torch"],
}


def test_the_format_is_pinned(damaged: Store) -> None:
    """A file of schema 1 built by hand is read: older stores stay readable, and the forgeries below are good."""
    assert not check_damage(damaged, forged(runs_hard_to_keep(), IDENTITY))


class Trap:
    """When unpickled, makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def test_nothing_is_unpickled(damaged: Store, tmp_path: Path) -> None:
    """A file with an object array is refused before its content can run; with pickles allowed it would run."""
    sprung = tmp_path / "sprung"
    trap = np.empty(1, dtype=object)
    trap[0] = Trap(sprung)
    content = forged(runs_hard_to_keep(), IDENTITY, seconds=trap)
    assert check_damage(damaged, content)
    assert check_damage(damaged, pickle.dumps(Trap(sprung)))
    assert not sprung.exists()
    with np.load(io.BytesIO(content), allow_pickle=True) as archive:
        _ = archive["seconds"]
    assert sprung.exists()


def test_a_file_that_claims_to_hold_more_than_it_can_is_refused(damaged: Store) -> None:
    """A few kilobytes that unpack to fill the memory are not unpacked."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, header=np.zeros(8, dtype=np.uint8), train_loss=np.zeros(10_000_000))
    assert len(buffer.getvalue()) < 100_000
    with pytest.raises(ValueError, match="it claims to hold more than it can"):
        record.unpack(buffer.getvalue(), "a file")
    assert check_damage(damaged, buffer.getvalue())


@pytest.mark.parametrize(
    "changed",
    [
        {"seal": {"schema": "1"}},
        {"seal": {"schema": None}},
        {"seal": {"sha256": None}},
        {"seal": {"sha256": "0" * 64}},
        {"header": {"arrays": None}},
        {"header": {"arrays": "0" * 64}},
        {"header": {"identity": []}},
    ],
)
def test_a_header_that_makes_no_sense_is_damage(damaged: Store, changed: dict[str, Any]) -> None:
    """A header with fields of a wrong kind counts as damage."""
    assert check_damage(damaged, forged(runs_hard_to_keep(), IDENTITY, **changed))


@pytest.mark.parametrize("name", NAMES)
def test_an_array_of_another_kind_is_damage(damaged: Store, name: str) -> None:
    """An array with the right shape and number of bytes, but another type, is not what was saved."""
    array = {f"{kind}.{it}": array for kind, it, array in runs_hard_to_keep().arrays()}[name]
    changed = array.view(np.float64 if array.dtype == np.int64 else np.int64)
    assert check_damage(damaged, forged(runs_hard_to_keep(), IDENTITY, **{name: changed}))


def test_a_newer_schema_is_refused(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that a newer harness wrote is an error that says what to do, and stays where it is."""
    with monkeypatch.context() as newer:
        newer.setattr(sealed, "SCHEMA", 2)
        path = kept.save(runs_hard_to_keep())
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        kept.load(PROTOCOL, SEEDS)
    assert str(caught.value) == (
        f"stored runs {path} have schema 2, newer than this harness reads (1); "
        "update pytest-claims or give another folder for the store"
    )
    assert path.read_bytes() == before


# Folders that cannot be used


@pytest.fixture
def blocked(tmp_path: Path) -> Store:
    """Name a store below a regular file, where nobody, not even root, can make a folder."""
    (tmp_path / "file").write_text("not a folder")
    return Store(tmp_path / "file" / "store", fingerprint)


def test_a_folder_that_cannot_be_written_to_is_one_clear_error(blocked: Store) -> None:
    """Saving where nothing can be written tells folder, reason and remedy."""
    with pytest.raises(StoreError) as caught:
        blocked.save(runs_hard_to_keep())
    text = str(caught.value)
    assert text.startswith(f"store {blocked.folder} cannot be written to ([Errno ")
    assert text.endswith("); free space there or give another folder for the store")


def test_a_folder_without_locks_is_one_clear_error(blocked: Store) -> None:
    """Reserving where no folder can be made tells folder, reason and remedy."""
    with pytest.raises(StoreError) as caught, blocked.reserve(PROTOCOL, SEEDS, wait=False):
        pass
    text = str(caught.value)
    assert text.startswith(f"store {blocked.folder} cannot be made ([Errno ")
    assert text.endswith("); give a folder for it that can be written to")


def test_a_lock_that_cannot_be_opened_is_one_clear_error(kept: Store) -> None:
    """A lock file that cannot be opened is an error of the store, not of the lock's library."""
    (kept.folder / "locks" / f"{kept.path(PROTOCOL, SEEDS).stem}.lock").mkdir(parents=True)
    with pytest.raises(StoreError, match="cannot be made"), kept.reserve(PROTOCOL, SEEDS, wait=False):
        pass


def test_a_folder_that_cannot_be_read_is_one_clear_error(blocked: Store) -> None:
    """Loading what cannot be read is an error, not a missing file: it would be trained and not kept."""
    with pytest.raises(
        StoreError, match=r"^stored runs .*\.npz cannot be read \(\[Errno .*\); give another folder for the store$"
    ):
        blocked.load(PROTOCOL, SEEDS)


def test_nothing_is_left_of_a_write_that_failed(kept: Store) -> None:
    """If the place of a file is taken by a folder, the error is clear and no part of the write is left."""
    path = kept.path(PROTOCOL, SEEDS)
    path.unlink()
    (path / "in the way").mkdir(parents=True)
    with pytest.raises(StoreError, match="cannot be written to"):
        kept.save(runs_hard_to_keep())
    assert files(kept.folder) == []


@pytest.mark.parametrize(
    ("reason", "error"),
    [(OSError(28, "No space left on device"), StoreError), (KeyboardInterrupt(), KeyboardInterrupt)],
)
def test_an_older_file_outlives_a_write_that_failed(
    kept: Store, monkeypatch: pytest.MonkeyPatch, reason: BaseException, error: type[BaseException]
) -> None:
    """A full disk or an interrupt in the middle of a write leaves the file that was there, and no part."""

    def fail(descriptor: int) -> None:
        raise reason

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(error):
        kept.save(with_arrays(runs_hard_to_keep(), seconds=np.zeros(2)))
    assert files(kept.folder) == [kept.path(PROTOCOL, SEEDS).name]
    loaded = kept.load(PROTOCOL, SEEDS)
    assert loaded is not None
    assert same_bits(loaded, runs_hard_to_keep())


# Several processes

PREAMBLE = """
import os, sys, time
from contextlib import nullcontext
from pathlib import Path
sys.path.insert(0, {root!r})
from harness.storage.store import Store
from tests.builders.stores import fingerprint, PROTOCOL, SEEDS, runs_hard_to_keep
from tests.builders.configs import trained_by
store = Store(Path({folder!r}), fingerprint)
print("ready", flush=True)
sys.stdin.readline()
"""


class Processes:
    """Python processes that start together and are ended with the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.all: list[subprocess.Popen[str]] = []

    def start(self, program: str, count: int) -> list[subprocess.Popen[str]]:
        """Start a program `count` times; each has imported what it needs when the first may go on."""
        text = PREAMBLE.format(root=str(ROOT), folder=str(self.folder)) + program
        pipe = subprocess.PIPE
        started = [
            subprocess.Popen([sys.executable, "-c", text], stdin=pipe, stdout=pipe, text=True) for _ in range(count)
        ]
        self.all += started
        for process in started:
            assert self.line(process) == "ready"
        for process in started:
            self.go_on(process)
        return started

    def line(self, process: subprocess.Popen[str]) -> str:
        """Wait for a line of a process."""
        assert process.stdout is not None
        return process.stdout.readline().strip()

    def go_on(self, process: subprocess.Popen[str]) -> None:
        """Let a process go on that reads a line."""
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Let the test start processes that share its store."""
    started = Processes(tmp_path / "store")
    yield started
    for process in started.all:
        process.kill()
        process.communicate()


HOLD = """
with store.reserve(PROTOCOL, SEEDS, wait=True) as reserved:
    print(reserved, flush=True)
    sys.stdin.readline()
"""


@pytest.mark.parametrize("way", ["released", "killed"])
def test_a_right_is_held_until_released_or_killed(kept: Store, processes: Processes, way: str) -> None:
    """While a process holds the right nobody gets it; when it lets go or is killed (SIGKILL) the right is free."""
    (holder,) = processes.start(HOLD, 1)
    assert processes.line(holder) == "True"
    with kept.reserve(PROTOCOL, SEEDS, wait=False) as reserved:
        assert not reserved
    with kept.reserve(PROTOCOL, SEEDS[:1], wait=False) as other:
        assert other
    if way == "killed":
        holder.kill()
    else:
        processes.go_on(holder)
    holder.wait(timeout=20)
    with kept.reserve(PROTOCOL, SEEDS, wait=False) as reserved:
        assert reserved


def test_waiting_ends_when_the_holder_is_killed(kept: Store, processes: Processes) -> None:
    """Who waits for a right gets it when its holder dies."""
    (holder,) = processes.start(HOLD, 1)
    assert processes.line(holder) == "True"
    (waiting,) = processes.start(HOLD, 1)
    time.sleep(0.2)
    holder.kill()
    assert processes.line(waiting) == "True"


def test_a_right_comes_back_when_its_use_fails(kept: Store) -> None:
    """An exception while the right is held gives it back."""
    with pytest.raises(KeyboardInterrupt), kept.reserve(PROTOCOL, SEEDS, wait=False):
        raise KeyboardInterrupt
    with kept.reserve(PROTOCOL, SEEDS, wait=False) as reserved:
        assert reserved


ENTER = """
met = 0
for _ in range(15):
    with {right}:
        try:
            os.mkdir(store.folder / "inside")
        except FileExistsError:
            met += 1
            continue
        time.sleep(0.005)
        os.rmdir(store.folder / "inside")
print(met, flush=True)
"""


@pytest.mark.parametrize("reserving", [True, False])
def test_two_processes_never_hold_the_same_right(kept: Store, processes: Processes, reserving: bool) -> None:
    """Processes that reserve never meet inside; processes that do not reserve meet, so the test would see it."""
    right = "store.reserve(PROTOCOL, SEEDS, wait=True)" if reserving else "nullcontext()"
    started = processes.start(ENTER.format(right=right), 3)
    meetings = sum(int(processes.line(process)) for process in started)
    assert (meetings == 0) == reserving


SAVE = """
runs = runs_hard_to_keep(rows=20_000)
for _ in range(15):
    store.save(runs)
print("done", flush=True)
"""


def test_saving_at_once_leaves_one_whole_file(processes: Processes) -> None:
    """While processes save the same runs, readers see whole files only; in the end there is one file."""
    shared = Store(processes.folder, fingerprint)
    shared.save(runs_hard_to_keep(rows=20_000))
    started = processes.start(SAVE, 4)
    loads = 0
    while any(process.poll() is None for process in started):
        loaded = shared.load(PROTOCOL, SEEDS)  # a torn file would be a StoreWarning and None
        assert loaded is not None
        assert same_bits(loaded, runs_hard_to_keep(rows=20_000))
        loads += 1
    assert loads > 1
    assert [processes.line(process) for process in started] == ["done"] * 4
    assert files(processes.folder) == [shared.path(PROTOCOL, SEEDS).name]
