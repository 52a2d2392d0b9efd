"""Which files a module of the harness rests on, told from its imports: when one changes, what it made is made anew."""

import functools
import hashlib
import re
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
MARK_LENGTH = 12  # of a digest: enough to tell the versions of a few files apart
_IMPORT = re.compile(r"^\s*(?:from (harness[\w.]*) import (\([^)]*\)|[^\n#]+)|import (harness[\w.]*))", re.MULTILINE)


@functools.cache
def sources_of(*modules: str) -> tuple[Path, ...]:
    """Return the files of modules, and of all that these import from the harness, at any depth, sorted.

    Imports within functions count; what only type checkers import counts too.

    Parameters
    ----------
    modules
        Full names, such as ``harness.drawing.figures``; a package stands for all its modules.
    """
    found: set[Path] = set()
    waiting = [file for module in modules for file in _files_of(module)]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += [one for name in _imported(file) for one in _file_of(PACKAGE, name)]
    return tuple(sorted(found))


@functools.cache
def sources_mark(modules: tuple[str, ...], distributions: tuple[str, ...] = ()) -> str:
    """Return a short digest of all that modules rest on, and of the versions of some distributions."""
    digest = hashlib.sha256()
    for file in sources_of(*modules):
        digest.update(file.relative_to(PACKAGE).as_posix().encode() + file.read_bytes())
    digest.update(repr([version(name) for name in distributions]).encode())
    return digest.hexdigest()[:MARK_LENGTH]


def _imported(file: Path) -> Iterable[str]:
    for package, names, module in _IMPORT.findall(file.read_text(encoding="utf-8")):
        if module:
            yield module
            continue
        yield package
        yield from (f"{package}.{name.split(' as ')[0].strip()}" for name in names.strip("()\n ").split(","))


@functools.cache  # hundreds of imports name the same modules
def _file_of(root: Path, module: str) -> list[Path]:
    """Return the file of a module, none if it is a name within one."""
    path = root.parent.joinpath(*module.split("."))
    return [file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()]


def _files_of(module: str) -> list[Path]:
    folder = PACKAGE.parent.joinpath(*module.split("."))
    return sorted(folder.rglob("*.py")) if folder.is_dir() else _file_of(PACKAGE, module)
