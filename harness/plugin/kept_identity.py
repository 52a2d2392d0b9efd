"""What decides a verdict besides the runs and the harness: options, the report's files, and code that it loads."""

import functools
import hashlib
import platform
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from harness.base.hashing import content_digest
from harness.base.sources import PACKAGE
from harness.judging.collected import report_folder_of
from harness.plugin.options import pages_folder
from harness.report.folder import HEADLINES_FILE


def identity_of(item: pytest.Item) -> str:
    """Return a digest of all that decides a verdict besides the runs and the harness."""
    option = item.config.getoption
    folder = report_folder_of(item)
    told = [option("claims_seeds"), option("claims_looks"), folder.name(item.config.rootpath)]
    return content_digest([*told, platform.python_version(), _sources(folder.path, pages_folder(item.config))])


@functools.cache
def _sources(folder: Path, pages: Path) -> str:
    """Return a digest of a report, and of all code that was loaded and is neither Python's, a package's nor ours.

    A report is all files in its folder, since a claim may read any of them; but those that are hidden, and the pages.

    Read once a process, when all tests are collected: what claims import is loaded then.
    """
    elsewhere = [str(PACKAGE), sys.prefix, sys.base_prefix]
    modules = [module for name, module in list(sys.modules.items()) if name != "__main__"]  # who called pytest
    loaded = {file for module in modules if isinstance(file := getattr(module, "__file__", None), str)}
    own = {Path(file) for file in loaded if not any(Path(file).is_relative_to(place) for place in elsewhere)}
    digest = hashlib.sha256()
    for file in sorted({*own, *_files_in(folder, pages)}):
        with suppress(OSError):
            digest.update(str(file).encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files_in(folder: Path, pages: Path) -> Iterator[Path]:
    """Yield the files of a folder and those within, but hidden ones, bytecode, pages and what universes said."""
    for place in folder.iterdir():
        if place.name.startswith((".", "__pycache__")) or place in (pages, folder / HEADLINES_FILE):
            continue
        if place.is_dir() and not place.is_symlink():
            yield from _files_in(place, pages)
        elif place.is_file():
            yield place
