"""Whatever stands in the files of a report, reading them ends well or in one line that names file, table and key."""

import copy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from harness.__main__ import main
from tests.builders.broken_files import CLAIMS, DATA, FLOWERS, WHOLE, complaint, document, places, toml_of

PLACES = {name: list(places(document(name))) for name in WHOLE}
LONG = "x" * 10_000
texts = st.text(max_size=20) | st.sampled_from(
    ["", LONG, "../../etc/passwd", "/etc/passwd", "<script>", "\u202egnp", "a\nb", "\x1b[31m", "\0", "1e999999", "nan"]
)
plain = (
    st.none()  # stands for: leave the key out
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**63, -(10**400), 10**30])
    | st.floats()
    | texts
    | st.dates()
    | st.datetimes()
    | st.times()
)
values = st.recursive(
    plain.filter(lambda value: value is not None),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
bounded = settings(
    max_examples=250,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a data file, in which broken files can be written."""
    (tmp_path / "flowers.csv").write_text(FLOWERS)
    shutil.copytree(CLAIMS / DATA, tmp_path / DATA)
    return tmp_path


def broken(name: str, place: tuple[str | int, ...], how: str, value: Any) -> str:
    """Return a whole file in which one thing is left out, replaced, renamed, wrapped or joined by another."""
    whole = document(name)
    inside: Any = whole
    for step in place[:-1]:
        inside = inside[step]
    last: Any = place[-1]
    if how == "left out":
        del inside[last]
    elif how == "replaced":
        inside[last] = value
    elif how == "in a list":
        inside[last] = [inside[last]]
    elif how == "in a table":
        inside[last] = {str(last): inside[last]}
    elif how == "twice" and isinstance(inside, list):
        inside.append(copy.deepcopy(inside[last]))
    elif isinstance(inside, dict):  # renamed, or joined by another
        inside[str(value)[:50]] = inside.pop(last) if how == "renamed" else value
    return toml_of(whole)


hows = st.sampled_from(["left out", "replaced", "in a list", "in a table", "twice", "renamed", "joined"])


@bounded
@given(data=st.data(), name=st.sampled_from(sorted(WHOLE)), how=hows, value=values)
def test_a_changed_file_is_read_or_refused_in_one_line(
    folder: Path, data: st.DataObject, name: str, how: str, value: Any
) -> None:
    """One change anywhere in a file of the report."""
    place = data.draw(st.sampled_from(PLACES[name]))
    complaint(folder, name, broken(name, place, how, value).encode())


@bounded
@given(name=st.sampled_from(sorted(WHOLE)), start=st.integers(0, 5_000), end=st.integers(0, 5_000), noise=st.binary())
def test_a_torn_file_is_read_or_refused_in_one_line(
    folder: Path, name: str, start: int, end: int, noise: bytes
) -> None:
    """A part of a file is cut out, and any bytes stand in its place."""
    content = WHOLE[name].encode()
    complaint(folder, name, content[:start] + noise + content[end:])


# What was found this way, or by `make fuzz`, and must not come back

LARGE = "is a whole number of more than 64 bits; give a smaller one"
DEEP = "more than 30 tables and lists stand inside each other"
HIDDEN = "the key holds a character that cannot be seen; take it out"
TWICE = "key 'optimizer': two cells are named 'keras-regression-relu-sgd-net1'; rename a value"


def replaced(name: str, old: str, new: str) -> bytes:
    """Return a whole file in which one piece of text is another."""
    assert old in WHOLE[name]
    return WHOLE[name].replace(old, new, 1).encode()


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint_ends"),
    [
        # A whole number of more digits than Python prints was a ValueError of repr, and as a float an OverflowError.
        ("report.toml", "low = 0.75", f"low = 0x{'f' * 5000}", f"key 'low': {LARGE}"),
        ("protocol.toml", "value = 0.001", f"value = 1{'0' * 400}", f"key 'value': {LARGE}"),
        # Dotted keys nest deeper than repr can follow: a RecursionError.
        ("report.toml", "low = 0.75", f"low.{'.'.join('a' * 2000)} = 1", DEEP),
        # The name of a table ended the line.
        ("small-report.toml", '"speed.faster".readings', '"speed.faster"."a\\nb"', HIDDEN),
        # A text steered the terminal.
        ("report.toml", 'statement = "', 'statement = "\\u001b[2J', "holds the control character '\\x1b'; take it out"),
        # Neither table nor key was named right where two cells have one name.
        ("protocol.toml", '"sgd", "adam"', '"sgd", "sgd", "adam"', TWICE),
        # Rounded to nothing, it was taken for an exact number.
        ("small-report.toml", '"0.50"', '"1e-400"', 'give the number as printed, in quotes, such as "0.50"'),
    ],
)
def test_what_was_found(folder: Path, name: str, old: str, new: str, complaint_ends: str) -> None:
    """One line each, with file, table and key."""
    said = complaint(folder, name, replaced(name, old, new))
    assert said is not None
    assert said.endswith(complaint_ends)


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "sub/../../x.csv", "outside.csv", "x" * 300, ""])
def test_no_path_leads_out_of_the_folder(folder: Path, path: str) -> None:
    """Upwards, from the root, by a link; nor is a name too long, or none, a traceback."""
    (folder / "outside.csv").symlink_to("/etc/passwd")
    said = complaint(folder, "protocol.toml", replaced("protocol.toml", '"flowers.csv"', f'"{path}"'))
    assert said is not None
    assert ", table [datasets.flowers], key 'file': is " in said


def _with_petal(value: str) -> bytes:
    return FLOWERS.replace("1.0", value, 1).encode()


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("protocol.toml", b"[axes", "protocol.toml: not valid TOML (Expected ']' at the end of a table declaration"),
        ("protocol.toml", b"a = '\xff'", "protocol.toml: not valid TOML ('utf-8' codec can't decode byte 0xff"),
        ("report.toml", b"title = 3", "report.toml, top level, key 'title': is 3; give text"),
        ("report.toml", b'title = "\\u0000"', "report.toml, top level, key 'title': holds the control character"),
        ("flowers.csv", _with_petal(""), "line 2, column 'petal': has no value ('')"),
        ("flowers.csv", _with_petal("\x1b"), "column 'petal': is '\\x1b'; give a"),
    ],
)
def test_the_command_line_says_it_in_one_line(folder: Path, name: str, content: bytes, problem: str) -> None:
    """Exit status 2, one line that begins with ``error:``, no traceback."""
    for whole in ("report.toml", "protocol.toml"):
        (folder / whole).write_text(WHOLE[whole], encoding="utf-8")
    (folder / name).write_bytes(content)
    command = [sys.executable, "-m", "harness", "cells", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {folder}")
    assert done.stderr.count("\n") == 1
    assert problem in done.stderr


@pytest.mark.parametrize(
    ("assignment", "problem"),
    [
        (f"epochs=0x{'f' * 5000}", "--set, top level, key 'epochs': is a whole number of more than 64 bits"),
        (f"epochs={'[' * 3000}", "epochs is '[[["),
        ("\x1b[2J=1", "--set, top level, key '\\x1b[2J': the key holds a character that cannot be seen"),
        ("optimizer=\x1b[2J", "--set, top level, key 'optimizer': holds the control character '\\x1b'"),
    ],
)
def test_an_option_that_sets_a_field_is_read_alike(
    capsys: pytest.CaptureFixture[str], assignment: str, problem: str
) -> None:
    """What stands behind ``--set`` is TOML as well; nothing is trained."""
    cell = "torch-classification-relu-adam-net1"
    assert main(["train", str(CLAIMS), cell, "--set", assignment]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {problem}")
    assert said.count("\n") == 1
