"""Tests that the end of a session leaves Python as it was."""

import gc

import pytest

from harness.plugin.audit import all_kept


def test_python_throws_things_away_again_whatever_happens_at_the_end_of_a_session() -> None:
    """A program that calls pytest goes on afterwards."""
    seen = []

    def conclude() -> None:
        with all_kept():
            seen.append(gc.isenabled())
            raise ValueError("page")

    with pytest.raises(ValueError, match="page"):
        conclude()
    assert [*seen, gc.isenabled()] == [False, True]
