"""A store that is kept in step with one that others share: a folder, or whatever else fsspec reaches, as S3."""

import uuid
import warnings
from pathlib import Path, PurePosixPath
from typing import Any

from harness.base.errors import StoreError, StoreWarning
from harness.storage.store import Store
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed
from harness.training.trainers import Fingerprint, fingerprint_of


class SharedStore(Store):
    """A folder of finished runs, and a shared place of the same layout.

    Runs that are asked for and only there are fetched; runs that are made, or asked for and only here, are put there.
    What is fetched is checked as files of the folder are, and nothing in it is executed. A record is written under a
    name of its own and moved to its place, and is not written again; one that cannot be trusted is replaced. Locks,
    timings, answers and figures are not shared.

    When the shared place fails, a `harness.base.errors.StoreWarning` says so once, and the folder serves alone.

    Parameters
    ----------
    folder, fingerprint
        As for `harness.storage.store.Store`.
    url
        As fsspec has it: ``/mnt/claims``, ``s3://bucket/claims``, ``sftp://host/claims``.

    Raises
    ------
    StoreError
        If fsspec, or what it needs for such a URL, is not installed, or the place cannot be read.
    """

    def __init__(self, folder: Path, url: str, fingerprint: Fingerprint = fingerprint_of) -> None:
        super().__init__(folder, fingerprint)
        self._url = url
        self._files, self._root = _opened(url)
        self._reads = self._writes = True
        self._damaged: set[str] = set()
        try:
            self._names = self._listed()
        except Exception as reason:  # each kind of storage has errors of its own
            raise StoreError(
                f"shared store {url}: cannot be read ({_in_words(reason)}); give another, or leave it out"
            ) from reason

    def has(self, config: TrainingConfig, seeds: tuple[Seed, ...]) -> bool:
        """Whether these runs are here; they are if they were there when this session began."""
        if super().has(config, seeds):
            return True
        return self.path(config, seeds).name in self._names and self._fetch(config, seeds)

    def load(self, config: TrainingConfig, seeds: tuple[Seed, ...]) -> Runs | None:
        """Return the runs from here or there, or None if they are in neither place; raises as `Store.load` does."""
        runs = super().load(config, seeds)
        if runs is None:
            return super().load(config, seeds) if self._fetch(config, seeds) else None
        if self.path(config, seeds).name not in self._names:
            self._put(self.path(config, seeds), self.record(runs))
        return runs

    def save_record(self, config: TrainingConfig, seeds: tuple[Seed, ...], record: bytes) -> Path:
        """Keep a record here and there; raises as `Store.save_record` does, for what is here."""
        path = super().save_record(config, seeds, record)
        self._put(path, record)
        return path

    def _listed(self) -> set[str]:
        """Return the names of the records that are there; the folder above has to be there."""
        if not self._files.exists(self._root):
            self._files.ls(self._files._parent(self._root))
        return {PurePosixPath(file).name for file in self._files.find(f"{self._root}/runs")}

    def _place(self, path: Path) -> str:
        return f"{self._root}/{path.relative_to(self.folder).as_posix()}"

    def _fetch(self, config: TrainingConfig, seeds: tuple[Seed, ...]) -> bool:
        path = self.path(config, seeds)
        if not self._reads or path.name in self._damaged:
            return False
        try:
            record = self._files.cat_file(self._place(path))
        except FileNotFoundError:
            return False
        except Exception as reason:
            self._fail(reason, reading=True)
            return False
        try:
            self.read_record(config, seeds, record, f"{self._url}/{path.name}")
        except StoreError:
            raise
        except Exception as reason:  # of damaged bytes, zipfile and NumPy make errors of many kinds
            self._damaged.add(path.name)
            warnings.warn(
                f"shared store {self._url}: {path.name} cannot be trusted ({reason}); made again and replaced",
                StoreWarning,
                stacklevel=3,
            )
            return False
        super().save_record(config, seeds, record)
        self._names.add(path.name)
        return True

    def _put(self, path: Path, record: bytes) -> None:
        if not self._writes:
            return
        place = self._place(path)
        part = f"{place}.{uuid.uuid4().hex}.part"
        try:
            if path.name in self._damaged or not self._files.exists(place):
                self._files.makedirs(place.rpartition("/")[0], exist_ok=True)
                self._files.pipe_file(part, record)
                self._files.mv(part, place)
        except Exception as reason:
            self._fail(reason, reading=False)
            return
        self._damaged.discard(path.name)
        self._names.add(path.name)

    def _fail(self, reason: Exception, *, reading: bool) -> None:
        """Say once that the shared place cannot be read or written to, and do without."""
        self._writes = False
        if reading:
            self._reads = False
        warnings.warn(
            f"shared store {self._url} cannot be {'read' if reading else 'written to'} ({_in_words(reason)}); all is "
            f"kept in {self.folder}, from where a later session puts there what it uses",
            StoreWarning,
            stacklevel=3,
        )


def _opened(url: str) -> tuple[Any, str]:
    """Return the file system of a URL, and the path in it."""
    try:
        from fsspec.core import url_to_fs
    except ImportError as reason:
        raise StoreError(
            f"a shared store needs fsspec, which is not installed ({reason}); run: pip install 'pytest-claims[shared]'"
        ) from reason
    try:
        # A list that is remembered would not have what others have put there.
        files, root = url_to_fs(url, use_listings_cache=False)
    except Exception as reason:
        raise StoreError(f"shared store {url}: cannot be opened ({_in_words(reason)})") from reason
    return files, str(root).rstrip("/")


def _in_words(reason: Exception) -> str:
    return str(reason) or type(reason).__name__
