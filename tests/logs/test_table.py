import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.logs.table import Labels, LogTable, Numbers, joined, label_of, labels_from


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (256, "256"),
        (256, 256.0),
        ("1e-3", 0.001),
        (True, "True"),
        (False, "false"),
        (" adam ", "adam"),
        (-0.5, "-0.50"),
    ],
)
def test_what_means_the_same_has_one_label(one: object, other: object) -> None:
    """However a file writes it."""
    assert label_of(one) == label_of(other)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_other_numbers_have_other_labels(one: float, other: float) -> None:
    """To the last bit; a label is the number still."""
    assert float(label_of(one)) == one
    assert (label_of(one) == label_of(other)) == (one == other)


@pytest.mark.parametrize("text", ["nan", "inf", "4.0.0", "v1", "1_000x"])
def test_what_is_no_number_stays_as_it_is(text: str) -> None:
    """Versions of three parts, and numbers that are not finite."""
    assert label_of(text) == text


def test_entries_that_mean_the_same_share_a_code() -> None:
    """A blank one has none."""
    column = labels_from(np.array([0, 1, 2, 3, -1]), ["1", "1.0", "", "x"])
    assert column.texts == ("1", "x")
    assert column.codes.tolist() == [0, 0, -1, 1, -1]
    assert (column.code_of(1.0), column.code_of("x"), column.code_of("y")) == (0, 1, None)


def small(name: str, *texts: str) -> LogTable:
    """Return a table of a label and a number."""
    labels = {"a": labels_from(np.arange(len(texts)), texts)}
    numbers = {"b": Numbers(np.arange(len(texts), dtype=float), np.ones(len(texts), dtype=bool))}
    return LogTable(labels, numbers, [(name, 0, 2)], ("a", "b"))


def test_tables_are_joined_row_by_row_and_places_are_those_of_their_files() -> None:
    """Labels are one for all; a row is named by its own file."""
    both = joined([small("one", "x", "y"), small("other", "y", "", "z")])
    assert both.labels["a"].texts == ("x", "y", "z")
    assert both.labels["a"].codes.tolist() == [0, 1, 1, -1, 2]
    assert both.numbers["b"].values.tolist() == [0, 1, 0, 1, 2]
    assert [both.place(row) for row in range(5)] == [
        "one, line 2",
        "one, line 3",
        "other, line 2",
        "other, line 3",
        "other, line 4",
    ]
    assert (both.count, both.names) == (5, ("a", "b"))


def test_one_table_is_joined_as_it_is() -> None:
    """Nothing is copied."""
    alone = small("one", "x")
    assert joined([alone]) is alone
    assert isinstance(alone.labels["a"], Labels)
