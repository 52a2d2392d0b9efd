"""Find the files of a pattern, and what their paths say of the runs in them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.base.errors import DataError
from harness.logs.mapping import PLACE


@dataclass(frozen=True)
class LogFile:
    """A file of a pattern.

    Attributes
    ----------
    path, shown
        Where it is, and what people call it.
    said
        What its path says: the columns that the pattern names.
    """

    path: Path
    shown: str
    said: Mapping[str, str]


def find_files(folder: Path, pattern: str) -> list[LogFile]:
    """Return the files of a pattern, sorted by their paths.

    Raises
    ------
    DataError
        If there is none.
    """
    base, parts = _base(folder, pattern)
    if not parts:
        if not base.is_file():
            raise DataError(f"{base}: no such file; say in [logs], files = ..., where the runs are logged")
        return [LogFile(base, pattern, {})]
    shape = re.compile("/".join(_shape(part) for part in parts))
    found = []
    for path in sorted(base.glob("/".join(PLACE.sub("*", part) for part in parts))):
        place = path.relative_to(base).as_posix()
        if path.is_file() and (match := shape.fullmatch(place)):
            found.append(LogFile(path, place, match.groupdict()))
    if not found:
        raise DataError(f"{base}: no file like {'/'.join(parts)}; say in [logs], files = ..., where runs are logged")
    return found


def _base(folder: Path, pattern: str) -> tuple[Path, tuple[str, ...]]:
    """Return the folder that a pattern is about, and the parts of it that are not one name."""
    whole = folder / pattern
    parts = whole.parts
    first = next((place for place, part in enumerate(parts) if PLACE.search(part) or "*" in part), len(parts))
    return Path(*parts[:first]), parts[first:]


def _shape(part: str) -> str:
    """Return the regular expression of one part of a pattern."""
    return "".join(_pieces(part))


def _pieces(part: str) -> Iterator[str]:
    for piece in re.split(r"(\{\w+\}|\*)", part):
        if piece == "*":
            yield "[^/]*"
        elif PLACE.fullmatch(piece):
            yield f"(?P<{piece[1:-1]}>[^/]+?)"
        else:
            yield re.escape(piece)
