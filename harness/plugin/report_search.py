"""Find the reports that a session of pytest is about before it collects: its pages and workers depend on them."""

import importlib.util
import os
import re
from collections.abc import Iterator
from fnmatch import fnmatch, translate
from pathlib import Path

import pytest

from harness.report.folder import REGISTER_FILE, folder_of, is_report


def reports_asked_for(config: pytest.Config) -> list[Path]:
    """Return the report folders from which a session may collect claims, without repetition.

    They hold one of the paths that pytest is given, or lie below one, however deep.
    """
    found = []
    search = _Search(config)
    for path in _paths_asked_for(config):
        above = folder_of(path)
        found += [] if above is None else [above]
        found += sorted(folder for folder in search.below(path) if _is_collected(config, folder, path))
    return list(dict.fromkeys(found))


def _paths_asked_for(config: pytest.Config) -> list[Path]:
    """Return what pytest is given, as paths; without what lies in another of them, which pytest leaves out, too."""
    paths = [_path_of(argument, config) for argument in dict.fromkeys(config.args)]
    given = set() if config.getoption("keepduplicates") else set(paths)
    return [path for path in dict.fromkeys(paths) if given.isdisjoint(path.parents)]


def _path_of(argument: str, config: pytest.Config) -> Path:
    """Return the place of a file, folder, test or, with ``--pyargs``, module.

    Links in it stay, since pytest names tests by them.
    """
    name = argument.partition("::")[0]
    module = _place_of(name) if config.getoption("pyargs") else None
    return Path(os.path.abspath(config.invocation_params.dir / (module or name)))  # noqa: PTH100 - it follows no link


def _place_of(module: str) -> Path | None:
    """Return where a module lies, None if there is none of that name.

    Nothing is imported, unlike by `importlib.util.find_spec` for a module in a package: other people's packages may
    be heavy.
    """
    top, *rest = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (AttributeError, ImportError, ValueError):  # as pytest does: it looks like a module, and is none
        return None
    if spec is None:
        return None
    for folder in spec.submodule_search_locations or ():
        place = Path(folder, *rest)
        if place.is_dir():
            return place
        if rest and place.with_suffix(".py").is_file():
            return place.with_suffix(".py")
    return Path(spec.origin) if spec.origin and not rest else None


class _Search:
    """Walks folders as pytest will, but looks at names alone: other people's trees are large.

    What pytest ignores by name, and virtual environments, are not entered; a folder that was seen is not seen again.
    """

    def __init__(self, config: pytest.Config) -> None:
        patterns = [pattern for pattern in config.getini("norecursedirs") if not re.search(r"[/\\]", pattern)]
        self._ignored = re.compile("|".join(map(translate, ["__pycache__", *patterns])))
        self._in_environments: bool = config.getoption("collect_in_virtualenv")
        self._seen: set[str] = set()
        self._links: set[str] = set()

    def below(self, top: Path) -> Iterator[Path]:
        """Yield the report folders below a folder."""
        waiting = [str(top)]
        while waiting:
            folder = waiting.pop()
            if folder in self._seen:
                continue
            self._seen.add(folder)
            entries = _entries(folder)
            if folder != str(top):
                if not self._in_environments and _is_environment(folder, entries):
                    continue
                if REGISTER_FILE in entries and is_report(Path(folder)):
                    yield Path(folder)
            waiting += [entry.path for entry in entries.values() if self._enters(entry, folder)]

    def _enters(self, entry: os.DirEntry[str], folder: str) -> bool:
        try:
            if not entry.is_dir() or self._ignored.match(entry.name):
                return False
            return not entry.is_symlink() or self._follows(os.path.realpath(entry.path), folder)
        except OSError:
            return False

    def _follows(self, target: str, folder: str) -> bool:
        """Whether a link leads on: to a place that no link led to before, and not back up."""
        if target in self._links or Path(os.path.realpath(folder)).is_relative_to(target):
            return False
        self._links.add(target)
        return True


def _entries(folder: str) -> dict[str, os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry for entry in entries}
    except OSError:  # a file, or what may not be read
        return {}


def _is_environment(folder: str, entries: dict[str, os.DirEntry[str]]) -> bool:
    return "pyvenv.cfg" in entries or ("conda-meta" in entries and Path(folder, "conda-meta", "history").is_file())


def _is_collected(config: pytest.Config, folder: Path, top: Path) -> bool:
    """Whether pytest goes down to a folder from one that it was given, as far as the conftests loaded so far say."""
    steps = [path for path in (*reversed(folder.parents), folder) if top in path.parents]
    return not any(_ignores(config, step) for step in steps)


def _ignores(config: pytest.Config, folder: Path) -> bool:
    """Ask whom pytest will ask; the conftests of other folders have no say."""
    conftests = {Path(name).parent: module for name, module in _conftests(config)}
    above = [place for place in folder.parents if place in conftests]  # the nearest first
    if _is_listed(folder, [(place, conftests[place]) for place in above]):
        return True
    elsewhere = [module for place, module in conftests.items() if place not in above]
    asked = config.pluginmanager.subset_hook_caller("pytest_ignore_collect", remove_plugins=elsewhere)
    return bool(asked(collection_path=folder, config=config))


def _conftests(config: pytest.Config) -> Iterator[tuple[str, object]]:
    for name, plugin in config.pluginmanager.list_name_plugin():
        if plugin is not None and Path(name).name == "conftest.py":
            yield name, plugin


def _is_listed(folder: Path, conftests: list[tuple[Path, object]]) -> bool:
    """Whether ``collect_ignore`` or ``collect_ignore_glob`` has a folder.

    pytest itself reads these for folders that it has begun to collect.
    """

    def listed(name: str) -> Iterator[str]:
        for place, module in conftests:
            if hasattr(module, name):
                return (os.path.normpath(place / one) for one in getattr(module, name))
        return iter(())

    return str(folder) in listed("collect_ignore") or any(
        fnmatch(str(folder), pattern) for pattern in listed("collect_ignore_glob")
    )
