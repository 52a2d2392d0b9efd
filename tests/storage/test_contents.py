"""What lies in a store's folder."""

import io
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.base.errors import MissingPackageError, StoreError
from harness.base.hashing import content_digest
from harness.base.sealed import seal
from harness.storage.contents import StoredFile, files_of, printable, read_runs, size_in_words
from harness.storage.store import Store
from harness.training.config import TrainingConfig
from harness.training.seeds import Seed
from tests.builders.stores import PROTOCOL, SEEDS, VERSIONS, fingerprint, runs_hard_to_keep, versions_of

HEX = "a" * 64


@pytest.fixture
def kept(tmp_path: Path) -> Store:
    """Make a store that holds made-up runs."""
    filled = Store(tmp_path / "store", fingerprint)
    filled.save(runs_hard_to_keep())
    return filled


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (f"runs/aa/{HEX}.npz", "runs"),
        (f"runs/aa/{HEX}.unreadable", "unreadable"),
        ("runs/aa/tmp8_x1.part", "unfinished"),
        (f"answers/{HEX[:12]}-{HEX}.json", "answers"),
        (f"answers/{HEX}.json", "other"),
        (f"figures/{HEX[:12]}-{HEX}.json", "figures"),
        (f"figures/{HEX}.json", "other"),
        (f"verdicts/{HEX[:12]}-{HEX}.json", "verdicts"),
        (f"verdicts/{HEX}.json", "other"),
        ("verdicts/tmp8_x1.part", "unfinished"),
        (f"rows/{HEX}.jsonl", "rows"),
        (f"rows/{HEX}.json", "other"),
        ("rows/tmp8_x1.part", "unfinished"),
        (f"timings/{HEX}.json", "timings"),
        (f"timings/{HEX}.unreadable", "unreadable"),
        (f"locks/{HEX}.lock", "locks"),
        ("locks/machine.lock", "locks"),
        ("locks/gate.lock", "locks"),
        # What is not the store's, however alike it looks.
        (f"runs/bb/{HEX}.npz", "other"),
        (f"runs/aa/{HEX}.npz.txt", "other"),
        (f"aa/{HEX}.npz", "other"),
        (f"runs/aa/{HEX[1:]}.npz", "other"),
        ("notes.part", "other"),
        ("notes.md", "other"),
        (f"old/runs/aa/{HEX}.npz", "other"),
        ("runs/aa/my notes.part", "other"),
        ("locks/mine.lock", "other"),
    ],
)
def test_a_file_is_what_its_place_and_name_say(tmp_path: Path, place: str, kind: str) -> None:
    """Only what the store itself would have named so is the store's."""
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_bytes(b"12345")
    assert files_of(tmp_path) == [StoredFile(kind, tmp_path / place, 5)]


def test_links_lead_nowhere(kept: Store, tmp_path: Path) -> None:
    """A link to a file or to a folder is not the store's, and nothing behind it is looked at."""
    path = kept.path(PROTOCOL, SEEDS)
    elsewhere = path.parent.rename(tmp_path / "elsewhere")
    path.parent.symlink_to(elsewhere)
    (kept.folder / "runs" / "bb").mkdir()
    (kept.folder / "runs" / "bb" / f"{'b' * 64}.npz").symlink_to(elsewhere / path.name)
    assert [file.kind for file in files_of(kept.folder)] == ["other", "other"]


def test_a_folder_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    """It names the folder."""
    with pytest.raises(StoreError, match=r"store .*/nowhere cannot be read \(.*No such file"):
        files_of(tmp_path / "nowhere")


def test_runs_are_told_in_words(kept: Store) -> None:
    """Trainer first, then field by field, from the header alone."""
    (file,) = files_of(kept.folder)
    runs = read_runs(file)
    assert runs.words == (
        "trainer torch, activation relu, batch size 32, dataset wine, epochs 3, hidden widths 8, learning rate 0.1, "
        "loss cross_entropy, optimizer sgd, scaling standard, test size 0.25"
    )
    assert runs.config_digest == PROTOCOL.digest
    assert runs.identity["seeds"] == [[0, 0], [0, 1]]


def test_runs_of_a_training_function_are_usable_where_its_packages_are(kept: Store) -> None:
    """Its source lies in a report's folder, of which the store knows nothing: it is never taken for changed."""
    (file,) = (file for file in files_of(kept.folder) if file.kind == "runs")
    runs = read_runs(file)
    config = {"trainer": "train:run", "rate": 0.5}
    for installed, usable in ((version("numpy"), True), ("0.1", False)):
        identity = {**runs.identity, "config": config, "fingerprint": {"train.py": "0123", "numpy": installed}}
        assert replace(runs, identity=identity).usable(kept) == usable


def test_runs_of_other_versions_and_data_are_not_usable(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those are usable that a session would find."""
    (file,) = files_of(kept.folder)
    runs = read_runs(file)
    assert runs.usable(kept)
    assert not runs.usable(Store(kept.folder, versions_of({**VERSIONS, "torch": {"torch": "9"}})))
    assert runs.usable(Store(kept.folder, versions_of({**VERSIONS, "keras": {"keras": "9"}})))
    fewer = {name: value for name, value in runs.identity["config"].items() if name != "epochs"}
    assert not replace(runs, identity={**runs.identity, "config": fewer}).usable(kept)
    of_a_file = {**runs.identity["config"], "dataset": {"name": "ours.csv", "checksum": "0123456789"}}
    for installed, usable in ((version("torch"), True), ("9", False)):
        identity = {**runs.identity, "config": of_a_file, "fingerprint": {"torch": installed, "data": "01234"}}
        assert replace(runs, identity=identity).usable(kept) == usable
        assert "dataset ours.csv (01234567)" in replace(runs, identity=identity).words

    def missing(config: TrainingConfig) -> Mapping[str, str]:
        raise MissingPackageError("trainer 'torch' needs torch")

    assert not runs.usable(Store(kept.folder / "elsewhere", missing))


def forged(folder: Path, identity: Any) -> StoredFile:
    """Write a file of runs whose header says what it likes, under the name that goes with it."""
    digest = content_digest(identity)
    path = folder / "runs" / digest[:2] / f"{digest}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    header = seal({"identity": identity, "arrays": ""})
    buffer = io.BytesIO()
    np.savez(buffer, header=np.frombuffer(header, dtype=np.uint8))
    path.write_bytes(buffer.getvalue())
    return StoredFile("runs", path, path.stat().st_size)


GOOD = {"config": {"trainer": "torch"}, "seeds": [[0, 0]], "fingerprint": {}}


@pytest.mark.parametrize(
    "identity",
    [
        None,
        [],
        {},
        {**GOOD, "more": 1},
        {**GOOD, "config": "../.."},
        {**GOOD, "config": {"trainer": ["torch"]}},
        {**GOOD, "seeds": 3},
        {**GOOD, "seeds": [[0]]},
        {**GOOD, "seeds": [["0", 0]]},
        {**GOOD, "seeds": ["00"]},
    ],
)
def test_a_header_that_describes_no_runs_is_damage(tmp_path: Path, identity: Any) -> None:
    """Whatever else it holds; one that does describe some is read."""
    assert read_runs(forged(tmp_path, GOOD)).words == "trainer torch"
    with pytest.raises(ValueError, match="its header does not describe runs"):
        read_runs(forged(tmp_path, identity))


def test_a_file_under_another_name_is_damage(kept: Store) -> None:
    """The name is a digest of what the file holds."""
    (file,) = files_of(kept.folder)
    other = kept.path(PROTOCOL, (Seed(7, 7),))
    other.parent.mkdir(exist_ok=True)
    file.path.rename(other)
    (file,) = files_of(kept.folder)
    with pytest.raises(ValueError, match="it holds other runs than its name says"):
        read_runs(file)
    file.path.write_bytes(b"")
    with pytest.raises(ValueError, match=r"."):
        read_runs(file)


def test_text_from_a_file_steers_no_terminal(tmp_path: Path) -> None:
    """Nor does it write lines of its own."""
    assert printable("a\x1b[2J\nb\u202e\x00") == "a?[2J?b??"
    evil = forged(tmp_path, {**GOOD, "config": {"trainer": "torch", "dataset": "\x1b[2J\n"}})
    assert read_runs(evil).words == "trainer torch, dataset ?[2J?"


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2_000_000, "2 MB"), (1_234_567_890_123, "1.23e+03 GB")],
)
def test_sizes_are_told_in_a_unit_that_suits(size: int, words: str) -> None:
    """In powers of a thousand."""
    assert size_in_words(size) == words
