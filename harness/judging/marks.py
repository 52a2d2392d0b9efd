"""The marks of tests that judge a finding."""

import pytest

FINDING = "finding"
TIMED = "timed"


def is_claim(item: pytest.Item) -> bool:
    """Whether a test judges a finding."""
    return item.get_closest_marker(FINDING) is not None


def is_timed(item: pytest.Item) -> bool:
    """Whether a test measures time, and needs the machine alone."""
    return item.get_closest_marker(TIMED) is not None
