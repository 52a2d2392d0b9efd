import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from harness.base.errors import MissingPackageError
from harness.execution.engine import missing_blocks
from harness.storage import elsewhere
from harness.storage.contents import files_of, read_runs
from harness.storage.elsewhere import stored_fingerprint
from harness.storage.store import Store
from harness.training.config import TrainingConfig
from tests.builders.configs import trained_by
from tests.builders.stores import PROTOCOL, SEEDS, VERSIONS, filled_store, runs_hard_to_keep, versions_of


@pytest.fixture(autouse=True)
def anew() -> None:
    """Let every store be read again."""
    elsewhere._fingerprints.cache_clear()


def nothing_installed(config: TrainingConfig) -> Mapping[str, str]:
    """Stand in for a machine without frameworks."""
    raise MissingPackageError(f"trainer {config.trainer!r} needs {config.trainer}, which is not installed")


def test_what_was_trained_elsewhere_is_found(tmp_path: Path) -> None:
    """By its config and seeds, though nobody could name the versions here; and it is whole."""
    filled_store(tmp_path)
    store = Store(tmp_path, nothing_installed)
    assert store.has(PROTOCOL, SEEDS)
    assert store.fingerprint_of(PROTOCOL) == VERSIONS["torch"]
    loaded = store.load(PROTOCOL, SEEDS)
    assert loaded is not None
    np.testing.assert_array_equal(loaded.test_rows, runs_hard_to_keep().test_rows)


@pytest.mark.parametrize("config", [PROTOCOL.changed(epochs=9), trained_by("keras", PROTOCOL)])
def test_what_was_trained_nowhere_is_missing(tmp_path: Path, config: TrainingConfig) -> None:
    """It can be planned; who trains it is told which package is not there."""
    filled_store(tmp_path)
    store = Store(tmp_path, nothing_installed)
    assert not store.has(config, SEEDS)
    assert missing_blocks([(config, "many")], 2, store) != []
    with pytest.raises(MissingPackageError, match=f"trainer '{config.trainer}' needs"):
        store.load(config, SEEDS)


def test_of_several_versions_the_newest_runs_count(tmp_path: Path) -> None:
    """For all seeds of a config: runs of two versions are never mixed."""
    old = filled_store(tmp_path).path(PROTOCOL, SEEDS)
    newer = Store(tmp_path, versions_of({"torch": {"torch": "2.7"}}))
    new = newer.save(runs_hard_to_keep())
    for seconds, file in enumerate((old, new)):
        os.utime(file, (seconds, seconds))
    assert stored_fingerprint(tmp_path, PROTOCOL.to_plain()) == {"torch": "2.7"}
    elsewhere._fingerprints.cache_clear()
    os.utime(old, (9, 9))
    assert stored_fingerprint(tmp_path, PROTOCOL.to_plain()) == VERSIONS["torch"]


def test_what_is_damaged_is_passed_over(tmp_path: Path) -> None:
    """It is said where it is read; an empty folder holds nothing."""
    filled_store(tmp_path)
    (tmp_path / "runs" / "00").mkdir()
    (tmp_path / "runs" / "00" / f"{'0' * 64}.npz").write_bytes(b"torn")
    assert stored_fingerprint(tmp_path, PROTOCOL.to_plain()) == VERSIONS["torch"]
    assert stored_fingerprint(tmp_path / "nowhere", PROTOCOL.to_plain()) is None


def test_what_is_installed_goes_before_what_is_stored(tmp_path: Path) -> None:
    """Where the packages are there, runs of other versions are as if they were not."""
    filled_store(tmp_path)
    store = Store(tmp_path, versions_of({"torch": {"torch": "9"}}))
    assert not store.has(PROTOCOL, SEEDS)
    assert store.fingerprint_of(PROTOCOL) == {"torch": "9"}


def test_what_was_trained_elsewhere_is_not_pruned(tmp_path: Path) -> None:
    """On a machine without frameworks all that is stored can still be judged."""
    filled_store(tmp_path)
    store = Store(tmp_path, nothing_installed)
    (runs,) = [read_runs(file) for file in files_of(tmp_path) if file.kind == "runs"]
    assert runs.usable(store)
    elsewhere._fingerprints.cache_clear()
    Store(tmp_path, versions_of({"torch": {"torch": "2.7"}})).save(runs_hard_to_keep())
    assert not runs.usable(store)
