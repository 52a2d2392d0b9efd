"""Where finished runs are kept: one file for each config and block of seeds.

A file is named by the digest of all that determines its content and carries a digest of that content. It is written
beside its place and renamed into it, so a reader sees a whole file or none. Deleting the folder is always safe.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from harness.base.errors import MissingPackageError, StoreError, TrainingFailedError
from harness.base.hashing import content_digest
from harness.storage.elsewhere import stored_fingerprint
from harness.storage.files import cannot_be_read, enter_lock, keep, read, set_aside
from harness.storage.record import pack, unpack
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed
from harness.training.trainers import Fingerprint, fingerprint_of

STORED = "stored runs"
NOTE = "note"  # beside the arrays, by the name of the kind and their own


class Store:
    """A folder of finished runs.

    Parameters
    ----------
    folder
        Made when the first run is kept.
    fingerprint
        Says what else determines a result of a config here besides the seeds.

    Attributes
    ----------
    folder, fingerprint
        As given.
    failed
        What could not be trained since it was opened, so that it is not tried again for each claim that needs it.
    """

    def __init__(self, folder: Path, fingerprint: Fingerprint = fingerprint_of) -> None:
        self.folder = folder
        self.failed: dict[tuple[TrainingConfig, tuple[Seed, ...]], TrainingFailedError] = {}
        self.fingerprint = fingerprint
        self._refusal = ""

    def path(self, config: TrainingConfig, seeds: tuple[Seed, ...]) -> Path:
        """Return where these runs stand or would stand."""
        digest = content_digest(self._identity(config, seeds))
        return self.folder / "runs" / digest[:2] / f"{digest}.npz"

    def has(self, config: TrainingConfig, seeds: tuple[Seed, ...]) -> bool:
        """Whether there is a file for these runs; whether it can be trusted shows when it is loaded.

        Raises
        ------
        StoreError
            If the folder may not be entered.
        """
        try:
            path = self.path(config, seeds)
        except MissingPackageError:
            return False
        try:
            return path.exists()
        except OSError as reason:
            raise cannot_be_read(path, STORED, reason) from reason

    def load(self, config: TrainingConfig, seeds: tuple[Seed, ...]) -> Runs | None:
        """Return the stored runs, or None if they are not there.

        A file whose content does not match its digest is set aside with a warning, and counts as not there.

        Raises
        ------
        StoreError
            If the file may not be read, or was written by a newer version of the harness.
        """
        path = self.path(config, seeds)
        payload = read(path, STORED)
        if payload is None:
            return None
        try:
            return self.read_record(config, seeds, payload, str(path))
        except StoreError:
            raise
        except Exception as reason:  # of damaged bytes, zipfile and NumPy make errors of many kinds
            set_aside(path, STORED, reason, "trained again")
            return None

    def save(self, runs: Runs) -> Path:
        """Keep these runs, and return where.

        Raises
        ------
        StoreError
            If the folder cannot be written to.
        """
        return self.save_record(runs.config, runs.seeds, self.record(runs))

    def save_record(self, config: TrainingConfig, seeds: tuple[Seed, ...], record: bytes) -> Path:
        """Keep a record of these runs that was made elsewhere and read before, as it is, and return where.

        Raises
        ------
        StoreError
            If the folder cannot be written to.
        """
        path = self.path(config, seeds)
        keep(self.folder, path, record)
        return path

    def record(self, runs: Runs) -> bytes:
        """Return the bytes in which these runs are kept: arrays, what determines them, and a digest."""
        arrays = {f"{kind}.{name}": array for kind, name, array in runs.arrays()}
        if runs.note:
            arrays[NOTE] = np.array(runs.note)
        return pack(arrays, self._identity(runs.config, runs.seeds))

    def read_record(self, config: TrainingConfig, seeds: tuple[Seed, ...], record: bytes, place: str) -> Runs:
        """Return the runs of a record once it is known to be whole, and to be these runs. Nothing in it is executed.

        Parameters
        ----------
        place
            Where the record comes from, for errors.

        Raises
        ------
        StoreError
            If it was written by a newer version of the harness.
        Exception
            Of many kinds, if it is damaged or holds other runs; NumPy and zipfile have their own.
        """
        arrays, identity = unpack(record, place)
        if identity != _as_json(self._identity(config, seeds)):
            raise ValueError("it holds other runs than its name says")
        note = str(arrays.pop(NOTE, ""))
        by_kind: dict[str, dict[str, Any]] = {"curves": {}, "scalars": {}, "outputs": {}}
        for place_and_name, array in arrays.items():
            kind, _, name = place_and_name.partition(".")
            by_kind[kind][name] = array
        return Runs(config=config, seeds=seeds, **by_kind, note=note)

    @contextmanager
    def reserve(self, config: TrainingConfig, seeds: tuple[Seed, ...], *, wait: bool) -> Iterator[bool]:
        """Hold the right to train these runs, across processes; yields whether it was obtained.

        The right is the operating system's lock on a file: a process that dies gives it back.

        Parameters
        ----------
        wait
            Wait for whoever holds it (then the answer is always True), or give up at once.

        Raises
        ------
        StoreError
            If the folder cannot be written to, or training is refused.
        """
        if self._refusal:
            raise StoreError(self._refusal)
        file = self.folder / "locks" / f"{self.path(config, seeds).stem}.lock"
        with ExitStack() as stack:
            reserved = enter_lock(stack, self.folder, file, wait=wait)
            try:
                yield reserved
            finally:
                if reserved:
                    with suppress(OSError):  # in a folder where everybody may remove only what is his own
                        file.unlink()

    def refuse_training(self, reason: str) -> None:
        """Let nobody reserve anything from now on, for this reason; what is stored is read as before."""
        self._refusal = reason

    def _identity(self, config: TrainingConfig, seeds: tuple[Seed, ...]) -> dict[str, Any]:
        return {
            "config": config.to_plain(),
            "seeds": [list(seed) for seed in seeds],
            "fingerprint": dict(self.fingerprint_of(config)),
        }

    def fingerprint_of(self, config: TrainingConfig) -> Mapping[str, str]:
        """Return what determines a result of a config besides the seeds, in the runs that are taken from here.

        That is what is installed; where a package is missing, it is what runs were trained with that are stored.

        Raises
        ------
        MissingPackageError
            If a package is missing, and no runs of the config are stored.
        """
        try:
            return self.fingerprint(config)
        except MissingPackageError:
            stored = stored_fingerprint(self.folder, config.to_plain())
            if stored is None:
                raise
            return stored


def _as_json(content: Any) -> Any:
    return json.loads(json.dumps(content))
