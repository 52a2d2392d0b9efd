"""Find what is damaged."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.base import sealed
from harness.base.sealed import unseal
from harness.commands.store_verify import verify
from harness.storage import record
from harness.storage.store import Store
from tests.builders.stores import runs_hard_to_keep
from tests.builders.whole_stores import ALL, OLD, kinds, one, prune


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
