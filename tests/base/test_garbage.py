import gc
import subprocess
import sys

import pytest

from harness.base.garbage import all_kept


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


IMPORTS = """
import gc
from harness.base.garbage import kept_for_good

with kept_for_good():
    before = gc.get_freeze_count()
    import json
    print(gc.isenabled())
print(gc.isenabled(), gc.get_freeze_count() > before == 0, any(one is vars(json) for one in gc.get_objects()))
"""


def test_what_is_imported_is_looked_at_neither_then_nor_later() -> None:
    """In a process of its own, since what is kept here would be kept for all other tests."""
    done = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "True", "False"]
