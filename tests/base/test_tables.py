import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.base.errors import HarnessError, RegisterError
from harness.base.tables import Table

CONTENT = """
text = "a"
whole = 3
number = 0.5
truth = true
day = 2026-01-31
moment = 2026-01-31T10:00:00
texts = ["a", "b"]
mixed = ["a", 1]
empty = []

[outer]
whole = "three"

[outer.inner-table]
number = true

[outer."a.b"]
text = 1

[[outer.rows]]
text = "first"

[[outer.rows]]
text = 2
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a file of the content above."""
    path = tmp_path / "register.toml"
    path.write_text(CONTENT, encoding="utf-8")
    return path


@pytest.fixture
def top(file: Path) -> Table:
    """Read the top-level table."""
    return Table.read(file)


def error_of(action: Callable[[], object]) -> str:
    """Tell the text of the error that an action must raise."""
    with pytest.raises(RegisterError) as caught:
        action()
    assert isinstance(caught.value, HarnessError)
    return str(caught.value)


# Files


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is named, with the reason."""
    path = tmp_path / "none.toml"
    assert error_of(lambda: Table.read(path)) == f"{path}: cannot be read (No such file or directory)"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder in the place of a file is named, with the reason."""
    assert error_of(lambda: Table.read(tmp_path)) == f"{tmp_path}: cannot be read (Is a directory)"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a = ", "Invalid value (at end of document)"),
        (b"a = 1\nb = ]\n", "Invalid value (at line 2, column 5)"),
        (b"a = '\xff'", "'utf-8' codec can't decode byte 0xff in position 5: invalid start byte"),
    ],
)
def test_what_is_not_toml_is_told_with_its_place(tmp_path: Path, content: bytes, reason: str) -> None:
    """A file that is not TOML, or not UTF-8, is named with the place of the mistake."""
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    assert error_of(lambda: Table.read(path)) == f"{path}: not valid TOML ({reason})"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=40))
def test_any_file_is_read_or_refused_in_one_way(tmp_path: Path, content: bytes) -> None:
    """Whatever a file holds, reading it gives a table or a RegisterError that names the file."""
    path = tmp_path / "any.toml"
    path.write_bytes(content)
    try:
        Table.read(path)
    except RegisterError as error:
        assert str(error).startswith(f"{path}: not valid TOML (")  # noqa: PT017 - both outcomes are allowed


# Values


@pytest.mark.parametrize(
    ("key", "kind", "value"),
    [
        ("text", str, "a"),
        ("whole", int, 3),
        ("whole", float, 3.0),
        ("number", float, 0.5),
        ("truth", bool, True),
        ("day", datetime.date, datetime.date(2026, 1, 31)),
        ("texts", list, ["a", "b"]),
    ],
)
def test_a_value_of_the_right_kind_is_returned(top: Table, key: str, kind: type, value: object) -> None:
    """A value is returned as it stands in the file; a whole number where a number is wanted becomes one."""
    found: Any = top.get(key, kind)
    assert found == value
    assert type(found) is kind


@pytest.mark.parametrize(
    ("key", "kind", "problem"),
    [
        ("none", str, "missing; give text"),
        ("none", dict, "missing; give a table"),
        ("whole", str, "is 3; give text"),
        ("text", int, "is 'a'; give a whole number"),
        ("number", int, "is 0.5; give a whole number"),
        ("text", float, "is 'a'; give a number"),
        ("truth", int, "is True; give a whole number"),
        ("truth", float, "is True; give a number"),
        ("whole", bool, "is 3; give true or false"),
        ("text", datetime.date, "is 'a'; give a date such as 2026-01-31"),
        (
            "moment",
            datetime.date,
            "is datetime.datetime(2026, 1, 31, 10, 0); give a date such as 2026-01-31",
        ),
        ("text", list, "is 'a'; give a list"),
        ("texts", dict, "is ['a', 'b']; give a table"),
    ],
)
def test_a_value_of_another_kind_is_refused(top: Table, file: Path, key: str, kind: type, problem: str) -> None:
    """A value that is missing or of another kind is refused with file, table, key, value and what to give."""
    assert error_of(lambda: top.get(key, kind)) == f"{file}, top level, key {key!r}: {problem}"


def test_a_value_must_be_among_the_valid_ones(top: Table, file: Path) -> None:
    """With valid values given, a value among them is returned and any other refused, with the valid ones."""
    assert top.get("text", str, among=("a", "b")) == "a"
    text = error_of(lambda: top.get("text", str, among=("b", "c")))
    assert text == f"{file}, top level, key 'text': is 'a'; give one of: b, c"


def test_any_value_is_returned_but_must_be_there(top: Table, file: Path) -> None:
    """Where any kind will do, only a missing key is refused."""
    assert top.get_any("mixed") == ["a", 1]
    assert error_of(lambda: top.get_any("none")) == f"{file}, top level, key 'none': missing"


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("mixed", "is ['a', 1]; give a list of texts"),
        ("empty", "is []; give a list of texts"),
        ("text", "is 'a'; give a list"),
        ("none", "missing; give a list"),
    ],
)
def test_texts_are_a_list_of_texts(top: Table, file: Path, key: str, problem: str) -> None:
    """A list of texts is returned as a tuple; a single text, an empty or a mixed list is refused."""
    assert top.texts("texts") == ("a", "b")
    assert error_of(lambda: top.texts(key)) == f"{file}, top level, key {key!r}: {problem}"


def test_a_list_may_be_empty_where_that_says_something(top: Table) -> None:
    """Such as that no column holds words."""
    assert top.texts("empty", may_be_empty=True) == ()


# Tables inside tables


def test_errors_name_the_table(top: Table, file: Path) -> None:
    """An error inside a table names it as it is headed in the file, quoted where TOML needs quotes."""
    outer = top.table("outer")
    assert error_of(lambda: outer.get("whole", int)) == (
        f"{file}, table [outer], key 'whole': is 'three'; give a whole number"
    )
    assert error_of(lambda: outer.table("inner-table").get("number", float)) == (
        f"{file}, table [outer.inner-table], key 'number': is True; give a number"
    )
    assert error_of(lambda: outer.table("a.b").get("text", str)) == (
        f"{file}, table [outer.\"a.b\"], key 'text': is 1; give text"
    )


def test_errors_count_the_tables_of_an_array(top: Table, file: Path) -> None:
    """Of an array of tables the error tells which one, counted from 1."""
    first, second = top.table("outer").tables("rows")
    assert first.get("text", str) == "first"
    assert error_of(lambda: second.get("text", str)) == (f"{file}, table [outer.rows #2], key 'text': is 2; give text")


def test_an_array_of_tables_may_be_left_out(top: Table) -> None:
    """An array of tables that is not there has no tables."""
    assert top.tables("none") == []


def test_an_array_of_tables_holds_tables(top: Table, file: Path) -> None:
    """A list of anything else is refused, with the heading that tables need."""
    text = error_of(lambda: top.tables("texts"))
    assert text == f"{file}, top level, key 'texts': give tables, each headed [[texts]]"


def test_named_tables_must_all_be_tables(tmp_path: Path) -> None:
    """Tables under names come in the order of the file; a plain value among them is refused."""
    path = tmp_path / "named.toml"
    path.write_text("[b]\nx = 1\n[a]\nx = 2\n[a.c]\n")
    top = Table.read(path)
    assert [(name, table.get("x", int)) for name, table in top.named_tables()] == [("b", 1), ("a", 2)]
    text = error_of(lambda: list(top.table("a").named_tables()))
    assert text == f"{path}, table [a], key 'x': is 2; give a table"


# Keys that nobody asked for


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    """A misspelled key is refused with the keys that are known, whether or not those are in the file."""
    path = tmp_path / "misspelled.toml"
    path.write_text("[training]\nepochs = 3\nlearning-rat = 0.1\n")
    training = Table.read(path).table("training")
    training.get("epochs", int)
    assert "learning-rate" not in training
    with pytest.raises(RegisterError):
        training.get("learning-rate", float)
    assert error_of(training.close) == (
        f"{path}, table [training], key 'learning-rat': unknown; known here: epochs, learning-rate"
    )


def test_looking_for_a_key_is_not_asking_for_it(top: Table) -> None:
    """Whether a key is there, and which keys there are, can be told without making them known."""
    assert "text" in top
    assert list(top)[:2] == ["text", "whole"]
    assert "key 'text': unknown" in error_of(top.close)


def test_a_table_with_all_keys_asked_for_is_accepted(top: Table) -> None:
    """Each way of asking makes a key known, also one that ended in an error."""
    top.get("text", str)
    top.get_any("mixed")
    top.texts("texts")
    top.table("outer")
    for key in ("whole", "number", "truth", "day", "moment"):
        top.get_any(key)
    assert "key 'empty': unknown" in error_of(top.close)
    top.tables("empty")
    top.close()


# What TOML allows in letter, and nothing here can show or compute with

LARGE = "is a whole number of more than 64 bits; give a smaller one"
DEEP = "more than 30 tables and lists stand inside each other"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (r'a = "x\u0000y"', r"top level, key 'a': holds the control character '\x00'; take it out"),
        ('[t]\na = [["\\u001b[31m"]]', r"table [t], key 'a': holds the control character '\x1b'; take it out"),
        (r'"a\nb" = 1', r"top level, key 'a\nb': the key holds a character that cannot be seen; take it out"),
        ('[t."\u202e"]', r"table [t], key '\u202e': the key holds a character that cannot be seen; take it out"),
        ("[[t]]\n[[t]]\na = 0x" + "f" * 17, f"table [t #2], key 'a': {LARGE}"),
        ("a = 0x" + "f" * 5000, f"top level, key 'a': {LARGE}"),
        (".".join("a" * 2000) + " = 1", f"table [{'.'.join('a' * 30)}], key 'a': {DEEP}"),
        ("a = " + "[" * 40 + "]" * 40, f"top level, key 'a': {DEEP}"),
    ],
)
def test_what_cannot_be_shown_is_refused(tmp_path: Path, content: str, place: str) -> None:
    """Characters that steer a terminal, numbers without a text, and nesting that no function can follow."""
    path = tmp_path / "strange.toml"
    path.write_text(content, encoding="utf-8")
    assert error_of(lambda: Table.read(path)) == f"{path}, {place}"


def test_text_of_several_lines_of_any_script_is_read(tmp_path: Path) -> None:
    """Line ends and tabs are text, and so are characters of other scripts and emoji."""
    path = tmp_path / "lines.toml"
    path.write_text('"ключ" = """a\n\tb \u202egnp \U0001f468\u200d\U0001f469"""', encoding="utf-8")
    assert Table.read(path).get("ключ", str) == "a\n\tb \u202egnp \U0001f468\u200d\U0001f469"


def test_a_mark_of_byte_order_is_no_text(tmp_path: Path) -> None:
    """Some editors write one in front of UTF-8."""
    file = tmp_path / "report.toml"
    file.write_bytes(b'\xef\xbb\xbftitle = "x"\n')
    assert Table.read(file).get("title", str) == "x"
