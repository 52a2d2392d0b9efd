"""Import a report's own files as they were when their checksums named the runs, whatever has become of them since.

Python itself would read a file again when it is first imported, or take bytecode for it, which it holds for current if
an edit within the same second has left the file's size as it was.
"""

import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType


class _Remembered(SourceFileLoader):
    """Makes a module of what was read of its file before."""

    def __init__(self, name: str, path: str, content: bytes) -> None:
        super().__init__(name, path)
        self._content = content

    def path_stats(self, path: object) -> Mapping[str, int]:
        raise OSError("bytecode may be that of other source")

    def get_data(self, path: str) -> bytes:
        return self._content if path == self.path else super().get_data(path)  # what lies beside a module is its own


class _Finder(MetaPathFinder):
    """Finds the files of a report where Python would find them."""

    def __init__(self, contents: Mapping[Path, bytes], home: Path) -> None:
        self._contents = {str(file): content for file, content in contents.items()}
        # Thousands of modules of a framework need not be looked for twice.
        self._first = {Path(file.relative_to(home).parts[0]).stem for file in contents}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in self._first:
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is None or found.origin not in self._contents:
            return None
        loader = _Remembered(fullname, found.origin, self._contents[found.origin])
        return spec_from_file_location(
            fullname, found.origin, loader=loader, submodule_search_locations=found.submodule_search_locations
        )


def import_remembered(file: Path, contents: Mapping[Path, bytes]) -> ModuleType:
    """Import a file as a module of its own name, with the files beside it in reach.

    Parameters
    ----------
    contents
        What was read of it, and of each file beside it that it may import.

    Raises
    ------
    BaseException
        Of any kind, by the file itself.
    """
    sys.path.insert(0, str(file.parent))
    sys.meta_path.insert(0, _Finder(contents, file.parent))
    loader = _Remembered(file.stem, str(file), contents[file])
    spec = spec_from_file_location(file.stem, file, loader=loader)
    assert spec is not None  # with a loader there is one
    module = module_from_spec(spec)
    sys.modules[file.stem] = module
    loader.exec_module(module)
    return module
