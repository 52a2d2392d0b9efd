"""The marks of tests that judge a finding."""

from pathlib import Path

import pytest

from harness.report.folder import folder_of

FINDING = "finding"
TIMED = "timed"
_home_key: pytest.StashKey[Path | None] = pytest.StashKey()


def is_claim(item: pytest.Item) -> bool:
    """Whether a test judges a finding of a report; other projects may have a mark of that name for something else."""
    return item.get_closest_marker(FINDING) is not None and home_of(item) is not None


def home_of(item: pytest.Item) -> Path | None:
    """Return the folder of the report that a test belongs to, None outside of all; looked for once."""
    if _home_key not in item.stash:
        item.stash[_home_key] = folder_of(item.path)
    return item.stash[_home_key]


def is_timed(item: pytest.Item) -> bool:
    """Whether a claim measures time, and needs the machine alone."""
    return item.get_closest_marker(TIMED) is not None and is_claim(item)
