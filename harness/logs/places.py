"""Find the files of a pattern, and what their paths say of the runs in them."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.base.errors import DataError
from harness.logs.files import FORMATS, WANDB, only_wandb_reads
from harness.logs.mapping import PLACE

KNOWN = (
    "result.json",
    "progress.csv",
    "metrics.csv",
    "trainer_state.json",
)  # of several files a run, that of its steps
NUMBERED = ("seed", "run", "trial", "version")  # what folders of runs are called by, before their number


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


def is_log(place: Path) -> bool:
    """Whether a place is a file, or a folder that MLflow keeps."""
    return place.is_file() or (place / "0" / "meta.yaml").is_file()


def find_files(folder: Path, pattern: str) -> list[LogFile]:
    """Return the files of a pattern, sorted by their paths.

    Raises
    ------
    DataError
        If there is none.
    """
    base, parts = _base(folder, pattern)
    if not parts:
        if not is_log(base):
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


def pattern_in(folder: Path) -> str:
    """Return the pattern of the most files below a folder that have one name and one depth."""
    if not folder.is_dir():
        raise DataError(f"{folder}: no such file or folder; give the place where runs are logged")
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in FORMATS or "tfevents" in path.name]
    places = [path.relative_to(folder) for path in files]
    if not places and any(path.suffix == WANDB for path in folder.rglob("*")):
        raise only_wandb_reads(folder)
    if not places:
        raise DataError(f"{folder}: no file that ends in {', '.join(FORMATS)}; give the place where runs are logged")
    kinds: dict[tuple[str, int], list[Path]] = {}
    for place in places:
        name = "*tfevents*" if "tfevents" in place.name else place.name
        kinds.setdefault((name, len(place.parts)), []).append(place.with_name(name))
    most = max(kinds.values(), key=lambda ones: (len(ones), -_rank(ones[0].name)))
    if len(most) == 1 and len(places) > 1:
        same_depth = [place for place in places if len(place.parts) == len(most[0].parts)]
        return "/".join([*_parts([place.parent for place in same_depth]), f"*{most[0].suffix}"])
    return "/".join([*_parts([place.parent for place in most]), most[0].name])


def _rank(name: str) -> int:
    return KNOWN.index(name) if name in KNOWN else len(KNOWN)


def _parts(folders: Sequence[Path]) -> list[str]:
    """Return each part of folders of one depth: as it is where all have it, else a name for it."""
    found = []
    for values in zip(*(folder.parts for folder in folders), strict=True):
        if len(set(values)) == 1:
            found.append(values[0])
            continue
        before = os.path.commonprefix(values).rstrip("0123456789")  # noqa: RUF071 - of characters, not of folders
        numbered = all(value[len(before) :].isdecimal() for value in values)
        is_seed = numbered and (not before or any(name in before.lower() for name in NUMBERED))
        found.append(f"{before}{{seed}}" if is_seed and "{seed}" not in "".join(found) else f"{{part{len(found) + 1}}}")
    return found
