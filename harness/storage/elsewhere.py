"""Runs that were trained where more is installed: with which versions, of those that a store holds of a config."""

import functools
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.base.hashing import content_digest
from harness.storage.record import read_identity


def stored_fingerprint(folder: Path, config: Mapping[str, Any]) -> Mapping[str, str] | None:
    """Return the fingerprint of the runs of a config that a store holds, None if it holds none.

    Where it holds runs with several, such as of two versions of a library, the one that was written last counts. The
    store is read once for all configs.

    Parameters
    ----------
    config
        As `harness.training.config.TrainingConfig.to_plain` tells it.
    """
    return _fingerprints(folder.absolute()).get(content_digest(config))


@functools.cache
def _fingerprints(folder: Path) -> dict[str, Mapping[str, str]]:
    """Return the fingerprint of the newest runs of each config, by the config's digest."""
    found: dict[str, Mapping[str, str]] = {}
    files = [(path.stat().st_mtime_ns, path) for path in folder.glob("runs/*/*.npz")]
    for _, path in sorted(files):
        # What is damaged is said where it is read.
        with suppress(Exception), path.open("rb") as file:
            identity = read_identity(file, str(path))
            found[content_digest(identity["config"])] = identity["fingerprint"]
    return found
