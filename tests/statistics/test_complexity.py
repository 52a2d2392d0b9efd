import dataclasses
import subprocess
import sys
from textwrap import dedent

import pytest

from harness.statistics.complexity import Complexity, measure

FUNCTION = dedent('''
    """A module."""


    def f(a, b):
        """Add what is positive.

        Both have to be.
        """
        # Nothing is added
        if a > 0 and b > 0:  # otherwise
            return a + b

        return 0
''')

CLASS = dedent("""
    class A:
        kind = "letter"

        def m(self, x):
            return [y for y in x if y]

        def n(self):
            def inner():
                return 1 if self else 2

            return inner

        class B:
            def o(self):
                pass
""")

# A source, its statements, source lines and cyclomatic number.
BY_HAND = {
    "nothing": ("", 0, 0, 1),
    "comment": ("# Nothing\n\n", 0, 0, 1),
    "docstring": ('"""Nothing."""\n', 0, 0, 1),
    "assignment": ("x = 1\n", 1, 1, 1),
    "two on a line": ("x = 1; y = 2\n", 2, 1, 1),
    "one on three lines": ("x = [\n    1,\n]\n", 1, 3, 1),
    "text that is no docstring": ('x = 1\n"text"\n', 2, 1, 1),
    "calls count nothing": ("f(x, g(y))\n", 1, 1, 1),
    "sum": ("a + b\n", 1, 1, 1),
    # module 1 + for + if
    "loop": ("for x in y:\n    if x > 0:\n        s += x\n", 3, 3, 3),
    # module 1, f 1 + if + and
    "function": (FUNCTION, 4, 4, 4),
    # module 1, f 1, g 1, h 1 + while
    "closures": ("def f():\n    def g():\n        def h():\n            while x:\n                g()\n", 5, 5, 5),
    # module 1, A 1, m 1 + for + if, n 1, inner 1 + if else, B 1, o 1
    "class": (CLASS, 11, 11, 10),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_measures_by_hand(name: str) -> None:
    """Each measure of a tiny source is the number that is counted by hand."""
    source, statements, source_lines, cyclomatic = BY_HAND[name]
    measured = measure(source)
    assert (measured.statements, measured.source_lines, measured.cyclomatic) == (statements, source_lines, cyclomatic)
    assert [type(value) for value in dataclasses.astuple(measured)] == [int, int, int]


def test_docstrings_and_comments_add_nothing() -> None:
    """A source without its docstrings, comments and blank lines has the same complexity."""
    bare = "def f(a, b):\n    if a > 0 and b > 0:\n        return a + b\n    return 0\n"
    assert measure(FUNCTION) == measure(bare)


def test_line_breaks_change_only_the_lines() -> None:
    """A statement broken over lines has more source lines, and is the same in all else."""
    short, broken = measure("x = f(a + b)\n"), measure("x = f(\n    a\n    + b\n)\n")
    assert broken == dataclasses.replace(short, source_lines=4)
    assert short.source_lines == 1


@pytest.mark.parametrize("source", ["def f(:\n", "x = = 1", "if x:\n", "  x = 1", "'unfinished", "x = 1\0"])
def test_what_is_not_python_is_refused_in_a_sentence(source: str) -> None:
    """The message says that the source is not Python and where, on one line."""
    with pytest.raises(ValueError, match=r"^the source is not Python: [^\n]+$") as refused:
        measure(source)
    assert not isinstance(refused.value, SyntaxError)


def test_a_complexity_cannot_be_altered() -> None:
    """What was measured stays as it is."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Complexity(1, 1, 1).statements = 2  # type: ignore[misc]


def test_radon_is_loaded_only_to_measure() -> None:
    """Importing the module loads nothing of radon; measuring does."""
    loaded = "print('radon' in sys.modules)"
    code = f"import sys, harness.statistics.complexity as c; {loaded}; c.measure(''); {loaded}"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["False", "True"]
