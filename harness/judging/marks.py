"""The marks of tests that judge a finding."""

import pytest

from harness.report.folder import folder_of

FINDING = "finding"
TIMED = "timed"


def is_claim(item: pytest.Item) -> bool:
    """Whether a test judges a finding of a report; other projects may have a mark of that name for something else."""
    return item.get_closest_marker(FINDING) is not None and folder_of(item.path) is not None


def is_timed(item: pytest.Item) -> bool:
    """Whether a claim measures time, and needs the machine alone."""
    return item.get_closest_marker(TIMED) is not None and is_claim(item)
