import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.base.errors import DataError
from harness.data.columns import Columns

GOOD = b"length,kind\n1.5, a\n-2e3,b \n"


def parse(content: bytes) -> Columns:
    """Parse a file that is named ``x.csv`` in errors."""
    return Columns.parse("x.csv", content)


def test_columns_by_name_with_their_lines() -> None:
    """Texts lose the spaces around them; a row knows its line of the file."""
    columns = parse(GOOD)
    assert columns.numbers("length") == [1.5, -2000.0]
    assert columns.words("kind") == ["a", "b"]
    assert columns.lines == [2, 3]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + GOOD,  # as Excel writes it
        GOOD.replace(b"\n", b"\r\n"),
        GOOD + b"\n\n",
        b'"length","kind"\n1.5,"a"\n-2e3,b',
    ],
)
def test_what_spreadsheets_write_is_the_same(content: bytes) -> None:
    """A mark at the beginning, line ends, quotes and empty lines at the end do not matter."""
    assert parse(content).texts == parse(GOOD).texts


def test_a_quoted_text_may_hold_commas_and_line_ends() -> None:
    """A row is told by the line on which it ends, as an editor shows it."""
    columns = parse(b'kind,length\n"a, of\ntwo lines",1\nb,x\n')
    assert columns.words("kind") == ["a, of\ntwo lines", "b"]
    with pytest.raises(DataError, match="line 4, column 'length': is 'x'"):
        columns.numbers("length")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "x.csv: has no rows; give a line with the names of the columns, and the rows below it"),
        (b"a,b\n", "x.csv: has no rows; give a line with the names of the columns, and the rows below it"),
        (b"a,b\n1,\xff\n", "x.csv: not UTF-8 text (byte 6); save it as CSV in UTF-8"),
        (b"a,a\n1,2\n", "x.csv, line 1: the name of column 2, 'a', stands there before"),
        (b"a, \n1,2\n", "x.csv, line 1: the name of column 2, '', is empty"),
        (b"a,b\n1,2\n3\n", "x.csv, line 3: has 1 values where the first line names 2 columns"),
        (b"a,b\n1,2,3\n", "x.csv, line 2: has 3 values where the first line names 2 columns"),
        (b'a,b\n1,"2\n', "x.csv, line 2: not CSV (unexpected end of data)"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(content: bytes, problem: str) -> None:
    """The sentence names the file, and the line where there is one."""
    with pytest.raises(DataError) as refused:
        parse(content)
    assert str(refused.value) == problem


@pytest.mark.parametrize("text", ["", "NA", "n/a", "NaN", "null", "None", "?", "  "])
def test_a_missing_value_is_named_with_line_and_column(text: str) -> None:
    """However the file writes that there is none, as a number or as text."""
    columns = parse(f"a,b\n1,2\n1,{text}\n".encode())
    for read in (columns.numbers, columns.words):
        with pytest.raises(DataError) as refused:
            read("b")
        way_out = 'give one, or say missing = "leave out" in the data set\'s table'
        assert str(refused.value) == f"x.csv, line 3, column 'b': has no value ({text.strip()!r}); {way_out}"


@pytest.mark.parametrize("text", ["abc", "1 m", "inf", "-Infinity", "1e39", "1_000", "2026-01-31", "0x10"])
def test_what_no_training_can_compute_with_is_no_number(text: str) -> None:
    """Words, infinities, what single precision does not hold, and what only Python takes for a number."""
    with pytest.raises(DataError) as refused:
        parse(f"a\n{text}\n".encode()).numbers("a")
    problem = (
        f"x.csv, line 2, column 'a': is {text!r}; give a number of single precision (up to 3.4e38), or name the column "
        "in categories or left_out"
    )
    assert str(refused.value) == problem


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_columns_or_one_error(content: bytes) -> None:
    """Nothing but a DataError that names the file comes of whatever a file may hold."""
    try:
        columns = parse(content)
        for column in columns.texts:
            assert len(columns.texts[column]) == len(columns.lines) > 0
            columns.numbers(column)
    except DataError as problem:
        if not str(problem).startswith("x.csv"):
            raise AssertionError(f"names no file: {problem}") from problem


def test_numbers_may_have_decimal_commas() -> None:
    """A point is then no part of a number: whether it means thousands cannot be told."""
    columns = Columns.parse("x.csv", b"a;b\n1,5;-2e3\n0,25;1\n", ";", ",")
    assert columns.numbers("a") == [1.5, 0.25]
    assert columns.numbers("b") == [-2000.0, 1.0]
    with pytest.raises(DataError, match=r"x\.csv, line 2, column 'a': is '1\.5'; give a number"):
        Columns.parse("x.csv", b"a;b\n1.5;1\n", ";", ",").numbers("a")


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_another_separator_is_recognized(sign: str) -> None:
    """And how to say so is said."""
    with pytest.raises(DataError) as raised:
        Columns.parse("x.csv", f"a{sign}b\n1,5{sign}2\n".encode())
    assert "names one column" in str(raised.value)
    assert f"say separator = {json.dumps(sign)} in the data set's table" in str(raised.value)
