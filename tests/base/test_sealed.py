"""JSON with a digest."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.base.errors import StoreError
from harness.base.sealed import seal, unseal

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@given(PLAIN)
def test_what_is_sealed_is_read_again(content: Any) -> None:
    """Every plain value comes back as it was."""
    assert unseal(seal(content), "a file") == content


@given(content=PLAIN, place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_changes_nothing(content: Any, place: float, bit: int) -> None:
    """Such as one that makes a space a line's end changes nothing."""
    payload = bytearray(seal(content))
    payload[int(place * len(payload))] ^= 1 << bit
    try:
        read = unseal(bytes(payload), "a file")
    except (ValueError, StoreError):
        return
    assert json.dumps(read) == json.dumps(content)


@given(content=PLAIN, proportion=st.floats(0, 1, exclude_max=True))
def test_a_cut_file_is_refused(content: Any, proportion: float) -> None:
    """However much of it is left."""
    payload = seal(content)
    with pytest.raises(ValueError, match=r"."):
        unseal(payload[: int(proportion * len(payload))], "a file")


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"schema": 1, "sha256": 3, "content": NaN}',
        seal(3)[:-1] + b', "more": 1}',
    ],
)
def test_what_was_never_sealed_is_refused(payload: bytes) -> None:
    """Whatever it is, as a `ValueError`."""
    with pytest.raises(ValueError, match=r"."):
        unseal(payload, "a file")


def test_a_newer_schema_is_refused_in_one_sentence() -> None:
    """It says what to do."""
    with pytest.raises(StoreError) as caught:
        unseal(seal(3).replace(b'"schema": 1', b'"schema": 2'), "answers a.json")
    assert str(caught.value) == (
        "answers a.json have schema 2, newer than this harness reads (1); "
        "update pytest-claims or give another folder for the store"
    )
