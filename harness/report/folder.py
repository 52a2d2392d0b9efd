"""Find and open the folder of a report: ``report.toml``, most often ``protocol.toml``, and the claims beside them."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.report.grid import Grid
    from harness.report.register import Register

REGISTER_FILE = "report.toml"
PROTOCOL_FILE = "protocol.toml"
UNIVERSES_FILE = "reconstruction.toml"
HEADLINES_FILE = "headlines.toml"


@dataclass(frozen=True)
class ReportFolder:
    """A report under test: what it says, and how its networks are trained, if any are."""

    path: Path
    register: "Register"
    grid: "Grid"

    def name(self, root: Path) -> str:
        """Return its path as shown to readers: relative to pytest's root folder, if it lies in there."""
        return str(self.path.relative_to(root) if self.path.is_relative_to(root) else self.path)


def plain_path(path: Path) -> Path:
    """Return an absolute path as pytest writes it: without dots, links as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - pathlib either keeps the dots or follows the links


@cache
def open_folder(folder: Path) -> ReportFolder:
    """Read the files of a report folder, once a process; without ``protocol.toml`` nothing is trained.

    Raises
    ------
    RegisterError
        If one is malformed, or there is no ``report.toml``.
    """
    # Every pytest session looks for folders; only one that has some should pay for reading them.
    from harness.report.grid import grid_of_nothing
    from harness.report.protocol_file import read_grid
    from harness.report.register import read_register

    protocol = folder / PROTOCOL_FILE
    there = protocol.exists() or protocol.is_symlink()
    grid = read_grid(protocol) if there else grid_of_nothing(protocol)
    return ReportFolder(folder, read_register(folder / REGISTER_FILE), grid)


def is_report(folder: Path) -> bool:
    """Whether a folder has a register: other programs have files of that name too, and theirs are left alone."""
    register = folder / REGISTER_FILE
    if not register.is_file():
        return False
    try:
        return (folder / PROTOCOL_FILE).exists() or b"findings" in register.read_bytes()
    except OSError:
        return True  # said where it is read


def folder_of(path: Path) -> Path | None:
    """Return the nearest folder at or above `path` that has a register, or None.

    Links are followed only if there is none: pytest names tests by the links that it was given.
    """
    return _nearest(path) or _nearest(path.resolve())


def _nearest(path: Path) -> Path | None:
    return next((folder for folder in (path, *path.parents) if is_report(folder)), None)
