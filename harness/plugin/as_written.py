"""Has the harness imported as it is written, from Python's own bytecode.

pytest rewrites the asserts of all modules of a plugin's package. Each process of a session of claims would then spend
more time on a hundred modules, in which no assert is a test's, than on the verdicts that are stored.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder

_PACKAGE = __name__.partition(".")[0]


class AsWritten:
    """Finds the modules of the harness where Python would, before pytest is asked."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        """Return where a module of the harness stands; None for any other."""
        return PathFinder.find_spec(name, path) if name.startswith(f"{_PACKAGE}.") else None


sys.meta_path.insert(0, AsWritten)
