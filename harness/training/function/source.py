"""What a training function rests on, told from its source without running it: its files, and packages that it names."""

import ast
import functools
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path

from harness.base.errors import ConfigError

FILE = ".py"


def is_function(reference: str) -> bool:
    """Whether a trainer is named by the file and name of a function."""
    return reference.rpartition(":")[0].endswith(FILE)


def short_name(reference: str) -> str:
    """Return what people call a trainer: ``train:run`` for ``/home/me/report/train.py:run``; another name as it is.

    It is the same wherever the report's folder lies.
    """
    file, _, function = reference.rpartition(":")
    return f"{Path(file).stem}:{function}" if is_function(reference) else reference


def function_in(folder: Path, name: str) -> str | None:
    """Return the reference of a function that a report names, ``train:run`` for ``run`` in its ``train.py``.

    None if the folder has no such file: the name may stand for something that is installed.

    Raises
    ------
    ConfigError
        If the file cannot be read, or has no such function.
    """
    module, _, function = name.partition(":")
    file = (folder / module).with_suffix(FILE) if module.isidentifier() else None
    if file is None or not function or not file.is_file():
        return None
    found = _functions(_tree(file, _read(file)))
    if function not in found:
        raise ConfigError(f"{file} has no function {function!r}; it has: {', '.join(found) or 'none'}")
    return f"{file}:{function}"


def contents_of(file: Path) -> dict[Path, bytes]:
    """Return what a file and those beside it hold that it imports, at any depth, sorted by path; each is read once.

    Raises
    ------
    ConfigError
        If one cannot be read, or is no Python.
    """
    found: dict[Path, bytes] = {}
    waiting = [file]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found[one] = _read(one)
            tree = _tree(one, found[one])
            waiting += [beside for name in _imported(tree) for beside in _beside(file.parent, name)]
            waiting += [beside for level, name in _relative(tree) for beside in _beside(one.parents[level - 1], name)]
    return dict(sorted(found.items()))


def packages_named_in(contents: Mapping[Path, bytes], home: Path) -> dict[str, str]:
    """Return the installed packages that files import by name, each with its version, sorted.

    One that is not installed is left out: the function may do without it, or says that it cannot.

    Parameters
    ----------
    contents
        Of the files, as `contents_of` returns them.
    home
        The folder from which they are imported.
    """
    names = {name.partition(".")[0] for one, held in contents.items() for name in _imported(_tree(one, held))}
    local = {Path(one.relative_to(home).parts[0]).stem for one in contents}
    found: dict[str, str] = {}
    for name in sorted(names - local - set(sys.stdlib_module_names)):
        found |= _versions(name)
    return dict(sorted(found.items()))


@functools.cache
def _versions(module: str) -> dict[str, str]:
    """Return the distributions that bring a module, with their versions."""
    try:
        return {module: version(module)}
    except PackageNotFoundError:  # of another name than its module, or not installed
        return {name: version(name) for name in _distributions().get(module, ())}


@functools.cache
def _distributions() -> dict[str, list[str]]:
    """Return the distributions of each module; this reads the metadata of all that is installed."""
    return dict(packages_distributions())


def _functions(tree: ast.Module) -> list[str]:
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


def _imported(tree: ast.Module) -> Iterator[str]:
    """Yield the full names that a file imports, also within functions; what is imported from a module may be one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _relative(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the names that a file of a package imports from it, with the number of dots before them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield from ((node.level, f"{node.module or ''}.{one.name}".lstrip(".")) for one in node.names)


def _beside(folder: Path, module: str) -> list[Path]:
    """Return the files of a module, and of the packages that it is in, if they lie in a folder."""
    parts = module.split(".")
    places = [folder.joinpath(*parts[:depth]) for depth in range(1, len(parts) + 1)]
    files = [file for place in places for file in (place.with_suffix(FILE), place / f"__init__{FILE}")]
    return [file for file in files if file.is_file()]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as reason:
        raise ConfigError(f"{file}: cannot be read ({reason.strerror})") from reason


def _tree(file: Path, content: bytes) -> ast.Module:
    try:
        return ast.parse(content)
    except (SyntaxError, ValueError) as reason:
        raise ConfigError(f"{file}: no Python that can be read ({reason})") from reason
