"""Broken files of a report: what is made of whole ones, and what reading them may come to."""

import datetime
import json
import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import harness
from harness.base.errors import HarnessError
from harness.drawing.figures_file import read_figures
from harness.reconstruction.facts import digest_of_facts
from harness.reconstruction.universes_file import read_universes
from harness.report.protocol_file import read_grid
from harness.report.register import read_register
from tests.builders.reports import REPORT

CLAIMS = Path(harness.__file__).parent.parent / "claims"
FLOWERS = "name,petal,colour,kind\na,1.0,red,x\nb,2.0,blue,x\nc,3.0,red,y\nd,4.0,blue,y\n"
DATASETS = """
[datasets.flowers]
file = "flowers.csv"
task = "classification"
target = "kind"
categories = ["colour"]
left_out = ["name"]
unit = "class"
source = "made up"
note = "by hand"
"""
WHOLE = {
    "small-report.toml": REPORT,
    **{name: (CLAIMS / name).read_text(encoding="utf-8") for name in ("report.toml", "figures.toml")},
    "protocol.toml": (CLAIMS / "protocol.toml").read_text(encoding="utf-8") + DATASETS,
    "reconstruction.toml": (CLAIMS / "reconstruction.toml").read_text(encoding="utf-8"),
}
_GRID = read_grid(CLAIMS / "protocol.toml")
_REGISTER = read_register(CLAIMS / "report.toml")
_MADE_FOR = digest_of_facts(_REGISTER.findings.values(), _GRID)
_READERS: dict[str, Callable[[Path], object]] = {
    "small-report.toml": read_register,
    "report.toml": read_register,
    "protocol.toml": read_grid,
    "figures.toml": lambda file: read_figures(file, _REGISTER, _GRID),
    "reconstruction.toml": lambda file: read_universes(file, _GRID, _MADE_FOR),
}
DATA = "data"  # the folder of the data files that the config names besides
LONGEST = 5_000  # characters of one sentence; the longest lists every finding there is


def complaint(folder: Path, name: str, content: bytes) -> str | None:
    """Return what the harness has against a file, or None if it reads it.

    Raises
    ------
    AssertionError
        If it does not say so in one line that names file, table and key.
    """
    file = folder / name
    file.write_bytes(content)
    try:
        _READERS[name](file)
    except HarnessError as error:
        text = str(error)
    else:
        return None
    assert text.isprintable(), text[:500]
    assert len(text) < LONGEST, len(text)
    assert text.startswith(f"{file}: not valid TOML (") or (
        text.startswith((f"{file}, table [", f"{file}, top level, ")) and ", key '" in text.replace('"', "'")
    ), text[:500]
    return text


def places(content: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the way to everything inside a document: keys of tables, and numbers of entries of lists."""
    inside = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for step, value in inside:
        yield (*above, step)
        yield from places(value, (*above, step))


def toml_of(document: Mapping[str, Any]) -> str:
    """Return a document as TOML, each top-level key on a line."""
    return "".join(f"{_text(key)} = {_value(value)}\n" for key, value in document.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key)} = {_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # nan, inf and -inf are TOML
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    # JSON's strings are TOML's, but for one character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def document(name: str) -> dict[str, Any]:
    """Return a whole file, parsed afresh."""
    return tomllib.loads(WHOLE[name])
